/**
 * Files that hold records of an audit log, in every form in which the log is exported, and what reading such a file
 * yields.
 */
import type { AuditHeadCheck, AuditVerdict } from './audit-reader.ts';

/** How a file holds records of a log. */
export type AuditForm =
  /** The log, or a copy of it. */
  | 'log'
  /** Some lines of a log in their original form, with nothing around them. */
  | 'selection'
  | 'export_jsonl'
  | 'export_csv'
  | 'bundle';

/** One piece of such a file. `line` counts the lines of the file from 1. */
export type AuditPiece =
  /** A record with the bytes that its hash covers; `selected` if the export says that somebody asked for it. */
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
  /** The place of a record that was withheld. Nothing proves `prev`: the maker of the bundle merely states it. */
  | {
      readonly is: 'stub';
      readonly line: bigint;
      readonly seq: bigint;
      readonly prev: string;
      readonly hash: string;
    }
  /** Bytes that stand where a record should be. */
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
  /** Harmless changes to the file on its way that changed no record, one sentence each. */
  readonly tolerated: readonly string[];
  /** What the first line of a bundle or an export says about it; foreign text. */
  readonly manifest: Readonly<Record<string, unknown>> | null;
}
