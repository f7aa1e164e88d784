/**
 * What must be true after a run, whatever went wrong in it. Every check names the rule that it holds the cluster and
 * the control plane to.
 */
import assert from 'node:assert/strict';
import type { AuditLine } from '../../src/control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import { requestEnd } from '../../src/audit/query.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import type { Chaos } from './chaos.ts';
import {
  type Json,
  type TestCluster,
  type TestNode,
  at,
  errorCode,
  demote,
  listAt,
  promote,
  textAt,
} from '../support/test-cluster.ts';
import { type TestOperator, type Told, TIMEOUTS } from './operator.ts';
import type { Acknowledged, Witness } from './witness.ts';

/** What a node's ledger said before its directory was emptied. */
export interface Ledger {
  readonly events: readonly Json[];
  readonly fates: ReadonlyMap<string, Fate>;
}

interface Fate {
  readonly known: boolean;
  readonly outcome: string | null;
}

export interface Run {
  readonly cluster: TestCluster;
  readonly operator: TestOperator;
  readonly chaos: Chaos;
  readonly witness: Witness;
  /** Ledgers that were lost with an emptied directory, by node id. */
  readonly lost: Map<string, Ledger[]>;
}

async function eventsOf(node: TestNode): Promise<readonly Json[]> {
  const events: Json[] = [];
  for (let after: string | null = '0'; after !== null; ) {
    const page: Json = (await node.get(`/v1/promotion?limit=1000&after=${after}`)).body;
    events.push(...listAt(page, 'data.events'));
    after = at(page, 'data.next_after') === null ? null : textAt(page, 'data.next_after');
  }
  return events;
}

function sentTo(operator: TestOperator, node: TestNode): readonly Told[] {
  return operator.told.filter(one => one.node === node);
}

/** The node's ledger as it is now: its events, and the fate of everything that this operator asked of it. */
export async function readLedger(node: TestNode, operator: TestOperator): Promise<Ledger> {
  const fates = new Map<string, Fate>();
  for (const { requestId } of sentTo(operator, node)) fates.set(requestId, await operator.fate(node, requestId));
  return { events: await eventsOf(node), fates };
}

async function rowsOf(node: TestNode): Promise<ReadonlyMap<string, Json>> {
  const rows = new Map<string, Json>();
  for (let after: string | null = '0'; after !== null; ) {
    const page: Json = (await node.get(`/local/writes?after=${after}`)).body;
    for (const row of listAt(page, 'rows')) rows.set(textAt(row, 'key'), row);
    after = at(page, 'next_after') === null ? null : textAt(page, 'next_after');
  }
  return rows;
}

/** P6-S1: every acknowledged write is there, as the commit of the epoch that it was acknowledged as. */
async function nothingIsLost(primary: TestNode, acknowledged: readonly Acknowledged[]): Promise<void> {
  const rows = await rowsOf(primary);
  const wrong = acknowledged.filter(({ key, epoch, commitId }) => {
    const row = rows.get(key);
    return row === undefined || at(row, 'commit_id') !== commitId || at(row, 'epoch') !== epoch.toString();
  });
  assert.deepEqual(wrong, [], 'P6-S1: an acknowledged write is missing, or is another commit');
}

/**
 * P6-A1: no write that began after a majority had adopted a newer epoch, or after another was acknowledged under one,
 * is acknowledged under an older one, and one node alone acknowledges in an epoch: so never two at a time.
 */
