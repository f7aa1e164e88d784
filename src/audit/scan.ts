/**
 * The one reading of the chain, line by line, for the writer and the verifier alike, so that the writer builds only on
 * what the verifier calls intact. Constant memory for any length of the log.
 */
import { createHash, type Hash } from 'node:crypto';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { FORMAT_VERSION, isObject, NO_PREVIOUS, parseLine, type ParsedRecord } from './chain.ts';

/** Where and how the chain breaks. `line` and `seq` count from 1; `seq` is `null` if no number is known. */
export interface ChainBreak {
  readonly kind: 'record_edited' | 'records_missing' | 'forked' | 'unreadable';
  readonly line: bigint;
  readonly seq: bigint | null;
  readonly message: string;
}

/** Lines after the last complete record that are not records. */
export interface Fragment {
  readonly firstLine: bigint;
  readonly bytes: bigint;
  readonly sha256: string;
  readonly endsWithNewline: boolean;
}

const TORN: Stage = 'torn_tail_found';

interface PendingFragment {
  readonly firstLine: bigint;
  readonly looksForeign: boolean;
  /** Covers everything except the final newline. */
  readonly hash: Hash;
  bytes: number;
  endsWithNewline: boolean;
}

export class ChainScan {
  #head: AuditPosition | null = null;
  /** The hash of the record before the head: tells a fork from other disorder. */
  #beforeHead = NO_PREVIOUS;
  #anchored: boolean;
  #fragment: PendingFragment | null = null;
  #lines = 0n;
  #records = 0n;
  #tornTails = 0n;

  /**
   * Starts at the beginning, or at a line in the middle, where the first record is accepted without its predecessor.
   */
  constructor(from: 'beginning' | 'middle') {
    this.#anchored = from === 'beginning';
  }

  /** A copy that can continue from here without changing this scan. */
  copy(): ChainScan {
    const copy = new ChainScan('beginning');
    copy.#head = this.#head;
    copy.#beforeHead = this.#beforeHead;
    copy.#anchored = this.#anchored;
    copy.#fragment = this.#fragment === null ? null : { ...this.#fragment, hash: this.#fragment.hash.copy() };
    copy.#lines = this.#lines;
    copy.#records = this.#records;
    copy.#tornTails = this.#tornTails;
    return copy;
  }

  /** The last record that the chain proves. */
  get head(): AuditPosition | null {
    return this.#head;
  }

  get lines(): bigint {
    return this.#lines;
  }

  get records(): bigint {
    return this.#records;
  }

  /** How many torn tails were found and recorded. */
  get tornTails(): bigint {
    return this.#tornTails;
  }

  /** The lines after the last complete record that are not records; at the end of the file they are a torn tail. */
  get fragment(): Fragment | null {
    const pending = this.#fragment;
    if (pending === null) return null;
    const { firstLine, endsWithNewline } = pending;
    const hash = pending.hash.copy();
    if (endsWithNewline) hash.update('\n');
    return {
      firstLine,
      endsWithNewline,
      bytes: BigInt(pending.bytes) + (endsWithNewline ? 1n : 0n),
      sha256: hash.digest('hex'),
    };
  }

  /**
   * Whether the file begins with text that no audit log contains. It belongs to somebody else, so nothing is appended
   * to it.
   */
  get looksForeign(): boolean {
    return this.#head === null && this.#anchored && this.#fragment?.looksForeign === true;
  }

