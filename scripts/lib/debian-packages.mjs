/**
 * Packages of another Debian suite, downloaded through apt with lists and settings of its own: apt itself checks the
 * signature of the suite, and by it each package. No right of root is needed, what the machine has installed or
 * configured is not touched, and other runs of apt are not waited for.
 */
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianMirror, KEYRING } from './debian-mirror.mjs';
import { Failure, onPath, run } from './run.mjs';

/**
 * @typedef {object} Download
 * @property {string} what the packages are, in words: it is said when they cannot be fetched
 * @property {string} suite
 * @property {readonly string[]} packages
 * @property {string} folder where apt keeps everything
 * @property {readonly string[]} [withDependencies] download what the packages depend on too, but for these
 */

/**
 * @param {Download} download
 * @returns {Promise<readonly string[]>} the downloaded files
 * @throws {Failure} when they cannot be fetched
 */
export async function downloadPackages({ what, suite, packages, folder, withDependencies }) {
  const apt = onPath('apt-get');
  if (apt === undefined) throw new Failure(`There is no apt-get here: only on Debian can ${what} be fetched.`);
  if (!existsSync(KEYRING))
    throw new Failure(`There are no keys of Debian here (${KEYRING}): install debian-archive-keyring.`);
  const mirror = await debianMirror(apt);
  const config = join(folder, 'apt.conf');
  for (const part of [join('lists', 'partial'), join('cache', 'archives', 'partial')])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  writeFileSync(join(folder, 'status'), await statusOf(withDependencies ?? []));
  writeFileSync(config, aptConfig(folder));
  const fetchThem =
    withDependencies === undefined
      ? ['download', '-qq', ...packages]
      : ['install', '-qq', '-y', '--download-only', '--no-install-recommends', ...packages];
  try {
    await run(apt, ['-c', config, 'update', '-qq'], { cwd: folder });
    await run(apt, ['-c', config, ...fetchThem], { cwd: folder });
  } catch (error) {
    throw error instanceof Failure
      ? new Failure(`${what} cannot be fetched from Debian ${suite}: ${error.message}`)
      : error;
  }
  const files = globSync(['*.deb', join('cache', 'archives', '*.deb')], { cwd: folder });
  if (files.length === 0) throw new Failure(`apt-get downloaded no ${packages.join(', ')} from Debian ${suite}.`);
  return files.map(file => join(folder, file));
}

/**
 * @param {readonly string[]} present packages that apt takes for installed
 * @returns {Promise<string>} dpkg's list of what is installed
 */
async function statusOf(present) {
  if (present.length === 0) return '';
  const architecture = (await run('dpkg', ['--print-architecture'])).trim();
  return present
    .map(
      name =>
        `Package: ${name}\nStatus: install ok installed\nVersion: 99\nArchitecture: ${architecture}\n` +
        'Multi-Arch: allowed\nMaintainer: none\nDescription: none\n',
    )
    .join('\n');
}

/**
 * @param {string} folder where apt keeps everything
 * @returns {string} settings that come after the machine's own, of which what concerns the way to the mirror stays as
 *   it is
 */
function aptConfig(folder) {
  return `Dir::State "${folder}";
Dir::State::lists "${join(folder, 'lists')}";
Dir::State::status "${join(folder, 'status')}";
Dir::State::extended_states "${join(folder, 'extended_states')}";
Dir::Cache "${join(folder, 'cache')}";
Dir::Cache::archives "archives";
Dir::Etc::sourcelist "${join(folder, 'sources.list')}";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
#clear APT::Default-Release;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
`;
}
