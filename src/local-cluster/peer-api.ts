/** The endpoints with which the members of a cluster ask each other, under `/peer`. */
import * as z from 'zod';
import { decimal } from './decimal.ts';
import { invalid } from './errors.ts';
import { HOLD_MS } from './follower.ts';
import type { ApiRequest, Reply, Route } from './http.ts';
import type { LocalNode } from './node.ts';
import { type Testimony, testimonySchema } from './testimony.ts';
import { isAhead } from './vocabulary.ts';

const adoptSchema = z.strictObject({ epoch: decimal, testimony: testimonySchema });
const pullSchema = z.strictObject({ testimony: testimonySchema, committed: decimal.nullable() });
type Pull = Readonly<z.infer<typeof pullSchema>>;

/** About how many bytes of log one pull carries at most. */
const PULL_BYTES = 256 * 1024;
const EMPTY_BODY = Buffer.alloc(0);

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw invalid('body', 'This is not what a member sends.');
  return result.data;
}

/**
 * A member adopts a newer epoch only for a node that holds everything that the member holds (P6-S1), and only if the
 * member is a witness.
 */
function adopt(node: LocalNode, epoch: bigint, candidate: Testimony): Reply {
  const isWilling =
    epoch > node.authority.adopted.epoch &&
    node.state === 'ReplicaActive' &&
    node.lifecycle === 'running' &&
    !isAhead(node.wal.appended, candidate.durable);
  const mustLearn = epoch > node.authority.adopted.epoch && node.authority.marker?.held === true;
  if (isWilling || mustLearn) node.adopt(epoch, candidate.nodeId);
  return { status: 200, body: { adopted: isWilling, testimony: node.testimony() } };
}

function verdictOn(node: LocalNode, { testimony }: Pull): 'records' | 'gap' | 'diverged' | 'not_serving' {
  const { serving, wal, state } = node;
  if (serving === null || serving.hasEnded || state === 'ReplicationHalted' || serving.epoch !== testimony.epoch)
    return 'not_serving';
  const from = testimony.durable;
  if (from.offset < wal.oldest) return 'gap';
  return from.offset <= wal.durable.offset && wal.chainAt(from.offset) === from.chain ? 'records' : 'diverged';
}

async function pull(node: LocalNode, asked: Pull): Promise<Reply> {
  node.peers.hear(asked.testimony);
  const { nodeId, durable: from, state } = asked.testimony;
  const answer = (verdict: ReturnType<typeof verdictOn>, body: Buffer): Reply => ({
    status: 200,
    body,
    about: {
      verdict,
      epoch: node.authority.adopted.epoch,
      committed: node.committed,
      durable: node.wal.durable.offset,
    },
  });
  const verdict = verdictOn(node, asked);
  const { serving } = node;
  if (verdict !== 'records' || serving === null) return answer(verdict, EMPTY_BODY);
  // Asking for what comes after a position acknowledges everything before it, unless the asking node is not a witness
  // yet.
  if (state === 'ReplicaActive') serving.acknowledge(nodeId, from.offset);
  await serving.news(from.offset, asked.committed, HOLD_MS);
  return serving.hasEnded
    ? answer('not_serving', EMPTY_BODY)
    : answer('records', await node.wal.read(from.offset, PULL_BYTES));
}

/** The requests between members. Never part of v1; each request carries the cluster's own token. */
export function peerRoutes(node: LocalNode): readonly Route[] {
  return [
    {
      method: 'GET',
      path: /^\/peer\/state$/,
      needs: 'peer',
      answer: (): Reply => ({ status: 200, body: { testimony: node.testimony() } }),
    },
    {
      method: 'GET',
      path: /^\/peer\/snapshot$/,
      needs: 'peer',
      answer: (): Reply => ({ status: 200, body: node.data.snapshots.newest() ?? EMPTY_BODY }),
    },
    {
      method: 'POST',
      path: /^\/peer\/adopt$/,
      needs: 'peer',
      answer: ({ body }: ApiRequest): Reply => {
        const { epoch, testimony } = parse(adoptSchema, body);
        return adopt(node, epoch, testimony);
      },
    },
    {
      method: 'POST',
      path: /^\/peer\/pull$/,
      needs: 'peer',
      answer: ({ body }: ApiRequest): Promise<Reply> => pull(node, parse(pullSchema, body)),
    },
  ];
}
