/** Another process that holds the lock of an audit log: whoever wants to record something has to wait. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { LOCK_FILE } from '../../src/audit/location.ts';

/**
 * Holds the lock of the log in `directory` until the returned function is called. Throws where another holds it at this
 * moment.
 */
export function holdLock(directory: string): () => void {
  const lock = new DatabaseSync(join(directory, LOCK_FILE), { timeout: 1_000 });
  lock.exec('PRAGMA journal_mode=MEMORY');
  lock.exec('BEGIN EXCLUSIVE');
  return () => lock.close();
}
