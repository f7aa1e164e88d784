/**
 * Makes up incidents of which the true order is known: operators with logs, nodes with histories, clocks that are up to
 * an hour off and are set back, requests that are lost on either way, histories of which pages are missing.
 */
import { createHash } from 'node:crypto';
import { PAST } from '../../src/engines/aerodb/past.ts';
import type { PastEvent } from '../../src/control-plane/engine.ts';
import { LogCollector, type CollectedLog, type LogPiece } from '../../src/reconstruction/collect.ts';
import type { Evidence } from '../../src/reconstruction/evidence.ts';
import type { NamedEvidence } from '../../src/reconstruction/lane.ts';
import type { ReconstructionQuery } from '../../src/reconstruction/model.ts';

/** What is asked for where everything is. */
export const ALL: ReconstructionQuery = { requestId: null, cluster: null, since: null, until: null };

/** A record or an event: its hash, or its node and number. */
export type Key = string;

/** An incident as it truly was, and what is given of it. */
export interface World {
  readonly logs: readonly CollectedLog[];
  readonly evidence: readonly NamedEvidence[];
  /** When each thing truly happened: 1, 2, 3 … */
  readonly moments: ReadonlyMap<Key, number>;
  /** Pairs that the sources link, earlier first, with what else has to be given so that they do. */
  readonly links: readonly (readonly [Key, Key, needs?: Key])[];
}

export function recordKey(hash: string): Key {
  return hash;
}

export function eventKey(node: string, seq: string): Key {
  return `${node} ${seq}`;
}

interface Log {
  readonly name: string;
  readonly skewMs: number;
  readonly pieces: Extract<LogPiece, { is: 'record' }>[];
}

interface Node {
  readonly id: string;
  readonly skewMs: number;
  readonly events: PastEvent[];
  epoch: number;
  primary: string;
  /** One attempt at a time. */
  isBusy: boolean;
}

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 1);

