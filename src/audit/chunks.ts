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
 * for.
 */
export async function* chunksOf(log: FileHandle, file: string, from = 0): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let at = from;
  let isEnded = true;
  let isLast = false;
  let waitUntil = 0;
  for (;;) {
    const { bytesRead } = await log.read(chunk, 0, chunk.length, at);
    if (bytesRead > 0) {
      at += bytesRead;
      isEnded = chunk[bytesRead - 1] === NEWLINE;
      isLast = false;
      waitUntil = performance.now() + LONGEST_WAIT_MS;
      yield chunk.subarray(0, bytesRead);
      continue;
    }
    if (isEnded || isLast) return;
    // Read once more after the lock was seen free: only that shows that nobody was about to finish the line.
    isLast = !(await mayBeHeld(file)) || performance.now() >= waitUntil;
    if (!isLast) await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS));
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
