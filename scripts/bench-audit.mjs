/**
 * The audit log's numbers: `npm run bench:audit [-- --records 1000000]`. The limits are measured in the same run, on
 * the same disk: a bare write and flush of the same bytes, and sha256sum over the same file. Of more than a million
 * records (ten million are 6 GB, in `--directory` or where temporary files are) a million are measured first: what
 * each record takes may not grow with the log, told by the processor's time, which other work on the machine does not
 * lengthen much. Exits 1 where a limit is missed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeRecord } from '../src/audit/chain.ts';
import { openAuditLog } from '../src/audit/log.ts';
import { openAuditPages } from '../src/audit/pages.ts';
import { openAuditReader } from '../src/audit/reader.ts';
import { sampleEntry, sampleRequestId, writeSampleLog } from './lib/audit-sample.mjs';
import { measured, percentile } from './lib/bench.mjs';

const MIB = 1024 * 1024;
const MILLION = 1_000_000;
/** How much longer each record may take in a longer log. */
const GROWTH = 1.2;
const APPENDS = 2000;
const ROUND = 50;
const ROUNDS = 3;
const OPENED = 'opened, to the first page';
/** Once takes too little to be compared. */
const AGAIN = 'opened again';
const OPENED_AGAIN = 9;
const MOST_MIB = 200;
const OPEN_MS = 3000;
const FILTER_MS = 5000;
const PAGE_MS = 500;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    measure: { type: 'string' },
    file: { type: 'string' },
    directory: { type: 'string' },
  },
});
const records = Number(values.records);

/** @param {number} ms */
function shown(ms) {
  return ms < 10 ? `${(ms * 1000).toFixed(0)} µs` : `${(ms / 1000).toFixed(2)} s`;
}

/** @type {boolean[]} */
const met = [];
/** @param {import('./lib/bench.mjs').Measure} measure */
function report(measure) {
  const { name, value, unit, limit, peer } = measure;
  const show = (/** @type {number} */ amount) => (unit === 'ms' ? shown(amount) : `${amount.toFixed(0)} ${unit}`);
  const ok = measured(measure);
  met.push(ok);
  console.log(
    `| ${name} | ${show(value)} ` +
      `| ${peer === undefined ? show(limit ?? Infinity) : `${peer.times} × ${peer.name}: ${show(peer.value)}`} ` +
      `| ${ok ? 'yes' : '**no**'} |`,
  );
}

/**
 * Bare and recorded appends take turns, so that whatever else the machine does falls on both. @param {string} directory
 */
async function benchAppend(directory) {
  const log = openAuditLog({ directory });
  const fd = openSync(path.join(directory, 'bare'), 'a');
  const bytes = encodeRecord(sampleEntry(1), null).line;
  /** @type {number[]} */
  const bare = [];
  /** @type {number[]} */
  const appended = [];
  await log.append(sampleEntry(0));
  for (let n = 0; n < APPENDS; n += ROUND) {
    for (let i = 0; i < ROUND; i += 1) {
      const started = performance.now();
      writeSync(fd, bytes);
      fdatasyncSync(fd);
      bare.push(performance.now() - started);
    }
    for (let i = 0; i < ROUND; i += 1) {
      const started = performance.now();
      await log.append(sampleEntry(n + i));
      appended.push(performance.now() - started);
    }
  }
  closeSync(fd);
  for (const [name, share, factor] of /** @type {const} */ ([
    ['p50', 0.5, 2],
    ['p99', 0.99, 5],
  ])) {
    report({
      name: `append ${name} (${APPENDS} records of ${bytes.length} bytes)`,
      value: percentile(appended, share),
      unit: 'ms',
      peer: { name: 'bare write and flush', value: percentile(bare, share), times: factor },
    });
  }
}

/**
 * Measures in a process of its own, so that its memory is its own.
 * @param {'verify' | 'pages'} what
 * @param {{ file: string, count: number }} log
 */
