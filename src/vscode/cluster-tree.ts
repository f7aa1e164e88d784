/**
 * The tree of clusters. Nothing is contacted until a person expands a cluster or asks for a refresh: that is the
 * recorded `inspect_cluster_state`. What a row shows is one answer of the kernel, dated; it is never used to decide.
 */
import * as vscode from 'vscode';
import { endpointsOf, endpointToText } from '../control-plane/clusters/cluster.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import type { DocumentedReading } from '../control-plane/model/document.ts';
import { nameAmong, type ClusterView, type Member } from '../control-plane/model/views.ts';
import { visible } from '../text/foreign.ts';
import { clusterLabel, type ConfiguredClusters } from './clusters.ts';
import { shownNodes } from './tree-nodes.ts';
import {
  errorItem,
  nodeItem,
  nodeTooltip,
  subjectItem,
  unavailableItem,
  type Row,
  type Unavailable,
} from './tree-rows.ts';

/** What is shown of a cluster: its last answer, and the question that is under way. */
interface Shown {
  readonly asked: Promise<CommandResult>;
  readonly result: CommandResult | undefined;
}

export class ClusterTree implements vscode.TreeDataProvider<Row> {
  readonly #changed = new vscode.EventEmitter<Row | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #clusters: ConfiguredClusters;
  readonly #inspect: (cluster: string) => Promise<CommandResult>;
  readonly #unavailable: (cluster: string) => Promise<Unavailable>;
  /** The answers that the rows show: presentation only, gone with the window. */
  readonly #shown = new Map<string, Shown>();
  /** The editor knows a row as the object that it was given: to redraw one row is to name that object. */
  readonly #rows = new Map<string, Row>();

  constructor(
    clusters: ConfiguredClusters,
    inspect: (cluster: string) => Promise<CommandResult>,
    unavailable: (cluster: string) => Promise<Unavailable>,
  ) {
    this.#clusters = clusters;
    this.#inspect = inspect;
    this.#unavailable = unavailable;
  }

  /**
   * Asks for one cluster anew: a person's explicit act. Until it answers, its rows stay as they are dated; no other row
   * waits for it.
   */
  async refresh(cluster: string): Promise<CommandResult> {
    const asked = this.#ask(cluster);
    return vscode.window.withProgress({ location: { viewId: 'aerodb.clusters' } }, () => asked);
  }

