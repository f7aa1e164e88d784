/** What `npm test -- --changed` runs: the suites, and the files of them, that a change can break. */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { reachOf } from './reach.mjs';
import { Failure } from './run.mjs';

/**
 * @typedef {import('./suites.mjs').Suite} Suite
 * @typedef {import('./suites.mjs').Check} Check
 */

/**
 * Suites that read files which are no modules; the first line that fits holds. What fits none can break everything.
 * A file is also read by the tests in which its path stands.
 * @type {readonly { files: RegExp, suites: readonly string[] | 'everything' }[]}
 */
const READ = [
  {
    files: /^(?:package(?:-lock)?\.json|\.npmrc|\.mocharc\.json|(?:.*\/)?tsconfig(?:\.browser)?\.json)$/u,
    suites: 'everything',
  },
  { files: /^(?:eslint\.config\.js|biome\.json|\.dependency-cruiser\.cjs)$/u, suites: ['architecture'] },
  { files: /\.md$|^docs\//u, suites: ['text', 'scripts'] },
  { files: /^openapi\//u, suites: ['scripts', 'local-cluster'] },
  { files: /^(?:l10n\/|package\.nls\.)/u, suites: ['text', 'vscode', 'webview', 'ui'] },
  { files: /^(?:media\/|LICENSE$|\.vscodeignore$|scripts\/first-screen\/)/u, suites: ['vscode', 'start'] },
  { files: /^src\/.*\.css$/u, suites: ['architecture', 'webview', 'ui'] },
  { files: /^(?:\.ci\/|\.gitignore$)/u, suites: [] },
];

const EDITOR = [
  'src/extension.ts',
  'src/webview/main.ts',
  'scripts/build.mjs',
  'scripts/lib/chromium.mjs',
  'scripts/lib/code-server-install.mjs',
];

/** What makes up a need of suites; they run as wholes when a change reaches it. */
const MADE_BY = {
  editor: EDITOR,
  package: [...EDITOR, 'scripts/package.mjs', 'scripts/start.mjs'],
  patroni: ['scripts/lib/patroni-install.mjs'],
  debian: ['scripts/lib/debian-system.mjs'],
  mysql: ['scripts/lib/mysql-install.mjs'],
};

/** Runs the project's `npm test` in a copy of all scripts. */
const TEST_OF_SCRIPTS = 'test/scripts/test-run.test.ts';

/** Holds what is generated from the titles of the tests against them. */
const TEST_OF_TITLES = 'test/conformance/conformance.test.ts';

/** A file that eslint checks. */
const LINTED = /^(?:src|test|scripts)\/.*\.(?:ts|mjs|cjs)$/u;

/**
 * @param {string} root
 * @param {string} [since] a commit; HEAD without it, or the commit before where nothing differs from HEAD
 * @returns {{ files: readonly string[], since: string }} files that differ, also new and removed ones
 * @throws {Failure} when git knows no such commit
 */
export function changedFiles(root, since) {
  if (since !== undefined) {
    const base = git(root, 'merge-base', since, 'HEAD').trim();
    return { files: differing(root, base), since };
  }
  const files = differing(root, 'HEAD');
  if (files.length > 0) return { files, since: 'HEAD' };
  return { files: differing(root, 'HEAD~1'), since: 'HEAD~1, because nothing differs from HEAD' };
}

/**
 * @param {string} root
 * @param {string} commit
 */
function differing(root, commit) {
  const lists = [
    git(root, 'diff', '--name-only', '--no-renames', '-z', commit, '--'),
    git(root, 'ls-files', '--others', '--exclude-standard', '-z'),
  ];
  return [...new Set(lists.flatMap(list => list.split('\0').filter(Boolean)))].toSorted();
}

/**
 * @param {string} root
 * @param {...string} args
 * @returns {string}
 */
function git(root, ...args) {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new Failure(`--changed asks git what differs: git ${args.join(' ')}: ${said}`);
  }
}

/**
 * What one changed file can break. A removed module leads nowhere: who still imports it fails the checks.
 * @param {string} file
 * @param {import('./reach.mjs').Reach} reach
 * @returns {{ everything: boolean, suites: readonly string[], modules: ReadonlySet<string> }} suites: whole ones;
 *   modules: those that need it, itself included
 */
export function breakable(file, reach) {
  const modules = new Set([file, ...reach.reading(file)]);
  if (file.startsWith('scripts/')) modules.add(TEST_OF_SCRIPTS);
  if (file.endsWith('.test.ts')) modules.add(TEST_OF_TITLES);
  const isModule = reach.modules.has(file) || /\.(?:ts|mjs|cjs)$/u.test(file);
  // Of a file that is no module, only tests are readers: a script that ships it is in the table above.
  if (!isModule) for (const by of reach.naming(file)) if (by.startsWith('test/')) modules.add(by);
  for (const each of modules) {
    for (const by of reach.importers(each)) modules.add(by);
    if (isModule) for (const by of reach.naming(each)) modules.add(by);
  }
  const [, own] = /^test\/([^/]+)\//u.exec(file) ?? [];
  const read = READ.find(({ files }) => files.test(file))?.suites;
  if (isModule && read === undefined) return { everything: false, suites: [], modules };
  // Samples and pictures of a suite are read by that suite.
  const suites = read ?? (own === undefined ? 'everything' : [own]);
  return { everything: suites === 'everything', suites: suites === 'everything' ? [] : suites, modules };
}

/**
 * Of the chosen checks and suites, what a change since a commit can break.
 * @param {{ checks: readonly Check[], suites: readonly Suite[] }} chosen
 * @param {{ root: string, since?: string | undefined, say: (line: string) => void }} options
 * @returns {Promise<{ checks: readonly Check[], suites: readonly Suite[] }>}
 */
export async function narrowed(chosen, { root, since, say }) {
  const changed = changedFiles(root, since);
  say(`Files that differ from ${changed.since}: ${changed.files.length}.`);
  if (changed.files.length === 0) return { checks: [], suites: [] };
  const reach = await reachOf(root);
  const breaks = changed.files.map(file => ({ file, ...breakable(file, reach) }));
  const general = breaks.find(({ everything }) => everything);
  if (general !== undefined) {
    say(`Everything runs, because of ${general.file}.`);
    return chosen;
  }
  const suites = chosen.suites.flatMap(suite => narrowedSuite(suite, breaks, { root, say }));
  const editor = suites.filter(({ needs }) => needs.some(need => need === 'editor' || need === 'package'));
  if (editor.length > 0)
    say(`In the editor: ${editor.map(({ name }) => name).join(', ')}; \`--only static,core\` leaves them out.`);
  if (suites.length === 0) say('No test can break.');
  return { checks: chosen.checks.flatMap(check => narrowedCheck(check, changed.files, root)), suites };
}

/**
 * @param {Suite} suite
 * @param {readonly ({ file: string } & ReturnType<typeof breakable>)[]} breaks
 * @param {{ root: string, say: (line: string) => void }} options
 * @returns {readonly Suite[]} none, or one
 */
function narrowedSuite(suite, breaks, { root, say }) {
  const made = suite.needs.flatMap(need => MADE_BY[/** @type {keyof typeof MADE_BY} */ (need.split(' ')[0])]);
  const whole = breaks.find(
    ({ suites, modules }) => suites.includes(suite.folder) || made.some(file => modules.has(file)),
  );
  if (whole !== undefined) {
    say(`${suite.name}: all of it, because of ${whole.file}`);
    return [suite];
  }
  const all = globSync(`test/${suite.folder}/**/*.test.ts`, { cwd: root }).map(file => file.replaceAll('\\', '/'));
  const reasons = all.toSorted().flatMap(test => {
    const reason = breaks.find(({ modules }) => modules.has(test));
    return reason === undefined ? [] : [{ test, file: reason.file }];
  });
  if (reasons.length === 0) return [];
  const because = [...new Set(reasons.map(({ file }) => file))];
  const others = because.length > 3 ? ` and ${because.length - 3} more` : '';
  say(`${suite.name}: ${reasons.length} of ${all.length} files, because of ${because.slice(0, 3).join(', ')}${others}`);
  // Only mocha is given a folder; another program runs its suite whole.
  return suite.command.at(-1) === join('test', suite.folder)
    ? [{ ...suite, command: [...suite.command.slice(0, -1), ...reasons.map(({ test }) => test)] }]
    : [suite];
}

/**
 * @param {Check} check
 * @param {readonly string[]} files that differ
 * @param {string} root
 * @returns {readonly Check[]} the same, but lint of what differs; none where there is nothing to lint
 */
function narrowedCheck(check, files, root) {
  if (check.name !== 'lint' || files.includes('eslint.config.js')) return [check];
  const linted = files.filter(file => LINTED.test(file) && existsSync(join(root, file)));
  if (linted.length === 0) return [];
  const folders = ['src', 'test', 'scripts'];
  return [
    {
      ...check,
      commands: check.commands.map(command => [...command.filter(each => !folders.includes(each)), ...linted]),
    },
  ];
}
