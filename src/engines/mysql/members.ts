/** Turns the rows of the group into members, and says what a member's state means. */
import type { Health, Role } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import type { GroupRow, SelfRow } from './schema.ts';
import type { MysqlMember } from './views.ts';

/** The text form of a member's address. */
export function addressOf(host: string, port: string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** In the form of configured addresses: a member may report its host in capitals. */
function urlOf(address: string): string {
  return `mysql://${address.toLowerCase()}`;
}

/** A member's name: its host and port; its id if it reports none. */
export function nameOf({ MEMBER_HOST: host, MEMBER_PORT: port, MEMBER_ID: id, self }: GroupRow): string {
  return host === null || port === null ? idOf({ MEMBER_ID: id, self }) : oneLine(addressOf(host, port), 260);
}

/** The row's id. A server outside of every group may list itself without one. */
export function idOf({ MEMBER_ID: id, self }: Pick<GroupRow, 'MEMBER_ID' | 'self'>): string {
  return id === '' ? self : id;
}

function roleOf(role: string): Role {
  return role === 'PRIMARY' ? 'primary' : role === 'SECONDARY' ? 'replica' : 'unknown';
}

/** What a member's state says about its health, and what that rests on. `isOwn`: the member reports its own state. */
function healthOf(state: string, isOwn: boolean): { readonly health: Health; readonly healthBasis: string } {
  const by = isOwn ? 'its own report' : 'the report of the member that answered';
  switch (state) {
    case 'ONLINE':
      return { health: 'running', healthBasis: `in the group, according to ${by}` };
    case 'RECOVERING':
      return { health: 'running', healthBasis: `joining the group, according to ${by}` };
    case 'UNREACHABLE':
      return {
        health: 'unknown',
        healthBasis: 'the member that answered does not reach it; the rest is its last report',
      };
    case 'OFFLINE':
      return { health: 'halted', healthBasis: 'Group Replication does not run on it; the server itself answers' };
    case 'ERROR':
      return { health: 'halted', healthBasis: 'it has left the group with an error; the server itself answers' };
    default:
      return { health: 'unknown', healthBasis: 'a state that this program does not know' };
  }
}

export function membersOf(rows: readonly GroupRow[]): readonly MysqlMember[] {
  return rows.map(row =>
    memberFrom(row, {
      nodeId: idOf(row),
      name: nameOf(row),
      address:
        row.MEMBER_HOST === null || row.MEMBER_PORT === null ? null : addressOf(row.MEMBER_HOST, row.MEMBER_PORT),
      state: row.MEMBER_STATE,
      role: row.MEMBER_ROLE,
      version: row.MEMBER_VERSION,
      isOwn: idOf(row) === row.self,
    }),
  );
}

/** A member as it reports itself, also outside of a group. */
export function memberOf(row: SelfRow, name: string): MysqlMember {
  return memberFrom(row, {
    nodeId: row.self,
    name,
    address: name,
    state: row.MEMBER_STATE ?? 'OFFLINE',
    role: row.MEMBER_ROLE ?? '',
    version: row.version,
    isOwn: true,
  });
}

function memberFrom(
  { certifying, applying, applied }: Pick<GroupRow, 'certifying' | 'applying' | 'applied'>,
  told: {
    readonly nodeId: string;
    readonly name: string;
    readonly address: string | null;
    readonly state: string;
    readonly role: string;
    readonly version: string | null;
    readonly isOwn: boolean;
  },
): MysqlMember {
  const { nodeId, name, address, state, role, version, isOwn } = told;
  return {
    nodeId,
    name,
    apiUrl: address === null ? null : urlOf(address),
    role: roleOf(role),
    replicationState: oneLine(state, 40),
    haltReason: null,
    ...healthOf(state, isOwn),
    durableOffset: null,
    durableCommitId: null,
    lagBytes: null,
    lagCommits: null,
    lastContact: null,
    mysql: { role: oneLine(role, 40), version, certifying, applying, applied },
  };
}

/** The primary, if exactly one member is listed as such. */
export function primaryOf(members: readonly MysqlMember[]): MysqlMember | undefined {
  const primaries = members.filter(({ role }) => role === 'primary');
  return primaries.length === 1 ? primaries[0] : undefined;
}

/** How many members the answering member does not reach; if they are most of the group, it has no majority. */
export function unreachableOf(members: readonly MysqlMember[]): number {
  return members.filter(({ replicationState }) => replicationState === 'UNREACHABLE').length;
}
