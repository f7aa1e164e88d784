/** Answers of a three-node cluster as they travel: what a truthful kernel says, for tests to bend. */
import assert from 'node:assert/strict';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { ControlError, Result } from '../../src/control-plane/model/errors.ts';
import type { KernelOperation } from '../../src/control-plane/commands/commands.ts';
import type { ControlRequest, Kernel } from '../../src/control-plane/ports.ts';
import type { ExecutedControl } from '../../src/control-plane/explanation/words.ts';
import type { Reading } from '../../src/control-plane/model/views.ts';
import { connect, type Timeouts } from '../../src/engines/connect.ts';

export const N1 = '11111111-1111-4111-8111-111111111111';
export const N2 = '22222222-2222-4222-8222-222222222222';
export const N3 = '33333333-3333-4333-8333-333333333333';
export const REQUEST = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
export const TIME = '2026-11-21T10:00:00.000Z';
/** Longer than a busy machine makes anything here wait; a test that lets one of them pass names a shorter one. */
export const PATIENT: Timeouts = { connectMs: 10_000, readMs: 20_000, controlMs: 20_000 };

export type Wire = Record<string, unknown>;

export function envelope(node: string, data: unknown): Wire {
  return {
    api_version: 'v1',
    observed_at: {
      snapshot: 'live',
      commit_id: '1042',
      control_version: '17',
      node_id: node,
      time: TIME,
      clock: 'node-system-utc',
    },
    data,
    notes: [],
  };
}

export function member(nodeId: string, apiUrl: string, role = 'replica'): Wire {
  return {
    node_id: nodeId,
    name: `node-${nodeId.slice(0, 1)}`,
    api_url: apiUrl,
    role,
    replication_state: role === 'primary' ? 'PrimaryActive' : 'ReplicaActive',
    halt_reason: null,
    health: 'running',
    health_basis: 'its own report',
    durable_offset: '18446744073709551615',
    durable_commit_id: '1042',
    lag_bytes: role === 'primary' ? null : '0',
    lag_commits: null,
    last_contact: TIME,
  };
}

export function event(requestId: string | null): Wire {
  return {
    seq: '9',
    type: 'replication.promotion.requested',
    time: TIME,
    epoch: '3',
    request_id: requestId,
    node_id: N2,
    mode: 'validated',
    operator: { id: 'ann@desk', authority: 'Operator' },
    reason: 'planned',
    audit_head: { seq: '4', hash: '0'.repeat(64) },
    fields: { anything: ['goes', 1] },
  };
}

/** The `data` of every read, as node `self` with the other members at `urls` would give it. */
export function dataOf(path: string, self: string, urls: Readonly<Record<string, string>>): unknown {
  const url = new URL(path, 'http://x');
  const members = [N1, N2, N3].map(id =>
    member(id, urls[id] ?? 'http://127.0.0.1:1', id === N1 ? 'primary' : 'replica'),
  );
  switch (url.pathname) {
    case '/v1/status':
      return { node_id: self, lifecycle: 'running', commit_id: '1042', durable_offset: '77' };
    case '/v1/cluster':
      return { cluster_id: 'c', name: 'orders', epoch: '3', primary_id: N1, members };
    case '/v1/replication':
      return {
        primary_id: N1,
        epoch: '3',
        committed_offset: 77,
        replicas: [N2, N3].map(id => ({
          node_id: id,
          name: id === N2 ? 'node-2' : null,
          state: 'ReplicaActive',
          halt_reason: null,
          received_offset: '77',
          applied_offset: '77',
          acknowledged_offset: '77',
          lag_bytes: '0',
          lag_commits: null,
          last_acknowledged_at: TIME,
        })),
      };
    case '/v1/promotion': {
      const asked = url.searchParams.get('request_id');
      return {
        state: 'Steady',
        pending_node_id: null,
        epoch: '3',
        last_attempt: {
          request_id: REQUEST,
          kind: 'promotion',
          mode: 'validated',
          target: N2,
          outcome: 'not_executed',
          denial: { reason: 'PrimaryStillActive', invariant: 'P6-A1' },
        },
        events: [event(REQUEST)],
        next_before: '9',
        next_after: null,
        total: '12',
        ...(asked === null
          ? {}
          : { request: { request_id: asked, known: true, outcome: 'not_executed', code: 'AERO_PROMOTION_DENIED' } }),
      };
    }
    case '/v1/wal':
      return {
        segments: [{ id: '0', first_offset: '0', end_offset: '77', bytes: '77', checksum: 'crc32c:00' }],
        append_offset: '77',
        durable_offset: '77',
        oldest_offset: '0',
        truncation_offset: null,
        total_bytes: '77',
        checksum_status: 'unchecked',
        verified_to_offset: null,
        checkpoints: [{ id: 'c1', commit_id: '1000', offset: '70' }],
        next_before: '77',
        next_after: null,
        total: '2',
      };
    case '/v1/snapshots':
      return {
        items: [
          {
            kind: 'checkpoint',
            id: 'c1',
            commit_id: '1000',
            wal_first_offset: '0',
            wal_end_offset: '70',
            created_at: TIME,
            durable: true,
            source: 'self',
          },
        ],
        next_before: null,
        next_after: null,
        total: '1',
      };
    case '/v1/diagnostics/cost':
      return { files: 3, bytes: '4096', name: 'node' };
    case '/v1/diagnostics':
      return { sections: [{ name: 'status', entries: [{ key: 'lifecycle', value: 'running' }] }] };
    case '/v1/explain/promotion':
    case '/v1/explain/demotion':
      return {
        cluster_id: 'c',
        target: url.searchParams.get('target'),
        mode: url.searchParams.get('mode'),
        decision: 'deny',
        reason: 'PrimaryStillActive',
        checks: [
          {
            id: 'write_authority_is_clear',
            invariant: 'P6-A1',
            result: 'fail',
            observed: 'node-1 answers as primary',
            message: 'It lives.',
          },
        ],
        overridden_invariants: [],
        epoch: '3',
        primary_id: N1,
        members,
        control_version: '17',
      };
    default:
      return url.pathname.startsWith('/v1/nodes/')
        ? { ...member(self, urls[self] ?? '', self === N1 ? 'primary' : 'replica'), source: 'self', epoch: '3' }
        : undefined;
  }
}

