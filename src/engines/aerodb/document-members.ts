/** Members of an AeroDB cluster as they are shown: the table of all, one alone, and who follows whom. */
import { label, type Cell, type DocumentSection, type Table } from '../../control-plane/model/document.ts';
import type { Member, NodeView, Wire } from '../../control-plane/model/views.ts';
import { ABSENT, fact, facts, nodeCell, plain, section, type MemberPicture } from '../documents.ts';

type Shown = Wire<Member>;

const OFFSET = label('Durable offset (bytes)', 'durable');
const COMMIT = label('Durable commit', 'commit');
const LAG_BYTES = label('Lag (bytes)', 'lag bytes');
const LAG_COMMITS = label('Lag (commits)', 'lag commits');

/** The members as rows, in the order of the answer. */
export function membersTable(members: readonly Shown[]): Table {
  return {
    caption: label('Members'),
    columns: [
      { key: 'member', title: label('Node'), is: 'text', width: 28 },
      { key: 'role', title: label('Role'), is: 'role', width: 10 },
      { key: 'state', title: label('Replication state'), is: 'text', width: 26 },
      { key: 'health', title: label('Health'), is: 'health', width: 13 },
      { key: 'lagBytes', title: LAG_BYTES, is: 'number', width: 12 },
      { key: 'lagCommits', title: LAG_COMMITS, is: 'number', width: 12 },
      { key: 'durable', title: OFFSET, is: 'number', width: 16 },
      { key: 'commit', title: COMMIT, is: 'ordinal', width: 12 },
      { key: 'contact', title: label('Last contact'), is: 'time', width: 25 },
      { key: 'basis', title: label('Health basis', 'health known from'), is: 'text', width: 30 },
      { key: 'id', title: label('Node id'), is: 'code', width: 38 },
      { key: 'api', title: label('Address', 'api'), is: 'code', width: 30 },
      { key: 'ownState', title: label('State'), is: 'text', width: 26, isNarrow: true },
      { key: 'halted', title: label('Halt reason', 'halted by'), is: 'text', width: 26, isNarrow: true },
    ],
    rows: members.map(member => [
      member.name,
      member.role,
      stateOf(member.replicationState, member.haltReason),
      member.health,
      member.lagBytes,
      member.lagCommits,
      member.durableOffset,
      member.durableCommitId,
      member.lastContact,
      member.healthBasis,
      member.nodeId,
      member.apiUrl,
      member.replicationState,
      // A member that runs has no reason to be halted, and that is known.
      member.haltReason === null && member.health === 'running' ? ABSENT : member.haltReason,
    ]),
    empty: label('The node reports no members.'),
    narrow: [
      ['member', 'role', 'ownState', 'health', 'durable', 'commit', 'lagBytes', 'lagCommits'],
      ['member', 'id', 'api'],
      ['member', 'contact', 'basis', 'halted'],
    ],
  };
}

/** A replication state, with the reason of a halt where one is reported. */
export function stateOf(state: string, reason: string | null): string | Cell {
  return reason === null ? state : { is: 'state', state, reason };
}

/** Who follows whom, as the answering node reports it. */
export const PICTURE: MemberPicture<Shown> = {
  told: ({ role }) => role,
  lag: ({ lagBytes, lagCommits }) => [lagBytes, lagCommits],
  units: [
    { unit: label('bytes', 'B'), leads: false },
    { unit: label('commits'), leads: true },
  ],
  legend: label('lag: bytes (B) · commits'),
  isFollower: ({ replicationState }) => replicationState !== 'Disabled' && replicationState !== 'Uninitialized',
};

/** One node, and whether it speaks for itself. */
export function nodeSections({ member, source }: Wire<NodeView>): readonly DocumentSection[] {
  return [
    section(
      null,
      facts(
        fact(label('Node'), nodeCell(member)),
        fact(label('Told by'), {
          is: 'word',
          word: source === 'self' ? label('the node itself') : label('another node, which reports it'),
        }),
      ),
    ),
    section(
      label('State'),
      facts(
        fact(label('Role'), plain('role', member.role)),
        fact(label('Replication state'), plain('text', member.replicationState)),
        ...(member.health === 'halted' || member.haltReason !== null
          ? [fact(label('Halt reason'), plain('text', member.haltReason))]
          : []),
        fact(label('Health'), plain('health', member.health)),
        fact(label('Health basis'), plain('text', member.healthBasis)),
        fact(label('Last contact'), plain('time', member.lastContact)),
        fact(label('Address'), plain('code', member.apiUrl)),
      ),
    ),
    section(
      label('Position'),
      facts(
        fact(label('Durable offset (bytes)'), plain('number', member.durableOffset)),
        fact(label('Durable commit'), plain('ordinal', member.durableCommitId)),
        fact(label('Lag (bytes)'), plain('number', member.lagBytes)),
        fact(label('Lag (commits)'), plain('number', member.lagCommits)),
      ),
    ),
  ];
}
