/** What `npm test` runs: checks of the sources, and mocha suites, one process each. */
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { Failure } from './run.mjs';

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {readonly (readonly string[])[]} commands arguments of Node, run in order; all must exit with 0
 */

/** @typedef {'editor' | 'package' | 'patroni'} Need an editor and chromium; the packaged extension, in them; Patroni, etcd and PostgreSQL */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly string[]} command arguments of Node
 * @property {readonly Need[]} needs beside Node
 */

const tool = (/** @type {string[]} */ ...path) => join('node_modules', ...path);
const tsc = tool('typescript', 'bin', 'tsc');

/** Every folder with a compiler configuration of its own. */
const projects = ['.', ...globSync('{src,test}/**/tsconfig.json', { cwd: root }).map((file) => join(file, '..')).toSorted()];

/** @type {readonly Check[]} */
export const checks = [
  { name: 'types', commands: projects.map((project) => [tsc, '-p', project]) },
  { name: 'lint', commands: [[tool('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', 'src', 'test', 'scripts']] },
  { name: 'imports', commands: [[tool('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'), '--config', '.dependency-cruiser.cjs', 'src']] },
];

/** Suites that must be there: when one of these has no tests, something is wrong. */
const expected = ['control-plane', 'kernel', 'audit', 'local-cluster', 'architecture'];

/**
 * Suites that need more than Node, in the order in which they run after the others.
 * @type {readonly Suite[]}
 */
const special = [
  { name: 'patroni', command: mocha('patroni'), needs: ['patroni'] },
  { name: 'extension-host', command: [join('test', 'extension-host', 'run.ts')], needs: ['editor'] },
  { name: 'start', command: mocha('start'), needs: ['package'] },
  { name: 'ui', command: mocha('ui'), needs: ['package'] },
  { name: 'patroni-ui', command: mocha('patroni-ui'), needs: ['package', 'patroni'] },
];

/** @returns {readonly Suite[]} every folder of test/ with tests in it, those in plain Node first */
function suites() {
  const found = globSync('test/*/**/*.test.ts', { cwd: root }).map((file) => file.split(/[\\/]/u)[1] ?? '');
  const plain = [...new Set([...expected, ...found])].filter((name) => special.every((suite) => suite.name !== name));
  return [...plain.map((name) => ({ name, command: mocha(name), needs: [] })), ...special];
}

/**
 * @param {string} folder of test/
 * @returns {string[]}
 */
function mocha(folder) {
  const reporter = join(root, 'scripts', 'lib', 'mocha-reporter.mjs');
  return [tool('mocha', 'bin', 'mocha.js'), '--reporter', reporter, '--recursive', '--extension', 'test.ts', join('test', folder)];
}

/**
 * @param {readonly string[]} only names; `static` stands for the checks, `core` for the suites in plain Node; none for everything
 * @returns {{ checks: readonly Check[], suites: readonly Suite[] }}
 * @throws {Failure} when a name is none of them
 */
export function select(only) {
  const all = suites();
  const groups = new Map([
    ['static', checks.map(({ name }) => name)],
    ['core', all.filter(({ needs }) => needs.length === 0).map(({ name }) => name)],
  ]);
  const known = [...checks, ...all].map(({ name }) => name);
  const chosen = only.length === 0 ? known : only.flatMap((name) => groups.get(name) ?? name);
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Failure(`There is no suite ${unknown.join(', ')}: there are ${[...groups.keys(), ...known].join(', ')}.`);
  return { checks: checks.filter(({ name }) => chosen.includes(name)), suites: all.filter(({ name }) => chosen.includes(name)) };
}

/**
 * @param {Suite} suite
 * @returns {boolean} whether there is anything to run
 */
export const hasTests = (suite) => existsSync(join(root, 'test', suite.name)) && globSync(`test/${suite.name}/**/*.test.ts`, { cwd: root }).length > 0;
