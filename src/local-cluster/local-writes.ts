/** The endpoint to write and read data, `/local/writes`. It is not part of the kernel contract. */
import { setTimeout as after } from 'node:timers/promises';
import * as z from 'zod';
import { ApiError, invalid, notReady, storageFailed } from './errors.ts';
import type { ApiRequest, Reply, Route } from './http.ts';
import type { LocalNode } from './node.ts';
import { SupersededWrite } from './serving.ts';
import { messageOf } from './vocabulary.ts';
import { StorageError } from './wal.ts';

const writeSchema = z.strictObject({ key: z.string().min(1).max(256), value: z.string().max(16_384) });

/** How many milliseconds a client waits for a majority, and how many clients may wait at once. */
const ACKNOWLEDGED_WITHIN_MS = 5_000;
const WAITING_LIMIT = 1_000;
const PAGE_ROWS = 10_000;

async function write(node: LocalNode, body: unknown): Promise<Reply> {
  const parsed = writeSchema.safeParse(body);
  if (!parsed.success)
    throw invalid(
      parsed.error.issues[0]?.path.join('.') || 'body',
      parsed.error.issues[0]?.message ?? 'The write is malformed.',
    );
  const { serving } = node;
  if (node.lifecycle !== 'running') throw notReady(node.lifecycle);
  if (serving === null || node.role !== 'primary' || node.state === 'ReplicationHalted')
    throw new ApiError(409, 'AERO_NOT_PRIMARY', 'Only the primary accepts writes.', {
      invariant: 'P6-A1',
      details: { primary_id: node.primaryId },
    });
  if (serving.pending >= WAITING_LIMIT)
    throw new ApiError(503, 'AERO_NOT_READY', 'Too many writes wait for a majority.', { invariant: 'P6-F1' });
  const unknown = (why: string): ApiError =>
    new ApiError(503, 'AERO_NOT_READY', why, { invariant: 'P6-S1', outcome: 'unknown' });
  const late = new AbortController();
  try {
    const timeout = after(ACKNOWLEDGED_WITHIN_MS, null, { signal: late.signal }).catch(() => null);
    const end = await Promise.race([node.disk.storing(serving.write(parsed.data)), timeout]);
    if (end === null) throw unknown('The write is on this node and was not acknowledged by a majority in time.');
    return {
      status: 200,
      body: { commit_id: end.commitId, epoch: end.epoch, offset: end.offset, node_id: node.self.id },
    };
  } catch (error) {
    if (error instanceof SupersededWrite)
      throw unknown(`The write is on this node and was not acknowledged by a majority: ${error.message}.`);
    if (error instanceof StorageError) throw storageFailed(messageOf(error), 'unknown');
    throw error;
  } finally {
    late.abort();
  }
}

function rows(node: LocalNode, query: URLSearchParams): Reply {
  const after = query.get('after') ?? '0';
  if (!/^\d{1,20}$/.test(after)) throw invalid('after', 'after must be a commit id.');
  if (node.state === 'ReplicationHalted')
    throw new ApiError(503, 'AERO_NOT_READY', `The node is halted (${node.haltReason ?? ''}): no reads of data.`, {
      invariant: 'P6-F1',
    });
  const found = node.store.rows(BigInt(after), PAGE_ROWS + 1);
  const shown = found.slice(0, PAGE_ROWS);
  return {
    status: 200,
    body: {
      node_id: node.self.id,
      visible_commit_id: node.store.visible.commitId,
      rows: shown,
      next_after: found.length > shown.length ? (shown.at(-1)?.commit_id ?? null) : null,
    },
  };
}

/** The local cluster's data, outside of v1: for load generators and tests. */
export function writeRoutes(node: LocalNode): readonly Route[] {
  return [
    {
      method: 'POST',
      path: /^\/local\/writes$/,
      needs: 'control',
      answer: ({ body }: ApiRequest): Promise<Reply> => write(node, body),
    },
    {
      method: 'GET',
      path: /^\/local\/writes$/,
      needs: 'read',
      query: ['after'],
      answer: ({ query }: ApiRequest): Reply => rows(node, query),
    },
  ];
}
