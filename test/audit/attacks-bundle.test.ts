/**
 * The attacks on bundles and exports, and what finds them. The tables are measured here, printed, and have to stand in
 * docs/audit-log.md.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundle, type BundledLine } from '../../src/audit/bundle.ts';
import { encodeRecord } from '../../src/audit/chain.ts';
import { CSV_HEAD, csvRow } from '../../src/audit/csv.ts';
import { exportSelection } from '../../src/audit/export.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { formOf, verifyAuditFile } from '../../src/audit/sources.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { AuditPages, AuditVerdict } from '../../src/control-plane/model/audit-reader.ts';
import { entry } from './entries.ts';
import { writtenLog } from './support.ts';

const RECORDS = 16;
/** Runs of records with one stub, with several stubs and with none between them; the last record of the log too. */
const CHOSEN: ReadonlySet<number> = new Set([3, 4, 5, 7, 8, 11, 13, 15, 16]);
const ALONE = 11;
const DOCS = path.join(import.meta.dirname, '../../docs/audit-log.md');

type Kind = AuditVerdict['kind'];
type Members = Record<string, unknown>;

function judge(bytes: Buffer, heads: readonly AuditPosition[], as?: 'selection'): Kind {
  const form = formOf(bytes, as, heads, undefined);
  form.push(bytes);
  return form.end().verdict.kind;
}

/** The same by the reader that people use. */
async function judgeAsRead(bytes: Buffer, as?: 'selection'): Promise<Kind> {
  const stream = (async function* () {
    yield await Promise.resolve(bytes);
  })();
  return (await verifyAuditFile({ stream, name: 'bytes', ...(as === undefined ? {} : { as }) }, [])).verdict.kind;
}

/** How many of the cases were found, and as what. */
function tally(kinds: readonly Kind[]): string {
  const found = kinds.filter(kind => kind !== 'intact_selection' && kind !== 'intact');
  const names = [...new Set(found)].sort().map(kind => kind.replace('_', ' '));
  if (found.length === 0) return 'no';
  return `${found.length === kinds.length ? 'yes' : `${found.length} of ${kinds.length}`}: ${names.join(', ')}`;
}

function asTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = heading.map((_, index) => (index === 1 ? '---:' : '---'));
  return [heading, rule, ...rows].map(row => `| ${row.join(' | ')} |`).join('\n');
}

function assertStandsInDocs(table: string): void {
  process.stderr.write(`\n${table}\n\n`);
  assert.ok(
    readFileSync(DOCS, 'utf8').includes(`\n${table}\n`),
    'docs/audit-log.md does not hold the table printed above',
  );
}

/** Every bit of `bytes` flipped, one at a time. */
async function flipped(bytes: Buffer, as?: 'selection'): Promise<readonly Kind[]> {
  const kinds: Kind[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const at = bit >> 3;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
    kinds.push(judge(bytes, [], as));
    // A flip of the first bytes may look like another encoding, which is another verdict and none that is intact.
    if (bit % 9973 === 0)
      assert.equal((await judgeAsRead(bytes, as)).includes('intact'), kinds.at(-1)?.includes('intact'));
    bytes[at] ^= 1 << (bit & 7);
  }
  return kinds;
}

interface Log {
  readonly texts: readonly string[];
  readonly positions: readonly AuditPosition[];
}

/** Records 1 to `count` as anyone with this source can make them. */
function made(count: number, detail: string): Log {
  const texts: string[] = [];
  const positions: AuditPosition[] = [];
  for (let n = 1; n <= count; n += 1) {
    const record = encodeRecord(entry(n, { detail }), positions.at(-1) ?? null);
    texts.push(record.line.toString().trimEnd());
    positions.push(record.position);
  }
  return { texts, positions };
}

