/** What `npm test` runs: checks of the sources, and mocha suites, one process each. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NEWEST_PATRONI, RELEASES } from './patroni-versions.mjs';
import { root } from './paths.mjs';
import { Failure } from './run.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly (readonly string[])[]} commands arguments of Node, run in order; all must exit with 0
 */

/**
 * An editor and chromium; the packaged extension, in them; Patroni, etcd and PostgreSQL of this machine; the same with
 * Patroni in a version of its own (`patroni 4.1`); a whole Debian of another suite with its own (`debian forky`);
 * MySQL.
 * @typedef {'editor' | 'package' | 'patroni' | `patroni ${string}` | `debian ${string}` | 'mysql'} Need
 */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {string} folder of test/
 * @property {readonly string[]} command arguments of Node
 * @property {readonly Need[]} needs beside Node
 * @property {string} [uses] suites that use the same thing do not run side by side
 * @property {boolean} [isLongest] takes longer than any other
 */

function tool(/** @type {string[]} */ ...path) {
  return join('node_modules', ...path);
}
const TSC = tool('typescript', 'bin', 'tsc');

/** Checks the folders that it includes in one program: each would check what they import from `src/` once more. */
const BROWSER_PROJECT = 'tsconfig.browser.json';

/** The configurations of the compiler that cover every source together. */
function projects() {
  /** @type {{ include: string[] }} */
  const { include } = JSON.parse(readFileSync(join(root, BROWSER_PROJECT), 'utf8'));
  const folders = globSync('{src,test,scripts}/**/tsconfig.json', { cwd: root }).map(file => dirname(file));
  return ['.', BROWSER_PROJECT, ...folders.filter(folder => !include.includes(folder)).toSorted()];
}

/** @type {readonly Check[]} */
export const CHECKS = [
  { name: 'format', commands: [[tool('@biomejs', 'biome', 'bin', 'biome'), 'format', '.']] },
  { name: 'types', commands: projects().map(project => [TSC, '-p', project]) },
  { name: 'lint', commands: [[tool('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', 'src', 'test', 'scripts']] },
  {
    name: 'imports',
    commands: [
      [tool('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'), '--config', '.dependency-cruiser.cjs', 'src'],
    ],
  },
];

/** Suites that must be there: when one of these has no tests, something is wrong. */
const EXPECTED = ['control-plane', 'engines', 'audit', 'local-cluster', 'architecture'];

/** The tests of a real Patroni, on one that a need names. */
function patroni(/** @type {string} */ name, /** @type {Need} */ need) {
  return {
    name,
    folder: 'patroni',
    command: mocha('patroni'),
    needs: [need],
  };
}

/**
 * One for the Patroni of this machine and one for the newest. With `all` also for every other version, and for the
 * Debian of each with the PostgreSQL that it has there.
 * @param {boolean} all
 * @returns {readonly Suite[]}
 */
function patroniSuites(all) {
  const versions = RELEASES.filter(({ line }) => all && line !== NEWEST_PATRONI).map(({ line }) =>
    patroni(`patroni-${line}`, `patroni ${line}`),
  );
  const systems = RELEASES.filter(() => all).map(({ suite }) => patroni(`patroni-${suite}`, `debian ${suite}`));
  return [
    patroni('patroni-own', 'patroni'),
    patroni('patroni-newest', `patroni ${NEWEST_PATRONI}`),
    ...versions,
    ...systems,
  ];
}

/**
 * Suites that need more than Node, in the order in which they run after the others.
 * @param {boolean} all
 * @returns {readonly Suite[]}
 */
function special(all) {
  return [
    { name: 'ui', folder: 'ui', command: mocha('ui'), needs: ['package'], isLongest: true },
    ...patroniSuites(all),
    { name: 'mysql', folder: 'mysql', command: mocha('mysql'), needs: ['mysql'] },
    {
      name: 'extension-host',
      folder: 'extension-host',
      command: [join('test', 'extension-host', 'run.ts')],
      needs: ['editor'],
      uses: 'the folder of the build',
    },
    { name: 'start', folder: 'start', command: mocha('start'), needs: ['package'], uses: 'the folder of the build' },
    { name: 'patroni-ui', folder: 'patroni-ui', command: mocha('patroni-ui'), needs: ['package', 'patroni'] },
    { name: 'mysql-ui', folder: 'mysql-ui', command: mocha('mysql-ui'), needs: ['package', 'mysql'] },
  ];
}

/**
 * @param {boolean} all
 * @returns {readonly Suite[]} every folder of test/ with tests in it, those in plain Node first
 */
function suites(all) {
  const found = globSync('test/*/**/*.test.ts', { cwd: root }).map(file => file.split(/[\\/]/u)[1] ?? '');
  const others = special(all);
  const plain = [...new Set([...EXPECTED, ...found])].filter(name => others.every(({ folder }) => folder !== name));
  return [...plain.map(name => ({ name, folder: name, command: mocha(name), needs: [] })), ...others];
}

/**
 * @param {string} folder of test/
 * @returns {string[]}
 */
function mocha(folder) {
  const reporter = join(root, 'scripts', 'lib', 'mocha-reporter.mjs');
  return [
    tool('mocha', 'bin', 'mocha.js'),
    '--reporter',
    reporter,
    '--recursive',
    '--extension',
    'test.ts',
    join('test', folder),
  ];
}

/**
 * @param {readonly string[]} only names; `static` stands for the checks, `core` for the suites in plain Node, `patroni`
 *   for each of its versions; none for everything
 * @param {boolean} [all] every version of Patroni, not only this machine's and the newest
 * @returns {{ checks: readonly Check[], suites: readonly Suite[] }}
 * @throws {Failure} when a name is none of them
 */
export function select(only, all = false) {
  const known = suites(all);
  const groups = new Map([
    ['static', CHECKS.map(({ name }) => name)],
    ['core', known.filter(({ needs }) => needs.length === 0).map(({ name }) => name)],
    ['patroni', known.filter(({ folder }) => folder === 'patroni').map(({ name }) => name)],
  ]);
  const names = [...CHECKS, ...known].map(({ name }) => name);
  const chosen = only.length === 0 ? names : only.flatMap(name => groups.get(name) ?? name);
  const unknown = chosen.filter(name => !names.includes(name));
  if (unknown.length > 0)
    throw new Failure(`There is no suite ${unknown.join(', ')}: there are ${[...groups.keys(), ...names].join(', ')}.`);
  return {
    checks: CHECKS.filter(({ name }) => chosen.includes(name)),
    suites: known.filter(({ name }) => chosen.includes(name)),
  };
}

/**
 * @param {Suite} suite
 * @returns {boolean} whether there is anything to run
 */
export function hasTests({ folder }) {
  return existsSync(join(root, 'test', folder)) && globSync(`test/${folder}/**/*.test.ts`, { cwd: root }).length > 0;
}
