/** Kills a writing process at every touch of a file: no acknowledged record is lost, and the log stays usable. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { realFiles, type AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { entry, type Said, type WriterTask } from './entries.ts';
import { bundledWriter, logFile, temporaryDirectory, verify, Writer, writtenLog } from './support.ts';

const SEED = 20260104;

/** The same numbers on every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

function bytesOf(directory: string): Buffer {
  return statSync(logFile(directory), { throwIfNoEntry: false }) === undefined
    ? Buffer.alloc(0)
    : readFileSync(logFile(directory));
}

describe('also P7-F2, P7-O3: killed anywhere, nothing acknowledged is lost and nothing is cut', function () {
  this.timeout(300_000);
  let program: string;
  let deaths = 0;
  before(() => {
    program = bundledWriter();
  });
  beforeEach(() => {
    deaths = 0;
  });

  /**
   * Runs one victim, then asks the file: is every acknowledged record there, was anything cut, does the chain go on?
   */
  async function killed(
    directory: string,
    task: Omit<WriterTask, 'directory' | 'lockWaitMs'>,
    kill?: (said: Said, victim: Writer) => void,
  ): Promise<readonly Said[]> {
    const before = bytesOf(directory);
    const { copyDirectory } = task;
    const copied = copyDirectory === undefined ? Buffer.alloc(0) : bytesOf(copyDirectory);
    const victim = new Writer({ directory, lockWaitMs: 10_000, ...task }, [], program);
    const said: Said[] = [];
    for (let next = await victim.next(); next !== null; next = await victim.next()) {
      said.push(next);
      kill?.(next, victim);
    }
    await victim.ended();
    const { signalCode, exitCode } = victim.process;
    assert.ok(
      signalCode === 'SIGKILL' || exitCode === 0,
      `neither killed nor done: ${String(signalCode)} ${String(exitCode)}`,
    );
    deaths += signalCode === 'SIGKILL' ? 1 : 0;
    const after = bytesOf(directory);
    const acknowledged = said.filter(({ seq }) => seq !== undefined);
    const last = acknowledged.at(-1);
    const head = last === undefined ? null : { seq: BigInt(last.seq ?? ''), hash: last.hash ?? '' };
    const context = JSON.stringify({ task, said, directory });
    assert.deepEqual(after.subarray(0, before.length), before, `nothing is cut or rewritten: ${context}`);
    assert.ok(
      said.every(({ refused }) => refused === undefined),
      context,
    );
    const dead = after.length === 0 ? null : await verify(logFile(directory), head);
    assert.ok(
      dead === null || dead.kind === 'intact' || dead.kind === 'torn_tail',
      `${context} ${dead?.message ?? ''}`,
    );
    assert.ok((dead?.records ?? 0n) >= (head?.seq ?? 0n), `the acknowledged records verify: ${context}`);

    if (copyDirectory !== undefined) {
      const copy = bytesOf(copyDirectory);
      assert.deepEqual(copy.subarray(0, copied.length), copied, `nothing of the copy is cut or rewritten: ${context}`);
      assert.deepEqual(after.subarray(0, copy.length), copy, `the copy is the beginning of the log: ${context}`);
      const held = copy.length === 0 ? null : await verify(logFile(copyDirectory), head);
      assert.ok((held?.records ?? 0n) >= (head?.seq ?? 0n), `the copy holds what was acknowledged: ${context}`);
    }

    const position = await openAuditLog({ directory, copyDirectory, lockWaitMs: 0 }).append(entry(1000));
    if (copyDirectory !== undefined) assert.deepEqual(bytesOf(copyDirectory), bytesOf(directory), context);
    const whole = await verify(logFile(directory), position);
    assert.deepEqual(
      [whole.kind, whole.head, bytesOf(directory).subarray(0, after.length)],
      ['intact', position, after],
      context,
    );
    if (head !== null) assert.equal((await verify(logFile(directory), head)).kind, 'intact', context);
    const unacknowledged = position.seq - 1n - (head?.seq ?? (before.length === 0 ? 0n : position.seq - 1n));
    assert.ok(unacknowledged <= 2n, `at most the record under way, and one that tells of a torn tail: ${context}`);
    return said;
  }

  it('at every single touch of a file, from the creation of the directory on', async () => {
    const count = 2;
    const touches =
      (await killed(path.join(temporaryDirectory(), 'state', 'aerodb'), { count, die: { at: 0, bytes: 0 } })).at(-1)
        ?.touches ?? 0;
    assert.ok(touches > 30, `${touches} touches`);
    const one = (at: number): Promise<unknown> =>
      killed(path.join(temporaryDirectory(), 'state', 'aerodb'), { count, die: { at, bytes: 17 * (at % 60) } });
    for (let at = 1; at <= touches; at += 4)
      await Promise.all([at, at + 1, at + 2, at + 3].filter(touch => touch <= touches).map(one));
    assert.equal(deaths, touches, `${deaths} deaths at ${touches} touches`);
    process.stderr.write(`      killed at ${deaths} of ${touches} touches of two appends to a new log\n`);
  });

  it('at every single touch of a file, with a second copy: it holds what was acknowledged, and is completed', async () => {
    const count = 2;
    const one = (at: number): Promise<readonly Said[]> => {
      const own = temporaryDirectory();
      const copyDirectory = path.join(own, 'disk');
      mkdirSync(copyDirectory);
      return killed(path.join(own, 'log'), { copyDirectory, count, die: { at, bytes: 17 * (at % 60) } });
    };
    const touches = (await one(0)).at(-1)?.touches ?? 0;
    assert.ok(touches > 80, `${touches} touches`);
    for (let at = 1; at <= touches; at += 4)
      await Promise.all([at, at + 1, at + 2, at + 3].filter(touch => touch <= touches).map(one));
    assert.equal(deaths, touches, `${deaths} deaths at ${touches} touches`);
    process.stderr.write(`      killed at ${deaths} of ${touches} touches of two appends to a new log and its copy\n`);
  });

  it(`at random, with a second copy, one death after the other on the same two files (seed ${SEED})`, async () => {
    const life = async (number: number): Promise<void> => {
      const next = numbers(SEED - number);
      const own = temporaryDirectory();
      const [directory, copyDirectory] = [path.join(own, 'log'), path.join(own, 'disk')];
      mkdirSync(copyDirectory);
      for (let kills = 0; kills < 8; kills += 1) {
        if (kills === 0 || next(3) > 0) spoil(directory, next, { onlyGrow: kills > 0 });
        await killed(directory, { copyDirectory, count: 3, die: { at: 1 + next(110), bytes: next(700) } });
      }
    };
    for (let number = 1; number <= 8; number += 4) await Promise.all([0, 1, 2, 3].map(offset => life(number + offset)));
    assert.ok(deaths > 30, `${deaths} deaths`);
    process.stderr.write(`      ${deaths} deaths\n`);
  });

  it(`several hundred times at random, one death after the other on the same log (seed ${SEED})`, async () => {
    const life = async (number: number): Promise<void> => {
      const next = numbers(SEED + number);
      const directory = path.join(temporaryDirectory(), 'log');
      for (let kills = 0; kills < 10; kills += 1) {
        spoil(directory, next);
        await killed(directory, { count: 3, die: { at: 1 + next(48), bytes: next(700) } });
      }
    };
    for (let number = 0; number < 24; number += 4) await Promise.all([0, 1, 2, 3].map(offset => life(number + offset)));
    assert.ok(deaths > 150, `${deaths} deaths`);
    process.stderr.write(`      ${deaths} deaths\n`);
  });

  it('from outside, while it appends as fast as it can', async () => {
    const next = numbers(SEED);
    const directory = path.join(temporaryDirectory(), 'log');
    for (let kills = 0; kills < 12; kills += 1) {
      const at = 1 + next(40);
      await killed(directory, { count: 1000 }, ({ n }, victim) => {
        if (n === at) victim.process.kill('SIGKILL');
      });
    }
    assert.equal(deaths, 12);
  });
});

