/**
 * The audit log's numbers: `npm run bench:audit [-- --records 1000000]`. The limits are measured in the same run, on
 * the same disk: a bare write and flush of the same bytes, and sha256sum over the same file. Exits 1 where one is
 * missed.
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
const APPENDS = 2000;
const ROUND = 50;

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
    ['p50', 0.5, 3],
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

/** Measures in a process of its own, so that its memory is its own. @param {string} what @param {string} file */
function inOwnProcess(what, file) {
  const { stdout, status } = spawnSync(process.execPath, [import.meta.filename, '--measure', what, '--file', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, ` +
      `load ${loadavg()[0]?.toFixed(1) ?? '?'}\n`,
  );
  console.log('| what | measured | limit | met |\n| --- | ---: | ---: | --- |');
  await benchAppend(directory);
  const file = path.join(directory, 'large.jsonl');
  writeSampleLog(file, records);
  const { size } = statSync(file);
  const started = performance.now();
  execFileSync('sha256sum', [file], { stdio: 'ignore' });
  const bare = performance.now() - started;
  const verified = inOwnProcess('verify', file);
  report({
    name: `verification of ${verified['records']} records (${(size / 1e6).toFixed(0)} MB)`,
    value: verified['ms'] ?? NaN,
    unit: 'ms',
    peer: { name: 'sha256sum', value: bare, times: 4 },
  });
  report({ name: 'its memory', value: (verified['rss'] ?? NaN) / MIB, unit: 'MiB', limit: 200 });
  const { opened = 0, rss = 0, ...filters } = inOwnProcess('pages', file);
  report({ name: 'opened, to the first page', value: opened, unit: 'ms', limit: 3000 });
  for (const [name, ms] of Object.entries(filters))
    report({ name: `filter over all: ${name}`, value: ms, unit: 'ms', limit: 5000 });
  report({ name: 'memory of pages and filters', value: rss / MIB, unit: 'MiB', limit: 200 });
}
