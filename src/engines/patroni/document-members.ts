/** Shows members of a Patroni cluster: the table of all members, a single one, and who follows whom. */
import {
  label,
  type Cell,
  type Column,
  type DocumentSection,
  type Fact,
  type Table,
} from '../../control-plane/model/document.ts';
import type { Wire } from '../../control-plane/model/views.ts';
import {
  ABSENT,
  beside,
  detail,
  fact,
  facts,
  nodeCell,
  plain,
  rowNodes,
  section,
  type MemberPicture,
} from '../documents.ts';
import type { Standing } from '../headline.ts';
import { position, positionText, TERMS } from './terms.ts';
import type { PatroniMember, PatroniNodeView } from './views.ts';

type ShownMember = Wire<PatroniMember>;

const POSITIONS = [
  ['written', label('Written')],
  ['received', label('Received')],
  ['replayed', label('Replayed')],
] as const;
const LAGS = [
  ['receiveLag', label('Receive lag (bytes)', 'receive lag')],
  ['replayLag', label('Replay lag (bytes)', 'replay lag')],
] as const;

/** The member has no marks; so they are not unknown. */
const NO_MARKS: Cell = { is: 'absent', word: label('none', '-') };

/** The members as rows, in the given order. */
export function membersTable(members: readonly ShownMember[]): Table {
  // Most versions of Patroni report no positions here.
  const positions = POSITIONS.filter(([key]) => members.some(({ patroni }) => patroni[key] !== null));
  const lags = LAGS.filter(([key]) => members.some(({ patroni }) => patroni[key] !== undefined));
  return {
    caption: label('Members'),
    columns: [
      { key: 'member', title: label('Node'), is: 'text', width: 14 },
      { key: 'role', title: label('Role'), is: 'role', width: 16 },
      { key: 'state', title: label('State'), is: 'text', width: 11 },
      { key: 'health', title: label('Health'), is: 'health', width: 10 },
      { key: 'basis', title: label('Health basis', 'known from'), is: 'text', width: 30 },
      { key: 'timeline', title: TERMS.epoch.name, is: 'ordinal', width: 8 },
      { key: 'lag', title: label('Lag (bytes)', 'lag bytes'), is: 'number', width: 11 },
      ...positions.map(([key, title]): Column => ({ key, title, is: 'position', width: 12 })),
      ...lags.map(([key, title]): Column => ({ key, title, is: 'number', width: 16, isDetail: true })),
      { key: 'marks', title: label('Marks'), is: 'text', width: 30, isDetail: true },
      { key: 'api', title: label('Address', 'api'), is: 'code', width: 30, isDetail: true },
    ],
    rows: members.map(member => [
      member.name,
      roleOf(member),
      member.replicationState,
      member.health,
      member.healthBasis,
      member.patroni.timeline,
      followers(member, member.lagBytes),
      ...positions.map(([key]) => ofItsKind(member, key)),
      ...lags.map(([key]) => followers(member, member.patroni[key] ?? null)),
      member.patroni.marks ?? NO_MARKS,
      member.apiUrl,
    ]),
    nodes: rowNodes(members),
    empty: label('The node reports no members.'),
    narrow: [
      ['member', 'role', 'state', 'timeline', 'lag', ...[...lags, ...positions].map(([key]) => key)],
      ['member', 'api', 'marks'],
      ['member', 'health', 'basis'],
    ],
  };
}

/** The role, and Patroni's own word for it if that differs. */
function roleOf({ role, patroni }: ShownMember): string | Cell {
  return patroni.role === role ? role : { is: 'told_role', role, told: patroni.role };
}

/**
 * What a member has only while it follows another: a leader has no lag and receives nothing, so its value is absent and
 * not unknown.
 */
function followers({ role }: ShownMember, value: string | null): string | null | Cell {
  return role === 'primary' && value === null ? ABSENT : value;
}

/** A replica writes nothing of its own, and a leader receives and replays nothing. */
function ofItsKind(member: ShownMember, key: 'written' | 'received' | 'replayed'): string | null | Cell {
  const value = positionText(member.patroni[key]);
  if (key !== 'written') return followers(member, value);
  return member.role === 'replica' && value === null ? ABSENT : value;
}

function cell(is: 'number' | 'position', value: string | null | Cell): Cell {
  return typeof value === 'object' && value !== null ? value : plain(is, value);
}

/**
 * A dead member stays in the configuration store until its time to live ends, so the store never tells that a member
 * does not answer.
 */
export const STANDING: Standing<ShownMember> = {
  isSilent: () => false,
  halted: ({ replicationState }) => replicationState,
};

/** Who follows whom, according to the configuration store. */
export const PICTURE: MemberPicture<ShownMember> = {
  told: ({ patroni }) => patroni.role,
  lag: ({ lagBytes }) => [lagBytes],
  units: [{ unit: label('bytes', 'B'), leads: true }],
  legend: null,
  isFollower: () => true,
  isSilent: STANDING.isSilent,
  impliedStates: ['running', 'streaming'],
};

/** One member, as it reports itself or according to the configuration store. */
export function nodeSections({ member, source, sections }: Wire<PatroniNodeView>): readonly DocumentSection[] {
  const { patroni } = member;
  const ownLag: Cell =
    source === 'self' && member.role !== 'primary'
      ? { is: 'word', word: label('not reported by the node itself') }
      : cell('number', followers(member, member.lagBytes));
  return [
    section(
      null,
      facts(
        detail(label('Node'), nodeCell(member)),
        detail(label('Reported by'), {
          is: 'word',
          word:
            source === 'self'
              ? label('the node itself')
              : label('the configuration store, which holds what it last wrote there'),
        }),
      ),
    ),
    section(
      label('State'),
      facts(
        detail(label('Role'), patroni.role === member.role ? plain('role', member.role) : toldRole(member)),
        fact(label('State'), plain('text', member.replicationState)),
        detail(label('Health'), plain('health', member.health)),
        fact(label('Health basis'), plain('text', member.healthBasis)),
        fact(label('Marks'), patroni.marks === null ? NO_MARKS : plain('text', patroni.marks)),
        detail(label('Address'), plain('code', member.apiUrl)),
      ),
    ),
    section(
      label('Position'),
      facts(
        detail(TERMS.epoch.name, plain('ordinal', patroni.timeline)),
        ...POSITIONS.filter(([key]) => key !== 'written' || member.role !== 'replica').map(([key, title]) =>
          fact(title, key === 'written' ? position(patroni.written) : cell('position', ofItsKind(member, key))),
        ),
        fact(label('Lag (bytes)'), ownLag),
        ...LAGS.filter(([key]) => patroni[key] !== undefined).map(
          ([key, title]): Fact => fact(title, cell('number', followers(member, patroni[key] ?? null))),
        ),
      ),
    ),
    ...beside(sections, true),
  ];
}

function toldRole({ role, patroni }: ShownMember): Cell {
  return { is: 'told_role', role, told: patroni.role };
}
