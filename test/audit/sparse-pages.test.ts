/**
 * Tests that a log is paged through in bounded memory: with so few blocks that every index is thinned out many times,
 * pages, selections and open intents are what a plain reading of the whole file finds.
 */
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AuditFilter, AuditSelection } from '../../src/control-plane/model/audit-reader.ts';
import { STAGES, type Stage } from '../../src/control-plane/model/record.ts';
import { encodeRecord, parseObject } from '../../src/audit/chain.ts';
import { LineIndex } from '../../src/audit/line-index.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { OUTCOME_STAGES } from '../../src/audit/query.ts';
import { Choices } from '../support/seed.ts';
import { entry } from './entries.ts';
import { logFile, temporaryDirectory } from './support.ts';

const LOGS = 150;

interface PlainLine {
  readonly line: bigint;
  readonly text: string;
}

/** A line of a log: mostly a record, mostly of an intent or an outcome, sometimes none; now and then a long one. */
function someLine(choose: Choices): string {
  const kind = choose.below(20);
  if (kind === 0) return choose.of(['', '{"torn', '"stage":"dispatch_intent"', 'x'.repeat(300)]);
  const stages: readonly Stage[] = ['dispatch_intent', 'dispatch_intent', ...OUTCOME_STAGES];
  const { line } = encodeRecord(
    entry(1, {
      stage: kind < 15 ? choose.of(stages) : choose.of(STAGES.filter(stage => stage !== 'torn_tail_found')),
      request_id: choose.of(['a', 'b', 'c', '"', 'd"e', '\u00e9']),
      cluster: choose.of(['prod', 'staging', 'once', 'prod', 'prod']),
      detail: kind === 19 ? '"stage":"dispatch_intent",'.repeat(choose.below(200)) : '',
    }),
    null,
  );
  const text = line.toString('utf8', 0, line.length - 1);
  return kind === 17 ? text.replace(/"request_id":"[^"]*",/, '') : text;
}

function plainLines(text: string): readonly PlainLine[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ line: BigInt(index) + 1n, text: line }));
}

function isRecord({ text }: PlainLine): boolean {
  return /^\{.*,"hash":"[0-9a-f]{64}"\}$/s.test(text);
}

function matching(lines: readonly PlainLine[], { stage, cluster, requestId }: AuditFilter): readonly PlainLine[] {
  return lines.filter(each => {
    const record = isRecord(each) ? parseObject(each.text) : null;
    return (
      record !== null &&
      (stage === undefined || record['stage'] === stage) &&
      (cluster === undefined || record['cluster'] === cluster) &&
      (requestId === undefined || record['request_id'] === requestId)
    );
  });
}

/** Intent by intent: is there an outcome of its request behind it? */
function withoutOutcome(lines: readonly PlainLine[]): readonly PlainLine[] {
  const records = lines.map(each => (isRecord(each) ? parseObject(each.text) : null));
  const outcomes: ReadonlySet<unknown> = new Set(OUTCOME_STAGES);
  return lines.filter(
    (_line, index) =>
      records[index]?.['stage'] === 'dispatch_intent' &&
      !records.some(
        (other, at) =>
          at > index && outcomes.has(other?.['stage']) && other?.['request_id'] === records[index]?.['request_id'],
      ),
  );
}

async function samePages(found: AuditSelection, expected: readonly PlainLine[], choose: Choices): Promise<void> {
  assert.equal(found.count, expected.length);
  const ranges: (readonly [number, number])[] = [[0, found.count]];
  for (let more = 0; more < 6; more += 1) ranges.push([choose.below(found.count + 3), choose.below(20)]);
  for (const [from, count] of ranges) {
    assert.deepEqual(
      (await found.page(from, count)).map(({ line, text }) => ({ line, text })),
      expected.slice(from, from + count),
    );
  }
}

const FILTERS: readonly AuditFilter[] = [
  {},
  { stage: 'dispatch_intent' },
  { cluster: 'once' },
  { cluster: 'staging', requestId: 'd"e' },
  { requestId: '\u00e9' },
  { cluster: 'nowhere' },
];

