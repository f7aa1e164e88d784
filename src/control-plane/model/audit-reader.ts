/**
 * The second port of the audit log: interfaces read and verify the log through it. It never writes, and appending does
 * not depend on it.
 */
import type { Document } from './document.ts';
import type { RecordedKernel } from '../engine.ts';
import type { AuditPosition } from './audit-position.ts';

/** The possible results of verification, kept apart. */
export type AuditVerdictKind =
  | 'intact'
  /** A part of a log: each record in it is as it was written, and the records between them are not included. */
  | 'intact_selection'
  | 'torn_tail'
  | 'record_edited'
  | 'records_missing'
  | 'forked'
  | 'truncated'
  | 'replaced'
  /** What surrounds the records of an export or a bundle was changed after it was written. */
  | 'export_edited'
  | 'unreadable';

/** The result of verifying a log: where it breaks (line and sequence number from 1) and what was read. */
export interface AuditVerdict {
  readonly kind: AuditVerdictKind;
  /** One sentence for a person. */
  readonly message: string;
  readonly line: bigint | null;
  readonly seq: bigint | null;
  readonly records: bigint;
  readonly bytes: bigint;
  /** The last record that the chain proves; `null` for an empty log. */
  readonly head: AuditPosition | null;
}

/** The result for one known head. `line` counts from 1. */
export interface AuditHeadCheck {
  readonly head: AuditPosition;
  /**
   * `held`: the log holds this very record · `different`: another record has its number · `missing`: no record has it.
   */
  readonly found: 'held' | 'different' | 'missing';
  readonly line: bigint | null;
}

/** The verdict on a log and on each head known from elsewhere, in the given order. */
export interface AuditVerification {
  readonly verdict: AuditVerdict;
  readonly heads: readonly AuditHeadCheck[];
}

/** The result of comparing the second copy with the log. */
export interface AuditCopyVerdict {
  /** The file that holds the copy. */
  readonly path: string;
  /**
   * `behind`: the copy is the beginning of the log, and the next append completes it · `longer`: it holds more than the
   * log · `unreadable`: the copy or the log cannot be read.
   */
  readonly kind: 'same' | 'behind' | 'differs' | 'longer' | 'unreadable';
  /** One sentence for a person. */
  readonly message: string;
  /** The first line that differs, from 1. */
  readonly line: bigint | null;
  /** How many records the copy lacks, if it is the beginning of the log. */
  readonly behind: bigint | null;
}

/** One line of the log: parsed if it is a record, otherwise only its text. */
export interface AuditLine {
  readonly line: bigint;
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>> | null;
}

export interface AuditReader {
  /** The file that is read. */
  readonly path: string;
  /**
   * Streams the file once. A known head also reveals what the chain alone cannot: a cut end, or a log rewritten as a
   * whole.
   */
  verify(knownHead: AuditPosition | null): Promise<AuditVerdict>;
  /**
   * The same for all heads that a kernel's events carry: shows whether the log still holds every record that the kernel
   * saw.
   */
  verifyHeads(heads: readonly AuditPosition[]): Promise<AuditVerification>;
  /** All lines in order, in constant memory. */
  lines(): AsyncIterable<AuditLine>;
}

/** What a person looks for; every given field must match. */
export interface AuditFilter {
  readonly cluster?: string;
  readonly command?: string;
  /** The account, `account@host`, or the configured name. */
  readonly operator?: string;
  readonly outcome?: string;
  readonly stage?: string;
  /** The earliest and the latest time that match, in the form of the records (RFC 3339 UTC). */
  readonly from?: string;
  readonly to?: string;
  readonly requestId?: string;
  /** Selects records of commands that ask a kernel for a change, or records of commands that read. */
  readonly asks?: string;
  /** Text anywhere in the line; upper and lower case count alike. */
  readonly text?: string;
}

/** What is looked for: records by their fields, or intents without a recorded outcome. */
export type AuditQuery = AuditFilter | 'dangling_intents';

