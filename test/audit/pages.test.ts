/** Tests a log that is read page by page: pages, filters, reloading and damaged files. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import type { AuditFilter, AuditLine, AuditPages, AuditSelection } from '../../src/control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import { STAGES, type AuditEntry } from '../../src/control-plane/model/record.ts';
import { encodeRecord } from '../../src/audit/chain.ts';
import { exportSelection } from '../../src/audit/export.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { entry } from './entries.ts';
import { logFile, temporaryDirectory, verify } from './support.ts';

/** A log of these entries without the cost of a flush for each. */
function logOf(entries: readonly AuditEntry[]): string {
  const file = logFile(temporaryDirectory());
  let head: AuditPosition | null = null;
  const lines = entries.map(each => {
    const record = encodeRecord(each, head);
    head = record.position;
    return record.line;
  });
  writeFileSync(file, Buffer.concat(lines));
  return file;
}

function all(selection: AuditSelection): Promise<readonly AuditLine[]> {
  return selection.page(0, selection.count);
}

async function numbers(selection: AuditSelection): Promise<readonly number[]> {
  return (await all(selection)).map(({ line }) => Number(line));
}

async function withPages<T>(file: string, use: (pages: AuditPages) => Promise<T>): Promise<T> {
  const pages = await openAuditPages(file);
  try {
    return await use(pages);
  } finally {
    await pages.close();
  }
}

const ACCOUNTS = ['alice', 'bob', 'ali'];
const mixed = Array.from({ length: 700 }, (_, index) =>
  entry(index + 1, {
    time: new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString(),
    stage: STAGES.filter(stage => stage !== 'torn_tail_found')[index % 16] ?? 'command_requested',
    cluster: ['prod', 'staging', 'a "quoted" one', 'größe'][index % 4] ?? '',
    command: index % 3 === 0 ? 'force_promotion' : 'inspect_node',
    operator: {
      account: ACCOUNTS[index % 3] ?? '',
      host: `ws-${index % 2}`,
      name: index % 5 === 0 ? 'Åsa @ night' : null,
    },
    outcome: index % 2 === 0 ? 'executed' : 'not_executed',
    request_id: `00000000-0000-4000-8000-${String(index >> 2).padStart(12, '0')}`,
    detail: ['The DISK is full', 'cluster":"prod', 'Straße = 4', ''][index % 4] ?? '',
  }),
);

/** What a filter means, told without the index. */
function plainly(filter: AuditFilter, line: AuditLine): boolean {
  const record = line.record;
  if (record === null) return false;
  const who = record['operator'] as { account: string; host: string; name: string | null };
  const time = String(record['time']);
  return (
    (filter.cluster === undefined || record['cluster'] === filter.cluster) &&
    (filter.command === undefined || record['command'] === filter.command) &&
    (filter.stage === undefined || record['stage'] === filter.stage) &&
    (filter.outcome === undefined || record['outcome'] === filter.outcome) &&
    (filter.requestId === undefined || record['request_id'] === filter.requestId) &&
    (filter.operator === undefined ||
      [who.account, `${who.account}@${who.host}`, who.name].includes(filter.operator)) &&
    (filter.from === undefined || time >= filter.from) &&
    (filter.to === undefined || time <= filter.to) &&
    (filter.text === undefined ||
      line.text.toLowerCase().includes(JSON.stringify(filter.text.toLowerCase()).slice(1, -1)))
  );
}

