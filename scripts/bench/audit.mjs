/**
 * The audit log's numbers: `npm run bench -- --only audit`, or by itself with `--records 10000000`. In turns, on the
 * same disk and file: a bare write and flush of the same bytes, sha256sum, wc and grep. Of more than a million records
 * (ten million are 6 GB, in `--directory` or where temporary files are) a million are measured first: what each record
 * takes may not grow with the log, told by the processor's time, which other work on the machine lengthens little.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeRecord } from '../../src/audit/chain.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { sampleEntry, sampleRequestId, writeSampleLog } from './audit-sample.mjs';
import { compared, measured } from './measure.mjs';
import { processTime } from './pairs.mjs';

const MIB = 1024 * 1024;
const MILLION = 1_000_000;
/** How much longer each record may take in a longer log. */
const GROWTH = 1.2;
const APPENDS = 2000;
const ROUNDS = 3;
const OPENED = 'opened, to the first page';
const PAGE = 200;
const MOST_MIB = 200;
/** How many times what the least takes: wc for the first page, grep for a filter, sha256sum for a verification. */
const TIMES = { open: 4, filter: 3, verify: 4 };
/** A filter that finds many has to know that each of them is a record; grep has not. */
const TIMES_OF_MANY = 20;

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    measure: { type: 'string' },
    file: { type: 'string' },
    directory: { type: 'string' },
  },
});
const records = Number(values.records);

/**
 * Bare and recorded appends take turns, so that whatever else the machine does falls on both. @param {string} directory
 */
