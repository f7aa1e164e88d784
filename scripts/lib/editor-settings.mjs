/** Where the settings of an editor that this project starts live, and which they are. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

/** No network, no welcome pages, no assistants: an editor that shows what is asked of it and nothing else. */
export const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'window.commandCenter': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'remote.autoForwardPorts': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** @typedef {Record<string, unknown>} Settings */

/**
 * Settings of machine scope are read only from the machine's own file when the workbench runs in a browser, all others
 * only from the person's. The manifest says which is which.
 * @param {Settings} settings
 * @returns {{ person: Settings, machine: Settings }}
 */
export function byScope(settings) {
  const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const configuration = [contributes?.configuration ?? []].flat();
  const declared = Object.assign({}, ...configuration.map(({ properties }) => properties));
  const isMachine = (/** @type {string} */ key) => String(declared[key]?.scope).startsWith('machine');
  const entries = Object.entries(settings);
  return {
    person: Object.fromEntries(entries.filter(([key]) => !isMachine(key))),
    machine: Object.fromEntries(entries.filter(([key]) => isMachine(key))),
  };
}

/**
 * @param {string} userData folder of the editor's user data
 * @returns {{ person: string, machine: string }}
 */
export function settingsFiles(userData) {
  return {
    person: join(userData, 'User', 'settings.json'),
    machine: join(userData, 'Machine', 'settings.json'),
  };
}

/**
 * @param {string} file
 * @returns {Settings} empty when there is none
 * @throws {SyntaxError} when it is not plain JSON
 */
export function readSettings(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/**
 * @param {string} file
 * @param {Settings} settings
 * @returns {void}
 */
export function writeSettings(file, settings) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(settings, undefined, 2)}\n`);
}

/**
 * Makes the cluster `local` known to an editor that a person uses. Everything else in the settings stays: they are the
 * person's.
 * @param {{ userData: string, endpoints: readonly string[], machineFile: boolean, say: (line: string) => void }}
 *   options machineFile: the workbench
 *   runs in a browser and reads machine settings from a file of their own
 * @returns {void}
 */
export function configure({ userData, endpoints, machineFile, say }) {
  const files = settingsFiles(userData);
  if (!existsSync(files.person)) writeSettings(files.person, QUIET_SETTINGS);
  const file = machineFile ? files.machine : files.person;
  const local = { name: 'local', kind: 'aerodb', endpoints };
  try {
    const settings = readSettings(file);
    const clusters = Array.isArray(settings['aerodb.clusters']) ? settings['aerodb.clusters'] : [];
    const known = clusters.some(({ name }) => name === local.name);
    const changed = known
      ? clusters.map(cluster => (cluster.name === local.name ? { ...cluster, ...local } : cluster))
      : [...clusters, local];
    writeSettings(file, { ...settings, 'aerodb.clusters': changed });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    say(
      `${file} holds more than plain JSON and stays as it is: the cluster "local" has these ` +
        `endpoints: ${endpoints.join(', ')}`,
    );
  }
}
