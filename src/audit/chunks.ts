/**
 * The bytes of a log, for everything that reads it. A record is written in two parts (`LogTail.append`), and readers do
 * not block the writer. So while the lock beside the log is held, an end without a newline counts as not yet written.
 * If the lock is free, an interrupted write left that end.
 */
import { realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isLocked } from '../files/lock.ts';
import { NEWLINE } from './chain.ts';
import { LOCK_FILE } from './location.ts';

const CHUNK_BYTES = 1024 * 1024;
/** A writer that is stopped in the middle of a record holds its lock for ever, so a reader waits only this long. */
const LONGEST_WAIT_MS = 5000;
const LOOK_AGAIN_MS = 5;

/**
 * The open log `file` from byte `from` to its current end. A chunk is valid until the next one is requested; meanwhile,
 * the next one is already being read.
 */
export async function* chunksOf(log: FileHandle, file: string, from = 0): AsyncGenerator<Buffer> {
  let chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let spare = Buffer.allocUnsafe(CHUNK_BYTES);
  let at = from;
  let isEnded = true;
  let isLast = false;
  let waitUntil = 0;
  let ahead: Promise<number> | null = null;
  const read = async (into: Buffer): Promise<number> => (await log.read(into, 0, into.length, at)).bytesRead;
  try {
    for (;;) {
      const bytesRead = await (ahead ?? read(chunk));
      ahead = null;
      if (bytesRead > 0) {
        at += bytesRead;
        isEnded = chunk[bytesRead - 1] === NEWLINE;
        isLast = false;
        waitUntil = performance.now() + LONGEST_WAIT_MS;
        // Reads ahead only after a full chunk: the end must be read after the wait, not before.
        if (bytesRead === chunk.length) {
          ahead = read(spare);
          // The read is awaited above or below, but may fail before that.
          ahead.catch(() => undefined);
        }
        yield chunk.subarray(0, bytesRead);
        if (ahead !== null) [chunk, spare] = [spare, chunk];
        continue;
      }
      if (isEnded || isLast) return;
      // Reads once more after the lock was free: only that read shows that no writer was about to finish the line.
      isLast = !(await mayBeHeld(file)) || performance.now() >= waitUntil;
      if (!isLast) await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } finally {
    // A reader that stops early closes the file next.
    await ahead?.catch(() => undefined);
  }
}

/**
 * Whether a writer may be working on a log. If the lock cannot be checked (no permission, no SQLite), a writer may be.
 */
async function mayBeHeld(file: string): Promise<boolean> {
  try {
    return isLocked(path.join(path.dirname(await realpath(file)), LOCK_FILE));
  } catch {
    return true;
  }
}
