/** The read endpoints of the kernel contract, under `/v1`. */
import type { Attempts } from './attempts.ts';
import { diagnose, diagnosticsCost } from './diagnostics.ts';
import { invalid, notReady, unknownNode } from './errors.ts';
import type { ApiRequest, Reply, Route } from './http.ts';
import { chainText } from './lines.ts';
import { allMembers, allReplicas, memberById } from './members.ts';
import type { LocalNode } from './node.ts';
import { syntheticNote } from './observed.ts';
import { shownEvents } from './shown-events.ts';
import { type Mode, UUID } from './vocabulary.ts';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

/** The envelope of every 2xx answer. */
export function envelope(node: LocalNode, data: object, notes: readonly string[] = []): object {
  return {
    api_version: 'v1',
    observed_at: {
      snapshot: 'live',
      commit_id: node.store.applied.commitId,
      control_version: node.version.current,
      node_id: node.self.id,
      time: new Date().toISOString(),
      clock: 'node-system-utc',
    },
    data,
    notes: node.observed.length === 0 ? notes : [...notes, syntheticNote(node.observed.length)],
  };
}

function positionAfter(query: URLSearchParams): bigint {
  const text = query.get('after') ?? '0';
  if (!/^\d{1,20}$/.test(text)) throw invalid('after', 'after must be a position, in decimal digits.');
  return BigInt(text);
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > LARGEST_LIMIT) throw invalid('limit', `limit must be a number from 1 to ${LARGEST_LIMIT}.`);
  return limit;
}

/** One page of an ordered list: what lies after `after`, and where the next page begins, if there is one. */
function page<T>(
  items: readonly T[],
  position: (item: T) => bigint,
  query: URLSearchParams,
): { readonly items: readonly T[]; readonly next_after: bigint | null } {
  const after = query.has('after') ? positionAfter(query) : -1n;
  const rest = items.filter(item => position(item) > after);
  let end = limitOf(query);
  // Items at one position stay on one page, because the next page begins after a position.
  for (
    let [last, next] = [rest[end - 1], rest[end]];
    last !== undefined && next !== undefined && position(last) === position(next);
    next = rest[end]
  )
    end += 1;
  const shown = rest.slice(0, end);
  const last = shown.at(-1);
  return { items: shown, next_after: shown.length < rest.length && last !== undefined ? position(last) : null };
}

function cluster(node: LocalNode): object {
  return {
    cluster_id: node.cluster.cluster_id,
    name: node.cluster.name,
    epoch: node.authority.adopted.epoch,
    primary_id: node.primaryId,
    members: allMembers(node),
  };
}

function oneNode(node: LocalNode, id: string): object {
  if (!UUID.test(id)) throw invalid('id', 'A node id is a UUID in lower case.');
  const member = memberById(node, id);
  if (member === null) throw unknownNode(id);
  return { ...member.shown, source: id === node.self.id ? 'self' : 'reported', epoch: member.epoch };
}

function replication(node: LocalNode): object {
  return {
    primary_id: node.primaryId,
    epoch: node.authority.adopted.epoch,
    committed_offset: node.committed,
    replicas: allReplicas(node),
  };
}

function promotion(
  node: LocalNode,
  query: URLSearchParams,
): { readonly data: object; readonly notes: readonly string[] } {
  const { ledger } = node;
  const { items, next_after: nextAfter } = page(ledger.events, event => BigInt(event.seq), query);
  const requestId = query.get('request_id');
  if (requestId !== null && !UUID.test(requestId)) throw invalid('request_id', 'A request id is a UUID in lower case.');
  const { last } = ledger;
  const fate = requestId === null ? null : ledger.fate(requestId);
  const { events, notes } = shownEvents(items);
  const data = {
    state: node.attemptState,
    pending_node_id: node.pendingNodeId,
    epoch: node.authority.adopted.epoch,
    last_attempt:
      last === null
        ? null
        : {
            request_id: last.request_id,
            kind: last.kind,
            mode: last.mode,
            target: last.target,
            outcome: last.outcome,
            denial: last.denial,
          },
    events,
    next_after: nextAfter,
    ...(requestId === null
      ? {}
      : {
          request: {
            request_id: requestId,
            known: fate !== null,
            outcome: fate?.outcome ?? null,
            code: fate?.code ?? null,
          },
        }),
  };
  return { data, notes };
}

