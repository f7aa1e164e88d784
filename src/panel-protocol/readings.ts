/**
 * The exact schemas of everything that a panel receives besides documents: where an answer was read, explanations,
 * errors, lines of the audit log.
 */
import * as z from 'zod/mini';
import type {
  AuditCopyVerdict,
  AuditVerdict,
  AuditVerdictKind,
  RequestEnd,
} from '../control-plane/model/audit-reader.ts';
import type { ConfirmedCommandName } from '../control-plane/commands/commands.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { exactly } from './exactly.ts';

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
type Origin = Wire<Explanation>['source'];
/** Where an answer was read, and whether a person chose that endpoint. */
export interface Source extends Origin {
  readonly isChosen?: true;
}

const origin = {
  observed,
  endpoint: text,
  skipped: z.array(z.strictObject({ endpoint: text, reason: text, answered: z.exactOptional(z.literal(true)) })),
  notes: texts,
};

export const source = exactly<Source>()(z.strictObject({ ...origin, isChosen: z.exactOptional(z.literal(true)) }));

/** Other members that an engine adds are not needed here. */
const member = z.object({
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
});

const change = z.strictObject({ component: text, nodeId: known, before: known, after: known });

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
    source: z.strictObject(origin),
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

/** The kinds of verdict. */
export const verdictKind = exactly<AuditVerdictKind>()(
  z.enum([
    'intact',
    'intact_selection',
    'torn_tail',
    'record_edited',
    'records_missing',
    'forked',
    'truncated',
    'replaced',
    'export_edited',
    'unreadable',
  ]),
);

/** The verdict of a verification. */
export const auditVerdict = exactly<Wire<AuditVerdict>>()(
  z.strictObject({
    kind: verdictKind,
    message: text,
    line: knownNumber,
    seq: knownNumber,
    records: number,
    bytes: number,
    head: z.nullable(position),
  }),
);

/** How the second copy compares with the log. */
export const auditCopy = exactly<Wire<AuditCopyVerdict>>()(
  z.strictObject({
    path: text,
    kind: z.enum(['same', 'behind', 'differs', 'longer', 'unreadable']),
    message: text,
    line: knownNumber,
    behind: knownNumber,
  }),
);

/** How a request in the log ended. */
export const requestEnd = exactly<RequestEnd>()(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('ended'), stage: text, outcome: text }),
    z.strictObject({ kind: z.literal('unknown') }),
    z.strictObject({ kind: z.literal('unfinished'), stage: text }),
  ]),
);
