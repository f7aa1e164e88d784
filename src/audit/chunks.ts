/**
 * The bytes of a log, for everything that reads it. A record is written in two parts (`LogTail.append`), and no reader
 * holds anybody up: so an end without its newline is not there yet while the lock beside the log is held. Where it is
 * free, an interrupted write left that end.
 */
import { realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { isLocked } from '../files/lock.ts';
import { NEWLINE } from './chain.ts';
import { LOCK_FILE } from './location.ts';

const CHUNK_BYTES = 1024 * 1024;
/** A writer that was stopped in the middle of a record holds its lock for ever, a reader for this long. */
const LONGEST_WAIT_MS = 5000;
const LOOK_AGAIN_MS = 5;

/**
 * What stands in the open log `file` from byte `from` to its present end. A chunk is valid until the next one is asked
 * for; while it is looked at, the next one is already being read.
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
        // Only behind a full one: an end has to be read when it is waited for, not before.
        if (bytesRead === chunk.length) {
          ahead = read(spare);
          // Awaited above or below; it may fail before that.
          ahead.catch(() => undefined);
        }
        yield chunk.subarray(0, bytesRead);
        if (ahead !== null) [chunk, spare] = [spare, chunk];
        continue;
      }
      if (isEnded || isLast) return;
      // Read once more after the lock was seen free: only that shows that nobody was about to finish the line.
      isLast = !(await mayBeHeld(file)) || performance.now() >= waitUntil;
      if (!isLast) await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } finally {
    // Whoever stops early closes the file next.
    await ahead?.catch(() => undefined);
  }
}

/** Whether a writer may be at work on a log. A lock that cannot be asked for (no permission, no SQLite) may be held. */
async function mayBeHeld(file: string): Promise<boolean> {
  try {
    return isLocked(path.join(path.dirname(await realpath(file)), LOCK_FILE));
  } catch {
    return true;
  }
}
