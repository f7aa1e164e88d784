/**
 * The exact form of everything that a panel is sent: what a kernel answered, explanations, errors, lines of the audit
 * log. Each schema is held against the type that it checks, in both directions, so that one cannot change without the
 * other.
 */
import * as z from 'zod/mini';
import type { AuditVerdict, RequestEnd } from '../control-plane/audit-reader.ts';
import type { ConfirmedCommandName } from '../control-plane/commands.ts';
import type { ControlError } from '../control-plane/errors.ts';
import type { Execution, Explanation } from '../control-plane/explanation.ts';
import type { AnsweredView } from '../control-plane/reads.ts';
import type { KernelState } from '../control-plane/record.ts';
import type { Wire } from '../control-plane/views.ts';

/** What a schema says, as readonly as the types are. */
type Said<T> = T extends readonly (infer E)[]
  ? readonly Said<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Said<T[K]> }
    : T;
/**
 * Two such functions are assignable only when the types are identical, optional members and all; under a name they are
 * compared less strictly.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the one place of each parameter is what is compared
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless the schema says exactly the type, no member more and none less. */
export function exactly<T>(): <S extends z.ZodMiniType>(
  schema: S & (Same<Said<z.output<S>>, Said<T>> extends true ? unknown : never),
) => S {
  return schema => schema;
}

const text = z.string();
const known = z.nullable(text);
/** A 64-bit value as a decimal string. */
const number = text.check(z.regex(/^-?\d{1,30}$/u));
const knownNumber = z.nullable(number);
const texts = z.array(text);

/** A position in the audit log. */
export const position = z.strictObject({ seq: number, hash: text });

const observed = z.strictObject({
  snapshot: text,
  commitId: knownNumber,
  controlVersion: knownNumber,
  nodeId: known,
  time: text,
  clock: text,
});
const source = {
  observed,
  endpoint: text,
  skipped: z.array(z.strictObject({ endpoint: text, reason: text })),
  notes: texts,
};
const reading = { ...source, redacted: z.exactOptional(texts) };

const section = z.strictObject({ name: text, entries: z.array(z.strictObject({ key: text, value: text })) });
const sections = z.exactOptional(z.array(section));

const member = z.strictObject({
  nodeId: text,
  name: text,
  apiUrl: known,
  role: z.enum(['primary', 'replica', 'unknown']),
  replicationState: text,
  haltReason: known,
  health: z.enum(['running', 'halted', 'unknown']),
  healthBasis: text,
  durableOffset: knownNumber,
  durableCommitId: knownNumber,
  lagBytes: knownNumber,
  lagCommits: knownNumber,
  lastContact: known,
  patroni: z.exactOptional(
    z.strictObject({
      role: text,
      timeline: knownNumber,
      written: knownNumber,
      received: knownNumber,
      replayed: knownNumber,
      receiveLag: z.exactOptional(knownNumber),
      replayLag: z.exactOptional(knownNumber),
      marks: known,
    }),
  ),
});

const event = z.strictObject({
  seq: number,
  type: text,
  time: known,
  epoch: number,
  requestId: known,
  nodeId: known,
  mode: known,
  operator: known,
  reason: known,
  auditHead: z.nullable(position),
  fields: z.record(text, z.unknown()),
});

const replica = z.strictObject({
  nodeId: text,
  name: known,
  state: text,
  haltReason: known,
  receivedOffset: knownNumber,
  appliedOffset: knownNumber,
  acknowledgedOffset: knownNumber,
  lagBytes: knownNumber,
  lagCommits: knownNumber,
  lastAcknowledgedAt: known,
  receiveLag: z.exactOptional(knownNumber),
  replayLag: z.exactOptional(knownNumber),
});

const attempt = z.strictObject({
  requestId: text,
  kind: text,
  mode: known,
  target: text,
  outcome: known,
  denial: z.nullable(z.strictObject({ reason: text, invariant: text })),
});

const views = {
  inspect_cluster_state: z.strictObject({
    clusterId: known,
    name: known,
    epoch: knownNumber,
    primaryId: known,
    members: z.array(member),
  }),
  inspect_node: z.strictObject({ member, source: z.enum(['self', 'reported']), epoch: knownNumber, sections }),
  inspect_replication_status: z.strictObject({
    primaryId: known,
    epoch: knownNumber,
    committedOffset: knownNumber,
    replicas: z.array(replica),
  }),
  inspect_promotion_state: z.strictObject({
    state: text,
    pendingNodeId: known,
    epoch: knownNumber,
    lastAttempt: z.nullable(attempt),
    events: z.array(event),
    nextAfter: knownNumber,
    request: z.nullable(z.strictObject({ requestId: text, known: z.boolean(), outcome: known, code: known })),
  }),
  inspect_wal: z.strictObject({
    segments: z.nullable(
      z.array(z.strictObject({ id: text, firstOffset: number, endOffset: number, bytes: number, checksum: known })),
    ),
    appendOffset: knownNumber,
    durableOffset: knownNumber,
    oldestOffset: knownNumber,
    truncationOffset: knownNumber,
    totalBytes: knownNumber,
    checksumStatus: z.enum(['valid', 'invalid', 'unchecked']),
    verifiedToOffset: knownNumber,
    checkpoints: z.nullable(z.array(z.strictObject({ id: text, commitId: knownNumber, offset: knownNumber }))),
    nextAfter: known,
    sections,
  }),
  inspect_snapshots: z.strictObject({
    items: z.array(
      z.strictObject({
        kind: z.enum(['snapshot', 'checkpoint']),
        id: text,
        commitId: knownNumber,
        walFirstOffset: knownNumber,
        walEndOffset: knownNumber,
        createdAt: known,
        durable: z.nullable(z.boolean()),
        source: known,
      }),
    ),
    nextAfter: known,
    sections,
  }),
  run_diagnostics: z.strictObject({ sections: z.array(section) }),
};