function oneWriterAtATime({ acknowledged, adoptions }: Witness): void {
  const writers = new Map<bigint, string>();
  const byEnd = acknowledged.toSorted((one, other) => one.ended - other.ended);
  const byBegin = acknowledged.toSorted((one, other) => one.began - other.began);
  let newest = -1n;
  let ended = 0;
  for (const write of byBegin) {
    for (let before = byEnd[ended]; before !== undefined && before.ended < write.began; before = byEnd[(ended += 1)])
      if (before.epoch > newest) newest = before.epoch;
    assert.ok(
      write.epoch >= newest,
      `P6-A1: ${write.key} was acknowledged under epoch ${write.epoch} after epoch ${newest} had acknowledged`,
    );
    const adopted = adoptions.findLast(({ by }) => by < write.began)?.epoch ?? 0n;
    assert.ok(
      write.epoch >= adopted,
      `P6-A1: ${write.key} was acknowledged under epoch ${write.epoch} after a majority had adopted ${adopted}`,
    );
    const writer = writers.get(write.epoch) ?? write.nodeId;
    assert.equal(write.nodeId, writer, `P6-A1: two nodes acknowledged writes in epoch ${write.epoch}`);
    writers.set(write.epoch, writer);
  }
}

function typeOf(event: Json): string {
  return textAt(event, 'type');
}

function requestOf(event: Json): string | null {
  const id = at(event, 'request_id');
  return typeof id === 'string' ? id : null;
}

/**
 * P6-F3, P7-F3, P7-S1: executed once at most, and only what this operator asked for; a repeated id is refused as one.
 */
async function executedOnce(
  run: Run,
  events: readonly Json[],
  fates: ReadonlyMap<string, Fate>,
): Promise<ReadonlySet<string>> {
  const completed = events
    .filter(event => typeOf(event).endsWith('.transition_completed'))
    .map(event => requestOf(event) ?? '');
  const executed = new Set(completed);
  assert.equal(executed.size, completed.length, `P6-F3: a request was executed twice: ${completed.join(' ')}`);
  const asked = new Set(run.operator.told.map(({ requestId }) => requestId));
  assert.deepEqual(
    [...executed].filter(id => !asked.has(id)),
    [],
    'P7-S1: something was executed that nobody asked for',
  );
  for (const { requestId, node, command } of run.operator.told) {
    if (fates.get(requestId)?.known !== true || run.lost.has(node.id)) continue;
    const again = await (command === 'request_demotion' ? demote : promote)(node, { id: requestId });
    assert.equal(
      errorCode(again),
      'AERO_DUPLICATE_REQUEST',
      `P7-F3: ${requestId} was not recognised when it came again`,
    );
  }
  return executed;
}

/** P7-E2: unknown is said only where the answer was lost, or the kernel itself could not say. */
function excused({ chaos }: Run, { node, error, consented, ended }: Told): boolean {
  const held = (...kinds: Parameters<Chaos['held']>[1]): boolean => chaos.held(node, kinds, consented ?? 0, ended);
  switch (error?.code ?? '') {
    case 'PHASE7_TIMEOUT':
      return ended - (consented ?? 0) >= TIMEOUTS.controlMs;
    case 'PHASE7_TRANSPORT_FAILURE':
      return (
        held('kill', 'twins', 'crash', 'disk', 'lock', 'deliveries') ||
        chaos.done.some(
          one =>
            one.node === node &&
            one.trouble.kind === 'answers' &&
            one.trouble.how === 'dropped' &&
            one.from <= ended &&
            one.to >= (consented ?? 0),
        )
      );
    case 'PHASE7_INVALID_KERNEL_RESPONSE':
      return held('answers');
    case 'AERO_STORAGE_FAILED':
      return held('disk', 'lock');
    // The answer to a second delivery, while the first was still under way.
    case 'AERO_DUPLICATE_REQUEST':
      return held('deliveries');
    default:
      return false;
  }
}

