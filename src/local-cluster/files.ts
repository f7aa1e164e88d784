/** Every write of this program to its data directory goes through this file, under the directory's lock. */
import { readFileSync } from 'node:fs';
import type { FileLock } from '../files/lock.ts';
import { replaceWhole } from '../files/replacement.ts';
import { appendWhole } from '../files/whole.ts';
import { crashPoint, onFsync, writeToDisk } from './faults.ts';

/** One process writes to one directory, so its lock lives in this module. */
let lock: FileLock | null = null;

/** From now on this process writes only while it holds this lock. */
export function writeUnder(held: FileLock): void {
  lock = held;
}

/** The lock on a removed file excludes nobody: another process may have begun to write here. */
function assertExclusive(): void {
  if (lock?.isHeld() === false)
    throw new Error('the lock file of the data directory was removed or replaced while it was held');
}

/**
 * Appends all of `bytes` to an open file that ends at `end`. Throws if only a part was written, if another process
 * wrote to the file, or if this process no longer holds the directory.
 */
export function append(handle: number, bytes: Buffer, end: number): void {
  assertExclusive();
  appendWhole(handle, bytes, end, writeToDisk);
  assertExclusive();
}

/**
 * Replaces a file whole or not at all (P6-F2): writes beside it, fsyncs, renames over it, fsyncs the directory. `name`
 * begins the names of the crash points `<name>-write`, `<name>-fsync`, `<name>-rename`, `<name>-directory`, each before
 * its step.
 */
export function replaceFile(path: string, content: string | Buffer, name: string): void {
  replaceWhole(path, content, {
    beside: `${path}.new`,
    write: writeToDisk,
    before: step => {
      crashPoint(`${name}-${step}`);
      if (step === 'write' || step === 'rename') assertExclusive();
      if (step === 'fsync') onFsync();
    },
  });
}

/** The text of a file; null if there is none. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
