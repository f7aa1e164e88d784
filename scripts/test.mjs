/**
 * Runs everything that is tested: `npm test [-- --only NAME,NAME] [--grep PATTERN] [--all]`; `--all`: on every version
 * of Patroni. The last line says how many passed and failed; the exit code is 0 only when nothing failed. A suite that
 * ends without a result, runs no test or leaves processes behind has failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inSystem } from './lib/debian-system.mjs';
import { isDatabase, prepare } from './lib/needs.mjs';
import { root } from './lib/paths.mjs';
import { endGroup, startGroup, whenAskedToEnd } from './lib/processes.mjs';
import { Failure, script } from './lib/run.mjs';
import { hasTests, select } from './lib/suites.mjs';
import { checkedOut, testRecord, unproven, writeTestRecord } from './lib/test-record.mjs';
import { readReport, REPORT_VARIABLE } from './lib/test-report.mjs';

/** @typedef {import('./lib/test-record.mjs').Result} Result */

/**
 * One suite may take this long, in milliseconds, also on a machine that is several times slower: a suite that hangs is
 * a failure, not an evening.
 */
const LIMIT_MS = 35 * 60_000;

/**
 * A suite whose last test is over ends by itself: what a failed test has left open is not waited for longer than this,
 * in milliseconds.
 */
const AFTER_THE_LAST_TEST_MS = 10_000;

/** What a whole run leaves; `npm run conformance -- --run out/test-run.json` keeps it. */
const RECORD = join(root, 'out', 'test-run.json');

const folder = mkdtempSync(join(tmpdir(), 'aero-test-'));
/**
 * Where Node keeps what it compiled: the suites start the same sources as many hundred processes, and half of such a
 * start is compiling them.
 */
const compiled = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(folder, 'compiled') };
/** @type {Set<number>} */
const running = new Set();

/**
 * Runs a Node program in a process group of its own.
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, live: boolean, system?: string | undefined, isOver?: () => boolean }} options
 *   live: what it prints is shown
 *   at once; isOver: whether there is nothing more that it should do
 * @returns {Promise<{ how: string, output: string, left: boolean }>} left: some of its processes outlived it
 */
async function runNode(args, { env = {}, live, system, isOver = () => false }) {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const own = { ...colour, ...compiled, ...env };
  const here = [process.execPath, ...args];
  const [file = '', ...rest] =
    system === undefined ? here : inSystem(system, here, { shared: [root, folder], cwd: root, env: own });
  const group = startGroup(file, rest, { cwd: root, env: { ...process.env, ...own } });
  running.add(group.pid);
  if (live) {
    group.child.stdout.on('data', chunk => process.stdout.write(chunk));
    group.child.stderr.on('data', chunk => process.stdout.write(chunk));
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void group.stop();
  }, LIMIT_MS);
  let open = false;
  let over = 0;
  const watch = setInterval(() => {
    if (over === 0 && isOver()) over = Date.now();
    if (over === 0 || Date.now() - over < AFTER_THE_LAST_TEST_MS) return;
    open = true;
    clearInterval(watch);
    void group.stop();
  }, 1000);
  const how = await group.ended;
  clearTimeout(timer);
  clearInterval(watch);
  const left = !(await group.vanished(3000));
  if (left) await group.stop(1000);
  running.delete(group.pid);
  return {
    how: late
      ? `no end after ${LIMIT_MS / 60_000} minutes`
      : open
        ? 'no end after its last test: something is left open'
        : how,
    output: group.output(),
    left,
  };
}

/**
 * @param {import('./lib/suites.mjs').Check} check
 * @returns {Promise<Result>}
 */
async function runCheck({ name, commands }) {
  const started = performance.now();
  const failures = [];
  for (const command of commands) {
    const { how, output } = await runNode(command, { live: false });
    if (how !== 'exit code 0') failures.push({ title: command.slice(1).join(' '), error: output.trim() || how });
  }
  const result = {
    name,
    passed: failures.length === 0 ? 1 : 0,
    skipped: 0,
    failures,
    seconds: (performance.now() - started) / 1000,
  };
  console.log(`${failures.length === 0 ? '✔' : '✘'} ${name} (${result.seconds.toFixed(1)} s)`);
  for (const { error } of failures) console.log(error);
  return result;
}

