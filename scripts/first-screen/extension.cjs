/**
 * The first screen of an editor that `npm start` has opened: the cluster tree, and the first steps beside it, once for
 * each run. It is an extension of its own, so that the one that ships does nothing at a start of the editor.
 */
const vscode = require('vscode');

/** @param {import('vscode').ExtensionContext} context */
async function activate({ globalState }) {
  const run = process.env['AERODB_START_RUN'];
  if (run === undefined || globalState.get('run') === run) return;
  await globalState.update('run', run);
  const steps = 'aerodb.aerodb-control-plane#aerodb.firstSteps';
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', steps, false);
  await vscode.commands.executeCommand('aerodb.clusters.focus');
}

module.exports = { activate };