/** Now and then the log that the next victim finds was already torn by an earlier crash. */
function spoil(
  directory: string,
  next: (below: number) => number,
  { onlyGrow = false }: { readonly onlyGrow?: boolean } = {},
): void {
  const file = logFile(directory);
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const how = next(8);
  if (size === 0 && how === 0) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, '{"first":"to');
  }
  if (size > 0 && how === 1 && !onlyGrow) truncateSync(file, size - 1);
  if (size > 0 && how === 2) appendFileSync(file, '{"left by an earlier crash');
  if (size > 0 && how === 3) appendFileSync(file, '{"two\n{"of them');
}

describe('torn anywhere', () => {
  const unflushed: AuditFiles = {
    ...realFiles,
    syncDirectory: () => Promise.resolve(),
    open: (file, create) => ({ ...realFiles.open(file, create), sync: () => Promise.resolve() }),
  };

  it(
    'cut after every single byte of a record, and of the records that tell of it: the next append says so and goes ' +
      'on',
    async function () {
      this.timeout(120_000);
      const { file, directory } = await writtenLog(2);
      const two = readFileSync(file);
      appendFileSync(file, '{"an earlier fragment');
      const torn = readFileSync(file);
      for (const start of [two, torn]) {
        writeFileSync(file, start);
        await openAuditLog({ directory, files: unflushed }).append(entry(3));
        const whole = readFileSync(file);
        for (let end = start.length; end <= whole.length; end += 1) {
          rmSync(file);
          writeFileSync(file, whole.subarray(0, end));
          const position = await openAuditLog({ directory, files: unflushed }).append(entry(4));
          const verdict = await verify(file, position);
          assert.deepEqual([verdict.kind, verdict.head], ['intact', position], `cut at ${end - start.length}`);
          assert.deepEqual(
            readFileSync(file).subarray(0, end),
            whole.subarray(0, end),
            `nothing is cut at ${end - start.length}`,
          );
        }
      }
    },
  );
});
