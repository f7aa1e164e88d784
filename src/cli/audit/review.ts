/** What the verbs of the audit log have in common: what they read, and how a log that cannot be read is refused. */
import type { BundleMaker } from '../../audit/bundle.ts';
import type { AuditReader } from '../../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import type { Env } from '../environment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import type { Given } from '../given.ts';

/** The name under which `--file` takes what a pipe brings. */
export const STANDARD_INPUT = '-';

/** What an audit verb reads and how it writes. */
export interface Review {
  readonly reader: AuditReader;
  /** The second copy of what is read, if there is one. */
  readonly copy: string | null;
  readonly given: Given;
  readonly output: Output;
  readonly env: Env;
  readonly json: boolean;
  /**
   * Records the reading that is about to be done: called after all that is refused unread, before the first byte is
   * read. Nothing depends on it; that it was not recorded is said.
   */
  readonly recordReading: (files: readonly string[]) => Promise<void>;
  /** Who asks, at this moment, by which clock. */
  readonly maker: () => Omit<BundleMaker, 'program'>;
}

/** A log that cannot be read is said to be so; nothing is shown in its place. */
export async function reading(reader: AuditReader, read: () => Promise<void>): Promise<Result<ExitCode>> {
  try {
    await read();
    return success(EXIT.done);
  } catch (error) {
    return unreadable(reader, error);
  }
}

export function unreadable(reader: AuditReader, error: unknown): Result<ExitCode> {
  return failure(refusal('PHASE7_AUDIT_UNAVAILABLE', `The audit log ${reader.path} cannot be read: ${codeOf(error)}.`));
}

/** The code of an error, or what it says. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
