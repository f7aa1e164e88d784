/** A write is done only when all of it is: real full disks, at every offset of a record. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../src/local-cluster/files.ts';
import { Ledger } from '../../src/local-cluster/ledger.ts';
import { encodeRecord } from '../../src/local-cluster/records.ts';
import { type Position, EMPTY_HISTORY } from '../../src/local-cluster/vocabulary.ts';
import { Wal } from '../../src/local-cluster/wal.ts';
import { temporaryFolder } from '../support/folders.ts';
import { TestCluster, at, caughtUp, errorCode, keysOf, promote, until, withCluster } from '../support/test-cluster.ts';
import { SmallDisk, PAGE_BYTES } from '../support/small-disk.ts';

function write(key: string, value: string): { readonly key: string; readonly value: string } {
  return { key, value };
}

/** Appends one record; resolves with where the log then ends. */
async function append(wal: Wal, key: string, value: string): Promise<Position> {
  const { bytes, end } = encodeRecord(wal.appended, 1n, write(key, value));
  await wal.append(bytes, [{ record: { commitId: end.commitId, epoch: 1n, write: write(key, value) }, end }]);
  return end;
}

/** A text with which `lengthOf` gives `wanted` bytes. */
function padded(wanted: number, lengthOf: (text: string) => number): string {
  return 'x'.repeat(wanted - lengthOf(''));
}

function sizeOf(wal: Wal, value: string): number {
  return encodeRecord(wal.appended, 1n, write('filler', value)).bytes.length;
}

describe('also P6-F1: a disk that fills inside a record', function () {
  this.timeout(180_000);
  let disk: SmallDisk | null;
  let directory: string;

  before(() => {
    directory = temporaryFolder('aerodb-disk-');
    disk = SmallDisk.mount(directory);
  });
  afterEach(() => disk?.free());
  after(() => {
    disk?.unmount();
  });

  it(
    'at every byte of it the log fails, writes nothing more, and is whole after a restart without what was not ' +
      'acknowledged',
    async function () {
      if (disk === null) return;
      const { length } = encodeRecord({ ...EMPTY_HISTORY, commitId: 1n }, 1n, write('key', 'value')).bytes;
      for (let taken = 0; taken < length; taken += 1) {
        const folder = join(directory, `wal-${taken}`);
        const wal = new Wal(folder, 1 << 20, () => undefined);
        await wal.recover(EMPTY_HISTORY);
        const kept = await append(
          wal,
          'filler',
          padded(PAGE_BYTES - taken, text => sizeOf(wal, text)),
        );
        disk.fill();
        await assert.rejects(
          append(wal, 'key', 'value'),
          `${taken} of ${length} bytes were taken, and the write was called done`,
        );
        await assert.rejects(append(wal, 'key', 'value'), 'the log refuses everything from then on');
        await wal.close();
        disk.free();
        const after = new Wal(folder, 1 << 20, () => undefined);
        assert.deepEqual(await after.recover(EMPTY_HISTORY), { cut: taken, corruption: null });
        assert.deepEqual(after.durable, kept);
        await append(after, 'key', 'value');
        await after.close();
        rmSync(folder, { recursive: true });
      }
    },
  );

  it(
    'also P6-F3: at every byte of it the ledger fails, writes nothing more, and opens again with every request that ' +
      'was recorded',
    function () {
      if (disk === null) return;
      const attempt = (id: string) =>
        ({ request_id: id, kind: 'promotion', mode: 'validated', target: 'node' }) as const;
      const line = (id: string): number =>
        `00000000 ${JSON.stringify({ entry: 'request', attempt: attempt(id) })}\n`.length;
      for (let taken = 0; taken < line('lost'); taken += 1) {
        const file = join(directory, `ledger-${taken}`);
        const ledger = new Ledger(file);
        const kept = padded(PAGE_BYTES - taken, line);
        ledger.request(attempt(kept));
        disk.fill();
        assert.throws(
          () => ledger.request(attempt('lost')),
          `${taken} bytes were taken, and the request was called recorded`,
        );
        disk.free();
        assert.throws(() => ledger.request(attempt('behind a part')), 'the ledger refuses everything from then on');
        ledger.close();
        const after = new Ledger(file);
        assert.deepEqual(
          [after.fate(kept)?.outcome, after.fate('lost'), after.fate('behind a part')],
          ['unknown', null, null],
        );
        after.request(attempt('next'));
        after.close();
        new Ledger(file).close();
        rmSync(file);
      }
    },
  );

  it('also P6-F2: a file is replaced whole or not at all, for every page that the disk has room for', () => {
    if (disk === null) return;
    const file = join(directory, 'epoch.json');
    const [old, content] = ['old'.repeat(PAGE_BYTES), 'new'.repeat(PAGE_BYTES)];
    writeFileSync(file, old);
    for (let room = 0; room < 3; room += 1) {
      disk.fill(room);
      assert.throws(() => replaceFile(file, content, 'epoch'), `room for ${room} of 3 pages`);
      assert.equal(readFileSync(file, 'utf8'), old, `room for ${room} of 3 pages`);
      assert.equal(existsSync(`${file}.new`), false, 'and the part gives its room back');
      disk.free();
    }
    replaceFile(file, content, 'epoch');
    assert.equal(readFileSync(file, 'utf8'), content);
  });
});

