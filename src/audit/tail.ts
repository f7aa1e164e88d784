/**
 * The end of the log as the writer knows it. Every record that anyone appends is checked before the writer builds on
 * it. A checked record is not read again, except the last line, which is compared byte for byte.
 */
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import { writeWhole } from '../files/whole.ts';
import { codeOf, unavailable } from './causes.ts';
import { MAX_LINE_BYTES, NEWLINE, parseLine, RECORD_END_BYTES } from './chain.ts';
import type { AuditFiles, FileFacts, OpenFile } from './files.ts';
import { LineSplitter } from './lines.ts';
import { ChainScan, type Fragment } from './scan.ts';

const CHUNK_BYTES = 1024 * 1024;
const CARRIAGE_RETURN = 0x0d;
/** A log up to this size is checked from its first record when it is opened; of a longer one, only this last part. */
export const CHECKED_BYTES = 64 * 1024 * 1024;

/** Where the next record goes. */
export interface TailEnd {
  readonly head: AuditPosition | null;
  readonly fragment: Fragment | null;
  /** The last line, record or not, has no newline. */
  readonly needsNewline: boolean;
}

interface KnownRecord {
  readonly offset: number;
  readonly line: Buffer;
  readonly seq: bigint;
}

interface OpenTail {
  readonly file: OpenFile;
  readonly facts: FileFacts;
  readonly scan: ChainScan;
  /** The byte from which lines are read and counted. */
  readonly checkedFrom: number;
  readonly splitter: LineSplitter;
  /** Where the unfinished line begins. */
  lineStart: number;
  /** The end of the file, as found under the lock and advanced by each write. */
  end: number;
  /** How much is known to be on disk: another writer may have died before its flush ended. */
  flushed: number;
}

export class LogTail {
  readonly #path: string;
  readonly #files: AuditFiles;
  readonly #checkedBytes: number;
  #tail: OpenTail | null = null;
  /** Outlives the open file: this process never continues a log that no longer holds this record. */
  #known: KnownRecord | null = null;

  constructor(path: string, files: AuditFiles, checkedBytes: number) {
    this.#path = path;
    this.#files = files;
    this.#checkedBytes = checkedBytes;
  }

  get isOpen(): boolean {
    return this.#tail !== null;
  }

  get path(): string {
    return this.#path;
  }

  /** The end of the log, as found under the lock and advanced by each write. */
  get end(): number {
    return this.#opened().end;
  }

  read(into: Buffer, position: number): number {
    return this.#opened().file.read(into, position);
  }

  close(): void {
    const { file } = this.#tail ?? {};
    this.#tail = null;
    try {
      file?.close();
    } catch {
      // Nothing was promised about bytes that were not flushed.
    }
  }

  /** Opens the log, or creates it if it never existed; a known record must still stand at its place. */
  open(): void {
    const file = this.#openFile();
    try {
      const facts = file.facts();
      const { size } = facts;
      if (!facts.regular) throw unavailable(`${this.#path} is not a regular file`);
      this.#refuseSecondNames(facts);
      this.#compareKnown(file);
      const checkedFrom = size > this.#checkedBytes ? lineStartAfter(file, size - this.#checkedBytes) : 0;
      this.#tail = {
        file,
        facts,
        checkedFrom,
        lineStart: checkedFrom,
        end: size,
        flushed: 0,
        scan: new ChainScan(checkedFrom === 0 ? 'beginning' : 'middle'),
        splitter: new LineSplitter(),
      };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Reads on to the current end without blocking anybody, because what stands there no longer changes. */
  async catchUp(): Promise<void> {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    while (this.#readOn(this.#opened(), chunk)) await new Promise(resolve => setImmediate(resolve));
  }

  /**
   * Called under the lock: checks that it is still the same file, reads what was appended, and finds where the next
   * record goes.
   */
  settle(): TailEnd {
    const tail = this.#opened();
    const size = this.#sizeOfSameFile(tail);
    this.#compareKnown(tail.file);
    const read = tail.lineStart + tail.splitter.pendingBytes;
    if (size < read)
      throw unavailable(`${this.#path} was truncated while it was in use: it has ${size} bytes, and had ${read}`);
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, size - read)));
    while (this.#readOn(tail, chunk));
    tail.end = tail.lineStart + tail.splitter.pendingBytes;
    return this.#end(tail);
  }

  /**
   * P7-O3: one record, in two writes. Its hash, without which it is not a record, is written only after a look has
   * shown that nobody wrote in between. If this process is stopped after that look, loses the lock and continues after
   * another's records, it leaves a torn tail, but no forked chain. One write could fork it: no system appends on the
   * condition that the file still ends at a known place. A look afterwards comes too late: to cut the record off could
   * destroy another's append, and a process that dies first cuts nothing. `look` throws if the lock is lost.
   */
  append(line: Buffer, look: () => void): void {
    const end = line.length - RECORD_END_BYTES;
    look();
    this.#write(line.subarray(0, end), look);
    this.#write(line.subarray(end), look);
  }

  #write(bytes: Buffer, look: () => void): void {
    const tail = this.#opened();
    writeWhole(bytes, left => tail.file.append(left));
    tail.end += bytes.length;
    if (this.#sizeOfSameFile(tail) !== tail.end)
      throw unavailable(`${this.#path} was written by someone who does not hold its lock`);
    look();
  }

