/** What an audit panel receives: facts about the log, rows of its table, the stages of a request. */
import * as z from 'zod/mini';
import type { AuditCopyVerdict, AuditVerdict, RequestEnd } from '../control-plane/model/audit-reader.ts';
import type { Document } from '../control-plane/model/document.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { document } from './document.ts';
import { exactly } from './exactly.ts';
import { auditCopy, auditVerdict, explanation, kernelState, position, requestEnd } from './readings.ts';

/** The audit log as it was when it was opened or last reloaded. */
export interface AuditLogFacts {
  readonly path: string;
  readonly lines: number;
  /** Counts openings and reloads. A selection from before a reload must be requested again. */
  readonly reading: number;
  readonly change: 'opened' | 'same' | 'grown' | 'replaced';
  /** When the editor read it, by its own clock; RFC 3339 UTC. */
  readonly readAt: string;
  /** Why the control plane could not record the reading; `null` when it was recorded. */
  readonly notRecorded: string | null;
  /** The last position that the editor kept; the log is verified against it. */
  readonly knownHead: { readonly seq: string; readonly hash: string } | null;
  /** The command line that does the same verification. */
  readonly command: string;
  /** `null` while verification runs. */
  readonly verdict: Wire<AuditVerdict> | null;
  /** How the second copy compares with the log; `null` when there is none, or while it is compared. */
  readonly copy: Wire<AuditCopyVerdict> | null;
  /** The number of intents without a recorded outcome; `null` until it is known. */
  readonly danglingIntents: number | null;
  /** The request that the log was opened at, if any. */
  readonly requestId?: string;
}

/** One line of the log in the table, with long texts cut. `null` when the record does not have the value. */
export interface AuditRow {
  readonly line: number;
  /** The beginning of a line that is not a record. */
  readonly damaged: string | null;
  readonly seq: string | null;
  readonly time: string | null;
  readonly stage: string | null;
  readonly command: string | null;
  readonly cluster: string | null;
  readonly target: string | null;
  readonly outcome: string | null;
  readonly operator: string | null;
  readonly authority: string | null;
  readonly requestId: string | null;
  /** P7-E2: an intent without a recorded outcome. */
  readonly dangling: boolean;
  /** Whether its request is running in this window now. */
  readonly underWay: boolean;
}

/** One row of the table by requests: a request as its records describe it, or a line that belongs to no request. */
export interface RequestRow {
  /** Its first line, and how many lines it has. */
  readonly line: number;
  readonly lines: number;
  /** The beginning of a line that is not a record. */
  readonly damaged: string | null;
  /** When it was requested, and by whom. */
  readonly time: string | null;
  readonly operator: string | null;
  readonly command: string | null;
  readonly cluster: string | null;
  readonly target: string | null;
  /** The node's name, when a record of the request has it. */
  readonly nodeName: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
  /** How the request ended. `null` for a line that belongs to no request; its stage and detail are shown instead. */
  readonly end: RequestEnd | null;
  readonly stage: string | null;
  readonly detail: string | null;
  /** Whether the request is running in this window now. */
  readonly underWay: boolean;
}

/**
 * One stage of a request as it was recorded. `explanation` and `kernelState` are `null` unless the record holds valid
 * ones.
 */
export interface AuditStage {
  readonly row: AuditRow;
  /** The line as it is in the file, and the number of characters that were cut off. */
  readonly text: string;
  readonly left: number;
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly explanation: {
    readonly explanation: Wire<Explanation>;
    readonly document: Document | null;
    readonly digest: string;
  } | null;
  readonly kernelState: KernelState | null;
}

/** Editor to an audit panel, in answer to its requests. */
export type AuditMessage =
  | {
      readonly type: 'audit';
      readonly part: 'selection';
      readonly selection: number;
      readonly count: number;
      /** The number of rows without a filter. */
      readonly total: number;
    }
  | {
      readonly type: 'audit';
      readonly part: 'page';
      readonly selection: number;
      readonly from: number;
      readonly rows: readonly AuditRow[] | readonly RequestRow[];
    }
  /**
   * The stages of one request, or one line that belongs to no request. `further`: the number of stages that were left
   * out.
   */
  | {
      readonly type: 'audit';
      readonly part: 'request';
      readonly line: number;
      readonly requestId: string | null;
      readonly end: RequestEnd | null;
      readonly underWay: boolean;
      readonly stages: readonly AuditStage[];
      readonly further: number;
    }
  | { readonly type: 'audit'; readonly part: 'trouble'; readonly message: string };

const text = z.string();
const known = z.nullable(text);
const index = z.int().check(z.minimum(0));
const line = z.int().check(z.minimum(1));

export const log = z.strictObject({
  path: text,
  lines: index,
  reading: index,
  change: z.enum(['opened', 'same', 'grown', 'replaced']),
  readAt: text,
  notRecorded: known,
  knownHead: z.nullable(position),
  command: text,
  verdict: z.nullable(auditVerdict),
  copy: z.nullable(auditCopy),
  danglingIntents: z.nullable(index),
  requestId: z.exactOptional(text),
});

const row = z.strictObject({
  line,
  damaged: known,
  seq: known,
  time: known,
  stage: known,
  command: known,
  cluster: known,
  target: known,
  outcome: known,
  operator: known,
  authority: known,
  requestId: known,
  dangling: z.boolean(),
  underWay: z.boolean(),
});

const request = z.strictObject({
  line,
  lines: line,
  damaged: known,
  time: known,
  operator: known,
  command: known,
  cluster: known,
  target: known,
  nodeName: known,
  reason: known,
  requestId: known,
  end: z.nullable(requestEnd),
  stage: known,
  detail: known,
  underWay: z.boolean(),
});

const stage = z.strictObject({
  row,
  text,
  left: index,
  record: z.nullable(z.record(text, z.unknown())),
  explanation: z.nullable(z.strictObject({ explanation, document: z.nullable(document), digest: text })),
  kernelState: z.nullable(kernelState),
});

export const auditMessage = exactly<AuditMessage>()(
  z.discriminatedUnion('part', [
    z.strictObject({
      type: z.literal('audit'),
      part: z.literal('selection'),
      selection: index,
      count: index,
      total: index,
    }),
    z.strictObject({
      type: z.literal('audit'),
      part: z.literal('page'),
      selection: index,
      from: index,
      rows: z.union([z.array(row), z.array(request)]),
    }),
    z.strictObject({
      type: z.literal('audit'),
      part: z.literal('request'),
      line,
      requestId: known,
      end: z.nullable(requestEnd),
      underWay: z.boolean(),
      stages: z.array(stage),
      further: index,
    }),
    z.strictObject({ type: z.literal('audit'), part: z.literal('trouble'), message: text }),
  ]),
);
