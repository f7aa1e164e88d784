/**
 * Combines strands of one log that can belong to one chain. Strands that differ belong to forks, and nothing orders a
 * fork against the rest.
 */
import type { CollectedLog } from './collect.ts';
import type { Strand } from './strand.ts';

/** A strand, and the file that holds it. */
export interface FileStrand {
  readonly log: CollectedLog;
  readonly strand: Strand;
}

/** Strands of which no two hold different records with the same number. */
export interface Chain {
  readonly strands: readonly FileStrand[];
  /** The number at which it was found to differ from the first chain; `null` for the first chain. */
  readonly differs: bigint | null;
  /** Up to this number its records are known to be the same as those of another chain. */
  readonly forksAfter: bigint;
}

interface GrowingChain {
  readonly strands: FileStrand[];
  readonly differs: bigint | null;
  readonly forksAfter: bigint;
  readonly marks: Map<bigint, string>;
  readonly prevs: Map<bigint, string>;
}

/** Groups connected strands into chains. A strand joins the chain whose records it names or holds. */
export function chainsOf(strands: readonly FileStrand[]): readonly Chain[] {
  const chains: GrowingChain[] = [];
  for (const each of strands) {
    const own = pointsOf(each.strand);
    const differences = chains.map(chain => difference(chain, own));
    const fitting = chains.filter((_, index) => differences[index] === null);
    const chain = fitting.find(known => shared(known, own) > 0n) ?? fitting[0];
    if (chain === undefined) {
      const forksAfter = chains.map(known => shared(known, own)).reduce((most, seq) => (seq > most ? seq : most), 0n);
      chains.push({ strands: [each], differs: differences[0] ?? null, forksAfter, ...own });
      continue;
    }
    chain.strands.push(each);
    for (const [seq, hash] of own.marks) chain.marks.set(seq, hash);
    for (const [seq, prev] of own.prevs) chain.prevs.set(seq, prev);
  }
  return chains;
}

type Points = Pick<GrowingChain, 'marks' | 'prevs'>;

/** What is known about a strand's records by number: their hashes, and the hashes of the records before them. */
function pointsOf({ first, last, marks, records }: Strand): Points {
  const known = [first, last, ...records];
  return {
    marks: new Map([...marks, ...known.map(({ seq, hash }) => [seq, hash] as const)]),
    prevs: new Map(known.map(({ seq, prev }) => [seq, prev] as const)),
  };
}

/** The first number at which the two differ; `null` if no difference is known. */
function difference(one: Points, other: Points): bigint | null {
  let found: bigint | null = null;
  const see = (seq: bigint): void => {
    if (found === null || seq < found) found = seq;
  };
  for (const [seq, hash] of other.marks) if ((one.marks.get(seq) ?? hash) !== hash) see(seq);
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const)
    for (const [seq, prev] of b.prevs) if ((a.marks.get(seq - 1n) ?? prev) !== prev) see(seq);
  return found;
}

/** The highest number of a record that both hold, or that one holds and the other names; 0 for none. */
function shared(one: Points, other: Points): bigint {
  let found = 0n;
  for (const [seq, hash] of other.marks) if (seq > found && one.marks.get(seq) === hash) found = seq;
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const)
    for (const [seq, prev] of b.prevs) if (seq - 1n > found && a.marks.get(seq - 1n) === prev) found = seq - 1n;
  return found;
}
