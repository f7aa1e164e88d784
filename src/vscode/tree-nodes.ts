/** What a row of a node says, from the document of the cluster's last answer. */
import * as vscode from 'vscode';
import {
  memberTableOf,
  topologyOf,
  type Cell,
  type DocumentedReading,
  type LagUnit,
  type Table,
  type TopologyNode,
} from '../control-plane/model/document.ts';
import type { ClusterView, Member } from '../control-plane/model/views.ts';

/** A node of the topology, with what its tooltip is made from. */
export interface ShownNode extends TopologyNode {
  readonly units: readonly LagUnit[];
  readonly table: Table | undefined;
  /** Its row in the table. */
  readonly at: number;
}

/** The nodes of an answer, in its order. */
export function shownNodes({ view, document }: DocumentedReading<ClusterView>): readonly ShownNode[] {
  const shown = document();
  const table = memberTableOf(shown);
  const { nodes = view.members.map(plainNode), units = [] } = topologyOf(shown) ?? {};
  return nodes.map((node, at) => ({ ...node, units, table, at }));
}

/** A member of which the document draws no picture. */
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

/** The engine's word for the role, what is wrong, how far it is behind, and its state. */
export function nodeDescription({ role, told, health, lag, units, state, haltReason }: ShownNode): string {
  const at = units.findIndex(({ leads }) => leads);
  const unit = units[at];
  // What a narrow side bar cuts off is what the icon and the tooltip say too.
  const trouble =
    health === 'unknown' ? [vscode.l10n.t('health unknown')] : health === 'halted' ? [vscode.l10n.t('halted')] : [];
  return [
    told,
    ...trouble,
    // An engine that tells no lag has none to be unknown.
    ...(role === 'primary' || unit === undefined ? [] : [lagWords(lag[at] ?? null, unit)]),
    haltReason === null ? state : `${state}: ${haltReason}`,
  ].join(' · ');
}

function lagWords(amount: string | null, unit: LagUnit): string {
  if (amount === null) return vscode.l10n.t('lag unknown');
  const { label } = unit.unit;
  return vscode.l10n.t('lag {0} {1}', amount, vscode.l10n.t(label));
}

/** Every column of the node's row in the table of members; what does not apply to it is left out. */
export function nodeFacts({ nodeId, table, at }: ShownNode): readonly string[] {
  if (table === undefined) return [];
  return table.columns.flatMap(({ title: { label }, isNarrow }, column) => {
    const value = table.rows[at]?.[column] ?? null;
    if (column === 0 || value === nodeId || isNarrow === true) return [];
    const words = typeof value === 'string' ? value : value === null ? vscode.l10n.t('unknown') : cellWords(value);
    return words === undefined ? [] : [`${vscode.l10n.t(label)}: ${words}`];
  });
}

function cellWords(cell: Cell): string | undefined {
  if ('value' in cell) return cell.value ?? vscode.l10n.t('unknown');
  switch (cell.is) {
    case 'absent':
      return undefined;
    case 'word': {
      const { label } = cell.word;
      return vscode.l10n.t(label);
    }
    case 'sentence': {
      const { label, values } = cell.sentence;
      return vscode.l10n.t(label, ...values.map(({ value }) => value ?? vscode.l10n.t('unknown')));
    }
    case 'node':
      return cell.name === null ? cell.nodeId : `${cell.name} (${cell.nodeId})`;
    case 'told_role':
      return cell.told;
    case 'state':
      return `${cell.state}: ${cell.reason ?? vscode.l10n.t('unknown')}`;
  }
}
