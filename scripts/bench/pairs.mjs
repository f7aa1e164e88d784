/** Two things timed beside each other: processes and exchanges, in turns, on the same machine in the same minutes. */
import { spawnSync } from 'node:child_process';
import { Failure } from '../lib/run.mjs';

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {number} milliseconds from start to end
 */
export function processTime(file, args, env = process.env) {
  const start = performance.now();
  const { status, stderr } = spawnSync(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 30 });
  const took = performance.now() - start;
  if (status !== 0) throw new Failure(`${file} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return took;
}

/**
 * @param {() => Promise<unknown>} work
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
 * @param {() => Promise<number> | number} own
 * @param {() => Promise<number> | number} peer
 * @param {number} [warmUp] so many rounds do not count
 * @returns {Promise<import('./measure.mjs').Pairs>}
 */
export async function inTurns(rounds, own, peer, warmUp = Math.ceil(rounds / 10)) {
  /** @type {[number, number][]} */
  const pairs = [];
  for (let round = -warmUp; round < rounds; round += 1) {
    const isFirst = round % 2 === 0;
    const before = isFirst ? await own() : await peer();
    const after = isFirst ? await peer() : await own();
    if (round >= 0) pairs.push(isFirst ? [before, after] : [after, before]);
  }
  return pairs;
}
