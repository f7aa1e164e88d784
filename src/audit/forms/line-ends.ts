/**
 * Carriage returns that a tool put before the newlines. No record ends with one, so they are ignored, and the verdict
 * says so. The bytes of each record are still compared with its hash.
 */
import { endsAsRecord } from '../chain.ts';

const CARRIAGE_RETURN = 0x0d;

export class LineEnds {
  #everywhere: boolean | null = null;
  #lines = 0;
  #removed = 0;

  /**
   * The line without the carriage return that a tool added. If the first line has one, every line has one. Otherwise
   * one is removed only after a record, because a fragment may end with any byte.
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

  /** What was ignored, as the subject of a sentence; `null` for nothing. */
  get removed(): string | null {
    if (this.#removed === 0) return null;
    return this.#removed === this.#lines
      ? 'the carriage return at the end of each line'
      : `the carriage return at the end of ${this.#removed} of ${this.#lines} lines`;
  }
}