type AnswerOf<C extends keyof typeof views> = z.ZodMiniObject<
  {
    command: z.ZodMiniLiteral<C>;
    reading: z.ZodMiniObject<{ view: (typeof views)[C] } & typeof reading, z.core.$strict>;
  },
  z.core.$strict
>;

function answerOf<C extends keyof typeof views>(command: C): AnswerOf<C> {
  return z.strictObject({ command: z.literal(command), reading: z.strictObject({ view: views[command], ...reading }) });
}

/** What a reading command was answered. */
export const answer = exactly<Wire<AnsweredView>>()(
  z.discriminatedUnion('command', [
    answerOf('inspect_cluster_state'),
    answerOf('inspect_node'),
    answerOf('inspect_replication_status'),
    answerOf('inspect_promotion_state'),
    answerOf('inspect_wal'),
    answerOf('inspect_snapshots'),
    answerOf('run_diagnostics'),
  ]),
);

const change = z.strictObject({ component: text, nodeId: known, before: known, after: known });

/** What a control command did. */
export const execution = exactly<Wire<Execution>>()(
  z.strictObject({
    sentence: text,
    changes: z.array(change),
    events: z.array(event),
    epoch: knownNumber,
    controlVersion: knownNumber,
  }),
);

/** Why a command failed. */
export const controlError = exactly<Wire<ControlError>>()(
  z.strictObject({
    domain: z.enum(['OPERATOR_INPUT', 'VALIDATION_ERROR', 'KERNEL_REJECTION', 'TRANSPORT_ERROR']),
    code: text,
    message: text,
    invariants: texts,
    outcome: z.enum(['executed', 'not_executed', 'unknown']),
    field: z.exactOptional(text),
    known: z.exactOptional(text),
    kernel: z.exactOptional(z.strictObject({ status: z.nullable(z.number()), body: text, details: z.unknown() })),
  }),
);

const check = z.strictObject({
  id: text,
  invariant: text,
  result: z.enum(['pass', 'fail', 'unknown', 'overridden', 'unchecked']),
  observed: text,
  message: text,
});
const invariantText = { id: text, name: text, text };

/** An invariant with its text. */
export const cited = z.strictObject(invariantText);

const confirmed = z.enum([
  'run_diagnostics',
  'request_promotion',
  'request_demotion',
  'force_promotion',
] satisfies readonly ConfirmedCommandName[]);

/** An explanation, as it is shown and as a record holds it. */
export const explanation = exactly<Wire<Explanation>>()(
  z.strictObject({
    command: confirmed,
    title: text,
    action: text,
    cluster: z.strictObject({ name: text, kind: text, environment: known }),
    target: z.strictObject({ nodeId: text, name: text }),
    reason: known,
    source: z.strictObject(source),
    changes: z.array(change),
    consequences: z.array(z.strictObject({ scope: z.enum(['node', 'cluster', 'replication', 'durability']), text })),
    facts: z.array(
      z.strictObject({ name: text, value: text, origin: z.nullable(z.strictObject({ endpoint: text, time: text })) }),
    ),
    kernel: z.nullable(
      z.strictObject({
        decision: z.nullable(z.enum(['approve', 'deny'])),
        reason: known,
        checks: z.array(check),
        epoch: knownNumber,
        primaryId: known,
        members: z.array(member),
        controlVersion: knownNumber,
      }),
    ),
    cost: z.nullable(z.union([z.strictObject({ files: number, bytes: number }), z.strictObject({ requests: number })])),
    invariants: z.array(z.strictObject({ ...invariantText, overridden: z.boolean() })),
    acknowledge: texts,
    undo: text,
    rejection: texts,
    protection: text,
    commandLine: text,
  }),
);

/** The kernel state in a record. */
export const kernelState = exactly<KernelState>()(
  z.strictObject({
    node: known,
    endpoint: text,
    commit_id: known,
    control_version: known,
    time: text,
    clock: text,
    epoch: known,
    primary: known,
    members: z.array(z.strictObject({ node: text, role: text, state: text, durable_offset: known })),
  }),
);

/** What verification found. */
export const auditVerdict = exactly<Wire<AuditVerdict>>()(
  z.strictObject({
    kind: z.enum([
      'intact',
      'torn_tail',
      'record_edited',
      'records_missing',
      'forked',
      'truncated',
      'replaced',
      'unreadable',
    ]),
    message: text,
    line: knownNumber,
    seq: knownNumber,
    records: number,
    bytes: number,
    head: z.nullable(position),
  }),
);

/** How a request in the log stands. */
export const requestEnd = exactly<RequestEnd>()(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ended'), stage: text, outcome: text }),
    z.strictObject({ kind: z.literal('unknown') }),
    z.strictObject({ kind: z.literal('unfinished'), stage: text }),
  ]),
);
