/**
 * Replaces a file whole or not at all: the new one is written beside the old one, flushed, and only then given its name, and the
 * name is flushed too. A process that ends in between, or a disk that fills, leaves under the name what stood there before.
 */
import fs from 'node:fs';
import path from 'node:path';
import { flushDirectorySync } from './directory.ts';
import { writeSome, writeWhole, type WriteSome } from './whole.ts';

/** Each of them follows only when the one before it has succeeded. */
export type ReplacementStep = 'write' | 'fsync' | 'rename' | 'directory';

export interface ReplacementOptions {
  /** Where the new file is written, in the directory of the old one. One that an earlier end left there is removed. */
  readonly beside: string;
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
    writeWhole(bytes, (left) => this.#write(this.#fd, left, null));
  }

  /** Gives the new file its name; returns when that is on disk. Discards it where that fails. */
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
    const { before, beside } = this.#options;
    this.#close();
    before?.('rename');
    fs.renameSync(beside, this.#file);
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
