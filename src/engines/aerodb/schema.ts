/**
 * The AeroDB kernel API v1 on the wire, and its conversion to views. Every key must be present (`null` is unknown);
 * keys that this version does not know are dropped; anything else refuses the whole answer: there are no partial views.
 * The one exception are events of the past: an invalid one is left out and noted.
 */
import * as z from 'zod/mini';
import type {
  ClusterView,
  DeclaredCost,
  DiagnosticsView,
  Member,
  NodeView,
  Observed,
  ReplicaProgress,
  ReplicationView,
} from '../../control-plane/model/views.ts';
import { lazily, list, mapped } from '../http/forms.ts';
import { name, stateOrUnknown, text, textOrNull, time, u64, u64OrNull } from './forms.ts';

const observed = lazily(() =>
  mapped(
    z.object({
      snapshot: text,
      commit_id: u64OrNull,
      control_version: u64OrNull,
      node_id: name,
      time,
      clock: text,
    }),
    (at): Observed => ({
      snapshot: at.snapshot,
      commitId: at.commit_id,
      controlVersion: at.control_version,
      nodeId: at.node_id,
      time: at.time,
      clock: at.clock,
    }),
  ),
);

/** The envelope of every 2xx answer; the endpoint's own schema checks `data`. */
export const envelope = lazily(() =>
  z.object({
    api_version: z.literal('v1'),
    observed_at: observed(),
    data: z.unknown(),
    notes: list(text),
    names: z._default(z.record(z.string(), text), {}),
  }),
);

/** The kernel's own error form. Without `outcome` it does not say what happened. */
export const errorForm = lazily(() =>
  z.object({
    error: z.object({
      code: name,
      message: text,
      invariant: z._default(textOrNull, null),
      outcome: z._default(z.nullable(z.enum(['executed', 'not_executed', 'unknown'])), null),
      details: z._default(z.unknown(), null),
    }),
  }),
);

/**
 * What a kernel says about the first delivery of a request that arrives again. An execution and a refusal exclude each
 * other: an answer with both is invalid.
 */
export const duplicateDetails = lazily(() =>
  z.object({
    request_id: text,
    first: z
      .object({ outcome: z.enum(['executed', 'not_executed', 'unknown']), code: textOrNull })
      .check(z.refine(({ outcome, code }) => outcome !== 'executed' || code === null)),
  }),
);

const memberWire = lazily(() =>
  z.object({
    node_id: name,
    name: text,
    api_url: text,
    role: z.enum(['primary', 'replica', 'unknown']),
    replication_state: stateOrUnknown,
    halt_reason: textOrNull,
    health: z.enum(['running', 'halted', 'unknown']),
    health_basis: text,
    durable_offset: u64OrNull,
    durable_commit_id: u64OrNull,
    lag_bytes: u64OrNull,
    lag_commits: u64OrNull,
    last_contact: z.nullable(time),
  }),
);

function toMember(wire: z.output<ReturnType<typeof memberWire>>): Member {
  return {
    nodeId: wire.node_id,
    name: wire.name,
    apiUrl: wire.api_url,
    role: wire.role,
    replicationState: wire.replication_state,
    haltReason: wire.halt_reason,
    health: wire.health,
    healthBasis: wire.health_basis,
    durableOffset: wire.durable_offset,
    durableCommitId: wire.durable_commit_id,
    lagBytes: wire.lag_bytes,
    lagCommits: wire.lag_commits,
    lastContact: wire.last_contact,
  };
}

/** If a node is listed twice, every sentence about it is ambiguous, so the whole answer is refused. */
function eachOnce(nodes: readonly { readonly nodeId: string }[]): boolean {
  return new Set(nodes.map(({ nodeId }) => nodeId)).size === nodes.length;
}

/** The members of a cluster, each named once. */
export const members = lazily(() =>
  list(mapped(memberWire(), toMember)).check(z.refine(eachOnce, 'names a node twice')),
);

export const status = lazily(() =>
  z.object({
    node_id: name,
    lifecycle: z.enum(['booting', 'running', 'recovering', 'shutting_down']),
    commit_id: u64OrNull,
    durable_offset: u64OrNull,
  }),
);

export const cluster = lazily(() =>
  mapped(
    z.object({ cluster_id: text, name: text, epoch: u64, primary_id: textOrNull, members: members() }),
    (wire): ClusterView => ({
      clusterId: wire.cluster_id,
      name: wire.name,
      epoch: wire.epoch,
      primaryId: wire.primary_id,
      members: wire.members,
    }),
  ),
);

export const node = lazily(() =>
  mapped(
    z.extend(memberWire(), { source: z.enum(['self', 'reported']), epoch: u64OrNull }),
    (wire): NodeView => ({ member: toMember(wire), source: wire.source, epoch: wire.epoch }),
  ),
);

const replica = lazily(() =>
  mapped(
    z.object({
      node_id: name,
      name: z._default(textOrNull, null),
      state: stateOrUnknown,
      halt_reason: textOrNull,
      received_offset: u64OrNull,
      applied_offset: u64OrNull,
      acknowledged_offset: u64OrNull,
      lag_bytes: u64OrNull,
      lag_commits: u64OrNull,
      last_acknowledged_at: z.nullable(time),
    }),
    (wire): ReplicaProgress => ({
      nodeId: wire.node_id,
      name: wire.name,
      state: wire.state,
      haltReason: wire.halt_reason,
      receivedOffset: wire.received_offset,
      appliedOffset: wire.applied_offset,
      acknowledgedOffset: wire.acknowledged_offset,
      lagBytes: wire.lag_bytes,
      lagCommits: wire.lag_commits,
      lastAcknowledgedAt: wire.last_acknowledged_at,
    }),
  ),
);

export const replication = lazily(() =>
  mapped(
    z.object({
      primary_id: textOrNull,
      epoch: u64,
      committed_offset: u64OrNull,
      replicas: list(replica()).check(z.refine(eachOnce, 'names a node twice')),
    }),
    (wire): ReplicationView => ({
      primaryId: wire.primary_id,
      epoch: wire.epoch,
      committedOffset: wire.committed_offset,
      replicas: wire.replicas,
    }),
  ),
);

/** `name` is optional in the contract: without it, only the node's id is known. */
export const diagnosticsCost = lazily(() =>
  mapped(z.object({ files: u64, bytes: u64, name: z._default(textOrNull, null) }), wire => wire satisfies DeclaredCost),
);

export const diagnostics = lazily(() =>
  mapped(
    z.object({
      sections: list(z.object({ name: text, entries: list(z.object({ key: text, value: text })) })),
    }),
    (wire): DiagnosticsView => wire,
  ),
);
