/** From the rows of the group to its members, and what a member's state means. */
import type { Health, Role } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import type { GroupRow, SelfRow } from './schema.ts';
import type { MysqlMember } from './views.ts';

/** How an address of a member is written. */
export function addressOf(host: string, port: string): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** As a configured address is written: a host has one form, also where a member reports its own in capitals. */
function urlOf(address: string): string {
  return `mysql://${address.toLowerCase()}`;
}

/** How a member is called: its host and port; the id where it tells none. */
export function nameOf({ MEMBER_HOST: host, MEMBER_PORT: port, MEMBER_ID: id, self }: GroupRow): string {
  return host === null || port === null ? idOf({ MEMBER_ID: id, self }) : oneLine(addressOf(host, port), 260);
}

/** A server outside of every group may list itself without an id. */
export function idOf({ MEMBER_ID: id, self }: Pick<GroupRow, 'MEMBER_ID' | 'self'>): string {
  return id === '' ? self : id;
}

export function roleOf(role: string): Role {
  return role === 'PRIMARY' ? 'primary' : role === 'SECONDARY' ? 'replica' : 'unknown';
}

/** What is known of a member by its state, and from what. `own`: the member says it of itself. */
export function healthOf(state: string, own: boolean): { readonly health: Health; readonly healthBasis: string } {
  const by = own ? 'its own word' : 'the word of the member that answered';
  switch (state) {
    case 'ONLINE':
      return { health: 'running', healthBasis: `in the group, by ${by}` };
    case 'RECOVERING':
      return { health: 'running', healthBasis: `joining the group, by ${by}` };
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
      return { health: 'unknown', healthBasis: 'a state that is not known here' };
  }
}

export function membersOf(rows: readonly GroupRow[]): readonly MysqlMember[] {
  return rows.map(row => {
    const id = idOf(row);
    return {
      nodeId: id,
      name: nameOf(row),
      apiUrl:
        row.MEMBER_HOST === null || row.MEMBER_PORT === null
          ? null
          : urlOf(addressOf(row.MEMBER_HOST, row.MEMBER_PORT)),
      role: roleOf(row.MEMBER_ROLE),
      replicationState: oneLine(row.MEMBER_STATE, 40),
      haltReason: null,
      ...healthOf(row.MEMBER_STATE, id === row.self),
      durableOffset: null,
      durableCommitId: null,
      lagBytes: null,
      lagCommits: null,
      lastContact: null,
      mysql: {
        role: oneLine(row.MEMBER_ROLE, 40),
        version: row.MEMBER_VERSION,
        certifying: row.certifying,
        applying: row.applying,
        applied: row.applied,
      },
    };
  });
}

/** A member by its own word, also outside of a group. */
export function memberOf(row: SelfRow, name: string): MysqlMember {
  const state = row.MEMBER_STATE ?? 'OFFLINE';
  const role = row.MEMBER_ROLE ?? '';
  return {
    nodeId: row.self,
    name,
    apiUrl: urlOf(name),
    role: roleOf(role),
    replicationState: oneLine(state, 40),
    haltReason: null,
    ...healthOf(state, true),
    durableOffset: null,
    durableCommitId: null,
    lagBytes: null,
    lagCommits: null,
    lastContact: null,
    mysql: {
      role: oneLine(role, 40),
      version: row.version,
      certifying: row.certifying,
      applying: row.applying,
      applied: row.applied,
    },
  };
}

/** Who leads, where exactly one member is listed as the primary. */
export function primaryOf(members: readonly MysqlMember[]): MysqlMember | undefined {
  const primaries = members.filter(({ role }) => role === 'primary');
  return primaries.length === 1 ? primaries[0] : undefined;
}

/** How many members count, and how many of those the member that answers does not reach. */
export function majority(members: readonly MysqlMember[]): { readonly all: number; readonly unreachable: number } {
  return {
    all: members.length,
    unreachable: members.filter(({ replicationState }) => replicationState === 'UNREACHABLE').length,
  };
}
