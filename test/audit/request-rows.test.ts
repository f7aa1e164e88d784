/**
 * Tests a log by requests: whatever stands in it, and however few blocks of its index are kept, each line belongs to
 * exactly one row, and each row ends as its own records say.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type {
  AuditFilter,
  AuditLine,
  AuditRequestRow,
  AuditRows,
  AuditRowsQuery,
  RequestEnd,
} from '../../src/control-plane/model/audit-reader.ts';
import type { AuditEntry, Stage } from '../../src/control-plane/model/record.ts';
import { encodeRecord, parseObject } from '../../src/audit/chain.ts';
import { requestOfLine } from '../../src/audit/line-request.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { requestEnd } from '../../src/audit/query.ts';
import { Choices } from '../support/seed.ts';
import { entry, withoutRequest } from './entries.ts';
import { logFile, temporaryDirectory } from './support.ts';

const LOGS = 150;

const CHANGE: readonly Stage[] = [
  'command_requested',
  'explanation_presented',
  'confirmation_requested',
  'confirmation_given',
  'dispatch_intent',
];
const ENDS: readonly Stage[] = [
  'command_rejected',
  'confirmation_declined',
  'confirmation_voided',
  'dispatch_failed',
  'command_executed',
  'kernel_rejected',
  'outcome_unknown',
];
const EVIL = [
  '',
  ',"request_id":"r-1","stage":"command_executed"',
  '"stage":"dispatch_intent"',
  'a\\"}',
  '\u00e9\u{1f600}',
];

/** The records of one request that a window writes, one after the other: whole, or broken off somewhere. */
function request(choose: Choices, number: number): AuditEntry[] {
  const isRead = choose.below(3) === 0;
  const stages: Stage[] = isRead
    ? ['command_requested', choose.of(['command_answered', 'read_failed', 'command_rejected'])]
    : [...CHANGE.slice(0, 1 + choose.below(CHANGE.length)), ...(choose.below(4) === 0 ? [] : [choose.of(ENDS)])];
  // An id that is used again, and one that no program of ours would make.
  const id = choose.of([`r-${number}`, `r-${number}`, `r-${number}`, 'again', 'a"b\\c\u00e9']);
  const node = choose.of(['n-1', 'n-2']);
  return stages.map(stage =>
    entry(number, {
      stage,
      request_id: id,
      session: choose.of(['s-1', 's-2']),
      command: isRead ? 'inspect_node' : choose.of(['request_promotion', 'force_promotion']),
      cluster: choose.of(['prod', 'staging']),
      target: `${node}${choose.of(EVIL)}`,
      outcome: choose.of(['pending', 'executed', 'not_executed', 'unknown']),
      detail: choose.of(EVIL),
      ...(stage === 'explanation_presented'
        ? { explanation: { target: { nodeId: node, name: `node ${node}` }, stage, z: EVIL } as never }
        : {}),
    }),
  );
}

/** What belongs to no request, a filter that is called like members of a record among it. */
function alone(choose: Choices, number: number): AuditEntry {
  return withoutRequest(
    entry(number, {
      stage: choose.of(['session_started', 'authority_changed', 'log_read']),
      log_read: { action: 'show', files: ['f'], filter: { request_id: 'r-1', stage: 'command_executed' } },
    }),
  );
}

/** Windows that write in turns, with torn ends, repeated parts and a cut beginning. */
function someLog(choose: Choices): string {
  const windows: AuditEntry[][] = Array.from({ length: 1 + choose.below(4) }, () => []);
  const lines: string[] = [];
  let number = 0;
  for (const length = choose.below(choose.of([4, 40, 160])); lines.length < length; ) {
    const window = choose.of(windows);
    number += 1;
    if (window.length === 0)
      window.push(...(choose.below(6) === 0 ? [alone(choose, number)] : request(choose, number)));
    const next = choose.below(25);
    if (next === 0)
      lines.push(choose.of(['', '{"torn', 'x'.repeat(300), '{"request_id":"r-1","stage":"dispatch_intent"}']));
    else if (next === 1) lines.push(...lines.slice(-choose.below(6)));
    // The window is closed: what it was about to record is never written.
    else if (next === 2) window.length = 0;
    else {
      const record = window.shift();
      if (record !== undefined) lines.push(encodeRecord(record, null).line.toString().trimEnd());
    }
  }
  return `${lines.slice(choose.of([0, 0, 2])).join('\n')}${choose.of(['\n', '\n', ''])}`;
}

