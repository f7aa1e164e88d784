/** What MySQL shows of a group, a member, replication, its own log, diagnostics, an explanation and an execution. */
import { label, sentence, type Bars, type Document, type Table } from '../../control-plane/model/document.ts';
import type { DiagnosticsView, PromotionView, Wire } from '../../control-plane/model/views.ts';
import {
  ABSENT,
  diagnostics,
  entries,
  fact,
  facts,
  membersTopology,
  nodeCell,
  plain,
  section,
  table,
  type EventForms,
} from '../documents.ts';
import { gtidSection, membersTable, nodeSections, PICTURE } from './document-members.ts';
import { TERMS } from './terms.ts';
import type {
  MysqlClusterView,
  MysqlMember,
  MysqlNodeView,
  MysqlProgress,
  MysqlReplica,
  MysqlReplicationView,
} from './views.ts';

/** Members, roles, states and queues. */
export function clusterDocument({ name, primaryId, groupView, members }: Wire<MysqlClusterView>): Document {
  const primary = members.find(({ nodeId }) => nodeId === primaryId);
  return {
    terms: TERMS,
    sections: [
      section(
        null,
        facts(
          fact(label('Group'), plain('code', name)),
          fact(TERMS.primary, primary === undefined ? plain('code', primaryId) : nodeCell(primary)),
          fact(label('Members'), plain('number', members.length.toString())),
          fact(label('View of the group'), plain('code', groupView)),
        ),
      ),
      section(label('Topology'), { is: 'topology', topology: membersTopology(members, primaryId, PICTURE) }),
      section(label('Members'), table(membersTable(members))),
    ],
  };
}

/** One member. */
export function nodeDocument(view: Wire<MysqlNodeView>): Document {
  return { terms: TERMS, sections: nodeSections(view) };
}

/** How far each member is, as the group has it, and the sets of the one that answered. */
export function replicationDocument(view: Wire<MysqlReplicationView>): Document {
  const { primaryId, replicas, gtids, progress, committedByAll } = view;
  return {
    terms: TERMS,
    sections: [
      section(
        null,
        facts(
          fact(TERMS.primary, plain('code', primaryId)),
          fact(label('Secondaries'), plain('number', replicas.length.toString())),
          fact(label('Committed by all members'), plain('code', committedByAll === '' ? null : committedByAll)),
        ),
      ),
      ...(replicas.length === 0 ? [] : [section(label('Queues'), { is: 'bars', bars: queueBars(replicas) })]),
      section(
        label('Secondaries'),
        table({
          caption: label('Secondaries'),
          columns: [
            { key: 'node', title: label('Node'), is: 'text', width: 38 },
            { key: 'state', title: label('State'), is: 'text', width: 14 },
            { key: 'certifying', title: label('To certify', 'to certify'), is: 'number', width: 11 },
            { key: 'applying', title: label('To apply', 'to apply'), is: 'number', width: 11 },
            { key: 'applied', title: label('Applied from others', 'applied'), is: 'number', width: 20 },
          ],
          rows: replicas.map(({ nodeId, name, state, certifying, applying, applied }) => [
            name ?? nodeId,
            state,
            certifying,
            applying,
            applied,
          ]),
          empty: label('The node reports no secondaries.'),
          narrow: [['node', 'state', 'certifying', 'applying', 'applied']],
        }),
      ),
      section(
        label('GTID progress, by the word of each member'),
        { is: 'bars', bars: progressBars(progress) },
        table(progressTable(progress)),
      ),
      gtidSection(gtids),
    ],
  };
}