  /** Takes the next line, without its newline. Returns where the chain breaks; the scan then ends. */
  next(
    line: Buffer,
    terminated: boolean,
  ): ChainBreak | { readonly kind: 'record'; readonly record: ParsedRecord } | null {
    this.#lines += 1n;
    const record = parseLine(line);
    if (record === null) {
      this.#addFragment(line, terminated);
      return null;
    }
    const broken = this.#broken(record);
    if (broken !== null) return broken;
    if (this.#fragment !== null) this.#tornTails += 1n;
    this.#anchored = true;
    this.#fragment = null;
    this.#beforeHead = record.prev;
    this.#head = { seq: record.seq, hash: record.hash };
    this.#records += 1n;
    return { kind: 'record', record };
  }

  #addFragment(line: Buffer, terminated: boolean): void {
    if (this.#fragment === null) {
      const looksForeign = terminated && line.toString('latin1', 0, 2) !== '{"';
      this.#fragment = {
        firstLine: this.#lines,
        looksForeign,
        hash: createHash('sha256').update(line),
        bytes: line.length,
        endsWithNewline: terminated,
      };
    } else {
      this.#fragment.hash.update('\n').update(line);
      this.#fragment.bytes += line.length + 1;
      this.#fragment.endsWithNewline = terminated;
    }
  }

  #broken(record: ParsedRecord): ChainBreak | null {
    const { seq } = record;
    const at = { line: this.#lines, seq };
    if (record.version !== FORMAT_VERSION) {
      return {
        ...at,
        kind: 'unreadable',
        message:
          `Line ${at.line} is a record of format version ${JSON.stringify(record.version)}; only ` +
          `version ${FORMAT_VERSION} is known here.`,
      };
    }
    if (!this.#anchored) return null;
    const expected = (this.#head?.seq ?? 0n) + 1n;
    if (this.#fragment === null && record.stage === TORN && seq === expected) {
      return {
        ...at,
        kind: 'record_edited',
        message: `Record ${seq} in line ${at.line} reports a torn tail that is not before it.`,
      };
    }
    if (this.#fragment !== null && !this.#accountedFor(this.#fragment, record, expected)) {
      const damaged = this.#fragment.firstLine;
      return {
        kind: 'record_edited',
        line: damaged,
        seq: seq > expected ? expected : null,
        message:
          seq > expected
            ? `Line ${damaged} is not what was written: record ${expected} stood here.`
            : `Line ${damaged} is not a record, and no torn_tail_found record accounts for it.`,
      };
    }
    if (seq > expected) {
      return {
        ...at,
        kind: 'records_missing',
        seq: expected,
        message:
          `Line ${at.line} is record ${seq} where record ${expected} was expected: ` +
          `${missing(expected, seq - 1n)}.`,
      };
    }
    if (seq < expected)
      return {
        ...at,
        kind: 'forked',
        message: `Line ${at.line} is a record ${seq}, which the log already holds: ${this.#repeated(record)}.`,
      };
    if (record.prev !== (this.#head?.hash ?? NO_PREVIOUS)) {
      return {
        ...at,
        kind: 'record_edited',
        message:
          `Record ${seq} in line ${at.line} does not follow the record before it: one of the two is not what was ` +
          'written.',
      };
    }
    return null;
  }

  #repeated(record: ParsedRecord): string {
    if (record.hash === this.#head?.hash) return 'the same record stands there twice';
    return record.seq === this.#head?.seq && record.prev === this.#beforeHead
      ? 'two different records follow the same one'
      : 'records are repeated, or not in their order';
  }

  /**
   * A fragment is accounted for if the record after it reports exactly its bytes, with or without the newline that
   * ended them.
   */
  #accountedFor(fragment: PendingFragment, record: ParsedRecord, expected: bigint): boolean {
    if (record.stage !== TORN || record.seq !== expected || !isObject(record.tornTail)) return false;
    const { bytes, sha256 } = record.tornTail;
    const bare = { bytes: fragment.bytes.toString(), sha256: fragment.hash.copy().digest('hex') };
    const ended = { bytes: (fragment.bytes + 1).toString(), sha256: fragment.hash.copy().update('\n').digest('hex') };
    return [bare, ended].some(found => found.bytes === bytes && found.sha256 === sha256);
  }
}

function missing(from: bigint, to: bigint): string {
  return from === to ? `record ${from} is missing here` : `records ${from} to ${to} are missing here`;
}