function inOwnProcess(what, { file, count }) {
  const { stdout, status } = spawnSync(
    process.execPath,
    [import.meta.filename, '--measure', what, '--file', file, '--records', String(count)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (status !== 0) throw new Error(`measuring ${what} failed`);
  return /** @type {{ steps: Record<string, Taken>, rss: number }} */ (JSON.parse(stdout));
}

/** @typedef {{ ms: number, cpuMs: number }} Taken of a step, on the clock and by the processor */

class Steps {
  /** @type {Record<string, Taken>} */
  taken = {};
  #started = performance.now();
  #cpu = process.cpuUsage();

  /** What was done since the last step. @param {string} name */
  end(name) {
    const { user, system } = process.cpuUsage(this.#cpu);
    this.taken[name] = { ms: performance.now() - this.#started, cpuMs: (user + system) / 1000 };
    this.#started = performance.now();
    this.#cpu = process.cpuUsage();
  }
}

/** @param {string} file */
async function measureVerify(file) {
  const steps = new Steps();
  const verdict = await openAuditReader({ file }).verify(null);
  if (verdict.kind !== 'intact' || Number(verdict.records) !== records) throw new Error(verdict.message);
  steps.end('verification');
  return steps.taken;
}

/** @param {string} file */
async function measurePages(file) {
  const steps = new Steps();
  const pages = await openAuditPages(file);
  await pages.page(pages.count - 200, 200);
  steps.end(OPENED);
  if (records <= MILLION) {
    for (let again = 0; again < OPENED_AGAIN; again += 1) await (await openAuditPages(file)).close();
    steps.end(AGAIN);
  }
  await pages.page(Math.floor(pages.count / 2), 200);
  steps.end('a page in the middle');
  const rows = await pages.requests({});
  await rows.page(rows.count - 200, 200);
  steps.end('by requests, to the first page');
  await rows.page(Math.floor(rows.count / 2), 200);
  steps.end('by requests, a page in the middle');
  for (const [name, sought] of /** @type {const} */ ([
    ['those that ask for a change', { asks: 'changes' }],
    ['those that were executed', { outcome: 'executed' }],
    ['of an operator', { operator: 'alice' }],
  ])) {
    const found = await pages.requests(sought);
    await found.page(Math.floor(found.count / 2), 200);
    steps.end(`filter over all, by requests: ${name}`);
  }
  for (const [name, filter] of /** @type {const} */ ([
    ['request id', { requestId: sampleRequestId(Math.floor(records / 2)) }],
    ['stage', { stage: 'dispatch_intent' }],
    ['cluster', { cluster: 'production' }],
    ['command', { command: 'force_promotion' }],
    ['operator', { operator: 'alice' }],
    ['outcome, which all have', { outcome: 'pending' }],
    ['time range over all', { from: '2026-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z' }],
    ['free text, found once', { text: 'the needle' }],
    ['free text in every line', { text: 'HAND' }],
  ])) {
    const found = await pages.select(filter);
    await found.page(0, 200);
    await found.page(Math.floor(found.count / 2), 200);
    steps.end(`filter over all: ${name}`);
  }
  const open = await pages.danglingIntents();
  await open.page(0, 200);
  steps.end('intents without an outcome');
  await pages.close();
  return steps.taken;
}

if (values.measure !== undefined && values.file !== undefined) {
  const steps = values.measure === 'verify' ? await measureVerify(values.file) : await measurePages(values.file);
  console.log(JSON.stringify({ steps, rss: process.resourceUsage().maxRSS * 1024 }));
} else {
  const directory = mkdtempSync(path.join(values.directory ?? tmpdir(), 'aerodb-bench-audit-'));
  try {
    await main(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  process.exitCode = met.every(Boolean) ? 0 : 1;
}

/** @param {string} directory */
async function main(directory) {
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, ` +
      `load ${loadavg()[0]?.toFixed(1) ?? '?'}\n`,
  );
  console.log('| what | measured | limit | met |\n| --- | ---: | ---: | --- |');
  await benchAppend(directory);
  const shorter = records > MILLION ? benchLog(path.join(directory, 'million.jsonl'), MILLION) : null;
  const taken = benchLog(path.join(directory, 'large.jsonl'), records);
  if (shorter !== null) reportGrowth(shorter, taken);
}

/** @param {string} file @param {number} count of the records it is written with */
function benchLog(file, count) {
  writeSampleLog(file, count);
  const { size } = statSync(file);
  const amount = `${count} records, ${(size / 1e6).toFixed(0)} MB: `;
  /** @type {number[]} */
  const bare = [];
  /** @type {ReturnType<typeof inOwnProcess>[]} */
  const verifications = [];
  // Taking turns, so that whatever else the machine does falls on both.
  for (let round = 0; round < (count > MILLION ? 1 : ROUNDS); round += 1) {
    const started = performance.now();
    execFileSync('sha256sum', [file], { stdio: 'ignore' });
    bare.push(performance.now() - started);
    verifications.push(inOwnProcess('verify', { file, count }));
  }
  report({
    name: `${amount}verification`,
    value: percentile(verifications.map(({ steps }) => steps['verification']?.ms ?? NaN)),
    unit: 'ms',
    peer: { name: 'sha256sum', value: percentile(bare), times: 2 },
  });
  const verified = Math.max(...verifications.map(({ rss }) => rss));
  report({ name: `${amount}its memory`, value: verified / MIB, unit: 'MiB', limit: MOST_MIB });
  const { steps, rss } = inOwnProcess('pages', { file, count });
  const millions = Math.max(1, count / MILLION);
  for (const [name, { ms }] of Object.entries(steps)) {
    if (name === AGAIN) continue;
    report({ name: `${amount}${name}`, value: ms, unit: 'ms', limit: limitOf(name, millions) });
  }
  report({ name: `${amount}memory of pages and filters`, value: rss / MIB, unit: 'MiB', limit: MOST_MIB });
  rmSync(file);
  return { ...steps, ...verifications[0]?.steps };
}

/** Milliseconds. @param {string} name @param {number} millions of records */
function limitOf(name, millions) {
  if (name.endsWith('a page in the middle')) return PAGE_MS;
  return (name === OPENED ? OPEN_MS : FILTER_MS) * millions;
}

/** @param {Record<string, Taken>} shorter @param {Record<string, Taken>} longer */
function reportGrowth(shorter, longer) {
  for (const [group, beginning, times] of /** @type {const} */ ([
    ['verification', 'verification', 1],
    [OPENED, 'opened', 1 + OPENED_AGAIN],
    ['filter over all', 'filter over all', 1],
  ])) {
    const of = (/** @type {Record<string, Taken>} */ all) =>
      Object.entries(all).reduce((sum, [name, { cpuMs }]) => (name.startsWith(beginning) ? sum + cpuMs : sum), 0);
    report({
      name: `${group}, processor time of each million of ${records} records`,
      value: of(longer) / (records / MILLION),
      unit: 'ms',
      peer: { name: 'of one million', value: of(shorter) / times, times: GROWTH },
    });
  }
}
