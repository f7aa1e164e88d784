/** Tests that verification tells the kinds of damage apart and names the line of each. */
import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { AuditVerdict } from '../../src/control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import { encodeRecord } from '../../src/audit/chain.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { entry } from './entries.ts';
import { allLines, logFile, temporaryDirectory, verify, writtenLog } from './support.ts';

/** Lines of a chain that begins after `after`, as an attacker with the source would forge it. */
function forged(from: number, to: number, after: AuditPosition | null, detail: string): readonly string[] {
  const lines: string[] = [];
  for (let n = from, head = after; n <= to; n += 1) {
    const record = encodeRecord(entry(n, { detail }), head);
    lines.push(record.line.toString());
    head = record.position;
  }
  return lines;
}

function brief({ kind, line, seq }: AuditVerdict): readonly unknown[] {
  return [kind, line, seq];
}

describe('also P7-O3: verification tells apart', () => {
  let lines: readonly string[];
  let positions: readonly AuditPosition[];
  let file: string;
  before(async () => {
    const log = await writtenLog(10);
    ({ positions } = log);
    lines = readFileSync(log.file, 'utf8').split(/(?<=\n)/);
  });
  beforeEach(() => {
    file = logFile(temporaryDirectory());
  });
  const verdict = async (changed: readonly string[], head: AuditPosition | null = null): Promise<AuditVerdict> => {
    writeFileSync(file, changed.join(''));
    return verify(file, head);
  };
  const last = (): AuditPosition | null => positions[9] ?? null;

  it('intact', async () => {
    const whole = await verdict(lines, last());
    assert.deepEqual(whole, {
      kind: 'intact',
      message: '10 records in 10 lines form one unbroken chain.',
      line: null,
      seq: null,
      records: 10n,
      bytes: BigInt(statSync(file).size),
      head: last(),
    });
    assert.deepEqual(brief(await verdict(lines, positions[3])), ['intact', null, null]);
    assert.equal((await verdict(lines.slice(0, 1))).message, '1 record in 1 line forms one unbroken chain.');
  });

  it('an empty log, which only a known head can call truncated', async () => {
    assert.deepEqual(brief(await verdict([])), ['intact', null, null]);
    assert.deepEqual(brief(await verdict([], last())), ['truncated', 0n, 1n]);
  });

  it('torn tail: at the line where it begins, with the records before it', async () => {
    const torn = await verdict([...lines.slice(0, 9), (lines[9] ?? '').slice(0, 40)]);
    assert.deepEqual([...brief(torn), torn.records, torn.head], ['torn_tail', 10n, null, 9n, positions[8]]);
    assert.deepEqual(brief(await verdict([...lines.slice(0, 9), (lines[9] ?? '').slice(0, 40)], last())), [
      'truncated',
      10n,
      10n,
    ]);
  });

  it('record edited: with its line and number, also when its own hash was made to fit', async () => {
    assert.deepEqual(brief(await verdict(lines.with(4, (lines[4] ?? '').replace('node-2', 'node-3')))), [
      'record_edited',
      5n,
      5n,
    ]);
    const made = forged(5, 5, positions[3] ?? null, 'forged');
    assert.deepEqual(brief(await verdict(lines.with(4, made[0] ?? ''))), ['record_edited', 6n, 6n]);
  });

  it('records missing: from which number', async () => {
    assert.deepEqual(brief(await verdict(lines.toSpliced(4, 1))), ['records_missing', 5n, 5n]);
    const three = await verdict(lines.toSpliced(4, 3));
    assert.deepEqual(brief(three), ['records_missing', 5n, 5n]);
    assert.match(three.message, /records 5 to 7 are missing here/);
    assert.deepEqual(brief(await verdict(lines.slice(3))), ['records_missing', 1n, 1n]);
  });

  it('forked: two records that follow the same one, a record twice, records out of order', async () => {
    const fork = await verdict([
      ...lines.slice(0, 5),
      ...forged(5, 5, positions[3] ?? null, 'other'),
      ...lines.slice(5),
    ]);
    assert.deepEqual(brief(fork), ['forked', 6n, 5n]);
    assert.match(fork.message, /two different records follow the same one/);
    const twice = await verdict(lines.toSpliced(5, 0, lines[4] ?? ''));
    assert.deepEqual(brief(twice), ['forked', 6n, 5n]);
    assert.match(twice.message, /the same record stands there twice/);
    assert.equal((await verdict([...lines, ...lines.slice(2, 4)])).kind, 'forked');
  });

  it('truncated behind a known head, which the chain alone cannot show', async () => {
    assert.deepEqual(brief(await verdict(lines.slice(0, 7))), ['intact', null, null]);
    const cut = await verdict(lines.slice(0, 7), last());
    assert.deepEqual(brief(cut), ['truncated', 7n, 8n]);
    assert.equal(cut.message, 'The log ends with record 7 in line 7; record 10 is known to have been written.');
  });

  it('replaced, which the chain alone cannot show: rewritten whole, or from somewhere on', async () => {
    const whole = forged(1, 12, null, 'rewritten');
    assert.deepEqual(brief(await verdict(whole)), ['intact', null, null]);
    assert.deepEqual(brief(await verdict(whole, last())), ['replaced', 10n, 10n]);
    const suffix = [...lines.slice(0, 6), ...forged(7, 12, positions[5] ?? null, 'rewritten')];
    assert.deepEqual(brief(await verdict(suffix)), ['intact', null, null]);
    assert.deepEqual(brief(await verdict(suffix, positions[8])), ['replaced', 9n, 9n]);
    assert.deepEqual(
      brief(await verdict(suffix, positions[4])),
      ['intact', null, null],
      'a head before the change cannot show it',
    );
  });

  it('unreadable: no file, no permission, no file at all, no audit log, a later format', async () => {
    const reader = openAuditReader({ file });
    assert.deepEqual(brief(await reader.verify(null)), ['unreadable', null, null]);
    assert.match(
      (await reader.verify(null)).message,
      /There is no file .*audit\.jsonl: nothing was ever recorded there, or it was removed\./,
    );
    assert.deepEqual(brief(await reader.verify(last())), ['truncated', null, 1n]);
    assert.deepEqual(brief(await verdict(['shopping list\n', 'milk\n'])), ['unreadable', 1n, null]);
    const directory = temporaryDirectory();
    assert.match((await verify(directory)).message, /cannot be read: it is not a regular file\./);
    if (process.getuid?.() !== 0) {
      chmodSync(file, 0);
      assert.match((await verify(file)).message, /permission was denied \(EACCES\)/);
    }
  });

  it('damage that is no record, in the middle: named by its line', async () => {
    const junk = await verdict(lines.toSpliced(5, 0, '{"junk":true}\n'));
    assert.deepEqual([...brief(junk), junk.head], ['record_edited', 6n, null, positions[4]]);
    assert.deepEqual(brief(await verdict(lines.toSpliced(5, 0, '\n'))), ['record_edited', 6n, null]);
    assert.deepEqual(brief(await verdict(lines.with(0, 'x'.repeat(17 * 1024 * 1024)))), ['record_edited', 1n, null]);
  });

  it(
    "a kernel's events: says of every head that the kernel has seen whether the log still holds it, also behind a " +
      'break',
    async () => {
      writeFileSync(file, lines.with(4, (lines[4] ?? '').replace('node-2', 'node-3')).join(''));
      const heads = [positions[1], positions[4], positions[7]].filter(head => head !== undefined);
      const beyond = { seq: 11n, hash: 'e'.repeat(64) };
      const result = await openAuditReader({ file }).verifyHeads([...heads, beyond, { seq: 3n, hash: 'd'.repeat(64) }]);
      assert.deepEqual(brief(result.verdict), ['replaced', 3n, 3n]);
      assert.deepEqual(
        result.heads.map(({ found, line }) => [found, line]),
        [
          ['held', 2n],
          ['missing', null],
          ['held', 8n],
          ['missing', null],
          ['different', 3n],
        ],
      );
      const without = await openAuditReader({ file }).verifyHeads([...heads, beyond]);
      assert.deepEqual(brief(without.verdict), ['record_edited', 5n, 5n]);
      assert.deepEqual(
        without.heads.map(({ found }) => found),
        ['held', 'missing', 'held', 'missing'],
      );
    },
  );

  it('writes nothing, needs no lock, no second file and no permission to write', async () => {
    await verdict(lines);
    const directory = file.slice(0, -'/audit.jsonl'.length);
    chmodSync(file, 0o400);
    const before = statSync(file);
    await verify(file);
    for await (const line of openAuditReader({ file }).lines()) assert.ok(line.record);
    assert.deepEqual([statSync(file).mtimeMs, statSync(directory).nlink], [before.mtimeMs, 2]);
  });

  it('on a live file: whatever is appended meanwhile, the verdict is intact', async () => {
    const directory = temporaryDirectory();
    const log = openAuditLog({ directory });
    await log.append(entry(1));
    const writing = Promise.all(Array.from({ length: 199 }, (_, index) => log.append(entry(index + 2))));
    for (let seen = 0n; seen < 200n; ) {
      const { kind, records } = await verify(logFile(directory));
      assert.deepEqual([kind, records >= seen], ['intact', true]);
      seen = records;
    }
    await writing;
    assert.equal((await verify(logFile(directory))).records, 200n);
  });
});

