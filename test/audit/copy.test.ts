/** The second copy: a record counts when both files hold it, and while one of them cannot, nothing is recorded. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { FlushFailed, realFiles, type AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog, type AuditLogOptions } from '../../src/audit/log.ts';
import { AuditUnavailable, type AuditLog } from '../../src/control-plane/ports.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { entry } from './entries.ts';
import { appendMany, bundledWriter, logFile, temporaryDirectory, verify, Writer } from './support.ts';

/** A log and the directory of its copy, which a person has made. */
interface Pair {
  readonly directory: string;
  readonly copyDirectory: string;
  readonly log: string;
  readonly copy: string;
}

function pair(): Pair {
  const own = temporaryDirectory();
  const [directory, copyDirectory] = [path.join(own, 'log'), path.join(own, 'disk')];
  mkdirSync(copyDirectory, { mode: 0o700 });
  return { directory, copyDirectory, log: logFile(directory), copy: logFile(copyDirectory) };
}

function open({ directory, copyDirectory }: Pair, more: AuditLogOptions = {}): AuditLog {
  return openAuditLog({ directory, copyDirectory, ...more });
}

async function opened(count: number): Promise<Pair & { readonly writer: AuditLog }> {
  const both = pair();
  const writer = open(both);
  await appendMany(writer, 1, count);
  return { ...both, writer };
}

function bytes(file: string): Buffer | null {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file) : null;
}

/** Asserts that the append is refused in words that match, and that neither file did change. */
async function refused(log: AuditLog, { log: file, copy }: Pair, words: RegExp): Promise<void> {
  const before = [bytes(file), bytes(copy)];
  await assert.rejects(log.append(entry(99)), error => {
    assert.ok(error instanceof AuditUnavailable, String(error));
    assert.match(error.message, words);
    assert.match(error.message, /[^.]\.$/);
    return true;
  });
  assert.deepEqual([bytes(file), bytes(copy)], before);
}

function same({ log, copy }: Pair): void {
  assert.deepEqual(readFileSync(copy), readFileSync(log));
}

