/** The read endpoints of the kernel contract, under `/v1`. */
import type { Attempts } from './attempts.ts';
import { diagnose, diagnosticsCost } from './diagnostics.ts';
import { invalid, notReady, unknownNode } from './errors.ts';
import type { ApiRequest, Reply, Route } from './http.ts';
import { chainText } from './lines.ts';
import { allMembers, allReplicas, memberById } from './members.ts';
import type { LocalNode } from './node.ts';
import { syntheticNote } from './observed.ts';
import { page, PAGING } from './pages.ts';
import { shownEvents } from './shown-events.ts';
import { type Mode, UUID } from './vocabulary.ts';

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
    names: Object.fromEntries(node.cluster.members.map(({ id, name }) => [id, name])),
  };
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
  const { items, page: facts } = page(ledger.events, event => BigInt(event.seq), query);
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
    ...facts,
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
  const { items, page: facts } = page(node.wal.segments, segment => segment.end.offset, query);
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
    ...facts,
  };
}

/**
 * `valid`: everything read back from disk is correct. `unchecked`: nothing of the retained log has been read back yet.
 */
function checksumStatus(node: LocalNode): 'valid' | 'invalid' | 'unchecked' {
  if (node.haltReason === 'WalCorruption') return 'invalid';
  return node.wal.verifiedTo === node.wal.oldest && node.wal.durable.offset > node.wal.oldest ? 'unchecked' : 'valid';
}

function snapshots(node: LocalNode, query: URLSearchParams): object {
  const { items, page: facts } = page(node.data.snapshots.items, item => item.commit_id, query);
  return { items, ...facts };
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
      query: [...PAGING, 'request_id'],
      answer: ({ query }): Reply => {
        if (node.lifecycle === 'booting') throw notReady(node.lifecycle);
        const { data, notes } = promotion(node, query);
        return { status: 200, body: envelope(node, data, notes) };
      },
    },
    get(/^\/v1\/wal$/, ({ query }) => wal(node, query), PAGING),
    get(/^\/v1\/snapshots$/, ({ query }) => snapshots(node, query), PAGING),
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
