/**
 * A record is written in two parts. Nobody who reads takes the first for damage while its writer is at work, and
 * everybody does when nobody is.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import path from 'node:path';
import { chunksOf } from '../../src/audit/chunks.ts';
import { openAuditPages } from '../../src/audit/pages.ts';
import { openLog } from '../../src/audit/opened.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { FileLock, isLocked } from '../../src/files/lock.ts';
import { allLines, logFile, temporaryDirectory, verify, Writer, writtenLog } from './support.ts';

const NEWLINE = 10;
/** Shorter than any reader waits for a lock that is held. */
const AT_ONCE_MS = 3000;

/** What each reader makes of a log: the last line of all is its end, or what stands there instead. */
const READERS: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  verification: async file => (await verify(file)).kind,
  lines: async file => (await allLines(openAuditReader({ file }))).map(({ record }) => record?.['seq']),
  async pages(file) {
    const pages = await openAuditPages(file);
    const lines = await pages.page(0, pages.count);
    await pages.close();
    return lines.map(({ record }) => record?.['seq']);
  },
  async bytes(file) {
    const read: Buffer[] = [];
    await using log = await openLog(file);
    for await (const chunk of chunksOf(log, file)) read.push(Buffer.from(chunk));
    return Buffer.concat(read).toString();
  },
};

/** A log of two records, and a process that was stopped in the middle of the third. */
async function inTheMiddle(): Promise<{ readonly file: string; readonly writer: Writer; readonly directory: string }> {
  const { directory, file } = await writtenLog(2);
  const writer = new Writer({ directory, count: 1, pause: 'in the middle of the record' });
  await writer.stopped();
  assert.notEqual(readFileSync(file).at(-1), NEWLINE);
  return { file, writer, directory };
}

async function atOnce<T>(run: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const value = await run();
  assert.ok(performance.now() - started < AT_ONCE_MS);
  return value;
}

describe('also P7-O3: a record of which the first part is written', function () {
  this.timeout(60_000);

  it('while its writer holds the lock it is not there yet: every reader waits for the end of its line', async () => {
    const whole: Readonly<Record<string, (file: string) => unknown>> = {
      verification: () => 'intact',
      lines: () => ['1', '2', '3'],
      pages: () => ['1', '2', '3'],
      bytes: file => readFileSync(file, 'utf8'),
    };
    for (const [name, read] of Object.entries(READERS)) {
      const { file, writer } = await inTheMiddle();
      const reading = read(file);
      assert.equal(await Promise.race([reading, pause(300, 'waits')]), 'waits', name);
      writer.process.kill('SIGCONT');
      assert.deepEqual(await reading, whole[name]?.(file), name);
      assert.equal((await writer.rest())[0]?.seq, '3');
    }
  });

  it('a writer that was killed there left a torn tail, and every reader says so at once', async () => {
    const { file, writer } = await inTheMiddle();
    writer.process.kill('SIGKILL');
    await writer.ended();
    assert.equal(await atOnce(() => verify(file).then(({ kind }) => kind)), 'torn_tail');
    assert.deepEqual(await atOnce(async () => READERS['lines']?.(file)), ['1', '2', undefined]);
    assert.deepEqual(await atOnce(async () => READERS['pages']?.(file)), ['1', '2', undefined]);
    assert.equal(await atOnce(async () => READERS['bytes']?.(file)), readFileSync(file, 'utf8'));
  });

  it('finished after the end was seen and before the lock was: it is read, and no torn tail', async () => {
    const { file } = await writtenLog(2);
    const whole = readFileSync(file);
    const unfinished = logFile(temporaryDirectory());
    writeFileSync(unfinished, whole.subarray(0, -80));
    const read: Buffer[] = [];
    await using log = await openLog(unfinished);
    const real = log.read.bind(log);
    let ends = 0;
    log.read = async (...args: readonly unknown[]) => {
      const result = await (real as (...all: readonly unknown[]) => ReturnType<typeof real>)(...args);
      if (result.bytesRead === 0 && (ends += 1) === 1) appendFileSync(unfinished, whole.subarray(-80));
      return result;
    };
    for await (const chunk of chunksOf(log, unfinished)) read.push(Buffer.from(chunk));
    assert.deepEqual(Buffer.concat(read), whole);
  });

  it('of a copy, beside which no lock is held, it is a torn tail at once, also while the log is being written', async () => {
    const { file, writer } = await inTheMiddle();
    const copy = path.join(temporaryDirectory(), 'copy.jsonl');
    copyFileSync(file, copy);
    assert.equal(await atOnce(() => verify(copy).then(({ kind }) => kind)), 'torn_tail');
    writer.process.kill('SIGCONT');
    await writer.rest();
  });

  it('a writer that stays stopped there holds no reader up for ever: then it is a torn tail', async () => {
    const { file, writer } = await inTheMiddle();
    assert.equal((await verify(file)).kind, 'torn_tail');
    writer.process.kill('SIGCONT');
    await writer.rest();
    assert.equal((await verify(file)).kind, 'intact');
  });

  it('pages that were read to such an end go on with the line when it has ended', async () => {
    const { file } = await writtenLog(2);
    const [, second = ''] = readFileSync(file, 'utf8').split(/(?<=\n)/);
    const half = logFile(temporaryDirectory());
    copyFileSync(file, half);
    appendFileSync(half, second.slice(0, 100));
    const pages = await openAuditPages(half);
    assert.equal(pages.count, 3);
    appendFileSync(half, second.slice(100));
    assert.equal(await pages.reload(), 'grown');
    assert.deepEqual((await pages.page(0, pages.count)).map(({ text }) => `${text}\n`).slice(1), [second, second]);
    await pages.close();
  });
});

describe('whether a lock is held', () => {
  it('is told without taking it, creating it, or losing the own one', async () => {
    const { directory } = await writtenLog(1);
    const file = path.join(directory, 'audit.lock');
    assert.equal(isLocked(path.join(directory, 'none.lock')), false);
    const lock = new FileLock(file);
    assert.ok(lock.tryAcquire());
    assert.equal(isLocked(file), true);
    const [refused] = await new Writer({ directory, count: 1, lockWaitMs: 0 }).rest();
    assert.match(refused?.refused ?? '', /is locked by process/, 'the own lock outlives the question');
    lock.release();
    assert.equal(isLocked(file), false);
    assert.ok(lock.tryAcquire(), 'and the question leaves nothing behind');
    lock.close();
  });

  it('of something else than a file cannot be told, and a pipe is not waited for', () => {
    const pipe = path.join(temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.throws(() => isLocked(pipe), /it is not a regular file/);
  });
});
