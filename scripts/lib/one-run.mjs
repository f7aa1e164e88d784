/**
 * One `npm start` at a time for a person. The claim is a lock that the operating system gives back when its holder
 * dies, however it dies (lock-file packages guess that from the age of a file); what such a run has left running is
 * written beside it and ended by the next.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { endGroup, identity } from './processes.mjs';

/**
 * @typedef {{ pid: number, identity: string }} Process
 * @typedef {{ pid: number, where: string, groups: readonly Process[] }} Run
 */

/** The claim of this process to be the only one that runs. */
export class OneRun {
  #folder;
  /** @type {DatabaseSync | undefined} */
  #lock;
  /** @type {Run} */
  #run = { pid: process.pid, where: 'still starting', groups: [] };

  /** @param {string} folder */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * Takes the lock and ends what an earlier run was killed over.
   * @returns {Promise<Run | undefined>} the run that is there already, or nothing when this is the only one
   */
  async claim() {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const lock = new DatabaseSync(join(this.#folder, 'run.lock'), { timeout: 0 });
    try {
      lock.exec('BEGIN IMMEDIATE');
    } catch (error) {
      lock.close();
      const busy = 5;
      if (error instanceof Error && 'errcode' in error && error.errcode === busy)
        return this.#read() ?? { pid: 0, where: 'still starting', groups: [] };
      throw error;
    }
    this.#lock = lock;
    await endGroups(this.#read());
    this.#write(this.#run);
    return undefined;
  }

  /** @param {string} where the person finds this run */
  isAt(where) {
    this.#write({ ...this.#run, where });
  }

  /** @param {number} pid of the leader of a process group that ends with this run */
  owns(pid) {
    if (this.#run.groups.some(group => group.pid === pid)) return;
    this.#write({ ...this.#run, groups: [...this.#run.groups, { pid, identity: identity(pid) ?? 'gone' }] });
  }

  release() {
    if (this.#lock === undefined) return;
    rmSync(this.#file, { force: true });
    this.#lock.close();
    this.#lock = undefined;
  }

  get #file() {
    return runFile(this.#folder);
  }

  /** @param {Run} run */
  #write(run) {
    this.#run = run;
    const aside = `${this.#file}.new`;
    writeFileSync(aside, JSON.stringify(run), { mode: 0o600 });
    renameSync(aside, this.#file);
  }

  #read() {
    return readRun(this.#folder);
  }
}

/**
 * Ends what the run of this process has left, where no later run has begun since.
 * @param {string} folder
 * @param {number} pid
 * @returns {Promise<void>}
 */
export async function endLeft(folder, pid) {
  const run = readRun(folder);
  if (run?.pid === pid) await endGroups(run);
}

/**
 * @param {Run | undefined} run that has ended
 * @returns {Promise<void>}
 */
async function endGroups(run) {
  for (const { pid, identity: known } of run?.groups ?? []) {
    // The system gives no process the id of a group that still has members: without a leader it is still the old group.
    if ([known, undefined].includes(identity(pid))) await endGroup(pid, 5000);
  }
}

/** @param {string} folder */
function runFile(folder) {
  return join(folder, 'run.json');
}

/**
 * @param {string} folder
 * @returns {Run | undefined} nothing where none is written there whole
 */
function readRun(folder) {
  try {
    return JSON.parse(readFileSync(runFile(folder), 'utf8'));
  } catch {
    return undefined;
  }
}