/** The `data` of an executed control request. */
export function executed(kind: 'promotion' | 'demotion', requestId: string, target: string): Wire {
  return {
    request_id: requestId,
    kind,
    mode: kind === 'promotion' ? 'validated' : null,
    target,
    outcome: 'executed',
    epoch: '4',
    control_version: '18',
    changes: [{ component: 'role', node_id: target, before: 'replica', after: 'primary' }],
    events: [event(requestId)],
  };
}

export function rejection(code: string, outcome: unknown = 'not_executed', details: unknown = {}): Wire {
  return { error: { code, invariant: 'P6-A1', message: `The kernel says ${code}.`, outcome, details } };
}

export function clusterOf(endpoints: readonly string[], tls?: ClusterConfig['tls']): ClusterConfig {
  return { name: 'orders', kind: 'aerodb', endpoints: [...endpoints], ...(tls === undefined ? {} : { tls }) };
}

export async function kernelOf(cluster: ClusterConfig, token?: string, timeouts: Timeouts = PATIENT): Promise<Kernel> {
  const connected = await connect(cluster, { secrets: token === undefined ? {} : { token }, timeouts });
  if (!connected.ok) throw new Error(connected.error.message);
  return connected.value;
}

export function controlRequest(endpoint: string, target: string): ControlRequest {
  return {
    endpoint,
    requestId: REQUEST,
    target,
    targetName: 'node-2',
    reason: 'the runbook says so',
    operator: { id: 'ann@desk', authority: 'Operator' },
    controlVersion: 17n,
    snapshot: 'latest',
    answerMs: null,
    auditHead: { seq: 4n, hash: 'ab'.repeat(32) },
  };
}

/** An operation of the port, aimed at `node` through `endpoint`. */
type Call<T> = (kernel: Kernel, node: string, endpoint: string) => Promise<Result<T>>;
type Controls = 'promote' | 'demote';

/** Every read. */
export const READS: Readonly<Record<Exclude<KernelOperation, Controls>, Call<Reading<unknown>>>> = {
  readCluster: kernel => kernel.readCluster(),
  readNode: (kernel, node) => kernel.readNode(node),
  readReplication: kernel => kernel.readReplication(),
  readPromotion: (kernel, node) => kernel.readPromotion({ node, requestId: REQUEST }),
  readWal: (kernel, node) => kernel.readWal(node),
  readSnapshots: (kernel, node) => kernel.readSnapshots(node),
  declareDiagnosticsCost: (kernel, node) => kernel.declareDiagnosticsCost(node),
  collectDiagnostics: (kernel, node, endpoint) => kernel.collectDiagnostics(node, endpoint),
  explainPromotion: (kernel, node) => kernel.explainPromotion(node, 'validated'),
  explainDemotion: (kernel, node) => kernel.explainDemotion(node),
};

export const CONTROLS: Readonly<Record<Controls, Call<ExecutedControl>>> = {
  promote: (kernel, node, endpoint) =>
    kernel.promote({
      ...controlRequest(endpoint, node),
      mode: 'validated',
      acknowledgedInvariants: [],
      primaryId: null,
    }),
  demote: (kernel, node, endpoint) => kernel.demote(controlRequest(endpoint, node)),
};

export function errorOf(result: Result<unknown>): ControlError {
  if (result.ok) assert.fail('an error was expected');
  return result.error;
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) assert.fail(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
