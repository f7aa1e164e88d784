/** Installs Debian's packages on this machine, where that is allowed. */
import { Failure, onPath, run } from './run.mjs';

/** Another run of apt is waited for, so many seconds. */
const WAIT = ['-o', 'DPkg::Lock::Timeout=300'];

/**
 * @param {readonly string[]} packages
 * @param {{ missing: string, say: (line: string) => void }} options missing: a sentence without its end, of what is not
 *   here
 * @throws {Failure} with one line that says what is missing and how to get it
 */
export async function installPackages(packages, { missing, say }) {
  const names = packages.join(' ');
  const apt = onPath('apt-get');
  if (apt === undefined || process.getuid?.() !== 0)
    throw new Failure(`${missing}: install them (Debian: apt-get install ${names}).`);
  say(`Installing Debian's ${names} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(apt, ['update', '-qq', ...WAIT], { env });
  await run(apt, ['install', '-y', '-qq', '--no-install-recommends', ...WAIT, ...packages], { env });
}
