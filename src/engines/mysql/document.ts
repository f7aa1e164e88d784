/** What MySQL shows of a group, a member, replication, its own log, diagnostics, an explanation and an execution. */
import {
  label,
  sentence,
  type Bars,
  type Cell,
  type Document,
  type Sentence,
  type Table,
} from '../../control-plane/model/document.ts';
import type { DiagnosticsView, PromotionView, Wire } from '../../control-plane/model/views.ts';
import { byName } from '../../text/natural.ts';
import {
  ABSENT,
  diagnostics,
  detail,
  fact,
  facts,
  history,
  membersTopology,
  nodeCell,
  plain,
  rowNodes,
  section,
  table,
  type EventForms,
} from '../documents.ts';
import { listLine, membersLine, nameOf, nodeLine, replicasLine } from '../headline.ts';
import { partBlocks, type PartWords } from '../parts.ts';
import { gtidSection, membersTable, nodeSections, PICTURE, STANDING } from './document-members.ts';
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
export function clusterDocument({ name, primaryId, groupView, members: told }: Wire<MysqlClusterView>): Document {
  const members = byName(told);
  const primary = members.find(({ nodeId }) => nodeId === primaryId);
  return {
    headline: [leads(primaryId, primary?.name), ...membersLine(members, primaryId, STANDING)],
    terms: TERMS,
    sections: [
      section(
        null,
        facts(
          detail(label('Group'), plain('code', name)),
          detail(TERMS.primary, primary === undefined ? plain('code', primaryId) : nodeCell(primary)),
          detail(label('Members'), plain('number', members.length.toString())),
          detail(label('View of the group'), plain('code', groupView)),
        ),
      ),
      section(label('Topology'), { is: 'topology', topology: membersTopology(members, primaryId, PICTURE) }),
      section(label('Members'), table(membersTable(members))),
    ],
  };
}

/** Who is primary. */
function leads(primaryId: string | null, name: string | null | undefined): Sentence {
  return primaryId === null ? sentence('No primary is known') : sentence('{0} is primary', nameOf(name ?? primaryId));
}

/** One member. */
export function nodeDocument(view: Wire<MysqlNodeView>): Document {
  const { member, source } = view;
  const { role, certifying, applying } = member.mysql;
  return {
    headline: [
      ...nodeLine(member, source, STANDING),
      ...(role === ''
        ? []
        : [sentence('{0} to certify, {1} to apply', plain('number', certifying), plain('number', applying))]),
    ],
    terms: TERMS,
    sections: nodeSections(view),
  };
}

/**
 * How far each member is, as the group reports it and as the member itself reports it, and the GTID sets of the
 * answering member.
 */
export function replicationDocument(view: Wire<MysqlReplicationView>): Document {
  const { primaryId, gtids, committedByAll } = view;
  const [replicas, progress] = [byName(view.replicas), byName(view.progress)];
  const primary = progress.find(({ nodeId }) => nodeId === primaryId);
  return {
    headline: [
      leads(primaryId, primary?.name),
      ...replicasLine(
        replicas.map(({ applying }) => applying),
        most => sentence('at most {0} to apply', most),
      ),
    ],
    terms: TERMS,
    sections: [
      section(
        null,
        facts(
          detail(TERMS.primary, primary === undefined ? plain('code', primaryId) : nodeCell(primary)),
          detail(label('Secondaries'), plain('number', replicas.length.toString())),
          fact(label('Committed by all members'), plain('code', committedByAll === '' ? null : committedByAll)),
        ),
      ),
      ...(replicas.length === 0 ? [] : [section(label('Queues'), { is: 'bars', bars: queueBars(replicas) })]),
      section(
        label('GTID progress, as each member reports it'),
        { is: 'bars', bars: progressBars(progress) },
        table(progressTable(progress, replicas, primaryId)),
      ),
      gtidSection(gtids),
    ],
  };
}

/**
 * Executed transactions, and received but not applied ones, on two scales: the first is the whole past, the second only
 * what waits.
 */
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
      column: key,
    })),
    bars: progress.map(({ nodeId, name, executed, notApplied }) => ({ nodeId, name, amounts: [executed, notApplied] })),
    scale: sentence(
      'Scale of the bars: 0 to {0} transactions executed, 0 to {1} not applied, the largest values in this answer.',
      plain('number', mostOf(progress.map(({ executed }) => executed))),
      plain('number', mostOf(progress.map(({ notApplied }) => notApplied))),
    ),
  };
}

