/** Shows members of an AeroDB cluster: the table of all members, a single one, and who follows whom. */
import { label, sentence, type Cell, type DocumentSection, type Table } from '../../control-plane/model/document.ts';
import type { Member, NodeView, Wire } from '../../control-plane/model/views.ts';
import { ABSENT, detail, fact, facts, nodeCell, plain, rowNodes, section, type MemberPicture } from '../documents.ts';
import type { Standing } from '../headline.ts';

type ShownMember = Wire<Member>;

const OFFSET = label('Durable offset (bytes)', 'durable');
const COMMIT = label('Durable commit', 'commit');
const LAG_BYTES = label('Lag (bytes)', 'lag bytes');
const LAG_COMMITS = label('Lag (commits)', 'lag commits');

/** The members as rows, in the given order. */
export function membersTable(members: readonly ShownMember[]): Table {
  return {
    caption: label('Members'),
    columns: [
      { key: 'member', title: label('Node'), is: 'text', width: 14 },
      { key: 'role', title: label('Role'), is: 'role', width: 9 },
      { key: 'health', title: label('Health'), is: 'health', width: 14 },
      { key: 'basis', title: label('Health basis', 'health known from'), is: 'text', width: 30 },
      { key: 'lagBytes', title: LAG_BYTES, is: 'number', width: 11 },
      { key: 'lagCommits', title: LAG_COMMITS, is: 'number', width: 11 },
      { key: 'commit', title: COMMIT, is: 'ordinal', width: 10 },
      { key: 'contact', title: label('Last contact'), is: 'time', width: 25 },
      { key: 'state', title: label('Replication state'), is: 'text', width: 26, isDetail: true },
      { key: 'durable', title: OFFSET, is: 'number', width: 16, isDetail: true },
      { key: 'id', title: label('Node id'), is: 'code', width: 38, isDetail: true },
      { key: 'api', title: label('Address', 'api'), is: 'code', width: 30, isDetail: true },
      { key: 'ownState', title: label('State'), is: 'text', width: 26, isNarrow: true },
      { key: 'halted', title: label('Halt reason', 'halted by'), is: 'text', width: 26, isNarrow: true },
    ],
    rows: members.map(member => [
      member.name,
      member.role,
      healthOf(member),
      member.healthBasis,
      member.lagBytes,
      member.lagCommits,
      member.durableCommitId,
      member.lastContact,
      stateOf(member.replicationState, member.haltReason),
      member.durableOffset,
      member.nodeId,
      member.apiUrl,
      member.replicationState,
      // A running member has no reason to be halted, so the reason is absent and not unknown.
      member.haltReason === null && member.health === 'running' ? ABSENT : member.haltReason,
    ]),
    nodes: rowNodes(members, PICTURE.isSilent),
    own: ['role', 'state', 'lagBytes', 'lagCommits', 'durable', 'commit'],
    empty: label('The node reports no members.'),
    narrow: [
      ['member', 'role', 'ownState', 'health', 'durable', 'commit', 'lagBytes', 'lagCommits'],
      ['member', 'id', 'api'],
      ['member', 'contact', 'basis', 'halted'],
    ],
  };
}

/** A replication state, with the reason of a halt if one is reported. */
export function stateOf(state: string, reason: string | null): string | Cell {
  return reason === null ? state : { is: 'state', state, reason };
}

/** The usual state of a replicating member of each role: role and health already imply it. */
const USUAL: Readonly<Record<ShownMember['role'], string | null>> = {
  primary: 'PrimaryActive',
  replica: 'ReplicaActive',
  unknown: null,
};

/** The health, with the reason of a halt, or with a state that role and health do not imply. */
function healthOf({ role, health, replicationState, haltReason }: ShownMember): string | Cell {
  const word = plain('health', health);
  if (haltReason !== null) return { is: 'sentence', sentence: sentence('{0}: {1}', word, plain('text', haltReason)) };
  const isSaid = replicationState === USUAL[role] || replicationState === 'unknown';
  if (isSaid) return health;
  return { is: 'sentence', sentence: sentence('{0}, {1}', word, plain('text', replicationState)) };
}

/**
 * AeroDB states the basis of a member's health in free text. The member counts as silent only if that text says that it
 * did not answer.
 */
export const STANDING: Standing<ShownMember> = {
  isSilent: ({ health, healthBasis }) => health === 'unknown' && /\bnot answer/u.test(healthBasis),
  halted: ({ haltReason }) => haltReason,
};

/** Who follows whom, as the answering node reports it. */
export const PICTURE: MemberPicture<ShownMember> = {
  told: ({ role }) => role,
  lag: ({ lagBytes, lagCommits }) => [lagBytes, lagCommits],
  units: [
    { unit: label('bytes', 'B'), leads: false },
    { unit: label('commits'), leads: true },
  ],
  legend: label('lag: bytes (B) · commits'),
  isFollower: ({ replicationState }) => replicationState !== 'Disabled' && replicationState !== 'Uninitialized',
  isSilent: STANDING.isSilent,
  impliedStates: ['PrimaryActive', 'ReplicaActive'],
};

/** One node, and whether the node itself answered. */
export function nodeSections({ member, source }: Wire<NodeView>): readonly DocumentSection[] {
  return [
    section(
      null,
      facts(
        detail(label('Node'), nodeCell(member)),
        detail(label('Reported by'), {
          is: 'word',
          word: source === 'self' ? label('the node itself') : label('another node, which reports it'),
        }),
      ),
    ),
    section(
      label('State'),
      facts(
        detail(label('Role'), plain('role', member.role)),
        fact(label('Replication state'), plain('text', member.replicationState)),
        ...(member.health === 'halted' || member.haltReason !== null
          ? [detail(label('Halt reason'), plain('text', member.haltReason))]
          : []),
        detail(label('Health'), plain('health', member.health)),
        fact(label('Health basis'), plain('text', member.healthBasis)),
        fact(label('Last contact'), plain('time', member.lastContact)),
        detail(label('Address'), plain('code', member.apiUrl)),
      ),
    ),
    section(
      label('Position'),
      facts(
        fact(label('Durable offset (bytes)'), plain('number', member.durableOffset)),
        fact(label('Durable commit'), plain('ordinal', member.durableCommitId)),
        detail(label('Lag (bytes)'), plain('number', member.lagBytes)),
        detail(label('Lag (commits)'), plain('number', member.lagCommits)),
      ),
    ),
  ];
}
