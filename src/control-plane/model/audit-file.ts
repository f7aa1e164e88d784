/** Files that hold records of an audit log, in every form in which they are given away, and what reading one yields. */
import type { AuditHeadCheck, AuditVerdict } from './audit-reader.ts';

/** How a file holds records of a log. */
export type AuditForm =
  /** The log, or a copy of it. */
  | 'log'
  /** Some lines of a log as they stand there, and nothing around them. */
  | 'selection'
  | 'export_jsonl'
  | 'export_csv'
  | 'bundle';

/** One piece of such a file. `line` counts the lines of the file from 1. */
export type AuditPiece =
  /** A record with the bytes that its hash stands for; `selected` where the export says that it was asked for. */
  | {
      readonly is: 'record';
      readonly line: bigint;
      readonly seq: bigint;
      readonly prev: string;
      readonly hash: string;
      readonly text: string;
      readonly record: Readonly<Record<string, unknown>>;
      readonly selected: boolean;
    }
  /** The place of a record that was withheld. Only the word of whoever made the bundle stands behind `prev`. */
  | {
      readonly is: 'stub';
      readonly line: bigint;
      readonly seq: bigint;
      readonly prev: string;
      readonly hash: string;
    }
  /** Bytes in the place of a record that are none. */
  | { readonly is: 'damage'; readonly line: bigint; readonly bytes: bigint }
  /** A file that a bundle carries, with the digest of its bytes. */
  | {
      readonly is: 'evidence';
      readonly line: bigint;
      readonly name: string;
      readonly sha256: string;
      readonly text: string;
    };

/** What verification says of a file. */
export interface AuditFileVerification {
  readonly form: AuditForm;
  readonly verdict: AuditVerdict;
  readonly heads: readonly AuditHeadCheck[];
  /** What was done to the file on its way without touching a record, a sentence each. */
  readonly tolerated: readonly string[];
  /** What a bundle or an export says of itself in its first line; foreign text. */
  readonly manifest: Readonly<Record<string, unknown>> | null;
}
