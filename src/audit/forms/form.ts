/** What the readers of every form have in common. */
import { isUtf8 } from 'node:buffer';
import type { AuditFileVerification, AuditPiece } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import type { AuditVerdict } from '../../control-plane/model/audit-reader.ts';
import { MAX_LINE_BYTES, parseLine, parseObject, type ParsedRecord } from '../chain.ts';
import { LineSplitter } from '../lines.ts';

/** What is wrong, and where. */
export type Finding = Pick<AuditVerdict, 'kind' | 'message' | 'line' | 'seq'>;

export type TakePiece = (piece: AuditPiece) => void;

/** Reads one form from bytes that arrive in pieces. */
export interface FormReader {
  /** Takes the next bytes; `false` if nothing that follows can change the result. */
  push(chunk: Buffer): boolean;
  /** Call it at the end of the file. The caller fills in `bytes`. */
  end(): AuditFileVerification;
}

/** The largest line of an export: it holds a record as JSON text, in which nearly every byte may be escaped. */
export const MAX_WRAPPED_BYTES = 4 * MAX_LINE_BYTES;

/** Cuts a file into numbered lines, in bounded memory for any input. */
export class NumberedLines {
  readonly #splitter = new LineSplitter();
  readonly #take: (line: Buffer, number: bigint, terminated: boolean) => boolean;
  readonly #found: (finding: Finding) => void;
  #number = 0n;

  /** `found` receives the finding for a line that is too long for any form; nothing after it is read. */
  constructor(take: (line: Buffer, number: bigint, terminated: boolean) => boolean, found: (finding: Finding) => void) {
    this.#take = take;
    this.#found = found;
  }

  /** The number of the last line that was passed on. */
  get number(): bigint {
    return this.#number;
  }

  /** Takes the next bytes; `false` if nothing that follows is needed. */
  push(chunk: Buffer): boolean {
    const more = this.#splitter.push(chunk, line => this.#next(line, true));
    if (this.#splitter.pendingBytes <= MAX_WRAPPED_BYTES) return more;
    this.#found(tooLong(this.#number + 1n));
    return false;
  }

  end(): void {
    if (this.#splitter.pendingBytes > 0) this.#next(this.#splitter.pending, false);
  }

  #next(line: Buffer, terminated: boolean): boolean {
    this.#number += 1n;
    return this.#take(line, this.#number, terminated);
  }
}

/** A line or row that is longer than any record could make it. */
export function tooLong(line: bigint): Finding {
  return { kind: 'unreadable', line, seq: null, message: `Line ${line} is longer than any record.` };
}

/** The piece for a record whose hash matches its bytes. */
export function recordPiece(
  line: bigint,
  { seq, prev, hash }: ParsedRecord,
  text: string,
  selected: boolean,
): AuditPiece {
  return { is: 'record', line, seq, prev, hash, text, record: parseObject(text) ?? {}, selected };
}

/** A line of an export or a bundle, if it is exactly one JSON object in canonical form. */
export function wrapped(line: Buffer): Readonly<Record<string, unknown>> | null {
  // Invalid UTF-8 would be read as the replacement character, and could then look unchanged.
  const text = isUtf8(line) ? line.toString() : '';
  const object = parseObject(text);
  return object !== null && JSON.stringify(object) === text ? object : null;
}

/** The record in the text of a line. Half a surrogate pair has no bytes, so no record contains one. */
export function recordIn(text: string): ParsedRecord | null {
  return text.isWellFormed() ? parseLine(Buffer.from(text)) : null;
}

/** The verdict on a file that is not a whole log. */
export function verdictOf(finding: Finding, records: bigint, head: AuditPosition | null): AuditVerdict {
  return { ...finding, records, bytes: 0n, head };
}

/** A number of things in words. */
export function counted(count: bigint, one: string, more: string): string {
  return `${count} ${count === 1n ? one : more}`;
}
