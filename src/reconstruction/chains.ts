/** Puts strands of one log together that can be one chain. What differs is of a fork, in no order to the rest. */
import type { CollectedLog } from './collect.ts';
import type { Strand } from './strand.ts';

/** A strand, and the file in which it stands. */
export interface FileStrand {
  readonly log: CollectedLog;
  readonly strand: Strand;
}

/** Strands of which no two hold different records of one number. */
export interface Chain {
  readonly strands: readonly FileStrand[];
  /** The number at which it was found to be another one than the first; `null` for the first. */
  readonly differs: bigint | null;
  /** Up to this number its records are those of another one, as far as that is known. */
  readonly forksAfter: bigint;
}

interface Growing {
  readonly strands: FileStrand[];
  readonly differs: bigint | null;
  readonly forksAfter: bigint;
  readonly marks: Map<bigint, string>;
  readonly prevs: Map<bigint, string>;
}

/** Strands that hang together by hashes, as chains; a strand goes to the one whose records it names or holds. */
export function chainsOf(strands: readonly FileStrand[]): readonly Chain[] {
  const chains: Growing[] = [];
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

type Points = Pick<Growing, 'marks' | 'prevs'>;

/** What is known of a strand's records by their numbers: their hashes, and the hash of the one before. */
function pointsOf({ first, last, marks, records }: Strand): Points {
  const known = [first, last, ...records];
  return {
    marks: new Map([...marks, ...known.map(({ seq, hash }) => [seq, hash] as const)]),
    prevs: new Map(known.map(({ seq, prev }) => [seq, prev] as const)),
  };
}

/** The first number at which one is not the other; `null` where none is known. */
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
