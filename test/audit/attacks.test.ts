/**
 * The attacks on a log and what finds them. The table is measured here, printed, and has to stand in docs/audit-log.md.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AuditVerdict } from '../../src/control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import { encodeRecord } from '../../src/audit/chain.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { ChainScan } from '../../src/audit/scan.ts';
import { Verifier } from '../../src/audit/verify.ts';
import { entry } from './entries.ts';
import { appendMany, temporaryDirectory, logFile, verify, writtenLog } from './support.ts';

const RECORDS = 50;
const DOCS = path.join(import.meta.dirname, '../../docs/audit-log.md');

/** The verdict on these bytes, in memory: the same code that reads a file, fed in uneven pieces. */
function judge(bytes: Buffer, head: AuditPosition | null): AuditVerdict['kind'] {
  const verifier = new Verifier(head === null ? [] : [head]);
  const cut = Math.floor(bytes.length / 3);
  if (verifier.push(bytes.subarray(0, cut))) verifier.push(bytes.subarray(cut));
  return verifier.end().verdict.kind;
}

/** How a scan ends over some more bytes. */
function endOf(scan: ChainScan, bytes: Buffer): AuditVerdict['kind'] {
  for (let from = 0; from < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline < 0 ? bytes.length : newline;
    const found = scan.next(bytes.subarray(from, end), newline >= 0);
    if (found !== null && found.kind !== 'record') return found.kind;
    from = end + 1;
  }
  return scan.fragment === null ? 'intact' : 'torn_tail';
}

interface Row {
  readonly attack: string;
  readonly cases: number;
  readonly withHead: string;
  readonly withoutHead: string;
}

/** How many of the cases were found, and as what. */
function tally(kinds: readonly AuditVerdict['kind'][]): string {
  const missed = kinds.filter(kind => kind === 'intact').length;
  const names = [...new Set(kinds.filter(kind => kind !== 'intact'))].sort().map(kind => kind.replace('_', ' '));
  if (missed === kinds.length) return 'no';
  return `${missed === 0 ? 'yes' : `${kinds.length - missed} of ${kinds.length}`}: ${names.join(', ')}`;
}

function asTable(rows: readonly Row[]): string {
  const cells = [
    ['attack', 'cases', 'found with a known head', 'found without'],
    ['---', '---:', '---', '---'],
    ...rows.map(({ attack, cases, withHead, withoutHead }) => [attack, String(cases), withHead, withoutHead]),
  ];
  return cells.map(row => `| ${row.join(' | ')} |`).join('\n');
}

