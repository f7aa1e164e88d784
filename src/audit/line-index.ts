/**
 * Where the lines of a log begin. A short log has an entry for each line, a longer one for every 2nd, 4th, 8th … line,
 * so that memory is bounded for any log. The lines between two entries are a block; they are found by reading it.
 */
import { NEWLINE } from './chain.ts';

/** Uses 512 KiB. A block of a 6 GB log then has 190 kB at most, on average. */
const MOST_BLOCKS = 64 * 1024;
const FIRST_BLOCKS = 1024;

export class LineIndex {
  readonly #most: number;
  /** Where each block begins. */
  #starts: Float64Array;
  #blocks = 0;
  #stride = 1;
  #count = 0;
  #size = 0;
  #isLineEnded = true;

  /** `most`: how many blocks are kept at most, an even number. */
  constructor(most = MOST_BLOCKS) {
    this.#most = most;
    this.#starts = new Float64Array(Math.min(most, FIRST_BLOCKS));
  }

  /** A copy that can continue from here without changing this index. */
  copy(): LineIndex {
    const copy = new LineIndex(this.#most);
    copy.#starts = this.#starts.slice();
    copy.#blocks = this.#blocks;
    copy.#stride = this.#stride;
    copy.#count = this.#count;
    copy.#size = this.#size;
    copy.#isLineEnded = this.#isLineEnded;
    return copy;
  }

  /** How many lines there are. */
  get count(): number {
    return this.#count;
  }

  /** Where the last line ends, in bytes. */
  get size(): number {
    return this.#size;
  }

  /** How many lines a block has; the last block may have fewer. */
  get stride(): number {
    return this.#stride;
  }

  get blocks(): number {
    return this.#blocks;
  }

  /** The byte at which a block begins; for the block after the last one, the end of the log. */
  startOf(block: number): number {
    return block < this.#blocks ? (this.#starts[block] ?? this.#size) : this.#size;
  }

  /** The block that contains a byte of the log. */
  blockOf(offset: number): number {
    let low = 0;
    for (let high = this.#blocks - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Adds the bytes that follow. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.#isLineEnded) this.#begin(this.#size);
    for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, newline + 1)) {
      if (newline + 1 < bytes.length) this.#begin(this.#size + newline + 1);
    }
    this.#isLineEnded = bytes.at(-1) === NEWLINE;
    this.#size += bytes.length;
  }

  #begin(offset: number): void {
    if (this.#count === this.#blocks * this.#stride) {
      if (this.#blocks === this.#most) this.#thinOut();
      this.#beginBlock(offset);
    }
    this.#count += 1;
  }

  #beginBlock(offset: number): void {
    if (this.#blocks === this.#starts.length) {
      const larger = new Float64Array(Math.min(this.#most, this.#starts.length * 2));
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.#blocks] = offset;
    this.#blocks += 1;
  }

  /** Joins each pair of blocks into one. */
  #thinOut(): void {
    this.#blocks /= 2;
    this.#stride *= 2;
    for (let block = 0; block < this.#blocks; block += 1) this.#starts[block] = this.#starts[block * 2] ?? 0;
  }
}
