/** Where the settings of an editor that this project starts live, and which they are. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './paths.mjs';

/** No network, no welcome pages, no assistants: an editor that shows what is asked of it and nothing else. */
export const quietSettings = {
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
 * Settings of machine scope are read only from the machine's own file when the workbench runs in a browser, all others only from the
 * person's. The manifest says which is which.
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
export const settingsFiles = (userData) => ({
  person: join(userData, 'User', 'settings.json'),
  machine: join(userData, 'Machine', 'settings.json'),
});

/**
 * @param {string} file
 * @returns {Settings} empty when there is none
 * @throws {SyntaxError} when it is not plain JSON
 */
export const readSettings = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

/**
 * @param {string} file
 * @param {Settings} settings
 * @returns {void}
 */
export function writeSettings(file, settings) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(settings, undefined, 2)}\n`);
}
