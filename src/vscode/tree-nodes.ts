/** What a row of a node says, from the document of the cluster's last answer. */
import * as vscode from 'vscode';
import type { Endpoint } from '../control-plane/clusters/cluster.ts';
import { normalAddress } from '../control-plane/clusters/same-cluster.ts';
import type {
  Cell,
  DocumentedReading,
  LagUnit,
  Sentence,
  Table,
  TopologyNode,
} from '../control-plane/model/document.ts';
import { memberTableOf, topologyOf } from '../control-plane/model/members-shown.ts';
import type { ClusterView, Member, SkippedEndpoint } from '../control-plane/model/views.ts';
import { markWords, type Mark } from './tree-marks.ts';

/** A node of the topology, with what its row and its tooltip need. */
export interface ShownNode extends TopologyNode {
  readonly units: readonly LagUnit[];
  readonly table: Table | undefined;
  /** The number of its row in the table. */
  readonly at: number;
  /** Its own address with the reason, when that was asked without success before another address answered. */
  readonly skipped?: SkippedEndpoint;
  readonly mark?: Mark;
}

/** The nodes of an answer, in its order. `endpoints` are those of its cluster. */
export function shownNodes(
  reading: DocumentedReading<ClusterView>,
  endpoints: readonly Endpoint[],
  mark: Mark | undefined,
): readonly ShownNode[] {
  const { view, document } = reading;
  const shown = document();
  const table = memberTableOf(shown);
  const { nodes = view.members.map(plainNode), units = [] } = topologyOf(shown) ?? {};
  const unanswered = unansweredIn(reading, endpoints);
  return nodes.map((node, at) => {
    const skipped = unanswered.get(node.nodeId);
    return {
      ...node,
      units,
      table,
      at,
      ...(skipped === undefined ? {} : { skipped }),
      ...(mark === undefined ? {} : { mark }),
    };
  });
}

/** A member that the document's topology does not show. */
function plainNode({ nodeId, name, role, health, replicationState, haltReason }: Member): TopologyNode {
  return {
    nodeId,
    name,
    role,
    told: role,
    health,
    state: replicationState,
    haltReason,
    lag: [],
    follows: 'none',
  };
}

/**
 * The endpoints that gave no answer, by the member behind each: the one that the configuration names, or else the only
 * one that announces this address. Several members may be behind one proxy; then no member is named.
 */
function unansweredIn(
  { view, skipped }: DocumentedReading<ClusterView>,
  endpoints: readonly Endpoint[],
): ReadonlyMap<string, SkippedEndpoint> {
  const found = new Map<string, SkippedEndpoint>();
  for (const one of skipped) {
    const [member, another] = membersAt(view.members, endpoints, one.endpoint);
    if (member !== undefined && another === undefined) found.set(member.nodeId, one);
  }
  return found;
}

/** The members that a configured address may lead to. */
export function membersAt(members: readonly Member[], endpoints: readonly Endpoint[], url: string): readonly Member[] {
  const named = endpoints.find(one => one.url === url)?.member;
  if (named !== undefined) return members.filter(({ nodeId, name }) => nodeId === named || name === named);
  const address = normalAddress(url);
  return members.filter(({ apiUrl }) => apiUrl !== null && normalAddress(apiUrl) === address);
}

/** Whether the kernel, or the connection to the node's own address, reports that it does not answer. */
export function isSilent({ isSilent: isReported, skipped }: ShownNode): boolean {
  return isReported === true || (skipped !== undefined && skipped.answered !== true);
}

/**
 * The most important differences first: that it is halted and why, its role, that it does not answer, how far it is
 * behind.
 */
export function nodeDescription(node: ShownNode): string {
  const { role, told, health, state, haltReason, units, lag, mark } = node;
  const isHalted = health === 'halted';
  const at = units.findIndex(({ leads }) => leads);
  const unit = units[at];
  return [
    ...(isHalted ? [vscode.l10n.t('halted: {0}', haltReason ?? state)] : []),
    // A member that is in no group is described by its state only.
    ...(told === state && isHalted ? [] : [told === 'unknown' ? vscode.l10n.t('role unknown') : told]),
    ...(isSilent(node) ? [vscode.l10n.t('no answer')] : health === 'unknown' ? [vscode.l10n.t('health unknown')] : []),
    // An engine that reports no lag has no unknown lag either.
    ...(isHalted || node.isSilent === true || role === 'primary' || unit === undefined
      ? []
      : [lagWords(lag[at] ?? null, unit, lag)]),
    ...stateWords(node),
    ...(mark === undefined ? [] : [markWords(mark)]),
  ].join(' · ');
}

/** The state, when it adds something to the words before it. */
function stateWords(node: ShownNode): readonly string[] {
  const { told, health, state, haltReason, isStateImplied } = node;
  if (health === 'halted' || told === state) return [];
  if (haltReason !== null) return [`${state}: ${haltReason}`];
  if (isStateImplied === true) return [];
  return state !== 'unknown' ? [state] : isSilent(node) ? [] : [vscode.l10n.t('state unknown')];
}

/** A lag that is not known is called unknown, never 0 (freeze/never-zero). */
function lagWords(amount: string | null, unit: LagUnit, all: readonly (string | null)[]): string {
  if (amount === null) return vscode.l10n.t('lag unknown');
  if (all.every(one => one === '0')) return vscode.l10n.t('lag 0');
  const { label } = unit.unit;
  return vscode.l10n.t('lag {0} {1}', amount, vscode.l10n.t(label));
}

/** Which address was asked before, and why its answer was not used, in the original words. */
export function skippedWords({ endpoint, reason }: SkippedEndpoint): string {
  return vscode.l10n.t('Asked before: {0}: {1}', endpoint, reason);
}

/** Every column of the node's row in the table of members. Values that do not apply are left out. */
export function nodeFacts({ nodeId, table, at }: ShownNode): readonly string[] {
  if (table === undefined) return [];
  return table.columns.flatMap(({ title: { label }, isNarrow }, column) => {
    const value = table.rows[at]?.[column] ?? null;
    if (column === 0 || value === nodeId || isNarrow === true) return [];
    const words = typeof value === 'string' ? value : value === null ? vscode.l10n.t('unknown') : cellWords(value);
    return words === undefined ? [] : [`${vscode.l10n.t(label)}: ${words}`];
  });
}

/** A sentence of a document as text. */
export function sentenceWords({ label, values }: Sentence): string {
  return vscode.l10n.t(label, ...values.map(({ value }) => value ?? vscode.l10n.t('unknown')));
}

/** A cell as text; `undefined` when it does not apply. */
function cellWords(cell: Cell): string | undefined {
  if ('value' in cell) return cell.value ?? vscode.l10n.t('unknown');
  switch (cell.is) {
    case 'absent':
      return undefined;
    case 'word': {
      const { label } = cell.word;
      return vscode.l10n.t(label);
    }
    case 'sentence':
      return sentenceWords(cell.sentence);
    case 'node':
      return cell.name === null ? cell.nodeId : `${cell.name} (${cell.nodeId})`;
    case 'told_role':
      return cell.told;
    case 'state':
      return `${cell.state}: ${cell.reason ?? vscode.l10n.t('unknown')}`;
  }
}
