/**
 * Chooses whom to ask. Only configured endpoints are ever contacted; addresses that Patroni reports are compared with
 * them and otherwise only shown (P7-S3). Nothing found out here outlives one call: no kernel state is cached.
 */
import type * as z from 'zod/mini';
import { endpointsOf, urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import {
  failure,
  refusal,
  success,
  transportFailure,
  type ControlError,
  type Result,
} from '../../control-plane/model/errors.ts';
import { isNodeName, quotedName } from '../../control-plane/model/plausible.ts';
import type { Observed, Reading, SkippedEndpoint } from '../../control-plane/model/views.ts';
import { nobodyAnswered } from '../http/endpoint.ts';
import { oneLine } from '../http/text.ts';
import { ask, foreign, readError, rejection, type Access, type Asked, type NoReply } from './ask.ts';
import * as schema from './schema.ts';
import type { ClusterWire, MemberWire, NodeWire } from './schema.ts';

const MOST_NAMED = 10;

/** The answer of an endpoint, its time, and the endpoints that did not answer before. */
export interface From<T> {
  readonly data: T;
  readonly time: string;
  readonly endpoint: string;
  readonly skipped: readonly SkippedEndpoint[];
}

/**
 * Asks the endpoints in configured order until one answers. If Patroni refuses the request (4xx), that counts, and no
 * other endpoint is asked instead (P7-E3). If it cannot answer now, it is skipped and quoted.
 */
export async function askInOrder<T>(
  cluster: ClusterConfig,
  access: Access,
  path: string,
  view: () => z.ZodMiniType<T>,
  endpoints = urlsOf(cluster),
): Promise<Result<From<T>>> {
  const attempts: { readonly endpoint: string; readonly no: NoReply }[] = [];
  for (const endpoint of endpoints) {
    const asked = await ask(access, endpoint, path, view);
    if (asked.ok)
      return success({
        ...asked.reply,
        endpoint,
        skipped: attempts.map(({ endpoint: before, no }) => ({
          endpoint: before,
          reason: no.reason,
          ...(no.kind === 'rejected' ? { answered: true } : {}),
        })),
      });
    if (asked.no.kind === 'rejected' && asked.no.status < 500) return failure(readError(endpoint, asked.no));
    attempts.push({ endpoint, no: asked.no });
  }
  return failure(nobodyAnswered(cluster, attempts, readError, rejection));
}

/**
 * `/cluster` from the configured endpoint that was chosen, and from no other; without a choice, in configured order.
 */
export async function listChosen(
  cluster: ClusterConfig,
  access: Access,
  chosen: string | undefined,
): Promise<Result<From<ClusterWire>>> {
  if (chosen === undefined) return await askInOrder(cluster, access, '/cluster', schema.cluster);
  const own = configured(cluster, chosen);
  return own.ok ? await askInOrder(cluster, access, '/cluster', schema.cluster, [own.value]) : own;
}

/** One answer of `endpoint`, or the error of the read. */
export async function askAt<T>(
  access: Access,
  endpoint: string,
  path: string,
  view: () => z.ZodMiniType<T>,
): Promise<Result<From<T>>> {
  return from(endpoint, await ask(access, endpoint, path, view));
}

/** An answer with its endpoint, or the error of the read. */
export function from<T>(endpoint: string, asked: Asked<T>): Result<From<T>> {
  return asked.ok ? success({ ...asked.reply, endpoint, skipped: [] }) : failure(readError(endpoint, asked.no));
}

/** Where to ask a member, or why it is not contacted: a clause that begins with what is known of its address. */
export type Located = { readonly endpoint: string } | { readonly endpoint: undefined; readonly why: string };

/** A member as `/cluster` lists it, and where to ask it. */
export interface Found {
  readonly member: MemberWire;
  readonly located: Located;
  readonly cluster: From<ClusterWire>;
}

/** Looks a member up in `/cluster`. A name that is not there belongs to no member of this cluster. */
export async function findMember(cluster: ClusterConfig, access: Access, node: string): Promise<Result<Found>> {
  const read = await askInOrder(cluster, access, '/cluster', schema.cluster);
  if (!read.ok) return read;
  const { members } = read.value.data;
  const member = members.find(({ name }) => name === node);
  return member === undefined
    ? failure(
        refusal(
          'PHASE7_INVALID_NODE_ID',
          `${quotedName(oneLine(node, 200), isNodeName)} is not a member of cluster "${cluster.name}", ` +
            `according to ${read.value.endpoint} (members: ` +
            `${members.map(({ name }) => oneLine(name, 200)).join(', ') || 'none'}). Nothing was sent to it.`,
          'node',
        ),
      )
    : success({ member, located: locator(cluster, read.value.data)(member), cluster: read.value });
}

/**
 * Finds the configured endpoint that leads to a member: the one configured with its name; otherwise the one at the
 * address that Patroni reports for it, whatever the path behind it. An address that several members report, or that is
 * configured with another member's name, leads to none.
 */
export function locator(
  cluster: ClusterConfig,
  { members }: Pick<ClusterWire, 'members'>,
): (member: MemberWire) => Located {
  const endpoints = endpointsOf(cluster);
  const named = new Map(endpoints.flatMap(({ url, member }) => (member === undefined ? [] : [[member, url] as const])));
  const unnamed = new Map(
    endpoints.filter(({ member }) => member === undefined).map(({ url }) => [new URL(url).origin, url] as const),
  );
  const tellers = new Map<string, string[]>();
  for (const { name, api_url: told } of members) {
    const origin = originOf(told);
    if (origin === undefined || named.has(name)) continue;
    const others = tellers.get(origin);
    if (others === undefined) tellers.set(origin, [name]);
    else others.push(name);
  }
  return ({ name, api_url: told }) => {
    const own = named.get(name);
    if (own !== undefined) return { endpoint: own };
    const origin = originOf(told);
    if (told === null || origin === undefined) {
      const lacking =
        told === null
          ? 'Patroni reports no address of it (api_url)'
          : `its address cannot be read (api_url: ${oneLine(told, 200)})`;
      return { endpoint: undefined, why: `${lacking}, and no configured endpoint names it` };
    }
    const tell = tellers.get(origin) ?? [];
    if (tell.length > 1) {
      return {
        endpoint: undefined,
        why: `its address, ${oneLine(told, 200)}, is that of ${some(
          tell.slice(0, MOST_NAMED + 1).filter(other => other !== name),
          tell.length - 1,
        )} too: which member answers there is not known`,
      };
    }
    const at = unnamed.get(origin);
    return at === undefined
      ? {
          endpoint: undefined,
          why: `its address, ${oneLine(told, 200)}, is not among the configured endpoints, and none of them names it`,
        }
      : { endpoint: at };
  };
}

/** Names in one sentence: only as many as are easy to read, and how many more there are. */
function some(names: readonly string[], count: number): string {
  const shown = names.slice(0, MOST_NAMED).map(name => oneLine(name, 200));
  return [...shown, ...(count > shown.length ? [`${count - shown.length} more`] : [])].join(', ');
}

function originOf(url: string | null): string | undefined {
  return url !== null && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** The error of a request that only the node itself could answer, if its endpoint is unknown. */
export function notContacted(cluster: ClusterConfig, { name }: MemberWire, why: string): ControlError {
  return transportFailure(
    'PHASE7_CONNECTION_FAILED',
    `Member ${oneLine(name, 200)} of cluster "${cluster.name}" was not contacted: ${why}. An endpoint names the ` +
      `member that it leads to as { "url": "https://host:port", "member": "${oneLine(name, 200)}" }. Nothing was ` +
      'executed.',
    'not_executed',
  );
}

/**
 * One note on the members that cannot be asked, each with the reason, and on endpoints configured with the name of no
 * present member.
 */
export function notContactedNote(cluster: ClusterConfig, data: ClusterWire): readonly string[] {
  const locate = locator(cluster, data);
  const out = data.members.flatMap(member => {
    const located = locate(member);
    return located.endpoint === undefined ? [`${oneLine(member.name, 200)}: ${located.why}`] : [];
  });
  const strangers = endpointsOf(cluster)
    .filter(({ member }) => member !== undefined && data.members.every(({ name }) => name !== member))
    .map(
      ({ url, member = '' }) =>
        `The endpoint ${url} is configured for "${oneLine(member, 200)}", which is not a member of this cluster.`,
    );
  if (out.length === 0) return strangers;
  const more =
    out.length > MOST_NAMED ? ` (and ${out.length - MOST_NAMED} more members, whose addresses stand beside them)` : '';
  return [
    'Known only from the configuration store, so neither asked nor promoted from here: ' +
      `${out.slice(0, MOST_NAMED).join('; ')}${more}. An address that is added to the endpoints leads to the ` +
      'member that reports it. Where a member is reached at another address, the endpoint names the member: ' +
      '{ "url": "https://host:port", "member": "its name" }.',
    ...strangers,
  ];
}

/**
 * What a member reports about itself at `endpoint`. If the node there tells another name or another cluster, it is not
 * that member, and its answer is refused. Patroni before 4.0 does not tell its own name.
 */
export async function askMember(
  access: Access,
  endpoint: string,
  name: string,
  scope: string | null,
): Promise<Asked<NodeWire> & { /** The name that another member told. */ readonly other?: string }> {
  const asked = await ask(access, endpoint, '/patroni', schema.node);
  if (!asked.ok) return asked;
  const other = otherThan(asked.reply.data, name, scope);
  return other === undefined
    ? asked
    : { ...foreign(`${other} answered where member ${oneLine(name, 200)} was asked`), other };
}

/**
 * The name of the node that answered instead of member `name` of cluster `scope`; `undefined` if that member itself
 * answered, or if the node tells no name.
 */
function otherThan({ patroni }: NodeWire, name: string, scope: string | null): string | undefined {
  const [own, cluster] = [patroni?.name ?? name, patroni?.scope ?? scope];
  if (scope !== null && cluster !== scope) return `a member of cluster "${oneLine(cluster ?? '', 200)}"`;
  return own === name ? undefined : `member ${oneLine(own, 200)}`;
}

/** The configured endpoint that equals `endpoint`. */
export function configured(cluster: ClusterConfig, endpoint: string): Result<string> {
  const found = urlsOf(cluster).find(candidate => candidate === endpoint);
  return found === undefined
    ? failure(
        refusal(
          'PHASE7_SCOPE_VIOLATION',
          `${endpoint} is not a configured endpoint of cluster "${cluster.name}". Nothing was sent.`,
          'endpoint',
        ),
      )
    : success(found);
}

/**
 * A reading of Patroni, which has no commit ids and no control versions. The time is the Date header of the answer, in
 * whole seconds.
 */
export function reading<T, V>(
  { time, endpoint, skipped }: From<T>,
  view: V,
  snapshot: 'dcs' | 'live',
  nodeId: string | null,
  notes: readonly string[],
): Reading<V> {
  const observed: Observed = {
    snapshot,
    commitId: null,
    controlVersion: null,
    nodeId,
    time,
    clock: 'patroni-http-date',
  };
  return { view, observed, endpoint, skipped, notes };
}

/** Which member answered at `endpoint`: the one configured there, or the only one that reports this address. */
export function memberAt(cluster: ClusterConfig, data: ClusterWire, endpoint: string): string | null {
  const locate = locator(cluster, data);
  return data.members.find(member => locate(member).endpoint === endpoint)?.name ?? null;
}
