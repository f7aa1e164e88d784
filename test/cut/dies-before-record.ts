/**
 * Loaded into a real program with NODE_OPTIONS=--import: ends it, as a power switch would, when it reaches for the lock of its audit log for
 * the n-th time, which is before it writes its n-th record. The program itself knows nothing of it.
 */
import { DatabaseSync } from 'node:sqlite';

const last = Number(process.env['DIES_BEFORE_RECORD']);
const prototype: { exec: (this: DatabaseSync, sql: string) => void } = DatabaseSync.prototype;
const { exec } = prototype;
let records = 0;
prototype.exec = function execOrDie(sql: string): void {
  if (sql === 'BEGIN IMMEDIATE') records += 1;
  if (records === last) process.kill(process.pid, 'SIGKILL');
  exec.call(this, sql);
};
