/**
 * Orders the entries of several sources: within a source by its own order, between two sources only by proven links.
 * Clocks are used only to choose one of the lists that all agree with the proofs.
 */

/** An entry by its source and its place in it. */
export interface Place {
  readonly lane: number;
  readonly index: number;
}

/** `from` is proven to have happened before `to`. */
export interface Link {
  readonly from: Place;
  readonly to: Place;
  readonly why: string;
}

/** One item of a source, to be put in order. */
export interface Row {
  /** Milliseconds by the source's own clock; used only to place unordered items. */
  readonly at: number | null;
  /** Not an entry, but something unknown between two entries; it has no order relative to other sources. */
  readonly isGap: boolean;
}

export interface EntryOrder {
  /** Every entry once; no entry stands before one that is proven earlier. */
  readonly sequence: readonly Place[];
  /** By the index in `sequence`: everything in a block is proven to come after everything in earlier blocks. */
  readonly blocks: readonly number[];
  /** The links that were used. */
  readonly links: readonly Link[];
  /** Links that form a circle, so that none of them proves anything. */
  readonly circular: readonly Link[];
  /**
   * Entries of other sources that are neither proven earlier nor proven later: the first and the last of each source.
   */
  readonly unordered: (place: Place) => readonly { readonly from: Place; readonly to: Place }[];
}

/** Orders the entries of sources, each given in its own order. */
export function order(lanes: readonly (readonly Row[])[], given: readonly Link[]): EntryOrder {
  const graph = new Graph(lanes, given);
  const circular = graph.circularLinks();
  const links = given.filter(link => !circular.has(link));
  const sequence = extension(lanes, links);
  const clocks = vectorClocks(lanes, links, sequence);
  return {
    sequence,
    links,
    circular: [...circular],
    blocks: blocksOf(lanes, sequence, clocks),
    unordered: place => unordered(place, lanes, clocks),
  };
}

/** Numbers the entries through all sources. */
class Graph {
  readonly #starts: readonly number[];
  readonly #links: readonly Link[];
  readonly #size: number;
  readonly #next: readonly (readonly number[])[];

