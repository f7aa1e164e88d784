/** One server of a trial's MySQL cluster: its folder, its process, and the end of all of them. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processesIn, signal } from './cluster-folder.mjs';
import { memberConfig } from './mysql-config.mjs';
import { commandOf } from './mysql-install.mjs';
import { until } from './processes.mjs';
import { Failure, run } from './run.mjs';

/** @typedef {import('./mysql-install.mjs').MysqlPrograms} MysqlPrograms */

/** Nobody's settings; logs tell the time in the one zone in which no hour comes twice. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };

/**
 * Gives a member that does not run its configuration and an empty data folder, under the id that it has.
 * @param {MysqlPrograms} programs
 * @param {string} seed an empty data folder
 * @param {import('./mysql-config.mjs').MysqlMember} member
 * @param {import('./mysql-config.mjs').GroupShape} shape
 * @returns {Promise<void>}
 */
export async function prepareMember(programs, seed, member, shape) {
  const data = join(member.folder, 'data');
  mkdirSync(member.folder, { recursive: true, mode: 0o700 });
  rmSync(data, { recursive: true, force: true });
  await run('cp', ['-a', '--reflink=auto', '--sparse=always', seed, data]);
  writeFileSync(join(data, 'auto.cnf'), `[auto]\nserver-uuid=${member.id}\n`, { mode: 0o600 });
  writeFileSync(join(member.folder, 'my.cnf'), memberConfig(programs, member, shape), { mode: 0o600 });
}

/**
 * In a session of its own, so that a terminal's Ctrl-C does not reach it; killed by the system with this process.
 * @param {MysqlPrograms} programs
 * @param {string} folder of the member
 * @returns {import('node:child_process').ChildProcess}
 */
export function spawnServer(programs, folder) {
  const out = openSync(join(folder, 'out'), 'a');
  const server = [...commandOf(programs, 'mysqld'), `--defaults-file=${join(folder, 'my.cnf')}`];
  const child = spawn('setpriv', ['--pdeathsig=KILL', '--', ...server], {
    cwd: folder,
    env: ENVIRONMENT,
    detached: true,
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  child.on('error', () => undefined); // shows as a server that does not run
  return child;
}

/**
 * Kills whatever runs in a cluster's folder, also what was stopped, then removes the folder.
 * @param {string} folder
 * @returns {Promise<void>}
 */
export async function endMysqlCluster(folder) {
  const running = () => processesIn(folder).map(({ pid }) => pid);
  for (const pid of running()) signal(pid, 'SIGKILL');
  if (!(await until(() => running().length === 0, { timeout: 10_000, every: 20 })))
    throw new Failure(`Processes of the MySQL cluster in ${folder} did not end: ${running().join(', ')}.`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
