/**
 * The second port of the audit log: reading and verifying, for the interfaces. It never writes and never depends on
 * appending.
 */
import type { Document } from './document.ts';
import type { RecordedKernel } from '../engine.ts';
import type { AuditPosition } from './audit-position.ts';

/** What verification can find; told apart, never merged. */
export type AuditVerdictKind =
  | 'intact'
  /** A part of a log: each record in it is what was written, and what stands between them is not shown. */
  | 'intact_selection'
  | 'torn_tail'
  | 'record_edited'
  | 'records_missing'
  | 'forked'
  | 'truncated'
  | 'replaced'
  /** What stands around the records of an export or a bundle is not what was written. */
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

/** What became of one known head. `line` counts from 1. */
export interface AuditHeadCheck {
  readonly head: AuditPosition;
  /**
   * `held`: this very record stands there · `different`: another record has its number · `missing`: no record has.
   */
  readonly found: 'held' | 'different' | 'missing';
  readonly line: bigint | null;
}

/** The verdict on a log, and on each head that is known from elsewhere, in the order in which they were given. */
export interface AuditVerification {
  readonly verdict: AuditVerdict;
  readonly heads: readonly AuditHeadCheck[];
}

/** How the second copy of a log stands to it. */
export interface AuditCopyVerdict {
  /** The file that holds the copy. */
  readonly path: string;
  /**
   * `behind`: it is the beginning of the log, and is completed with the next record · `longer`: it holds more than the
   * log · `unreadable`: one of them cannot be read.
   */
  readonly kind: 'same' | 'behind' | 'differs' | 'longer' | 'unreadable';
  /** One sentence for a person. */
  readonly message: string;
  /** The first line that is not the same, from 1. */
  readonly line: bigint | null;
  /** How many records of the log the copy lacks, where it is the beginning of the log. */
  readonly behind: bigint | null;
}

/** One line of the log: parsed when it is a record, otherwise only its text. */
export interface AuditLine {
  readonly line: bigint;
  readonly text: string;
  readonly record: Readonly<Record<string, unknown>> | null;
}

export interface AuditReader {
  /** The file that is read. */
  readonly path: string;
  /** Streams the file once. A known head also finds what a chain alone cannot: a cut end, a rewritten whole. */
  verify(knownHead: AuditPosition | null): Promise<AuditVerdict>;
  /**
   * The same with all heads that a kernel's events carry: does the log still hold every record that the kernel has
   * seen?
   */
  verifyHeads(heads: readonly AuditPosition[]): Promise<AuditVerification>;
  /** All lines in order, in constant memory. */
  lines(): AsyncIterable<AuditLine>;
}

/** What a person looks for; every member that is given has to match. */
export interface AuditFilter {
  readonly cluster?: string;
  readonly command?: string;
  /** The account, `account@host`, or the configured name. */
  readonly operator?: string;
  readonly outcome?: string;
  readonly stage?: string;
  /** Times as they stand in the records (RFC 3339 UTC); the earliest and the latest that match. */
  readonly from?: string;
  readonly to?: string;
  readonly requestId?: string;
  /** Records of commands that ask a kernel for a change, or of those that read. */
  readonly asks?: string;
  /** Anywhere in the line, upper and lower case alike. */
  readonly text?: string;
}

/** What is looked for: records by their members, or the intents of which nobody knows what came. */
export type AuditSought = AuditFilter | 'dangling_intents';

/** How a request stands by its records. */
export type RequestEnd =
  /** Its last stage is recorded, with this outcome. */
  | { readonly kind: 'ended'; readonly stage: string; readonly outcome: string }
  /** P7-E2: it was about to be sent, and no outcome is recorded. */
  | { readonly kind: 'unknown' }
  /** It stopped, or stands, before anything was sent. */
  | { readonly kind: 'unfinished'; readonly stage: string };

/** What a log by requests is looked through for: what is sought, or each row that a line passes the test of. */
export type AuditRowsSought =
  | AuditSought
  | { readonly test: (line: AuditLine) => boolean; readonly outcome: string | undefined };

/** One row of a log by requests: a request from its first record to its last, or one line that belongs to none. */
export interface AuditRequestRow {
  /** Its first line. */
  readonly first: AuditLine;
  /** The number of its last line. */
  readonly last: bigint;
  /** How many lines it has. */
  readonly lines: number;
  /** What its own lines say of its end; `null` for a line that belongs to no request. */
  readonly end: RequestEnd | null;
  /** The node's name, where an explanation among its records tells it. */
  readonly nodeName: string | null;
}

/** Some rows of a log by requests, in the order of their first lines. */
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
 * A log of any size, page by page, as it stood when it was opened or last reloaded. Lines keep their numbers, because
 * nothing is ever written before the end. Holds the file open until closed.
 */
export interface AuditPages extends AuditSelection {
  readonly path: string;
  select(filter: AuditFilter): Promise<AuditSelection>;
  /**
   * A row for each request, and one for each line that belongs to none. A row is found by any of its records, by
   * `outcome` as it ended: `pending` where no end is recorded and nothing was about to be sent.
   */
  requests(sought: AuditRowsSought): Promise<AuditRows>;
  /** The `dispatch_intent` lines whose request has no outcome: to be shown as unknown (P7-E2). */
  danglingIntents(): Promise<AuditSelection>;
  /** Takes in what was appended since; `replaced` when the path leads to another file by now, or to a shorter one. */
  reload(): Promise<'same' | 'grown' | 'replaced'>;
  close(): Promise<void>;
}

/** How much of the chain goes along with the selected records of an export. */
export type ExportedChain =
  /** The record before and the one after each run of selected records. */
  | 'neighbours'
  /** Every line from the first selected one to the end of the log: what a known head proves. */
  | 'to_end';

/** The form of an export; a bundle is specified in docs/evidence.md. */
export type ExportFormat = 'jsonl' | 'csv' | 'bundle';

export interface AuditExportOptions {
  readonly format: ExportFormat;
  readonly chain: ExportedChain;
  /** What verification said of the log that is exported from, to stand beside the records. */
  readonly verdict: AuditVerdict;
}

/** All that an interface needs to show the log of this machine to a person. */
export interface AuditReview {
  readonly reader: AuditReader;
  /** The last position that this machine's editor saw; finds a cut end or a rewritten whole. */
  readonly knownHead: () => AuditPosition | null;
  /** The second copy of the log; `null` where none is configured. */
  readonly secondCopy: { readonly path: string; readonly compare: () => Promise<AuditCopyVerdict> } | null;
  /** Rejects when there is no log that could be read. */
  readonly openPages: () => Promise<AuditPages>;
  readonly requestEnd: (lines: readonly AuditLine[]) => RequestEnd;
  /** What the engine of this kind shows beside a recorded explanation; `null` for what none knows how to show. */
  readonly describe: (kind: string, target: string, kernel: RecordedKernel | null) => Promise<Document | null>;
  /** Writes a selection with its proof to a file, whole or not at all, and never over the log itself. */
  readonly exportTo: (
    file: string,
    pages: AuditPages,
    sought: AuditSought,
    options: AuditExportOptions,
  ) => Promise<void>;
}
