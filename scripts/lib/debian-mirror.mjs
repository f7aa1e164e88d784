/** Where this machine's apt gets Debian from, and the keys that vouch for it. */
import { Failure, run } from './run.mjs';

/** Debian's keys, which vouch for every suite; of the package debian-archive-keyring. */
export const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * @param {string} apt the program
 * @returns {Promise<string>} address of the mirror
 * @throws {Failure} when it has none
 */
export async function debianMirror(apt) {
  const mirror = mirrorOf(await run(apt, ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages']));
  if (mirror === undefined)
    throw new Failure('The apt of this machine names no mirror of Debian: nothing can be fetched from another suite.');
  return mirror;
}

/**
 * @param {string} targets the repositories of this machine's apt, one a line
 * @returns {string | undefined} the one that most of them are of, other than that of security updates, which does not
 *   have every suite
 */
export function mirrorOf(targets) {
  const uris = targets
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '' && !line.includes('security'));
  const count = (/** @type {string} */ uri) => uris.filter(each => each === uri).length;
  return uris.toSorted((a, b) => count(b) - count(a))[0];
}