describe('also P7-O3: attacks on a bundle', function () {
  this.timeout(240_000);
  const log = made(RECORDS, 'as it was');
  const other = made(RECORDS, 'another log');
  const head: AuditPosition = log.positions[RECORDS - 1] ?? assert.fail();
  const rows: (readonly string[])[] = [];
  let lines: readonly Members[] = [];

  async function bundled({ texts, positions }: Log): Promise<readonly Members[]> {
    const chosen = (async function* (): AsyncGenerator<BundledLine> {
      for (let n = 3; n <= RECORDS; n += 1)
        yield await Promise.resolve({
          line: { line: BigInt(n), text: texts[n - 1] ?? '', record: null },
          selected: CHOSEN.has(n),
        });
    })();
    const written: Members[] = [];
    const from = { path: '/x/audit.jsonl', linesInLog: BigInt(RECORDS), selected: BigInt(CHOSEN.size), lines: chosen };
    const stub = positions[8] ?? assert.fail();
    for await (const line of bundle(from, {
      made: {
        time: '2026-01-02T03:04:05.678Z',
        clock: 'test clock',
        operator: { account: 'alice', host: 'ws-1', name: null },
        program: 'test',
      },
      filter: {},
      chain: 'to_end',
      verdict: { kind: 'intact', message: 'm', line: null, seq: null, records: 16n, bytes: 0n, head },
      heads: [{ ...stub, heldBy: 'node-1' }],
      headsElsewhere: [],
      evidence: [
        { name: 'node-1.json', text: '{"view":1}' },
        { name: 'node-2.json', text: '{"view":2}' },
      ],
    }))
      written.push(JSON.parse(line) as Members);
    return written;
  }

  before(async () => {
    lines = await bundled(log);
  });

  const text = (content: readonly Members[]): string => content.map(line => `${JSON.stringify(line)}\n`).join('');
  const indexes = (kind: string): readonly number[] =>
    lines.flatMap((line, index) => (Object.keys(line)[0] === kind ? [index] : []));
  const at = (index: number): Members => lines[index] ?? assert.fail();
  const seqOf = (index: number): number => index + 2;
  const recordOf = (from: Log, seq: number): Members => ({ record: from.texts[seq - 1] });

  /** What someone makes of it who fits the first line and the last one to what he changed. */
  function refitted(changed: readonly Members[]): string {
    const [manifest = {}, ...rest] = changed.filter(line => !('end' in line));
    const evidence = rest.flatMap(({ evidence: file }) => {
      if (typeof file !== 'object' || file === null || !('text' in file) || !('name' in file)) return [];
      const bytes = Buffer.from(String(file.text));
      return [
        {
          name: file.name,
          bytes: String(bytes.length),
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
      ];
    });
    const selected = String(rest.filter(line => 'record' in line).length);
    const body = [{ ...manifest, selected, evidence }, ...rest];
    const sha256 = createHash('sha256').update(text(body)).digest('hex');
    return text([...body, { end: { lines: String(body.length), sha256 } }]);
  }

  /** `refit`: must it be found where the first and the last line are rebuilt, without and with the known head? */
  function attack(
    name: string,
    cases: () => Iterable<readonly Members[]>,
    refit: { readonly alone: 'always' | 'never'; readonly known: 'always' | 'never' },
  ): void {
    it(name, () => {
      const left: Kind[] = [];
      const alone: Kind[] = [];
      const known: Kind[] = [];
      for (const changed of cases()) {
        left.push(judge(Buffer.from(text(changed)), []));
        const anew = Buffer.from(refitted(changed));
        alone.push(judge(anew, []));
        known.push(judge(anew, [head]));
      }
      assert.ok(left.length > 0);
      assert.ok(!left.includes('intact_selection'), 'with the last line left, every case is found');
      for (const [kinds, expected] of [
        [alone, refit.alone],
        [known, refit.known],
      ] as const)
        assert.ok(
          kinds.every(kind => (kind === 'intact_selection') === (expected === 'never')),
          tally(kinds),
        );
      rows.push([name, String(left.length), tally(left), tally(alone), tally(known)]);
    });
  }

  it('what stands in it is a whole bundle, with the last line rebuilt too', () => {
    assert.equal(judge(Buffer.from(text(lines)), [head]), 'intact_selection');
    assert.equal(refitted(lines), text(lines));
    assert.deepEqual(
      lines.map(line => Object.keys(line)[0]),
      [
        'bundle',
        ...Array.from({ length: 14 }, (_, index) => (CHOSEN.has(index + 3) ? 'record' : 'stub')),
        'evidence',
        'evidence',
        'end',
      ],
    );
  });

  it('one bit flipped, every bit of the bundle', async () => {
    const kinds = await flipped(Buffer.from(text(lines)));
    assert.ok(!kinds.some(kind => kind.includes('intact')), tally(kinds));
    rows.push(['one bit flipped, every bit of the bundle', String(kinds.length), tally(kinds), '', '']);
  });

  attack(
    'a record taken out, not the first or the last of all',
    () =>
      indexes('record')
        .slice(1, -1)
        .map(index => lines.toSpliced(index, 1)),
    { alone: 'always', known: 'always' },
  );
  attack('a stub taken out', () => indexes('stub').map(index => lines.toSpliced(index, 1)), {
    alone: 'always',
    known: 'always',
  });
  attack('the last records taken out', () => [14, 13, 12].map(from => [...lines.slice(0, from), ...lines.slice(15)]), {
    alone: 'never',
    known: 'always',
  });
  attack('the first records taken out', () => [1, 3, 5].map(count => lines.toSpliced(1, count)), {
    alone: 'never',
    known: 'never',
  });
  attack(
    'a record replaced by its stub: withheld',
    () =>
      indexes('record').map(index => {
        const { seq, hash } = log.positions[seqOf(index) - 1] ?? assert.fail();
        const prev = log.positions[seqOf(index) - 2]?.hash;
        return lines.with(index, { stub: { seq: seq.toString(), prev, hash } });
      }),
    { alone: 'never', known: 'never' },
  );
  attack(
    'two neighbours exchanged, records and stubs',
    () => Array.from({ length: 13 }, (_, index) => lines.toSpliced(index + 1, 2, at(index + 2), at(index + 1))),
    { alone: 'always', known: 'always' },
  );
  attack(
    'a record or a stub doubled',
    () => Array.from({ length: 14 }, (_, index) => lines.toSpliced(index + 1, 0, at(index + 1))),
    { alone: 'always', known: 'always' },
  );
  attack(
    'a record with others beside it replaced by that of another log',
    () => [4, 5, 7, 8].map(seq => lines.with(seq - 2, recordOf(other, seq))),
    { alone: 'always', known: 'always' },
  );
  attack(
    'a record edited, its hash left',
    () =>
      indexes('record').map(index =>
        lines.with(index, { record: (at(index)['record'] as string).replace('alice', 'mallo') }),
      ),
    { alone: 'always', known: 'always' },
  );
  attack(
    'a record edited and its own hash recomputed, not the last',
    () =>
      indexes('record')
        .slice(0, -1)
        .map(index => {
          const after = log.positions[seqOf(index) - 2] ?? null;
          const { line } = encodeRecord(entry(seqOf(index), { detail: 'this is how it was' }), after);
          return lines.with(index, { record: line.toString().trimEnd() });
        }),
    { alone: 'always', known: 'always' },
  );
  attack(
    'the hash of a stub replaced',
    () =>
      indexes('stub').map(index =>
        lines.with(index, { stub: { ...(at(index)['stub'] as Members), hash: 'a'.repeat(64) } }),
      ),
    { alone: 'always', known: 'always' },
  );
  attack(
    'a record between two stubs replaced by that of another log, the stubs beside it fitted',
    () => {
      const fit = (index: number, more: Members): Members => ({ stub: { ...(at(index)['stub'] as Members), ...more } });
      const index = ALONE - 2;
      const { prev } = JSON.parse(other.texts[ALONE - 1] ?? '') as { readonly prev: string };
      return [
        lines
          .with(index - 1, fit(index - 1, { hash: prev }))
          .with(index, recordOf(other, ALONE))
          .with(index + 1, fit(index + 1, { prev: other.positions[ALONE - 1]?.hash })),
      ];
    },
    { alone: 'never', known: 'never' },
  );
  attack(
    'everything before a stub replaced by that of another log, the stub fitted',
    () => {
      const foreign = Array.from({ length: 3 }, (_, index) => recordOf(other, index + 3));
      const stub = { ...(at(4)['stub'] as Members), prev: other.positions[4]?.hash };
      return [[at(0), ...foreign, { stub }, ...lines.slice(5)]];
    },
    { alone: 'never', known: 'never' },
  );
  attack(
    'a line inserted that is no piece of a bundle',
    () => Array.from({ length: 17 }, (_, index) => lines.toSpliced(index + 1, 0, { note: 'x' })),
    { alone: 'always', known: 'always' },
  );
  attack(
    'a file edited, taken out, added, exchanged',
    () => [
      lines.with(15, { evidence: { name: 'node-1.json', text: '{"view":2}' } }),
      lines.toSpliced(15, 1),
      lines.toSpliced(15, 0, { evidence: { name: 'node-3.json', text: '{}' } }),
      lines.toSpliced(15, 2, at(16), at(15)),
    ],
    { alone: 'never', known: 'never' },
  );
  attack(
    'the first line edited: who made it, when, and what was looked for',
    () => [
      lines.with(0, { ...at(0), made: { ...(at(0)['made'] as Members), time: '2020-01-02T03:04:05.678Z' } }),
      lines.with(0, { ...at(0), filter: { cluster: 'x' } }),
    ],
    { alone: 'never', known: 'never' },
  );

  it('cut behind each line', () => {
    const kinds = Array.from({ length: 17 }, (_, index) => judge(Buffer.from(text(lines.slice(0, index + 1))), []));
    assert.ok(!kinds.includes('intact_selection'), tally(kinds));
    rows.push(['cut behind each line', String(kinds.length), tally(kinds), '', '']);
  });

  it('a head that the first line says others know, of another record or stub than stands there', () => {
    for (const seq of ['9', '11']) {
      const heads = [{ seq, hash: 'a'.repeat(64), held_by: 'node-1' }];
      assert.equal(judge(Buffer.from(refitted(lines.with(0, { ...at(0), heads }))), []), 'export_edited');
    }
  });

  it('the whole bundle rebuilt from a log that was rebuilt', async () => {
    const anew = Buffer.from(text(await bundled(made(RECORDS, 'this is how it was'))));
    const [alone, known] = [judge(anew, []), judge(anew, [head])];
    assert.deepEqual([alone, known], ['intact_selection', 'replaced']);
    rows.push(['the whole bundle rebuilt from a log that was rebuilt', '1', '', tally([alone]), tally([known])]);
  });

  it('a head that names the record or a stub behind it finds what was fitted', () => {
    const index = ALONE - 2;
    const { prev } = JSON.parse(other.texts[ALONE - 1] ?? '') as { readonly prev: string };
    const fit = (place: number, more: Members): Members => ({ stub: { ...(at(place)['stub'] as Members), ...more } });
    const changed = lines
      .with(index - 1, fit(index - 1, { hash: prev }))
      .with(index, recordOf(other, ALONE))
      .with(index + 1, fit(index + 1, { prev: other.positions[ALONE - 1]?.hash }));
    const bytes = Buffer.from(refitted(changed));
    assert.equal(judge(bytes, [log.positions[ALONE - 1] ?? head]), 'replaced');
    assert.equal(judge(bytes, [log.positions[ALONE - 2] ?? head]), 'replaced');
    assert.equal(judge(bytes, [log.positions[ALONE] ?? head]), 'intact_selection');
  });

  it('the table of attacks that stands in docs/audit-log.md is the one measured here', () => {
    assertStandsInDocs(
      asTable(
        [
          'attack on a bundle',
          'cases',
          'found',
          'found with the first and the last line rebuilt',
          'the same, with the last head known',
        ],
        rows.map(row => row.map(cell => (cell === '' ? '–' : cell))),
      ),
    );
  });
});

describe('also P7-O3: attacks on a selection and on exports', function () {
  this.timeout(240_000);
  const rows: (readonly string[])[] = [];
  const other = made(9, 'another log');
  /** Each form as its lines; the first `head` of them speak of the others. */
  const forms: { readonly name: string; readonly as?: 'selection'; readonly head: number; lines: readonly string[] }[] =
    [
      { name: 'selection', as: 'selection', head: 0, lines: [] },
      { name: 'JSONL', head: 1, lines: [] },
      { name: 'CSV', head: 1, lines: [] },
    ];
  /** Line `line` of the log in each form. */
  const written = (form: string, line: number, text: string): string => {
    if (form === 'selection') return `${text}\n`;
    if (form === 'JSONL') return `${JSON.stringify({ line: String(line), selected: true, record: text })}\n`;
    return csvRow({ line: BigInt(line), text, record: JSON.parse(text) as Members }, true);
  };
  let texts: readonly string[] = [];
  /** Records that are in each of them: two runs. */
  const CHOSEN_LINES = [2, 3, 4, 6, 7];

  before(async () => {
    const log = await writtenLog(9);
    const verdict = {
      kind: 'intact',
      message: 'm',
      line: null,
      seq: null,
      records: 9n,
      bytes: 0n,
      head: null,
    } as const;
    texts = readFileSync(log.file, 'utf8').trimEnd().split('\n');
    const pages = await openAuditPages(log.file);
    const fixed: AuditPages = {
      path: 'audit.jsonl',
      count: pages.count,
      page: (from, count) => pages.page(from, count),
      select: filter => pages.select(filter),
      danglingIntents: () => pages.danglingIntents(),
      requests: sought => pages.requests(sought),
      reload: () => pages.reload(),
      close: () => pages.close(),
    };
    const pieces: string[] = [];
    const options = { format: 'jsonl', chain: 'neighbours', verdict } as const;
    for await (const piece of exportSelection(fixed, {}, options)) pieces.push(piece);
    const said = { ...(JSON.parse(pieces[0] ?? '') as Members), selected: CHOSEN_LINES.length };
    const manifest = `${JSON.stringify(said)}\n`;
    for (const form of forms) {
      const chosen = CHOSEN_LINES.map(line => written(form.name, line, texts[line - 1] ?? ''));
      form.lines = [...(form.name === 'JSONL' ? [manifest] : form.name === 'CSV' ? [CSV_HEAD] : []), ...chosen];
      assert.equal(judge(Buffer.from(form.lines.join('')), [], form.as), 'intact_selection');
    }
    await pages.close();
  });

  /** `cases` are given the lines behind the head and a way to write a record of any log. */
  function attack(
    name: string,
    cases: (lines: readonly string[], write: (line: number, text: string) => string) => readonly (readonly string[])[],
  ): void {
    it(name, () => {
      let count = 0;
      const cells = forms.map(({ name: form, as, head, lines }) => {
        const changed = cases(lines.slice(head), (line, text) => written(form, line, text));
        count = changed.length;
        return tally(changed.map(some => judge(Buffer.from([...lines.slice(0, head), ...some].join('')), [], as)));
      });
      rows.push([name, String(count), ...cells]);
    });
  }

  it('one bit flipped, every bit', async () => {
    const cells: string[] = [];
    for (const { name, as, head, lines } of forms) {
      const bytes = Buffer.from(lines.join(''));
      const kinds = await flipped(bytes, as);
      cells.push(tally(kinds));
      const missed = kinds.flatMap((kind, bit) => (kind === 'intact_selection' ? [bit >> 3] : []));
      // What no record depends on: the first line of JSONL, and the numbers of lines.
      const first = head === 0 ? 0 : Buffer.byteLength(lines[0] ?? '');
      const outside = missed.filter(at => at >= first);
      assert.ok(
        outside.every(at => /[0-9]/.test(String.fromCharCode(bytes[at] ?? 0))),
        `${name}: ${outside.join()}`,
      );
      if (name === 'selection') assert.deepEqual(missed, []);
      if (name === 'CSV') assert.equal(missed.length, outside.length);
    }
    rows.push(['one bit flipped, every bit', 'all', ...cells]);
  });

  attack('a record edited, its hash left', lines =>
    lines.map((line, index) => lines.with(index, line.replaceAll('alice', 'mallo'))),
  );
  attack('a record before another of its run edited, its own hash recomputed', (lines, write) =>
    [0, 1, 3].map(index => {
      const number = CHOSEN_LINES[index] ?? 0;
      const { prev } = JSON.parse(texts[number - 1] ?? '') as { readonly prev: string };
      const after = { seq: BigInt(number - 1), hash: prev };
      const { line } = encodeRecord(entry(number, { detail: 'this is how it was' }), after);
      return lines.with(index, write(number, line.toString().trimEnd()));
    }),
  );
  attack('the last record of a run edited, its own hash recomputed', (lines, write) =>
    [2, 4].map(index => {
      const number = CHOSEN_LINES[index] ?? 0;
      const { prev } = JSON.parse(texts[number - 1] ?? '') as { readonly prev: string };
      const { line } = encodeRecord(entry(number, { detail: 'x' }), { seq: BigInt(number - 1), hash: prev });
      return lines.with(index, write(number, line.toString().trimEnd()));
    }),
  );
  attack('a record taken out', lines => lines.map((_, index) => lines.toSpliced(index, 1)));
  attack('two neighbours exchanged', lines =>
    [0, 1, 2, 3].map(index => lines.toSpliced(index, 2, lines[index + 1] ?? '', lines[index] ?? '')),
  );
  attack('a record doubled', lines => lines.map((line, index) => lines.toSpliced(index, 0, line)));
  attack('a record beside another replaced by that of another log', (lines, write) =>
    lines.map((_, index) => {
      const number = CHOSEN_LINES[index] ?? 0;
      return lines.with(index, write(number, other.texts[number - 1] ?? ''));
    }),
  );
  attack('a run replaced by that of another log', (lines, write) => [
    [...lines.slice(0, 3), ...[6, 7].map(number => write(number, other.texts[number - 1] ?? ''))],
  ]);

  it('the table of attacks that stands in docs/audit-log.md is the one measured here', () => {
    assertStandsInDocs(asTable(['attack on an export', 'cases', ...forms.map(({ name }) => name)], rows));
  });
});
