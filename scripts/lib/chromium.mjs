/** A chromium for the tests of the real workbench. */
import { existsSync } from 'node:fs';
import { Failure, onPath, run } from './run.mjs';

/** Chromium without a window: the same pages, and a third less work than a chromium that only hides its window. */
const WITHOUT_WINDOW = 'chromium-headless-shell';

/** @returns {string | undefined} the path of a chromium, when there is one */
export function findChromium() {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen !== undefined && chosen !== '') {
    if (!existsSync(chosen)) throw new Failure(`CHROMIUM_PATH names ${chosen}, which does not exist.`);
    return chosen;
  }
  return onPath(WITHOUT_WINDOW, 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome');
}

/**
 * Finds chromium or, as root on Debian, installs it.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} its path
 * @throws {Failure} with one line that says what is missing and how to get it
 */
export async function ensureChromium(say) {
  const found = findChromium();
  if (found !== undefined) return found;
  const advice = `install it (Debian: apt-get install ${WITHOUT_WINDOW}) or set CHROMIUM_PATH`;
  if (!mayInstall()) throw new Failure(`There is no chromium here: ${advice}.`);
  await install(say);
  const installed = findChromium();
  if (installed === undefined) throw new Failure(`apt-get installed chromium, but it is not on the PATH: ${advice}.`);
  return installed;
}

/**
 * Like ensureChromium, but prefers to install the one without a window, because whole test runs take less time with it.
 * Where that cannot be done, it says so and takes the chromium that is there.
 * @param {(line: string) => void} say
 * @returns {Promise<string>} its path
 */
export async function ensureFastChromium(say) {
  const found = findChromium();
  const better = process.env['CHROMIUM_PATH'] || onPath(WITHOUT_WINDOW) !== undefined;
  if (found !== undefined && !better && mayInstall())
    await install(say).catch(error =>
      say(`${WITHOUT_WINDOW} could not be installed (${error.message}): taking ${found}.`),
    );
  return ensureChromium(say);
}

function mayInstall() {
  return onPath('apt-get') !== undefined && process.getuid?.() === 0;
}

/** @param {(line: string) => void} say */
async function install(say) {
  say(`Installing Debian's ${WITHOUT_WINDOW} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', ['update', '-qq', ...wait], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...wait, WITHOUT_WINDOW], { env });
}
