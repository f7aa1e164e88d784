/** Another extension: calls commands that are not its own, with whatever arguments it is told to. */
import * as vscode from 'vscode';

/** What to try stands in a file of the workspace, so that a test can choose it. */
async function attack() {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new Error('no folder is open');
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder.uri, 'attack.json'));
  for (const { command, args, reject } of JSON.parse(Buffer.from(bytes).toString())) {
    if (reject !== undefined) void Promise.reject(new Error(reject));
    else void vscode.commands.executeCommand(command, ...args);
  }
}

/**
 * @param {vscode.ExtensionContext} context
 * @returns {object} what tests in the same host call
 */
export function activate(context) {
  context.subscriptions.push(vscode.commands.registerCommand('stranger.attack', attack));
  return {
    run: (/** @type {string} */ command, /** @type {unknown[]} */ ...args) =>
      vscode.commands.executeCommand(command, ...args),
    look: (/** @type {string} */ id) => vscode.extensions.getExtension(id)?.exports,
  };
}
