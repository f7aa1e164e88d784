/**
 * Stands in for `vscode` where code of the editor runs outside of it: once for all tests of this process, because each
 * source is loaded once. As much of the editor's API as stands between a command, the tree and a panel.
 */
import { registerHooks } from 'node:module';

const EDITOR = `
  export class Disposable {}
  export class ThemeColor { constructor(id) { this.id = id; } }
  export class ThemeIcon { constructor(id, color) { this.id = id; this.color = color; } }
  export class TreeItem { constructor(label, collapsibleState) { Object.assign(this, { label, collapsibleState }); } }
  export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
  export class EventEmitter {
    heard = [];
    event = listener => this.heard.push(listener);
    fire(value) { for (const listener of this.heard) listener(value); }
  }
  export const l10n = { t: (text, ...values) => text.replace(/\\{(\\d+)\\}/g, (_, at) => String(values[at])) };
  export const commands = {
    executeCommand: () => Promise.resolve(),
  };
  export const workspace = { getConfiguration: () => ({ inspect: () => undefined }) };
  export const ProgressLocation = { Notification: 15 };
  export const window = {
    withProgress: (_options, work) => work(),
    showQuickPick: items => globalThis.pickInTest(items),
  };
`;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: `data:text/javascript,${encodeURIComponent(EDITOR)}`, shortCircuit: true }
      : next(specifier, context),
});
