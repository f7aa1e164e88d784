/**
 * What a reconstruction costs. An incident of 10,000 entries: 6,000 records in four logs and the history of a node, by
 * the program that ships, as a whole process; beside a Node process that reads and parses the same lines.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeRecord } from '../../src/audit/chain.ts';
import { sampleEntry } from './audit-sample.mjs';
import { compared, measured } from './measure.mjs';
import { inTurns, processTime, time } from './pairs.mjs';
import { builtProgram, temporaryFolder } from './stand.mjs';

const LOGS = 4;
const RECORDS = 6000;
const RUNS = 7;
const NODE = '00000000-0000-4000-8000-000000000001';

using temporary = temporaryFolder();
const folder = temporary.path;

/** As long as explanations are: two of six records of a request are. */
const EXPLAINED = { text: 'What the kernel would check, and what it observed. '.repeat(120) };

/**
 * One operator's log, whose requests are those of no other.
 * @param {number} log
 * @returns {{ file: string, intents: { seq: bigint, hash: string, request: string }[] }}
 */
function writeLog(log) {
  /** @type {import('../../src/control-plane/model/audit-position.ts').AuditPosition | null} */
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

const program = await builtProgram(folder);
const [own = { file: '' }, ...others] = logs;
const args = ['audit', 'reconstruct', '--auditor', '--json', '--audit-dir', path.join(folder, 'own')];
const sources = ['--file', own.file, ...others.flatMap(({ file }) => ['--with', file]), '--with', history];
/** Reads and parses each line of some files. */
const PARSES =
  'for (const file of process.argv.slice(1)) ' +
  'for (const line of require("fs").readFileSync(file, "utf8").split("\\n")) ' +
  'if (line.startsWith("{\\"")) JSON.parse(line)';
/** @type {number[]} */
const memory = [];
let entries = 0;
const pairs = await inTurns(
  RUNS,
  () =>
    time(() => {
      const ended = spawnSync('/usr/bin/env', ['time', '-f', '%M', process.execPath, program, ...args, ...sources], {
        encoding: 'utf8',
        maxBuffer: 1024 * 1024 * 1024,
      });
      if (ended.status !== 0) throw new Error(`the program ended with ${ended.status}: ${ended.stderr}`);
      memory.push(Number(ended.stderr.trim().split('\n').at(-1)) / 1024);
      entries ||= JSON.parse(ended.stdout).entries.length;
      return Promise.resolve();
    }),
  () => processTime(process.execPath, ['-e', PARSES, ...logs.map(({ file }) => file), history]),
);
if (entries < RECORDS + events.length) throw new Error(`There are ${entries} entries.`);
compared(
  {
    name: 'reconstruction of 10,000 entries of 5 sources, whole process',
    peer: 'node -e that parses the same lines',
    times: 10,
  },
  pairs,
);
measured({ name: 'its memory at most', value: Math.max(...memory), unit: 'MiB', limit: 200 });
