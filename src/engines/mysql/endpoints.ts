/**
 * Chooses whom to ask. Only configured addresses are ever contacted (P7-S3). The server itself is asked who it is,
 * whatever name leads to it. Nothing found out here outlives one call.
 */
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import {
  failure,
  refusal,
  success,
  transportFailure,
  type ControlError,
  type Result,
} from '../../control-plane/model/errors.ts';
import type { Observed, Reading, SkippedEndpoint } from '../../control-plane/model/views.ts';
import { nobodyAnswered } from '../http/endpoint.ts';
import { oneLine } from '../http/text.ts';
import { askServer, readError, reads, rejection, type Access, type Ask, type Asked, type NoReply } from './ask.ts';
import { idOf, membersOf, primaryOf, unreachableOf } from './members.ts';
import { isOfTheLogin } from './rights.ts';
import * as schema from './schema.ts';
import type { GroupRow } from './schema.ts';
import { GROUP, WHO } from './statements.ts';

/** The group, listed twice by one member without a change in between, and what else was asked in between. */
export interface Listed<T = undefined> {
  readonly endpoint: string;
  readonly rows: readonly GroupRow[];
  readonly between: T;
}

const MOVED = {
  kind: 'failed',
  code: 'PHASE7_INVALID_KERNEL_RESPONSE',
  sent: true,
  reason: 'primary, members, their states or the view moved between two readings',
  moved: true,
} as const satisfies NoReply;

interface Attempt {
  readonly endpoint: string;
  readonly no: NoReply;
}

/**
 * Asks a member for its group, then whatever `between` asks, then for its group again. If nothing changed, the answers
 * in between belong to that group (P7-D1).
 */
export async function listAt<T>(
  endpoint: string,
  access: Access,
  between: (ask: Ask, rows: readonly GroupRow[]) => Promise<Asked<T>>,
): Promise<Asked<Listed<T>>> {
  return await reads<Listed<T>>(endpoint, access, async ask => {
    const first = await ask(GROUP, schema.group);
    if (!first.ok) return first;
    const told = await between(ask, first.data);
    if (!told.ok) return told;
    const second = await ask(GROUP, schema.group);
    if (!second.ok) return second;
    if (stateOf(first.data) !== stateOf(second.data)) return { ok: false, no: MOVED };
    return { ok: true, data: { endpoint, rows: second.data, between: told.data } };
  });
}

/** What a decision depends on: the members, their states and roles, and the view. */
function stateOf(rows: readonly GroupRow[]): string {
  return JSON.stringify(rows.map(row => [row.self, row.MEMBER_ID, row.MEMBER_STATE, row.MEMBER_ROLE, row.VIEW_ID]));
}

/** The row of the member that answered. */
export function ownRow(rows: readonly GroupRow[]): GroupRow {
  const own = rows.find(row => idOf(row) === row.self) ?? rows[0];
  if (own === undefined) throw new Error('a group without members was read');
  return own;
}

/**
 * Asks the addresses in configured order for their group. A member outside of a group lists only itself, so the next
 * address is asked; its answer counts only if no address leads into the group. If `chosen` is given, only that address
 * is asked, and its answer counts.
 */
export async function listInOrder<T>(
  cluster: ClusterConfig,
  access: Access,
  between: (ask: Ask, rows: readonly GroupRow[]) => Promise<Asked<T>>,
  chosen?: string,
): Promise<Result<Listed<T> & { readonly skipped: readonly SkippedEndpoint[] }>> {
  const attempts: Attempt[] = [];
  const skipped: SkippedEndpoint[] = [];
  const outside: { readonly listed: Listed<T>; readonly before: number }[] = [];
  const endpoints = chosen === undefined ? success(urlsOf(cluster)) : only(cluster, chosen);
  if (!endpoints.ok) return endpoints;
  for (const endpoint of endpoints.value) {
    const asked = await listAt(endpoint, access, between);
    if (asked.ok) {
      const { MEMBER_STATE: state } = ownRow(asked.data.rows);
      if (state !== 'OFFLINE' && state !== 'ERROR') return success({ ...asked.data, skipped });
      outside.push({ listed: asked.data, before: skipped.length });
      skipped.push({ endpoint, reason: `is ${state}: it is in no group and lists only itself`, answered: true });
    } else {
      if (asked.no.kind === 'rejected' && isOfTheLogin(asked.no.errno)) return failure(readError(endpoint, asked.no));
      attempts.push({ endpoint, no: asked.no });
      const { kind, reason } = asked.no;
      skipped.push({ endpoint, reason, ...(kind === 'rejected' ? { answered: true } : {}) });
    }
  }
  const [first] = outside;
  if (first !== undefined)
    return success({
      ...first.listed,
      skipped: skipped.filter(({ endpoint }) => endpoint !== first.listed.endpoint),
    });
  // An endpoint whose group changed between two answers did answer, so its error is preferred to that of an endpoint
  // without an answer.
  const moved = attempts.find(({ no }) => no.kind === 'failed' && no.moved === true);
  if (moved !== undefined) return failure(readError(moved.endpoint, moved.no));
  return failure(nobodyAnswered(cluster, attempts, readError, rejection));
}

/** For reads that ask nothing in between. */
export function nothing(): Promise<Asked<undefined>> {
  return Promise.resolve({ ok: true, data: undefined });
}

