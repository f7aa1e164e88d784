/** Reads and uses the command palette, quick picks and input boxes. */
import { errors, type Locator, type Page } from 'playwright-core';
import { matches, PATIENCE_MS, plain, waitFor, waitUntilSettled, type Wanted } from './wait.ts';

/** One line of a quick pick, as it is shown. */
export interface QuickItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** What a quick pick or an input box shows at one moment. */
export interface QuickInputView {
  readonly open: boolean;
  readonly title: string;
  readonly placeholder: string;
  readonly value: string;
  /** The prompt of an input box, or the error for the typed value. */
  readonly message: string;
  /** The rendered items. A long list renders only the visible ones. */
  readonly items: readonly QuickItem[];
}

/** The widget at the top of the window, which shows the command palette, quick picks and input boxes. */
export class QuickInput {
  private readonly page: Page;
  private readonly widget: Locator;
  private readonly input: Locator;

  constructor(page: Page) {
    this.page = page;
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('.quick-input-box input').first();
  }

  async view(): Promise<QuickInputView> {
    const seen = await this.page.evaluate(() => {
      const widget = [...document.querySelectorAll<HTMLElement>('.quick-input-widget')].find(
        element => element.offsetParent !== null,
      );
      const text = (within: Element | undefined, selector: string): string =>
        within?.querySelector<HTMLElement>(selector)?.innerText ?? '';
      const input = widget?.querySelector<HTMLInputElement>('.quick-input-box input');
      const rows = [...(widget?.querySelectorAll<HTMLElement>('.quick-input-list .monaco-list-row') ?? [])];
      return {
        open: widget !== undefined,
        title: text(widget, '.quick-input-title'),
        placeholder: input?.placeholder ?? '',
        value: input?.value ?? '',
        message: text(widget, '.quick-input-message'),
        items: rows
          .map(row => ({
            index: Number(row.dataset['index']),
            label: text(row, '.quick-input-list-label .label-name') || text(row, '.label-name'),
            description: text(row, '.quick-input-list-label .label-description') || text(row, '.label-description'),
            detail: text(row, '.quick-input-list-label-meta'),
          }))
          .sort((a, b) => a.index - b.index),
      };
    });
    const items = seen.items.map(({ label, description, detail }) => ({
      label: plain(label),
      description: plain(description),
      detail: plain(detail),
    }));
    return { ...seen, title: plain(seen.title), message: plain(seen.message), items };
  }

  /** Waits until a widget with this title, placeholder or message is open, and returns what it shows. */
  async waitFor(wanted: Wanted): Promise<QuickInputView> {
    return waitFor(
      `a quick input that says ${String(wanted)}`,
      async () => this.view(),
      view => view.open && [view.title, view.placeholder, view.message].some(text => matches(text, wanted)),
    );
  }

  async waitUntilClosed(): Promise<void> {
    await this.widget.waitFor({ state: 'hidden', timeout: PATIENCE_MS });
  }

  /** Replaces the typed text. */
  async type(text: string, timeout = PATIENCE_MS): Promise<void> {
    await this.input.fill(text, { timeout });
  }

  /** Presses Enter. */
  async accept(): Promise<void> {
    await this.input.press('Enter');
  }

  /** Presses Escape. */
  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
  }

  /** Goes back to the previous question with the Back button. */
  async back(): Promise<void> {
    await this.widget.locator('.quick-input-titlebar').getByRole('button', { name: 'Back' }).click();
  }

  /** Types and presses Enter. */
  async answer(text: string): Promise<void> {
    await this.type(text);
    await this.accept();
  }

  /** Clicks the item with exactly this label, once it is visible. */
  async choose(label: string): Promise<void> {
    for (const timeout of [2000, 4000, PATIENCE_MS]) {
      const view = await waitUntilSettled(
        `the quick pick item "${label}"`,
        async () => this.view(),
        ({ items }) => items.some(item => item.label === label),
      );
      const position = view.items.findIndex(item => item.label === label);
      try {
        // The list may move in the meantime. The filter makes sure that no other item is clicked; an item that moved is
        // searched again.
        await this.widget
          .locator(`.quick-input-list .monaco-list-row[data-index="${position}"]`, { hasText: label })
          .click({ timeout });
        return;
      } catch (error) {
        if (timeout === PATIENCE_MS || !(error instanceof errors.TimeoutError)) throw error;
        // A busy window may act on the click but answer too late. The list is gone then, and the click counts.
        const now = await this.view();
        if (!now.open || now.title !== view.title || now.placeholder !== view.placeholder) return;
        // The mouse is moved away, because a hover of the workbench could cover the item.
        await this.page.mouse.move(0, 0);
      }
    }
  }
}
