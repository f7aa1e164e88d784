/** Reads and uses a tree view of the side bar. */
import { errors, type Locator, type Page } from 'playwright-core';
import { PATIENCE_MS, persist, plain, waitFor, waitUntilSettled } from './wait.ts';

/** One row of a tree view, as it is shown and as a screen reader reads it. */
export interface TreeRow {
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly ariaLabel: string;
  /** The level; 1 is the top. */
  readonly level: number;
  /** `undefined` for a row without children. */
  readonly expanded: boolean | undefined;
  /** Whether its children are still loading. */
  readonly loading: boolean;
  readonly index: number;
}

/**
 * The labels from the top down to a row, such as `['local', 'n2', 'WAL']`. A function matches a row by its own
 * condition.
 */
export type TreePath = readonly (string | ((row: TreeRow) => boolean))[];

/** A tree view of the side bar. Only visible rows exist, so a long tree must be scrolled. */
export class Tree {
  private readonly page: Page;
  private readonly tree: Locator;

  /** @param name the tree's accessible name: the title of the view */
  constructor(page: Page, name: string) {
    this.page = page;
    this.tree = page.locator(`.pane-body [role="tree"][aria-label^="${name}"]`).first();
  }

  async rows(): Promise<readonly TreeRow[]> {
    const seen = await this.tree.locator('[role="treeitem"]').evaluateAll(elements =>
      elements.map(row => ({
        label: row.querySelector('.label-name')?.textContent ?? '',
        description: row.querySelector('.label-description')?.textContent ?? '',
        ariaLabel: row.getAttribute('aria-label') ?? '',
        level: Number(row.getAttribute('aria-level')),
        expanded: row.getAttribute('aria-expanded'),
        loading: row.querySelector('.codicon-tree-item-loading') !== null,
        index: Number(row.getAttribute('data-index')),
      })),
    );
    return seen
      .map(row => ({
        ...row,
        label: plain(row.label),
        description: plain(row.description),
        expanded: row.expanded === null ? undefined : row.expanded === 'true',
      }))
      .sort((a, b) => a.index - b.index);
  }

  /** Waits until the rows meet the condition, and returns them. */
  async waitForRows(what: string, wanted: (rows: readonly TreeRow[]) => boolean): Promise<readonly TreeRow[]> {
    return waitFor(`the tree to show ${what}`, async () => this.rows(), wanted);
  }

  /** Waits for a row whose ancestors are already expanded. */
  async waitForRow(path: TreePath): Promise<TreeRow> {
    const rows = await this.waitForRows(describe(path), seen => find(seen, path) !== undefined);
    const row = find(rows, path);
    if (row === undefined) throw new Error(`The row ${describe(path)} went away.`);
    return row;
  }

  /** Expands a row by a click on its arrow, and waits for its children. */
  async expand(path: TreePath): Promise<TreeRow> {
    await this.toggleUnless(path, true);
    await this.waitForRows(`${describe(path)} expanded`, rows => {
      const row = find(rows, path);
      return row?.expanded === true && !row.loading;
    });
    return this.waitForRow(path);
  }

  async collapse(path: TreePath): Promise<void> {
    await this.toggleUnless(path, false);
  }

  async click(path: TreePath): Promise<void> {
    await this.onRow(path, (row, timeout) => row.click({ timeout }));
  }

  /** The names of the actions that the row shows when the mouse is over it. */
  async inlineActions(path: TreePath): Promise<readonly string[]> {
    return this.onRow(path, async (row, timeout) => {
      await row.hover({ timeout });
      const actions = row.locator('.actions .action-label');
      return Promise.all((await actions.all()).map(async action => plain(await action.getAttribute('aria-label'))));
    });
  }

  async clickInlineAction(path: TreePath, action: string): Promise<void> {
    await this.onRow(path, async (row, timeout) => {
      await row.hover({ timeout });
      await row.locator(`.actions .action-label[aria-label="${action}"]`).click({ timeout });
    });
  }

  /** Opens the context menu of a row and returns its items; the menu stays open. */
  async openContextMenu(path: TreePath): Promise<readonly string[]> {
    const labels = this.page.locator('.context-view .monaco-menu .action-menu-item .action-label');
    await persist(
      `opening the menu of ${describe(path)}`,
      async () => {
        if ((await labels.count()) === 0)
          await this.onRow(path, (row, timeout) => row.click({ button: 'right', timeout }));
      },
      async () => (await labels.count()) > 0,
    );
    return (await labels.allInnerTexts()).map(plain);
  }

  /** Opens the context menu of a row and chooses an item. */
  async chooseFromContextMenu(path: TreePath, item: string): Promise<void> {
    await this.openContextMenu(path);
    const entry = this.page
      .locator('.context-view .monaco-menu .action-menu-item')
      .filter({ has: this.page.getByText(item, { exact: true }) });
    // A menu ignores clicks in its first tenth of a second, so that the click that opened it chooses nothing.
    await persist(
      `choosing ${item}`,
      async () => {
        if ((await entry.count()) > 0) await entry.click({ timeout: PATIENCE_MS });
      },
      async () => (await entry.count()) === 0,
    );
  }

  private async toggleUnless(path: TreePath, expanded: boolean): Promise<void> {
    const isDone = async (): Promise<boolean> => {
      const row = find(await this.rows(), path);
      return row?.expanded === expanded || row?.loading === true;
    };
    await persist(
      `${expanded ? 'expanding' : 'collapsing'} ${describe(path)}`,
      async () => {
        if (await isDone()) return;
        // A busy window may still have to handle an earlier click, which a second one would undo. It handles them in
        // order: once it has noticed the mouse, the earlier click shows.
        await this.onRow(path, (row, timeout) => row.hover({ timeout }));
        if (!(await isDone()))
          await this.onRow(path, (row, timeout) => row.locator('.monaco-tl-twistie').click({ timeout }));
      },
      isDone,
    );
  }

  /** Does something with a row. A row that moves before that is searched again, as a person would do. */
  private async onRow<T>(path: TreePath, act: (row: Locator, timeout: number) => Promise<T>): Promise<T> {
    for (const timeout of [2000, 4000, 8000]) {
      try {
        return await act(await this.element(path), timeout);
      } catch (error) {
        if (!(error instanceof errors.TimeoutError)) throw error;
      }
    }
    return act(await this.element(path), PATIENCE_MS);
  }

  private async element(path: TreePath): Promise<Locator> {
    const rows = await waitUntilSettled(
      `the tree to show ${describe(path)}`,
      async () => this.rows(),
      seen => find(seen, path) !== undefined,
    );
    const row = find(rows, path);
    // The label is checked too: the rows may move in the meantime, and no other row must be used.
    return this.tree.locator(`[role="treeitem"][data-index="${row?.index ?? -1}"]`, { hasText: row?.label ?? '' });
  }
}

function find(rows: readonly TreeRow[], path: TreePath): TreeRow | undefined {
  let depth = 0;
  for (const row of rows) {
    if (row.level <= depth) depth = row.level - 1;
    const step = path[row.level - 1];
    if (row.level !== depth + 1 || step === undefined) continue;
    if (typeof step === 'string' ? row.label !== step : !step(row)) continue;
    if (row.level === path.length) return row;
    depth = row.level;
  }
  return undefined;
}

function describe(path: TreePath): string {
  return path.map(step => (typeof step === 'string' ? step : '…')).join(' › ');
}
