/**
 * The wire of the AeroDB kernel API v1, and what it becomes. Every key must be there (`null` is unknown), keys that
 * this version does not know are dropped, and anything else refuses the whole answer: there are no partial views. The
 * one exception are the events of the past, of which a wrong one is shown around.
 */
import * as z from 'zod/mini';
import type {
  ClusterView,
  ControlResultView,
  DeclaredCost,
  DiagnosticsView,
  KernelCheck,
  KernelEvent,
  KernelExplanation,
  Member,
  NodeView,
  Observed,
  PromotionAttempt,
  PromotionView,
  ReplicaProgress,
  ReplicationView,
  RequestFate,
  SnapshotItem,
  SnapshotsView,
  StateChange,
  WalCheckpoint,
  WalSegment,
  WalView,
} from '../../control-plane/views.ts';
import { parse } from '../../control-plane/parse.ts';
import { lazily, list, mapped } from '../http/forms.ts';

const MAX_U64 = 2n ** 64n - 1n;
const text = z.string();
const name = text.check(z.minLength(1));
const textOrNull = z.nullable(text);
const time = z.iso.datetime({ offset: true });

/** A state that the kernel does not know is shown as what it is. */
const stateOrUnknown = mapped(textOrNull, state => state ?? 'unknown');
/** Unsigned 64-bit: a decimal string, or a JSON number that lost nothing on its way (P7-D1). */
const u64 = mapped(z.union([text.check(z.regex(/^(?:0|[1-9]\d{0,19})$/)), z.int().check(z.nonnegative())]), value =>
  BigInt(value),
).check(z.refine(value => value <= MAX_U64, 'is larger than an unsigned 64-bit integer'));
const u64OrNull = z.nullable(u64);
/** A position to go on from: of an offset, or of the kernel's own kind. */
const positionOrNull = mapped(z.nullable(z.union([name, z.int().check(z.nonnegative())])), value =>
  value === null ? null : String(value),
);

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

