/** Locks the data directories, so that one process alone writes to each. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock } from '../files/lock.ts';
import { UsageError, nodeDirectory } from './config.ts';
import { messageOf } from './vocabulary.ts';

/** Long enough for another start to take the lock or to let go of it, in milliseconds. */
const PATIENCE_MS = 100;

/** The lock is the process's until it ends: the operating system releases it, however that comes about. */
function take(file: string, what: string): FileLock {
  const lock = new FileLock(file, PATIENCE_MS);
  let taken: boolean;
  try {
    taken = lock.tryAcquire();
  } catch (error) {
    throw new UsageError(`${file} cannot be locked: ${messageOf(error)}. Nothing was started.`);
  }
  if (!taken)
    throw new UsageError(`${what} is in use by ${lock.holder}. End it first; two processes never share one directory.`);
  return lock;
}

/** One process per data directory: two writers would tear the log. */
export function lockDirectory(data: string, name: string): FileLock {
  const directory = nodeDirectory(data, name);
  mkdirSync(directory, { recursive: true });
  return take(join(directory, 'node.lock'), `The data directory of ${name} in ${data}`);
}

/** The launcher's lock is on `cluster.json`, which no other may write meanwhile. */
export const CLUSTER_LOCK = 'cluster.lock';

/** One launcher per cluster. */
export function lockCluster(data: string): FileLock {
  return take(join(data, CLUSTER_LOCK), `The cluster in ${data}`);
}