/**
 * @param {import('./lib/suites.mjs').Suite} suite
 * @param {string | undefined} grep
 * @param {import('./lib/needs.mjs').Prepared} prepared
 * @param {boolean} live what it prints is shown at once, and not when it is over
 * @returns {Promise<Result>}
 */
async function runSuite(suite, grep, { env, title: name = suite.name, system }, live) {
  const heading = `\n── ${name} ──`;
  if (live) console.log(heading);
  if (!hasTests(suite)) return lost(name, 'there are no tests');
  const started = performance.now();
  const report = join(folder, `${suite.name}.jsonl`);
  const args = [...suite.command, ...(grep === undefined ? [] : ['--grep', grep])];
  const { how, left, output } = await runNode(args, {
    env: { ...env, [REPORT_VARIABLE]: report },
    live,
    system,
    isOver: () => readReport(report).some(({ event }) => event === 'end'),
  });
  if (!live) console.log(`${heading}\n${output}`);
  const lines = readReport(report);
  const failures = lines.flatMap(line => (line.event === 'fail' ? [{ title: line.title, error: line.error }] : []));
  const passed = lines.filter(({ event }) => event === 'pass').length;
  const skipped = lines.filter(({ event }) => event === 'pending').length;
  const fail = (/** @type {string} */ error) => failures.push({ title: `the suite ${name}`, error });
  if (!lines.some(({ event }) => event === 'end')) fail(`ended before its last test: ${how}`);
  else if (how !== 'exit code 0' && (failures.length === 0 || how.startsWith('no end')))
    fail(`ended with ${how}, although no test failed`);
  if (passed + skipped + failures.length === 0) fail('ran no test');
  if (left) fail('left processes running');
  const proofs = lines.flatMap(line => (line.event === 'pass' ? [line.path] : []));
  return { name, passed, skipped, failures, proofs, seconds: (performance.now() - started) / 1000 };
}

/**
 * After a whole run: the canonical test of every rule passed in it.
 * @param {readonly Result[]} results
 * @returns {Promise<Result>}
 */
async function runConformance(results) {
  const missing = await unproven(results);
  // What the machine lacks for a person is skipped, and said above; then what only those suites prove is not proven,
  // and not failed either.
  if (missing.length > 0 && results.some(({ skipped }) => skipped > 0)) {
    console.log(`\n!!! NOT PROVEN in this run, because suites did not run: ${missing.join(', ')}`);
    return { name: 'every rule proven', passed: 0, skipped: 1, failures: [], seconds: 0 };
  }
  const failures = missing.map(rule => ({ title: rule, error: 'Its canonical test did not pass in this run.' }));
  return { name: 'every rule proven', passed: failures.length === 0 ? 1 : 0, skipped: 0, failures, seconds: 0 };
}

/**
 * @param {string} name
 * @param {string} error
 * @returns {Result}
 */
function lost(name, error) {
  return {
    name,
    passed: 0,
    skipped: 0,
    failures: [{ title: `the suite ${name}`, error }],
    seconds: 0,
  };
}

/**
 * What a machine lacks is skipped for a person, and said; where results are believed without being read, it is a
 * failure. But for Patroni and MySQL: where one can neither be found nor fetched, there is no cluster to test on, and
 * the last line says that something was skipped.
 * @param {string} name
 * @param {import('./lib/suites.mjs').Need} need
 * @param {Error} reason
 * @returns {Result}
 */
function unavailable(name, need, reason) {
  console.log(`\n── ${name} ──\n!!! NOT RUN: ${reason.message}`);
  if ((process.env['CI'] !== undefined && !isDatabase(need)) || !(reason instanceof Failure))
    return lost(name, reason.message);
  return { name, passed: 0, skipped: 1, failures: [], seconds: 0 };
}