function wal(node: LocalNode, query: URLSearchParams): object {
  const { items, next_after: nextAfter } = page(node.wal.segments, segment => segment.end.offset, query);
  return {
    segments: items.map(({ first, end }) => ({
      id: first.offset.toString().padStart(20, '0'),
      first_offset: first.offset,
      end_offset: end.offset,
      bytes: end.offset - first.offset,
      checksum: chainText(end.chain),
    })),
    append_offset: node.wal.appended.offset,
    durable_offset: node.wal.durable.offset,
    oldest_offset: node.wal.oldest,
    truncation_offset: node.data.snapshots.truncationOffset,
    total_bytes: node.wal.durable.offset - node.wal.oldest,
    checksum_status: checksumStatus(node),
    verified_to_offset: node.wal.verifiedTo,
    checkpoints: node.data.snapshots.checkpoints,
    next_after: nextAfter,
  };
}

/** `valid`: what was read back from disk is right. `unchecked`: nothing of the retained log was read back yet. */
function checksumStatus(node: LocalNode): 'valid' | 'invalid' | 'unchecked' {
  if (node.haltReason === 'WalCorruption') return 'invalid';
  return node.wal.verifiedTo === node.wal.oldest && node.wal.durable.offset > node.wal.oldest ? 'unchecked' : 'valid';
}

function snapshots(node: LocalNode, query: URLSearchParams): object {
  return page(node.data.snapshots.items, item => item.commit_id, query);
}

function modeOf(query: URLSearchParams): Mode {
  const mode = query.get('mode') ?? '';
  if (mode !== 'validated' && mode !== 'forced') throw invalid('mode', 'mode must be validated or forced.');
  return mode;
}

async function explain(
  node: LocalNode,
  attempts: Attempts,
  query: URLSearchParams,
  kind: 'promotion' | 'demotion',
): Promise<object> {
  const target = query.get('target') ?? '';
  if (!UUID.test(target)) throw invalid('target', 'target must be a node id, a UUID in lower case.');
  const mode = kind === 'promotion' ? modeOf(query) : null;
  if (target !== node.self.id) throw unknownNode(target);
  const { decision, reason, checks, overridden } =
    mode === null ? attempts.explainDemotion() : await attempts.explainPromotion(mode);
  return {
    cluster_id: node.cluster.cluster_id,
    target,
    mode,
    decision,
    reason,
    checks,
    overridden_invariants: overridden,
    epoch: node.authority.adopted.epoch,
    primary_id: node.primaryId,
    members: allMembers(node),
    control_version: node.version.current,
  };
}

/** The read endpoints of v1. None changes anything; only the explanations ask peers. */
export function readRoutes(node: LocalNode, attempts: Attempts): readonly Route[] {
  const get = (
    path: RegExp,
    data: (asked: ApiRequest) => object | Promise<object>,
    query: readonly string[] = [],
    notes: readonly string[] = [],
  ): Route => ({
    method: 'GET',
    path,
    needs: 'read',
    query,
    answer: async (asked): Promise<Reply> => {
      if (node.lifecycle === 'booting') throw notReady(node.lifecycle);
      return { status: 200, body: envelope(node, await data(asked), notes) };
    },
  });
  const paging = ['after', 'limit'];
  return [
    {
      method: 'GET',
      path: /^\/v1\/status$/,
      needs: 'read',
      answer: (): Reply => ({
        status: 200,
        body: envelope(node, {
          node_id: node.self.id,
          lifecycle: node.lifecycle,
          commit_id: node.store.applied.commitId,
          durable_offset: node.wal.durable.offset,
        }),
      }),
    },
    get(/^\/v1\/cluster$/, () => cluster(node)),
    get(/^\/v1\/nodes\/([^/]+)$/, ({ params }) => oneNode(node, params[0] ?? '')),
    get(/^\/v1\/replication$/, () => replication(node)),
    {
      method: 'GET',
      path: /^\/v1\/promotion$/,
      needs: 'read',
      query: [...paging, 'request_id'],
      answer: ({ query }): Reply => {
        if (node.lifecycle === 'booting') throw notReady(node.lifecycle);
        const { data, notes } = promotion(node, query);
        return { status: 200, body: envelope(node, data, notes) };
      },
    },
    get(/^\/v1\/wal$/, ({ query }) => wal(node, query), paging),
    get(/^\/v1\/snapshots$/, ({ query }) => snapshots(node, query), paging),
    get(/^\/v1\/diagnostics\/cost$/, () => diagnosticsCost(node)),
    get(/^\/v1\/diagnostics$/, () => diagnose(node)),
    get(/^\/v1\/explain\/promotion$/, ({ query }) => explain(node, attempts, query, 'promotion'), ['target', 'mode']),
    get(
      /^\/v1\/explain\/demotion$/,
      ({ query }) => explain(node, attempts, query, 'demotion'),
      ['target'],
      ['From a demotion until a promotion succeeds, no node of this cluster accepts writes.'],
    ),
  ];
}
