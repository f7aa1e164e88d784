/** Where things are. Node 20 compatible and without dependencies: this runs before anything is installed. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of this checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/u, '');

/** The name under which everything of this project lives in a person's cache and data folders. */
const NAME = 'aerodb-control-plane';

/**
 * A folder of the XDG base directory specification, which ignores values that are not absolute.
 * @param {string} variable
 * @param {string[]} fallback path below the home folder
 * @returns {string}
 */
function xdg(variable, ...fallback) {
  const value = process.env[variable];
  return value !== undefined && isAbsolute(value) ? value : join(homedir(), ...fallback);
}

/** @returns {string} what can be fetched again */
export function cacheFolder() {
  return join(xdg('XDG_CACHE_HOME', '.cache'), NAME);
}

/** @returns {string} what a person's trial cluster and editor keep between runs */
export function dataFolder() {
  return join(xdg('XDG_DATA_HOME', '.local', 'share'), NAME);
}
