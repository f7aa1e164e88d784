/** Two things timed beside each other: processes and exchanges, in turns, on the same machine in the same minutes. */
import { spawnSync } from 'node:child_process';
import { percentile } from './bench.mjs';
import { Failure } from './run.mjs';

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @returns {number} milliseconds from start to end
 */
export function processTime(file, args) {
  const start = performance.now();
  const { status, stderr } = spawnSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const took = performance.now() - start;
  if (status !== 0) throw new Failure(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

/**
 * @param {() => Promise<void>} work
 * @returns {Promise<number>} milliseconds
 */
export async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/**
 * Runs both in turns, in changing order, after a warm-up that does not count.
 * @param {number} rounds
 * @param {() => Promise<number> | number} one
 * @param {() => Promise<number> | number} other
 * @returns {Promise<readonly [number, number]>} both medians
 */
export async function interleaved(rounds, one, other) {
  /** @type {number[]} */
  const ones = [];
  /** @type {number[]} */
  const others = [];
  const warmUp = Math.ceil(rounds / 10);
  for (let round = -warmUp; round < rounds; round += 1) {
    const first = round % 2 === 0;
    const [a, b] = first ? [await one(), await other()] : [await other(), await one()].toReversed();
    if (round >= 0) {
      ones.push(a ?? 0);
      others.push(b ?? 0);
    }
  }
  return [percentile(ones), percentile(others)];
}
