/**
 * Runs everything that is tested:
 *
 *     npm test [-- --only NAME,NAME] [--grep PATTERN] [--all] [--oldest] [--changed [--since COMMIT]] [--list]
 *
 * `--all`: on every version of Patroni. `--oldest`: in the oldest editor that the extension admits. `--changed`: only
 * what the files can break that differ from HEAD, from where COMMIT was left, or, where nothing differs from HEAD, from
 * the commit before. `--list`: only says what would run.
 *
 * The last line says how many passed and failed; the exit code is 0 only when nothing failed. A suite that ends without
 * a result, runs no test or leaves processes behind has failed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { parseArgs } from 'node:util';
import { RELEASE_VARIABLE } from './lib/code-server-install.mjs';
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

/** What a whole run leaves; `npm run docs -- --run out/test-run.json` keeps it. */
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
 * @param {{ env?: NodeJS.ProcessEnv, print?: (text: string) => void, system?: string | undefined,
 *   isOver?: () => boolean }} options print: is given what it prints, at once; isOver: whether there is nothing more
 *   that it should do
 * @returns {Promise<{ how: string, output: string, left: boolean }>} left: some of its processes outlived it
 */
async function runNode(args, { env = {}, print = () => undefined, system, isOver = () => false }) {
  const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
  const own = { ...colour, ...compiled, ...env };
  const here = [process.execPath, ...args];
  const [file = '', ...rest] =
    system === undefined ? here : inSystem(system, here, { shared: [root, folder], cwd: root, env: own });
  const group = startGroup(file, rest, { cwd: root, env: { ...process.env, ...own } });
  running.add(group.pid);
  for (const stream of [group.child.stdout, group.child.stderr]) {
    const decoder = new StringDecoder(); // a chunk may end in the middle of a character
    stream.on('data', chunk => print(decoder.write(chunk)));
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
    const { how, output } = await runNode(command, {});
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
 * @param {boolean} alone whether no other suite prints at the same time
 * @returns {Promise<Result>}
 */
async function runSuite(suite, grep, { env, title: name = suite.name, system }, alone) {
  console.log(`\n── ${name} ──`);
  if (!hasTests(suite)) return lost(name, 'there are no tests');
  const started = performance.now();
  const report = join(folder, `${suite.name}.jsonl`);
  const args = [...suite.command, ...(grep === undefined ? [] : ['--grep', grep])];
  const { how, left } = await runNode(args, {
    env: { ...env, [REPORT_VARIABLE]: report },
    print: alone ? text => process.stdout.write(text) : linesOf(name),
    system,
    isOver: () => readReport(report).some(({ event }) => event === 'end'),
  });
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
 * @param {string} name
 * @returns {(text: string) => void} prints whole lines, each with the name of the suite that it comes from
 */
function linesOf(name) {
  let rest = '';
  return text => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') console.log(`${name} │ ${line}`);
  };
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

/** How many checks and suites run side by side: as many as CI has cores. With more, the editor answered too late. */
const LANES = 2;

/**
 * @typedef {object} Job
 * @property {string | undefined} [uses] jobs that use the same thing do not run side by side
 * @property {boolean | undefined} [isLongest] begins before the others, or it would be alone at the end
 * @property {() => Promise<readonly Result[]>} run
 */

/**
 * Works on jobs in their order, the longest first, one at a time in each lane.
 * @param {readonly Job[]} jobs
 * @returns {Promise<readonly Result[]>} in the order of the jobs
 */
async function inLanes(jobs) {
  /** @type {(readonly Result[])[]} */
  const results = [];
  const waiting = jobs
    .map((job, index) => ({ ...job, index }))
    .toSorted((a, b) => Number(b.isLongest ?? false) - Number(a.isLongest ?? false));
  /** @type {Set<string | undefined>} */
  const used = new Set();
  const work = async () => {
    for (;;) {
      const next = waiting.find(({ uses }) => uses === undefined || !used.has(uses));
      if (next === undefined) return;
      waiting.splice(waiting.indexOf(next), 1);
      used.add(next.uses);
      results[next.index] = await next.run();
      used.delete(next.uses);
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  return results.flat();
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
 * @param {{ grep: string | undefined, alone: boolean }} options
 * @returns {Promise<readonly Result[]>} none when it would be another suite once more
 */
async function runPrepared(suite, ready, { grep, alone }) {
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
  return [await runSuite(suite, grep, prepared, alone)];
}

/**
 * @param {ReturnType<typeof select>} chosen
 * @param {string | undefined} since
 */
async function ofChange(chosen, since) {
  // Loaded only for this: dependency-cruiser takes its time.
  const { narrowed } = await import('./lib/changed.mjs');
  return await narrowed(chosen, { root, since, say: line => console.log(line) });
}

await script(async () => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      grep: { type: 'string' },
      all: { type: 'boolean', default: false },
      oldest: { type: 'boolean', default: false },
      changed: { type: 'boolean', default: false },
      since: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  if (values.oldest) process.env[RELEASE_VARIABLE] = 'oldest';
  const chosen = select(values.only?.split(',') ?? [], values.all);
  const isPart = values.changed || values.since !== undefined;
  const { checks, suites } = isPart ? await ofChange(chosen, values.since) : chosen;
  if (values.list) {
    for (const { name } of [...checks, ...suites]) console.log(name);
    return;
  }
  const isWhole = values.only === undefined && values.grep === undefined && !isPart;
  const before = checkedOut();
  const ready = prepare(suites, line => console.log(line));
  const results = [
    ...(await inLanes([
      ...checks.map(check => ({ run: async () => [await runCheck(check)] })),
      ...suites.map(suite => ({
        uses: suite.uses,
        isLongest: suite.isLongest,
        run: () => runPrepared(suite, ready, { grep: values.grep, alone: suites.length === 1 }),
      })),
    ])),
  ];
  if (isWhole) results.push(await runConformance(results));
  const after = checkedOut();
  if (isWhole && before !== undefined && after !== undefined)
    writeTestRecord(RECORD, testRecord(results, { before, after, arguments: process.argv.slice(2) }));
  conclude(results);
}).finally(() => rmSync(folder, { recursive: true, force: true }));
