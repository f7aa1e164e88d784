/** What the members of a group say of themselves before and after a request, and what became of the request. */
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import type { Mode } from './operator.ts';

/** One member by its own word. */
export interface MemberState {
  readonly state: string;
  readonly role: string;
  readonly isReadOnly: boolean;
  readonly view: string;
  readonly executed: string;
  readonly forced: string;
  /** Whom it lists, by name, with their states and roles. */
  readonly listed: ReadonlyMap<string, { readonly state: string; readonly role: string }>;
}

/** By name; nothing of a member that does not answer. */
export type GroupState = ReadonlyMap<string, MemberState | undefined>;

/** What a state of the group was made to show. */
export type Note =
  | 'it waited'
  | 'the old primary took a write meanwhile'
  | 'what was open is there'
  | 'listed before it was writable'
  | 'the state had moved'
  | 'whom it left out woke'
  | 'its value was there before';

export interface Observation {
  readonly mode: Mode;
  readonly target: string;
  readonly oldPrimary: string;
  readonly before: GroupState;
  readonly after: GroupState;
  /** `code` and `message` are of an error; both are empty where it was executed. */
  readonly answer: { readonly outcome: string; readonly code: string; readonly message: string };
  /** Transactions that were open on the primary. */
  readonly open: number;
  /** Rows whose commit was acknowledged before, and how many of them the target holds afterwards. */
  readonly rows: { readonly acknowledged: number; readonly held: number };
  readonly notes: ReadonlySet<Note>;
}

const STATE = `SELECT @@GLOBAL.super_read_only AS ro, @@GLOBAL.gtid_executed AS executed,
  @@GLOBAL.group_replication_force_members AS forced, @@GLOBAL.server_uuid = m.MEMBER_ID AS own,
  CONCAT(m.MEMBER_HOST, ':', m.MEMBER_PORT) AS name, m.MEMBER_STATE AS state, m.MEMBER_ROLE AS role, s.VIEW_ID AS view
  FROM performance_schema.global_variables one
  LEFT JOIN performance_schema.replication_group_members m ON TRUE
  LEFT JOIN performance_schema.replication_group_member_stats s ON s.MEMBER_ID = m.MEMBER_ID
  WHERE one.VARIABLE_NAME = 'server_uuid'`;

/** Asks every member that can answer. */
export async function groupState(cluster: MysqlCluster): Promise<GroupState> {
  const states = await Promise.all(
    cluster.members.map(async ({ index, name }) => [name, await memberState(cluster, index)] as const),
  );
  return new Map(states);
}

async function memberState(cluster: MysqlCluster, index: number): Promise<MemberState | undefined> {
  if (!cluster.isRunning(index) || cluster.isPaused(index)) return undefined;
  const rows = await cluster.sql(index, STATE, undefined, 5000).catch(() => []);
  const own = rows.find(row => row['own'] === '1') ?? rows[0];
  if (own === undefined) return undefined;
  return {
    state: own['state'] ?? '',
    role: own['role'] ?? '',
    isReadOnly: own['ro'] === '1',
    view: own['view'] === '' ? 'unknown' : (own['view'] ?? 'unknown'),
    executed: own['executed'] ?? '',
    forced: own['forced'] ?? '',
    listed: new Map(
      rows.map(({ name, state, role }) => [name ?? '', { state: state ?? '', role: role ?? '' }] as const),
    ),
  };
}

/** Whether MySQL has done it. */
export function executed({ answer }: Observation): boolean {
  return answer.outcome === 'executed';
}

/** The error's number; empty where it was executed. */
export function errno({ answer }: Observation): string {
  return answer.code.replace(/^MYSQL_/u, '');
}

/** What the target said of the members before. */
export function listedBefore({ before, target }: Observation): MemberState['listed'] {
  return before.get(target)?.listed ?? new Map();
}

/** Whether nothing that a request of this kind changes has changed. */
export function untouched({ before, after }: Observation): boolean {
  return [...before].every(([name, was]) => {
    const is = after.get(name);
    return (
      was === undefined ||
      is === undefined ||
      (was.role === is.role && was.view === is.view && was.isReadOnly === is.isReadOnly && was.forced === is.forced)
    );
  });
}
