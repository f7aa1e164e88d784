/** Where the numbers of a drawn test come from. */
import assert from 'node:assert/strict';

/**
 * The seed of a run: the one that the environment variable names; a new one for a person, who reads what it found. In
 * CI, where a verdict is believed without being read, always the same: what passed once passes again on the same
 * sources.
 */
export function seedFrom(variable: string): number {
  const named = process.env[variable];
  if (named !== undefined) return Number(named);
  return process.env['CI'] === undefined ? Math.floor(Math.random() * 0x7fffffff) : 20_261_121;
}

export type Random = () => number;

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
export function generator(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Whole numbers and members of lists that follow from a seed. */
export class Choices {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = generator(seed);
  }

  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  of<T>(values: readonly T[]): T {
    const value = values[this.below(values.length)];
    assert.ok(value !== undefined);
    return value;
  }
}
