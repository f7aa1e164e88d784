/** Finds the webview panels of a window and waits for their content. */
import type { Frame, Page } from 'playwright-core';
import { matches, plain, waitFor, type Wanted } from './wait.ts';

/** The panels of the extension. Their content is two frames below the window. */
export class Webviews {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The content frames of the visible panels. Panels in hidden tabs have none. */
  async visible(): Promise<readonly Frame[]> {
    const frames = this.page.frames().filter(frame => frame.url().includes('/fake.html'));
    const seen = await Promise.all(frames.map(async frame => ((await isVisible(frame)) ? frame : undefined)));
    return seen.filter(frame => frame !== undefined);
  }

  /** Waits for a visible panel that contains this text, and returns its frame. Locators work in it as in a page. */
  async waitForText(wanted: Wanted): Promise<Frame> {
    return this.waitFor(`a panel that says ${String(wanted)}`, async frame => matches(await textOf(frame), wanted));
  }

  /** Waits for a visible panel that contains an element. */
  async waitForElement(selector: string): Promise<Frame> {
    return this.waitFor(`a panel with ${selector}`, async frame => (await frame.locator(selector).count()) > 0);
  }

  /** The text of every visible panel. */
  async texts(): Promise<readonly string[]> {
    return Promise.all((await this.visible()).map(textOf));
  }

  private async waitFor(what: string, wanted: (frame: Frame) => Promise<boolean>): Promise<Frame> {
    let found: Frame | undefined;
    await waitFor(
      what,
      async () => {
        for (const frame of await this.visible()) {
          if (await wanted(frame).catch(() => false)) found = frame;
        }
        return found === undefined ? this.texts() : [];
      },
      () => found !== undefined,
    );
    if (found === undefined) throw new Error(`There is no ${what}.`);
    return found;
  }
}

async function textOf(frame: Frame): Promise<string> {
  return plain(
    await frame
      .locator('body')
      .innerText({ timeout: 1000 })
      .catch(() => ''),
  );
}

async function isVisible(frame: Frame): Promise<boolean> {
  const parent = frame.parentFrame();
  if (parent === null) return false;
  const elements = await Promise.all([frame.frameElement(), parent.frameElement()]).catch(() => []);
  const visible = await Promise.all(elements.map(async element => element.isVisible().catch(() => false)));
  return visible.length > 0 && visible.every(Boolean);
}
