/** How far each replica of an AeroDB cluster is, as it is shown. */
import { label, sentence, type Bars, type Document, type Table } from '../../control-plane/model/document.ts';
import type { ReplicaProgress, ReplicationView, Wire } from '../../control-plane/model/views.ts';
import { ABSENT, fact, facts, plain, section, table } from '../documents.ts';
import { stateOf } from './document-members.ts';
import { TERMS } from './terms.ts';

type Replica = Wire<ReplicaProgress>;

/** Replicas in the order of the answer. */
export function replicationDocument({ primaryId, epoch, committedOffset, replicas }: Wire<ReplicationView>): Document {
  return {
    terms: TERMS,
    epoch,
    sections: [
      section(
        null,
        facts(
          fact(TERMS.primary, plain('code', primaryId)),
          fact(label('Committed offset (bytes)'), plain('number', committedOffset)),
          fact(label('Replicas'), plain('number', replicas.length.toString())),
        ),
      ),
      ...(replicas.length === 0 ? [] : [section(label('Lag'), { is: 'bars', bars: lagBars(replicas) })]),
      section(label('Replicas'), table(replicasTable(replicas))),
    ],
  };
}

function replicasTable(replicas: readonly Replica[]): Table {
  // A name stands for its node where each replica has one of its own; the ids are then beside the names, once.
  const isNamed =
    replicas.some(({ nodeId, name }) => name !== null && name !== nodeId) &&
    new Set(replicas.map(({ nodeId, name }) => name ?? nodeId)).size === replicas.length;
  const node = isNamed ? 'node' : 'id';
  return {
    caption: label('Replicas'),
    columns: [
      { key: 'node', title: label('Node'), is: 'text', width: 18 },
      { key: 'state', title: label('State'), is: 'text', width: 34 },
      { key: 'lagBytes', title: label('Lag (bytes)', 'lag bytes'), is: 'number', width: 12 },
      { key: 'lagCommits', title: label('Lag (commits)', 'lag commits'), is: 'number', width: 12 },
      { key: 'received', title: label('Received (bytes)', 'received'), is: 'number', width: 14 },
      { key: 'applied', title: label('Applied (bytes)', 'applied'), is: 'number', width: 14 },
      { key: 'acknowledged', title: label('Acknowledged (bytes)', 'acknowledged'), is: 'number', width: 16 },
      { key: 'at', title: label('Last acknowledged', 'last acknowledged at'), is: 'time', width: 26 },
      { key: 'id', title: label('Node id'), is: 'code', width: 38 },
      { key: 'ownState', title: label('State'), is: 'text', width: 26, isNarrow: true },
      { key: 'halted', title: label('Halt reason', 'halted by'), is: 'text', width: 26, isNarrow: true },
    ],
    rows: replicas.map(replica => [
      isNamed && replica.name === null ? { is: 'code', value: replica.nodeId } : replica.name,
      stateOf(replica.state, replica.haltReason),
      replica.lagBytes,
      replica.lagCommits,
      replica.receivedOffset,
      replica.appliedOffset,
      replica.acknowledgedOffset,
      replica.lastAcknowledgedAt,
      replica.nodeId,
      replica.state,
      replica.haltReason ?? ABSENT,
    ]),
    empty: label('The node reports no replicas.'),
    narrow: [
      [node, 'ownState', 'lagBytes', 'lagCommits'],
      ...(isNamed ? [['node', 'id']] : []),
      [node, 'received', 'applied', 'acknowledged'],
      [node, 'at', 'halted'],
    ],
  };
}

function lagBars(replicas: readonly Replica[]): Bars {
  const bytes = most(replicas.map(({ lagBytes }) => lagBytes));
  const commits = most(replicas.map(({ lagCommits }) => lagCommits));
  return {
    measures: [
      { title: label('Lag in bytes'), unit: label('Bytes'), most: bytes },
      { title: label('Lag in commits'), unit: label('Commits'), most: commits },
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