  /** Resolves when the log is on disk as far as it was written. */
  async sync(): Promise<void> {
    const tail = this.#opened();
    const { end } = tail;
    if (tail.flushed === end) return;
    await tail.file.sync();
    tail.flushed = end;
  }

  /** Continues the scan over the bytes just appended, exactly as a verifier would read them. */
  advance(lines: readonly Buffer[]): AuditPosition {
    const tail = this.#opened();
    for (const line of lines) this.#push(tail, line);
    if (tail.scan.head === null) throw unavailable(`${this.#path} does not hold what was written to it`);
    return tail.scan.head;
  }

  #opened(): OpenTail {
    if (this.#tail === null) throw unavailable(`${this.#path} is not open`);
    return this.#tail;
  }

  #openFile(): OpenFile {
    try {
      return this.#files.open(this.#path, this.#known === null);
    } catch (error) {
      if (this.#known !== null && codeOf(error) === 'ENOENT') throw this.#gone(this.#known);
      throw unavailable(`${this.#path} could not be opened`, error);
    }
  }

  /** The current size of the file; throws unless the path, and only this path, still leads to it. */
  #sizeOfSameFile({ facts }: OpenTail): number {
    const now = this.#files.facts(this.#path);
    if (now === null) throw unavailable(`${this.#path} was deleted while it was in use`);
    if (now.device !== facts.device || now.inode !== facts.inode)
      throw unavailable(`${this.#path} was replaced by ${now.regular ? 'another file' : 'a link'} while it was in use`);
    this.#refuseSecondNames(now);
    return now.size;
  }

  /** A file with several names may have a lock beside each of them: two writers at once. */
  #refuseSecondNames({ names }: FileFacts): void {
    if (names > 1)
      throw unavailable(
        `${this.#path} has ${names} names (hard links), and could be locked under each of them: it is not appended to`,
      );
  }

  #compareKnown(file: OpenFile): void {
    if (this.#known === null) return;
    const { line, offset } = this.#known;
    const found = Buffer.allocUnsafe(line.length);
    if (file.read(found, offset) !== line.length || !found.equals(line)) throw this.#gone(this.#known);
  }

  #damaged(message: string, checkedFrom: number): Error {
    const where = checkedFrom === 0 ? '' : ` (read from byte ${checkedFrom})`;
    return unavailable(`${this.#path} is damaged${where} and is not appended to. ${message.replace(/\.$/, '')}`);
  }

  #gone({ seq }: KnownRecord): Error {
    return unavailable(
      `${this.#path} no longer holds record ${seq}, the last one that this session has seen: it was truncated, ` +
        'replaced or edited, and is not continued',
    );
  }

  /** `false` at the end of the file. */
  #readOn(tail: OpenTail, chunk: Buffer): boolean {
    const count = tail.file.read(chunk, tail.lineStart + tail.splitter.pendingBytes);
    this.#push(tail, chunk.subarray(0, count));
    return count > 0;
  }

  #push(tail: OpenTail, bytes: Buffer): void {
    const tooLong = (length: number): void => {
      if (length > MAX_LINE_BYTES) throw this.#damaged('A line is longer than any record.', tail.checkedFrom);
    };
    tail.splitter.push(bytes, line => {
      tooLong(line.length);
      const found = tail.scan.next(line, true);
      if (found === null) this.#refuseRewritten(line, tail);
      if (found !== null && found.kind !== 'record') throw this.#damaged(found.message, tail.checkedFrom);
      if (found !== null) this.#known = { offset: tail.lineStart, line: Buffer.from(line), seq: found.record.seq };
      tail.lineStart += line.length + 1;
      return true;
    });
    tooLong(tail.splitter.pendingBytes);
  }

  /**
   * No interrupted write leaves a whole record and a carriage return, so a tool rewrote the file. Verification ignores
   * carriage returns, so a writer that took this line for a fragment would fork the chain.
   */
  #refuseRewritten(line: Buffer, { checkedFrom }: OpenTail): void {
    const record = line[line.length - 1] === CARRIAGE_RETURN ? parseLine(line.subarray(0, -1)) : null;
    if (record !== null)
      throw this.#damaged(`A carriage return stands after record ${record.seq}: something rewrote it.`, checkedFrom);
  }

  #end(tail: OpenTail): TailEnd {
    const { scan, splitter, checkedFrom } = tail;
    const needsNewline = splitter.pendingBytes > 0;
    const end = needsNewline ? scan.copy() : scan;
    const found = needsNewline ? end.next(splitter.pending, false) : null;
    if (needsNewline && found === null) this.#refuseRewritten(splitter.pending, tail);
    if (found !== null && found.kind !== 'record') throw this.#damaged(found.message, checkedFrom);
    if (end.looksForeign) throw unavailable(`${this.#path} is not an audit log and is not appended to`);
    if (checkedFrom > 0 && end.head === null) throw this.#damaged('No record was found there.', checkedFrom);
    return { head: end.head, fragment: end.fragment, needsNewline };
  }
}

/** The beginning of the first whole line at or after an offset, or the end of the file. */
function lineStartAfter(file: OpenFile, offset: number): number {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = offset; ; ) {
    const count = file.read(chunk, at);
    const newline = chunk.subarray(0, count).indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    if (count === 0) return at;
    at += count;
  }
}
