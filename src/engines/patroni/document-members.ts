/** Members of a Patroni cluster as they are shown: the table of all, one alone, and who follows whom. */
import {
  label,
  type Cell,
  type Column,
  type DocumentSection,
  type Fact,
  type Table,
} from '../../control-plane/model/document.ts';
import type { Wire } from '../../control-plane/model/views.ts';
import { ABSENT, beside, fact, facts, nodeCell, plain, section, type MemberPicture } from '../documents.ts';
import { position, positionText, TERMS } from './terms.ts';
import type { PatroniMember, PatroniNodeView } from './views.ts';

type Shown = Wire<PatroniMember>;

const POSITIONS = [
  ['written', label('Written')],
  ['received', label('Received')],
  ['replayed', label('Replayed')],
] as const;
const LAGS = [
  ['receiveLag', label('Receive lag (bytes)', 'receive lag')],
  ['replayLag', label('Replay lag (bytes)', 'replay lag')],
] as const;

/** There are no marks, and that is known. */
const NO_MARKS: Cell = { is: 'absent', word: label('none', '-') };

/** The members as rows, in the order of the answer. */
export function membersTable(members: readonly Shown[]): Table {
  // Most versions of Patroni say no positions here at all.
  const positions = POSITIONS.filter(([key]) => members.some(({ patroni }) => patroni[key] !== null));
  const lags = LAGS.filter(([key]) => members.some(({ patroni }) => patroni[key] !== undefined));
  return {
    caption: label('Members'),
    columns: [
      { key: 'member', title: label('Node'), is: 'text', width: 28 },
      { key: 'role', title: label('Role'), is: 'role', width: 26 },
      { key: 'state', title: label('State'), is: 'text', width: 18 },
      { key: 'timeline', title: TERMS.epoch.name, is: 'ordinal', width: 8 },
      { key: 'lag', title: label('Lag (bytes)', 'lag bytes'), is: 'number', width: 12 },
      ...lags.map(([key, title]): Column => ({ key, title, is: 'number', width: 16 })),
      ...positions.map(([key, title]): Column => ({ key, title, is: 'position', width: 14 })),
      { key: 'marks', title: label('Marks'), is: 'text', width: 30 },
      { key: 'health', title: label('Health'), is: 'health', width: 13 },
      { key: 'basis', title: label('Health basis', 'known from'), is: 'text', width: 30 },
      { key: 'api', title: label('Address', 'api'), is: 'code', width: 30 },
    ],
    rows: members.map(member => [
      member.name,
      roleOf(member),
      member.replicationState,
      member.patroni.timeline,
      followers(member, member.lagBytes),
      ...lags.map(([key]) => followers(member, member.patroni[key] ?? null)),
      ...positions.map(([key]) => ofItsKind(member, key)),
      member.patroni.marks ?? NO_MARKS,
      member.health,
      member.healthBasis,
      member.apiUrl,
    ]),
    empty: label('The node reports no members.'),
    narrow: [
      ['member', 'role', 'state', 'timeline', 'lag', ...[...lags, ...positions].map(([key]) => key)],
      ['member', 'api', 'marks'],
      ['member', 'health', 'basis'],
    ],
  };
}

/** Its role, and Patroni's own word where that is another. */
function roleOf({ role, patroni }: Shown): string | Cell {
  return patroni.role === role ? role : { is: 'told_role', role, told: patroni.role };
}

/** What a member has only while it follows another one: a leader has no lag and receives nothing, and that is known. */
function followers({ role }: Shown, value: string | null): string | null | Cell {
  return role === 'primary' && value === null ? ABSENT : value;
}

/** A replica writes nothing of its own, and a leader receives and replays nothing. */
function ofItsKind(member: Shown, key: 'written' | 'received' | 'replayed'): string | null | Cell {
  const value = positionText(member.patroni[key]);
  if (key !== 'written') return followers(member, value);
  return member.role === 'replica' && value === null ? ABSENT : value;
}

function cell(is: 'number' | 'position', value: string | null | Cell): Cell {
  return typeof value === 'object' && value !== null ? value : plain(is, value);
}

/** Who follows whom, as the configuration store has it. */
export const PICTURE: MemberPicture<Shown> = {
  told: ({ patroni }) => patroni.role,
  lag: ({ lagBytes }) => [lagBytes],
  units: [{ unit: label('bytes', 'B'), leads: true }],
  legend: null,
  isFollower: () => true,
};

/** One member, by its own word or as the configuration store has it. */
export function nodeSections({ member, source, sections }: Wire<PatroniNodeView>): readonly DocumentSection[] {
  const { patroni } = member;
  const ownLag: Cell =
    source === 'self' && member.role !== 'primary'
      ? { is: 'word', word: label('not said by a node of itself') }
      : cell('number', followers(member, member.lagBytes));
  return [
    section(
      null,
      facts(
        fact(label('Node'), nodeCell(member)),
        fact(label('Told by'), {
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
        fact(label('Role'), patroni.role === member.role ? plain('role', member.role) : toldRole(member)),
        fact(label('State'), plain('text', member.replicationState)),
        fact(label('Health'), plain('health', member.health)),
        fact(label('Health basis'), plain('text', member.healthBasis)),
        fact(label('Marks'), patroni.marks === null ? NO_MARKS : plain('text', patroni.marks)),
        fact(label('Address'), plain('code', member.apiUrl)),
      ),
    ),
    section(
      label('Position'),
      facts(
        fact(TERMS.epoch.name, plain('ordinal', patroni.timeline)),
        ...POSITIONS.filter(([key]) => key !== 'written' || member.role !== 'replica').map(([key, title]) =>
          fact(title, key === 'written' ? position(patroni.written) : cell('position', ofItsKind(member, key))),
        ),
        fact(label('Lag (bytes)'), ownLag),
        ...LAGS.filter(([key]) => patroni[key] !== undefined).map(
          ([key, title]): Fact => fact(title, cell('number', followers(member, patroni[key] ?? null))),
        ),
      ),
    ),
    ...beside(sections),
  ];
}

function toldRole({ role, patroni }: Shown): Cell {
  return { is: 'told_role', role, told: patroni.role };
}
