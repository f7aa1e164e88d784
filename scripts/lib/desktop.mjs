/** A desktop VS Code with a profile of its own, so that the person's own one stays as it is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, startGroup, until } from './processes.mjs';
import { onPath, run } from './run.mjs';

/**
 * A desktop VS Code can be opened when `code` is on the PATH, there is a screen, and `code` is not the helper of a
 * remote window.
 * @returns {string | undefined}
 */
export function findDesktop() {
  const { DISPLAY, WAYLAND_DISPLAY, VSCODE_IPC_HOOK_CLI } = process.env;
  const screen = process.platform !== 'linux' || Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
  return screen && VSCODE_IPC_HOOK_CLI === undefined ? onPath('code') : undefined;
}

/**
 * @param {{ code: string, userData: string, extensions: string, vsix: readonly string[],
 *   env: NodeJS.ProcessEnv }} options
 *   env: in addition to this process's own
 * @returns {Promise<import('./processes.mjs').Group>} ends when the window is closed; stopping it closes the window
 */
export async function openDesktop({ code, userData, extensions, vsix, env }) {
  const profile = ['--user-data-dir', userData, '--extensions-dir', extensions];
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  await run(code, [...profile, ...vsix.flatMap(file => ['--install-extension', file]), '--force']);
  const group = startGroup(code, [...profile, ...asRoot, '--new-window', '--wait'], {
    env: { ...process.env, ...env },
  });
  const stop = async (grace = 5000) => {
    signalProgram(userData, 'SIGTERM');
    await until(() => !signalProgram(userData, 0), { timeout: grace });
    signalProgram(userData, 'SIGKILL');
    await group.stop(grace);
  };
  return { ...group, stop };
}

/**
 * `code` is only the launcher: the program itself leaves its process id in its user data.
 * @param {string} userData
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} whether it was there
 */
function signalProgram(userData, signal) {
  try {
    process.kill(Number(readFileSync(join(userData, 'code.lock'), 'utf8')), signal);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}