describe('also P7-O3: the second copy of the log', () => {
  it('holds the same bytes, 0600, and verifies by itself', async () => {
    const both = await opened(3);
    same(both);
    assert.equal(statSync(both.copy).mode & 0o777, 0o600);
    assert.equal((await verify(both.copy)).kind, 'intact');
  });

  it('a record counts when both files are flushed: the log first, so that the copy is never longer', async () => {
    const both = pair();
    const steps: string[] = [];
    const files: AuditFiles = {
      ...realFiles,
      open(file, create) {
        const real = realFiles.open(file, create);
        const name = file === both.log ? 'log' : file === both.copy ? 'copy' : path.basename(file);
        return {
          ...real,
          append(taken) {
            steps.push(`${name} written`);
            return real.append(taken);
          },
          async sync() {
            await real.sync();
            steps.push(`${name} flushed`);
          },
        };
      },
    };
    const writer = open(both, { files });
    await writer.append(entry(1));
    steps.push('counts');
    await writer.append(entry(2));
    const one = ['log written', 'log written', 'log flushed', 'copy written', 'copy flushed'];
    assert.deepEqual(steps, ['audit.copy written', 'audit.copy flushed', ...one, 'counts', ...one]);

    // Another process wrote a record and died before its flush ended; nobody knows whether it is on the disk.
    await openAuditLog({ directory: both.directory }).append(entry(3));
    steps.length = 0;
    await writer.append(entry(4));
    assert.deepEqual(steps, ['log flushed', 'copy written', 'copy flushed', ...one]);
  });

  it('a failed flush of what another process left in the log latches the log, and nothing of it reaches the copy', async () => {
    const both = await opened(2);
    await openAuditLog({ directory: both.directory }).append(entry(3));
    const files: AuditFiles = {
      ...realFiles,
      open: (file, create) => ({
        ...realFiles.open(file, create),
        ...(file === both.log ? { sync: () => Promise.reject(new FlushFailed('EIO')) } : {}),
      }),
    };
    await refused(open(both, { files }), both, /\/log\/audit\.jsonl could not be flushed to disk/);
    await refused(open(both), both, /\/log\/audit\.jsonl could not be flushed to disk/);
  });

  it('is begun with all of a log that has records already, torn tails as they stand', async () => {
    const both = pair();
    await appendMany(openAuditLog({ directory: both.directory }), 1, 2);
    appendFileSync(both.log, '{"torn');
    await appendMany(openAuditLog({ directory: both.directory }), 3, 3);
    appendFileSync(both.log, '{"torn again');
    await open(both).append(entry(4));
    same(both);
    assert.equal((await verify(both.copy)).kind, 'intact');
  });

  it('what a process that knows of no copy has recorded is completed with the next append, any part of a line', async () => {
    const both = await opened(2);
    await appendMany(openAuditLog({ directory: both.directory }), 3, 40);
    await both.writer.append(entry(41));
    same(both);
    const whole = readFileSync(both.log);
    for (let left = 0; left <= 2000; left += 97) {
      truncateSync(both.copy, whole.length - left);
      await open(both).append(entry(42));
      same(both);
    }
  });

  it('is compared from its end as far as the log is checked, and completed from there, however long it is', async () => {
    const both = await opened(200);
    const half = Math.floor(statSync(both.log).size / 2);
    truncateSync(both.copy, half);
    const checked = open(both, { checkedBytes: 4096 });
    await checked.append(entry(201));
    same(both);
  });

  for (const [what, change, words] of [
    [
      'edited at its end',
      (both: Pair) => writeFileSync(both.copy, edited(readFileSync(both.copy), -40)),
      /The second copy \/\S+ differs from \/\S+audit\.jsonl between byte \d+ and byte \d+: one of them was edited\./,
    ],
    [
      'longer than the log',
      (both: Pair) => appendFileSync(both.copy, 'more'),
      /holds more than \/\S+audit\.jsonl: the log was cut, or started again, or the copy belongs to another log\./,
    ],
    ['deleted', (both: Pair) => unlinkSync(both.copy), /was deleted, or its disk unmounted, while it was in use\.$/],
    [
      'gone with its directory',
      (both: Pair) => renameSync(both.copyDirectory, `${both.copyDirectory}.away`),
      /was deleted, or its disk unmounted, while it was in use\.$/,
    ],
    [
      'replaced by another file of the same bytes',
      (both: Pair) => {
        copyFileSync(both.copy, `${both.copy}.new`);
        renameSync(`${both.copy}.new`, both.copy);
      },
      /was replaced while it was in use\.$/,
    ],
    [
      'replaced by a link',
      (both: Pair) => {
        renameSync(both.copy, `${both.copy}.real`);
        symlinkSync(`${both.copy}.real`, both.copy);
      },
      /was replaced while it was in use\.$/,
    ],
    ['given a second name', (both: Pair) => linkSync(both.copy, `${both.copy}.two`), /has 2 names \(hard links\)/],
  ] as const) {
    it(`${what} while it is in use: refused, and nothing is written to either`, async () => {
      const both = await opened(3);
      change(both);
      await refused(both.writer, both, words);
    });
  }

  for (const [what, change, words] of [
    [
      'edited anywhere',
      (both: Pair) => writeFileSync(both.copy, edited(readFileSync(both.copy), 100)),
      /The second copy \/\S+ differs from/,
    ],
    ['of another log', (both: Pair) => writeFileSync(both.copy, 'x'.repeat(600)), /differs from/],
    [
      'longer, because the log was cut',
      (both: Pair) => truncateSync(both.log, readFileSync(both.log).indexOf('\n') + 1),
      /holds more than/,
    ],
    ['longer, because the log was started again', (both: Pair) => unlinkSync(both.log), /holds more than/],
    [
      'gone, with the note that it was begun',
      (both: Pair) => unlinkSync(both.copy),
      /was begun, and is gone: it was deleted, or its disk is not mounted\. \/\S+audit\.copy says that it was begun;/,
    ],
    [
      'without its directory',
      (both: Pair) => rmSync(both.copyDirectory, { recursive: true }),
      /The directory of the second copy \/\S+ does not exist \(is its disk mounted\?\), and is not created\.$/,
    ],
    [
      'a link',
      (both: Pair) => {
        renameSync(both.copy, `${both.copy}.real`);
        symlinkSync(`${both.copy}.real`, both.copy);
      },
      /The second copy \/\S+ could not be opened: it is a symbolic link/,
    ],
    [
      'a directory',
      (both: Pair) => {
        unlinkSync(both.copy);
        mkdirSync(both.copy);
      },
      /could not be opened: a directory stands there \(EISDIR\)/,
    ],
    [
      'in a directory that all may write to',
      (both: Pair) => chmodSync(both.copyDirectory, 0o777),
      /every account of this machine may put files into it/,
    ],
  ] as const) {
    it(`${what} when it is opened: refused, and nothing is written to either`, async () => {
      const both = await opened(20);
      change(both);
      const before = [bytes(both.log) ?? Buffer.alloc(0), bytes(both.copy)];
      await assert.rejects(open(both).append(entry(9)), error => {
        assert.ok(error instanceof AuditUnavailable, String(error));
        assert.match(error.message, words);
        return true;
      });
      assert.deepEqual([bytes(both.log), bytes(both.copy)], before);
    });
  }

  it('the same directory, under its own or another name, and a relative one are refused', async () => {
    const { directory } = await opened(2);
    const other = path.join(temporaryDirectory(), 'other-name');
    symlinkSync(directory, other);
    const log = logFile(directory);
    const before = readFileSync(log);
    for (const copyDirectory of [directory, `${directory}/../log`, other])
      await assert.rejects(
        openAuditLog({ directory, copyDirectory }).append(entry(9)),
        /would stand in the directory of the log itself\.$/,
      );
    await assert.rejects(
      openAuditLog({ directory, copyDirectory: 'relative' }).append(entry(9)),
      /The directory of the second copy "relative" is not an absolute path\.$/,
    );
    assert.deepEqual(readFileSync(log), before);
  });

  it('not mounted, and its directory spelled otherwise: it was begun, and no copy is begun beneath', async () => {
    const both = await opened(2);
    renameSync(both.copyDirectory, `${both.copyDirectory}.away`);
    mkdirSync(both.copyDirectory, { mode: 0o700 });
    for (const spelled of ['/', '/.', '/../disk'])
      await refused(open({ ...both, copyDirectory: both.copyDirectory + spelled }), both, /was begun, and is gone/);
  });

  it('a copy that a person has given up is started again when the note is moved away', async () => {
    const both = await opened(2);
    unlinkSync(both.copy);
    await refused(open(both), both, /was begun, and is gone/);
    renameSync(path.join(both.directory, 'audit.copy'), path.join(both.directory, 'audit.copy.old'));
    await open(both).append(entry(3));
    same(both);
  });

  it('another directory gets a copy of its own, and the first one is remembered', async () => {
    const both = await opened(2);
    const second = { ...both, copyDirectory: temporaryDirectory() };
    await open(second).append(entry(3));
    assert.deepEqual(readFileSync(logFile(second.copyDirectory)), readFileSync(both.log));
    await open(both).append(entry(4));
    same(both);
    unlinkSync(both.copy);
    await refused(open(both), both, /was begun, and is gone/);
  });

  it('after a refusal the next append looks again: what was put back counts', async () => {
    const both = await opened(2);
    renameSync(both.copyDirectory, `${both.copyDirectory}.away`);
    await refused(both.writer, both, /was deleted, or its disk unmounted/);
    await refused(both.writer, both, /does not exist \(is its disk mounted\?\)/);
    mkdirSync(both.copyDirectory);
    await refused(both.writer, both, /was begun, and is gone/);
    rmSync(both.copyDirectory, { recursive: true });
    renameSync(`${both.copyDirectory}.away`, both.copyDirectory);
    assert.equal((await both.writer.append(entry(3))).seq, 3n);
    same(both);
  });

  for (const what of ['read', 'append', 'facts'] as const) {
    it(`EIO from ${what} of the copy: refused by its name; what stands there is completed when the disk works again`, async () => {
      const both = pair();
      let broken = false;
      const files: AuditFiles = {
        ...realFiles,
        facts(file) {
          if (broken && what === 'facts' && file === both.copy) throw eio();
          return realFiles.facts(file);
        },
        open(file, create) {
          const real = realFiles.open(file, create);
          const touch = (name: typeof what): void => {
            if (broken && name === what && file === both.copy) throw eio();
          };
          return {
            ...real,
            read: (into, position) => (touch('read'), real.read(into, position)),
            append: taken => (touch('append'), real.append(taken)),
          };
        },
      };
      const writer = open(both, { files });
      await appendMany(writer, 1, 2);
      const before = readFileSync(both.copy);
      broken = true;
      for (let attempt = 0; attempt < 3; attempt += 1)
        await assert.rejects(writer.append(entry(3)), /The second copy \/\S+ could not be appended to: .*\(EIO\)\.$/);
      assert.deepEqual(readFileSync(both.copy), before);
      // At most the first of them stands in the log: the others were refused before anything was written.
      assert.ok((await verify(both.log)).records <= (what === 'append' ? 3n : 2n));
      broken = false;
      await writer.append(entry(4));
      same(both);
      assert.equal((await verify(both.copy)).kind, 'intact');
    });
  }

  it('a failed flush of the copy latches: nothing more is recorded until the process ends, and it names the copy', async () => {
    const both = pair();
    let broken = true;
    const files: AuditFiles = {
      ...realFiles,
      open(file, create) {
        const real = realFiles.open(file, create);
        return {
          ...real,
          sync: () =>
            broken && file === both.copy ? Promise.reject(new FlushFailed('fdatasync', { cause: eio() })) : real.sync(),
        };
      },
    };
    const words = /\/disk\/audit\.jsonl could not be flushed to disk: .*\(EIO\)\. Nothing more is recorded until/;
    await assert.rejects(open(both, { files }).append(entry(1)), words);
    broken = false;
    await refused(open(both), both, words);
    assert.equal((await openAuditLog({ directory: both.directory }).append(entry(2))).seq, 2n, 'a log without a copy');
  });

  for (const full of ['log', 'copy'] as const) {
    it(`also P7-F1: a full disk of the ${full}: refused while it is full, and whole when there is room again`, async () => {
      const both = pair();
      mkdirSync(both.directory, { mode: 0o700 });
      const disk = SmallDisk.mount(full === 'log' ? both.directory : both.copyDirectory, '64k');
      if (disk === null) return;
      try {
        const writer = open(both);
        await appendMany(writer, 1, 3);
        disk.fill();
        const refusals: string[] = [];
        for (let n = 4; n < 24; n += 1)
          await writer.append(entry(n)).catch((error: unknown) => refusals.push(String(error)));
        assert.ok(refusals.length > 10, refusals.join('\n'));
        const names =
          full === 'log' ? /\/log\/audit\.jsonl could not be appended to/ : /The second copy \/\S+ could not/;
        for (const words of refusals) {
          assert.match(words, names);
          assert.match(words, /no space is left on its disk \(ENOSPC\)\.$/);
        }
        disk.free();
        await writer.append(entry(24));
        same(both);
        const verdict = await verify(both.copy);
        assert.equal(verdict.kind, 'intact');
        // One record may stand in the log that never counted; then the full copy is found before anything is written.
        assert.ok(verdict.records <= BigInt(24 - refusals.length + 1), `${verdict.records} records`);
      } finally {
        disk.unmount();
      }
    });
  }

  it('unmounted while it is in use, and not mounted with the next process: refused, and no copy is begun beneath', async () => {
    const both = pair();
    const disk = SmallDisk.mount(both.copyDirectory, '64k');
    if (disk === null) return;
    const writer = open(both);
    try {
      await appendMany(writer, 1, 2);
    } finally {
      disk.unmount();
    }
    await refused(writer, both, /was deleted, or its disk unmounted, while it was in use/);
    await refused(open(both), both, /was begun, and is gone: it was deleted, or its disk is not mounted/);
    assert.equal(existsSync(both.copy), false);
  });

  it('two processes at once: one chain, and the same bytes in both files', async function () {
    this.timeout(60_000);
    const both = pair();
    const program = bundledWriter();
    const writers = ['one', 'two'].map(
      session =>
        new Writer(
          { directory: both.directory, copyDirectory: both.copyDirectory, session, count: 150, lockWaitMs: 30_000 },
          [],
          program,
        ),
    );
    const said = (await Promise.all(writers.map(writer => writer.rest()))).flat();
    assert.deepEqual(
      said.filter(({ refused: why }) => why !== undefined),
      [],
    );
    same(both);
    assert.equal((await verify(both.copy)).records, 300n);
  });

  it('a holder that is stopped between the two files is not overtaken, and its record is in both when it goes on', async () => {
    const both = pair();
    const holder = new Writer({ ...both, count: 1, pause: 'before the copy' });
    await holder.stopped();
    await refused(open(both, { lockWaitMs: 100 }), both, /is locked by process \d+/);
    holder.process.kill('SIGCONT');
    await holder.rest();
    await open(both).append(entry(2));
    same(both);
  });

  it('an append-only file of the file system (chattr +a) is enough for the copy', async function () {
    const both = await opened(1);
    const { status, stderr } = spawnSync('chattr', ['+a', both.copy], { encoding: 'utf8' });
    if (status !== 0) {
      process.stderr.write(`      NO chattr +a HERE (${stderr.trim()}): AN APPEND-ONLY COPY IS NOT TESTED\n`);
      this.skip();
    }
    try {
      await both.writer.append(entry(2));
      await open(both).append(entry(3));
      same(both);
    } finally {
      spawnSync('chattr', ['-a', both.copy]);
    }
  });
});

function eio(): Error {
  return Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
}

function edited(of: Buffer, at: number): Buffer {
  const changed = Buffer.from(of);
  const place = at < 0 ? changed.length + at : at;
  changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
  return changed;
}
