/**
 * Whole Debian systems of other suites, unpacked into the person's cache folder by debootstrap, with Debian's own
 * Patroni, etcd and PostgreSQL in them. What runs in one has mounts and processes of its own, which the system ends
 * with it: nothing stays mounted, and nothing running.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildAside } from './cache.mjs';
import { debianMirror, KEYRING } from './debian-mirror.mjs';
import { PATRONI_PACKAGES } from './patroni-install.mjs';
import { cacheFolder } from './paths.mjs';
import { Failure, onPath, run } from './run.mjs';

/** Beside the smallest Debian: what verifies a mirror's certificate, and what the tests call. */
const INCLUDED = ['ca-certificates', 'openssl', 'procps'];

/** How debootstrap builds every Debian of these years; it knows newer ones than itself by no name. */
const RECIPE = '/usr/share/debootstrap/scripts/sid';

/** Which certificate authorities this machine trusts: a mirror may be reached through one that only it knows. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Where a program looks for what it calls, in a system of its own. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Mounts what a system needs, and each folder that it shares with this one at the place where it is here; then runs a
 * command in it.
 */
const ENTER = `set -e
root=$1; shift
mkdir -p "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while [ "$1" != -- ]; do mkdir -p "$root$1"; mount --bind "$1" "$root$1"; shift; done; shift
cd /
chroot "$root" "$@"`;

/**
 * @param {string} suite
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the root folder of the system, which is made where the cache does not hold it
 * @throws {Failure} when it cannot be made
 */
export async function ensureDebianSystem(suite, say) {
  const cache = cacheFolder();
  const home = join(cache, `debian-${suite}`);
  if (existsSync(home)) return home;
  if (process.getuid?.() !== 0) throw new Failure('Only root can unpack and enter another Debian system.');
  const debootstrap = await ensureDebootstrap(say);
  const mirror = await debianMirror(onPath('apt-get') ?? 'apt-get');
  say(`Unpacking Debian ${suite} with Patroni, etcd and PostgreSQL (700 MB) into ${home} …`);
  const started = performance.now();
  await buildAside(cache, async aside => {
    const built = join(aside, 'system');
    // What it mounts meanwhile is gone with it, however it ends.
    await run('unshare', [
      '--mount',
      debootstrap,
      '--variant=minbase',
      `--keyring=${KEYRING}`,
      `--include=${INCLUDED.join(',')}`,
      suite,
      built,
      mirror,
      RECIPE,
    ]);
    await takeOver(built);
    writeFileSync(join(built, 'usr', 'sbin', 'policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await runIn(built, ['apt-get', 'update', '-qq']);
    await runIn(built, ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...PATRONI_PACKAGES]);
    await runIn(built, ['apt-get', 'clean']);
    return { built, home };
  });
  say(`Debian ${suite} unpacked in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
  return home;
}

/**
 * The command that runs a program in a system. The program sees its own processes only; when it ends, all of them do.
 * @param {string} system root folder
 * @param {readonly string[]} command
 * @param {{ shared?: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv }} [options] shared: folders that are
 *   there as they are here
 * @returns {[file: string, ...args: string[]]}
 */
export function inSystem(system, command, { shared = [], cwd = '/', env = {} } = {}) {
  const variables = Object.entries({ HOME: '/root', PATH: SYSTEM_PATH, LC_ALL: 'C.UTF-8', ...env }).map(
    ([name, value]) => `${name}=${value ?? ''}`,
  );
  return [
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    ENTER,
    'sh',
    system,
    ...shared,
    '--',
    'env',
    '-i',
    '-C',
    cwd,
    ...variables,
    ...command,
  ];
}

/**
 * @param {string} system
 * @param {readonly string[]} command
 */
async function runIn(system, command) {
  const [file, ...args] = inSystem(system, command, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  await run(file, args);
}

/**
 * How this machine reaches its mirror, and what its apt believes of it, holds in the system too.
 * @param {string} system
 */
async function takeOver(system) {
  for (const file of ['/etc/resolv.conf', AUTHORITIES].filter(existsSync)) {
    mkdirSync(dirname(join(system, file)), { recursive: true });
    copyFileSync(file, join(system, file));
  }
  const settings = (await run('apt-config', ['dump']))
    .split('\n')
    .filter(line => /^Acquire::(?:Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|https?)\b/u.test(line));
  writeFileSync(join(system, 'etc', 'apt', 'apt.conf.d', '90machine'), settings.map(line => `${line}\n`).join(''));
}

/**
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the program debootstrap
 */
async function ensureDebootstrap(say) {
  const found = onPath('debootstrap');
  if (found !== undefined) return found;
  const apt = onPath('apt-get');
  if (apt === undefined)
    throw new Failure('There is no debootstrap here: install it (Debian: apt-get install debootstrap).');
  say("Installing Debian's debootstrap …");
  await run(apt, ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', 'debootstrap'], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return onPath('debootstrap') ?? '/usr/sbin/debootstrap';
}

/**
 * @param {string} suite
 * @returns {boolean} whether this machine is that Debian itself
 */
export function isDebian(suite) {
  return (
    existsSync('/etc/os-release') &&
    new RegExp(`^VERSION_CODENAME="?${suite}"?$`, 'mu').test(readFileSync('/etc/os-release', 'utf8'))
  );
}

/**
 * @param {string} system root folder
 * @returns {Promise<{ version: string, postgres: string }>} the version of Patroni in it, and the folder of PostgreSQL
 */
export async function patroniOfSystem(system) {
  const [file, ...args] = inSystem(system, ['sh', '-c', 'patroni --version; echo /usr/lib/postgresql/*']);
  const output = await run(file, args);
  const [, version, postgres] = /^patroni (\S+)\n(\/usr\/lib\/postgresql\/\d+)$/mu.exec(output) ?? [];
  if (version === undefined || postgres === undefined)
    throw new Failure(`The Debian in ${system} has not both Patroni and PostgreSQL:\n${output}`);
  return { version, postgres };
}
