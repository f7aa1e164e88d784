/**
 * The second copy of the log, on another disk: a record counts only if both hold it. Each record is written to the log
 * first and then copied from the log, so the copy is always a beginning of the log, byte for byte. A crash in between
 * leaves only the copy shorter, and completing it rewrites nothing. In any other state (the copy differs, holds more,
 * or is gone) every append is refused until a person has looked. Works under the lock of the log and has no lock of its
 * own.
 */
import path from 'node:path';
import { writeWhole } from '../files/whole.ts';
import { codeOf, unavailable } from './causes.ts';
import { COPY_NOTE_FILE, LOG_FILE } from './location.ts';
import { FlushFailed, type AuditFiles, type FileFacts, type OpenFile } from './files.ts';
import { latch, refuseWhenLatched } from './latch.ts';

const CHUNK_BYTES = 1024 * 1024;
/**
 * The end that is compared at each append: it holds the hash of the last record, which covers all records before it.
 */
const END_BYTES = 4096;

/** The log that is copied. */
export interface CopiedLog {
  readonly path: string;
  /** The end of the log, as found under the lock and advanced by each write. */
  readonly end: number;
  /** Fills `into` from `position`; returns how many bytes there were. */
  read(into: Buffer, position: number): number;
  /** Resolves when everything that was written is on disk. */
  sync(): Promise<void>;
}

interface OpenCopy {
  readonly file: OpenFile;
  readonly facts: FileFacts;
}

export class SecondCopy {
  readonly path: string;
  readonly #directory: string;
  readonly #files: AuditFiles;
  readonly #checkedBytes: number;
  #copy: OpenCopy | null = null;

  /** `checkedBytes`: how many bytes at the end of the copy are compared with the log when the copy is opened. */
  constructor(directory: string, files: AuditFiles, checkedBytes: number) {
    this.#directory = directory;
    this.path = path.join(directory, LOG_FILE);
    this.#files = files;
    this.#checkedBytes = checkedBytes;
  }

  close(): void {
    const { file } = this.#copy ?? {};
    this.#copy = null;
    try {
      file?.close();
    } catch {
      // Nothing was promised about bytes that were not flushed.
    }
  }

