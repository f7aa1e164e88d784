/**
 * The audit log in the editor, in numbers: `npm run bench:audit-editor [-- --records 1000000]`. Measured where the
 * panel's requests arrive, through the very session that answers them, everything included but the drawing. The limits
 * are those of a million records, and grow with the log. Exits 1 where one is missed.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openAuditPages } from '../src/audit/pages.ts';
import { requestEnd } from '../src/audit/query.ts';
import { openAuditReader } from '../src/audit/reader.ts';
import { AuditSession } from '../src/vscode/audit-session.ts';
import { parsePanelRequest } from '../src/panel-protocol/messages.ts';
import { sampleRequestId, writeSampleLog } from './lib/audit-sample.mjs';
import { measured } from './lib/bench.mjs';

const OPEN_MS = 3000;
const FILTER_MS = 5000;
const PAGE_MS = 500;
const PAGE = 100;

const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, directory: { type: 'string' } },
});
const records = Number(values.records);
const millions = Math.max(1, records / 1_000_000);

/**
 * The panel's side: asks by messages that are validated as a stranger's are, and waits for the answer. @param {string}
 * file
 */
function openPanel(file) {
  /** @type {((message: import('../src/panel-protocol/audit.ts').AuditMessage) => void)[]} */
  const waiting = [];
  const session = new AuditSession(
    {
      reader: openAuditReader({ file }),
      knownHead: () => null,
      secondCopy: null,
      openPages: () => openAuditPages(file),
      requestEnd,
      describe: () => Promise.resolve(null),
      exportTo: () => Promise.reject(new Error('nothing is exported here')),
    },
    {
      mayReview: () => true,
      isUnderWay: () => false,
      tell: message => waiting.shift()?.(structuredClone(message)),
      factsChanged: () => undefined,
    },
  );
  /** @param {unknown} message @returns {Promise<import('../src/panel-protocol/audit.ts').AuditMessage>} */
  const ask = message =>
    new Promise((resolve, reject) => {
      const request = parsePanelRequest(message);
      if (request?.type !== 'audit-select' && request?.type !== 'audit-page' && request?.type !== 'audit-unfold')
        throw new Error('not a request');
      waiting.push(resolve);
      session.answer(request).catch(reject);
    });
  let selection = 0;
  /** Selects and reads the page that is looked at first, the last. @param {unknown} sought
   * @param {'requests' | 'records'} by */
  const select = async (sought, by = 'records') => {
    selection += 1;
    const answer = await ask({ type: 'audit-select', selection, by, sought });
    const count = answer.part === 'selection' ? answer.count : 0;
    await ask({ type: 'audit-page', selection, from: Math.max(0, count - PAGE), count: PAGE });
    return count;
  };
  return { session, ask, select };
}

/** @type {boolean[]} */
const met = [];
/** @param {string} name @param {number} started @param {number} limit */
function report(name, started, limit) {
  const took = performance.now() - started;
  const ok = measured({ name, value: took, unit: 'ms', limit });
  met.push(ok);
  console.log(`| ${name} | ${(took / 1000).toFixed(2)} s | ${limit / 1000} s | ${ok ? 'yes' : '**no**'} |`);
}

const directory = mkdtempSync(path.join(values.directory ?? tmpdir(), 'aerodb-bench-audit-editor-'));
try {
  const file = path.join(directory, 'audit.jsonl');
  writeSampleLog(file, records);
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, ` +
      `load ${loadavg()[0]?.toFixed(1) ?? '?'}; ${records} records, ${(statSync(file).size / 1e6).toFixed(0)} MB\n`,
  );
  console.log('| what the panel asks | measured | limit | met |\n| --- | ---: | ---: | --- |');
  const { session, ask, select } = openPanel(file);
  const opened = performance.now();
  let started = opened;
  await session.read();
  // As in the editor: the log is verified and searched for dangling intents while it is already being read.
  const examined = session.examine();
  const rows = await select({}, 'requests');
  report('opened, to the first page of requests', started, OPEN_MS * millions);
  started = performance.now();
  await ask({ type: 'audit-page', selection: 1, from: Math.floor(rows / 2), count: PAGE });
  report('scrolled to the middle of the requests', started, PAGE_MS);
  started = performance.now();
  await select({});
  report('every record, to the first page', started, OPEN_MS * millions);
  started = performance.now();
  await ask({ type: 'audit-page', selection: 2, from: Math.floor(records / 2), count: PAGE });
  report('scrolled to the middle of the records', started, PAGE_MS);
  await examined;
  console.log(
    `| verified, and its dangling intents found | ${((performance.now() - opened) / 1000).toFixed(2)} s | | |`,
  );
  for (const [name, sought] of /** @type {const} */ ([
    ['cluster', { cluster: 'production' }],
    ['command', { command: 'force_promotion' }],
    ['operator', { operator: 'alice' }],
    ['outcome', { outcome: 'pending' }],
    ['stage', { stage: 'dispatch_intent' }],
    ['time range', { from: '2026-01-02T00:00:00.000Z', to: '2026-01-09T23:59:59.999Z' }],
    ['request id', { requestId: sampleRequestId(Math.floor(records / 2)) }],
    ['free text', { text: 'the needle' }],
    ['cluster, operator and time', { cluster: 'staging', operator: 'bob', from: '2026-01-02T00:00:00.000Z' }],
  ])) {
    started = performance.now();
    const count = await select(sought);
    report(`filter over all by ${name} (${count} found)`, started, FILTER_MS * millions);
  }
  for (const sought of [{ asks: 'changes' }, { outcome: 'unknown' }, { operator: 'alice' }]) {
    started = performance.now();
    const count = await select(sought, 'requests');
    report(`by requests: ${Object.entries(sought).join()} (${count} found)`, started, FILTER_MS * millions);
  }
  started = performance.now();
  await ask({ type: 'audit-unfold', line: Math.floor(records / 2) + 1 });
  report('a request unfolded', started, FILTER_MS * millions);
  started = performance.now();
  await select('dangling_intents');
  report('intents of unknown outcome', started, FILTER_MS * millions);
  await session.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = met.every(Boolean) ? 0 : 1;
