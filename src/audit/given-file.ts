/** A file that a person gives as a source: a saved answer of a kernel, or a file with records of a log. */
import { stat } from 'node:fs/promises';
import type { AuditFileVerification } from '../control-plane/model/audit-file.ts';
import { evidenceText } from './evidence-text.ts';
import type { TakePiece } from './forms/form.ts';
import { verifyAuditFile } from './sources.ts';

export type GivenFile =
  | { readonly is: 'evidence'; readonly name: string; readonly text: string }
  | {
      readonly is: 'log';
      readonly name: string;
      readonly read: (take: TakePiece) => Promise<AuditFileVerification>;
    };

/** Rejects if the file cannot be read. The records of a log are read later, on demand. Waits for a pipe. */
export async function givenFile(file: string): Promise<GivenFile> {
  const text = await evidenceText(file);
  return text === null ? logFile(file) : { is: 'evidence', name: file, text };
}

/** The same for files on disk only, for callers in which nobody could end the wait for a pipe. */
export async function givenDiskFile(file: string): Promise<GivenFile> {
  if (!(await stat(file)).isFile()) throw new Error('it is not a file, but a directory, a pipe or a device');
  return givenFile(file);
}

/** A file that counts as one with records, whatever its first bytes are. */
export function logFile(file: string): GivenFile {
  return { is: 'log', name: file, read: take => verifyAuditFile({ file }, [], take) };
}
