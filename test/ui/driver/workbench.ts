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

/** How long a window may take to open on a busy machine, in milliseconds: everything else starts at the same time. */
const OPENING_MS = 90_000;

/** One window of the real VS Code workbench, used as a person uses it. */
export class Workbench {
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly dialogs: Dialogs;
  readonly notifications: Notifications;
  readonly webviews: Webviews;
  readonly editors: Editors;
  readonly statusBar: StatusBar;
  /** Errors inside the page itself. */
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

  /** Opens a window. It is ready when the workbench is drawn and shows the extensions' contributions. */
  static async open(page: Page, url: string): Promise<Workbench> {
    const workbench = new Workbench(page);
    await workbench.page.goto(url, { waitUntil: 'commit', timeout: OPENING_MS });
    await workbench.ready();
    return workbench;
  }

  /**
   * Reloads the window by its own command. The window restores its tabs; the extension host ends and a new one starts.
   */
  async reloadByCommand(): Promise<void> {
    const reloaded = this.page.waitForEvent('load', { timeout: PATIENCE_MS });
    await this.runCommand('Developer: Reload Window');
    await reloaded;
    await this.ready();
  }

  /** Reloads the page as a browser does, whatever is open in it. The extension host ends and a new one starts. */
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

  /** Shows a view container by its name in the activity bar. Does nothing when it is already shown. */
  async openView(name: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${name}"])`);
    const title = this.page.locator('.sidebar .composite.title', { hasText: new RegExp(name, 'iu') });
    await item.waitFor({ timeout: PATIENCE_MS });
    // While a container is being restored, a click on its item would hide it. So this looks, clicks and looks again.
    for (let attempt = 0; attempt < 3 && !(await title.isVisible()); attempt += 1) {
      await item.click({ timeout: PATIENCE_MS });
      await until(async () => title.isVisible(), { timeout: 3000 });
    }
    await title.waitFor({ timeout: PATIENCE_MS });
  }

  /** Runs a command from the palette by its title there, such as `AeroDB: Inspect Cluster State`. */
  async runCommand(title: string): Promise<void> {
    const typed = `>${title}`;
    // What was on screen before may still take the focus away from the palette and close it.
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

  /** Opens the command palette, with the cursor in it. It does not open while a dialog is open. */
  async openPalette(): Promise<void> {
    await waitFor(
      'the dialog to go before the palette opens',
      async () => this.dialogs.view(),
      dialog => dialog === undefined,
    );
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget .quick-input-box input').first().waitFor({ timeout: PATIENCE_MS });
  }

  /** Saves a screenshot in `AERODB_SCREENSHOTS` (default: out/screenshots), and returns the file. */
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