  /** The configuration or a secret changed: rows are rebuilt; nothing is contacted by that (P7-A1). */
  clustersChanged(): void {
    const names = new Set(this.#clusters.list().map(({ name }) => name));
    for (const shown of [...this.#shown.keys()]) if (!names.has(shown)) this.#shown.delete(shown);
    for (const row of [...this.#rows.keys()]) if (!names.has(row)) this.#rows.delete(row);
    this.#changed.fire(undefined);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined) return this.#clusters.list().map(({ name }) => this.#row(name));
    if (row.row === 'node') {
      // What the engine cannot be asked for is a row that says why, and no command.
      const { unavailable } = row;
      return [
        ...(['inspect_wal', 'inspect_snapshots'] as const)
          .filter(subject => !unavailable.has(subject))
          .map((subject): Row => ({ row: 'subject', cluster: row.cluster, of: row.node, subject })),
        ...[...unavailable].map(
          ([command, reason]): Row => ({ row: 'unavailable', cluster: row.cluster, command, reason, of: row.node }),
        ),
      ];
    }
    if (row.row !== 'cluster') return [];
    const shown = this.#shown.get(row.cluster);
    const result = shown?.result ?? (await (shown?.asked ?? this.#ask(row.cluster)));
    if (result.kind === 'failed') return [{ row: 'error', cluster: row.cluster, error: result.error }];
    const reading = clusterReading(result);
    const unavailable = await this.#unavailable(row.cluster);
    return [
      ...byName(reading === undefined ? [] : shownNodes(reading)).map(
        (shown): Row => ({ row: 'node', cluster: row.cluster, node: shown.nodeId, shown, unavailable }),
      ),
      ...(['inspect_replication_status', 'inspect_promotion_state'] as const).map(
        (subject): Row => ({ row: 'subject', cluster: row.cluster, subject }),
      ),
    ];
  }

  /** Draws a row from what is known now: a cluster that does not answer must not hold up the others' rows. */
  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.row) {
      case 'cluster':
        return this.#clusterItem(row.cluster);
      case 'node':
        return nodeItem(row);
      case 'subject':
        return subjectItem(row);
      case 'unavailable':
        return unavailableItem(row);
      case 'error':
        return errorItem(row.cluster, row.error);
    }
  }

  /** What only a hover shows is worked out for the row that is hovered: a thousand rows come without it. */
  resolveTreeItem(item: vscode.TreeItem, row: Row): vscode.TreeItem {
    if (row.row === 'node') item.tooltip = nodeTooltip(row);
    return item;
  }

  /** How a node is called by the answer that the tree shows. */
  nodeName(cluster: string, node: string): string | undefined {
    const result = this.#shown.get(cluster)?.result;
    return result === undefined ? undefined : nameAmong(clusterReading(result)?.view.members ?? [], node);
  }

  /**
   * Asks, and redraws the row of this cluster, and only this one, when its answer has come. The latest question counts.
   */
  #ask(cluster: string): Promise<CommandResult> {
    const asked = this.#inspect(cluster);
    this.#shown.set(cluster, { asked, result: this.#shown.get(cluster)?.result });
    void asked.then(result => {
      if (this.#shown.get(cluster)?.asked !== asked) return;
      this.#shown.set(cluster, { asked, result });
      this.#changed.fire(this.#row(cluster));
    });
    return asked;
  }

  #row(cluster: string): Row {
    const row = this.#rows.get(cluster) ?? { row: 'cluster', cluster };
    this.#rows.set(cluster, row);
    return row;
  }

  #clusterItem(name: string): vscode.TreeItem {
    const config = this.#clusters.find(name);
    const item = new vscode.TreeItem(
      visible(config.ok ? clusterLabel(config.value) : name),
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    item.id = `cluster/${name}`;
    item.contextValue = 'cluster';
    item.iconPath = new vscode.ThemeIcon(config.ok ? 'server-environment' : 'warning');
    const shown = this.#shown.get(name);
    const result = shown?.result;
    const reading = result?.kind === 'answered' ? clusterReading(result) : undefined;
    const observeOnly = config.ok && config.value.observeOnly === true ? [vscode.l10n.t('observe only')] : [];
    item.description = [
      ...(shown === undefined
        ? [vscode.l10n.t('not asked yet')]
        : result === undefined
          ? [vscode.l10n.t('asking…')]
          : reading === undefined
            ? [vscode.l10n.t('not available')]
            : dated(reading)),
      ...observeOnly,
    ].join(' · ');
    item.tooltip = config.ok
      ? [clusterTooltip(endpointsOf(config.value).map(endpointToText), reading), ...observeOnly].join('\n')
      : visible(config.error.message);
    item.accessibilityInformation = {
      label: `${vscode.l10n.t('Cluster {0}', item.label as string)}, ${item.description}`,
    };
    return item;
  }
}

/** Made once: `localeCompare` makes one for each of the ten thousand comparisons of a thousand names. */
const names = new Intl.Collator('en', { numeric: true });

/** In the order of their names, whatever their role or state (P7-A3). */
export function byName<T extends Pick<Member, 'name' | 'nodeId'>>(members: readonly T[]): readonly T[] {
  return [...members].sort((a, b) => names.compare(a.name, b.name) || (a.nodeId < b.nodeId ? -1 : 1));
}

function clusterReading(result: CommandResult): DocumentedReading<ClusterView> | undefined {
  return result.kind === 'answered' && result.answer.command === 'inspect_cluster_state'
    ? result.answer.reading
    : undefined;
}

/**
 * From when the rows are comes first, and the time before the day: a narrow side bar cuts off what comes last. The
 * tooltip has the kernel's own words.
 */
function dated({ view: { epoch }, observed: { time }, document }: DocumentedReading<ClusterView>): readonly string[] {
  const label = document().terms.epoch?.at.label;
  const [, day, clock, zone] = /^(.*)T([\d:]+)(?:\.\d+)?(.*)$/u.exec(time) ?? [];
  return [
    vscode.l10n.t('as of {0}', clock === undefined ? time : `${clock}${zone ?? ''}`),
    ...(epoch === null || label === undefined ? [] : [vscode.l10n.t(label, epoch.toString())]),
    ...(day === undefined ? [] : [day]),
  ].map(visible);
}

function clusterTooltip(endpoints: readonly string[], reading: DocumentedReading<ClusterView> | undefined): string {
  const configured = vscode.l10n.t('Endpoints: {0}', endpoints.join(', '));
  if (reading === undefined) return configured;
  const { observed } = reading;
  const { countsCommits, countsControlVersions } = reading.document().terms;
  const unknown = vscode.l10n.t('unknown');
  const counted = [
    ...(countsCommits ? [vscode.l10n.t('Commit {0}', observed.commitId?.toString() ?? unknown)] : []),
    ...(countsControlVersions
      ? [vscode.l10n.t('control version {0}', observed.controlVersion?.toString() ?? unknown)]
      : []),
  ];
  return [
    configured,
    vscode.l10n.t('Answered by node {0} at {1}', observed.nodeId ?? unknown, reading.endpoint),
    ...(counted.length === 0 ? [] : [counted.join(', ')]),
    vscode.l10n.t('Read at {0} (clock: {1})', observed.time, observed.clock),
    ...reading.skipped.map(({ endpoint, reason }) => `${endpoint}: ${reason}`),
  ]
    .map(visible)
    .join('\n');
}