describe('a log page by page', () => {
  it('any page of any size, lines in order, nothing beyond the end', async () => {
    const file = logOf(mixed);
    appendFileSync(file, '{"torn');
    await withPages(file, async pages => {
      assert.equal(pages.count, 701);
      assert.deepEqual(
        (await pages.page(0, 3)).map(({ line, record }) => [line, record?.['seq']]),
        [
          [1n, '1'],
          [2n, '2'],
          [3n, '3'],
        ],
      );
      assert.deepEqual(
        (await pages.page(699, 10)).map(({ line, text, record }) => [line, text.slice(0, 6), record?.['seq'] ?? null]),
        [
          [700n, '{"args', '700'],
          [701n, '{"torn', null],
        ],
      );
      assert.deepEqual([await pages.page(701, 5), await pages.page(5, 0), await pages.page(900, 1)], [[], [], []]);
      assert.equal((await all(pages)).map(({ text }) => text).join('\n'), readFileSync(file, 'utf8'));
    });
  });

  it('every filter finds exactly the lines that it means, alone and together', async () => {
    const file = logOf(mixed);
    await withPages(file, async pages => {
      const lines = await all(pages);
      const one = (values: readonly string[]): fc.Arbitrary<string | undefined> =>
        fc.option(fc.constantFrom(...values), { nil: undefined, freq: 1 });
      const defined = (filter: Readonly<Record<string, string | undefined>>): AuditFilter =>
        Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
      const filters = fc
        .record({
          cluster: one(['prod', 'a "quoted" one', 'größe', 'none']),
          command: one(['force_promotion', 'inspect_node', 'force']),
          stage: one([...STAGES]),
          operator: one(['alice', 'ali', 'bob@ws-1', 'alice@ws-9', 'Åsa @ night', 'ws-1']),
          outcome: one(['executed', 'unknown']),
          from: one(['2026-01-01T03:00:00.000Z', '2026-01-01T11:00:00.000Z']),
          to: one(['2026-01-01T05:00:00.000Z', '2026-01-01T05:00']),
          requestId: one([mixed[44]?.request_id ?? '', 'x']),
          text: one([
            'disk',
            'DISK IS',
            'cluster":"prod',
            'STRASSE',
            'straße',
            'ß',
            '= 4',
            'ÅSA',
            String(lines[9]?.record?.['hash']).toUpperCase(),
          ]),
        })
        .map(defined);
      await fc.assert(
        fc.asyncProperty(filters, async filter => {
          const found = await pages.select(filter);
          assert.deepEqual(
            (await all(found)).map(({ line }) => line),
            lines.filter(line => plainly(filter, line)).map(({ line }) => line),
            JSON.stringify(filter),
          );
        }),
        { seed: 20260105, numRuns: 400 },
      );
    });
  });

  it('a member of the arguments that is named like one of the record does not match', async () => {
    const file = logOf([
      entry(1, { args: { cluster: 'prod', stage: 'command_executed' }, cluster: 'other' }),
      entry(2, { cluster: 'prod' }),
    ]);
    await withPages(file, async pages => {
      assert.deepEqual(await numbers(await pages.select({ cluster: 'prod' })), [2]);
      assert.deepEqual(await numbers(await pages.select({ stage: 'command_executed' })), []);
    });
  });

  it('also P7-E2: dangling intents are those whose request has no outcome', async () => {
    const of = (n: number, request: number, stage: AuditEntry['stage']): AuditEntry =>
      entry(n, { stage, request_id: `00000000-0000-4000-8000-${String(request).padStart(12, '0')}` });
    const file = logOf([
      of(1, 1, 'dispatch_intent'),
      of(2, 2, 'dispatch_intent'),
      of(3, 1, 'command_executed'),
      of(4, 3, 'dispatch_intent'),
      of(5, 4, 'command_requested'),
      of(6, 3, 'outcome_unknown'),
      of(7, 5, 'dispatch_intent'),
      of(8, 6, 'dispatch_intent'),
      of(9, 6, 'dispatch_failed'),
      of(10, 7, 'dispatch_intent'),
      of(11, 7, 'kernel_rejected'),
      of(12, 2, 'command_rejected'),
      of(13, 1, 'dispatch_intent'),
    ]);
    // The last one: an outcome is that of the intent before it, and of no later one.
    await withPages(file, async pages => assert.deepEqual(await numbers(await pages.danglingIntents()), [2, 7, 13]));
  });

  it('reload: the same, grown by whole and half lines, replaced', async () => {
    const file = logOf(mixed.slice(0, 20));
    await withPages(file, async pages => {
      assert.equal(await pages.reload(), 'same');
      const line = readFileSync(file, 'utf8').split('\n')[0] ?? '';
      appendFileSync(file, line.slice(0, 50));
      assert.equal(await pages.reload(), 'grown');
      assert.deepEqual([pages.count, (await pages.page(20, 1))[0]?.record], [21, null]);
      appendFileSync(file, `${line.slice(50)}\n`);
      assert.equal(await pages.reload(), 'grown');
      assert.deepEqual([pages.count, (await pages.page(20, 1))[0]?.text], [21, line]);
      appendFileSync(file, `${line}\n${line}\n`);
      await pages.reload();
      assert.equal(pages.count, 23);
      truncateSync(file, 100);
      assert.equal(await pages.reload(), 'replaced');
      assert.equal(pages.count, 1);
      renameSync(logOf(mixed.slice(0, 5)), file);
      assert.equal(await pages.reload(), 'replaced');
      assert.deepEqual([pages.count, (await pages.page(4, 1))[0]?.record?.['seq']], [5, '5']);
    });
  });

  it('a log that is being written: pages stay what they were until reloaded', async () => {
    const directory = temporaryDirectory();
    const log = openAuditLog({ directory });
    await log.append(entry(1));
    await withPages(logFile(directory), async pages => {
      await log.append(entry(2));
      assert.equal(pages.count, 1);
      await pages.reload();
      assert.deepEqual(await numbers(pages), [1, 2]);
    });
  });

  it('empty, missing, not a file', async () => {
    const file = logFile(temporaryDirectory());
    await assert.rejects(openAuditPages(file), /ENOENT/);
    writeFileSync(file, '');
    await withPages(file, async pages =>
      assert.deepEqual([pages.count, await pages.page(0, 10), (await pages.select({})).count], [0, [], 0]),
    );
    await assert.rejects(openAuditPages(temporaryDirectory()), /is not a regular file/);
  });
});