describe('also P7-O3, freeze/tamper-evident: attacks on a log of 50 records', function () {
  this.timeout(120_000);
  let whole = Buffer.alloc(0);
  let lines: readonly Buffer[] = [];
  let positions: readonly AuditPosition[] = [];
  const rows: Row[] = [];
  before(async () => {
    const log = await writtenLog(RECORDS);
    ({ positions } = log);
    whole = readFileSync(log.file);
    lines = whole
      .toString()
      .split(/(?<=\n)/)
      .map(line => Buffer.from(line));
  });

  const at = (index: number): AuditPosition => positions[index] ?? { seq: 0n, hash: '' };
  const line = (index: number): Buffer => lines[index] ?? Buffer.alloc(0);
  /** Records `from`..`to` with other content and hashes that fit, as anyone with this source can make them. */
  function forge(from: number, to: number): readonly Buffer[] {
    const made: Buffer[] = [];
    for (let n = from, head = from === 1 ? null : at(from - 2); n <= to; n += 1) {
      const record = encodeRecord(entry(n, { detail: 'this is how it was' }), head);
      made.push(record.line);
      head = record.position;
    }
    return made;
  }

  /** `expected`: must the attack be found without a head? With the head, every attack must be. */
  function attack(
    name: string,
    changed: Iterable<Buffer>,
    expected: { readonly withoutHead: 'always' | 'never' },
  ): void {
    it(name, () => {
      const known: AuditVerdict['kind'][] = [];
      const alone: AuditVerdict['kind'][] = [];
      for (const bytes of changed) {
        known.push(judge(bytes, at(RECORDS - 1)));
        alone.push(judge(bytes, null));
      }
      assert.ok(known.length > 0);
      assert.ok(
        known.every(kind => kind !== 'intact'),
        'with a known head, every case is found',
      );
      assert.ok(
        alone.every(kind => (kind === 'intact') === (expected.withoutHead === 'never')),
        tally(alone),
      );
      rows.push({ attack: name, cases: known.length, withHead: tally(known), withoutHead: tally(alone) });
    });
  }

  const indexes = (from = 0, to = RECORDS): readonly number[] =>
    Array.from({ length: to - from }, (_, index) => from + index);
  const join = (changed: readonly Buffer[]): Buffer => Buffer.concat(changed);

  it('freeze/tamper-evident: one bit flipped, every bit of the file', () => {
    const alone: AuditVerdict['kind'][] = [];
    const known: AuditVerdict['kind'][] = [];
    // What stands before the flipped line is read once, not once for each of its bits.
    const before = new ChainScan('beginning');
    let start = 0;
    for (const [index, original] of lines.entries()) {
      const rest = Buffer.concat(lines.slice(index, index + 3));
      for (let bit = 0; bit < original.length * 8; bit += 1) {
        rest[bit >> 3] = (rest[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const kind = endOf(before.copy(), rest);
        alone.push(kind);
        known.push(kind === 'torn_tail' ? 'truncated' : kind);
        if (alone.length % 251 === 0) {
          const changed = Buffer.concat([whole.subarray(0, start), rest, whole.subarray(start + rest.length)]);
          assert.deepEqual([judge(changed, null), judge(changed, at(RECORDS - 1))], [alone.at(-1), known.at(-1)]);
        }
        rest[bit >> 3] = (rest[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      }
      assert.equal(before.next(original.subarray(0, -1), true)?.kind, 'record');
      start += original.length;
    }
    assert.equal(alone.length, whole.length * 8);
    assert.ok(
      alone.every(kind => kind !== 'intact'),
      tally(alone),
    );
    rows.push({
      attack: 'one bit flipped, every bit of the file',
      cases: alone.length,
      withHead: tally(known),
      withoutHead: tally(alone),
    });
  });

  attack(
    'a record edited, its hash left',
    (function* () {
      for (const index of indexes())
        yield join(lines.with(index, Buffer.from(line(index).toString().replace('alice', 'mallo'))));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'a record edited and its own hash recomputed, not the last',
    (function* () {
      for (const index of indexes(0, RECORDS - 1))
        yield join(lines.with(index, forge(index + 1, index + 1)[0] ?? Buffer.alloc(0)));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'the last record edited and its own hash recomputed',
    (function* () {
      yield join(lines.with(RECORDS - 1, forge(RECORDS, RECORDS)[0] ?? Buffer.alloc(0)));
    })(),
    { withoutHead: 'never' },
  );

  attack(
    'a record deleted, not the last',
    (function* () {
      for (const index of indexes(0, RECORDS - 1)) yield join(lines.toSpliced(index, 1));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'the first records deleted',
    (function* () {
      for (const index of indexes(1)) yield join(lines.slice(index));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'two neighbours swapped',
    (function* () {
      for (const index of indexes(0, RECORDS - 1)) yield join(lines.toSpliced(index, 2, line(index + 1), line(index)));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'a record written twice in a row',
    (function* () {
      for (const index of indexes()) yield join(lines.toSpliced(index, 0, line(index)));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'an earlier record appended again',
    (function* () {
      for (const index of indexes()) yield join([...lines, line(index)]);
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'a forged record inserted that follows the one before it, not at the end',
    (function* () {
      for (const index of indexes(0, RECORDS - 1))
        yield join(lines.toSpliced(index + 1, 0, forge(index + 2, index + 2)[0] ?? Buffer.alloc(0)));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'a line inserted that is no record',
    (function* () {
      for (const index of indexes())
        yield join(lines.toSpliced(index, 0, Buffer.from('{"stage":"command_executed"}\n')));
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'a fork: two records that follow the same one',
    (function* () {
      for (const index of indexes(1))
        yield join([...lines.slice(0, index + 1), forge(index + 1, index + 1)[0] ?? Buffer.alloc(0)]);
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'cut at a record boundary',
    (function* () {
      for (const index of indexes(1)) yield join(lines.slice(0, index));
    })(),
    { withoutHead: 'never' },
  );

  attack(
    'cut inside a record',
    (function* () {
      for (const index of indexes())
        yield join([...lines.slice(0, index), line(index).subarray(0, line(index).length >> 1)]);
    })(),
    { withoutHead: 'always' },
  );

  attack(
    'the whole file rewritten with a fresh chain',
    (function* () {
      for (const length of [RECORDS - 1, RECORDS, RECORDS + 1]) yield join(forge(1, length));
    })(),
    { withoutHead: 'never' },
  );

  attack(
    'all records from one on rewritten, their chain recomputed',
    (function* () {
      for (const index of indexes(1)) yield join([...lines.slice(0, index), ...forge(index + 1, RECORDS + 5)]);
    })(),
    { withoutHead: 'never' },
  );

  attack(
    'the hashes stripped from all records',
    (function* () {
      yield Buffer.from(whole.toString().replace(/,"hash":"[0-9a-f]{64}"\}\n/g, '}\n'));
    })(),
    { withoutHead: 'always' },
  );

  attack('an empty file', [Buffer.alloc(0)], { withoutHead: 'never' });

  it('the table of attacks that stands in docs/audit-log.md is the one measured here', () => {
    const table = asTable(rows);
    process.stderr.write(`\n${table}\n\n`);
    assert.equal(rows.length, 18);
    assert.ok(
      readFileSync(DOCS, 'utf8').includes(`\n${table}\n`),
      'docs/audit-log.md does not hold the table printed above',
    );
  });
});

describe("journald's three failures are not ours", () => {
  const replaceAll = (file: string, records: readonly Buffer[]): void => writeFileSync(file, Buffer.concat(records));

  it('re-sealing: a changed past whose seals were made anew is found by any head from before', async () => {
    const { file, positions } = await writtenLog(8);
    const lines = readFileSync(file, 'utf8')
      .split(/(?<=\n)/)
      .map(line => Buffer.from(line));
    let head = positions[2] ?? null;
    const resealed = Array.from({ length: 5 }, (_, index) => {
      const record = encodeRecord(
        entry(4 + index, { operator: { account: 'mallory', host: 'ws-1', name: null } }),
        head,
      );
      head = record.position;
      return record.line;
    });
    replaceAll(file, [...lines.slice(0, 3), ...resealed]);
    assert.equal((await verify(file)).kind, 'intact', 'without a head nobody can tell');
    for (const known of positions.slice(3)) assert.equal((await verify(file, known)).kind, 'replaced');
  });

  it(
    'truncate and continue: the writer that is running refuses; one that starts afterwards cannot hide it from a ' +
      'known head',
    async () => {
      const { directory, file, positions } = await writtenLog(8);
      const running = openAuditLog({ directory });
      await running.append(entry(9));
      const lines = readFileSync(file, 'utf8').split(/(?<=\n)/);
      writeFileSync(file, lines.slice(0, 5).join(''));
      await assert.rejects(running.append(entry(10)), /no longer holds record 9/);
      await appendMany(openAuditLog({ directory }), 20, 30);
      assert.equal((await verify(file)).kind, 'intact', 'without a head nobody can tell');
      for (const known of positions.slice(5)) assert.equal((await verify(file, known)).kind, 'replaced');
    },
  );

  it('unsealed passes as sealed: records without hashes, or no records at all, never pass for intact ones', async () => {
    const { file, positions } = await writtenLog(8);
    const sealed = readFileSync(file, 'utf8');
    const unsealed = sealed.replace(/,"hash":"[0-9a-f]{64}"\}\n/g, '}\n');
    for (const [bytes, kind] of [
      [unsealed, 'torn_tail'],
      [`${sealed}${unsealed}`, 'torn_tail'],
      [`${unsealed}${sealed}`, 'record_edited'],
    ] as const) {
      writeFileSync(file, bytes);
      assert.equal((await verify(file)).kind, kind);
    }
    writeFileSync(file, unsealed);
    assert.equal((await verify(file, positions[7])).kind, 'truncated');
    assert.equal((await verify(logFile(temporaryDirectory()), positions[7])).kind, 'truncated');
  });
});
