/** Shows how far each replica of an AeroDB cluster is. */
import {
  label,
  sentence,
  type Bars,
  type Cell,
  type Column,
  type Document,
  type Table,
} from '../../control-plane/model/document.ts';
import type { ReplicaProgress, ReplicationView, Wire } from '../../control-plane/model/views.ts';
import { byName } from '../../text/natural.ts';
import { ABSENT, detail, fact, facts, plain, rowNodes, section, table } from '../documents.ts';
import { replicasLine } from '../headline.ts';
import { leadsAt } from './document.ts';
import { stateOf } from './document-members.ts';
import { tellerAmongReplicas } from './teller.ts';
import { TERMS } from './terms.ts';

type Replica = Wire<ReplicaProgress>;

const NODE_ID: Column = { key: 'id', title: label('Node id'), is: 'code', width: 38, isDetail: true };

/** Replicas by name. */
export function replicationDocument(
  { primaryId, epoch, committedOffset, replicas: told }: Wire<ReplicationView>,
  observer: string | null,
): Document {
  const replicas = byName(told);
  return {
    headline: [
      leadsAt(primaryId, undefined, epoch),
      ...replicasLine(
        replicas.map(({ lagBytes }) => lagBytes),
        most => sentence('largest lag {0} bytes', most),
      ),
    ],
    terms: TERMS,
    epoch,
    ...tellerAmongReplicas(replicas, observer),
    sections: [
      section(
        null,
        facts(
          detail(TERMS.primary, plain('code', primaryId)),
          fact(label('Committed offset (bytes)'), plain('number', committedOffset)),
          detail(label('Replicas'), plain('number', replicas.length.toString())),
        ),
      ),
      ...(replicas.length === 0 ? [] : [section(label('Lag'), { is: 'bars', bars: lagBars(replicas) })]),
      section(label('Replicas'), table(replicasTable(replicas))),
    ],
  };
}

function replicasTable(replicas: readonly Replica[]): Table {
  // If every replica has its own name, the name stands for the node, and the ids have their own column.
  const isNamed =
    replicas.some(({ nodeId, name }) => name !== null && name !== nodeId) &&
    new Set(replicas.map(({ nodeId, name }) => name ?? nodeId)).size === replicas.length;
  return {
    caption: label('Replicas'),
    columns: [
      { key: 'node', title: label('Node'), is: 'text', width: 14 },
      { key: 'state', title: label('State'), is: 'text', width: 26 },
      { key: 'lagBytes', title: label('Lag (bytes)', 'lag bytes'), is: 'number', width: 11 },
      { key: 'lagCommits', title: label('Lag (commits)', 'lag commits'), is: 'number', width: 11 },
      { key: 'applied', title: label('Applied (bytes)', 'applied'), is: 'number', width: 14 },
      { key: 'acknowledged', title: label('Acknowledged (bytes)', 'acknowledged'), is: 'number', width: 16 },
      { key: 'at', title: label('Last acknowledged', 'last acknowledged at'), is: 'time', width: 25 },
      { key: 'received', title: label('Received (bytes)', 'received'), is: 'number', width: 14, isDetail: true },
      ...(isNamed ? [NODE_ID] : []),
      { key: 'ownState', title: label('State'), is: 'text', width: 26, isNarrow: true },
      { key: 'halted', title: label('Halt reason', 'halted by'), is: 'text', width: 26, isNarrow: true },
    ],
    rows: replicas.map(replica => [
      nameCell(replica, isNamed),
      stateOf(replica.state, replica.haltReason),
      replica.lagBytes,
      replica.lagCommits,
      replica.appliedOffset,
      replica.acknowledgedOffset,
      replica.lastAcknowledgedAt,
      replica.receivedOffset,
      ...(isNamed ? [replica.nodeId] : []),
      replica.state,
      replica.haltReason ?? ABSENT,
    ]),
    nodes: rowNodes(replicas),
    empty: label('The node reports no replicas.'),
    narrow: [
      ['node', 'ownState', 'lagBytes', 'lagCommits'],
      ...(isNamed ? [['node', 'id']] : []),
      ['node', 'received', 'applied', 'acknowledged'],
      ['node', 'at', 'halted'],
    ],
  };
}

/** A replica by its name; also by its id if another replica has the same name. */
function nameCell({ name, nodeId }: Replica, isNamed: boolean): string | Cell {
  if (name === null || name === nodeId) return { is: 'code', value: nodeId };
  return isNamed ? name : { is: 'node', name, nodeId };
}

function lagBars(replicas: readonly Replica[]): Bars {
  const bytes = most(replicas.map(({ lagBytes }) => lagBytes));
  const commits = most(replicas.map(({ lagCommits }) => lagCommits));
  return {
    measures: [
      { title: label('Lag in bytes'), unit: label('Bytes'), most: bytes, column: 'lagBytes' },
      { title: label('Lag in commits'), unit: label('Commits'), most: commits, column: 'lagCommits' },
    ],
    bars: replicas.map(({ nodeId, name, lagBytes, lagCommits }) => ({ nodeId, name, amounts: [lagBytes, lagCommits] })),
    scale: sentence(
      'Scale of all bars: 0 to {0} bytes, 0 to {1} commits, the largest values in this answer.',
      plain('number', bytes),
      plain('number', commits),
    ),
  };
}

function most(amounts: readonly (string | null)[]): string {
  return amounts
    .reduce((high, amount) => (amount !== null && BigInt(amount) > high ? BigInt(amount) : high), 0n)
    .toString();
}
