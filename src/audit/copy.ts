/**
 * The second copy of the log, on another disk: a record counts when both hold it. The copy is at every moment the
 * beginning of the log, byte for byte, because it is written behind the log, from what stands in the log: so a crash
 * between the two leaves the copy shorter and never the log, and to complete it rewrites nothing. Whatever else is
 * found (a copy that differs, that holds more, that is gone) refuses every append until a person has looked. Works
 * under the lock of the log; it has none of its own.
 */
import path from 'node:path';
import { writeWhole } from '../files/whole.ts';
import { codeOf, unavailable } from './causes.ts';
import { COPY_NOTE_FILE, LOG_FILE } from './location.ts';
import { FlushFailed, type AuditFiles, type FileFacts, type OpenFile } from './files.ts';
import { latch, refuseWhenLatched } from './latch.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Compared with each append, from the end: the hash of the last record stands there, and commits to all before it. */
const END_BYTES = 4096;

/** The log that is copied. */
export interface CopiedLog {
  readonly path: string;
  /** Where it ends, as it was found under the lock and is written to since. */
  readonly end: number;
  /** Fills `into` from `position`; returns how many bytes there were. */
  read(into: Buffer, position: number): number;
  /** Resolves when it is on disk as far as it is written. */
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

  /** `checkedBytes`: how much of a copy is compared with the log when it is opened, from its end. */
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

  /** Opens the copy, or creates it where none was ever begun; needs no lock, because what is compared only grows. */
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
   * Under the lock: resolves when the copy is on disk as far as the log is written. What it lacks is appended to it;
   * `look` throws where the lock is lost.
   */
  async follow(log: CopiedLog, look: () => void): Promise<void> {
    const [copy, size] = await this.#refusing(() => this.#compared(log));
    if (size >= log.end) return;
    // Whoever wrote it may have died before it was flushed: a power cut would leave the copy longer than the log.
    await log.sync();
    await this.#refusing(() => this.#complete(copy, log, size, look));
  }

  /** The copy and its length, its end being that of the log at the same place. */
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
   * The directory is not created: one that is missing may be a disk that is not mounted, and a copy beneath its place
   * would be on the disk of the log.
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

  /** Of the directory that a link leads to. */
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
   * The note beside the log names each directory in which a copy was begun, a line each. Without
   * it a disk that is not mounted looks like one on which no copy was begun yet.
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
      // A line of its own, whatever an interrupted write has left before it.
      writeWhole(Buffer.from(`\n${this.#noted}\n`), left => file.append(left));
      await file.sync();
      await this.#files.syncDirectory(path.dirname(note));
    } finally {
      file.close();
    }
  }

  get #noted(): string {
    // However it was spelled: `/mnt/disk/` is `/mnt/disk`.
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
      `The second copy ${this.path} holds more than ${log.path}: the log was cut, or begun anew, or the copy belongs ` +
        'to another log. Neither is appended to until a person has looked',
    );
  }
}

function isSame(one: FileFacts, other: FileFacts | null): boolean {
  return other !== null && one.device === other.device && one.inode === other.inode;
}
