/** Reads and answers the modal dialogs of a VS Code window. */
import type { ElementHandle, Page } from 'playwright-core';
import { matches, PATIENCE_MS, plain, waitFor, type Wanted } from './wait.ts';

/** A modal dialog as a person sees it. */
export interface DialogView {
  readonly message: string;
  readonly detail: string;
  /** In the order in which the dialog shows them. */
  readonly buttons: readonly string[];
  /** The button that Enter presses; empty when none has the focus. */
  readonly focused: string;
}

/** The modal dialog of the window; only one is open at a time. */
export class Dialogs {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The open dialog, or `undefined`. */
  async view(): Promise<DialogView | undefined> {
    const seen = await this.page.evaluate(() => {
      const box = document.querySelector('.monaco-dialog-box');
      if (box === null) return undefined;
      const text = (selector: string): string => box.querySelector<HTMLElement>(selector)?.innerText ?? '';
      const buttons = [...box.querySelectorAll<HTMLElement>('.dialog-buttons .monaco-button')];
      return {
        message: text('.dialog-message-text'),
        detail: text('.dialog-message-detail'),
        buttons: buttons.map(button => button.innerText),
        focused: buttons.find(button => button === document.activeElement)?.innerText ?? '',
      };
    });
    return (
      seen && {
        message: plain(seen.message),
        detail: plain(seen.detail),
        buttons: seen.buttons.map(plain),
        focused: plain(seen.focused),
      }
    );
  }

  /** Waits for a dialog that contains this text and has a focused button. For tests that continue by keyboard. */
  async waitFor(wanted: Wanted): Promise<DialogView> {
    return this.waitUntil(
      `a dialog with a button in focus that says ${String(wanted)}`,
      seen => says(seen, wanted) && seen.focused !== '',
    );
  }

  /**
   * Waits for a dialog that contains this text, whatever has the focus. For tests that continue by mouse: when a quick
   * pick closes, the workbench gives the focus back to a panel by a message, and the panel acts on it later. A dialog
   * that opened in between then loses the focus, and Enter presses nothing.
   */
  async waitForText(wanted: Wanted): Promise<DialogView> {
    return this.waitUntil(
      `a dialog that says ${String(wanted)}`,
      seen => says(seen, wanted) && seen.buttons.length > 0,
    );
  }

  private async waitUntil(what: string, fits: (view: DialogView) => boolean): Promise<DialogView> {
    const view = await waitFor(
      what,
      async () => this.view(),
      seen => seen !== undefined && fits(seen),
    );
    if (view === undefined) throw new Error('The dialog closed by itself.');
    return view;
  }

  /** Clicks the button with this text and waits until the dialog is gone. Another dialog may be open then. */
  async click(button: string): Promise<void> {
    await this.leaveBy(async box => {
      for (const candidate of await box.$$('.dialog-buttons .monaco-button')) {
        if (plain(await candidate.innerText()) === button) return candidate.click({ timeout: PATIENCE_MS });
      }
      throw new Error(`The dialog has no button "${button}": ${JSON.stringify(await this.view())}`);
    });
  }

  /** Presses Enter or Escape and waits until the dialog is gone. */
  async press(key: 'Enter' | 'Escape'): Promise<void> {
    await this.leaveBy(async () => this.page.keyboard.press(key));
  }

  private async leaveBy(act: (box: ElementHandle) => Promise<void>): Promise<void> {
    const box = await this.page.waitForSelector('.monaco-dialog-box', { timeout: PATIENCE_MS });
    await act(box);
    await box.waitForElementState('hidden', { timeout: PATIENCE_MS });
  }
}

function says({ message, detail }: DialogView, wanted: Wanted): boolean {
  return matches(message, wanted) || matches(detail, wanted);
}
