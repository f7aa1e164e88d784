/** One window of the real VS Code workbench and its parts. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../../scripts/lib/paths.mjs';
import { until } from '../../../scripts/lib/processes.mjs';
import { Dialogs } from './dialog.ts';
import { Editors } from './editors.ts';
import { Notifications } from './notifications.ts';
import { QuickInput } from './quick-input.ts';
import { StatusBar } from './status-bar.ts';
import { Tree } from './tree.ts';
import { PATIENCE_MS, persist, waitFor } from './wait.ts';
import { Webviews } from './webviews.ts';

/** A window that opens on a busy machine, in milliseconds: everything else starts at the same time. */
const OPENING_MS = 90_000;

/** One window of the real VS Code workbench, worked as a person works it. */
export class Workbench {
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly dialogs: Dialogs;
  readonly notifications: Notifications;
  readonly webviews: Webviews;
  readonly editors: Editors;
  readonly statusBar: StatusBar;
  /** What went wrong inside the page itself. */
  readonly pageErrors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    this.quickInput = new QuickInput(page);
    this.dialogs = new Dialogs(page);
    this.notifications = new Notifications(page);
    this.webviews = new Webviews(page);
    this.editors = new Editors(page);
    this.statusBar = new StatusBar(page);
    page.on('pageerror', error => this.pageErrors.push(error.message));
    page.on('crash', () => this.pageErrors.push('the page crashed'));
    page.on('dialog', dialog => void dialog.accept());
  }

  /** Opens a window; it is ready when the workbench is drawn and the contributions of extensions are in it. */
  static async open(page: Page, url: string): Promise<Workbench> {
    const workbench = new Workbench(page);
    await workbench.page.goto(url, { waitUntil: 'commit', timeout: OPENING_MS });
    await workbench.ready();
    return workbench;
  }

  /** Reloads the window by its own command: it keeps what it keeps, the extension host ends and a new one starts. */
  async reloadByCommand(): Promise<void> {
    const reloaded = this.page.waitForEvent('load', { timeout: PATIENCE_MS });
    await this.runCommand('Developer: Reload Window');
    await reloaded;
    await this.ready();
  }

  /**
   * Reloads the page under the window, whatever is open in it, as a browser does: the extension host ends and a new one
   * starts.
   */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** A tree view by its title. */
  tree(name: string): Tree {
    return new Tree(this.page, name);
  }

  /** Shows a view container by the name in the activity bar; one that is shown already stays. */
  async openView(name: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${name}"])`);
    const title = this.page.locator('.sidebar .composite.title', { hasText: new RegExp(name, 'iu') });
    await item.waitFor({ timeout: PATIENCE_MS });
    // A click on the item of a container that is just being restored would hide it: so look, click, look again.
    for (let attempt = 0; attempt < 3 && !(await title.isVisible()); attempt += 1) {
      await item.click({ timeout: PATIENCE_MS });
      await until(async () => title.isVisible(), { timeout: 3000 });
    }
    await title.waitFor({ timeout: PATIENCE_MS });
  }

  /** Runs a command from the palette by the title it has there, such as `AeroDB: Inspect Cluster State`. */
  async runCommand(title: string): Promise<void> {
    const typed = `>${title}`;
    // What was on screen before may still take the focus, and with it the palette, away.
    await persist(
      `typing ${typed} into the palette`,
      async () => {
        await this.openPalette();
        await this.quickInput.type(typed, 2000).catch(() => undefined);
      },
      async () => {
        const { open, value, items } = await this.quickInput.view();
        return open && value === typed && items.some(({ label }) => label === title);
      },
    );
    await this.quickInput.choose(title);
  }

  /** Opens the command palette, with the cursor in it. Behind a dialog it does not open: the dialog has to go first. */
  async openPalette(): Promise<void> {
    await waitFor(
      'the dialog to go before the palette opens',
      async () => this.dialogs.view(),
      dialog => dialog === undefined,
    );
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget .quick-input-box input').first().waitFor({ timeout: PATIENCE_MS });
  }

  /** Saves what the window looks like under `AERODB_SCREENSHOTS`, by default out/screenshots, and returns the file. */
  async screenshot(name: string): Promise<string> {
    const folder = process.env['AERODB_SCREENSHOTS'] ?? join(root, 'out', 'screenshots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name.replaceAll(/[^\w.-]+/gu, '-').slice(0, 120)}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  private async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: OPENING_MS });
    await this.page.locator('.activitybar a[aria-label^="AeroDB"]').waitFor({ timeout: OPENING_MS });
  }
}
