/** The command that reads every configured cluster once, when a person asks for it. */
import * as vscode from 'vscode';
import type { ClusterTree } from './cluster-tree.ts';
import { underWayInTurn } from './surfaces.ts';

/** Each read is an `inspect_cluster_state`, recorded in the same way as when a cluster is expanded. */
export async function refreshAll(tree: ClusterTree): Promise<void> {
  // The answers are shown only in the rows, so the tree is brought into view.
  await vscode.commands.executeCommand('aerodb.clusters.focus');
  await underWayInTurn(vscode.l10n.t('AeroDB: asking every configured cluster once'), (report, isStopped) =>
    tree.refreshAll((cluster, nth, of) => report(vscode.l10n.t('{0} of {1}: {2}', nth, of, cluster)), isStopped),
  );
}
