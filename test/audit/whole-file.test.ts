/**
 * An export is there whole or not at all, and a log on a full disk is torn at most: real full disks, at every offset.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeRecord } from '../../src/audit/chain.ts';
import { writeExport } from '../../src/audit/export.ts';
import { writeFileWhole } from '../../src/audit/whole-file.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { AuditUnavailable } from '../../src/control-plane/ports.ts';
import { PAGE_BYTES, SmallDisk } from '../support/small-disk.ts';
import { entry } from './entries.ts';
import { logFile, MAKER, temporaryDirectory, verify, writtenLog } from './support.ts';

function args(reason: string): {
  readonly args: { readonly cluster: string; readonly node: string; readonly reason: string };
} {
  return {
    args: { cluster: 'prod', node: 'node-2', reason },
  };
}

async function* pieces(count: number, between: () => void = () => undefined): AsyncGenerator<string> {
  for (let piece = 0; piece < count; piece += 1) {
    yield await Promise.resolve(String(piece).repeat(PAGE_BYTES));
    between();
  }
}

describe('also P7-O3: whole or not at all', function () {
  this.timeout(180_000);
  let disk: SmallDisk | null;
  let directory: string;
  before(() => {
    directory = temporaryDirectory();
    disk = SmallDisk.mount(directory, '8m');
  });
  afterEach(() => disk?.free());
  after(() => disk?.unmount());

  it(
    'a disk that fills at any byte of a record: the record is refused, the log torn at most, and the next append ' +
      'goes on',
    async () => {
      if (disk === null) return;
      const folder = path.join(directory, 'log');
      const log = openAuditLog({ directory: folder, checkedBytes: 4 * PAGE_BYTES });
      const file = logFile(folder);
      let last = await log.append(entry(1));
      const { length } = encodeRecord(entry(1), last).line;
      for (let taken = 0; taken < length; taken += 1) {
        const room =
          2 * PAGE_BYTES -
          taken -
          (statSync(file).size % PAGE_BYTES) -
          encodeRecord(entry(2, args('')), last).line.length;
        await log.append(entry(2, args('x'.repeat(room % PAGE_BYTES))));
        const before = statSync(file).size;
        assert.equal((before + taken) % PAGE_BYTES, 0);
        disk.fill();
        await assert.rejects(log.append(entry(3)), AuditUnavailable, `${taken} of ${length} bytes were taken`);
        disk.free();
        assert.equal(statSync(file).size, before + taken);
        last = await log.append(entry(4));
      }
      const verdict = await verify(file, last);
      assert.deepEqual(
        [verdict.kind, verdict.records],
        ['intact', 1n + 2n * BigInt(length) + BigInt(length - 1)],
        verdict.message,
      );
    },
  );

  it(
    'the export of the editor stands there whole, or what stood there before does: for every page that the disk ' +
      'has room for, in both formats',
    async () => {
      if (disk === null) return;
      const { file: log } = await writtenLog(30);
      const pages = await openAuditPages(log);
      const verdict = await verify(log);
      for (const format of ['jsonl', 'csv', 'bundle'] as const) {
        const file = path.join(directory, `export.${format}`);
        const write = (): Promise<void> =>
          writeExport(file, pages, {}, { format, chain: 'to_end', verdict }, () => MAKER);
        await write();
        const whole = readFileSync(file);
        assert.ok(whole.length > 4 * PAGE_BYTES);
        for (const old of [null, 'old'] as const) {
          for (let room = 0; room * PAGE_BYTES < whole.length; room += 1) {
            rmSync(file, { force: true });
            if (old !== null) writeFileSync(file, old);
            disk.fill(room);
            await assert.rejects(write(), {
              message: `The export to ${file} could not be written (ENOSPC). Nothing of it was kept.`,
            });
            disk.free();
            assert.equal(existsSync(file) ? readFileSync(file, 'utf8') : null, old);
          }
        }
        disk.fill(Math.ceil(whole.length / PAGE_BYTES));
        await write();
        disk.free();
        assert.deepEqual(readFileSync(file), whole);
      }
      await pages.close();
      assert.deepEqual(
        readdirSync(directory)
          .filter(name => name.includes('export'))
          .toSorted(),
        ['export.bundle', 'export.csv', 'export.jsonl'],
      );
    },
  );

  it('a disk that fills at any byte of a file: what stood under its name stands there, and nothing beside it', async () => {
    const folder = temporaryDirectory();
    const small = SmallDisk.mount(folder, `${8 * PAGE_BYTES}`);
    if (small === null) return;
    try {
      const file = path.join(folder, 'export.jsonl');
      const piece = Buffer.alloc(PAGE_BYTES, 'x');
      for (let taken = 0; taken < PAGE_BYTES; taken += 1) {
        // The disk takes one page: of the second piece, what the first one leaves of it.
        const both = async function* (): AsyncGenerator<Uint8Array> {
          yield piece.subarray(0, PAGE_BYTES - taken);
          yield await Promise.resolve(piece);
        };
        const old = taken % 2 === 0 ? null : 'old';
        if (old !== null) writeFileSync(file, old);
        small.fill(1);
        await assert.rejects(
          writeFileWhole(file, both(), { onlyNew: old === null }),
          { code: 'ENOSPC' },
          `${taken} bytes of the second piece`,
        );
        small.free();
        assert.deepEqual(readdirSync(folder), old === null ? [] : ['export.jsonl']);
        if (old !== null) assert.equal(readFileSync(file, 'utf8'), old);
        rmSync(file, { force: true });
      }
    } finally {
      small.unmount();
    }
  });

  it('nothing stands under the name before all is written, and what another put there meanwhile is not replaced', async () => {
    const folder = temporaryDirectory();
    const file = path.join(folder, 'export.jsonl');
    await writeFileWhole(
      file,
      pieces(3, () => assert.equal(existsSync(file), false)),
      { onlyNew: true },
    );
    assert.equal(statSync(file).size, 3 * PAGE_BYTES);
    rmSync(file);
    await assert.rejects(
      writeFileWhole(
        file,
        pieces(3, () => writeFileSync(file, 'of another')),
        { onlyNew: true },
      ),
      { code: 'EEXIST' },
    );
    assert.equal(readFileSync(file, 'utf8'), 'of another');
    assert.deepEqual(readdirSync(folder), ['export.jsonl']);
  });
});