/** One row for each member: what the group reports about it, and what it reports about itself. */
function progressTable(
  progress: readonly Wire<MysqlProgress>[],
  replicas: readonly Wire<MysqlReplica>[],
  primaryId: string | null,
): Table {
  // The group reports this for secondaries only.
  const queueOf = ({ nodeId }: Wire<MysqlProgress>): readonly (string | null | Cell)[] => {
    const replica = replicas.find(one => one.nodeId === nodeId);
    if (replica !== undefined) return [replica.state, replica.certifying, replica.applying, replica.applied];
    return [nodeId === primaryId ? { is: 'word', word: label('primary') } : ABSENT, ABSENT, ABSENT, ABSENT];
  };
  const isTold = progress.every(({ unknown }) => unknown === null);
  return {
    caption: label('GTID progress'),
    columns: [
      { key: 'node', title: label('Node'), is: 'text', width: 24 },
      { key: 'state', title: label('State'), is: 'text', width: 12 },
      { key: 'certifying', title: label('To certify', 'to certify'), is: 'number', width: 10 },
      { key: 'applying', title: label('To apply', 'to apply'), is: 'number', width: 10 },
      { key: 'executed', title: label('Executed'), is: 'number', width: 12 },
      { key: 'notApplied', title: label('Received and not applied', 'not applied'), is: 'number', width: 12 },
      {
        key: 'why',
        title: label('Why it is unknown', 'why unknown'),
        is: 'text',
        width: 40,
        ...(isTold ? { isDetail: true as const } : {}),
      },
      { key: 'applied', title: label('Applied from others', 'applied'), is: 'number', width: 20, isDetail: true },
      { key: 'at', title: label('Read at'), is: 'time', width: 28, isDetail: true },
      { key: 'id', title: label('Id'), is: 'code', width: 38, isDetail: true },
    ],
    rows: progress.map(member => {
      const { nodeId, name, executed, notApplied, at, unknown } = member;
      const [state = null, certifying = null, applying = null, applied = null] = queueOf(member);
      return [
        name,
        state,
        certifying,
        applying,
        executed,
        notApplied,
        unknown ?? ABSENT,
        applied,
        unknown === null ? at : ABSENT,
        nodeId,
      ];
    }),
    nodes: rowNodes(progress, ({ nodeId }) =>
      replicas.some(one => one.nodeId === nodeId && one.state === 'UNREACHABLE'),
    ),
    own: ['certifying', 'applying', 'applied'],
    empty: label('The node reports no members.'),
    narrow: [
      ['node', 'state', 'certifying', 'applying', 'executed', 'notApplied'],
      ['node', 'applied', 'at'],
      ['node', 'id'],
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
      column: key,
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

const MESSAGE_WORDS: PartWords = {
  newestOf: (...values) => sentence('Showing the newest {0} of {1} messages; {2} older.', ...values),
  newest: (...values) => sentence('Showing the newest {0} messages; there are older ones.', ...values),
  between: (...values) => sentence('Showing messages from {0} to {1}.', ...values),
};

/** What a member logged about its group: MySQL keeps no record of requests. */
export function promotionDocument(view: Wire<PromotionView>): Document {
  const { state, events } = view;
  return {
    headline: [
      sentence('{0}', plain('strong', state)),
      ...listLine(events, view, {
        one: () => sentence('1 message about its group'),
        many: number => sentence('{0} messages about its group', number),
      }),
    ],
    terms: TERMS,
    sections: [
      section(null, facts(detail(label('State'), plain('strong', state)))),
      section(
        label('What this member logged about its group'),
        ...partBlocks(
          view,
          events.map(({ time }) => plain('time', time)),
          MESSAGE_WORDS,
        ),
        history(events, EVENTS, label('The log of this member holds nothing about its group.')),
      ),
    ],
  };
}

export function diagnosticsDocument({ sections }: Wire<DiagnosticsView>): Document {
  return { terms: TERMS, sections: diagnostics(sections) };
}

/** What is shown below an explanation: the members on which it rests. */
export function explanationDocument(told: readonly Wire<MysqlMember>[]): Document {
  const members = byName(told);
  return {
    terms: TERMS,
    sections: [section(label('Members as the node reported them', 'Members'), table(membersTable(members)))],
  };
}

/** What is shown below an explanation of diagnostics: nothing, because nothing of the group was read for it. */
export const COST_DOCUMENT: Document = { terms: TERMS, sections: [] };
