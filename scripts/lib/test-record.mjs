/** What a whole run of the tests leaves: out/test-run.json, and which rules it did not prove. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { RELEASE_VARIABLE, RELEASES } from './code-server-install.mjs';
import { root } from './paths.mjs';

/**
 * The result of a suite or a check.
 * @typedef {object} Result
 * @property {string} name
 * @property {number} passed
 * @property {number} skipped
 * @property {readonly { title: string, error: string }[]} failures
 * @property {readonly (readonly string[])[]} [proofs] the title of each test that passed, with those of the blocks
 *   around it
 * @property {number} seconds
 */

/** @typedef {{ commit: string, isClean: boolean }} Source isClean: the working tree is as the commit has it */

/** @returns {Source | undefined} what is checked out; undefined outside of a Git repository */
export function checkedOut() {
  const git = (/** @type {readonly string[]} */ ...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), isClean: git('status', '--porcelain') === '' };
  } catch {
    return undefined;
  }
}

/**
 * The rules whose canonical test did not pass.
 * @param {readonly Pick<Result, 'name' | 'proofs'>[]} results
 * @returns {Promise<readonly string[]>}
 */
export async function unproven(results) {
  const { coverage } = await import('../../test/conformance/coverage.ts');
  return coverage(results.flatMap(({ name, proofs = [] }) => proofs.map(path => ({ suite: name, path })))).missing;
}

/**
 * The programs that tests ran with: Node, and by the names of the suites that ran the editor and the databases.
 * @param {readonly Result[]} results
 * @returns {Record<string, string>}
 */
function versionsOf(results) {
  const names = results.filter(({ passed }) => passed > 0).map(({ name }) => name);
  const matching = (/** @type {RegExp} */ pattern) => names.filter(name => pattern.test(name));
  const patroni = matching(/^patroni \d/u).map(name => name.replace('patroni ', '').replace(', ', ' with '));
  const mysql = matching(/^mysql \d/u).map(name => name.replace('mysql ', ''));
  const { version } = RELEASES[process.env[RELEASE_VARIABLE] === 'oldest' ? 'oldest' : 'newest'];
  return {
    Node: process.versions.node,
    ...(names.includes('ui') ? { 'VS Code': `1.${version.split('.')[1]} (code-server ${version})` } : {}),
    ...(patroni.length > 0 ? { Patroni: patroni.join('; ') } : {}),
    ...(mysql.length > 0 ? { MySQL: mysql.join('; ') } : {}),
  };
}

/**
 * The record of a whole run, as test/conformance/run-record.ts reads it.
 * @param {readonly Result[]} results
 * @param {{ before: Source, after: Source, arguments: readonly string[] }} run what was checked out when it began and
 *   when it ended
 */
export function testRecord(results, { before, after, arguments: words }) {
  return {
    date: new Date().toISOString(),
    commit: before.commit,
    committed: before.isClean && after.isClean && before.commit === after.commit,
    command: ['npm test', ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
    versions: versionsOf(results),
    suites: results.map(({ name, passed, failures, skipped }) => ({ name, passed, failed: failures.length, skipped })),
  };
}

/**
 * @param {string} file
 * @param {ReturnType<typeof testRecord>} record
 * @returns {void}
 */
export function writeTestRecord(file, record) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
}
