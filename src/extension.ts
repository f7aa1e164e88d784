/** The composition root of the editor: puts the parts together and holds no rule of its own. */
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import * as vscode from 'vscode';
import { writeExport } from './audit/export.ts';
import { refusingExposed } from './audit/exposed.ts';
import { openAuditLog } from './audit/log.ts';
import { openAuditPages } from './audit/pages.ts';
import { requestEnd } from './audit/query.ts';
import { openAuditReader } from './audit/reader.ts';
import type { AuditReader, AuditReview } from './control-plane/model/audit-reader.ts';
import { ControlPlane } from './control-plane/control-plane.ts';
import type { Operator } from './control-plane/commands/operator.ts';
import { WITHHELD } from './control-plane/model/plausible.ts';
import { AuditUnavailable, type AuditLog, type Clock } from './control-plane/ports.ts';
import { ENGINES } from './engines/registry.ts';
import { registerAuditEditor } from './vscode/audit-editor.ts';
import { registerAuthorityCommands } from './vscode/authority-commands.ts';
import { registerClusterCommands } from './vscode/cluster-commands.ts';
import { ClusterTree } from './vscode/cluster-tree.ts';
import { ConfiguredClusters, machineValue, type Connect } from './vscode/clusters.ts';
import { auditDirectoryIn, operatorNameIn } from './vscode/configured.ts';
import { registerOperatorCommands, type CommandContext } from './vscode/commands.ts';
import { EditorConfirmer } from './vscode/confirmer.ts';
import { KnownHead } from './vscode/known-head.ts';
import { Panels } from './vscode/panels.ts';
import { Results } from './vscode/results.ts';
import { StatusBar } from './vscode/status-bar.ts';

/** Registers and returns; contacts nobody, starts no process, exports nothing. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('AeroDB', { log: true });
  const panels = new Panels(context.extensionUri);
  const clusters = new ConfiguredClusters(ENGINES, context.secrets, connect, context.globalState);
  const statusBar = new StatusBar();
  const setting = auditDirectoryIn(machineValue('audit.directory'));
  const directory = 'refused' in setting ? { directory: WITHHELD } : setting;
  const reader = openAuditReader(directory);
  const head = new KnownHead(context.globalState, reader);
  const plane = new ControlPlane({
    audit:
      'refused' in setting
        ? nowhere(setting.refused)
        : refusingExposed(
            openAuditLog({ ...directory, onAppended: position => void head.keep(position).catch(() => undefined) }),
          ), // a head that was not kept proves less, and breaks nothing
    clusters,
    engines: ENGINES,
    confirmer: new EditorConfirmer(panels),
    clock: systemClock,
    ids: { uuid: randomUUID },
    operator: operator(),
  });
  const results = new Results(panels, clusters, log);
  const tree = new ClusterTree(
    clusters,
    cluster => plane.execute('inspect_cluster_state', { cluster }),
    cluster => plane.unavailable(cluster),
  );
  const commands = (): CommandContext => ({
    plane,
    clusters,
    results,
    nodeName: (cluster, node) => tree.nodeName(cluster, node),
  });
  context.subscriptions.push(
    log,
    statusBar,
    vscode.window.createTreeView('aerodb.clusters', { treeDataProvider: tree, showCollapseAll: true }),
    ...registerOperatorCommands(commands),
    ...registerAuthorityCommands(commands),
    ...registerClusterCommands(commands, () => tree),
    ...registerAuditEditor(commands, auditReview(reader, head), panels),
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

/** HTTP and its schemas load with the first command that needs them. */
const connect: Connect = async (cluster, secrets, limits) => {
  const kernel = await import('./engines/connect.ts');
  return kernel.connect(cluster, {
    secrets,
    timeouts: { connectMs: kernel.DEFAULT_TIMEOUTS.connectMs, ...limits },
  });
};

const systemClock: Clock = { name: 'editor-system-utc', now: () => new Date().toISOString() };

/** The operating system's word for who sits here, and a configured name beside it; recorded as asserted. */
function operator(): Operator {
  return { account: account(), host: hostname(), name: operatorNameIn(machineValue('operatorName')) };
}

function account(): string {
  try {
    return userInfo().username;
  } catch {
    // The system knows no name for this user id: then there is none, and control commands are refused (P7-O3).
    return '';
  }
}

/** Without a place for it there is no log, and what cannot be recorded is not done (P7-O3). */
function nowhere(why: string): AuditLog {
  return { append: () => Promise.reject(new AuditUnavailable(why)) };
}

function auditReview(reader: AuditReader, head: KnownHead): AuditReview {
  return {
    reader,
    knownHead: () => head.get(),
    openPages: () => openAuditPages(reader.path),
    requestEnd,
    describe: async (kind, target, kernel) =>
      (await ENGINES.find(({ id }) => id === kind)?.describeRecorded(target, kernel)) ?? null,
    exportTo: writeExport,
  };
}