describe('reading', () => {
  it('all lines in order, with their text; what is no record is only its text', async () => {
    const { file } = await writtenLog(3);
    appendFileSync(file, '{"torn');
    const lines = await allLines(openAuditReader({ file }));
    assert.deepEqual(
      lines.map(({ line, record }) => [line, record?.['n'] ?? null]),
      [
        [1n, '1'],
        [2n, '2'],
        [3n, '3'],
        [4n, null],
      ],
    );
    assert.equal(lines.map(({ text }) => text).join('\n'), readFileSync(file, 'utf8'));
  });

  it('lines longer than a piece that is read at once, and characters that straddle two', async () => {
    const directory = temporaryDirectory();
    const log = openAuditLog({ directory });
    const detail = 'ä€😀'.repeat(200_000);
    for (let n = 1; n <= 4; n += 1) await log.append(entry(n, { detail }));
    const lines = await allLines(openAuditReader({ directory }));
    assert.deepEqual(
      lines.map(({ record }) => record?.['detail'] === detail),
      [true, true, true, true],
    );
    assert.equal((await verify(logFile(directory))).kind, 'intact');
  });

  it('the reader of a directory reads its audit.jsonl', () => {
    const directory = temporaryDirectory();
    mkdirSync(`${directory}/x`);
    assert.equal(openAuditReader({ directory: `${directory}/x` }).path, `${directory}/x/audit.jsonl`);
  });
});