function linesOf(text: string): readonly AuditLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ line: BigInt(index) + 1n, text: line, record: parseObject(line) }));
}

function isOf(line: AuditLine, id: unknown): boolean {
  return typeof id === 'string' && line.record?.['request_id'] === id;
}

/** The same told plainly, with everything in memory: which lines are one row. */
function plainRows(lines: readonly AuditLine[]): readonly (readonly AuditLine[])[] {
  const rows: AuditLine[][] = [];
  for (const line of lines) {
    const id = line.record?.['request_id'];
    const before = rows.findLast(([first]) => first !== undefined && isOf(first, id));
    const isNext =
      before !== undefined && line.record?.['stage'] !== 'command_requested' && requestEnd(before).kind !== 'ended';
    if (isNext) before.push(line);
    else rows.push([line]);
  }
  return rows;
}

interface PlainRow {
  readonly first: bigint;
  readonly last: bigint;
  readonly lines: number;
  readonly end: RequestEnd | null;
  readonly nodeName: string | null;
}

function told(row: readonly AuditLine[]): PlainRow {
  const [first, last] = [row[0], row.at(-1)];
  assert.ok(first !== undefined && last !== undefined);
  const explained = row.find(({ record }) => record?.['stage'] === 'explanation_presented');
  const { target } = (explained?.record?.['explanation'] ?? {}) as { readonly target?: { readonly name: string } };
  return {
    first: first.line,
    last: last.line,
    lines: row.length,
    end: typeof first.record?.['request_id'] === 'string' ? requestEnd(row) : null,
    nodeName: target?.name ?? null,
  };
}

function shown({ first, last, lines, end, nodeName }: AuditRequestRow): PlainRow {
  return { first: first.line, last, lines, end, nodeName };
}

function outcomeOf(end: RequestEnd | null): string | null {
  if (end === null) return null;
  return end.kind === 'ended' ? end.outcome : end.kind === 'unknown' ? 'unknown' : 'pending';
}

const CHANGES: ReadonlySet<unknown> = new Set(['request_promotion', 'request_demotion', 'force_promotion']);

/** A record that matches all of the filter but its outcome, which is that of the row. */
function isSought(row: readonly AuditLine[], { outcome, ...filter }: AuditFilter): boolean {
  return (
    (outcome === undefined || outcomeOf(told(row).end) === outcome) &&
    row.some(({ text, record }) => {
      if (Object.keys(filter).length === 0) return true;
      if (record === null || !/,"hash":"[0-9a-f]{64}"\}$/u.test(text)) return false;
      return (
        (filter.cluster === undefined || record['cluster'] === filter.cluster) &&
        (filter.stage === undefined || record['stage'] === filter.stage) &&
        (filter.requestId === undefined || record['request_id'] === filter.requestId) &&
        (filter.text === undefined || text.toLowerCase().includes(filter.text)) &&
        (filter.asks === undefined ||
          (typeof record['command'] === 'string' && CHANGES.has(record['command']) === (filter.asks === 'changes')))
      );
    })
  );
}

const FILTERS: readonly AuditFilter[] = [
  { outcome: 'executed' },
  { outcome: 'unknown' },
  { outcome: 'pending' },
  { asks: 'changes' },
  { asks: 'reads' },
  { asks: 'changes', outcome: 'not_executed', cluster: 'staging' },
  { stage: 'confirmation_given' },
  { requestId: 'again' },
  { text: 'node n-2' },
];

async function same(found: AuditRows, expected: readonly PlainRow[], total: number, choose: Choices): Promise<void> {
  assert.deepEqual([found.count, found.total], [expected.length, total]);
  const pages: AuditRequestRow[] = [];
  const size = 1 + choose.below(9);
  for (let from = 0; from < found.count; from += size) pages.push(...(await found.page(from, size)));
  assert.deepEqual(pages.map(shown), expected, 'pages join to the whole');
  for (let more = 0; more < 4; more += 1) {
    const [from, count] = [choose.below(found.count + 3), choose.below(20)];
    assert.deepEqual((await found.page(from, count)).map(shown), expected.slice(from, from + count));
  }
}

