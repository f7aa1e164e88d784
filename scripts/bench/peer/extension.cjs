/** The least of each kind: one command, one webview that shows one line, one tree of a thousand constant rows. */
const vscode = require('vscode');

const LINE =
  '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Line</title></head>' +
  '<body><p id="line">One line.</p></body></html>';
const ROOT = new vscode.TreeItem('Thousand rows', vscode.TreeItemCollapsibleState.Collapsed);
const ROWS = Array.from({ length: 1000 }, (_, index) => new vscode.TreeItem(`row-${index + 1}`));

/** @param {import('vscode').ExtensionContext} context */
function activate({ subscriptions }) {
  subscriptions.push(vscode.commands.registerCommand('benchPeer.showLine', showLine));
  // What a view needs comes after the activation that is compared: it registers one command.
  setImmediate(() => {
    const treeDataProvider = {
      /** @param {import('vscode').TreeItem} [row] */
      getChildren: row => (row === undefined ? [ROOT] : row === ROOT ? ROWS : []),
      /** @param {import('vscode').TreeItem} row */
      getTreeItem: row => row,
    };
    subscriptions.push(vscode.window.createTreeView('benchPeer.rows', { treeDataProvider }));
  });
}

/** Asks one question, as the command that it is compared with does. */
async function showLine() {
  if ((await vscode.window.showQuickPick(['line'], { placeHolder: 'Line' })) === undefined) return;
  const panel = vscode.window.createWebviewPanel('benchPeer.line', 'Line', vscode.ViewColumn.Active, {
    enableScripts: true,
  });
  panel.webview.html = LINE;
}

module.exports = { activate };
