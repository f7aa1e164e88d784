/**
 * Replaces a file whole or not at all: the new one is written beside the old one, flushed, and only then given its
 * name, and the name is flushed too. A process that ends in between, or a disk that fills, leaves under the name what
 * stood there before.
 */
import fs from 'node:fs';
import path from 'node:path';
import { flushDirectory, flushDirectorySync, flushed } from './directory.ts';
import { writeSome, writeWhole, type WriteSome } from './whole.ts';

/** Each of them follows only when the one before it has succeeded. */
export type ReplacementStep = 'write' | 'fsync' | 'rename' | 'directory';

export interface ReplacementOptions {
  /** Where the new file is written, in the directory of the old one. One that an earlier end left there is removed. */
  readonly beside: string;
  /** Refuse with EEXIST where a file of this name stands already, instead of replacing it. */
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

  /** Adds all of `bytes`, or throws; then there is nothing left to do but to discard. */
  write(bytes: Uint8Array): void {
    writeWhole(bytes, left => this.#write(this.#fd, left, null));
  }

  /** Gives the new file its name; resolves when that is on disk. Discards it where that fails. */
  async keep(): Promise<void> {
    try {
      this.#options.before?.('fsync');
      await flushed(this.#fd);
      this.#rename();
    } catch (error) {
      this.discard();
      throw error;
    }
    await flushDirectory(path.dirname(this.#file));
  }

  /** The same, and returns when it is done. */
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

  /** Removes the new file; what stood under the name stays. */
  discard(): void {
    this.#close();
    try {
      fs.rmSync(this.#options.beside, { force: true });
    } catch {
      // It is not the file that was asked for, and whoever discards it has an error to tell already.
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

/** Replaces `file` by `content` in one go. */
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
 * A second name is refused where one stands; a rename is not. File systems without second names (FAT) get an empty file
 * first, which holds the name.
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
      fs.rmSync(file, { force: true }); // the empty one is ours
      throw failed;
    }
    return;
  }
  fs.unlinkSync(beside);
}