/** Executed, and received and not applied: two scales, since the one is the whole past and the other what waits. */
function progressBars(progress: readonly Wire<MysqlProgress>[]): Bars {
  const measures = [
    ['executed', label('Executed')],
    ['notApplied', label('Received and not applied')],
  ] as const;
  return {
    measures: measures.map(([key, title]) => ({
      title,
      unit: label('Transactions', 'transactions'),
      most: mostOf(progress.map(member => member[key])),
    })),
    bars: progress.map(({ nodeId, name, executed, notApplied }) => ({ nodeId, name, amounts: [executed, notApplied] })),
    scale: sentence(
      'Scale of the bars: 0 to {0} transactions executed, 0 to {1} not applied, the largest values in this answer.',
      plain('number', mostOf(progress.map(({ executed }) => executed))),
      plain('number', mostOf(progress.map(({ notApplied }) => notApplied))),
    ),
  };
}

function progressTable(progress: readonly Wire<MysqlProgress>[]): Table {
  return {
    caption: label('GTID progress'),
    columns: [
      { key: 'node', title: label('Node'), is: 'text', width: 28 },
      { key: 'executed', title: label('Executed'), is: 'number', width: 14 },
      { key: 'waiting', title: label('Received and not applied', 'not applied'), is: 'number', width: 14 },
      { key: 'at', title: label('Read at'), is: 'time', width: 28 },
      { key: 'why', title: label('Why it is unknown', 'why unknown'), is: 'text', width: 40 },
    ],
    rows: progress.map(({ name, executed, notApplied, at, unknown }) => [
      name,
      executed,
      notApplied,
      unknown === null ? at : ABSENT,
      unknown ?? ABSENT,
    ]),
    empty: label('The node reports no members.'),
    narrow: [
      ['node', 'executed', 'waiting', 'at'],
      ['node', 'why'],
    ],
  };
}

function mostOf(values: readonly (string | null)[]): string {
  return values.reduce((high, value) => (value !== null && BigInt(value) > high ? BigInt(value) : high), 0n).toString();
}

function queueBars(replicas: readonly Wire<MysqlReplica>[]): Bars {
  const measures = [
    ['certifying', label('Transactions to certify')],
    ['applying', label('Transactions to apply')],
  ] as const;
  const most = (key: 'certifying' | 'applying'): string => mostOf(replicas.map(replica => replica[key]));
  return {
    measures: measures.map(([key, title]) => ({
      title,
      unit: label('Transactions', 'transactions'),
      most: most(key),
    })),
    bars: replicas.map(({ nodeId, name, certifying, applying }) => ({ nodeId, name, amounts: [certifying, applying] })),
    scale: sentence(
      'Scale of the bars: 0 to {0} transactions to certify, 0 to {1} to apply, the largest values in this answer.',
      plain('number', most('certifying')),
      plain('number', most('applying')),
    ),
  };
}

const FAILURES = new Set(['majority lost', 'expelled', 'primary left']);
const EVENTS: EventForms = {
  mark: type => (FAILURES.has(type) ? 'failure' : type === 'primary elected' ? 'success' : 'other'),
  lacks: () => ['reason', 'mode', 'operator', 'nodeId', 'requestId'],
};

/** What a member logged of its group: MySQL keeps no record of requests. */
export function promotionDocument({ state, events }: Wire<PromotionView>): Document {
  return {
    terms: TERMS,
    sections: [
      section(null, facts(fact(label('State'), plain('strong', state)))),
      section(label('What this member logged of its group'), {
        is: 'events',
        entries: entries(events, EVENTS),
        empty: label('The log of this member holds nothing of its group.'),
      }),
    ],
  };
}

export function diagnosticsDocument({ sections }: Wire<DiagnosticsView>): Document {
  return { terms: TERMS, sections: diagnostics(sections) };
}

/** What stands below an explanation: the members that it rests on. */
export function explanationDocument(members: readonly Wire<MysqlMember>[]): Document {
  return {
    terms: TERMS,
    sections: [section(label('Members as the node reported them', 'Members'), table(membersTable(members)))],
  };
}

/** What stands below an explanation of diagnostics: nothing of the group was read for it. */
export const COST_DOCUMENT: Document = { terms: TERMS, sections: [] };
