/**
 * Everything that passes between the editor and a panel, checked to the last member on both sides. 64-bit values are
 * decimal strings. A panel can ask for a fresh reading, for text to copy, for the dialogs of a confirmation to open or
 * not to open, and for lines of the audit log, and for nothing else. No message confirms anything.
 */
import * as z from 'zod/mini';
import type { AuditSought, AuditVerdict, RequestEnd } from '../control-plane/audit-reader.ts';
import type { Document } from '../control-plane/document.ts';
import type { ControlError } from '../control-plane/errors.ts';
import type { Explanation } from '../control-plane/explanation.ts';
import type { Invariant } from '../control-plane/invariants.ts';
import type { KernelState } from '../control-plane/record.ts';
import type { Wire } from '../control-plane/views.ts';
import { AUDIT_PAGE } from './audit/page-size.ts';
import { document } from './document/wire.ts';
import { exactly } from './exactly.ts';
import {
  auditVerdict,
  cited,
  controlError,
  explanation,
  kernelState,
  position,
  requestEnd,
  source,
  type Source,
} from './wire.ts';

/** The cluster as every panel names it; `environment` is the operator's own label. */
export interface ClusterLabel {
  readonly name: string;
  readonly kind: string;
  readonly environment: string | null;
}

/** Where the record of this result stands in the audit log, or why it was not recorded. */
export type RecordedAt = { readonly seq: string; readonly hash: string } | { readonly notRecorded: string };

/** The audit log as it stood when it was opened or last reloaded. */
export interface AuditLogFacts {
  readonly path: string;
  readonly lines: number;
  /** Counts openings and reloads; what was selected before a reload has to be selected anew. */
  readonly reading: number;
  readonly change: 'opened' | 'same' | 'grown' | 'replaced';
  /** When the editor read it, by its own clock; RFC 3339 UTC. */
  readonly readAt: string;
  /** The last position that the editor kept, against which the log is verified. */
  readonly knownHead: { readonly seq: string; readonly hash: string } | null;
  /** The command line that verifies the same. */
  readonly command: string;
  /** `null` while verification runs. */
  readonly verdict: Wire<AuditVerdict> | null;
  /** How many intents have no recorded outcome; `null` while they are looked for. */
  readonly danglingIntents: number | null;
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
  | { readonly type: 'audit'; readonly part: 'selection'; readonly selection: number; readonly count: number }
  | {
      readonly type: 'audit';
      readonly part: 'page';
      readonly selection: number;
      readonly from: number;
      readonly rows: readonly AuditRow[];
    }
  /** The stages of one request, or the one line that belongs to none. `further`: how many more there are. */
  | {
      readonly type: 'audit';
      readonly part: 'request';
      readonly line: number;
      readonly requestId: string | null;
      readonly end: RequestEnd | null;
      readonly stages: readonly AuditStage[];
      readonly further: number;
    }
  | { readonly type: 'audit'; readonly part: 'trouble'; readonly message: string };

/** What a panel shows: exactly one of these, whole. */
export type Panel =
  /** `requestId`: of a confirmed control request, which is sent once; absent for what only reads. */
  | { readonly kind: 'asking'; readonly title: string; readonly cluster: ClusterLabel; readonly requestId?: string }
  | {
      readonly kind: 'answer';
      readonly title: string;
      readonly cluster: ClusterLabel;
      readonly source: Source;
      readonly document: Document;
      readonly requestId: string;
      readonly recorded: RecordedAt;
    }
  | {
      readonly kind: 'explanation';
      readonly explanation: Wire<Explanation>;
      /** What its engine shows beside; `null`: this program does not know that engine, or not what it recorded. */
      readonly document: Document | null;
      readonly digest: string;
      readonly requestId: string;
      readonly operator: string /** The command line that does the same. */;
      readonly terminal?: string /** What the confirmation asks for; absent where none is asked for. */;
      readonly typed?: 'name' | 'id';
    }
  | {
      readonly kind: 'executed';
      readonly title: string;
      readonly cluster: ClusterLabel;
      readonly sentence: string;
      readonly document: Document;
      readonly requestId: string;
      readonly recorded: RecordedAt;
    }
  | {
      readonly kind: 'failed';
      readonly title: string;
      readonly cluster: ClusterLabel | null;
      readonly target: string | null;
      readonly error: Wire<ControlError>;
      readonly requestId: string;
      readonly recorded: RecordedAt;
      readonly authorityEnded?: RecordedAt;
    }
  | { readonly kind: 'audit'; readonly title: string; readonly log: AuditLogFacts }
  /** The session may no longer see what stood here. */
  | { readonly kind: 'refused'; readonly title: string; readonly code: string; readonly message: string }
  /** After a reload: what was shown is gone; an inspection must be asked for again, a request is not repeated. */
  | { readonly kind: 'gone'; readonly title: string };

/** Editor to panel. `refreshable`: whether "refresh" asks the same command anew. */
export interface ShowPanel {
  readonly type: 'show';
  readonly panel: Panel;
  readonly refreshable: boolean;
  /** Texts of the invariants that the panel names by id: those of an error or of a denial. */
  readonly cited?: readonly Invariant[];
}

const text = z.string();
const known = z.nullable(text);
const index = z.int().check(z.minimum(0));
const line = z.int().check(z.minimum(1));

const cluster = z.strictObject({ name: text, kind: text, environment: known });
const recorded = exactly<RecordedAt>()(z.union([position, z.strictObject({ notRecorded: text })]));

const log = z.strictObject({
  path: text,
  lines: index,
  reading: index,
  change: z.enum(['opened', 'same', 'grown', 'replaced']),
  readAt: text,
  knownHead: z.nullable(position),
  command: text,
  verdict: z.nullable(auditVerdict),
  danglingIntents: z.nullable(index),
});

const panel = exactly<Panel>()(
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('asking'), title: text, cluster, requestId: z.exactOptional(text) }),
    z.strictObject({ kind: z.literal('answer'), title: text, cluster, source, document, requestId: text, recorded }),
    z.strictObject({
      kind: z.literal('explanation'),
      explanation,
      document: z.nullable(document),
      digest: text,
      requestId: text,
      operator: text,
      terminal: z.exactOptional(text),
      typed: z.exactOptional(z.enum(['name', 'id'])),
    }),
    z.strictObject({
      kind: z.literal('executed'),
      title: text,
      cluster,
      sentence: text,
      document,
      requestId: text,
      recorded,
    }),
    z.strictObject({
      kind: z.literal('failed'),
      title: text,
      cluster: z.nullable(cluster),
      target: known,
      error: controlError,
      requestId: text,
      recorded,
      authorityEnded: z.exactOptional(recorded),
    }),
    z.strictObject({ kind: z.literal('audit'), title: text, log }),
    z.strictObject({ kind: z.literal('refused'), title: text, code: text, message: text }),
    z.strictObject({ kind: z.literal('gone'), title: text }),
  ]),
);

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
});

