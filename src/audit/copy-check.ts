/**
 * Compares the second copy of a log with the log, for verification. Reads both files once, in constant memory; writes
 * nothing and takes no lock.
 */
import { open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { AuditCopyVerdict } from '../control-plane/model/audit-reader.ts';
import { isLocked } from '../files/lock.ts';
import { causeOf } from './causes.ts';
import { NEWLINE } from './chain.ts';
import { LOCK_FILE } from './location.ts';

const CHUNK_BYTES = 1024 * 1024;
/**
 * A writer appends to the log first. While it holds the lock it may be about to append to the copy, so the check waits,
 * but only this long.
 */
const LONGEST_WAIT_MS = 5000;
const LOOK_AGAIN_MS = 5;

/** Never rejects: an unreadable file is a verdict, too. */
export async function compareCopy(log: string, copy: string): Promise<AuditCopyVerdict> {
  const verdict = (kind: AuditCopyVerdict['kind'], message: string, more: Partial<AuditCopyVerdict> = {}) => ({
    path: copy,
    kind,
    message,
    line: null,
    behind: null,
    ...more,
  });
  try {
    await using own = await openFile(copy);
    await using other = await openFile(log);
    if (await isOneFile(own, other))
      return verdict('unreadable', `${copy} is the log itself: it is not a second copy.`);
    const waitUntil = performance.now() + LONGEST_WAIT_MS;
    // The end of the log at a moment when nobody was writing; a copy that is not behind must reach it.
    let settled = 0;
    for (let at = 0; ; ) {
      // The size of the copy is read first: then the log holds at least as much.
      const { size } = await own.stat();
      const difference = await firstDifference(own, other, at, size);
      if (difference !== null) return await differing(verdict, other, difference);
      if ((await own.stat()).size < size) throw new Error(`${copy}: it was cut while it was compared`);
      at = size;
      const end = (await other.stat()).size;
      if (end === at) return verdict('same', 'The second copy holds the same bytes as the log.', { behind: 0n });
      if (at < settled || performance.now() >= waitUntil) {
        const behind = await newlinesIn(other, at, end);
        return verdict('behind', `The second copy is the beginning of the log, ${recordsIn(behind)} behind.`, {
          behind,
        });
      }
      // Checks once more after the lock was free: only that shows that no writer was about to go on.
      settled = mayBeHeld(log) ? 0 : end;
      if (settled === 0) await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } catch (error) {
    return verdict('unreadable', `The second copy could not be compared with the log: ${causeOf(error)}.`);
  }
}

/** A byte at which the copy differs from the log; `missing`: the log ends there. */
interface Difference {
  readonly at: number;
  readonly missing: boolean;
}

async function differing(
  verdict: (kind: AuditCopyVerdict['kind'], message: string, more: Partial<AuditCopyVerdict>) => AuditCopyVerdict,
  log: FileHandle,
  { at, missing }: Difference,
): Promise<AuditCopyVerdict> {
  const line = (await newlinesIn(log, 0, at)) + 1n;
  return missing
    ? verdict('longer', 'The second copy holds more than the log: the log was cut, or is another one.', { line })
    : verdict('differs', `The second copy differs from the log at line ${line}: one of them was edited.`, { line });
}

async function firstDifference(
  own: FileHandle,
  other: FileHandle,
  from: number,
  to: number,
): Promise<Difference | null> {
  const bytes = Math.min(CHUNK_BYTES, to - from);
  const [mine, theirs] = [Buffer.allocUnsafe(bytes), Buffer.allocUnsafe(bytes)] as const;
  for (let at = from; at < to; ) {
    const wanted = Math.min(bytes, to - at);
    const [count, there] = await Promise.all([filled(own, mine, wanted, at), filled(other, theirs, wanted, at)]);
    const shared = Math.min(count, there);
    if (!mine.subarray(0, shared).equals(theirs.subarray(0, shared)))
      return { at: at + mine.subarray(0, shared).findIndex((byte, index) => byte !== theirs[index]), missing: false };
    if (there < count) return { at: at + there, missing: true };
    if (count < wanted) return null; // the file was cut in the meantime
    at += count;
  }
  return null;
}

/** How many bytes the file has at `position`, up to `wanted`. */
async function filled(file: FileHandle, into: Buffer, wanted: number, position: number): Promise<number> {
  let count = 0;
  while (count < wanted) {
    const { bytesRead } = await file.read(into, count, wanted - count, position + count);
    if (bytesRead === 0) break;
    count += bytesRead;
  }
  return count;
}

async function newlinesIn(file: FileHandle, from: number, to: number): Promise<bigint> {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, to - from)));
  let count = 0n;
  for (let at = from; at < to; ) {
    const bytes = await filled(file, chunk, Math.min(chunk.length, to - at), at);
    if (bytes === 0) break;
    const found = chunk.subarray(0, bytes);
    for (let place = found.indexOf(NEWLINE); place >= 0; place = found.indexOf(NEWLINE, place + 1)) count += 1n;
    at += bytes;
  }
  return count;
}

function recordsIn(count: bigint): string {
  return count === 1n ? '1 record' : `${count} records`;
}

async function openFile(file: string): Promise<FileHandle> {
  // Checked before opening, because opening a pipe waits for its writer.
  const stats = await stat(file).catch((error: unknown) => Promise.reject(new Error(`${file}: ${causeOf(error)}`)));
  if (!stats.isFile()) throw new Error(`${file}: it is not a regular file`);
  return open(file, 'r').catch((error: unknown) => Promise.reject(new Error(`${file}: ${causeOf(error)}`)));
}

async function isOneFile(one: FileHandle, other: FileHandle): Promise<boolean> {
  const [own, theirs] = await Promise.all([one.stat({ bigint: true }), other.stat({ bigint: true })]);
  return own.dev === theirs.dev && own.ino === theirs.ino;
}

/** If the lock cannot be checked (no permission, no SQLite), a writer may hold it. */
function mayBeHeld(log: string): boolean {
  try {
    return isLocked(path.join(path.dirname(log), LOCK_FILE));
  } catch {
    return true;
  }
}
