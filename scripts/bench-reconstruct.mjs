/**
 * What a reconstruction costs: `npm run bench:reconstruct`. An incident of 10,000 entries: 6,000 records in four logs
 * and the history of a node, by the program that ships, as a whole process. Exits 1 where a limit is missed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeRecord } from '../src/audit/chain.ts';
import { build } from './build.mjs';
import { sampleEntry } from './lib/audit-sample.mjs';
import { measured, percentile } from './lib/bench.mjs';

const LOGS = 4;
const RECORDS = 6000;
const RUNS = 7;
const NODE = '00000000-0000-4000-8000-000000000001';

const folder = mkdtempSync(path.join(tmpdir(), 'aerodb-bench-reconstruct-'));
if (process.env['KEEP'] === undefined) process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** As long as explanations are: two of six records of a request are. */
const EXPLAINED = { text: 'What the kernel would check, and what it observed. '.repeat(120) };

/**
 * One operator's log, whose requests are those of no other.
 * @param {number} log
 * @returns {{ file: string, intents: { seq: bigint, hash: string, request: string }[] }}
 */
function writeLog(log) {
  /** @type {import('../src/control-plane/model/audit-position.ts').AuditPosition | null} */
  let head = null;
  const lines = [];
  const intents = [];
  for (let n = 0; n < RECORDS / LOGS; n += 1) {
    const sample = sampleEntry(log * RECORDS + n);
    const entry = {
      ...sample,
      operator: { account: `operator-${log}`, host: 'workstation', name: null },
      ...(sample.stage === 'explanation_presented' ? { explanation: EXPLAINED } : {}),
    };
    const record = encodeRecord(/** @type {any} */ (entry), head);
    head = record.position;
    lines.push(record.line);
    if (entry.stage === 'dispatch_intent') intents.push({ ...head, request: entry.request_id ?? '' });
  }
  const file = path.join(folder, `log-${log}.jsonl`);
  writeFileSync(file, Buffer.concat(lines));
  return { file, intents };
}

const logs = Array.from({ length: LOGS }, (_, log) => writeLog(log));
const events = logs
  .flatMap(({ intents }) => intents)
  .flatMap(({ seq, hash, request }) =>
    ['requested', 'validation_started', 'transition_started', 'transition_completed'].map(step => ({
      type: `replication.promotion.${step}`,
      time: '2026-01-01T00:00:00.000Z',
      epoch: '1',
      requestId: request,
      nodeId: NODE,
      mode: 'validated',
      operator: null,
      reason: null,
      auditHead: { seq: seq.toString(), hash },
      fields: {},
    })),
  )
  .map((event, index) => ({ seq: String(index + 1), ...event }));
const history = path.join(folder, 'node.json');
writeFileSync(
  history,
  JSON.stringify(
    {
      format: 'aerodb-control/1',
      kind: 'answered',
      command: 'inspect_promotion_state',
      cluster: { name: 'production', kind: 'aerodb', environment: null },
      view: { state: 'Steady', epoch: '1', lastAttempt: null, events, nextAfter: null, request: null },
      observed: { nodeId: NODE, time: '2026-01-02T00:00:00.000Z', clock: 'node' },
      endpoint: 'http://127.0.0.1:1',
      notes: [],
      requestId: '6f1c1f3e-0000-4000-8000-999999999999',
      recorded: { notRecorded: 'made up' },
    },
    null,
    2,
  ),
);

writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
await build({ release: true, folder: path.join(folder, 'dist') });
const program = path.join(folder, 'dist/aerodb-control.cjs');
const [own = { file: '' }, ...others] = logs;
const args = ['audit', 'reconstruct', '--auditor', '--json', '--audit-dir', path.join(folder, 'own')];
const sources = ['--file', own.file, ...others.flatMap(({ file }) => ['--with', file]), '--with', history];
/** @type {number[]} */
const times = [];
/** @type {number[]} */
const memory = [];
let entries = 0;
for (let run = 0; run < RUNS; run += 1) {
  const started = performance.now();
  const ended = spawnSync('/usr/bin/env', ['time', '-f', '%M', process.execPath, program, ...args, ...sources], {
    encoding: 'utf8',
    maxBuffer: 1024 * 1024 * 1024,
  });
  times.push(performance.now() - started);
  if (ended.status !== 0) throw new Error(`the program ended with ${ended.status}: ${ended.stderr}`);
  memory.push(Number(ended.stderr.trim().split('\n').at(-1)) / 1024);
  entries = JSON.parse(ended.stdout).entries.length;
}
console.log(`${RECORDS} records in ${LOGS} logs, ${events.length} events of a node: ${entries} entries`);
const results = [
  {
    name: 'reconstruction of 10,000 entries of 5 sources, whole process',
    value: percentile(times),
    unit: 'ms',
    limit: 2000,
  },
  { name: 'its memory at most', value: Math.max(...memory), unit: 'MiB', limit: 200 },
];
for (const result of results)
  console.log(`${result.name}: ${result.value.toFixed(0)} ${result.unit} of ${result.limit}`);
process.exitCode = results.map(measured).every(Boolean) ? 0 : 1;
