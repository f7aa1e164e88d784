/**
 * Everything that passes between the editor and a panel. 64-bit values are decimal strings. Messages from a
 * panel are validated like a stranger's: they can ask for a fresh reading, for text to copy, for the dialogs of a
 * confirmation to open or not to open, and for lines of the audit log, and for nothing else. No message confirms anything.
 */
import * as z from 'zod';
import type { AuditSought, AuditVerdict, RequestEnd } from '../control-plane/audit-reader.ts';
import type { ControlError } from '../control-plane/errors.ts';
import type { Execution, Explanation } from '../control-plane/explanation.ts';
import type { Invariant } from '../control-plane/invariants.ts';
import type { AnsweredView } from '../control-plane/reads.ts';
import type { KernelState } from '../control-plane/record.ts';
import type { Wire } from '../control-plane/views.ts';
import { AUDIT_PAGE } from './audit/page-size.ts';

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
  readonly explanation: { readonly explanation: Wire<Explanation>; readonly digest: string } | null;
  readonly kernelState: KernelState | null;
}

/** Editor to an audit panel, in answer to its requests. */
export type AuditMessage =
  | { readonly type: 'audit'; readonly part: 'selection'; readonly selection: number; readonly count: number }
  | { readonly type: 'audit'; readonly part: 'page'; readonly selection: number; readonly from: number; readonly rows: readonly AuditRow[] }
  /** The stages of one request, or the one line that belongs to none. `further`: how many more there are. */
  | { readonly type: 'audit'; readonly part: 'request'; readonly line: number; readonly requestId: string | null; readonly end: RequestEnd | null; readonly stages: readonly AuditStage[]; readonly further: number }
  | { readonly type: 'audit'; readonly part: 'trouble'; readonly message: string };

/** What a panel shows: exactly one of these, whole. */
export type Panel =
  | { readonly kind: 'asking'; readonly title: string; readonly cluster: ClusterLabel }
  | { readonly kind: 'answer'; readonly title: string; readonly cluster: ClusterLabel; readonly answer: Wire<AnsweredView>; readonly requestId: string; readonly recorded: RecordedAt }
  | { readonly kind: 'explanation'; readonly explanation: Wire<Explanation>; readonly digest: string; readonly requestId: string; readonly operator: string; /** The command line that does the same. */ readonly terminal?: string }
  | { readonly kind: 'executed'; readonly title: string; readonly cluster: ClusterLabel; readonly target: { readonly nodeId: string; readonly name: string }; readonly execution: Wire<Execution>; readonly requestId: string; readonly recorded: RecordedAt }
  | { readonly kind: 'failed'; readonly title: string; readonly cluster: ClusterLabel | null; readonly target: string | null; readonly error: Wire<ControlError>; readonly requestId: string; readonly recorded: RecordedAt }
  | { readonly kind: 'audit'; readonly title: string; readonly log: AuditLogFacts }
  /** The session may no longer see what stood here. */
  | { readonly kind: 'refused'; readonly title: string; readonly code: string; readonly message: string }
  /** After a reload: what was shown is gone and must be asked for again. */
  | { readonly kind: 'gone'; readonly title: string };

/** Editor to panel. `refreshable`: whether "refresh" asks the same command anew. */
export interface ShowPanel {
  readonly type: 'show';
  readonly panel: Panel;
  readonly refreshable: boolean;
  /** Texts of the invariants that the panel names by id: those of an error or of a denial. */
  readonly cited?: readonly Invariant[];
}

const short = z.string().max(1000).exactOptional();
const index = z.int().min(0);

const sought = z.union([
  z.literal('dangling_intents'),
  z.strictObject({ cluster: short, command: short, operator: short, outcome: short, stage: short, from: short, to: short, requestId: short, text: short }),
]) satisfies z.ZodType<AuditSought>;

const panelRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('refresh') }),
  z.strictObject({ type: z.literal('copy') }),
  z.strictObject({ type: z.literal('continue') }),
  z.strictObject({ type: z.literal('decline') }),
  z.strictObject({ type: z.literal('audit-select'), selection: index, sought }),
  z.strictObject({ type: z.literal('audit-page'), selection: index, from: index, count: z.int().min(1).max(AUDIT_PAGE) }),
  z.strictObject({ type: z.literal('audit-unfold'), line: z.int().min(1) }),
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
