/**
 * The tree of clusters. Nothing is contacted until a person expands a cluster or asks for a refresh: that is the
 * recorded `inspect_cluster_state`. What a row shows is one answer of the kernel, dated; it is never used to decide.
 */
import * as vscode from 'vscode';
import { endpointsOf, endpointToText } from '../control-plane/cluster.ts';
import type { CommandName } from '../control-plane/commands.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import type { ControlError } from '../control-plane/errors.ts';
import type { DocumentedReading } from '../control-plane/document.ts';
import type { ClusterView, Member } from '../control-plane/views.ts';
import { visible } from '../text/foreign.ts';
import { clusterLabel, type ConfiguredClusters } from './clusters.ts';
import { commandId } from './command-ids.ts';
import { commandTitle } from './titles.ts';
import { nodeDescription, nodeFacts, shownNodes, type ShownNode } from './tree-nodes.ts';

/** A row. `cluster` and `node` are what a command that is run on the row is about. */
export type Row =
  | { readonly row: 'cluster'; readonly cluster: string }
  | {
      readonly row: 'node';
      readonly cluster: string;
      readonly node: string;
      readonly shown: ShownNode;
      readonly unavailable: Unavailable;
    }
  | { readonly row: 'subject'; readonly cluster: string; readonly subject: Subject; readonly of?: string }
  | {
      readonly row: 'unavailable';
      readonly cluster: string;
      readonly command: CommandName;
      readonly reason: string;
      readonly of: string;
    }
  | { readonly row: 'error'; readonly cluster: string; readonly error: ControlError };

/** What the cluster's engine cannot be asked for, with the reason. */
type Unavailable = ReadonlyMap<CommandName, string>;

type Subject = 'inspect_replication_status' | 'inspect_promotion_state' | 'inspect_wal' | 'inspect_snapshots';

const SUBJECTS: Readonly<Record<Subject, { readonly label: () => string; readonly icon: string }>> = {
  inspect_replication_status: { label: () => vscode.l10n.t('Replication'), icon: 'git-compare' },
  inspect_promotion_state: { label: () => vscode.l10n.t('Promotion'), icon: 'arrow-swap' },
  inspect_wal: { label: () => vscode.l10n.t('WAL'), icon: 'list-ordered' },
  inspect_snapshots: { label: () => vscode.l10n.t('Snapshots'), icon: 'device-camera' },
};

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
    return result === undefined
      ? undefined
      : clusterReading(result)?.view.members.find(({ nodeId }) => nodeId === node)?.name;
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
  const { label } = document().terms.atEpoch;
  const [, day, clock, zone] = /^(.*)T([\d:]+)(?:\.\d+)?(.*)$/u.exec(time) ?? [];
  return [
    vscode.l10n.t('as of {0}', clock === undefined ? time : `${clock}${zone ?? ''}`),
    ...(epoch === null ? [] : [vscode.l10n.t(label, epoch.toString())]),
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

/** Role by icon and by word; a halted node has another shape, not only another colour. */
function nodeItem({ cluster, shown, unavailable }: Row & { readonly row: 'node' }): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(shown.name), vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `node/${cluster}/${shown.nodeId}`;
  // Its menu offers what the engine can be asked for: package.json looks for these words.
  item.contextValue = ['node', ...[...unavailable.keys()].map(command => `without_${command}`)].join(' ');
  item.iconPath = new vscode.ThemeIcon(nodeIcon(shown));
  item.description = visible(nodeDescription(shown));
  item.accessibilityInformation = {
    label: vscode.l10n.t('Node {0}, {1}, health {2}', visible(shown.name), item.description, shown.health),
  };
  item.command = {
    command: commandId('inspect_node'),
    title: commandTitle('inspect_node'),
    arguments: [{ cluster, node: shown.nodeId }],
  };
  return item;
}

function nodeIcon({ role, health }: ShownNode): string {
  if (health === 'halted') return 'circle-slash';
  if (health === 'unknown' || role === 'unknown') return 'question';
  return role === 'primary' ? 'circle-filled' : 'circle-outline';
}

function nodeTooltip({ shown, unavailable }: Row & { readonly row: 'node' }): string {
  return [
    `${shown.name} (${shown.nodeId})`,
    ...nodeFacts(shown),
    ...[...unavailable].map(([command, reason]) => notAvailable(command, reason)),
  ]
    .map(visible)
    .join('\n');
}

function subjectItem(row: Row & { readonly row: 'subject' }): vscode.TreeItem {
  const { label: words, icon } = SUBJECTS[row.subject];
  const label = words();
  const item = new vscode.TreeItem(label);
  item.tooltip = label;
  item.id = `${row.subject}/${row.cluster}/${row.of ?? ''}`;
  item.contextValue = 'subject';
  item.iconPath = new vscode.ThemeIcon(icon);
  item.command = {
    command: commandId(row.subject),
    title: label,
    arguments: [{ cluster: row.cluster, ...(row.of === undefined ? {} : { node: row.of }) }],
  };
  return item;
}

function notAvailable(command: CommandName, reason: string): string {
  return vscode.l10n.t('{0}: not available. {1}', commandTitle(command), reason);
}

function unavailableItem({ cluster, command, reason, of }: Row & { readonly row: 'unavailable' }): vscode.TreeItem {
  const title = commandTitle(command);
  const item = new vscode.TreeItem(title);
  item.id = `unavailable/${command}/${cluster}/${of}`;
  item.contextValue = 'unavailable';
  item.iconPath = new vscode.ThemeIcon('circle-slash');
  item.description = vscode.l10n.t('not available');
  item.tooltip = visible(reason);
  item.accessibilityInformation = { label: visible(notAvailable(command, reason)) };
  return item;
}

function errorItem(cluster: string, error: ControlError): vscode.TreeItem {
  const item = new vscode.TreeItem(visible(error.message));
  item.id = `error/${cluster}`;
  item.contextValue = 'error';
  item.iconPath = new vscode.ThemeIcon('error');
  item.description = visible(error.code);
  item.tooltip = [`${error.domain} ${error.code} [${error.invariants.join(', ')}]`, error.message]
    .map(visible)
    .join('\n');
  item.accessibilityInformation = {
    label: visible(vscode.l10n.t('Not available. {0}: {1}', error.code, error.message)),
  };
  return item;
}
