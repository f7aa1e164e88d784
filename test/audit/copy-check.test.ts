/** How verification says that the second copy stands to the log: each way in which they can part, told apart. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { compareCopy } from '../../src/audit/copy-check.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { appendMany, logFile, temporaryDirectory, Writer, writtenLog } from './support.ts';

describe('the second copy, held against the log', () => {
  let log: string;
  let copy: string;

  beforeEach(async () => {
    ({ file: log } = await writtenLog(9));
    copy = path.join(temporaryDirectory(), 'copy.jsonl');
    writeFileSync(copy, readFileSync(log));
  });

  async function found(): Promise<readonly unknown[]> {
    const { kind, line, behind, path: of } = await compareCopy(log, copy);
    assert.equal(of, copy);
    return [kind, line, behind];
  }

  it('the same', async () => {
    assert.deepEqual(await found(), ['same', null, 0n]);
    writeFileSync(copy, '');
    writeFileSync(log, '');
    assert.deepEqual(await found(), ['same', null, 0n]);
  });

  it('behind, by so many records: wherever it ends, a record counts only where all of it is there', async () => {
    const bytes = readFileSync(log);
    const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 0x0a ? [at + 1] : []));
    assert.equal(ends.length, 9);
    for (const [index, end] of [0, ...ends.slice(0, -1)].entries()) {
      writeFileSync(copy, bytes.subarray(0, end));
      assert.deepEqual(await found(), ['behind', null, BigInt(9 - index)]);
      writeFileSync(copy, bytes.subarray(0, end + 10));
      assert.deepEqual(await found(), ['behind', null, BigInt(9 - index)]);
    }
    assert.match((await compareCopy(log, copy)).message, /is the beginning of the log, 1 record behind\./);
  });

  it('every single byte that differs, with its line', async () => {
    const bytes = readFileSync(log);
    let line = 1n;
    for (const [at, byte] of bytes.entries()) {
      if (at % 7 === 0 || byte === 0x0a) {
        const other = Buffer.from(bytes);
        other.writeUInt8(byte ^ 1, at);
        writeFileSync(copy, other);
        assert.deepEqual(await found(), ['differs', line, null], `byte ${at}`);
      }
      if (byte === 0x0a) line += 1n;
    }
  });

  it('longer than the log: it was cut at a record or inside of one, or is gone and started again', async () => {
    const end = readFileSync(log).indexOf('\n') + 1;
    truncateSync(log, end);
    assert.deepEqual(await found(), ['longer', 2n, null]);
    truncateSync(log, end - 5);
    assert.deepEqual(await found(), ['longer', 1n, null]);
    truncateSync(log, 0);
    assert.deepEqual(await found(), ['longer', 1n, null]);
  });

  it('unreadable: which of the two, and why; and the log is no copy of itself', async () => {
    for (const [gone, words] of [
      [copy, /copy\.jsonl: it does not exist \(ENOENT\)\.$/],
      [log, /audit\.jsonl: it does not exist \(ENOENT\)\.$/],
    ] as const) {
      const kept = readFileSync(gone);
      rmSync(gone);
      const { kind, message } = await compareCopy(log, copy);
      assert.equal(kind, 'unreadable');
      assert.match(message, words);
      mkdirSync(gone);
      assert.match((await compareCopy(log, copy)).message, /it is not a regular file/);
      rmSync(gone, { recursive: true });
      writeFileSync(gone, kept);
    }
    assert.match((await compareCopy(log, log)).message, /is the log itself: it is not a second copy\./);
  });

  it('a long one, with the difference beyond the first chunks', async () => {
    const filler = `${'x'.repeat(1023)}\n`.repeat(3000);
    writeFileSync(log, filler);
    writeFileSync(copy, filler);
    appendFileSync(log, 'a\n');
    appendFileSync(copy, 'b\n');
    assert.deepEqual(await found(), ['differs', 3001n, null]);
    writeFileSync(copy, filler);
    assert.deepEqual(await found(), ['behind', null, 1n]);
  });

  it('a copy that is cut while it is compared is not called the same', async () => {
    await using probe = await open(copy);
    const handles = Object.getPrototypeOf(probe) as object;
    const read: unknown = Reflect.get(handles, 'read');
    const cutFirst = function (this: unknown, ...args: readonly unknown[]): unknown {
      Reflect.set(handles, 'read', read);
      truncateSync(copy, 100);
      return typeof read === 'function' ? (Reflect.apply(read, this, args) as unknown) : assert.fail();
    };
    Reflect.set(handles, 'read', cutFirst);
    try {
      const { kind, message } = await compareCopy(log, copy);
      assert.deepEqual([kind, /cut while it was compared/.test(message)], ['unreadable', true]);
    } finally {
      Reflect.set(handles, 'read', read);
    }
  });

  it('beside writers that append as fast as they can, it is never behind and never differs', async function () {
    this.timeout(60_000);
    const own = temporaryDirectory();
    const copyDirectory = path.join(own, 'disk');
    mkdirSync(copyDirectory);
    const place = { directory: path.join(own, 'log'), copyDirectory };
    await appendMany(openAuditLog(place), 1, 1);
    const writer = new Writer({ ...place, count: 300, lockWaitMs: 30_000 });
    let compared = 0;
    const rest = writer.rest();
    const writing = { over: false };
    void rest.then(() => {
      writing.over = true;
    });
    while (!writing.over) {
      const { kind } = await compareCopy(logFile(place.directory), logFile(copyDirectory));
      assert.equal(kind, 'same');
      compared += 1;
    }
    await rest;
    assert.ok(compared > 5, `${compared} comparisons`);
  });
});