export function world(random: () => number): World {
  const moments = new Map<Key, number>();
  const links: [Key, Key, needs?: Key][] = [];
  let moment = 0;
  const pick = (below: number): number => Math.floor(random() * below);
  const skew = (): number => Math.round((random() * 2 - 1) * HOUR);
  const nodes: Node[] = Array.from({ length: 3 }, (_, index) => ({
    id: `00000000-0000-4000-8000-00000000000${index + 1}`,
    skewMs: skew(),
    events: [],
    epoch: 1,
    primary: '00000000-0000-4000-8000-000000000001',
    isBusy: false,
  }));
  const logs: Log[] = Array.from({ length: 1 + pick(4) }, (_, index) => ({
    name: `operator-${index + 1}`,
    skewMs: skew(),
    pieces: [],
  }));
  /** The clock of a source: skewed for good, and now and then set back. */
  const clock = (skewMs: number): string =>
    new Date(START + moment * 1000 + skewMs - (random() < 0.03 ? pick(HOUR) : 0)).toISOString();

  const record = (log: Log, fields: Readonly<Record<string, unknown>>): string => {
    moment += 1;
    const prev = log.pieces.at(-1)?.hash ?? '0'.repeat(64);
    const seq = BigInt(log.pieces.length + 1);
    const hash = createHash('sha256').update(`${log.name} ${seq}`).digest('hex');
    log.pieces.push({
      is: 'record',
      line: seq,
      seq,
      prev,
      hash,
      record: {
        time: clock(log.skewMs),
        clock: 'made-up',
        session: log.name,
        operator: { account: log.name, host: 'host' },
        authority: 'Operator',
        cluster: 'orders',
        ...fields,
      },
    });
    moments.set(recordKey(hash), moment);
    return hash;
  };
  const event = (node: Node, type: string, more: Partial<PastEvent> = {}): Key => {
    moment += 1;
    const seq = String(node.events.length + 1);
    node.events.push({
      seq,
      type,
      time: clock(node.skewMs),
      epoch: String(node.epoch),
      requestId: null,
      nodeId: node.id,
      mode: null,
      operator: null,
      reason: null,
      auditHead: null,
      fields: {},
      ...more,
    });
    moments.set(eventKey(node.id, seq), moment);
    return eventKey(node.id, seq);
  };
  /** From which event on an epoch of a primary can be seen, and which later one names that epoch. */
  const begun = new Map<string, { readonly by: Key; namedBy: Key | null; readonly seen: Key[] }>();
  const observed = (log: Log, node: Node, fields: Readonly<Record<string, unknown>>): string => {
    const state = { node: node.id, epoch: String(node.epoch), primary: node.primary, members: [] };
    const hash = record(log, { ...fields, kernel_state: state });
    const begin = begun.get(`${state.epoch} ${state.primary}`);
    begin?.seen.push(recordKey(hash));
    return hash;
  };
  const evidence: NamedEvidence[] = [];
  const uuid = (): string => {
    const hex = createHash('sha256').update(String(random())).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };

  function* reading(log: Log): Generator<undefined> {
    const node = nodes[pick(3)];
    if (node === undefined) return;
    const requestId = uuid();
    const asked = { request_id: requestId, command: 'inspect_promotion_state', target: node.id };
    record(log, { ...asked, stage: 'command_requested' });
    yield;
    const page = node.events.slice(random() < 0.3 ? -3 : 0);
    const time = clock(node.skewMs);
    const state = { epoch: String(node.epoch) };
    yield;
    const hash = record(log, { ...asked, stage: 'command_answered', kernel_state: state });
    const last = page.at(-1);
    const isGiven = random() < 0.8;
    if (last !== undefined && isGiven) links.push([eventKey(node.id, last.seq), recordKey(hash)]);
    if (!isGiven) return;
    evidence.push({
      name: `${node.id}-${evidence.length}.json`,
      past: PAST,
      evidence: answer(node, page, time, requestId, hash, log),
    });
  }

  function* control(log: Log): Generator<undefined> {
    const target = nodes[pick(3)];
    const seen = nodes[pick(3)];
    if (target === undefined || seen === undefined) return;
    const requestId = uuid();
    const asked = { request_id: requestId, command: 'request_promotion', target: target.id };
    record(log, { ...asked, stage: 'command_requested' });
    yield;
    observed(log, seen, { ...asked, stage: 'explanation_presented' });
    yield;
    if (random() < 0.1) {
      record(log, { ...asked, stage: 'confirmation_declined' });
      return;
    }
    record(log, { ...asked, stage: 'confirmation_given' });
    yield;
    const intent = observed(log, seen, { ...asked, stage: 'dispatch_intent', outcome: 'pending' });
    const position = log.pieces.at(-1);
    yield;
    const lost = random();
    if (lost < 0.15 || target.isBusy) {
      // It never arrived, or its log never came to say so.
      if (lost < 0.1) record(log, { ...asked, stage: 'outcome_unknown', outcome: 'unknown' });
      return;
    }
    target.isBusy = true;
    const auditHead = { seq: String(position?.seq ?? 0n), hash: intent };
    const named: string[] = [];
    const step = (name: string): Key => {
      const key = event(target, `replication.promotion.${name}`, { requestId, auditHead });
      named.push(target.events.at(-1)?.seq ?? '');
      return key;
    };
    links.push([recordKey(intent), step('requested')]);
    yield;
    step('validation_started');
    yield;
    const denied = random() < 0.3;
    let end: Key;
    if (denied) {
      end = step('validation_failed');
    } else {
      const started = step('transition_started');
      yield;
      const epoch = Math.max(...nodes.map(each => each.epoch)) + 1;
      target.epoch = epoch;
      target.primary = target.id;
      const begin = { by: started, namedBy: null as Key | null, seen: [] as Key[] };
      begun.set(`${target.epoch} ${target.id}`, begin);
      yield;
      // Others learn of it, or do not.
      for (const other of nodes)
        if (other !== target && random() < 0.7 && other.epoch < target.epoch) {
          other.epoch = target.epoch;
          other.primary = target.id;
          yield;
        }
      end = step('transition_completed');
      // A node that has learned of another's epoch meanwhile names that one.
      if (target.primary === target.id && target.epoch === epoch) begin.namedBy = end;
    }
    target.isBusy = false;
    yield;
    if (random() < 0.25) {
      if (random() < 0.5) record(log, { ...asked, stage: 'outcome_unknown', outcome: 'unknown' });
      return;
    }
    const body = denied
      ? JSON.stringify({ error: { code: 'AERO_PROMOTION_DENIED' } })
      : JSON.stringify({ observed_at: { node_id: target.id }, data: { events: named.map(seq => ({ seq })) } });
    const outcome = denied
      ? { stage: 'kernel_rejected', outcome: 'not_executed', error: { code: 'AERO_PROMOTION_DENIED', message: 'no' } }
      : { stage: 'command_executed', outcome: 'executed' };
    const hash = record(log, { ...asked, ...outcome, kernel_response: { accepted: !denied, code: null, body } });
    links.push([end, recordKey(hash)]);
  }

  const running: Generator<undefined>[] = [];
  for (let acts = 12 + pick(20); acts > 0 || running.length > 0; ) {
    const log = logs[pick(logs.length)];
    if (acts > 0 && log !== undefined && random() < 0.4) {
      acts -= 1;
      const what = random();
      const node = nodes[pick(3)];
      if (what < 0.5) running.push(control(log));
      else if (what < 0.9) running.push(reading(log));
      else if (node !== undefined) event(node, 'replication.halted', { fields: { reason: 'WalGapDetected' } });
    }
    const at = pick(running.length);
    if (running[at]?.next().done === true) running.splice(at, 1);
  }
  for (const { by, namedBy, seen } of begun.values())
    if (namedBy !== null) links.push(...seen.map((record): [Key, Key, Key] => [by, record, namedBy]));
  return { logs: logs.map(log => given(log, random)), evidence, moments, links };
}

/** A log as a whole, or a part of it whose rest is withheld. */
function given(log: Log, random: () => number): CollectedLog {
  const collector = new LogCollector(ALL);
  const isWhole = random() < 0.6;
  for (const piece of log.pieces) {
    if (isWhole || random() < 0.8) collector.take(piece);
    else collector.take({ is: 'stub', line: piece.line, seq: piece.seq, prev: piece.prev, hash: piece.hash });
  }
  const verdict = { kind: 'intact', message: '', line: null, seq: null, records: 0n, bytes: 0n, head: null } as const;
  return collector.end(`${log.name}.jsonl`, isWhole ? 'log' : 'bundle', verdict, []);
}

function answer(
  node: Node,
  events: readonly PastEvent[],
  time: string,
  requestId: string,
  hash: string,
  log: Log,
): Evidence {
  return {
    format: 'aerodb-control/1',
    kind: 'answered',
    command: 'inspect_promotion_state',
    cluster: { name: 'orders', kind: 'aerodb', environment: null },
    view: {
      state: 'Steady',
      epoch: String(node.epoch),
      lastAttempt: null,
      events: events.map(each => ({ ...each, auditHead: each.auditHead === null ? null : { ...each.auditHead } })),
      nextAfter: null,
      nextBefore: null,
      total: String(node.events.length),
      request: null,
    },
    observed: { nodeId: node.id, time, clock: 'made-up' },
    endpoint: 'http://127.0.0.1:1',
    notes: [],
    requestId,
    recorded: { seq: String(log.pieces.length), hash },
  };
}
