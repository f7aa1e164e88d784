/** Opens a log for everything that reads it. */
import { open, stat, type FileHandle } from 'node:fs/promises';

/** Opens a log for reading; rejects where something else than a regular file stands. */
export async function openLog(file: string): Promise<FileHandle> {
  // Asked before opening: to open a pipe is to wait for its writer.
  if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
  return open(file, 'r');
}
