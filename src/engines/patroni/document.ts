/** What Patroni shows of a cluster, a node, replication, timelines, diagnostics, an explanation and an execution. */
import {
  label,
  sentence,
  type Bars,
  type Column,
  type Document,
  type Sentence,
  type Table,
} from '../../control-plane/model/document.ts';
import type { DiagnosticsView, PromotionView, Wire } from '../../control-plane/model/views.ts';
import { byName } from '../../text/natural.ts';
import {
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
import { membersTable, nodeSections, PICTURE, STANDING } from './document-members.ts';
import { positionText, TERMS } from './terms.ts';
import type {
  PatroniClusterView,
  PatroniMember,
  PatroniNodeView,
  PatroniReplica,
  PatroniReplicationView,
} from './views.ts';

/** Members, roles, timelines and lag. */
export function clusterDocument({ name, epoch, primaryId, members: told }: Wire<PatroniClusterView>): Document {
  const members = byName(told);
  const leader = members.find(({ nodeId }) => nodeId === primaryId);
  return {
    headline: [leadsAt(primaryId, epoch), ...membersLine(members, primaryId, STANDING)],
    terms: TERMS,
    epoch,
    sections: [
      section(
        null,
        facts(
          // Some versions of Patroni do not report the cluster's name here.
          ...(name === null ? [] : [detail(label('Cluster'), plain('text', name))]),
          detail(TERMS.primary, leader === undefined ? plain('code', primaryId) : nodeCell(leader)),
          detail(label('Members'), plain('number', members.length.toString())),
        ),
      ),
      section(label('Topology'), { is: 'topology', topology: membersTopology(members, primaryId, PICTURE) }),
      section(label('Members'), table(membersTable(members))),
    ],
  };
}

/** Who leads, on which timeline. The name of a member is its id. */
function leadsAt(primaryId: string | null, timeline: string | null): Sentence {
  return primaryId === null
    ? sentence('No leader is known')
    : sentence('{0} is leader, timeline {1}', nameOf(primaryId), plain('ordinal', timeline));
}

/** One member. */
export function nodeDocument(view: Wire<PatroniNodeView>): Document {
  const { member, source, epoch } = view;
  return {
    headline: [
      ...nodeLine(member, source, STANDING),
      sentence('timeline {0}', plain('ordinal', member.patroni.timeline)),
      // A node does not report its own lag.
      ...(source === 'self' || member.role === 'primary'
        ? []
        : [sentence('lag: {0} bytes', plain('number', member.lagBytes))]),
    ],
    terms: TERMS,
    epoch,
    sections: nodeSections(view),
  };
}

/** How far each replica is behind, according to the configuration store. */
export function replicationDocument({ primaryId, epoch, replicas: told }: Wire<PatroniReplicationView>): Document {
  const replicas = byName(told);
  return {
    headline: [
      leadsAt(primaryId, epoch),
      ...replicasLine(
        replicas.map(({ lagBytes }) => lagBytes),
        most => sentence('largest lag {0} bytes', most),
      ),
    ],
    terms: TERMS,
    epoch,
    sections: [
      section(
        null,
        facts(
          detail(TERMS.primary, plain('code', primaryId)),
          detail(label('Replicas'), plain('number', replicas.length.toString())),
        ),
      ),
      ...(replicas.length === 0 ? [] : [section(label('Lag'), { is: 'bars', bars: lagBars(replicas) })]),
      section(label('Replicas'), table(replicasTable(replicas))),
    ],
  };
}

const LAGS: readonly Column[] = [
  { key: 'receiveLag', title: label('Receive lag (bytes)', 'receive lag'), is: 'number', width: 16, isDetail: true },
  { key: 'replayLag', title: label('Replay lag (bytes)', 'replay lag'), is: 'number', width: 16, isDetail: true },
];

function replicasTable(replicas: readonly Wire<PatroniReplica>[]): Table {
  const isApart = replicas.some(({ receiveLag }) => receiveLag !== undefined);
  const columns: readonly Column[] = [
    { key: 'node', title: label('Node'), is: 'code', width: 28 },
    { key: 'state', title: label('State'), is: 'text', width: 24 },
    { key: 'lag', title: label('Lag (bytes)', 'lag bytes'), is: 'number', width: 12 },
    ...(isApart ? LAGS : []),
    { key: 'received', title: label('Received'), is: 'position', width: 14 },
    { key: 'replayed', title: label('Replayed'), is: 'position', width: 14 },
  ];
  return {
    caption: label('Replicas'),
    columns,
    rows: replicas.map(
      ({ nodeId, state, lagBytes, receiveLag = null, replayLag = null, receivedOffset, appliedOffset }) => [
        nodeId,
        state,
        lagBytes,
        ...(isApart ? [receiveLag, replayLag] : []),
        positionText(receivedOffset),
        positionText(appliedOffset),
      ],
    ),
    nodes: rowNodes(replicas),
    empty: label('The node reports no replicas.'),
    narrow: [columns.map(({ key }) => key)],
  };
}

function lagBars(replicas: readonly Wire<PatroniReplica>[]): Bars {
  const most = replicas
    .reduce((high, { lagBytes }) => (lagBytes !== null && BigInt(lagBytes) > high ? BigInt(lagBytes) : high), 0n)
    .toString();
  return {
    measures: [{ title: label('Lag in bytes'), unit: label('Bytes'), most, column: 'lag' }],
    bars: replicas.map(({ nodeId, name, lagBytes }) => ({ nodeId, name, amounts: [lagBytes] })),
    scale: sentence('Scale of all bars: 0 to {0} bytes, the largest values in this answer.', plain('number', most)),
  };
}

const EVENTS: EventForms = { mark: () => 'other', lacks: () => ['mode', 'operator', 'requestId'] };

/** The timelines so far: Patroni has no state machine and keeps no record of attempts. */
export function promotionDocument(view: Wire<PromotionView>): Document {
  const { state, pendingNodeId, epoch, events } = view;
  return {
    headline: [
      sentence('{0}, timeline {1}', plain('strong', state), plain('ordinal', epoch)),
      ...listLine(events, view, {
        one: () => sentence('1 timeline that ended'),
        many: number => sentence('{0} timelines that ended', number),
      }),
    ],
    terms: TERMS,
    epoch,
    sections: [
      section(
        null,
        facts(
          detail(label('State'), plain('strong', state)),
          ...(pendingNodeId === null ? [] : [fact(label('Pending node'), plain('code', pendingNodeId))]),
        ),
      ),
      section(
        label('Timelines that ended'),
        history(events, EVENTS, label('The node reports no timeline that ended.')),
      ),
    ],
  };
}

export function diagnosticsDocument({ sections }: Wire<DiagnosticsView>): Document {
  return { terms: TERMS, sections: diagnostics(sections) };
}

/** What is shown below an explanation: the members on which it rests. */
export function explanationDocument(epoch: string | null, told: readonly Wire<PatroniMember>[]): Document {
  const members = byName(told);
  return {
    terms: TERMS,
    epoch,
    sections: [section(label('Members as the node reported them', 'Members'), table(membersTable(members)))],
  };
}

/** What is shown below an explanation of diagnostics: nothing, because nothing of the cluster was read for it. */
export const COST_DOCUMENT: Document = { terms: TERMS, sections: [] };
