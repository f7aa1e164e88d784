/** Reads and uses the status bar of a VS Code window. */
import type { Locator, Page } from 'playwright-core';
import { matches, PATIENCE_MS, plain, waitFor, type Wanted } from './wait.ts';

/** An item of the status bar, as it is shown and as a screen reader reads it. */
export interface StatusItem {
  /** Publisher, extension and the item's own id, separated by dots. */
  readonly id: string;
  readonly text: string;
  readonly ariaLabel: string;
  /** The kind of colour of the item. */
  readonly kind: 'standard' | 'warning' | 'error';
}

/** The line at the bottom of the window. */
export class StatusBar {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async items(): Promise<readonly StatusItem[]> {
    const seen = await this.page.locator('.statusbar .statusbar-item').evaluateAll(elements =>
      elements.map(item => ({
        id: item.id,
        classes: item.getAttribute('class') ?? '',
        text: item.querySelector('.statusbar-item-label')?.textContent ?? '',
        ariaLabel: item.getAttribute('aria-label') ?? '',
      })),
    );
    return seen.map(({ id, classes, text, ariaLabel }) => ({
      id,
      text: plain(text),
      ariaLabel: plain(ariaLabel),
      kind: classes.includes('warning-kind') ? 'warning' : classes.includes('error-kind') ? 'error' : 'standard',
    }));
  }

  /** Waits for an item whose text or spoken label contains this. */
  async waitFor(wanted: Wanted): Promise<StatusItem> {
    const isWanted = (item: StatusItem): boolean => matches(item.text, wanted) || matches(item.ariaLabel, wanted);
    const items = await waitFor(
      `a status bar item that says ${String(wanted)}`,
      async () => this.items(),
      seen => seen.some(isWanted),
    );
    const item = items.find(isWanted);
    if (item === undefined) throw new Error('The status bar item went away.');
    return item;
  }

  async click(wanted: Wanted): Promise<void> {
    const { id } = await this.waitFor(wanted);
    await this.item(id).click({ timeout: PATIENCE_MS });
  }

  private item(id: string): Locator {
    return this.page.locator(`.statusbar .statusbar-item[id="${id}"] .statusbar-item-label`);
  }
}
