/**
 * Loaded into a real program with NODE_OPTIONS=--import: when it reaches for the lock of its audit log for the n-th
 * time, which is before it writes its n-th record, it ends, as a power switch would end it (DIES_BEFORE_RECORD), or
 * finds the lock taken by another from then on (WAITS_BEFORE_RECORD). The program itself knows nothing of it.
 */
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;
const DIES_BEFORE = Number(process.env['DIES_BEFORE_RECORD'] ?? Infinity);
const WAITS_BEFORE = Number(process.env['WAITS_BEFORE_RECORD'] ?? Infinity);
const prototype: { exec: (this: DatabaseSync, sql: string) => void } = DatabaseSync.prototype;
const { exec } = prototype;
let records = 0;
prototype.exec = function execOrEnd(sql: string): void {
  if (sql === 'BEGIN EXCLUSIVE') {
    records += 1;
    if (records === DIES_BEFORE) process.kill(process.pid, 'SIGKILL');
    if (records >= WAITS_BEFORE) throw Object.assign(new Error('database is locked'), { errcode: SQLITE_BUSY });
  }
  exec.call(this, sql);
};
