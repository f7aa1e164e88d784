/** The composition root of the editor: connects the parts and holds no rules of its own. */
import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { CommandName } from './control-plane/commands/commands.ts';
import { ControlPlane } from './control-plane/control-plane.ts';
import { ENGINES } from './engines/registry.ts';
import { editorAudit } from './extension-audit.ts';
import { arrival } from './files/arrival.ts';
import { addCluster } from './vscode/add-cluster.ts';
import { AuditEditor } from './vscode/audit-editor.ts';
import { assumeOperator, changeAuthority, showAuthority } from './vscode/authority-commands.ts';
import { editClusters, refresh, removeCluster, setToken } from './vscode/cluster-commands.ts';
import { ClusterTree } from './vscode/cluster-tree.ts';
import { ConfiguredClusters, type Connect } from './vscode/clusters.ts';
import type { PresentationCommand } from './vscode/command-ids.ts';
import { runCommand, type CommandContext } from './vscode/commands.ts';
import { Comparisons } from './vscode/comparisons.ts';
import { EditorConfirmer } from './vscode/confirmer.ts';
import { openDocumentation } from './vscode/documents.ts';
import { Panels } from './vscode/panels.ts';
import { ReconstructionEditor } from './vscode/reconstruction-editor.ts';
import { Results, type TextOf } from './vscode/results.ts';
import type { StatusBar } from './vscode/status-bar.ts';
import { logLine } from './vscode/surfaces.ts';
import { refreshAll } from './vscode/tree-commands.ts';
import { tryIt } from './vscode/try-it.ts';

/** What the editor can ask of the session. `argument`: a row of the tree, or what another extension passes. */
export interface EditorSession {
  readonly tree: ClusterTree;
  /** Runs one of the ten commands. */
  readonly run: (name: CommandName, argument: unknown) => Promise<void>;
  readonly present: Readonly<Record<PresentationCommand, (argument: unknown) => Promise<void> | void>>;
  /** Takes over a panel that stayed open when the window was reloaded. */
  readonly restore: (webview: vscode.WebviewPanel) => void;
}

/** Contacts no cluster and starts no process. */
export function startSession(context: vscode.ExtensionContext, statusBar: StatusBar): EditorSession {
  const log = vscode.window.createOutputChannel('AeroDB', { log: true });
  const clusters = new ConfiguredClusters(ENGINES, context.secrets, connect, context.globalState);
  const program = (file: string): string => readFileSync(context.asAbsolutePath(`dist/${file}`), 'utf8');
  const panels = new Panels(
    context.extensionUri,
    { script: program('webview.js'), style: program('webview.css') },
    name => clusters.colorOf(name),
  );
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
  const commands: CommandContext = {
    plane,
    clusters,
    results,
    nodeName,
    concluded: result => tree.concluded(result),
    comparisons: new Comparisons(panels),
  };
  const reconstructions = new ReconstructionEditor(() => commands, audit.reconstruction, panels);
  const auditEditor = new AuditEditor(
    () => commands,
    audit.review,
    panels,
    part => reconstructions.openPart(part),
  );
  context.subscriptions.push(
    log,
    new vscode.Disposable(() => auditEditor.end()),
    new vscode.Disposable(() => reconstructions.end()),
    new vscode.Disposable(plane.onAuthorityChanged(() => statusBar.show(plane.authority))),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (!event.affectsConfiguration('aerodb.clusters')) return;
      plane.clusterChanged();
      tree.clustersChanged();
    }),
    context.secrets.onDidChange(() => plane.secretChanged()),
    new vscode.Disposable(() => plane.end()),
  );
  setImmediate(() => void loadKernels(clusters).catch((error: unknown) => logLine(log, 'error', String(error))));
  return {
    tree,
    run: (name, argument) => runCommand(commands, name, argument),
    present: {
      'aerodb.addCluster': () => addCluster(commands),
      'aerodb.tryIt': () =>
        tryIt({
          clusters,
          program: context.asAbsolutePath('dist/local-cluster.js'),
          storage: vscode.Uri.joinPath(context.globalStorageUri, 'local-cluster').fsPath,
          arrival,
        }),
      'aerodb.editCluster': editClusters,
      'aerodb.removeCluster': row => removeCluster(commands, row),
      'aerodb.setToken': row => setToken(commands, tree, row),
      'aerodb.refresh': row => refresh(commands, tree, row),
      'aerodb.refreshAll': () => refreshAll(tree),
      'aerodb.assumeOperator': row => assumeOperator(commands, row),
      'aerodb.giveUpAuthority': () => changeAuthority(commands, 'Observer'),
      'aerodb.becomeAuditor': () => changeAuthority(commands, 'Auditor'),
      'aerodb.showAuthority': () => showAuthority(commands),
      'aerodb.openAuditLog': request => auditEditor.show(request),
      'aerodb.verifyAuditLog': () => auditEditor.verify(),
      'aerodb.reconstruct': () => reconstructions.ask(),
      'aerodb.openDocumentation': () => openDocumentation(context.extensionUri, ENGINES),
      'aerodb.showLog': () => log.show(),
    },
    restore: webview => panels.restore(webview),
  };
}

/**
 * Whoever opened the view, or asked for a command, is about to ask a cluster: the code for that is loaded while the
 * person chooses.
 */
async function loadKernels(clusters: ConfiguredClusters): Promise<void> {
  const kernel = await import('./engines/connect.ts');
  await kernel.loadKernels(new Set(clusters.list().flatMap(({ config }) => (config.ok ? [config.value.kind] : []))));
}

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
