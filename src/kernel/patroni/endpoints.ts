/**
 * Who is asked. Only configured endpoints are ever contacted; addresses that Patroni reports are compared with them and
 * otherwise only shown (P7-S3). What is found out here lives as long as one call (no cached kernel state).
 */
import type * as z from 'zod/mini';
import type { ClusterConfig } from '../../control-plane/cluster.ts';
import { failure, refusal, success, transportFailure, type ControlError, type Result } from '../../control-plane/errors.ts';
import type { Observed, Reading, SkippedEndpoint } from '../../control-plane/views.ts';
import { nobodyAnswered } from '../endpoint.ts';
import { oneLine } from '../text.ts';
import { ask, readError, rejection, type Access, type Asked, type NoReply } from './ask.ts';
import * as schema from './schema.ts';
import type { ClusterWire, MemberWire } from './schema.ts';

/** What came from which endpoint at which time, and who did not answer before. */
export interface From<T> {
  readonly data: T;
  readonly time: string;
  readonly endpoint: string;
  readonly skipped: readonly SkippedEndpoint[];
}

/**
 * Asks the endpoints in configured order until one answers. Patroni's refusal of the request (4xx) stands, and no other is
 * asked in its place (P7-E3); one that cannot answer now is skipped and quoted.
 */
export async function askInOrder<T>(cluster: ClusterConfig, access: Access, path: string, view: () => z.ZodMiniType<T>): Promise<Result<From<T>>> {
  const attempts: { readonly endpoint: string; readonly no: NoReply }[] = [];
  for (const endpoint of cluster.endpoints) {
    const asked = await ask(access, endpoint, path, view);
    if (asked.ok) return success({ ...asked.reply, endpoint, skipped: attempts.map(({ endpoint: before, no }) => ({ endpoint: before, reason: no.reason })) });
    if (asked.no.kind === 'rejected' && asked.no.status < 500) return failure(readError(endpoint, asked.no));
    attempts.push({ endpoint, no: asked.no });
  }
  return failure(nobodyAnswered(cluster, attempts, readError, rejection));
}

/** One answer of `endpoint`, or the error of the read. */
export async function askAt<T>(access: Access, endpoint: string, path: string, view: () => z.ZodMiniType<T>): Promise<Result<From<T>>> {
  return from(endpoint, await ask(access, endpoint, path, view));
}

/** An answer with its endpoint, or the error of the read. */
export function from<T>(endpoint: string, asked: Asked<T>): Result<From<T>> {
  return asked.ok ? success({ ...asked.reply, endpoint, skipped: [] }) : failure(readError(endpoint, asked.no));
}

/** A member, as `/cluster` lists it, and the configured endpoint at its address. */
export interface Found {
  readonly member: MemberWire;
  /** `undefined`: its address is not configured, so it is not contacted. */
  readonly endpoint: string | undefined;
  readonly cluster: From<ClusterWire>;
}

/** Looks a member up in `/cluster`. A name that is not there is no node of this cluster. */
export async function findMember(cluster: ClusterConfig, access: Access, node: string): Promise<Result<Found>> {
  const read = await askInOrder(cluster, access, '/cluster', schema.cluster);
  if (!read.ok) return read;
  const member = read.value.data.members.find(({ name }) => name === node);
  return member === undefined
    ? failure(refusal('PHASE7_INVALID_NODE_ID', `"${oneLine(node, 200)}" is no member of cluster "${cluster.name}", says ${read.value.endpoint} (members: ${read.value.data.members.map(({ name }) => oneLine(name, 200)).join(', ') || 'none'}). Nothing was sent to it.`, 'node'))
    : success({ member, endpoint: ownEndpoint(cluster, member), cluster: read.value });
}

/** The configured endpoint at a member's address, whatever path Patroni writes behind it. */
export function ownEndpoint(cluster: ClusterConfig, { api_url: url }: { readonly api_url: string }): string | undefined {
  return URL.canParse(url) ? cluster.endpoints.find((endpoint) => new URL(endpoint).origin === new URL(url).origin) : undefined;
}

/** The error of a request that only the node itself could answer, when its address is not configured. */
export function notConfigured(cluster: ClusterConfig, { name, api_url: url }: MemberWire): ControlError {
  return transportFailure('PHASE7_CONNECTION_FAILED', `No configured endpoint of cluster "${cluster.name}" is at the address of member ${oneLine(name, 200)}, ${oneLine(url, 200)}, so it was not contacted. Nothing was executed.`, 'not_executed');
}

/** The configured endpoint that `endpoint` is. */
export function configured(cluster: ClusterConfig, endpoint: string): Result<string> {
  const found = cluster.endpoints.find((candidate) => candidate === endpoint);
  return found === undefined
    ? failure(refusal('PHASE7_SCOPE_VIOLATION', `${endpoint} is not a configured endpoint of cluster "${cluster.name}". Nothing was sent.`, 'endpoint'))
    : success(found);
}

/** A reading of Patroni: no commit id and no control version exist; the clock is that of the answer's Date header, in whole seconds. */
export function reading<T, V>(
  { time, endpoint, skipped }: From<T>, view: V, snapshot: 'dcs' | 'live', nodeId: string | null, notes: readonly string[],
): Reading<V> {
  const observed: Observed = { snapshot, commitId: null, controlVersion: null, nodeId, time, clock: 'patroni-http-date' };
  return { view, observed, endpoint, skipped, notes };
}

/** Which member answered at `endpoint`: known only where its address is the configured one. */
export function memberAt(cluster: ClusterConfig, { members }: ClusterWire, endpoint: string): string | null {
  return members.find((member) => ownEndpoint(cluster, member) === endpoint)?.name ?? null;
}