/** The envelope of every 2xx answer; `data` is checked by the schema of its endpoint. */
export const envelope = lazily(() =>
  z.object({ api_version: z.literal('v1'), observed_at: observed(), data: z.unknown(), notes: list(text) }),
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
 * What a kernel says of the first delivery of a request that it is given again. What was executed was not refused: both
 * at once is neither.
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

/** A node named twice makes every sentence about it ambiguous; such an answer is refused whole. */
function eachOnce(nodes: readonly { readonly nodeId: string }[]): boolean {
  return new Set(nodes.map(({ nodeId }) => nodeId)).size === nodes.length;
}

const members = lazily(() => list(mapped(memberWire(), toMember)).check(z.refine(eachOnce, 'names a node twice')));

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
    z.extend(memberWire(), { source: z.enum(['self', 'reported']), epoch: u64 }),
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

/** Who asked for a control action: as one text, or as it was sent to the kernel. */
const operatorOrNull = lazily(() =>
  z.nullable(
    z.union([text, mapped(z.object({ id: text, authority: text }), ({ id, authority }) => `${id} (${authority})`)]),
  ),
);

const event = lazily(() =>
  mapped(
    z.object({
      seq: u64,
      type: text,
      time,
      epoch: u64,
      request_id: textOrNull,
      node_id: textOrNull,
      mode: textOrNull,
      operator: operatorOrNull(),
      reason: textOrNull,
      audit_head: z.nullable(z.object({ seq: u64, hash: text })),
      fields: z.record(z.string(), z.unknown()),
    }),
    (wire): KernelEvent => ({
      seq: wire.seq,
      type: wire.type,
      time: wire.time,
      epoch: wire.epoch,
      requestId: wire.request_id,
      nodeId: wire.node_id,
      mode: wire.mode,
      operator: wire.operator,
      reason: wire.reason,
      auditHead: wire.audit_head,
      fields: wire.fields,
    }),
  ),
);

/** The members of an event that whoever asked has written: without them the event is still told. */
const ASSERTED: readonly string[] = ['operator', 'reason', 'audit_head'];
const MAX_WRONG_EVENTS = 100;

interface ToldEvents {
  readonly events: readonly KernelEvent[];
  /** One sentence for each event that is not shown as it came. */
  readonly notes: readonly string[];
}

/** One event, the `nth`. What somebody once asked with must not make it, or those beside it, unreadable for good. */
function toldEvent(wire: unknown, nth: number): ToldEvents {
  const unknown: string[] = [];
  for (let rest = wire; ; ) {
    const parsed = parse(event(), rest);
    if (parsed.ok)
      return {
        events: [parsed.value],
        notes:
          unknown.length === 0
            ? []
            : [
                `Event ${nth} of this answer: its ${unknown.join(', ')} is not as the API has it, and is shown ` +
                  'as unknown.',
              ],
      };
    const at = String(parsed.misfit.path[0]);
    if (typeof rest !== 'object' || !ASSERTED.includes(at) || unknown.includes(at))
      return { events: [], notes: [`Event ${nth} of this answer is not as the API has it, and is not shown.`] };
    unknown.push(at);
    rest = { ...rest, [at]: null };
  }
}

/**
 * Events that were recorded at different times by different kernels: a wrong one hides no other. Too many of them are
 * no kernel's answer.
 */
const toldEvents = lazily(() =>
  z.pipe(
    z.array(z.unknown()),
    z.transform((given, context): ToldEvents => {
      const told: ToldEvents[] = [];
      let wrong = 0;
      for (const [index, wire] of given.entries()) {
        const one = toldEvent(wire, index + 1);
        wrong += one.notes.length;
        if (wrong > MAX_WRONG_EVENTS) {
          context.issues.push({
            code: 'custom',
            input: wire,
            path: [index],
            message: `more than ${MAX_WRONG_EVENTS} events are not as the API has them`,
          });
          return z.NEVER;
        }
        told.push(one);
      }
      return { events: told.flatMap(({ events }) => events), notes: told.flatMap(({ notes }) => notes) };
    }),
  ),
);

const attempt = lazily(() =>
  mapped(
    z.object({
      request_id: text,
      kind: text,
      mode: textOrNull,
      target: text,
      outcome: textOrNull,
      denial: z.nullable(z.object({ reason: text, invariant: text })),
    }),
    (wire): PromotionAttempt => ({
      requestId: wire.request_id,
      kind: wire.kind,
      mode: wire.mode,
      target: wire.target,
      outcome: wire.outcome,
      denial: wire.denial,
    }),
  ),
);

const fate = lazily(() =>
  mapped(
    z.object({ request_id: text, known: z.boolean(), outcome: textOrNull, code: textOrNull }),
    (wire): RequestFate => ({ requestId: wire.request_id, known: wire.known, outcome: wire.outcome, code: wire.code }),
  ),
);

/** The view, and what is to be said of it. `request` is there only when a request id was asked for. */
export const promotion = lazily(() =>
  mapped(
    z.object({
      state: text,
      pending_node_id: textOrNull,
      epoch: u64,
      last_attempt: z.nullable(attempt()),
      events: toldEvents(),
      next_after: u64OrNull,
      request: z.nullish(fate()),
    }),
    (wire): { readonly view: PromotionView; readonly notes: readonly string[] } => ({
      view: {
        state: wire.state,
        pendingNodeId: wire.pending_node_id,
        epoch: wire.epoch,
        lastAttempt: wire.last_attempt,
        events: wire.events.events,
        nextAfter: wire.next_after,
        request: wire.request ?? null,
      },
      notes: wire.events.notes,
    }),
  ),
);

const segment = lazily(() =>
  mapped(
    z.object({ id: text, first_offset: u64, end_offset: u64, bytes: u64, checksum: textOrNull }),
    (wire): WalSegment => ({
      id: wire.id,
      firstOffset: wire.first_offset,
      endOffset: wire.end_offset,
      bytes: wire.bytes,
      checksum: wire.checksum,
    }),
  ),
);

const checkpoint = lazily(() =>
  mapped(
    z.object({ id: text, commit_id: u64OrNull, offset: u64OrNull }),
    (wire): WalCheckpoint => ({ id: wire.id, commitId: wire.commit_id, offset: wire.offset }),
  ),
);

/** `checkpoints` is optional in the contract: a node that leaves it out says nothing of them here. */
export const wal = lazily(() =>
  mapped(
    z.object({
      segments: list(segment()),
      append_offset: u64OrNull,
      durable_offset: u64OrNull,
      oldest_offset: u64OrNull,
      truncation_offset: u64OrNull,
      total_bytes: u64OrNull,
      checksum_status: z.enum(['valid', 'invalid', 'unchecked']),
      verified_to_offset: u64OrNull,
      checkpoints: z._default(z.nullable(list(checkpoint())), null),
      next_after: positionOrNull,
    }),
    (wire): WalView => ({
      segments: wire.segments,
      appendOffset: wire.append_offset,
      durableOffset: wire.durable_offset,
      oldestOffset: wire.oldest_offset,
      truncationOffset: wire.truncation_offset,
      totalBytes: wire.total_bytes,
      checksumStatus: wire.checksum_status,
      verifiedToOffset: wire.verified_to_offset,
      checkpoints: wire.checkpoints,
      nextAfter: wire.next_after,
    }),
  ),
);

const snapshot = lazily(() =>
  mapped(
    z.object({
      kind: z.enum(['snapshot', 'checkpoint']),
      id: text,
      commit_id: u64OrNull,
      wal_first_offset: u64OrNull,
      wal_end_offset: u64OrNull,
      created_at: z.nullable(time),
      durable: z.nullable(z.boolean()),
      source: textOrNull,
    }),
    (wire): SnapshotItem => ({
      kind: wire.kind,
      id: wire.id,
      commitId: wire.commit_id,
      walFirstOffset: wire.wal_first_offset,
      walEndOffset: wire.wal_end_offset,
      createdAt: wire.created_at,
      durable: wire.durable,
      source: wire.source,
    }),
  ),
);

export const snapshots = lazily(() =>
  mapped(
    z.object({ items: list(snapshot()), next_after: positionOrNull }),
    (wire): SnapshotsView => ({ items: wire.items, nextAfter: wire.next_after }),
  ),
);

/** `name` is optional in the contract: without it, the node is known by its id alone. */
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

const check = lazily(() =>
  mapped(
    z.object({
      id: text,
      invariant: text,
      result: z.enum(['pass', 'fail', 'unknown', 'overridden']),
      observed: text,
      message: text,
    }),
    (wire): KernelCheck => wire,
  ),
);

/** `mode` is a promotion's; a demotion has none. */
export const explanation = lazily(() =>
  mapped(
    z.object({
      cluster_id: text,
      target: text,
      mode: z._default(textOrNull, null),
      decision: z.enum(['approve', 'deny']),
      reason: textOrNull,
      checks: list(check()),
      overridden_invariants: list(text),
      epoch: u64,
      primary_id: textOrNull,
      members: members(),
      control_version: u64,
    }),
    (wire): KernelExplanation => ({
      target: wire.target,
      clusterId: wire.cluster_id,
      mode: wire.mode,
      decision: wire.decision,
      reason: wire.reason,
      checks: wire.checks,
      overriddenInvariants: wire.overridden_invariants,
      epoch: wire.epoch,
      primaryId: wire.primary_id,
      members: wire.members,
      controlVersion: wire.control_version,
      answerMs: null,
    }),
  ),
);

const change = lazily(() =>
  mapped(
    z.object({ component: text, node_id: textOrNull, before: textOrNull, after: textOrNull }),
    (wire): StateChange => ({
      component: wire.component,
      nodeId: wire.node_id,
      before: wire.before,
      after: wire.after,
    }),
  ),
);

export const controlResult = lazily(() =>
  mapped(
    z.object({
      request_id: text,
      kind: text,
      mode: z._default(textOrNull, null),
      target: text,
      outcome: z.literal('executed'),
      epoch: u64,
      control_version: u64,
      changes: list(change()),
      events: list(event()),
    }),
    (wire): ControlResultView => ({
      requestId: wire.request_id,
      kind: wire.kind,
      mode: wire.mode,
      target: wire.target,
      outcome: wire.outcome,
      epoch: wire.epoch,
      controlVersion: wire.control_version,
      changes: wire.changes,
      events: wire.events,
    }),
  ),
);
