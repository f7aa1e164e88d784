/**
 * Some lines of a log. To keep memory bounded, only the number of matches up to each block of the index is stored, not
 * the place of each match. A page is searched for again in the blocks that hold it.
 */
import type { AuditLine, AuditSelection } from '../control-plane/model/audit-reader.ts';
import { BlockCounts, type Stretch } from './block-counts.ts';
import type { Matcher } from './filter.ts';
import { auditLine, searchLines, type IndexedLog } from './line-search.ts';

/** Searches the whole log once. */
export async function selectLines(log: IndexedLog, match: Matcher): Promise<AuditSelection> {
  const counter = new BlockCounter(log);
  await searchLines(log.file, { from: 0, to: log.index.size, numbered: false }, match, ({ offset }) => {
    counter.add(offset);
    return true;
  });
  return new Selection(log, match, counter.upTo);
}

/** The lines that begin at these bytes of the log, in ascending order. */
export function linesAt(log: IndexedLog, offsets: Float64Array): AuditSelection {
  const counter = new BlockCounter(log);
  for (const offset of offsets) counter.add(offset);
  return new Selection(log, beginningAt(offsets), counter.upTo);
}

class BlockCounter {
  readonly #index: IndexedLog['index'];
  readonly #upTo: Uint32Array;
  #block = 0;
  #count = 0;

  constructor({ index }: IndexedLog) {
    this.#index = index;
    this.#upTo = new Uint32Array(index.blocks);
  }

  /** Counts a line that begins at a byte; call it in ascending order. */
  add(offset: number): void {
    for (; this.#block + 1 < this.#upTo.length && this.#index.startOf(this.#block + 1) <= offset; this.#block += 1)
      this.#upTo[this.#block] = this.#count;
    this.#count += 1;
  }

  /** For each block, how many lines begin in it and in all blocks before it. */
  get upTo(): Uint32Array {
    return this.#upTo.fill(this.#count, this.#block);
  }
}

class Selection implements AuditSelection {
  readonly #log: IndexedLog;
  readonly #match: Matcher;
  readonly #counts: BlockCounts;

  constructor(log: IndexedLog, match: Matcher, upTo: Uint32Array) {
    this.#log = log;
    this.#match = match;
    this.#counts = new BlockCounts(upTo);
  }

  get count(): number {
    return this.#counts.count;
  }

  async page(from: number, count: number): Promise<readonly AuditLine[]> {
    const to = Math.min(this.count, from + count);
    const lines: AuditLine[] = [];
    for (const stretch of this.#counts.stretches(from, to)) await this.#search(stretch, { from, to }, lines);
    return lines;
  }

  async #search(
    { first, end }: Stretch,
    wanted: { readonly from: number; readonly to: number },
    lines: AuditLine[],
  ): Promise<void> {
    const { file, index } = this.#log;
    let found = this.#counts.before(first);
    const stretch = { from: index.startOf(first), to: index.startOf(end), numbered: true };
    await searchLines(file, stretch, this.#match, ({ line, number }) => {
      if (found >= wanted.from) lines.push(auditLine(first * index.stride + number, line));
      found += 1;
      return found < wanted.to;
    });
  }
}

function beginningAt(offsets: Float64Array): Matcher {
  return {
    candidates: (bytes, from) => at => {
      const next = offsets[firstFrom(offsets, from + at)];
      return next === undefined || next >= from + bytes.length ? -1 : next - from;
    },
    members: () => new Map(),
  };
}

/** The first of some ascending numbers that is not below `value`. */
export function firstFrom(numbers: Float64Array, value: number): number {
  let low = 0;
  for (let high = numbers.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
