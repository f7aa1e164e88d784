/** Tells an answer of a kernel that was saved (`--json`) from a file that holds records of a log. */
import { open, stat } from 'node:fs/promises';
import { MAX_LINE_BYTES } from './chain.ts';

const BEGINNING_BYTES = 256;
/** No answer of a kernel is larger, and it is held in memory. */
const MOST_BYTES = 4 * MAX_LINE_BYTES;

/**
 * The text of a file that begins as saved answers do; `null` for every other one, a pipe included. Rejects where it
 * cannot be read.
 */
export async function evidenceText(file: string): Promise<string | null> {
  // Asked before opening: to open a pipe is to wait for its writer.
  if (!(await stat(file)).isFile()) return null;
  await using opened = await open(file, 'r');
  const { buffer, bytesRead } = await opened.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
  const beginning = buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
  if (!/^\s*\{\s*"format"\s*:\s*"aerodb-control\//.test(beginning)) return null;
  const { size } = await opened.stat();
  if (size > MOST_BYTES) throw new Error(`it is larger than any answer of a kernel (${MOST_BYTES} bytes)`);
  return (await opened.readFile('utf8')).replace(/^\ufeff/, '');
}
