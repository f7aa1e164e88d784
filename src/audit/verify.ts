/**
 * Verification: streams the file once, in constant memory, writes nothing, needs no editor and no lock, and works on a
 * copy. Heads known from elsewhere reveal what the chain alone cannot: a cut end, or a log rewritten as a whole.
 */
import type { AuditVerification } from '../control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import { MAX_LINE_BYTES, parseLine } from './chain.ts';
import { recordPiece, type Finding, type TakePiece } from './forms/form.ts';
import { KnownHeads } from './forms/heads.ts';
import { LineEnds } from './forms/line-ends.ts';
import { LineSplitter } from './lines.ts';
import { ChainScan } from './scan.ts';

/**
 * Verifies a log that arrives in pieces, against heads known from elsewhere (the editor's storage, a kernel's events).
 */
export class Verifier {
  readonly #scan = new ChainScan('beginning');
  readonly #splitter = new LineSplitter();
  readonly #heads: KnownHeads;
  readonly #ends = new LineEnds();
  readonly #take: TakePiece | undefined;
  #finding: Finding | null = null;
  #line = 0n;
  #bytes = 0n;

  /** `take` receives every record and every other line, also after a break in the chain. */
  constructor(heads: readonly AuditPosition[], take?: TakePiece) {
    this.#heads = new KnownHeads(heads);
    this.#take = take;
  }

  /** What a tool added and the reading ignores, as the subject of a sentence. */
  get removed(): string | null {
    return this.#ends.removed;
  }

  /** Takes the next bytes; `false` if nothing that follows can change the result. */
  push(chunk: Buffer): boolean {
    this.#bytes += BigInt(chunk.length);
    const more = this.#splitter.push(chunk, line => this.#next(line, true));
    if (this.#splitter.pendingBytes <= MAX_LINE_BYTES) return more;
    this.#finding ??= tooLong(this.#line + 1n);
    return false;
  }

  /** Call it at the end of the file. */
  end(): AuditVerification {
    const unended = this.#splitter.pendingBytes > 0;
    if (unended) this.#next(this.#splitter.pending, false);
    const { records, head } = this.#scan;
    const finding = this.#finding ?? this.#missingHead() ?? this.#endOf(unended);
    return { verdict: { ...finding, records, bytes: this.#bytes, head }, heads: this.#heads.checks };
  }

  #next(whole: Buffer, terminated: boolean): boolean {
    this.#line += 1n;
    const line = this.#ends.bare(whole);
    if (this.#finding !== null) return this.#behindBreak(line);
    if (line.length > MAX_LINE_BYTES) {
      this.#finding = tooLong(this.#line);
      return this.#isWanted();
    }
    const found = this.#scan.next(line, terminated);
    if (found === null) {
      this.#take?.({ is: 'damage', line: this.#line, bytes: BigInt(line.length) });
      return true;
    }
    if (found.kind === 'record') {
      const agrees = this.#compare(found.record);
      this.#take?.(recordPiece(this.#line, found.record, line.toString(), true));
      return agrees || this.#isWanted();
    }
    this.#finding = found;
    return this.#behindBreak(line);
  }

  /**
   * After a break, heads are still looked for and records passed on: a record whose hash a kernel has seen is genuine,
   * wherever it stands.
   */
  #behindBreak(line: Buffer): boolean {
    const record = this.#isWanted() && line.length <= MAX_LINE_BYTES ? parseLine(line) : null;
    if (record !== null) {
      this.#compare(record);
      this.#take?.(recordPiece(this.#line, record, line.toString(), true));
    } else this.#take?.({ is: 'damage', line: this.#line, bytes: BigInt(line.length) });
    return this.#isWanted();
  }

  #isWanted(): boolean {
    return this.#take !== undefined || this.#heads.isOpen;
  }

  #compare(record: AuditPosition): boolean {
    if (this.#heads.compare(record, this.#line)) return true;
    const { seq } = record;
    this.#finding ??= {
      kind: 'replaced',
      line: this.#line,
      seq,
      message:
        `Record ${seq} in line ${this.#line} is not the record ${seq} that is known: the log was rewritten at or ` +
        'before it.',
    };
    return false;
  }

  #missingHead(): Finding | null {
    const { last } = this.#heads;
    const { head, lines } = this.#scan;
    if (last === null || last.seq <= (head?.seq ?? 0n)) return null;
    return {
      kind: 'truncated',
      line: lines,
      seq: (head?.seq ?? 0n) + 1n,
      message:
        `The log ends ${head === null ? 'without any record' : `with record ${head.seq} in line ${lines}`}; ` +
        `record ${last.seq} is known to have been written.`,
    };
  }

  #endOf(unended: boolean): Finding {
    const { fragment, head, lines, records, tornTails, looksForeign } = this.#scan;
    if (looksForeign)
      return { kind: 'unreadable', line: 1n, seq: null, message: 'Line 1 is not the beginning of an audit log.' };
    if (fragment !== null) {
      return {
        kind: 'torn_tail',
        line: fragment.firstLine,
        seq: null,
        message:
          `The last ${fragment.bytes} bytes, from line ${fragment.firstLine}, are not a record: an ` +
          `interrupted write left them, or the end was damaged. Intact before them: ${records} ` +
          `${records === 1n ? 'record' : 'records'}.`,
      };
    }
    const torn =
      tornTails === 0n
        ? ''
        : ` ${tornTails} torn ${tornTails === 1n ? 'tail stands' : 'tails stand'} in it, found and recorded by ` +
          'later writes.';
    const open = unended ? ' Its last line lacks only its newline.' : '';
    return {
      kind: 'intact',
      line: null,
      seq: null,
      message:
        head === null
          ? 'The log is empty: nothing was recorded, or everything was removed.'
          : `${records} ${records === 1n ? 'record' : 'records'} ` +
            `in ${lines} ${lines === 1n ? 'line forms' : 'lines form'} one unbroken chain.${torn}${open}`,
    };
  }
}

/** The writer refuses a line of the same length, so both call the same lines intact, in whatever pieces they arrive. */
function tooLong(line: bigint): Finding {
  return { kind: 'record_edited', line, seq: null, message: `Line ${line} is longer than any record.` };
}
