/**
 * The versions of Patroni that this project is tested with, each as Debian has it. One that is not this machine's own is fetched as another
 * Debian suite's package, through the mirror and the keys of this machine's apt, into the person's cache folder; nothing is installed.
 * Patroni is plain Python: it runs on this machine's Python and PostgreSQL. A folder of that name is complete or absent.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './paths.mjs';
import { isAlive } from './processes.mjs';
import { Failure, onPath, run } from './run.mjs';

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

/** Debian's keys, which vouch for every suite; a package of Debian's essential ones. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * @param {string} text as a person writes it
 * @returns {string} one of the lines above
 * @throws {Failure} when it is none of them
 */
export function patroniLine(text) {
  const found = RELEASES.find(({ line }) => text === line || text.startsWith(`${line}.`));
  if (found === undefined) throw new Failure(`There is no Patroni "${text}" here: there are ${RELEASES.map(({ line }) => line).join(', ')}.`);
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
export const patroniEnvironment = (root) => (root === undefined ? {} : { PYTHONPATH: join(root, MODULES) });

/**
 * @param {string} root of an unpacked package
 * @returns {string}
 */
export const patroniIn = (root) => join(root, 'usr', 'bin', 'patroni');

/**
 * Returns an unpacked Patroni, fetching it when the cache does not hold it.
 * @param {string} line
 * @param {(line: string) => void} say
 * @returns {Promise<{ root: string, version: string }>}
 * @throws {Failure} when it cannot be fetched, or does not run on this machine's Python
 */
export async function ensureUnpackedPatroni(line, say) {
  const release = RELEASES.find((each) => each.line === patroniLine(line)) ?? RELEASES[0];
  const cache = cacheFolder();
  mkdirSync(cache, { recursive: true });
  const found = unpacked(cache, release.line);
  if (found !== undefined) return found;
  removeAbandoned(cache);
  say(`Fetching Patroni ${release.line} (Debian ${release.suite}) into ${cache} …`);
  const aside = join(cache, `building-${process.pid}-${randomUUID()}`);
  mkdirSync(aside);
  try {
    const root = join(aside, 'patroni');
    await unpack(await download(release.suite, aside), root);
    const version = await versionOfPatroni(patroniIn(root), root);
    if (patroniLine(version) !== release.line) throw new Failure(`Debian ${release.suite} has Patroni ${version}, and this project is tested with ${release.line}: nothing was installed.`);
    // Each start of a cluster copies it, and compiling is half of a start.
    await run('/usr/bin/python3', ['-m', 'compileall', '-q', join(root, MODULES)]);
    putInPlace(root, join(cache, `patroni-${version}`));
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  const fetched = unpacked(cache, release.line);
  if (fetched === undefined) throw new Failure(`Patroni ${release.line} was fetched and is not in ${cache}.`);
  return fetched;
}

/**
 * @param {string} cache
 * @param {string} line
 * @returns {{ root: string, version: string } | undefined} the newest of that line that the cache holds
 */
export function unpacked(cache, line) {
  const versions = existsSync(cache) ? readdirSync(cache).flatMap((name) => /^patroni-(\d+\.\d+\.\d+\S*)$/u.exec(name)?.[1] ?? []) : [];
  const version = versions.filter((each) => each.startsWith(`${line}.`)).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  return version === undefined ? undefined : { root: join(cache, `patroni-${version}`), version };
}

/**
 * One rename puts it there. When another run was faster, its result is as good and this one is dropped.
 * @param {string} root
 * @param {string} home
 */
function putInPlace(root, home) {
  try {
    renameSync(root, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
  }
}

/**
 * Removes what runs that were killed have left.
 * @param {string} cache
 */
function removeAbandoned(cache) {
  for (const entry of readdirSync(cache)) {
    const pid = /^building-(\d+)-/u.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

/**
 * @param {string} file a Debian package
 * @param {string} root a folder that does not exist yet
 */
async function unpack(file, root) {
  mkdirSync(root);
  await run('dpkg', ['-x', file, root]);
}

/**
 * Downloads the package through apt, with lists and settings of its own: apt itself checks the signature of the suite, and by it the
 * package. No right of root is needed, and what the machine has installed or configured is not touched.
 * @param {string} suite
 * @param {string} folder
 * @returns {Promise<string>} the downloaded file
 */
async function download(suite, folder) {
  const apt = onPath('apt-get');
  if (apt === undefined) throw new Failure('There is no apt-get here: only on Debian can another version of Patroni be fetched.');
  if (!existsSync(KEYRING)) throw new Failure(`There are no keys of Debian here (${KEYRING}): install debian-archive-keyring.`);
  const mirror = mirrorOf(await run(apt, ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']));
  if (mirror === undefined) throw new Failure('The apt of this machine names no mirror of Debian: another version of Patroni cannot be fetched.');
  const config = join(folder, 'apt.conf');
  for (const part of [join('lists', 'partial'), join('cache', 'archives', 'partial')]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  writeFileSync(config, aptConfig(folder));
  await run(apt, ['-c', config, 'update', '-qq'], { cwd: folder });
  await run(apt, ['-c', config, 'download', '-qq', 'patroni'], { cwd: folder });
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Failure(`apt-get downloaded no patroni from Debian ${suite}.`);
  return join(folder, file);
}

/**
 * @param {string} targets the repositories of this machine's apt, one a line
 * @returns {string | undefined} the one that most of them are of, other than that of security updates, which does not have every suite
 */
export function mirrorOf(targets) {
  const counts = new Map();
  for (const uri of targets.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.includes('security'))) counts.set(uri, (counts.get(uri) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

/**
 * @param {string} folder where apt keeps everything
 * @returns {string} settings that come after the machine's own, of which what concerns the way to the mirror stays as it is
 */
const aptConfig = (folder) => `Dir::State "${folder}";
Dir::State::lists "${join(folder, 'lists')}";
Dir::State::status "/dev/null";
Dir::Cache "${join(folder, 'cache')}";
Dir::Etc::sourcelist "${join(folder, 'sources.list')}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;
