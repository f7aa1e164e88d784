/** How much a reconstruction is made of. More would not be read by anybody, and would not fit into memory. */
export const MOST_ENTRIES = 100_000;
/** Each entry knows its place beside every source, so memory grows with both. */
export const MOST_SOURCES = 200;

/** Too much is asked for. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}
