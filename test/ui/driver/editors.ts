/** Reads and uses the tabs of the editor area. */
import type { Locator, Page } from 'playwright-core';
import { matches, PATIENCE_MS, plain, waitFor, type Wanted } from './wait.ts';

/** A tab of the editor area. */
export interface TabView {
  readonly title: string;
  readonly active: boolean;
}

/** The tabs of the editor area, and the text of the active one. */
export class Editors {
  private readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async tabs(): Promise<readonly TabView[]> {
    const seen = await this.page.locator('.tabs-container .tab').evaluateAll(tabs =>
      tabs.map(tab => ({
        title: tab.querySelector('.label-name')?.textContent ?? '',
        active: tab.classList.contains('active'),
      })),
    );
    return seen.map(({ title, active }) => ({ title: plain(title), active }));
  }

  /** Waits until the active tab has this title. */
  async waitForActive(wanted: Wanted): Promise<TabView> {
    const tabs = await waitFor(
      `the active tab ${String(wanted)}`,
      async () => this.tabs(),
      seen => seen.some(({ title, active }) => active && matches(title, wanted)),
    );
    const tab = tabs.find(({ title, active }) => active && matches(title, wanted));
    if (tab === undefined) throw new Error('The tab went away.');
    return tab;
  }

  async activate(title: string): Promise<void> {
    await this.tab(title).click({ timeout: PATIENCE_MS });
    await this.waitForActive(title);
  }

  async close(title: string): Promise<void> {
    await this.tab(title).hover({ timeout: PATIENCE_MS });
    await this.tab(title).locator('.tab-actions .action-label').first().click({ timeout: PATIENCE_MS });
    await waitFor(
      `the tab ${title} to close`,
      async () => this.tabs(),
      tabs => tabs.every(tab => tab.title !== title),
    );
  }

  /** The visible lines of the active text editor. A long text has more lines. */
  async visibleText(): Promise<string> {
    const lines = await this.page
      .locator('.editor-group-container.active .monaco-editor .view-line')
      .evaluateAll(elements =>
        elements.map(line => ({ top: Number.parseFloat((line as HTMLElement).style.top), text: line.textContent })),
      );
    return lines
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => plain(text))
      .join('\n');
  }

  private tab(title: string): Locator {
    return this.page
      .locator('.tabs-container .tab')
      .filter({ has: this.page.locator('.label-name').getByText(title, { exact: true }) })
      .first();
  }
}
