/** Tells a saved answer of a kernel (`--json`) from a file that holds records of a log. */
import { open, stat } from 'node:fs/promises';
import { MAX_LINE_BYTES } from './chain.ts';

const BEGINNING_BYTES = 256;
/** The largest accepted answer: it is held in memory, and no kernel's answer is larger. */
const MOST_BYTES = 4 * MAX_LINE_BYTES;

/**
 * The text of a file that begins as saved answers do; `null` for every other file, and for a pipe. Rejects if the file
 * cannot be read.
 */
export async function evidenceText(file: string): Promise<string | null> {
  // Checked before opening, because opening a pipe waits for its writer.
  if (!(await stat(file)).isFile()) return null;
  await using opened = await open(file, 'r');
  const { buffer, bytesRead } = await opened.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
  const beginning = buffer.toString('utf8', 0, bytesRead).replace(/^\ufeff/, '');
  if (!/^\s*\{\s*"format"\s*:\s*"aerodb-control\//.test(beginning)) return null;
  const { size } = await opened.stat();
  if (size > MOST_BYTES) throw new Error(`it is larger than any answer of a kernel (${MOST_BYTES} bytes)`);
  return (await opened.readFile('utf8')).replace(/^\ufeff/, '');
}
