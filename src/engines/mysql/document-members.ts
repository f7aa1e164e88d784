/** Shows members of a group: the table of all members, a single one, and who follows whom. */
import { label, type Cell, type DocumentSection, type Table } from '../../control-plane/model/document.ts';
import type { Wire } from '../../control-plane/model/views.ts';
import {
  ABSENT,
  beside,
  detail,
  fact,
  facts,
  nodeCell,
  NONE,
  plain,
  rowNodes,
  section,
  type MemberPicture,
} from '../documents.ts';
import type { Standing } from '../headline.ts';
import { countOf } from './gtid.ts';
import type { MysqlGtids, MysqlMember, MysqlNodeView } from './views.ts';

type ShownMember = Wire<MysqlMember>;

const QUEUES = [
  ['certifying', label('To certify', 'to certify')],
  ['applying', label('To apply', 'to apply')],
] as const;

/** The members as rows, in the given order. */
export function membersTable(members: readonly ShownMember[]): Table {
  return {
    caption: label('Members'),
    columns: [
      { key: 'member', title: label('Node'), is: 'text', width: 24 },
      { key: 'role', title: label('Role'), is: 'role', width: 12 },
      { key: 'state', title: label('State'), is: 'text', width: 12 },
      { key: 'health', title: label('Health'), is: 'health', width: 10 },
      { key: 'basis', title: label('Health basis', 'known from'), is: 'text', width: 40 },
      ...QUEUES.map(([key, title]) => ({ key, title, is: 'number', width: 10 }) as const),
      { key: 'version', title: label('Version', 'version'), is: 'text', width: 10, isDetail: true },
      { key: 'id', title: label('Id'), is: 'code', width: 38, isDetail: true },
    ],
    rows: members.map(member => [
      member.name,
      roleOf(member),
      member.replicationState,
      member.health,
      member.healthBasis,
      ...QUEUES.map(([key]) => member.mysql[key]),
      member.mysql.version,
      member.nodeId,
    ]),
    nodes: rowNodes(members, PICTURE.isSilent),
    own: ['role', 'version', ...QUEUES.map(([key]) => key)],
    empty: label('The node reports no members.'),
    narrow: [
      ['member', 'role', 'state', 'certifying', 'applying'],
      ['member', 'id', 'version'],
      ['member', 'health', 'basis'],
    ],
  };
}

/** A member outside of a group has no role; the role is absent and not unknown. */
function roleOf({ role, mysql }: ShownMember): string | Cell {
  return mysql.role === '' ? { is: 'absent', word: label('none', '-') } : { is: 'told_role', role, told: mysql.role };
}

/** A member counts as silent if the answering member does not reach it. Nothing is known about its health. */
export const STANDING: Standing<ShownMember> = {
  isSilent: ({ replicationState }) => replicationState === 'UNREACHABLE',
  halted: ({ replicationState }) => replicationState,
};

/** Who is in the group with the primary, as the answering member lists it. */
export const PICTURE: MemberPicture<ShownMember> = {
  told: ({ mysql, replicationState }) => (mysql.role === '' ? replicationState : mysql.role),
  lag: ({ role, mysql }) => [role === 'primary' ? null : mysql.applying],
  units: [{ unit: label('transactions to apply', 'tx'), leads: true }],
  legend: label('Transactions that a member had received and not applied when it last reported'),
  isFollower: ({ replicationState }) => replicationState === 'ONLINE' || replicationState === 'RECOVERING',
  isSilent: STANDING.isSilent,
  impliedStates: ['ONLINE', 'UNREACHABLE'],
};

/** The GTID sets of one server, and how many transactions they hold. */
export function gtidSection(gtids: Wire<MysqlGtids>): DocumentSection {
  const sets = [
    [label('Executed'), gtids.executed],
    [label('Received from the group'), gtids.received],
    [label('Received and not applied'), gtids.notApplied],
  ] as const;
  return section(label('GTID sets'), {
    is: 'table',
    table: {
      caption: label('GTID sets'),
      columns: [
        { key: 'set', title: label('Set'), is: 'text', width: 28 },
        { key: 'count', title: label('Transactions', 'transactions'), is: 'number', width: 14 },
        { key: 'gtids', title: label('Content', 'content'), is: 'code', width: 60, isDetail: true },
      ],
      rows: sets.map(([name, set]) => [
        { is: 'word', word: name },
        countOf(set)?.toString() ?? null,
        set === '' ? NONE : set,
      ]),
      empty: label('none'),
      narrow: [
        ['set', 'count'],
        ['set', 'gtids'],
      ],
    },
  });
}

/** One member, as it reports itself or as its group last heard of it. */
export function nodeSections({ member, source, gtids, sections }: Wire<MysqlNodeView>): readonly DocumentSection[] {
  const { mysql } = member;
  return [
    section(
      null,
      facts(
        detail(label('Node'), nodeCell(member)),
        detail(label('Reported by'), {
          is: 'word',
          word: source === 'self' ? label('the node itself') : label('the member that answered, which is another one'),
        }),
      ),
    ),
    section(
      label('State'),
      facts(
        detail(label('Role'), cell(roleOf(member))),
        fact(label('State'), plain('text', member.replicationState)),
        detail(label('Health'), plain('health', member.health)),
        fact(label('Health basis'), plain('text', member.healthBasis)),
        fact(label('Version', 'version'), plain('text', mysql.version)),
        detail(label('Address'), plain('code', member.apiUrl)),
      ),
    ),
    section(
      label('Queues (transactions)'),
      facts(
        ...QUEUES.map(([key, title]) => fact(title, mysql.role === '' ? ABSENT : plain('number', mysql[key]))),
        fact(label('Applied from others'), mysql.role === '' ? ABSENT : plain('number', mysql.applied)),
      ),
    ),
    ...(gtids === null ? [] : [gtidSection(gtids)]),
    ...beside(sections, true),
  ];
}

function cell(value: string | Cell): Cell {
  return typeof value === 'string' ? plain('text', value) : value;
}
