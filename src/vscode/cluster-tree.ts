/**
 * The tree of clusters. Nothing is contacted until a person expands a cluster or asks for a refresh; this is the
 * recorded `inspect_cluster_state`. A row shows one answer of the kernel with its time. No decision is ever based on
 * it.
 */
import * as vscode from 'vscode';
import { endpointsOf } from '../control-plane/clusters/cluster.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import { nameAmong } from '../control-plane/model/views.ts';
import type { LastReport } from '../panel-protocol/panels.ts';
import { byName } from '../text/natural.ts';
import type { ConfiguredClusters } from './clusters.ts';
import { addressesIn } from './configured.ts';
import { lastKnownOf } from './last-known.ts';
import { clusterItem, clusterReading, type ShownAnswer } from './tree-clusters.ts';
import { changeIn, type Change } from './tree-marks.ts';
import { shownNodes } from './tree-nodes.ts';
import {
  errorItem,
  groupItem,
  nodeItem,
  nodeTooltip,
  subjectItem,
  unavailableItem,
  type Row,
  type Unavailable,
} from './tree-rows.ts';

/** What is shown of a cluster: its last answer, the request that is running, and what changed since it was sent. */
interface Shown {
  readonly asked: Promise<CommandResult>;
  /** The kind and addresses of the cluster that was asked. The same name may later belong to another cluster. */
  readonly of: string;
  readonly answer: ShownAnswer | undefined;
  readonly change?: Change;
}

/** How many clusters are read at the same time when a person refreshes all of them. Each has its own connections. */
const AT_ONCE = 4;

export class ClusterTree implements vscode.TreeDataProvider<Row> {
  readonly #changed = new vscode.EventEmitter<Row | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #clusters: ConfiguredClusters;
  readonly #inspect: (cluster: string) => Promise<CommandResult>;
  readonly #unavailable: (cluster: string) => Promise<Unavailable>;
  readonly #now: () => string;
  /** The answers that the rows show. They are for presentation only and end with the window. */
  readonly #shown = new Map<string, Shown>();
  /**
   * The row objects that the editor was given. It recognises a row by its object, so the same object is needed to
   * redraw it.
   */
  readonly #rows = new Map<string, Row>();

  /** `now` is the clock of this window, in RFC 3339. */
  constructor(
    clusters: ConfiguredClusters,
    inspect: (cluster: string) => Promise<CommandResult>,
    unavailable: (cluster: string) => Promise<Unavailable>,
    now: () => string,
  ) {
    this.#clusters = clusters;
    this.#inspect = inspect;
    this.#unavailable = unavailable;
    this.#now = now;
  }

  /**
   * Reads one cluster again, because a person asked for it. Until it answers, its rows keep the old answer with its
   * time; no other row waits.
   */
  async refresh(cluster: string): Promise<CommandResult> {
    const asked = this.#ask(cluster);
    return vscode.window.withProgress({ location: { viewId: 'aerodb.clusters' } }, () => asked);
  }

  /**
   * Reads every configured cluster once, a few at a time, in configured order, because a person asked for it. Each
   * answer and each failure is shown in the row of its cluster. After a stop, no further cluster is contacted.
   */
  async refreshAll(
    asking: (cluster: string, nth: number, of: number) => void,
    isStopped: () => boolean,
  ): Promise<void> {
    const names = this.#names();
    const waiting = names.entries();
    const askOnAndOn = async (): Promise<void> => {
      for (const [index, name] of waiting) {
        if (isStopped()) return;
        asking(name, index + 1, names.length);
        const asked = this.#ask(name);
        this.#changed.fire(this.#row(name));
        await asked;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, askOnAndOn));
  }