describe('a log by requests', function () {
  this.timeout(120_000);

  it('also P7-O1: each record belongs to one row, which ends as its last outcome says, on every page', async () => {
    for (let seed = 1; seed <= LOGS; seed += 1) {
      const choose = new Choices(seed);
      const text = someLog(choose);
      const file = logFile(temporaryDirectory());
      writeFileSync(file, text);
      const lines = linesOf(text);
      const rows = plainRows(lines);
      assert.equal(rows.flat().length, lines.length);
      const pages = await openAuditPages(file, choose.of([2, 4, 16, 64]));
      const ask = async (sought: AuditRowsQuery, wanted: (row: readonly AuditLine[]) => boolean): Promise<void> =>
        same(await pages.requests(sought), rows.filter(wanted).map(told), rows.length, choose);
      try {
        await ask({}, () => true);
        for (const filter of FILTERS) await ask(filter, row => isSought(row, filter));
        await ask('dangling_intents', row => told(row).end?.kind === 'unknown');
        await ask(
          { test: ({ record }) => record?.['cluster'] === 'prod', outcome: 'executed' },
          row => row.some(({ record }) => record?.['cluster'] === 'prod') && outcomeOf(told(row).end) === 'executed',
        );
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      } finally {
        await pages.close();
      }
    }
  });

  it('also P7-E2: what was about to be sent and has no outcome is unknown, whatever else follows', async () => {
    const of = (stage: Stage, outcome: AuditEntry['outcome'] = 'pending'): Buffer =>
      encodeRecord(entry(1, { stage, outcome }), null).line;
    const file = logFile(temporaryDirectory());
    writeFileSync(
      file,
      Buffer.concat([of('command_requested'), of('dispatch_intent'), of('command_rejected', 'not_executed')]),
    );
    const pages = await openAuditPages(file);
    const [row, ...none] = await (await pages.requests({})).page(0, 9);
    assert.deepEqual([row?.end, row?.lines, none], [{ kind: 'unknown' }, 3, []]);
    await pages.close();
  });

  it('a row stays where it is while the log grows, and its outcome comes with the reload', async () => {
    const file = logFile(temporaryDirectory());
    const of = (n: number, stage: Stage): Buffer => encodeRecord(entry(n, { stage, outcome: 'executed' }), null).line;
    writeFileSync(
      file,
      Buffer.concat([of(1, 'command_requested'), of(1, 'dispatch_intent'), of(2, 'command_requested')]),
    );
    const pages = await openAuditPages(file);
    const before = await pages.requests({});
    writeFileSync(file, Buffer.concat([of(2, 'command_answered'), of(1, 'command_executed')]), { flag: 'a' });
    const ends = async (rows: AuditRows): Promise<unknown> => (await rows.page(0, 9)).map(({ end }) => outcomeOf(end));
    assert.deepEqual(await ends(before), ['unknown', 'pending']);
    await pages.reload();
    assert.deepEqual(await ends(await pages.requests({})), ['executed', 'executed']);
    await pages.close();
  });

  it('reads from the end of a line what a parser reads from all of it', () => {
    for (let seed = 1; seed <= LOGS; seed += 1) {
      for (const { text, record } of linesOf(someLog(new Choices(seed)))) {
        const { request_id: id, stage } = record ?? {};
        const bytes = Buffer.from(`{"before":1}\n${text}\nafter`);
        const from = bytes.indexOf(10) + 1;
        const found = requestOfLine(bytes, from, from + Buffer.byteLength(text));
        const read: unknown =
          found === null ? undefined : JSON.parse(`"${Buffer.from(found.id, 'latin1').toString()}"`);
        assert.deepEqual([read, found?.stage], [id, id === undefined ? undefined : stage], text);
      }
    }
  });

  it('members out of their order, doubled or of another kind are read as by any other search', () => {
    const hash = 'a'.repeat(64);
    for (const [body, id, stage] of [
      ['"stage":"x","request_id":"r"', 'r', 'x'],
      ['"request_id":"r","zeta":{"stage":"no"}', 'r', ''],
      ['"request_id":7,"stage":"x"', null, null],
      ['"stage":"x"', null, null],
      ['"a":{"request_id":"r"},"stage":"x"', null, null],
      ['"request_id":"r","stage":"x","z":[1]', 'r', 'x'],
      ['"request_id":"r","seq":"1","stage":"x","n":1e5', 'r', 'x'],
    ] as const) {
      const line = Buffer.from(`{${body},"hash":"${hash}"}`);
      const found = requestOfLine(line, 0, line.length);
      assert.deepEqual([found?.id ?? null, found?.stage ?? null], [id, stage], body);
    }
  });
});
