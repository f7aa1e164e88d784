/**
 * A run of records that one file presents as one chain. Where a number comes again, or a record does not name the one
 * before it, another begins: two logs may stand in one file, and a log may have been forked or rewritten.
 */
import { TooMuch, MOST_ENTRIES } from './limits.ts';
import type { LogRecord } from './members.ts';

/** A record that is asked for. */
export interface KeptRecord {
  readonly seq: bigint;
  readonly prev: string;
  readonly hash: string;
  readonly record: LogRecord;
  /** The log that this file is of ends with it, and no outcome of this intent is recorded. */
  isOpen: boolean;
  /** Of an intent: the record of what came of it, which may not be one that is asked for. */
  end: LogRecord | null;
}

/** Something between two records of a log. */
export interface LogGap {
  /** The number of the record before it; 0 before the first. */
  readonly after: bigint;
  text: string;
}

/** Numbers of records, the first and the last. */
export interface Run {
  readonly from: bigint;
  to: bigint;
}

/** A record, or the place of one that is withheld. */
export interface Link {
  readonly seq: bigint;
  readonly prev: string;
  readonly hash: string;
}

/** Of how many records the hash is kept, at least: two files of a log that was forked differ in one of them. */
const MARKS = 4096n;

export class Strand {
  readonly firstLine: bigint;
  readonly first: Link;
  last: Link;
  readonly records: KeptRecord[] = [];
  readonly gaps: LogGap[] = [];
  /** The numbers of which it holds the record, in rising order, and those that it withholds. */
  readonly held: Run[] = [];
  readonly withheld: Run[] = [];
  /** Hashes by number: of all records of a short strand, and of evenly spaced ones of a long one. */
  readonly marks = new Map<bigint, string>();
  #step = 1n;

  constructor(firstLine: bigint, first: Link) {
    this.firstLine = firstLine;
    this.first = first;
    this.last = first;
  }

  /** Whether this record follows the last one, as far as that shows. */
  isFollowedBy({ seq, prev }: Link): boolean {
    return seq > this.last.seq && (seq !== this.last.seq + 1n || prev === this.last.hash);
  }

  add(link: Link, isWithheld: boolean): void {
    this.last = link;
    note(isWithheld ? this.withheld : this.held, link.seq);
    if (link.seq % this.#step !== 0n) return;
    this.marks.set(link.seq, link.hash);
    if (this.marks.size <= 2 * Number(MARKS)) return;
    this.#step *= 2n;
    for (const seq of this.marks.keys()) if (seq % this.#step !== 0n) this.marks.delete(seq);
  }

  /** By what two strands are told to be of one log: hashes of the first, the last and the kept records. */
  get hashes(): ReadonlySet<string> {
    return new Set([this.first.hash, this.last.hash, ...this.records.flatMap(({ hash, prev }) => [hash, prev])]);
  }

  /** The hash of this record, where it is known. */
  hashOf(seq: bigint): string | undefined {
    if (seq === this.last.seq) return this.last.hash;
    return seq === this.first.seq ? this.first.hash : this.marks.get(seq);
  }
}

function note(runs: Run[], seq: bigint): void {
  const last = runs.at(-1);
  if (last !== undefined && seq >= last.from && seq <= last.to + 1n) {
    if (seq > last.to) last.to = seq;
    return;
  }
  if (runs.length >= MOST_ENTRIES) throw new TooMuch(`it holds its records in more than ${MOST_ENTRIES} pieces`);
  runs.push({ from: seq, to: seq });
}