  /**
   * Marks the rows of a cluster after a request that changed it, or may have changed it: they were read before it.
   * Contacts nothing (P7-F3); the next refresh that a person asks for shows the present state.
   */
  concluded(result: CommandResult): void {
    const change = changeIn(result, this.#now());
    const shown = result.cluster === null ? undefined : this.#shown.get(result.cluster);
    if (change === undefined || shown === undefined || result.cluster === null) return;
    const { answer } = shown;
    this.#shown.set(result.cluster, {
      ...shown,
      answer: answer === undefined ? undefined : { ...answer, mark: change },
      change,
    });
    this.#changed.fire(this.#row(result.cluster));
  }

  /** The configuration or a secret changed: builds the rows again and contacts nothing (P7-A1). */
  clustersChanged(): void {
    const names = new Set(this.#names());
    for (const [name, { of }] of [...this.#shown]) {
      if (names.has(name) && of === addressesIn(this.#clusters, name)) continue;
      this.#shown.delete(name);
      this.#rows.delete(name);
    }
    for (const row of [...this.#rows.keys()]) if (!names.has(row)) this.#rows.delete(row);
    this.#changed.fire(undefined);
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined) {
      const rows = this.#top();
      // The welcome text says that no cluster is configured. It must not appear before the settings were read.
      void vscode.commands.executeCommand('setContext', 'aerodb.noCluster', rows.length === 0);
      return rows;
    }
    if (row.row === 'group') return row.clusters.map(name => this.#row(name));
    if (row.row === 'node') {
      // A command that the engine does not support becomes a row that says why, without a command.
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
    return row.row === 'cluster' ? this.#below(row.cluster) : [];
  }

  /** Draws a row from what is known now: a cluster that does not answer must not delay the rows of others. */
  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.row) {
      case 'group':
        return groupItem(row);
      case 'cluster': {
        const shown = this.#shown.get(row.cluster);
        return clusterItem(row.cluster, this.#clusters.find(row.cluster), shown && (shown.answer ?? 'asking'));
      }
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

  /** Makes a tooltip only when the person hovers over its row, because a thousand rows would take long. */
  resolveTreeItem(item: vscode.TreeItem, row: Row): vscode.TreeItem {
    if (row.row === 'node') item.tooltip = nodeTooltip(row);
    return item;
  }

  /** The name of a node in the answer that the tree shows. */
  nodeName(cluster: string, node: string): string | undefined {
    const reading = clusterReading(this.#shown.get(cluster)?.answer?.result);
    return nameAmong(reading?.view.members ?? [], node);
  }

  /** What the answer in the tree says about a node. Taken from memory; no node is contacted. */
  lastKnown(cluster: string, node: string): LastReport | undefined {
    const answer = this.#shown.get(cluster)?.answer;
    const reading = clusterReading(answer?.result);
    return reading === undefined ? undefined : lastKnownOf(reading, node, answer?.mark);
  }

  /**
   * Reads the cluster, and redraws only its row when the answer arrives. Only the answer to the latest request is
   * shown.
   */
  #ask(cluster: string): Promise<CommandResult> {
    const asked = this.#inspect(cluster);
    const of = addressesIn(this.#clusters, cluster);
    this.#shown.set(cluster, { asked, of, answer: this.#shown.get(cluster)?.answer });
    void asked.then(result => {
      const shown = this.#shown.get(cluster);
      if (shown?.asked !== asked) return;
      const { change } = shown;
      const answer = { result, time: this.#now() };
      this.#shown.set(cluster, {
        asked,
        of,
        answer: change === undefined ? answer : { ...answer, mark: { ...change, wasAsked: true } },
      });
      this.#changed.fire(this.#row(cluster));
    });
    return asked;
  }

  /** Each name once. Two clusters with one name are one row, which says that there are two. */
  #names(): readonly string[] {
    return [...new Set(this.#clusters.list().map(({ name }) => name))];
  }

  /** Clusters in configured order. A group stands where its first cluster stands. */
  #top(): Row[] {
    const names = this.#names();
    const groups = new Map(
      this.#clusters.list().map(({ name, config }) => [name, config.ok ? config.value.group : undefined]),
    );
    return names.flatMap((name): Row[] => {
      const group = groups.get(name);
      if (group === undefined) return [this.#row(name)];
      const clusters = names.filter(other => groups.get(other) === group);
      return clusters[0] === name ? [{ row: 'group', group, clusters }] : [];
    });
  }

  /** The rows below a cluster: first what concerns the whole cluster, then its nodes by name. */
  async #below(cluster: string): Promise<Row[]> {
    const shown = this.#shown.get(cluster);
    const result = shown?.answer?.result ?? (await (shown?.asked ?? this.#ask(cluster)));
    if (result.kind === 'failed') return [{ row: 'error', cluster, error: result.error }];
    const reading = clusterReading(result);
    const config = this.#clusters.find(cluster);
    const unavailable = await this.#unavailable(cluster);
    const mark = this.#shown.get(cluster)?.answer?.mark;
    const nodes = reading === undefined ? [] : shownNodes(reading, config.ok ? endpointsOf(config.value) : [], mark);
    return [
      ...(['inspect_cluster_state', 'inspect_replication_status', 'inspect_promotion_state'] as const).map(
        (subject): Row => ({ row: 'subject', cluster, subject }),
      ),
      ...byName(nodes).map((node): Row => ({ row: 'node', cluster, node: node.nodeId, shown: node, unavailable })),
    ];
  }

  #row(cluster: string): Row {
    const row = this.#rows.get(cluster) ?? { row: 'cluster', cluster };
    this.#rows.set(cluster, row);
    return row;
  }
}