describe('a log in bounded memory', function () {
  this.timeout(120_000);

  it('an index keeps so many blocks at most, and each begins where one of its lines does', () => {
    const choose = new Choices(20260119);
    for (const most of [2, 4, 6, 64]) {
      const index = new LineIndex(most);
      const starts: number[] = [];
      let begins = true;
      for (let pieces = 0; pieces < 200; pieces += 1) {
        const piece = Buffer.from(Array.from({ length: choose.below(40) }, () => choose.of([10, 10, 65])));
        for (let at = 0; at < piece.length; at += 1) {
          if (begins) starts.push(index.size + at);
          begins = piece[at] === 10;
        }
        index.push(piece);
        assert.equal(index.count, starts.length);
        assert.ok(index.blocks <= most && index.stride * index.blocks >= index.count);
        for (let block = 0; block < index.blocks; block += 1) {
          assert.equal(index.startOf(block), starts[block * index.stride]);
          assert.equal(index.blockOf(index.startOf(block)), block);
          assert.equal(index.blockOf(index.startOf(block + 1) - 1), block);
        }
        assert.equal(index.startOf(index.blocks), index.size);
      }
      assert.ok(most === 64 || index.stride > 64);
    }
  });

  it('pages, selections and open intents are those of a plain reading, however few blocks are kept', async () => {
    for (let seed = 1; seed <= LOGS; seed += 1) {
      const choose = new Choices(seed);
      const lines = Array.from({ length: choose.below(choose.of([3, 40, 200])) }, () => someLine(choose));
      const text = `${lines.join('\n')}${choose.of(['\n', '\n', ''])}`;
      const file = logFile(temporaryDirectory());
      writeFileSync(file, text);
      const expected = plainLines(text);
      const pages = await openAuditPages(file, choose.of([2, 4, 16, 64]));
      try {
        await samePages(pages, expected, choose);
        for (const filter of FILTERS) await samePages(await pages.select(filter), matching(expected, filter), choose);
        await samePages(await pages.danglingIntents(), withoutOutcome(expected), choose);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      } finally {
        await pages.close();
      }
    }
  });

  it('what was selected stays what it was while the log grows and its index is thinned out', async () => {
    const choose = new Choices(20260120);
    const file = logFile(temporaryDirectory());
    const lines = (count: number): string => Array.from({ length: count }, () => `${someLine(choose)}\n`).join('');
    writeFileSync(file, lines(30));
    const pages = await openAuditPages(file, 4);
    const held: { readonly found: AuditSelection; readonly expected: readonly PlainLine[] }[] = [];
    for (let grown = 0; grown < 6; grown += 1) {
      const expected = plainLines(readFileSync(file, 'utf8'));
      held.push({
        found: await pages.select({ cluster: 'prod' }),
        expected: matching(expected, { cluster: 'prod' }),
      });
      held.push({ found: await pages.danglingIntents(), expected: withoutOutcome(expected) });
      appendFileSync(file, lines(1 + choose.below(60)));
      assert.equal(await pages.reload(), 'grown');
      await samePages(pages, plainLines(readFileSync(file, 'utf8')), choose);
      for (const { found, expected: then } of held) await samePages(found, then, choose);
    }
    // The file behind it is gone: nothing of another one is passed off as what was selected.
    const other = logFile(temporaryDirectory());
    writeFileSync(other, lines(200));
    renameSync(other, file);
    assert.equal(await pages.reload(), 'replaced');
    for (const { found } of held) if (found.count > 0) await assert.rejects(found.page(0, 1), /closed/);
    await samePages(pages, plainLines(readFileSync(file, 'utf8')), choose);
    await pages.close();
  });

  it('lines longer than what is read at once, and matches at every place around its end', async () => {
    const long = encodeRecord(entry(1, { cluster: 'long', detail: 'x'.repeat(2_500_000) }), null).line.toString();
    const short = encodeRecord(entry(1, { cluster: 'short' }), null).line.toString();
    const filler = 'y'.repeat(1024 * 1024 - short.length - 40);
    for (let moved = 0; moved < 80; moved += 7) {
      const file = logFile(temporaryDirectory());
      const text = `${filler}${'z'.repeat(moved)}\n${short}${long}${short}${long}${short}`;
      writeFileSync(file, text);
      const pages = await openAuditPages(file, 2);
      const expected = plainLines(text);
      for (const cluster of ['short', 'long'])
        await samePages(await pages.select({ cluster }), matching(expected, { cluster }), new Choices(moved));
      await samePages(pages, expected, new Choices(moved));
      await pages.close();
    }
  });
});