  /** Opens the copy, or creates it if no copy was ever begun. Needs no lock, because the compared bytes only grow. */
  open(log: CopiedLog): Promise<void> {
    return this.#refusing(async () => {
      await this.#checkDirectory(log);
      const note = path.join(path.dirname(log.path), COPY_NOTE_FILE);
      const isBegun = this.#isNoted(note);
      const file = this.#openFile(isBegun, note);
      const facts = file.facts();
      this.#copy = { file, facts };
      if (!facts.regular) throw unavailable(`The second copy ${this.path} is not a regular file`);
      this.#refuseSecondNames(facts);
      this.#refuseSameFile(log, facts);
      await this.#files.syncDirectory(this.#directory);
      if (!isBegun) await this.#takeNote(note);
      await this.#compare(this.#copy, log, Math.max(0, facts.size - this.#checkedBytes), facts.size);
    });
  }

  /**
   * Called under the lock: appends to the copy what it lacks, and resolves when the copy is on disk up to the end of
   * the log. `look` throws if the lock is lost.
   */
  async follow(log: CopiedLog, look: () => void): Promise<void> {
    const [copy, size] = await this.#refusing(() => this.#compared(log));
    if (size >= log.end) return;
    // The process that wrote the log may have died before the flush; a power cut would then leave the copy longer than
    // the log.
    await log.sync();
    await this.#refusing(() => this.#complete(copy, log, size, look));
  }

  /** The copy and its length, after its end was compared with the log at the same place. */
  async #compared(log: CopiedLog): Promise<readonly [OpenCopy, number]> {
    const copy = this.#copy;
    if (copy === null) throw unavailable(`The second copy ${this.path} is not open`);
    const size = this.#sizeOfSameFile(copy);
    await this.#compare(copy, log, Math.max(0, size - END_BYTES), size);
    return [copy, size];
  }

  async #refusing<T>(work: () => Promise<T>): Promise<T> {
    try {
      refuseWhenLatched(this.path);
      return await work();
    } catch (error) {
      this.close();
      if (error instanceof FlushFailed) {
        latch(this.path, error);
        refuseWhenLatched(this.path);
      }
      throw unavailable(`The second copy ${this.path} could not be appended to`, error);
    }
  }

  /**
   * The directory is never created: if it is missing, its disk may not be mounted, and the copy would land on the disk
   * of the log.
   */
  async #checkDirectory(log: CopiedLog): Promise<void> {
    if (!path.isAbsolute(this.#directory))
      throw unavailable(`The directory of the second copy "${this.#directory}" is not an absolute path`);
    const own = this.#directoryFacts(this.#directory);
    if (own === null)
      throw unavailable(
        `The directory of the second copy ${this.#directory} does not exist (is its disk mounted?), and is not created`,
      );
    if (isSame(own, this.#directoryFacts(path.dirname(log.path))))
      throw unavailable(`The second copy ${this.path} would stand in the directory of the log itself`);
    try {
      await this.#files.prepareDirectory(this.#directory);
    } catch (error) {
      if (error instanceof FlushFailed) throw error;
      throw unavailable(`The directory of the second copy ${this.#directory} could not be prepared`, error);
    }
  }

  /** Facts about the directory itself, also if the path is a link to it. */
  #directoryFacts(directory: string): FileFacts | null {
    return this.#files.facts(`${directory}${path.sep}.`);
  }

  #openFile(isBegun: boolean, note: string): OpenFile {
    try {
      return this.#files.open(this.path, !isBegun);
    } catch (error) {
      if (isBegun && codeOf(error) === 'ENOENT')
        throw unavailable(
          `The second copy ${this.path} was begun, and is gone: it was deleted, or its disk is not mounted. ${note} ` +
            'says that it was begun; a new copy is begun when a person has moved that file away',
        );
      throw unavailable(`The second copy ${this.path} could not be opened`, error);
    }
  }

  /**
   * The note beside the log lists each directory in which a copy was begun, one on a line. Without it, an unmounted
   * disk would look like a disk without a copy.
   */
  #isNoted(note: string): boolean {
    if (this.#files.facts(note) === null) return false;
    const file = this.#files.open(note, false);
    try {
      const text = Buffer.alloc(file.facts().size);
      return text.toString('utf8', 0, file.read(text, 0)).split('\n').includes(this.#noted);
    } finally {
      file.close();
    }
  }

  async #takeNote(note: string): Promise<void> {
    const file = this.#files.open(note, true);
    try {
      // Begins with a newline, so that the entry has its own line whatever an interrupted write left before it.
      writeWhole(Buffer.from(`\n${this.#noted}\n`), left => file.append(left));
      await file.sync();
      await this.#files.syncDirectory(path.dirname(note));
    } finally {
      file.close();
    }
  }

  get #noted(): string {
    // The same text for every spelling: `/mnt/disk/` is `/mnt/disk`.
    return JSON.stringify(path.resolve(this.#directory));
  }

  #sizeOfSameFile({ facts }: OpenCopy): number {
    const now = this.#files.facts(this.path);
    if (now === null)
      throw unavailable(`The second copy ${this.path} was deleted, or its disk unmounted, while it was in use`);
    if (!isSame(now, facts)) throw unavailable(`The second copy ${this.path} was replaced while it was in use`);
    this.#refuseSecondNames(now);
    return now.size;
  }

  #refuseSecondNames({ names }: FileFacts): void {
    if (names > 1)
      throw unavailable(`The second copy ${this.path} has ${names} names (hard links): it is not appended to`);
  }

  #refuseSameFile(log: CopiedLog, facts: FileFacts): void {
    if (isSame(facts, this.#files.facts(log.path)))
      throw unavailable(`The second copy ${this.path} is the log itself under another name`);
  }

  async #compare({ file }: OpenCopy, log: CopiedLog, from: number, to: number): Promise<void> {
    const bytes = Math.min(CHUNK_BYTES, to - from);
    const [own, other] = [Buffer.allocUnsafe(bytes), Buffer.allocUnsafe(bytes)] as const;
    for (let at = from; at < to; ) {
      const count = file.read(own.subarray(0, Math.min(bytes, to - at)), at);
      const there = log.read(other.subarray(0, count), at);
      if (there < count) throw this.#longer(log);
      if (count === 0) throw unavailable(`The second copy ${this.path} was truncated while it was compared`);
      if (!own.subarray(0, count).equals(other.subarray(0, count)))
        throw unavailable(
          `The second copy ${this.path} differs from ${log.path} between byte ${at} and byte ${at + count}: one of ` +
            'them was edited. Neither is appended to until a person has looked',
        );
      at += count;
      if (at < to) await new Promise(resolve => setImmediate(resolve));
    }
  }

  async #complete(copy: OpenCopy, log: CopiedLog, from: number, look: () => void): Promise<void> {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, log.end - from));
    for (let at = from; at < log.end; ) {
      const count = log.read(chunk.subarray(0, Math.min(chunk.length, log.end - at)), at);
      if (count === 0) throw unavailable(`${log.path} was truncated while it was copied`);
      look();
      writeWhole(chunk.subarray(0, count), left => copy.file.append(left));
      at += count;
      if (this.#sizeOfSameFile(copy) !== at)
        throw unavailable(`The second copy ${this.path} was written by someone who does not hold the lock of the log`);
      if (at < log.end) await new Promise(resolve => setImmediate(resolve));
    }
    await copy.file.sync();
  }

  #longer(log: CopiedLog): Error {
    return unavailable(
      `The second copy ${this.path} holds more than ${log.path}: the log was cut, or started again, or the ` +
        'copy belongs to another log. Neither is appended to until a person has looked',
    );
  }
}

function isSame(one: FileFacts, other: FileFacts | null): boolean {
  return other !== null && one.device === other.device && one.inode === other.inode;
}