/** Two cores: two checks at a time. */
async function runChecks(/** @type {readonly import('./lib/suites.mjs').Check[]} */ checks) {
  const queue = [...checks];
  /** @type {Result[]} */
  const results = [];
  const worker = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) results.push(await runCheck(check));
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/**
 * @param {readonly Result[]} results
 * @returns {void}
 */
function conclude(results) {
  console.log('');
  const width = Math.max(16, ...results.map(({ name }) => name.length));
  for (const { name, passed, skipped, failures, seconds } of results) {
    const parts = [`${passed} passed`, `${failures.length} failed`, ...(skipped > 0 ? [`${skipped} skipped`] : [])];
    const mark = failures.length > 0 ? '✘' : skipped > 0 ? '-' : '✔';
    console.log(`${mark} ${name.padEnd(width)} ${parts.join(', ').padEnd(32)} ${seconds.toFixed(1)} s`);
  }
  for (const { name, failures } of results) {
    for (const { title, error } of failures)
      console.log(`\n✘ ${name}: ${title}\n  ${error.split('\n').slice(0, 6).join('\n  ')}`);
  }
  const sum = (/** @type {(result: Result) => number} */ of) =>
    results.reduce((total, result) => total + of(result), 0);
  const failed = sum(({ failures }) => failures.length);
  const skipped = sum(result => result.skipped);
  console.log(`\n${sum(({ passed }) => passed)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 ? 0 : 1;
}

whenAskedToEnd(() => {
  void Promise.all([...running].map(group => endGroup(group, 5000))).finally(() => process.exit(1));
});

/**
 * @param {import('./lib/suites.mjs').Suite} suite
 * @param {ReturnType<typeof prepare>} ready
 * @param {{ grep: string | undefined, live: boolean }} options
 * @returns {Promise<readonly Result[]>} none when it would be another suite once more
 */
async function runPrepared(suite, ready, { grep, live }) {
  const found = await Promise.all(suite.needs.map(ready));
  /** @type {import('./lib/needs.mjs').Prepared} */
  let prepared = { env: {} };
  for (const [index, one] of found.entries()) {
    const need = suite.needs[index] ?? 'patroni';
    if (one instanceof Error) return [unavailable(suite.name, need, one)];
    if (one === 'the same') return [];
    // The title is that of the Patroni for its own tests; a suite that needs it beside others has its own name.
    prepared = { ...prepared, ...(suite.needs.length === 1 ? one : {}), env: { ...prepared.env, ...one.env } };
  }
  return [await runSuite(suite, grep, prepared, live)];
}

/**
 * @param {readonly import('./lib/suites.mjs').Suite[]} suites
 * @returns {import('./lib/suites.mjs').Suite[][]} those that run at the same time
 */
function together(suites) {
  /** @type {import('./lib/suites.mjs').Suite[][]} */
  const groups = [];
  for (const suite of suites) {
    const before = groups.at(-1);
    if (suite.beside === true && before?.[0]?.folder === suite.folder) before.push(suite);
    else groups.push([suite]);
  }
  return groups;
}

await script(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, grep: { type: 'string' }, all: { type: 'boolean', default: false } },
  });
  const isWhole = values.only === undefined && values.grep === undefined;
  const before = checkedOut();
  const { checks, suites } = select(values.only?.split(',') ?? [], values.all);
  const ready = prepare(suites, line => console.log(line));
  const results = await runChecks(checks);
  for (const group of together(suites)) {
    const ran = await Promise.all(
      group.map((suite, index) => runPrepared(suite, ready, { grep: values.grep, live: index === 0 })),
    );
    results.push(...ran.flat());
  }
  if (isWhole) results.push(await runConformance(results));
  const after = checkedOut();
  if (isWhole && before !== undefined && after !== undefined)
    writeTestRecord(RECORD, testRecord(results, { before, after, arguments: process.argv.slice(2) }));
  conclude(results);
}).finally(() => rmSync(folder, { recursive: true, force: true }));