describe('also P7-O3: an export carries its proof', () => {
  async function exported(
    file: string,
    filter: AuditFilter,
    format: 'jsonl' | 'csv',
    chain: 'neighbours' | 'to_end',
  ): Promise<string> {
    return withPages(file, async pages => {
      let text = '';
      for await (const piece of exportSelection(pages, filter, { format, chain, verdict: await verify(file) }))
        text += piece;
      return text;
    });
  }
  interface Item {
    readonly line: string;
    readonly selected: boolean;
    readonly record: string;
  }
  const items = (text: string): readonly Item[] =>
    text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map(line => JSON.parse(line) as Item);

  it(
    'JSONL: the bytes of each record, from which its hash is computed again, and its neighbours; the verdict and ' +
      'head beside them',
    async () => {
      const file = logOf(mixed);
      const text = await exported(file, { requestId: mixed[44]?.request_id ?? '' }, 'jsonl', 'neighbours');
      const manifest = JSON.parse(text.slice(0, text.indexOf('\n'))) as Record<string, unknown>;
      assert.deepEqual(
        [manifest['selected'], manifest['lines_in_log'], (manifest['verdict'] as { kind: string }).kind],
        [4, 700, 'intact'],
      );
      const found = items(text);
      assert.deepEqual(
        found.map(({ line, selected }) => [line, selected]),
        [
          ['44', false],
          ['45', true],
          ['46', true],
          ['47', true],
          ['48', true],
          ['49', false],
        ],
      );
      let prev: unknown;
      for (const { record } of found) {
        const { hash, prev: before } = JSON.parse(record) as Record<string, unknown>;
        assert.equal(
          createHash('sha256')
            .update(record.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}'))
            .digest('hex'),
          hash,
        );
        assert.ok(prev === undefined || prev === before);
        prev = hash;
      }
    },
  );

  it('each run has its own neighbours, none twice; to the end, the whole chain from the first selected record', async () => {
    const file = logOf(mixed.slice(0, 40));
    for (const [picked, expected] of [
      [[0], '1* 2'],
      [[39], '39 40*'],
      [[4, 5], '4 5* 6* 7'],
      [[4, 6], '4 5* 6 7* 8'],
      [[4, 7], '4 5* 6 7 8* 9'],
      [[4, 9], '4 5* 6 9 10* 11'],
    ] as const) {
      const entries = mixed.slice(0, 40).map((each, index) => ({
        ...each,
        cluster: (picked as readonly number[]).includes(index) ? 'picked' : 'other',
      }));
      const shown = items(await exported(logOf(entries), { cluster: 'picked' }, 'jsonl', 'neighbours')).map(
        ({ line, selected }) => `${line}${selected ? '*' : ''}`,
      );
      assert.equal(shown.join(' '), expected);
    }
    const toEnd = items(await exported(file, { requestId: mixed[30]?.request_id ?? '' }, 'jsonl', 'to_end'));
    assert.deepEqual(
      toEnd.map(({ line }) => Number(line)),
      Array.from({ length: 12 }, (_, index) => index + 29),
    );
    const copy = logFile(temporaryDirectory());
    writeFileSync(copy, `${toEnd.map(({ record }) => record).join('\n')}\n`);
    assert.equal(readFileSync(file, 'utf8').endsWith(readFileSync(copy, 'utf8')), true);
    assert.deepEqual(items(await exported(file, { cluster: 'nowhere' }, 'jsonl', 'to_end')), []);
  });

  it('CSV: one row per line, every field quoted, the record itself in the last column', async () => {
    const file = logOf(mixed.slice(0, 8));
    const text = await exported(file, { cluster: 'a "quoted" one' }, 'csv', 'neighbours');
    const [header, ...rows] = parseCsv(text);
    assert.deepEqual(
      rows.map(row => [row[0], row[1]]),
      [
        ['no', '2'],
        ['yes', '3'],
        ['no', '4'],
        ['no', '6'],
        ['yes', '7'],
        ['no', '8'],
      ],
    );
    assert.equal(rows[1]?.[(header ?? []).indexOf('cluster')], 'a "quoted" one');
    assert.equal(rows[1].at(-1), readFileSync(file, 'utf8').split('\n')[2]);
  });

  it('CSV: whatever an operator typed, no cell begins as a formula', async () => {
    const evil = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1',
      '\n=cmd',
      '＝1',
      '=HYPERLINK("http://x","y")',
      'harmless',
      '\u0000=1',
    ];
    const file = logOf(
      evil.map((detail, index) =>
        entry(index + 1, { detail, target: detail, operator: { account: detail, host: detail, name: detail } }),
      ),
    );
    for (const row of parseCsv(await exported(file, {}, 'csv', 'neighbours'))) {
      for (const cell of row) assert.ok(!/^[\s\u0000]*[=+\-@＝＋－＠]|^[\t\r\n]/.test(cell), JSON.stringify(cell));
    }
  });
});

/** RFC 4180, told a second time. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push((quoted ?? bare ?? '').replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
