/**
 * Patroni, etcd and PostgreSQL for the real cluster: found, or installed from Debian's packages; Patroni also in
 * another version than the machine's.
 */
import { existsSync, globSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from './debian-install.mjs';
import { ensureUnpackedPatroni, patroniIn, patroniLine, versionOfPatroni } from './patroni-versions.mjs';
import { Failure, onPath } from './run.mjs';

/**
 * The machine's own programs.
 * @typedef {object} MachinePrograms
 * @property {string} patroni
 * @property {string} etcd
 * @property {string} setpriv
 * @property {string} postgres the folder of PostgreSQL's programs, the newest that is there
 */

/**
 * @typedef {MachinePrograms & { version: string, root?: string }} PatroniPrograms version: of Patroni; root: of the
 *   unpacked package that it is in, where it is not the machine's own
 */

/** Debian's packages of all of them. */
export const PATRONI_PACKAGES = ['patroni', 'python3-etcd', 'etcd-server', 'postgresql'];

/** @returns {MachinePrograms | undefined} nothing when one of them is missing */
function findPatroni() {
  const [patroni, etcd, setpriv] = [onPath('patroni'), onPath('etcd'), onPath('setpriv')];
  const postgres = globSync('/usr/lib/postgresql/*/bin')
    .filter(folder => existsSync(join(folder, 'initdb')))
    .toSorted((a, b) => versionOf(a) - versionOf(b))
    .at(-1);
  if (patroni === undefined || etcd === undefined || setpriv === undefined || postgres === undefined) return undefined;
  return { patroni, etcd, setpriv, postgres };
}

/** @param {string} folder */
function versionOf(folder) {
  return Number(folder.split('/')[4]);
}

/**
 * Finds the programs or, as root on Debian, installs their packages. None of them is started by that.
 * @param {(line: string) => void} say
 * @param {string} [wanted] a version of Patroni by its first numbers; fetched where it is not the machine's own, which
 *   is taken without it
 * @returns {Promise<PatroniPrograms>}
 * @throws {Failure} that says what is missing and how to get it
 */
export async function ensurePatroni(say, wanted) {
  const machine = await ensureMachinePrograms(say);
  const own = await versionOfPatroni(machine.patroni, undefined);
  if (wanted === undefined || own.startsWith(`${patroniLine(wanted)}.`)) return { ...machine, version: own };
  const { root, version } = await ensureUnpackedPatroni(wanted, say);
  return { ...machine, patroni: patroniIn(root), root, version };
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<MachinePrograms>}
 */
async function ensureMachinePrograms(say) {
  const found = findPatroni();
  if (found !== undefined) return found;
  const missing = 'There are no Patroni, etcd and PostgreSQL here';
  await withoutServices(() => installPackages(PATRONI_PACKAGES, { missing, say }));
  const installed = findPatroni();
  if (installed === undefined)
    throw new Failure(`apt-get installed ${PATRONI_PACKAGES.join(', ')}, but not all of their programs were found.`);
  return installed;
}

/**
 * Debian's packages start their servers when they are installed, unless this file says no. One that is there already is
 * the machine's own.
 * @param {() => Promise<void>} work
 */
async function withoutServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}
