/** The keys by which a long table is walked through; shared by every table that is drawn only where it is in sight. */

/** How many rows a key moves; `undefined` for every other key. `page`: rows that are in sight. */
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
