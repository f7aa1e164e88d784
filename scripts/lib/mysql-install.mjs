/**
 * MySQL for the real cluster: fetched as packages of another Debian suite, with every library that they need, into the
 * person's cache folder. Nothing is installed: the programs run by the dynamic loader that came with them, so it does
 * not matter which Debian this machine is. A folder of that name is complete or absent.
 */
import { existsSync, globSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildAside } from './cache.mjs';
import { downloadPackages } from './debian-packages.mjs';
import { cacheFolder } from './paths.mjs';
import { Failure, run } from './run.mjs';

/**
 * @typedef {object} MysqlPrograms
 * @property {string} version of the server: `9.7.4`
 * @property {string} root folder of the unpacked packages
 * @property {string} mysqld
 * @property {string} mysql the client
 * @property {string} loader by which both run
 * @property {string} libraries its search path
 * @property {string} plugins
 * @property {string} share messages and character sets
 */

/** The Debian suite that has it: released ones have MariaDB only. */
const SUITE = 'sid';

const PACKAGES = ['mysql-server-core', 'mysql-client-core'];

/** What the packages depend on for helper programs that are not needed here. */
const NOT_NEEDED = ['perl'];

/** What takes room and is not read by the two programs, below the root. */
const DROPPED = [
  join('usr', 'share', '{doc,man,locale,i18n,bug,lintian}'),
  join('usr', 'lib', '*', 'gconv'),
  join('usr', 'bin', '!(mysql)'),
];

/**
 * Returns an unpacked MySQL, fetching it when the cache does not hold it.
 * @param {(line: string) => void} say
 * @returns {Promise<MysqlPrograms>}
 * @throws {Failure} that says why it cannot be had here
 */
export async function ensureMysql(say) {
  const cache = cacheFolder();
  const found = unpackedMysql(cache);
  if (found !== undefined) return found;
  say(`Fetching MySQL (Debian ${SUITE}) into ${cache} …`);
  const root = await buildAside(cache, async aside => {
    const built = join(aside, 'mysql');
    const apt = join(aside, 'apt');
    for (const folder of [built, apt]) mkdirSync(folder);
    const files = await downloadPackages({
      what: 'MySQL',
      suite: SUITE,
      packages: PACKAGES,
      folder: apt,
      withDependencies: NOT_NEEDED,
    });
    for (const file of files) await run('dpkg', ['-x', file, built]);
    for (const pattern of DROPPED)
      for (const path of globSync(pattern, { cwd: built })) rmSync(join(built, path), { recursive: true });
    return { built, home: join(cache, `mysql-${await versionOfMysql(built)}`) };
  });
  return programsIn(root, await versionOfMysql(root));
}

/**
 * @param {string} cache
 * @returns {MysqlPrograms | undefined} the newest that the cache holds
 */
export function unpackedMysql(cache) {
  const version = (existsSync(cache) ? readdirSync(cache) : [])
    .flatMap(name => /^mysql-(\d+\.\d+\.\d+)$/u.exec(name)?.[1] ?? [])
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return version === undefined ? undefined : programsIn(join(cache, `mysql-${version}`), version);
}

/**
 * @param {MysqlPrograms} programs
 * @param {'mysqld' | 'mysql'} name
 * @returns {[file: string, ...args: string[]]} the beginning of a command that runs the program
 */
export function commandOf(programs, name) {
  return [programs.loader, '--library-path', programs.libraries, programs[name]];
}

/**
 * @param {string} root
 * @param {string} version
 * @returns {MysqlPrograms}
 */
function programsIn(root, version) {
  // Debian's merged /usr: some packages still carry /lib.
  const found = (/** @type {string} */ pattern) => globSync(pattern, { cwd: root }).map(path => join(root, path));
  const [loader] = found('{,usr/}lib*/{,*-linux-gnu*/}ld{-linux*,64}.so.*');
  if (loader === undefined) throw new Failure(`There is no dynamic loader in ${root}: remove that folder.`);
  return {
    version,
    root,
    loader,
    mysqld: join(root, 'usr', 'sbin', 'mysqld'),
    mysql: join(root, 'usr', 'bin', 'mysql'),
    libraries: found('{,usr/}lib/*-linux-gnu*').join(':'),
    plugins: join(root, 'usr', 'lib', 'mysql', 'plugin'),
    share: join(root, 'usr', 'share', 'mysql'),
  };
}

/**
 * @param {string} root
 * @returns {Promise<string>} the version of the server, by its own word: it also shows that it runs on this machine
 */
async function versionOfMysql(root) {
  const [file, ...args] = commandOf(programsIn(root, ''), 'mysqld');
  const output = await run(file, [...args, '--no-defaults', '--version']);
  const version = /Ver (\d+\.\d+\.\d+)/u.exec(output)?.[1];
  if (version === undefined) throw new Failure(`mysqld --version does not say its version:\n${output}`);
  return version;
}
