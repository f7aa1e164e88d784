/** Locks the data directories, so that only one process writes to each. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FileLock } from '../files/lock.ts';
import { UsageError, nodeDirectory } from './config.ts';
import { messageOf } from './vocabulary.ts';

/** Milliseconds; enough for another start to take or release the lock. */
const PATIENCE_MS = 100;

/** This process holds the lock until it ends: the operating system then releases it, whatever the reason. */
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

/** One process for each data directory: two writers would damage the log. */
export function lockDirectory(data: string, name: string): FileLock {
  const directory = nodeDirectory(data, name);
  mkdirSync(directory, { recursive: true });
  return take(join(directory, 'node.lock'), `The data directory of ${name} in ${data}`);
}

/** The launcher's lock protects `cluster.json`. */
export const CLUSTER_LOCK = 'cluster.lock';

/** One launcher for each cluster. */
export function lockCluster(data: string): FileLock {
  return take(join(data, CLUSTER_LOCK), `The cluster in ${data}`);
}
