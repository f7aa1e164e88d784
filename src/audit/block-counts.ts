/** How many lines or rows begin up to each block of an index: where the n-th of them is looked for. */

/** Neighbouring blocks that are read together: `end` is the first one after them. */
export interface Stretch {
  readonly first: number;
  readonly end: number;
}

export class BlockCounts {
  readonly #upTo: Uint32Array;

  /** @param upTo how many begin in each block and all before it */
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

  /** The blocks in which those from one number up to another begin; blocks in which none begins are left out. */
  *stretches(from: number, to: number): Generator<Stretch> {
    for (let at = from; at < to; ) {
      const first = this.#blockOf(at);
      let end = first + 1;
      while (this.before(end) < to && this.before(end + 1) > this.before(end)) end += 1;
      yield { first, end };
      at = this.before(end);
    }
  }

  /** The block in which the one with this number begins. */
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
