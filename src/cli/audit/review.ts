/** What the subcommands of `audit` share: what they read, and how they refuse a log that cannot be read. */
import type { BundleMaker } from '../../audit/bundle.ts';
import type { AuditReader } from '../../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import type { Env } from '../environment.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import type { Given } from '../given.ts';

/** The value of `--file` that stands for standard input. */
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
   * Records that the log is about to be read. Called after every check that can refuse without reading, and before the
   * first byte is read. The reading goes on when this fails, but the failure is shown.
   */
  readonly recordReading: (files: readonly string[]) => Promise<void>;
  /** Who makes the result, when, and by which clock. */
  readonly maker: () => Omit<BundleMaker, 'program'>;
}

/** Runs `read`. A log that cannot be read becomes a refusal; nothing is shown in its place. */
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

/** The code of an error, or its message when it has no code. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
