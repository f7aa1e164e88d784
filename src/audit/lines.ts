/** Cuts a stream of bytes into lines. */
import { NEWLINE } from './chain.ts';

export class LineSplitter {
  #carried: Buffer[] = [];
  #carriedBytes = 0;

  /** Bytes of the unfinished line. */
  get pendingBytes(): number {
    return this.#carriedBytes;
  }

  /** The unfinished line. */
  get pending(): Buffer {
    return Buffer.concat(this.#carried);
  }

  /**
   * Passes every line that ends in `chunk` to `take`, without its newline. A line may be a view into the chunk and is
   * valid only during the call. `take` returns false to stop.
   */
  push(chunk: Buffer, take: (line: Buffer) => boolean): boolean {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from);
      if (end < 0) break;
      const part = chunk.subarray(from, end);
      from = end + 1;
      if (!take(this.#carriedBytes === 0 ? part : this.#complete(part))) return false;
    }
    if (from < chunk.length) {
      this.#carried.push(Buffer.from(chunk.subarray(from)));
      this.#carriedBytes += chunk.length - from;
    }
    return true;
  }

  #complete(part: Buffer): Buffer {
    const line = Buffer.concat([...this.#carried, part]);
    this.#carried = [];
    this.#carriedBytes = 0;
    return line;
  }
}
