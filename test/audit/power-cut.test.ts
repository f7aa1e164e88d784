/**
 * A power cut: of a file that is only appended to, what was written after its last flush may be gone. Processes die at
 * any touch of the log or its second copy, some of them know of no copy, and the power goes whenever it likes.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { realFiles, type AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import type { AuditLog } from '../../src/control-plane/ports.ts';
import { entry } from './entries.ts';
import { logFile, temporaryDirectory, verify } from './support.ts';

const SEEDS = 150;
const LIVES = 6;
const MOST_TOUCHES = 30;

/** The same numbers for the same seed, from 0 up to `below`. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A log with a second copy on a machine whose power can be cut. */
class Machine {
  readonly directory: string;
  readonly copyDirectory: string;
  readonly files: readonly string[];
  readonly #random: (below: number) => number;
  readonly #flushed = new Map<string, number>();

  constructor(random: (below: number) => number) {
    const own = temporaryDirectory();
    [this.directory, this.copyDirectory] = [path.join(own, 'log'), path.join(own, 'disk')];
    mkdirSync(this.copyDirectory, { mode: 0o700 });
    this.files = [logFile(this.directory), logFile(this.copyDirectory)];
    this.#random = random;
  }

  /** A process that dies at its touch `last`, perhaps in the middle of a write. */
  process(last: number, knowsOfCopy: boolean): AuditLog {
    let touches = 0;
    const touch = (): void => {
      touches += 1;
      if (touches >= last) throw new Error('it is dead');
    };
    const files: AuditFiles = {
      ...realFiles,
      open: (file, create) => {
        touch();
        const real = realFiles.open(file, create);
        return {
          ...real,
          append: bytes => {
            if (touches + 1 === last) real.append(bytes.subarray(0, this.#random(bytes.length + 1)));
            touch();
            return real.append(bytes);
          },
          sync: async () => {
            touch();
            const { size } = real.facts();
            await real.sync();
            touch();
            this.#flushed.set(file, Math.max(size, this.#flushed.get(file) ?? 0));
          },
        };
      },
    };
    const { directory, copyDirectory } = this;
    return openAuditLog({ directory, copyDirectory: knowsOfCopy ? copyDirectory : undefined, files });
  }

  cutPower(): void {
    for (const file of this.files) {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      const kept = Math.min(size, this.#flushed.get(file) ?? 0);
      if (size > kept) truncateSync(file, kept + this.#random(size - kept + 1));
    }
  }
}

describe('also P7-O3: power cuts between dying processes, with a second copy', function () {
  this.timeout(120_000);

  it(`${SEEDS} seeds: what was acknowledged is there, and the next append works without a person`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = numbers(seed);
      const machine = new Machine(random);
      const acknowledged: string[] = [];
      let n = 0;
      for (let life = 0; life < LIVES; life += 1) {
        const log = machine.process(1 + random(MOST_TOUCHES), random(5) > 0);
        for (let count = random(3); count >= 0; count -= 1) {
          n += 1;
          const name = `"n":"${n}"`;
          const isDead = await log.append(entry(n)).then(
            () => acknowledged.push(name) === 0,
            (error: unknown) => {
              assert.match(String(error), /it is dead/, `seed ${seed}, life ${life}: ${String(error)}`);
              return true;
            },
          );
          if (isDead) break;
        }
        if (random(3) === 0) machine.cutPower();
      }
      await machine.process(Number.POSITIVE_INFINITY, true).append(entry(999));
      const [log, copy] = machine.files.map(file => readFileSync(file));
      assert.deepEqual(copy, log, `seed ${seed}`);
      for (const name of acknowledged) assert.ok(log?.includes(name), `seed ${seed}: ${name}`);
      assert.equal((await verify(logFile(machine.directory))).kind, 'intact', `seed ${seed}`);
    }
  });
});
