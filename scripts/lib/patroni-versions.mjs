/**
 * The versions of Patroni that this project is tested with, each as Debian has it. One that is not this machine's own
 * is fetched as another Debian suite's package, through the mirror and the keys of this machine's apt, into the
 * person's cache folder; nothing is installed. Patroni is plain Python: it runs on this machine's Python and
 * PostgreSQL. A folder of that name is complete or absent.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildAside } from './cache.mjs';
import { downloadPackages } from './debian-packages.mjs';
import { cacheFolder } from './paths.mjs';
import { Failure, run } from './run.mjs';

/** A version by its first two numbers, and the Debian suite that has it; the newest last. */
export const RELEASES = /** @type {const} */ ([
  { line: '3.0', suite: 'bookworm' },
  { line: '4.0', suite: 'trixie' },
  { line: '4.1', suite: 'forky' },
]);

/** The newest version that this project is tested with. */
export const NEWEST_PATRONI = '4.1';

/** The environment variable that chooses one of them for the tests; this machine's own without it. */
export const PATRONI_VARIABLE = 'AERODB_PATRONI';

/** Patroni's modules below the root of an unpacked package. */
const MODULES = join('usr', 'lib', 'python3', 'dist-packages');

/**
 * @param {string} text as a person writes it
 * @returns {string} one of the lines above
 * @throws {Failure} when it is none of them
 */
export function patroniLine(text) {
  const found = RELEASES.find(({ line }) => text === line || text.startsWith(`${line}.`));
  if (found === undefined)
    throw new Failure(`There is no Patroni "${text}" here: there are ${RELEASES.map(({ line }) => line).join(', ')}.`);
  return found.line;
}

/**
 * @param {string} patroni its program
 * @param {string | undefined} root of the unpacked package that it is in; undefined for the machine's own
 * @returns {Promise<string>} its version, by its own word: it also shows that it runs on this machine's Python
 */
export async function versionOfPatroni(patroni, root) {
  const output = await run(patroni, ['--version'], { env: { ...process.env, ...patroniEnvironment(root) } });
  const version = /^patroni (\d+\.\d+\.\d+\S*)$/mu.exec(output)?.[1];
  if (version === undefined) throw new Failure(`${patroni} --version does not say its version:\n${output}`);
  return version;
}

/**
 * @param {string | undefined} root of an unpacked package
 * @returns {{ PYTHONPATH?: string }} what its programs need
 */
export function patroniEnvironment(root) {
  return root === undefined ? {} : { PYTHONPATH: join(root, MODULES) };
}

/**
 * @param {string} root of an unpacked package
 * @returns {string}
 */
export function patroniIn(root) {
  return join(root, 'usr', 'bin', 'patroni');
}

/**
 * Returns an unpacked Patroni, fetching it when the cache does not hold it.
 * @param {string} line
 * @param {(line: string) => void} say
 * @returns {Promise<{ root: string, version: string }>}
 * @throws {Failure} when it cannot be fetched, or does not run on this machine's Python
 */
export async function ensureUnpackedPatroni(line, say) {
  const release = RELEASES.find(each => each.line === patroniLine(line)) ?? RELEASES[0];
  const cache = cacheFolder();
  const found = unpacked(cache, release.line);
  if (found !== undefined) return found;
  say(`Fetching Patroni ${release.line} (Debian ${release.suite}) into ${cache} …`);
  const root = await buildAside(cache, async aside => {
    const built = join(aside, 'patroni');
    const [file = ''] = await downloadPackages({
      what: `Patroni ${release.line}`,
      suite: release.suite,
      packages: ['patroni'],
      folder: aside,
    });
    await unpack(file, built);
    const version = await versionOfPatroni(patroniIn(built), built);
    if (!version.startsWith(`${release.line}.`))
      throw new Failure(
        `Debian ${release.suite} has Patroni ${version}, and this project is tested with ${release.line}: ` +
          'nothing was installed.',
      );
    // Each start of a cluster copies it, and compiling is half of a start.
    await run('/usr/bin/python3', ['-m', 'compileall', '-q', join(built, MODULES)]);
    return { built, home: join(cache, `patroni-${version}`) };
  });
  return { root, version: basename(root).slice('patroni-'.length) };
}

/**
 * @param {string} cache
 * @param {string} line
 * @returns {{ root: string, version: string } | undefined} the newest of that line that the cache holds
 */
export function unpacked(cache, line) {
  const versions = existsSync(cache)
    ? readdirSync(cache).flatMap(name => /^patroni-(\d+\.\d+\.\d+\S*)$/u.exec(name)?.[1] ?? [])
    : [];
  const version = versions
    .filter(each => each.startsWith(`${line}.`))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
  return version === undefined ? undefined : { root: join(cache, `patroni-${version}`), version };
}

/**
 * @param {string} file a Debian package
 * @param {string} root a folder that does not exist yet
 */
async function unpack(file, root) {
  mkdirSync(root);
  await run('dpkg', ['-x', file, root]);
}
