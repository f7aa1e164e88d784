/**
 * The audit log's numbers: `npm run bench:audit [-- --records 1000000]`. The limits are measured in the same run, on
 * the same disk: a bare write and flush of the same bytes, and sha256sum over the same file. Exits 1 where one is missed.
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

const MIB = 1024 * 1024;
const APPENDS = 2000;
const ROUND = 50;

const { values } = parseArgs({ options: { records: { type: 'string', default: '1000000' }, measure: { type: 'string' }, file: { type: 'string' }, directory: { type: 'string' } } });
const records = Number(values.records);

const stages = /** @type {const} */ (['command_requested', 'explanation_presented', 'confirmation_requested', 'confirmation_given', 'dispatch_intent', 'command_executed']);

/** A record as long as real ones are on average: 600 bytes. @param {number} n @returns {import('../src/control-plane/record.ts').AuditEntry} */
function entry(n) {
  const request = String(Math.floor(n / stages.length)).padStart(12, '0');
  return {
    time: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(), clock: 'operator workstation', session: '6f1c1f3e-0000-4000-8000-000000000001', n: String(n),
    stage: stages[n % stages.length] ?? 'command_requested', operator: { account: n % 7 === 0 ? 'bob' : 'alice', host: 'workstation-1', name: null }, authority: 'Operator',
    request_id: `6f1c1f3e-0000-4000-8000-${request}`, command: n % 1000 < 6 ? 'force_promotion' : 'request_promotion', cluster: n % 3 === 0 ? 'staging' : 'production', target: 'node-2',
    args: { cluster: 'production', node: 'node-2', reason: n === 777_777 ? 'The NEEDLE' : 'hand-over' }, outcome: 'pending',
  };
}

/** @param {number[]} times @param {number} share */
const percentile = (times, share) => times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
/** @param {number} ms */
const shown = (ms) => (ms < 10 ? `${(ms * 1000).toFixed(0)} µs` : `${(ms / 1000).toFixed(2)} s`);

/** @type {boolean[]} */
const met = [];
/** @param {string} name @param {string} measured @param {string} limit @param {boolean} ok */
function report(name, measured, limit, ok) {
  met.push(ok);
  console.log(`| ${name} | ${measured} | ${limit} | ${ok ? 'yes' : '**no**'} |`);
}

/** Bare and recorded appends take turns, so that whatever else the machine does falls on both. @param {string} directory */
async function benchAppend(directory) {
  const log = openAuditLog({ directory });
  const fd = openSync(path.join(directory, 'bare'), 'a');
  const bytes = encodeRecord(entry(1), null).line;
  /** @type {number[]} */
  const bare = [];
  /** @type {number[]} */
  const appended = [];
  await log.append(entry(0));
  for (let n = 0; n < APPENDS; n += ROUND) {
    for (let i = 0; i < ROUND; i += 1) {
      const started = performance.now();
      writeSync(fd, bytes);
      fdatasyncSync(fd);
      bare.push(performance.now() - started);
    }
    for (let i = 0; i < ROUND; i += 1) {
      const started = performance.now();
      await log.append(entry(n + i));
      appended.push(performance.now() - started);
    }
  }
  closeSync(fd);
  for (const [name, share, factor] of /** @type {const} */ ([['p50', 0.5, 3], ['p99', 0.99, 5]])) {
    const [limit, took] = [percentile(bare, share), percentile(appended, share)];
    report(`append ${name} (${APPENDS} records of ${bytes.length} bytes)`, shown(took), `${factor} × ${shown(limit)}`, took <= factor * limit);
  }
}

/** A log of this many records, without the cost of a flush for each. @param {string} file */
function build(file) {
  const fd = openSync(file, 'w', 0o600);
  /** @type {import('../src/control-plane/audit-position.ts').AuditPosition | null} */
  let head = null;
  /** @type {Buffer[]} */
  let pending = [];
  for (let n = 0; n < records; n += 1) {
    const record = encodeRecord(entry(n), head);
    head = record.position;
    if (pending.push(record.line) < 5000 && n < records - 1) continue;
    writeSync(fd, Buffer.concat(pending));
    pending = [];
  }
  closeSync(fd);
}

/** Measures in a process of its own, so that its memory is its own. @param {string} what @param {string} file */
function inOwnProcess(what, file) {
  const { stdout, status } = spawnSync(process.execPath, [import.meta.filename, '--measure', what, '--file', file], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`measuring ${what} failed`);
  return /** @type {Record<string, number>} */ (JSON.parse(stdout));
}

/** @param {string} file */
async function measureVerify(file) {
  const started = performance.now();
  const verdict = await openAuditReader({ file }).verify(null);
  if (verdict.kind !== 'intact') throw new Error(verdict.message);
  return { ms: performance.now() - started, records: Number(verdict.records) };
}

/** @param {string} file */
async function measurePages(file) {
  const started = performance.now();
  const pages = await openAuditPages(file);
  await pages.page(pages.count - 200, 200);
  const opened = performance.now() - started;
  /** @type {Record<string, number>} */
  const times = { opened };
  for (const [name, filter] of /** @type {const} */ ([
    ['request id', { requestId: entry(Math.floor(records / 2)).request_id ?? '' }], ['stage', { stage: 'dispatch_intent' }], ['cluster', { cluster: 'production' }],
    ['command', { command: 'force_promotion' }], ['operator', { operator: 'alice' }], ['outcome, which all have', { outcome: 'pending' }],
    ['time range over all', { from: '2026-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z' }], ['free text, found once', { text: 'the needle' }], ['free text in every line', { text: 'HAND' }],
  ])) {
    const before = performance.now();
    const found = await pages.select(filter);
    await found.page(0, 200);
    times[`${name} (${found.count} found)`] = performance.now() - before;
  }
  await pages.close();
  return times;
}

if (values.measure !== undefined && values.file !== undefined) {
  const result = values.measure === 'verify' ? await measureVerify(values.file) : await measurePages(values.file);
  console.log(JSON.stringify({ ...result, rss: process.resourceUsage().maxRSS * 1024 }));
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
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1) ?? '?'}\n`);
  console.log('| what | measured | limit | met |\n| --- | ---: | ---: | --- |');
  await benchAppend(directory);
  const file = path.join(directory, 'large.jsonl');
  build(file);
  const { size } = statSync(file);
  const started = performance.now();
  execFileSync('sha256sum', [file], { stdio: 'ignore' });
  const bare = performance.now() - started;
  const verified = inOwnProcess('verify', file);
  report(`verification of ${verified['records']} records (${(size / 1e6).toFixed(0)} MB)`, shown(verified['ms'] ?? 0), `4 × sha256sum: ${shown(bare)}`, (verified['ms'] ?? 0) <= 4 * bare);
  report('its memory', `${((verified['rss'] ?? 0) / MIB).toFixed(0)} MiB`, '200 MiB', (verified['rss'] ?? 0) < 200 * MIB);
  const { opened = 0, rss = 0, ...filters } = inOwnProcess('pages', file);
  report('opened, to the first page', shown(opened), '3 s', opened < 3000);
  for (const [name, ms] of Object.entries(filters)) report(`filter over all: ${name}`, shown(ms), '5 s', ms < 5000);
  report('memory of pages and filters', `${(rss / MIB).toFixed(0)} MiB`, '200 MiB', rss < 200 * MIB);
}
