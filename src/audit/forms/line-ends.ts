/**
 * Carriage returns that a copy put before the newlines. No record ends with one, so they are left out, and it is said;
 * the bytes of each record are held against its hash as ever.
 */
import { endsAsRecord } from '../chain.ts';

const CARRIAGE_RETURN = 0x0d;

export class LineEnds {
  #everywhere: boolean | null = null;
  #lines = 0;
  #removed = 0;

  /**
   * The line without what a copy put behind it. A file whose first line has a carriage return has them everywhere; in
   * any other only behind a record, because a fragment may end with any byte.
   */
  bare(line: Buffer): Buffer {
    this.#lines += 1;
    const ends = line[line.length - 1] === CARRIAGE_RETURN;
    this.#everywhere ??= ends;
    if (!ends) return line;
    const bare = line.subarray(0, -1);
    if (!this.#everywhere && !endsAsRecord(bare)) return line;
    this.#removed += 1;
    return bare;
  }

  /** What was left out, as the subject of a sentence; `null` for nothing. */
  get removed(): string | null {
    if (this.#removed === 0) return null;
    return this.#removed === this.#lines
      ? 'the carriage return at the end of each line'
      : `the carriage return at the end of ${this.#removed} of ${this.#lines} lines`;
  }
}
