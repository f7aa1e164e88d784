/**
 * A run of records that one file presents as one chain. If a number occurs again, or a record does not name the record
 * before it, a new strand begins: one file may hold two logs, or a log that was forked or rewritten.
 */
import { TooMuch, MOST_ENTRIES } from './limits.ts';
import type { LogRecord } from './members.ts';

/** A record that was asked for. */
export interface KeptRecord {
  readonly seq: bigint;
  readonly prev: string;
  readonly hash: string;
  readonly record: LogRecord;
  /** The given part of its log ends without an outcome for this intent. */
  isOpen: boolean;
  /** For an intent: the record of its outcome, which may not be one that was asked for. */
  end: LogRecord | null;
}

/** What is wrong or missing between two records of a log. */
export interface LogGap {
  /** The number of the record before it; 0 before the first. */
  readonly after: bigint;
  text: string;
}

/** A range of record numbers, the first and the last. */
export interface Run {
  readonly from: bigint;
  to: bigint;
}

/** A record, or the place of a withheld record. */
export interface Link {
  readonly seq: bigint;
  readonly prev: string;
  readonly hash: string;
}

/** At least so many hashes are kept, because two files of a forked log differ in one of them. */
const MARKS = 4096n;

export class Strand {
  readonly firstLine: bigint;
  readonly first: Link;
  last: Link;
  readonly records: KeptRecord[] = [];
  readonly gaps: LogGap[] = [];
  /** The numbers of the records that it holds, in rising order, and of those that it withholds. */
  readonly held: Run[] = [];
  readonly withheld: Run[] = [];
  /** Hashes by number: of all records in a short strand, of evenly spaced records in a long one. */
  readonly marks = new Map<bigint, string>();
  #step = 1n;

  constructor(firstLine: bigint, first: Link) {
    this.firstLine = firstLine;
    this.first = first;
    this.last = first;
  }

  /** Whether this record can follow the last one, as far as the two records show that. */
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

  /** Hashes of the first, the last and the kept records; they show that two strands belong to one log. */
  get hashes(): ReadonlySet<string> {
    return new Set([this.first.hash, this.last.hash, ...this.records.flatMap(({ hash, prev }) => [hash, prev])]);
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