/** How a request ended, according to its records. */
export type RequestEnd =
  /** Its last stage is recorded, with this outcome. */
  | { readonly kind: 'ended'; readonly stage: string; readonly outcome: string }
  /** P7-E2: its intent is recorded, but no outcome. */
  | { readonly kind: 'unknown' }
  /** It stopped, or is still waiting, before anything was sent. */
  | { readonly kind: 'unfinished'; readonly stage: string };

/** What the rows of requests are searched for: by what is sought, or by a test on their lines. */
export type AuditRowsQuery =
  | AuditQuery
  | { readonly test: (line: AuditLine) => boolean; readonly outcome: string | undefined };

/** One row when the log is shown by requests: a whole request, or one line that belongs to no request. */
export interface AuditRequestRow {
  /** Its first line. */
  readonly first: AuditLine;
  /** The number of its last line. */
  readonly last: bigint;
  /** How many lines it has. */
  readonly lines: number;
  /** How its own lines say that it ended; `null` for a line that belongs to no request. */
  readonly end: RequestEnd | null;
  /** The node's name, if one of its recorded explanations tells it. */
  readonly nodeName: string | null;
}

/** Some rows of a log shown by requests, in the order of their first lines. */
export interface AuditRows {
  readonly count: number;
  /** How many rows the whole log has. */
  readonly total: number;
  /** At most `count` rows from the `from`-th, counted from 0. */
  page(from: number, count: number): Promise<readonly AuditRequestRow[]>;
}

/** Some lines of a log, in its order. */
export interface AuditSelection {
  readonly count: number;
  /** At most `count` lines from the `from`-th of the selection, counted from 0. */
  page(from: number, count: number): Promise<readonly AuditLine[]>;
}

/**
 * A log of any size, page by page, as it was when opened or last reloaded. Lines keep their numbers, because the log is
 * only ever appended to. Keeps the file open until closed.
 */
export interface AuditPages extends AuditSelection {
  readonly path: string;
  select(filter: AuditFilter): Promise<AuditSelection>;
  /**
   * A row for each request, and one for each line that belongs to no request. A search finds a row by any of its
   * records; `outcome` is that of the request's end: `pending` if no end and no intent is recorded.
   */
  requests(sought: AuditRowsQuery): Promise<AuditRows>;
  /** The `dispatch_intent` lines whose request has no outcome: to be shown as unknown (P7-E2). */
  danglingIntents(): Promise<AuditSelection>;
  /** Reads what was appended since; `replaced` if the path now leads to another file or to a shorter one. */
  reload(): Promise<'same' | 'grown' | 'replaced'>;
  close(): Promise<void>;
}

/** How much of the chain an export includes with the selected records. */
export type ExportedChain =
  /** The record before and the one after each run of selected records. */
  | 'neighbours'
  /** Every line from the first selected one to the end of the log, so that a known head proves them. */
  | 'to_end';

/** The form of an export; a bundle is specified in docs/evidence.md. */
export type ExportFormat = 'jsonl' | 'csv' | 'bundle';

export interface AuditExportOptions {
  readonly format: ExportFormat;
  readonly chain: ExportedChain;
  /** What verification said about the exported log, to be included with the records. */
  readonly verdict: AuditVerdict;
}

/** Everything that an interface needs to show a person the log of this machine. */
export interface AuditReview {
  readonly reader: AuditReader;
  /** The last position that this machine's editor saw; it reveals a cut end, or a log rewritten as a whole. */
  readonly knownHead: () => AuditPosition | null;
  /** The second copy of the log; `null` where none is configured. */
  readonly secondCopy: { readonly path: string; readonly compare: () => Promise<AuditCopyVerdict> } | null;
  /** Rejects if no log can be read. */
  readonly openPages: () => Promise<AuditPages>;
  readonly requestEnd: (lines: readonly AuditLine[]) => RequestEnd;
  /** What the engine of this kind shows beside a recorded explanation; `null` if no engine can show it. */
  readonly describe: (kind: string, target: string, kernel: RecordedKernel | null) => Promise<Document | null>;
  /** Writes a selection with its proof to a file: the whole file or none, and never over the log itself. */
  readonly exportTo: (
    file: string,
    pages: AuditPages,
    sought: AuditQuery,
    options: AuditExportOptions,
  ) => Promise<void>;
}
