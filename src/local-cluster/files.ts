/** Every write of this program to its data directory goes through this file, under the lock that it holds. */
import { readFileSync } from 'node:fs';
import type { FileLock } from '../files/lock.ts';
import { replaceWhole } from '../files/replacement.ts';
import { appendWhole } from '../files/whole.ts';
import { crashPoint, onFsync, writeToDisk } from './faults.ts';

/** One process writes to one directory, so its lock is the module's. */
let lock: FileLock | null = null;

/** From here on this process writes only while it holds this lock. */
export function writeUnder(held: FileLock): void {
  lock = held;
}

/** A holder of a removed lock file excludes nobody: another process may have begun to write here. */
function assertExclusive(): void {
  if (lock?.isHeld() === false)
    throw new Error('the lock file of the data directory was removed or replaced while it was held');
}

/**
 * Appends all of `bytes` to an open file that ends at `end`; throws where a part is missing, another wrote to it, or
 * the directory is no longer this process's.
 */
export function append(handle: number, bytes: Buffer, end: number): void {
  assertExclusive();
  appendWhole(handle, bytes, end, writeToDisk);
  assertExclusive();
}

/**
 * Replaces a file whole or not at all (P6-F2): written beside it, fsynced, renamed over it, directory fsynced. `name`
 * names the crash points `<name>-write`, `<name>-fsync`, `<name>-rename`, `<name>-directory`, each before its step.
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

/** The text of a file, or null where there is none. */
export function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
