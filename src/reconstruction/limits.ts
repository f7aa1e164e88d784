/** The limits of a reconstruction's size. More would be too much to read, and would not fit into memory. */
export const MOST_ENTRIES = 100_000;
/** Each entry stores its position relative to every source, so memory grows with both. */
export const MOST_SOURCES = 200;

/** The reconstruction would be too large. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}