/** P7-E2: what the operator was told is what the ledger of the node says, and its events. */
function toldTheTruth(run: Run, executed: ReadonlySet<string>, fates: ReadonlyMap<string, Fate>): void {
  for (const told of run.operator.told) {
    const { requestId, command, node, outcome, error } = told;
    const fate = fates.get(requestId);
    const said =
      `${command} of ${node.name}, ${requestId}: told ${outcome} (${error?.code ?? ''} ${error?.message ?? ''}), ` +
      `ledger ${JSON.stringify(fate)}`;
    assert.notEqual(fate?.outcome, 'unknown', `P6-F2: the ledger never settled it: ${said}`);
    assert.equal(fate?.outcome === 'executed', executed.has(requestId), `the ledger and the events disagree: ${said}`);
    if (outcome === 'executed') assert.equal(fate?.outcome, 'executed', said);
    if (outcome === 'not_executed') assert.notEqual(fate?.outcome, 'executed', said);
    if (outcome === 'unknown') assert.ok(excused(run, told), `P7-E2: unknown without a reason: ${said}`);
  }
}

function positionOf(head: Json): AuditPosition {
  return { seq: BigInt(textAt(head, 'seq')), hash: textAt(head, 'hash') };
}

/**
 * P7-O3: the log is whole, holds every head that a kernel has seen, each the intent of just that request, and tells
 * what the operator was told.
 */
async function auditAgrees(
  { operator }: Run,
  events: readonly Json[],
  fates: ReadonlyMap<string, Fate>,
): Promise<number> {
  const reader = openAuditReader({ directory: operator.directory });
  const lines: AuditLine[] = [];
  for await (const line of reader.lines()) lines.push(line);
  const bySeq = new Map(lines.map(line => [line.record?.['seq'], line.record]));
  const heads: AuditPosition[] = [];
  for (const event of events.filter(one => requestOf(one) !== null)) {
    const head = positionOf(at(event, 'audit_head') ?? null);
    const record = bySeq.get(head.seq.toString());
    assert.deepEqual(
      [record?.['hash'], record?.['stage'], record?.['request_id']],
      [head.hash, 'dispatch_intent', requestOf(event)],
      'P7-O3: the kernel saw a request before its intent was recorded',
    );
    heads.push(head);
  }
  const { verdict, heads: found } = await reader.verifyHeads(heads);
  assert.equal(verdict.kind, 'intact', verdict.message);
  assert.ok(found.every(one => one.found === 'held'));
  for (const told of operator.told) {
    const own = lines.filter(line => line.record?.['request_id'] === told.requestId);
    const dispatched = own.some(line => line.record?.['stage'] === 'dispatch_intent');
    const end = requestEnd(own);
    const said =
      `${told.command} of ${told.node.name}, ${told.requestId}: told ${told.outcome} (${told.error?.code ?? ''}), ` +
      `log ${JSON.stringify(end)}`;
    if (!dispatched)
      assert.deepEqual(
        [fates.get(told.requestId)?.known, told.outcome],
        [false, 'not_executed'],
        `P7-O3: without an intent nothing is sent: ${said}`,
      );
    if (told.recorded) assert.deepEqual(end.kind === 'ended' ? end.outcome : null, told.outcome, said);
    else assert.notEqual(end.kind, 'ended', said);
  }
  return lines.length;
}

export interface Judged {
  /** Records in the audit log, and events of control requests in the kernels' ledgers. */
  readonly records: number;
  readonly events: number;
}

/** Asserts everything. `primary` acknowledged a write after all trouble had ended. */
export async function judge(run: Run, primary: TestNode): Promise<Judged> {
  const fates = new Map<string, Fate>();
  const events: Json[] = [];
  for (const node of run.cluster.nodes) {
    // What an emptied node no longer knows, it said before.
    for (const ledger of [await readLedger(node, run.operator), ...(run.lost.get(node.id) ?? [])]) {
      events.push(...ledger.events.filter(event => requestOf(event) !== null));
      for (const [id, fate] of ledger.fates) if (fates.get(id)?.known !== true) fates.set(id, fate);
    }
  }
  oneWriterAtATime(run.witness);
  await nothingIsLost(primary, run.witness.acknowledged);
  const executed = await executedOnce(run, events, fates);
  toldTheTruth(run, executed, fates);
  return { records: await auditAgrees(run, events, fates), events: events.length };
}
