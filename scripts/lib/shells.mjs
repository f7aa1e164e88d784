/** The shells whose own parsers judge the completions of the terminal program. */
import { installPackages } from './debian-install.mjs';
import { Failure, onPath } from './run.mjs';

const SHELLS = /** @type {const} */ (['zsh', 'fish']);

/**
 * Finds zsh and fish or, as root on Debian, installs them.
 * @param {(line: string) => void} say
 * @returns {Promise<ReadonlyMap<'zsh' | 'fish', string>>} their paths
 * @throws {Failure} with one line that says what is missing and how to get it
 */
export async function ensureShells(say) {
  const missing = SHELLS.filter(shell => onPath(shell) === undefined);
  if (missing.length > 0)
    await installPackages(missing, { missing: `There is no ${missing.join(' and no ')} here`, say });
  return new Map(SHELLS.map(shell => [shell, pathOf(shell)]));
}

/**
 * @param {string} shell
 * @returns {string}
 */
function pathOf(shell) {
  const found = onPath(shell);
  if (found === undefined) throw new Failure(`apt-get installed ${shell}, but it is not on the PATH.`);
  return found;
}
