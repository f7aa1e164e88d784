/**
 * A part of a log. Each record is checked by its own hash, neighbours by `prev`, and all records by their numbers.
 * Records can be withheld; but nothing can be inserted between two neighbours, moved or changed unnoticed.
 */
import { createHash } from 'node:crypto';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import type { Stage } from '../../control-plane/model/record.ts';
import { FORMAT_VERSION, isObject, NO_PREVIOUS, type ParsedRecord } from '../chain.ts';
import { counted, type Finding } from './form.ts';

const TORN: Stage = 'torn_tail_found';
const REPLACEMENT = '\ufffd';

/** The place of a record in the chain. */
export interface Link extends AuditPosition {
  readonly prev: string;
}

/** Bytes between two records that are not a record, as a later record would report them. */
export interface Leftover {
  readonly line: bigint;
  /** The two ways in which a record may report them: without the newline that ended them, or with it. */
  readonly told: readonly { readonly bytes: string; readonly sha256: string }[];
  /** The original bytes are lost: the export replaced invalid UTF-8. */
  readonly isLossy: boolean;
}

/** Lines that are not records, as they stand in an export or in a part of a log. */
export class LeftoverLines {
  readonly #line: bigint;
  readonly #hash = createHash('sha256');
  #bytes = 0n;
  #isLossy = false;

  constructor(line: bigint) {
    this.#line = line;
  }

  add(bytes: Buffer): void {
    if (this.#bytes > 0n) this.#hash.update('\n');
    this.#hash.update(bytes);
    this.#bytes += BigInt(bytes.length) + 1n;
    this.#isLossy ||= bytes.includes(REPLACEMENT);
  }

  get leftover(): Leftover {
    const told = [
      { bytes: (this.#bytes - 1n).toString(), sha256: this.#hash.copy().digest('hex') },
      { bytes: this.#bytes.toString(), sha256: this.#hash.copy().update('\n').digest('hex') },
    ];
    return { line: this.#line, told, isLossy: this.#isLossy };
  }
}

export class PartOfLog {
  readonly #mayJump: boolean;
  #first: Link | null = null;
  #last: Link | null = null;
  #head: AuditPosition | null = null;
  #records = 0n;
  #stubs = 0n;
  #absent = 0n;
  #jumps = 0n;
  #leftover: Leftover | null = null;

  /** `mayJump`: numbers may be skipped; jumps are counted. */
  constructor({ mayJump }: { readonly mayJump: boolean }) {
    this.#mayJump = mayJump;
  }

  get records(): bigint {
    return this.#records;
  }

  get stubs(): bigint {
    return this.#stubs;
  }

  /** The first record or stub. */
  get first(): AuditPosition | null {
    return this.#first;
  }

  /** The last record or stub. */
  get last(): AuditPosition | null {
    return this.#last;
  }

  /** The last record; a stub alone proves nothing. */
  get head(): AuditPosition | null {
    return this.#head;
  }

  /** Takes bytes that are not a record. Bytes before them must have been reported by a record. */
  addLeftover(leftover: Leftover): Finding | null {
    const finding = this.#left();
    this.#leftover = leftover;
    return finding;
  }

  addRecord(line: bigint, record: ParsedRecord): Finding | null {
    if (record.version !== FORMAT_VERSION)
      return {
        kind: 'unreadable',
        line,
        seq: record.seq,
        message:
          `Line ${line} is a record of format version ${JSON.stringify(record.version)}; only version ` +
          `${FORMAT_VERSION} is known here.`,
      };
    const finding = this.#untold(line, record) ?? this.#place(line, record);
    if (finding !== null) return finding;
    this.#records += 1n;
    this.#head = { seq: record.seq, hash: record.hash };
    return null;
  }

  addStub(line: bigint, stub: Link): Finding | null {
    const finding = this.#place(line, stub);
    if (finding !== null) return finding;
    // The record that reports the bytes before it may be withheld, too.
    this.#leftover = null;
    this.#stubs += 1n;
    return null;
  }

  /** Call it at the end of the file: bytes that no record has reported by now are a finding. */
  end(): Finding | null {
    return this.#left();
  }

  /** How much of the log is missing here. */
  get absence(): string {
    if (this.#first === null || this.#last === null) return '';
    const between =
      this.#absent === 0n
        ? 'No number is left out between the first and the last.'
        : `${counted(this.#absent, 'record', 'records')} between the first and the last ` +
          `${this.#absent === 1n ? 'is' : 'are'} not in it, at ${counted(this.#jumps, 'place', 'places')}.`;
    return `They are numbered ${this.#first.seq} to ${this.#last.seq}. ${between}`;
  }

  #place(line: bigint, link: Link): Finding | null {
    const { seq } = link;
    const last = this.#last;
    const edited = (message: string): Finding => ({ kind: 'record_edited', line, seq, message });
    if (last === null) {
      if (seq === 1n && link.prev !== NO_PREVIOUS)
        return edited(`Record 1 in line ${line} follows another record, and none stood before it.`);
    } else if (seq <= last.seq) {
      return {
        kind: 'forked',
        line,
        seq,
        message:
          `Line ${line} holds number ${seq} after number ${last.seq}: records are repeated, or not in their ` +
          'order.',
      };
    } else if (seq > last.seq + 1n) {
      const missing = seq - last.seq - 1n;
      if (!this.#mayJump)
        return {
          kind: 'records_missing',
          line,
          seq: last.seq + 1n,
          message:
            `Line ${line} holds number ${seq} where number ${last.seq + 1n} was expected: ` +
            `${counted(missing, 'record is', 'records are')} missing here.`,
        };
      this.#absent += missing;
      this.#jumps += 1n;
    } else if (link.prev !== last.hash) {
      return edited(
        `Record ${seq} in line ${line} does not follow the record before it: one of the two is not what was written.`,
      );
    }
    this.#first ??= link;
    this.#last = { seq, prev: link.prev, hash: link.hash };
    return null;
  }

  /** Bytes before a record that are not a record must be those that the record reports. */
  #untold(line: bigint, { stage, seq, tornTail }: ParsedRecord): Finding | null {
    const leftover = this.#leftover;
    const follows = this.#last !== null && seq === this.#last.seq + 1n;
    if (leftover === null) {
      return !this.#mayJump && follows && stage === TORN
        ? {
            kind: 'record_edited',
            line,
            seq,
            message: `Record ${seq} in line ${line} reports a torn tail that is not before it.`,
          }
        : null;
    }
    if (stage !== TORN || !(follows || this.#last === null) || !isObject(tornTail)) return this.#left();
    const told = leftover.told.some(
      ({ bytes, sha256 }) => bytes === tornTail['bytes'] && sha256 === tornTail['sha256'],
    );
    if (!told && !leftover.isLossy) return this.#left();
    this.#leftover = null;
    return null;
  }

  #left(): Finding | null {
    if (this.#leftover === null) return null;
    const { line } = this.#leftover;
    return {
      kind: 'torn_tail',
      line,
      seq: null,
      message:
        `Line ${line} is not a record, and no later record reports it: an interrupted write left it in the ` +
        'log, or it is a record that was damaged.',
    };
  }
}
