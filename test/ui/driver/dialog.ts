import type { ElementHandle, Page } from 'playwright-core';
import { matches, patience, plain, waitFor, type Wanted } from './wait.ts';

/** A modal dialog as a person sees it. */
export interface DialogView {
  readonly message: string;
  readonly detail: string;
  /** In the order in which they are shown. */
  readonly buttons: readonly string[];
  /** The button that Enter presses; empty when none has the focus. */
  readonly focused: string;
}

/** The modal dialog of the window, of which there is one at a time. */
export class Dialogs {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** What is open now, or `undefined`. */
  async view(): Promise<DialogView | undefined> {
    const seen = await this.page.evaluate(() => {
      const box = document.querySelector('.monaco-dialog-box');
      if (box === null) return undefined;
      const text = (selector: string): string => box.querySelector<HTMLElement>(selector)?.innerText ?? '';
      const buttons = [...box.querySelectorAll<HTMLElement>('.dialog-buttons .monaco-button')];
      return {
        message: text('.dialog-message-text'),
        detail: text('.dialog-message-detail'),
        buttons: buttons.map((button) => button.innerText),
        focused: buttons.find((button) => button === document.activeElement)?.innerText ?? '',
      };
    });
    return seen && { message: plain(seen.message), detail: plain(seen.detail), buttons: seen.buttons.map(plain), focused: plain(seen.focused) };
  }

  /** Waits for a dialog whose message or detail says this and whose focus has settled. */
  async waitFor(wanted: Wanted): Promise<DialogView> {
    const view = await waitFor(
      `a dialog that says ${String(wanted)}`,
      async () => this.view(),
      (seen) => seen !== undefined && (matches(seen.message, wanted) || matches(seen.detail, wanted)) && seen.focused !== '',
    );
    if (view === undefined) throw new Error('The dialog closed by itself.');
    return view;
  }

  /** Clicks a button by its text and waits until this dialog is gone; another may be open then. */
  async click(button: string): Promise<void> {
    await this.leaveBy(async (box) => {
      for (const candidate of await box.$$('.dialog-buttons .monaco-button')) {
        if (plain(await candidate.innerText()) === button) return candidate.click({ timeout: patience });
      }
      throw new Error(`The dialog has no button "${button}": ${JSON.stringify(await this.view())}`);
    });
  }

  /** Presses Enter or Escape and waits until this dialog is gone. */
  async press(key: 'Enter' | 'Escape'): Promise<void> {
    await this.leaveBy(async () => this.page.keyboard.press(key));
  }

  private async leaveBy(act: (box: ElementHandle) => Promise<void>): Promise<void> {
    const box = await this.page.waitForSelector('.monaco-dialog-box', { timeout: patience });
    await act(box);
    await box.waitForElementState('hidden', { timeout: patience });
  }
}
