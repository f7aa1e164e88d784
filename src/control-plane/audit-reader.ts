/** The second port of the audit log: reading and verifying, for the interfaces. It never writes and never depends on appending. */
import type { AuditPosition } from './ports.ts';

/** What verification can find; told apart, never merged. */
export type AuditVerdictKind =
  | 'intact' | 'torn_tail' | 'record_edited' | 'records_missing' | 'forked' | 'truncated' | 'replaced' | 'unreadable';

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
  /** All lines in order, in constant memory. */
  lines(): AsyncIterable<AuditLine>;
}
