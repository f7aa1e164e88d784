/**
 * The folder of a trial cluster, below which everything that it runs works: that, and no name, is how it is found and
 * ended, whatever was killed before.
 */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode, identity, processes } from './processes.mjs';

/**
 * Root's own temporary folder may be closed to the account that PostgreSQL runs under, and its sockets' paths may have
 * 107 bytes at most.
 */
function parent() {
  return process.getuid?.() === 0 || tmpdir().length > 40 ? '/tmp' : tmpdir();
}

/** @param {string} folder */
function ownerFile(folder) {
  return join(folder, 'owner.json');
}

/**
 * @param {string} prefix of its name
 * @returns {string} a new folder, which this process owns
 */
export function newClusterFolder(prefix) {
  const folder = mkdtempSync(join(parent(), prefix));
  // Whole or not there: another run that starts now reads it.
  writeFileSync(`${ownerFile(folder)}.new`, JSON.stringify({ pid: process.pid, identity: identity(process.pid) }));
  renameSync(`${ownerFile(folder)}.new`, ownerFile(folder));
  return folder;
}

/**
 * @param {string} folder
 * @returns {{ pid: number, folder: string }[]} running processes that work in this folder or below it
 */
export function processesIn(folder) {
  return processes().flatMap(({ pid }) => {
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return cwd === folder || cwd.startsWith(`${folder}/`) ? [{ pid, folder: cwd }] : [];
    } catch {
      return []; // ended, or another account's
    }
  });
}

/**
 * Signals a process, if it is still there.
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * Ends what runs that were killed have left.
 * @param {string} prefix of the folders' names
 * @param {(folder: string) => Promise<void>} end
 * @returns {Promise<void>}
 */
export async function endAbandoned(prefix, end) {
  for (const name of readdirSync(parent()).filter(each => each.startsWith(prefix))) {
    const folder = join(parent(), name);
    try {
      if (!existsSync(ownerFile(folder)) || statSync(ownerFile(folder)).uid !== process.getuid?.()) continue;
      const owner = JSON.parse(readFileSync(ownerFile(folder), 'utf8'));
      if (identity(owner.pid) !== owner.identity) await end(folder);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error; // another run has just removed it
    }
  }
}
