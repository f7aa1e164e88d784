/**
 * Replaces a file whole or not at all: the new file is written beside the old one and flushed; only then it gets its
 * name, and the name is flushed, too. If a process dies in between, or a disk fills up, the old file is still there.
 */
import fs from 'node:fs';
import path from 'node:path';
import { flushDirectory, flushDirectorySync, flushFile } from './directory.ts';
import { writeSome, writeWhole, type WriteSome } from './whole.ts';

/** The steps; each follows only if the one before it succeeded. */
export type ReplacementStep = 'write' | 'fsync' | 'rename' | 'directory';

export interface ReplacementOptions {
  /**
   * Where the new file is written, in the directory of the old one. A file that an interrupted replacement left there
   * is removed.
   */
  readonly beside: string;
  /** Refuse with EEXIST if a file of this name exists, instead of replacing it. */
  readonly onlyNew?: boolean;
  /** Called before each step. */
  readonly before?: (step: ReplacementStep) => void;
  readonly write?: WriteSome;
}

export class Replacement {
  readonly #file: string;
  readonly #options: ReplacementOptions;
  readonly #write: WriteSome;
  readonly #fd: number;
  #isOpen = true;

  /** Creates the new file beside the old one, 0600. */
  constructor(file: string, options: ReplacementOptions) {
    this.#file = file;
    this.#options = options;
    this.#write = options.write ?? writeSome;
    options.before?.('write');
    fs.rmSync(options.beside, { force: true });
    this.#fd = fs.openSync(options.beside, 'wx', 0o600);
  }

  /** Adds all of `bytes`, or throws; after that, the replacement can only be discarded. */
  write(bytes: Uint8Array): void {
    writeWhole(bytes, left => this.#write(this.#fd, left, null));
  }

  /** Gives the new file its name; resolves when the name is on disk. Discards the new file if that fails. */
  async keep(): Promise<void> {
    try {
      this.#options.before?.('fsync');
      await flushFile(this.#fd);
      this.#rename();
    } catch (error) {
      this.discard();
      throw error;
    }
    await flushDirectory(path.dirname(this.#file));
  }

  /** The same, synchronously. */
  keepSync(): void {
    try {
      this.#options.before?.('fsync');
      fs.fsyncSync(this.#fd);
      this.#rename();
    } catch (error) {
      this.discard();
      throw error;
    }
    flushDirectorySync(path.dirname(this.#file));
  }

  /** Removes the new file; the old file stays under the name. */
  discard(): void {
    this.#close();
    try {
      fs.rmSync(this.#options.beside, { force: true });
    } catch {
      // A leftover beside the file does no harm, and the caller already has an error to report.
    }
  }

  #rename(): void {
    const { before, beside, onlyNew } = this.#options;
    this.#close();
    before?.('rename');
    if (onlyNew === true) nameNew(beside, this.#file);
    else fs.renameSync(beside, this.#file);
    before?.('directory');
  }

  #close(): void {
    if (this.#isOpen) fs.closeSync(this.#fd);
    this.#isOpen = false;
  }
}

/** Replaces `file` by `content` in one call. */
export function replaceWhole(file: string, content: string | Uint8Array, options: ReplacementOptions): void {
  const replacement = new Replacement(file, options);
  try {
    replacement.write(typeof content === 'string' ? Buffer.from(content) : content);
  } catch (error) {
    replacement.discard();
    throw error;
  }
  replacement.keepSync();
}

/**
 * Uses a hard link, which fails if the name exists; a rename would replace that file. On file systems without hard
 * links (FAT), an empty file is created first to reserve the name.
 */
function nameNew(beside: string, file: string): void {
  try {
    fs.linkSync(beside, file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error;
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
    try {
      fs.renameSync(beside, file);
    } catch (failed) {
      fs.rmSync(file, { force: true }); // the empty file is our own
      throw failed;
    }
    return;
  }
  fs.unlinkSync(beside);
}