async function benchAppend(directory) {
  const log = openAuditLog({ directory });
  const fd = openSync(path.join(directory, 'bare'), 'a');
  const bytes = encodeRecord(sampleEntry(1), null).line;
  /** @type {[number, number][]} */
  const pairs = [];
  await log.append(sampleEntry(0));
  for (let n = 0; n < APPENDS; n += 1) {
    let started = performance.now();
    writeSync(fd, bytes);
    fdatasyncSync(fd);
    const bare = performance.now() - started;
    started = performance.now();
    await log.append(sampleEntry(n));
    pairs.push([performance.now() - started, bare]);
  }
  closeSync(fd);
  const name = `append (${APPENDS} records of ${bytes.length} bytes)`;
  compared({ name, peer: 'bare write and flush', times: 3 }, pairs);
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

/**
 * @typedef {object} Taken of a step
 * @property {[own: number, peer: number][]} pairs milliseconds on the clock
 * @property {number} cpuMs its own, by the processor
 * @property {string} peer
 */

class Steps {
  /** @type {Record<string, Taken>} */
  taken = {};

  /**
   * @param {string} name
   * @param {readonly string[]} peer a command that does the least of the same kind
   * @param {() => Promise<unknown>} work
   */
  async take(name, peer, work) {
    const [file = '', ...args] = peer;
    /** @type {Taken} */
    const taken = { pairs: [], cpuMs: 0, peer: [file, ...args.slice(0, -1)].join(' ') };
    this.taken[name] = taken;
    const rounds = records > MILLION ? 1 : ROUNDS;
    for (let round = 0; round < rounds; round += 1) {
      const started = performance.now();
      const cpu = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(cpu);
      taken.cpuMs += (user + system) / 1000 / rounds;
      taken.pairs.push([performance.now() - started, processTime(file, args)]);
    }
  }
}

/** @param {string} file */
async function measureVerify(file) {
  const steps = new Steps();
  await steps.take('verification', ['sha256sum', file], async () => {
    const verdict = await openAuditReader({ file }).verify(null);
    if (verdict.kind !== 'intact' || Number(verdict.records) !== records) throw new Error(verdict.message);
  });
  return steps.taken;
}

/** @param {string} file */
async function measurePages(file) {
  const steps = new Steps();
  const requestId = sampleRequestId(Math.floor(records / 2));
  await steps.take(OPENED, ['wc', '-l', file], async () => {
    const pages = await openAuditPages(file);
    await pages.page(pages.count - PAGE, PAGE);
    await pages.close();
  });
  const pages = await openAuditPages(file);
  for (const [name, sought] of /** @type {const} */ ([
    ['every one', {}],
    ['those that ask for a change', { asks: 'changes' }],
    ['those that were executed', { outcome: 'executed' }],
    ['of an operator', { operator: 'alice' }],
  ]))
    await steps.take(`requests over all: ${name}`, ['grep', '-c', '"stage":"command_requested"', file], async () => {
      const found = await pages.requests(sought);
      await found.page(Math.floor(found.count / 2), PAGE);
    });
  for (const [name, pattern, filter] of /** @type {const} */ ([
    ['request id', `"request_id":"${requestId}"`, { requestId }],
    ['stage', '"stage":"dispatch_intent"', { stage: 'dispatch_intent' }],
    ['cluster', '"cluster":"production"', { cluster: 'production' }],
    ['command', '"command":"force_promotion"', { command: 'force_promotion' }],
    ['operator', 'alice', { operator: 'alice' }],
    ['outcome, which all have', '"outcome":"pending"', { outcome: 'pending' }],
    ['time range over all', '"time":"20', { from: '2026-01-01T00:00:00.000Z', to: '2099-01-01T00:00:00.000Z' }],
    ['free text, found once', 'the needle', { text: 'the needle' }],
    ['free text in every line', 'HAND', { text: 'HAND' }],
  ])) {
    const grep = ['grep', name.startsWith('free text') ? '-ciF' : '-cF', pattern, file];
    await steps.take(`filter over all: ${name}`, grep, async () => {
      const found = await pages.select(filter);
      await found.page(0, PAGE);
      await found.page(Math.floor(found.count / 2), PAGE);
    });
  }
  const stages = ['grep', '-cE', '"stage":"(dispatch_intent|command_executed)"', file];
  await steps.take('intents without an outcome', stages, async () => (await pages.danglingIntents()).page(0, PAGE));
  await pages.close();
  return steps.taken;
}

if (values.measure !== undefined && values.file !== undefined) {
  const steps = values.measure === 'verify' ? await measureVerify(values.file) : await measurePages(values.file);
  console.log(JSON.stringify({ steps, rss: process.resourceUsage().maxRSS * 1024 }));
} else {
  const directory = mkdtempSync(path.join(values.directory ?? tmpdir(), 'aerodb-bench-audit-'));
  try {
    await benchAppend(directory);
    const shorter = records > MILLION ? benchLog(path.join(directory, 'million.jsonl'), MILLION) : null;
    const taken = benchLog(path.join(directory, 'large.jsonl'), records);
    if (shorter !== null) reportGrowth(shorter, taken);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {string} file @param {number} count of the records it is written with */
function benchLog(file, count) {
  writeSampleLog(file, count);
  const amount = `${count} records: `;
  const verification = inOwnProcess('verify', { file, count });
  const pages = inOwnProcess('pages', { file, count });
  const steps = { ...verification.steps, ...pages.steps };
  for (const [name, { pairs, peer }] of Object.entries(steps))
    compared({ name: `${amount}${name}`, peer, times: timesOf(name) }, pairs);
  for (const [name, { rss }] of /** @type {const} */ ([
    ['memory of the verification', verification],
    ['memory of pages and filters', pages],
  ]))
    measured({ name: `${amount}${name}`, value: rss / MIB, unit: 'MiB', limit: MOST_MIB });
  rmSync(file);
  return steps;
}

/** @param {string} name of a step @returns {number} so many times what its peer takes at most */
function timesOf(name) {
  if (name === 'verification') return TIMES.verify;
  if (name === OPENED) return TIMES.open;
  return name.endsWith('found once') || name.endsWith('request id') ? TIMES.filter : TIMES_OF_MANY;
}

/** @param {Record<string, Taken>} shorter @param {Record<string, Taken>} longer */
function reportGrowth(shorter, longer) {
  for (const beginning of ['verification', OPENED, 'filter over all']) {
    const of = (/** @type {Record<string, Taken>} */ all) =>
      Object.entries(all).reduce((sum, [name, { cpuMs }]) => (name.startsWith(beginning) ? sum + cpuMs : sum), 0);
    const name = `${beginning}, processor time of each million of ${records} records`;
    compared({ name, peer: 'of one million', times: GROWTH }, [[of(longer) / (records / MILLION), of(shorter)]]);
  }
}
