/** The command of the tree as a whole: every configured cluster is read once, because a person says so. */
import * as vscode from 'vscode';
import type { ClusterTree } from './cluster-tree.ts';
import { underWayInTurn } from './surfaces.ts';

/** Registers it. Each read is an `inspect_cluster_state` of its own, recorded as it is when a cluster is expanded. */
export function registerTreeCommands(tree: ClusterTree): vscode.Disposable[] {
  return [vscode.commands.registerCommand('aerodb.refreshAll', () => refreshAll(tree))];
}

async function refreshAll(tree: ClusterTree): Promise<void> {
  // The answers stand in the rows and nowhere else.
  await vscode.commands.executeCommand('aerodb.clusters.focus');
  await underWayInTurn(vscode.l10n.t('AeroDB: asking every configured cluster once'), (report, isStopped) =>
    tree.refreshAll((cluster, nth, of) => report(vscode.l10n.t('{0} of {1}: {2}', nth, of, cluster)), isStopped),
  );
}
