/** The composition root of the editor: connects the parts and holds no rules of its own. */
import * as vscode from 'vscode';
import { ControlPlane } from './control-plane/control-plane.ts';
import { ENGINES } from './engines/registry.ts';
import { editorAudit } from './extension-audit.ts';
import { arrival } from './files/arrival.ts';
import { registerAuditEditor } from './vscode/audit-editor.ts';
import { registerAuthorityCommands } from './vscode/authority-commands.ts';
import { registerClusterCommands } from './vscode/cluster-commands.ts';
import { ClusterTree } from './vscode/cluster-tree.ts';
import { ConfiguredClusters, type Connect } from './vscode/clusters.ts';
import { registerOperatorCommands, type CommandContext } from './vscode/commands.ts';
import { EditorConfirmer } from './vscode/confirmer.ts';
import { Comparisons } from './vscode/comparisons.ts';
import { registerDocuments } from './vscode/documents.ts';
import { Panels } from './vscode/panels.ts';
import { ReconstructionEditor } from './vscode/reconstruction-editor.ts';
import { Results, type TextOf } from './vscode/results.ts';
import { StatusBar } from './vscode/status-bar.ts';
import { registerTreeCommands } from './vscode/tree-commands.ts';
import { registerTryIt } from './vscode/try-it.ts';

/** Registers commands and views, and returns. Contacts no cluster, starts no process, exports nothing. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('AeroDB', { log: true });
  const clusters = new ConfiguredClusters(ENGINES, context.secrets, connect, context.globalState);
  const panels = new Panels(context.extensionUri, name => clusters.colorOf(name));
  const statusBar = new StatusBar();
  const audit = editorAudit(context);
  const plane = new ControlPlane({
    audit: audit.log,
    clusters,
    engines: ENGINES,
    confirmer: new EditorConfirmer(panels),
    clock: audit.clock,
    ids: audit.ids,
    operator: audit.operator,
  });
  const tree = new ClusterTree(
    clusters,
    cluster => plane.execute('inspect_cluster_state', { cluster }),
    cluster => plane.unavailable(cluster),
    () => audit.clock.now(),
  );
  const nodeName = (cluster: string, node: string): string | undefined => tree.nodeName(cluster, node);
  const results = new Results({
    panels,
    clusters,
    log,
    write: audit.write,
    permittingAct: (error, cluster) => plane.permittingAct(error, cluster),
    nodeName,
    lastReport: (cluster, node) => tree.lastKnown(cluster, node),
    textOf,
  });
  const comparisons = new Comparisons(panels);
  const commands = (): CommandContext => ({
    plane,
    clusters,
    results,
    nodeName,
    concluded: result => tree.concluded(result),
    comparisons,
  });
  const reconstructions = new ReconstructionEditor(commands, audit.reconstruction, panels);
  context.subscriptions.push(
    log,
    statusBar,
    vscode.window.createTreeView('aerodb.clusters', { treeDataProvider: tree, showCollapseAll: true }),
    ...registerOperatorCommands(commands),
    ...registerAuthorityCommands(commands),
    ...registerTreeCommands(tree),
    ...registerClusterCommands(commands, () => tree),
    registerDocuments(context.extensionUri, ENGINES),
    registerTryIt(() => ({
      clusters,
      program: context.asAbsolutePath('dist/local-cluster.js'),
      storage: vscode.Uri.joinPath(context.globalStorageUri, 'local-cluster').fsPath,
      arrival,
    })),
    ...registerAuditEditor(commands, audit.review, panels, part => reconstructions.openPart(part)),
    ...reconstructions.register(),
    vscode.commands.registerCommand('aerodb.showLog', () => log.show()),
    new vscode.Disposable(plane.onAuthorityChanged(() => statusBar.show(plane.authority))),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (!event.affectsConfiguration('aerodb.clusters')) return;
      plane.clusterChanged();
      tree.clustersChanged();
    }),
    context.secrets.onDidChange(() => plane.secretChanged()),
    new vscode.Disposable(() => plane.end()),
  );
}

/** The code for HTTP and its schemas is loaded with the first command that needs it. */
const connect: Connect = async (cluster, secrets, limits) => {
  const kernel = await import('./engines/connect.ts');
  return kernel.connect(cluster, {
    secrets,
    timeouts: { connectMs: kernel.DEFAULT_TIMEOUTS.connectMs, ...limits },
  });
};

/** The terminal's renderer is loaded when a result is first copied as text. */
const textOf: TextOf = async (result, cluster) => {
  const [{ resultText }, { PLAIN }] = await Promise.all([
    import('./cli/text/results.ts'),
    import('./cli/text/paint.ts'),
  ]);
  return `${resultText(result, cluster, PLAIN).join('\n')}\n`;
};
