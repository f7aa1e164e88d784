/** What an audit panel is sent: the log as it stands, lines of its table, the stages of a request. */
import * as z from 'zod/mini';
import type { AuditCopyVerdict, AuditVerdict, RequestEnd } from '../control-plane/model/audit-reader.ts';
import type { Document } from '../control-plane/model/document.ts';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { KernelState } from '../control-plane/model/record.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { document } from './document.ts';
import { exactly } from './exactly.ts';
import { auditCopy, auditVerdict, explanation, kernelState, position, requestEnd } from './readings.ts';

/** The audit log as it stood when it was opened or last reloaded. */
export interface AuditLogFacts {
  readonly path: string;
  readonly lines: number;
  /** Counts openings and reloads; what was selected before a reload has to be selected anew. */
  readonly reading: number;
  readonly change: 'opened' | 'same' | 'grown' | 'replaced';
  /** When the editor read it, by its own clock; RFC 3339 UTC. */
  readonly readAt: string;
  /** Why the reading could not be recorded, by the control plane; `null` where it is. */
  readonly notRecorded: string | null;
  /** The last position that the editor kept, against which the log is verified. */
  readonly knownHead: { readonly seq: string; readonly hash: string } | null;
  /** The command line that verifies the same. */
  readonly command: string;
  /** `null` while verification runs. */
  readonly verdict: Wire<AuditVerdict> | null;
  /** How the second copy stands to the log; `null` where there is none, and while it is compared. */
  readonly copy: Wire<AuditCopyVerdict> | null;
  /** How many intents have no recorded outcome; `null` while they are looked for. */
  readonly danglingIntents: number | null;
  /** The request that this reading was asked for, where it was asked for one. */
  readonly requestId?: string;
}

/** One line of the log in the table, its texts cut to a length; `null` where a record does not say it. */
export interface AuditRow {
  readonly line: number;
  /** The beginning of a line that is no record. */
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
  /** P7-E2: an intent of whose outcome nothing is recorded. */
  readonly dangling: boolean;
  /** Its request runs in this window at this moment. */
  readonly underWay: boolean;
}

/** One row of the table by requests: a request as its records tell it, or one line that belongs to none. */
export interface RequestRow {
  /** Its first line, and how many lines it has. */
  readonly line: number;
  readonly lines: number;
  /** The beginning of a line that is no record. */
  readonly damaged: string | null;
  /** When it was asked, by whom. */
  readonly time: string | null;
  readonly operator: string | null;
  readonly command: string | null;
  readonly cluster: string | null;
  readonly target: string | null;
  /** The node's name, where a record of the request tells it. */
  readonly nodeName: string | null;
  readonly reason: string | null;
  readonly requestId: string | null;
  /** `null` for a line that belongs to no request: its stage and what it says stand for it. */
  readonly end: RequestEnd | null;
  readonly stage: string | null;
  readonly detail: string | null;
  /** It runs in this window at this moment. */
  readonly underWay: boolean;
}

/** One stage of a request as it was recorded. `explanation` and `kernelState` only where they have the form of one. */
export interface AuditStage {
  readonly row: AuditRow;
  /** The line as it stands in the file, and how many characters of it did not come along. */
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
      /** How many rows there are without a filter. */
      readonly total: number;
    }
  | {
      readonly type: 'audit';
      readonly part: 'page';
      readonly selection: number;
      readonly from: number;
      readonly rows: readonly AuditRow[] | readonly RequestRow[];
    }
  /** The stages of one request, or the one line that belongs to none. `further`: how many more there are. */
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
