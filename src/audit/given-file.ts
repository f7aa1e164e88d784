/** A file that somebody gives as a source: an answer of a kernel that was saved, or what holds records of a log. */
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

/** Rejects where it cannot be read; what a log holds is read when it is asked for. A pipe is waited for. */
export async function givenFile(file: string): Promise<GivenFile> {
  const text = await evidenceText(file);
  return text === null ? logFile(file) : { is: 'evidence', name: file, text };
}

/** The same where nobody could end the wait for a pipe: only what stands on a disk is taken. */
export async function givenDiskFile(file: string): Promise<GivenFile> {
  if (!(await stat(file)).isFile()) throw new Error('it is no file, but a directory, a pipe or a device');
  return givenFile(file);
}

/** A file that is taken for one that holds records, whatever it begins with. */
export function logFile(file: string): GivenFile {
  return { is: 'log', name: file, read: take => verifyAuditFile({ file }, [], take) };
}