describe('also P6-S1: a full disk in a cluster', function () {
  this.timeout(180_000);

  it(
    'a replica whose real disk is full acknowledges nothing that it does not hold: no acknowledged write is lost ' +
      'over a force',
    async () => {
      const cluster = await TestCluster.start();
      const folder = cluster.directory(cluster.node(2));
      await cluster.end();
      const aside = `${folder}-aside`;
      cpSync(folder, aside, { recursive: true });
      const disk = SmallDisk.mount(folder);
      try {
        if (disk === null) return;
        cpSync(aside, folder, { recursive: true });
        rmSync(aside, { recursive: true });
        await cluster.launch(3);
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await caughtUp(second);
        await cluster.kill(third);
        const size = (): number =>
          readdirSync(join(folder, 'wal')).reduce((sum, file) => sum + statSync(join(folder, 'wal', file)).size, 0);
        const grown = async (value: string): Promise<number> => {
          const before = size();
          assert.equal((await first.write('filler', value)).status, 200);
          return size() - before;
        };
        // The record that does not fit is 400 bytes long, and 300 of them fit: whoever writes it in halves is told of
        // neither.
        const bare = await grown('');
        await grown('x'.repeat(2 * PAGE_BYTES - 300 - bare - (size() % PAGE_BYTES)));
        disk.fill();
        const acknowledged: string[] = [];
        if ((await first.write('crosses', 'v'.repeat(400 - bare - 1))).status === 200) acknowledged.push('crosses');
        if (second.alive) await first.write('follows').catch(() => null);
        await cluster.gone(second);
        await cluster.kill(first);
        disk.free();
        await cluster.restart(second);
        await cluster.restart(third);
        await until(
          'it can be forced',
          async () => (await promote(second, { mode: 'forced', acknowledged: ['P6-A1', 'P6-S1'] })).status === 200,
        );
        assert.equal((await second.write('after the force')).status, 200);
        const keys = await keysOf(second);
        assert.deepEqual(
          acknowledged.filter(key => !keys.includes(key)),
          [],
          `of ${acknowledged.length} acknowledged writes`,
        );
      } finally {
        await cluster.end();
        disk?.unmount();
        await cluster.stop();
      }
    },
  );

  it(
    'also P6-F1: a primary whose disk fills at any offset of a write answers that it is unknown, stops, and starts ' +
      'again without damage',
    () =>
      withCluster({ nodes: 1, flags: ['--faults'] }, async cluster => {
        const only = cluster.node(1);
        const acknowledged: string[] = [];
        for (const room of [1, 60]) {
          await only.faults({ disk: 'full', disk_room: room });
          const refused = await only.write(`lost-${room}`, 'v'.repeat(40));
          assert.deepEqual(
            [refused.status, errorCode(refused), at(refused.body, 'error.outcome')],
            [500, 'AERO_STORAGE_FAILED', 'unknown'],
            `room for ${room} bytes`,
          );
          await cluster.gone(only);
          await cluster.restart(only);
          assert.equal((await only.write(`kept-${room}`)).status, 200, `after room for ${room} bytes`);
          acknowledged.push(`kept-${room}`);
        }
        assert.deepEqual(
          (await keysOf(only)).filter(key => key.startsWith('kept')),
          acknowledged,
        );
      }),
  );
});
