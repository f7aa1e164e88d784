/** A large audit log for measuring, made without the cost of a flush for each record. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { encodeRecord } from '../../src/audit/chain.ts';

const STAGES = /** @type {const} */ ([
  'command_requested',
  'explanation_presented',
  'confirmation_requested',
  'confirmation_given',
  'dispatch_intent',
  'command_executed',
]);

/**
 * Requests of six stages, each record as long as real ones are on average: 600 bytes.
 * @param {number} n
 * @returns {import('../../src/control-plane/model/record.ts').AuditEntry}
 */
export function sampleEntry(n) {
  return {
    time: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    clock: 'operator workstation',
    session: '6f1c1f3e-0000-4000-8000-000000000001',
    n: String(n),
    stage: STAGES[n % STAGES.length] ?? 'command_requested',
    operator: { account: n % 7 === 0 ? 'bob' : 'alice', host: 'workstation-1', name: null },
    authority: 'Operator',
    request_id: sampleRequestId(n),
    command: n % 1000 < 6 ? 'force_promotion' : 'request_promotion',
    cluster: n % 3 === 0 ? 'staging' : 'production',
    target: 'node-2',
    args: { cluster: 'production', node: 'node-2', reason: n === 777_777 ? 'The NEEDLE' : 'hand-over' },
    outcome: 'pending',
  };
}

/**
 * @param {number} n of a record
 * @returns {string} the id of the request that it belongs to
 */
export function sampleRequestId(n) {
  return `6f1c1f3e-0000-4000-8000-${String(Math.floor(n / STAGES.length)).padStart(12, '0')}`;
}

/**
 * The same bytes as `encodeRecord(sampleEntry(n), …)`, of which they are pieced together some ten times faster.
 * @param {number} n
 * @param {import('../../src/control-plane/model/audit-position.ts').AuditPosition | null} after
 */
function sampleRecord(n, after) {
  const { time, stage, operator, request_id, command, cluster, args } = sampleEntry(n);
  const seq = n + 1;
  const body =
    `{"args":{"cluster":"production","node":"node-2","reason":"${String(args?.['reason'])}"},"authority":"Operator",` +
    `"clock":"operator workstation","cluster":"${cluster}","command":"${command}","n":"${n}",` +
    `"operator":{"account":"${operator.account}","host":"workstation-1","name":null},"outcome":"pending",` +
    `"prev":"${after?.hash ?? '0'.repeat(64)}","request_id":"${request_id}","seq":"${seq}",` +
    `"session":"6f1c1f3e-0000-4000-8000-000000000001","stage":"${stage}","target":"node-2","time":"${time}","v":1`;
  const hash = createHash('sha256').update(`${body}}`).digest('hex');
  return { line: `${body},"hash":"${hash}"}\n`, position: { seq: BigInt(seq), hash } };
}

/**
 * Writes a log of this many records.
 * @param {string} file
 * @param {number} records
 * @returns {void}
 */
export function writeSampleLog(file, records) {
  const fd = openSync(file, 'w', 0o600);
  /** @type {import('../../src/control-plane/model/audit-position.ts').AuditPosition | null} */
  let head = null;
  let pending = '';
  for (let n = 0; n < records; n += 1) {
    /** @type {ReturnType<typeof sampleRecord>} */
    const { line, position } = sampleRecord(n, head);
    if (n % 99_991 < 8 && encodeRecord(sampleEntry(n), head).line.toString() !== line)
      throw new Error(`sample record ${n} is not what the log would write`);
    head = position;
    pending += line;
    if (n % 2000 !== 1999 && n < records - 1) continue;
    writeSync(fd, pending);
    pending = '';
  }
  closeSync(fd);
}