  constructor(lanes: readonly (readonly Row[])[], links: readonly Link[]) {
    const starts: number[] = [];
    let size = 0;
    for (const lane of lanes) {
      starts.push(size);
      size += lane.length;
    }
    this.#starts = starts;
    this.#size = size;
    this.#links = links;
    const next: number[][] = Array.from({ length: size }, () => []);
    for (const [lane, rows] of lanes.entries())
      for (let index = 0; index + 1 < rows.length; index += 1)
        next[this.#number({ lane, index })]?.push(this.#number({ lane, index: index + 1 }));
    for (const { from, to } of links) next[this.#number(from)]?.push(this.#number(to));
    this.#next = next;
  }

  /** Links within a strongly connected component (Tarjan's algorithm, without recursion, because sources are long). */
  circularLinks(): ReadonlySet<Link> {
    const component = this.#components();
    return new Set(this.#links.filter(({ from, to }) => component[this.#number(from)] === component[this.#number(to)]));
  }

  #components(): Int32Array {
    const seen = new Int32Array(this.#size).fill(-1);
    const low = new Int32Array(this.#size);
    const component = new Int32Array(this.#size).fill(-1);
    const stack: number[] = [];
    let count = 0;
    let components = 0;
    for (let root = 0; root < this.#size; root += 1) {
      if (seen[root] !== -1) continue;
      const path: { readonly at: number; child: number }[] = [{ at: root, child: 0 }];
      while (path.length > 0) {
        const frame = path[path.length - 1];
        if (frame === undefined) break;
        const { at } = frame;
        if (frame.child === 0) {
          seen[at] = low[at] = count;
          count += 1;
          stack.push(at);
        }
        const child = this.#next[at]?.[frame.child];
        frame.child += 1;
        if (child !== undefined) {
          if (seen[child] === -1) path.push({ at: child, child: 0 });
          else if (component[child] === -1) low[at] = Math.min(low[at] ?? 0, seen[child] ?? 0);
          continue;
        }
        path.pop();
        const parent = path.at(-1)?.at;
        if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[at] ?? 0);
        if (low[at] !== seen[at]) continue;
        for (let member = stack.pop(); member !== undefined; member = member === at ? undefined : stack.pop())
          component[member] = components;
        components += 1;
      }
    }
    return component;
  }

  #number({ lane, index }: Place): number {
    return (this.#starts[lane] ?? 0) + index;
  }
}

/**
 * A list that agrees with the proofs. If several entries could follow, the one with the earliest time by its own clock
 * does.
 */
function extension(lanes: readonly (readonly Row[])[], links: readonly Link[]): readonly Place[] {
  const waits = lanes.map(lane => new Int32Array(lane.length));
  const released = lanes.map(() => new Map<number, Place[]>());
  for (const { from, to } of links) {
    const row = waits[to.lane];
    if (row !== undefined) row[to.index] = (row[to.index] ?? 0) + 1;
    const targets = released[from.lane]?.get(from.index);
    if (targets === undefined) released[from.lane]?.set(from.index, [to]);
    else targets.push(to);
  }
  const times = lanes.map(lane => {
    let latest = Number.NEGATIVE_INFINITY;
    return lane.map(({ at }) => (latest = at === null ? latest : Math.max(latest, at)));
  });
  const next = lanes.map(() => 0);
  const sequence: Place[] = [];
  for (;;) {
    let chosen = -1;
    for (const [lane, index] of next.entries()) {
      if (index >= (lanes[lane]?.length ?? 0) || (waits[lane]?.[index] ?? 0) > 0) continue;
      const at = times[lane]?.[index] ?? 0;
      if (chosen < 0 || at < (times[chosen]?.[next[chosen] ?? 0] ?? 0)) chosen = lane;
    }
    if (chosen < 0) return sequence;
    const index = next[chosen] ?? 0;
    sequence.push({ lane: chosen, index });
    next[chosen] = index + 1;
    for (const to of released[chosen]?.get(index) ?? []) {
      const row = waits[to.lane];
      if (row !== undefined) row[to.index] = (row[to.index] ?? 0) - 1;
    }
  }
}

/** For each entry, the last entry of every source that is the entry itself or proven earlier. */
class VectorClocks {
  readonly #lanes: number;
  readonly #clocks: readonly Int32Array[];

  constructor(lanes: readonly (readonly Row[])[]) {
    this.#lanes = lanes.length;
    this.#clocks = lanes.map(lane => new Int32Array(lane.length * lanes.length).fill(-1));
  }

  get({ lane, index }: Place, of: number): number | undefined {
    return this.#clocks[lane]?.[index * this.#lanes + of];
  }

  /** Records that `to` comes after `from`, and after everything that `from` comes after. */
  raise(to: Place, from: Place): void {
    for (let lane = 0; lane < this.#lanes; lane += 1) this.#set(to, lane, this.get(from, lane) ?? -1);
    this.#set(to, from.lane, from.index);
  }

  #set(place: Place, of: number, index: number): void {
    const clock = this.#clocks[place.lane];
    const at = place.index * this.#lanes + of;
    if (clock !== undefined && index > (clock[at] ?? -1)) clock[at] = index;
  }
}

function vectorClocks(
  lanes: readonly (readonly Row[])[],
  links: readonly Link[],
  sequence: readonly Place[],
): VectorClocks {
  const clocks = new VectorClocks(lanes);
  const into = lanes.map(() => new Map<number, Place[]>());
  for (const { from, to } of links) {
    const sources = into[to.lane]?.get(to.index);
    if (sources === undefined) into[to.lane]?.set(to.index, [from]);
    else sources.push(from);
  }
  for (const place of sequence) {
    const { lane, index } = place;
    if (index > 0) clocks.raise(place, { lane, index: index - 1 });
    for (const from of into[lane]?.get(index) ?? []) clocks.raise(place, from);
  }
  return clocks;
}

function unordered(
  place: Place,
  lanes: readonly (readonly Row[])[],
  clocks: VectorClocks,
): readonly { readonly from: Place; readonly to: Place }[] {
  return lanes.flatMap((rows, lane) => {
    if (lane === place.lane) return [];
    let from = (clocks.get(place, lane) ?? -1) + 1;
    // If an entry is later, everything after it in its source is later, too.
    let to = firstAfter(place, lane, from, rows.length, clocks) - 1;
    while (from <= to && rows[from]?.isGap === true) from += 1;
    while (to >= from && rows[to]?.isGap === true) to -= 1;
    return to < from ? [] : [{ from: { lane, index: from }, to: { lane, index: to } }];
  });
}

function firstAfter(place: Place, lane: number, from: number, end: number, clocks: VectorClocks): number {
  let [low, high] = [from, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((clocks.get({ lane, index: middle }, place.lane) ?? -1) >= place.index) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A new block begins where everything before is proven earlier than everything that follows. */
function blocksOf(
  lanes: readonly (readonly Row[])[],
  sequence: readonly Place[],
  clocks: VectorClocks,
): readonly number[] {
  const isEntry = (lane: number, index: number): boolean => lanes[lane]?.[index]?.isGap === false;
  const following = lanes.map((rows, lane) => {
    const next = new Int32Array(rows.length + 1).fill(rows.length);
    for (let index = rows.length - 1; index >= 0; index -= 1)
      next[index] = isEntry(lane, index) ? index : (next[index + 1] ?? rows.length);
    return next;
  });
  const last = lanes.map(() => -1);
  const first = lanes.map((_rows, lane) => following[lane]?.[0] ?? 0);
  const isBarrier = (): boolean =>
    first.every((index, lane) => {
      if (index >= (lanes[lane]?.length ?? 0)) return true;
      return last.every((before, other) => other === lane || (clocks.get({ lane, index }, other) ?? -1) >= before);
    });
  let block = 0;
  let isBegun = false;
  return sequence.map(({ lane, index }) => {
    if (!isEntry(lane, index)) return block;
    if (isBegun && isBarrier()) block += 1;
    isBegun = true;
    last[lane] = index;
    first[lane] = following[lane]?.[index + 1] ?? 0;
    return block;
  });
}
