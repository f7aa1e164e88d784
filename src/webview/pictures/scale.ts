/**
 * The place of a 64-bit position between two others. Only here do positions become JavaScript numbers, as fractions for
 * drawing.
 */

/** A fraction from 0 to 1, exact to a millionth. */
export function fraction(value: bigint, from: bigint, to: bigint): number {
  if (to <= from) return 0;
  return Number(((value - from) * 1_000_000n) / (to - from)) / 1_000_000;
}

/** The least of some positions; `undefined` when there are none. */
export function least(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>((low, value) => (low === undefined || value < low ? value : low), undefined);
}

/** The greatest of some positions; `undefined` when there are none. */
export function greatest(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>(
    (high, value) => (high === undefined || value > high ? value : high),
    undefined,
  );
}

/** The positions among the values of an answer. Unknown ones are left out, never taken for 0 (freeze/never-zero). */
export function positions(values: readonly (string | null)[]): readonly bigint[] {
  return values.flatMap(value => (value === null ? [] : [BigInt(value)]));
}

/** A number with separated thousands, for text inside a picture. */
export function grouped(value: string): string {
  return value.replaceAll(/\B(?=(?:\d{3})+$)/gu, '\u2009');
}
