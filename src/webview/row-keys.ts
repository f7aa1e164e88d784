/** The keys that move through a long table. Every table that draws only its visible rows uses them. */

/** The number of rows that a key moves; `undefined` for every other key. `page`: the number of visible rows. */
export function rowsMoved(key: string, page: number): number | undefined {
  const steps: ReadonlyMap<string, number> = new Map([
    ['ArrowDown', 1],
    ['ArrowUp', -1],
    ['PageDown', page],
    ['PageUp', -page],
    ['Home', -Infinity],
    ['End', Infinity],
  ]);
  return steps.get(key);
}