/** The one chosen address, if it is configured. */
function only(cluster: ClusterConfig, chosen: string): Result<readonly string[]> {
  const own = configured(cluster, chosen);
  return own.ok ? success([own.value]) : own;
}

/** The configured address that equals `endpoint`. */
export function configured(cluster: ClusterConfig, endpoint: string): Result<string> {
  return urlsOf(cluster).includes(endpoint)
    ? success(endpoint)
    : failure(
        refusal(
          'PHASE7_SCOPE_VIOLATION',
          `${endpoint} is not a configured endpoint of cluster "${cluster.name}". Nothing was sent.`,
          'endpoint',
        ),
      );
}

/** Where a server answers, and what the group says about it. */
export interface Found {
  readonly endpoint: string;
  readonly skipped: readonly SkippedEndpoint[];
}

/** A server without a configured address, as a member of its group reports it, and why it was not asked. */
export interface Reported {
  readonly reported: Listed & { readonly skipped: readonly SkippedEndpoint[] };
  readonly why: string;
}

/** The configured address at which a server answers as itself. */
export async function findNode(
  cluster: ClusterConfig,
  access: Access,
  node: string,
): Promise<Result<Found | Reported>> {
  const listed = await listInOrder(cluster, access, nothing);
  if (!listed.ok && listed.error.domain === 'KERNEL_REJECTION') return listed;
  const member = listed.ok ? membersOf(listed.value.rows).find(({ nodeId }) => nodeId === node) : undefined;
  const own = urlsOf(cluster).find(url => url === member?.apiUrl);
  const skipped = listed.ok ? listed.value.skipped : [];
  if (own !== undefined && (await isAt(own, access, node))) return success({ endpoint: own, skipped });
  // A tunnel's address leads to a member under another name, so every address is asked which server answers.
  const others = await Promise.all(
    urlsOf(cluster).map(async endpoint => ({ endpoint, asked: await whoIsAt(endpoint, access) })),
  );
  const found = others.find(({ asked }) => asked.ok && asked.data === node);
  if (found !== undefined) return success({ endpoint: found.endpoint, skipped });
  const told = others
    .map(({ endpoint, asked }) => `${endpoint}: ${asked.ok ? `is server ${asked.data}` : asked.no.reason}`)
    .join('; ');
  if (listed.ok && member !== undefined)
    return success({ reported: listed.value, why: `no configured address answers as that server (${told})` });
  if (!listed.ok && others.every(({ asked }) => !asked.ok)) return listed;
  return failure(
    refusal(
      'PHASE7_INVALID_NODE_ID',
      `${oneLine(node, 200)} is not a member of the group of cluster "${cluster.name}", and no configured address ` +
        `answers as that server (${told}). Nothing was sent to it.`,
      'node',
    ),
  );
}

async function whoIsAt(endpoint: string, access: Access): Promise<Asked<string>> {
  const who = await reads(endpoint, access, ask => askServer(ask, WHO, schema.who, null));
  return who.ok ? { ok: true, data: who.data.self } : who;
}

async function isAt(endpoint: string, access: Access, node: string): Promise<boolean> {
  const who = await whoIsAt(endpoint, access);
  return who.ok && who.data === node;
}

/** The error if a node must answer itself and cannot be asked. */
export function notContacted(cluster: ClusterConfig, node: string, why: string): ControlError {
  return transportFailure(
    'PHASE7_CONNECTION_FAILED',
    `Server ${node} of cluster "${cluster.name}" was not asked: ${why}. Nothing was executed.`,
    'not_executed',
  );
}

/**
 * A reading of MySQL, which has no commit ids and no control versions. `snapshot` is the view of the group that the
 * reading belongs to, or `live` outside of a group.
 */
export function reading<V>(
  { endpoint, skipped = [] }: { readonly endpoint: string; readonly skipped?: readonly SkippedEndpoint[] },
  { self, now, VIEW_ID: view }: { readonly self: string; readonly now: string; readonly VIEW_ID?: string | null },
  content: V,
  notes: readonly string[] = [],
): Reading<V> {
  const observed: Observed = {
    snapshot: view ?? 'live',
    commitId: null,
    controlVersion: null,
    nodeId: self,
    time: now,
    clock: 'mysql-utc-timestamp',
  };
  return { view: content, observed, endpoint, skipped, notes };
}

/** Notes on a group in an unusual state; every reading of it shows them. */
export function notesOf(rows: readonly GroupRow[]): readonly string[] {
  const members = membersOf(rows);
  const own = ownRow(rows);
  const unreachable = unreachableOf(members);
  return [
    ...(own.MEMBER_STATE === 'OFFLINE' || own.MEMBER_STATE === 'ERROR'
      ? [
          `The member that answered is ${own.MEMBER_STATE}: it is in no group and lists only itself. Others may ` +
            'be in one.',
        ]
      : []),
    ...(own.single_primary === false
      ? ['The group is in multi-primary mode: every member takes writes, and there is no primary to switch.']
      : []),
    ...(unreachable > 0 && unreachable * 2 >= members.length
      ? [
          'The member that answered does not reach a majority of the group: it commits nothing, and its ' +
            'writes wait. What it lists about others is what it last heard. Others may have gone on without ' +
            'it.',
        ]
      : []),
    ...(primaryOf(members) === undefined && own.single_primary !== false && own.MEMBER_STATE === 'ONLINE'
      ? ['This member lists no primary.']
      : []),
  ];
}
