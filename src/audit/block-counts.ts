/** How many lines or rows begin before and in each block of an index; this tells where to look for the n-th one. */

/** Neighbouring blocks that are read together: `end` is the first block after them. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

export class BlockCounts {
  readonly #upTo: Uint32Array;

  /** @param upTo for each block, how many begin in it and in all blocks before it */
  constructor(upTo: Uint32Array) {
    this.#upTo = upTo;
  }

  get count(): number {
    return this.#upTo.at(-1) ?? 0;
  }

  /** How many begin before a block. */
  before(block: number): number {
    return block === 0 ? 0 : (this.#upTo[block - 1] ?? this.count);
  }

  /** The blocks in which the items from one number up to another begin, without blocks in which none begins. */
  *stretches(from: number, to: number): Generator<Stretch> {
    for (let at = from; at < to; ) {
      const first = this.#blockOf(at);
      let end = first + 1;
      while (this.before(end) < to && this.before(end + 1) > this.before(end)) end += 1;
      yield { first, end };
      at = this.before(end);
    }
  }

  /** The block in which the item with this number begins. */
  #blockOf(number: number): number {
    let low = 0;
    for (let high = this.#upTo.length - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if (this.before(middle + 1) > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