const stage = z.strictObject({
  row,
  text,
  left: index,
  record: z.nullable(z.record(text, z.unknown())),
  explanation: z.nullable(z.strictObject({ explanation, document: z.nullable(document), digest: text })),
  kernelState: z.nullable(kernelState),
});

const showPanel = exactly<ShowPanel>()(
  z.strictObject({ type: z.literal('show'), panel, refreshable: z.boolean(), cited: z.exactOptional(z.array(cited)) }),
);

const auditMessage = exactly<AuditMessage>()(
  z.discriminatedUnion('part', [
    z.strictObject({ type: z.literal('audit'), part: z.literal('selection'), selection: index, count: index }),
    z.strictObject({
      type: z.literal('audit'),
      part: z.literal('page'),
      selection: index,
      from: index,
      rows: z.array(row),
    }),
    z.strictObject({
      type: z.literal('audit'),
      part: z.literal('request'),
      line,
      requestId: known,
      end: z.nullable(requestEnd),
      stages: z.array(stage),
      further: index,
    }),
    z.strictObject({ type: z.literal('audit'), part: z.literal('trouble'), message: text }),
  ]),
);

/** A message of the editor's that does not have the form of one; `at` is the first member that is wrong. */
export interface Malformed {
  readonly type: 'malformed';
  readonly of: 'show' | 'audit';
  readonly at: string;
}

/**
 * Parses a message to a panel. Anything that does not even call itself one is `undefined` and none of a panel's
 * business.
 */
export function parseEditorMessage(message: unknown): ShowPanel | AuditMessage | Malformed | undefined {
  const of = typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  if (of !== 'show' && of !== 'audit') return undefined;
  const parsed = (of === 'show' ? showPanel : auditMessage).safeParse(message);
  return parsed.success ? parsed.data : { type: 'malformed', of, at: parsed.error.issues[0]?.path.join('.') ?? '' };
}

const short = z.exactOptional(text.check(z.maxLength(1000)));

const sought = exactly<AuditSought>()(
  z.union([
    z.literal('dangling_intents'),
    z.strictObject({
      cluster: short,
      command: short,
      operator: short,
      outcome: short,
      stage: short,
      from: short,
      to: short,
      requestId: short,
      text: short,
    }),
  ]),
);

const panelRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('copy') }),
  z.strictObject({ type: z.literal('continue') }),
  z.strictObject({ type: z.literal('decline') }),
  z.strictObject({ type: z.literal('audit-select'), selection: index, sought }),
  z.strictObject({
    type: z.literal('audit-page'),
    selection: index,
    from: index,
    count: line.check(z.maximum(AUDIT_PAGE)),
  }),
  z.strictObject({ type: z.literal('audit-unfold'), line }),
  z.strictObject({ type: z.literal('audit-export'), format: z.enum(['jsonl', 'csv']), sought }),
  z.strictObject({ type: z.literal('audit-raw') }),
]);

/** Panel to editor. */
export type PanelRequest = z.infer<typeof panelRequest>;

/** What only an audit panel asks. */
export type AuditRequest = Extract<PanelRequest, { type: `audit-${string}` }>;

/** Parses a message from a panel; anything else than these requests is `undefined` and has no effect. */
export function parsePanelRequest(message: unknown): PanelRequest | undefined {
  const parsed = panelRequest.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}

/**
 * The explanation in a record of the log, or `null` when there is none that has the form of one: a log may have been
 * tampered with.
 */
export function recordedExplanation(value: unknown): Wire<Explanation> | null {
  return explanation.safeParse(value).data ?? null;
}

/** The kernel state in a record of the log, or `null` when there is none that has the form of one. */
export function recordedKernelState(value: unknown): KernelState | null {
  return kernelState.safeParse(value).data ?? null;
}
