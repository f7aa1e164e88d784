/**
 * The end of the log as the writer knows it. Every record that anyone appends is checked before something is built
 * upon it; what was checked once is not read again, but for the last line, which is compared byte for byte.
 */
import type { AuditPosition } from '../control-plane/audit-position.ts';
import { codeOf, unavailable } from './causes.ts';
import { MAX_LINE_BYTES, NEWLINE } from './chain.ts';
import type { AuditFiles, OpenFile } from './files.ts';
import { LineSplitter } from './lines.ts';
import { ChainScan, type Fragment } from './scan.ts';

const CHUNK_BYTES = 1024 * 1024;
/** A log up to this size is checked from its first record when it is opened, a longer one over this last part. */
export const CHECKED_BYTES = 64 * 1024 * 1024;

/** Where the next record goes. */
export interface TailEnd {
  readonly head: AuditPosition | null;
  readonly fragment: Fragment | null;
  /** The last line, record or not, lacks its newline. */
  readonly needsNewline: boolean;
}

interface KnownRecord {
  readonly offset: number;
  readonly line: Buffer;
  readonly seq: bigint;
}

interface OpenTail {
  readonly file: OpenFile;
  readonly scan: ChainScan;
  /** The byte from which lines are read and counted. */
  readonly checkedFrom: number;
  readonly splitter: LineSplitter;
  /** Where the line begins that has not ended yet. */
  lineStart: number;
}

export class LogTail {
  readonly #path: string;
  readonly #files: AuditFiles;
  readonly #checkedBytes: number;
  #tail: OpenTail | null = null;
  /** Outlives the open file: a log that does not hold it any more is never continued by this process. */
  #known: KnownRecord | null = null;

  constructor(path: string, files: AuditFiles, checkedBytes: number) {
    this.#path = path;
    this.#files = files;
    this.#checkedBytes = checkedBytes;
  }

  get isOpen(): boolean {
    return this.#tail !== null;
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

  /** Opens the log, or creates it where none was ever seen; a known record has to stand where it stood. */
  open(): void {
    const file = this.#openFile();
    try {
      const { size, regular } = file.facts();
      if (!regular) throw unavailable(`${this.#path} is not a regular file`);
      this.#compareKnown(file);
      const checkedFrom = size > this.#checkedBytes ? lineStartAfter(file, size - this.#checkedBytes) : 0;
      this.#tail = { file, checkedFrom, lineStart: checkedFrom, scan: new ChainScan(checkedFrom === 0 ? 'beginning' : 'middle'), splitter: new LineSplitter() };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Reads on to the present end without holding anybody up: what stands there does not change any more. */
  async catchUp(): Promise<void> {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    while (this.#readOn(this.#opened(), chunk)) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Under the lock: is it still the same file, what was appended meanwhile, and where does the next record go? */
  settle(): TailEnd {
    const tail = this.#opened();
    this.#checkIdentity(tail);
    this.#compareKnown(tail.file);
    const { size } = tail.file.facts();
    const end = tail.lineStart + tail.splitter.pendingBytes;
    if (size < end) throw unavailable(`${this.#path} was truncated while it was in use: it has ${size} bytes, and had ${end}`);
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, size - end)));
    while (this.#readOn(tail, chunk));
    return this.#end(tail);
  }

  /** One write. A short one leaves a fragment, which the next append ends and records. */
  append(bytes: Buffer): void {
    const { file, lineStart, splitter } = this.#opened();
    const taken = file.append(bytes);
    if (taken !== bytes.length) throw unavailable(`${this.#path} took only ${taken} of ${bytes.length} bytes: its disk may be full`);
    if (file.facts().size !== lineStart + splitter.pendingBytes + bytes.length) {
      throw unavailable(`${this.#path} was written by someone who does not hold its lock`);
    }
  }

  sync(): Promise<void> {
    return this.#opened().file.sync();
  }

  /** Goes on over what was just appended, by the same reading that a verifier would do. */
  advance(bytes: Buffer): AuditPosition {
    const tail = this.#opened();
    this.#push(tail, bytes);
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

  #checkIdentity(tail: OpenTail): void {
    const now = this.#files.facts(this.#path);
    if (now === null) throw unavailable(`${this.#path} was deleted while it was in use`);
    const { device, inode } = tail.file.facts();
    if (now.device !== device || now.inode !== inode) throw unavailable(`${this.#path} was replaced by another file while it was in use`);
  }

  #compareKnown(file: OpenFile): void {
    if (this.#known === null) return;
    const { line, offset } = this.#known;
    const found = Buffer.alloc(line.length);
    if (file.read(found, offset) !== line.length || !found.equals(line)) throw this.#gone(this.#known);
  }

  #damaged(message: string, checkedFrom: number): Error {
    const where = checkedFrom === 0 ? '' : ` (read from byte ${checkedFrom})`;
    return unavailable(`${this.#path} is damaged${where} and is not appended to. ${message.replace(/\.$/, '')}`);
  }

  #gone({ seq }: KnownRecord): Error {
    return unavailable(`${this.#path} no longer holds record ${seq}, the last one that this session has seen: it was truncated, replaced or edited, and is not continued`);
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
    tail.splitter.push(bytes, (line) => {
      tooLong(line.length);
      const found = tail.scan.next(line, true);
      if (found !== null && found.kind !== 'record') throw this.#damaged(found.message, tail.checkedFrom);
      if (found !== null) this.#known = { offset: tail.lineStart, line: Buffer.from(line), seq: found.record.seq };
      tail.lineStart += line.length + 1;
      return true;
    });
    tooLong(tail.splitter.pendingBytes);
  }

  #end({ scan, splitter, checkedFrom }: OpenTail): TailEnd {
    const needsNewline = splitter.pendingBytes > 0;
    const end = scan.copy();
    const found = needsNewline ? end.next(splitter.pending, false) : null;
    if (found !== null && found.kind !== 'record') throw this.#damaged(found.message, checkedFrom);
    if (end.looksForeign) throw unavailable(`${this.#path} is not an audit log and is not appended to`);
    if (checkedFrom > 0 && end.head === null) throw this.#damaged('No record stands there.', checkedFrom);
    return { head: end.head, fragment: end.fragment, needsNewline };
  }
}

/** The beginning of the first whole line at or after an offset, or the end of the file. */
function lineStartAfter(file: OpenFile, offset: number): number {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = offset; ;) {
    const count = file.read(chunk, at);
    const newline = chunk.subarray(0, count).indexOf(NEWLINE);
    if (newline >= 0) return at + newline + 1;
    if (count === 0) return at;
    at += count;
  }
}
