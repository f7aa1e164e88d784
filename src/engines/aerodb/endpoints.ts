/**
 * Chooses whom to ask. Only configured endpoints are ever contacted; addresses that a kernel reports are compared with
 * them and otherwise only shown (P7-S3). Nothing found out here outlives one call: no kernel state is cached.
 */
import type * as z from 'zod/mini';
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import {
  failure,
  refusal,
  success,
  transportFailure,
  type ControlError,
  type Result,
} from '../../control-plane/model/errors.ts';
import type { Reading, SkippedEndpoint } from '../../control-plane/model/views.ts';
import { nobodyAnswered } from '../http/endpoint.ts';
import { oneLine } from '../http/text.ts';
import { ask, foreign, readError, rejection, type Access, type Asked, type NoReply, type Reply } from './ask.ts';
import * as schema from './schema.ts';

interface Attempt {
  readonly endpoint: string;
  readonly no: NoReply;
}

/**
 * Asks the endpoints in configured order until one answers. If a kernel refuses the request (4xx), that is its
 * decision, and no other endpoint is asked instead (P7-E3). If it cannot answer now (5xx), it is skipped and quoted.
 */
export async function askInOrder<T>(
  cluster: ClusterConfig,
  access: Access,
  path: string,
  view: () => z.ZodMiniType<T>,
  endpoints = urlsOf(cluster),
): Promise<Result<Reading<T>>> {
  const attempts: Attempt[] = [];
  for (const endpoint of endpoints) {
    const asked = await ask(access, endpoint, path, view);
    if (asked.ok) return success(reading(asked.reply, endpoint, attempts.map(skipped)));
    if (isFinal(asked.no)) return failure(readError(endpoint, asked.no));
    attempts.push({ endpoint, no: asked.no });
  }
  return failure(nobodyAnswered(cluster, attempts, readError, rejection));
}

/** Asks only the configured endpoint that was chosen; without a choice, asks in configured order. */
export async function askChosen<T>(
  cluster: ClusterConfig,
  access: Access,
  path: string,
  view: () => z.ZodMiniType<T>,
  from: string | undefined,
): Promise<Result<Reading<T>>> {
  if (from === undefined) return await askInOrder(cluster, access, path, view);
  const own = configured(cluster, from);
  return own.ok ? await askInOrder(cluster, access, path, view, [own.value]) : own;
}

/** Asks `node` itself through its configured endpoint, and accepts only an answer from this node. */
export async function askNode<T>(
  cluster: ClusterConfig,
  access: Access,
  node: string,
  path: string,
  view: () => z.ZodMiniType<T>,
): Promise<Result<Reading<T>>> {
  const found = await findNode(cluster, access, node);
  return found.ok ? await askNodeAt(access, found.value.endpoint, node, path, view, found.value.skipped) : found;
}

/** Asks `node` at an endpoint that is already known to be its own. */
export async function askNodeAt<T>(
  access: Access,
  endpoint: string,
  node: string,
  path: string,
  view: () => z.ZodMiniType<T>,
  before: readonly SkippedEndpoint[] = [],
): Promise<Result<Reading<T>>> {
  const asked = answeredBy(node, await ask(access, endpoint, path, view));
  return asked.ok ? success(reading(asked.reply, endpoint, before)) : failure(readError(endpoint, asked.no));
}

/** Refuses an answer that another node gave. */
export function answeredBy<T>(node: string, asked: Asked<T>): Asked<T> {
  return asked.ok && asked.reply.observed.nodeId !== node
    ? foreign(`node ${oneLine(asked.reply.observed.nodeId ?? 'unknown', 200)} answered where node ${node} was asked`)
    : asked;
}

/** The configured endpoint that equals `endpoint`, with or without a trailing slash. */
export function configured(cluster: ClusterConfig, endpoint: string): Result<string> {
  const found = urlsOf(cluster).find(candidate => sameUrl(candidate, endpoint));
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

interface FoundEndpoint {
  readonly endpoint: string;
  readonly skipped: readonly SkippedEndpoint[];
}

async function findNode(cluster: ClusterConfig, access: Access, node: string): Promise<Result<FoundEndpoint>> {
  const read = await askInOrder(cluster, access, '/v1/cluster', schema.cluster);
  if (!read.ok && read.error.domain === 'KERNEL_REJECTION' && isRefusal(read.error)) return read;
  const member = read.ok ? read.value.view.members.find(({ nodeId }) => nodeId === node) : undefined;
  const own =
    member === undefined ? undefined : urlsOf(cluster).find(endpoint => sameUrl(endpoint, member.apiUrl ?? ''));
  if (own !== undefined) return success({ endpoint: own, skipped: read.ok ? read.value.skipped : [] });

  const attempts: Attempt[] = [];
  const others: SkippedEndpoint[] = [];
  for (const endpoint of urlsOf(cluster)) {
    const asked = await ask(access, endpoint, '/v1/status', schema.status);
    if (asked.ok && asked.reply.data.node_id === node) return success({ endpoint, skipped: others });
    if (!asked.ok && isFinal(asked.no)) return failure(readError(endpoint, asked.no));
    if (asked.ok)
      others.push({ endpoint, reason: `is node ${oneLine(asked.reply.data.node_id, 200)}`, answered: true });
    else {
      attempts.push({ endpoint, no: asked.no });
      others.push(skipped({ endpoint, no: asked.no }));
    }
  }
  const asked = others.map(({ endpoint, reason }) => `${endpoint}: ${reason}`).join('; ');
  if (attempts.length === cluster.endpoints.length)
    return failure(nobodyAnswered(cluster, attempts, readError, rejection));
  if (read.ok && member === undefined && attempts.length === 0) {
    return failure(
      refusal(
        'PHASE7_INVALID_NODE_ID',
        `${node} is not a node of cluster "${cluster.name}", according to node ` +
          `${oneLine(read.value.observed.nodeId ?? 'unknown', 200)} at ${read.value.endpoint}, and no ` +
          `configured endpoint is that node (${asked}). Nothing was sent to it.`,
        'node',
      ),
    );
  }
  const address =
    member === undefined
      ? ''
      : ` Its own address, ${oneLine(member.apiUrl ?? 'unknown', 200)}, is not configured and was not contacted.`;
  return failure(
    transportFailure(
      'PHASE7_CONNECTION_FAILED',
      `No configured endpoint of cluster "${cluster.name}" answers as node ${node} (${asked}).${address} Nothing ` +
        'was executed.',
      'not_executed',
    ),
  );
}

function reading<T>(reply: Reply<T>, endpoint: string, before: readonly SkippedEndpoint[]): Reading<T> {
  const { data: view, observed, notes, names } = reply;
  return { view, observed, endpoint, skipped: before, notes, names };
}

function skipped({ endpoint, no }: Attempt): SkippedEndpoint {
  return { endpoint, reason: no.reason, ...(no.kind === 'rejected' ? { answered: true } : {}) };
}

function isFinal(no: NoReply): boolean {
  return no.kind === 'rejected' && no.answer.status < 500;
}

function isRefusal(error: ControlError): boolean {
  return (error.kernel?.status ?? 500) < 500;
}

function sameUrl(one: string, other: string): boolean {
  return normal(one) === normal(other);
}

function normal(url: string): string {
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : url;
}
