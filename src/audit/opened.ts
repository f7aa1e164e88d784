/** Opens a log for every kind of reader. */
import { open, stat, type FileHandle } from 'node:fs/promises';

/** Opens a log for reading; rejects anything that is not a regular file. */
export async function openLog(file: string): Promise<FileHandle> {
  // Checked before opening, because opening a pipe waits for its writer.
  if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
  return open(file, 'r');
}
