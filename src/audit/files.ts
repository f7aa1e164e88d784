/**
 * The few things that the log does to files, so that a test can let each of them fail or die. What only touches the
 * page cache is synchronous (microseconds); the flush to disk is not, so that a slow disk does not stall the editor.
 */
import fs from 'node:fs';
import path from 'node:path';
import { flushDirectory } from '../files/directory.ts';
import { codeOf } from './causes.ts';

/** The flush itself failed, not the way to it: the page cache can no longer be believed. */
export class FlushFailed extends Error {
  override readonly name = 'FlushFailed';
}

/** Identity and size of a file. Two files are the same when device and inode are. */
export interface FileFacts {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
  readonly regular: boolean;
  /** How many names (hard links) it has. */
  readonly names: number;
}

/** An open log. */
export interface OpenFile {
  facts(): FileFacts;
  /** Fills `into` from `position`; returns how many bytes there were. */
  read(into: Buffer, position: number): number;
  /** One write at the end of the file; returns how many bytes were taken, which may be a part. */
  append(bytes: Uint8Array): number;
  /** Resolves when everything written is on disk; rejects with `FlushFailed`. */
  sync(): Promise<void>;
  close(): void;
}

export interface AuditFiles {
  /**
   * Creates the directory, 0700, with what is missing above it, and makes that durable; may reject with `FlushFailed`.
   * Refuses one that all may write to.
   */
  prepareDirectory(directory: string): Promise<void>;
  /**
   * Opens for appending, never through a link or a mount of the file alone; `create` makes an empty file, 0600, where
   * none stands.
   */
  open(file: string, create: boolean): OpenFile;
  /** Of what stands there itself, not of what a link leads to. `null`: nothing does. */
  facts(file: string): FileFacts | null;
  /** Makes the directory's entries durable; may reject with `FlushFailed`. */
  syncDirectory(directory: string): Promise<void>;
}

const { O_APPEND, O_CREAT, O_RDWR } = fs.constants;
/**
 * A log behind a link would be known by two names, and locked under each: two writers at once. Whoever may plant one
 * could also have records appended to another file. (Windows has no such flag.)
 */
const O_NOFOLLOW = process.platform === 'win32' ? 0 : fs.constants.O_NOFOLLOW;
const OTHERS_MAY_WRITE = 0o002;

/** The real file system. */
export const realFiles: AuditFiles = {
  async prepareDirectory(directory) {
    // Found or made: whoever made it may have died before its name was on disk.
    const first = fs.mkdirSync(directory, { recursive: true, mode: 0o700 }) ?? directory;
    if (process.platform !== 'win32' && (fs.statSync(directory).mode & OTHERS_MAY_WRITE) !== 0)
      throw new Error('every account of this machine may put files into it');
    for (let made = directory; made !== path.dirname(made); made = path.dirname(made)) {
      await syncIfReadable(path.dirname(made));
      if (made === first) return;
    }
  },

  open(file, create) {
    const fd = fs.openSync(file, O_RDWR | O_APPEND | O_NOFOLLOW | (create ? O_CREAT : 0), 0o600);
    if (isMountedAlone(fd, file)) {
      fs.closeSync(fd);
      throw new Error('it is mounted apart from its directory, and would be locked under two names');
    }
    return {
      facts: () => factsOf(fs.fstatSync(fd, { bigint: true })),
      read: (into, position) => fs.readSync(fd, into, 0, into.length, position),
      append: bytes => fs.writeSync(fd, bytes),
      // fdatasync flushes the data and the size that is needed to read it back; the times may be lost.
      sync: () => flushed(done => fs.fdatasync(fd, done)),
      close: () => fs.closeSync(fd),
    };
  },

  facts(file) {
    try {
      return factsOf(fs.lstatSync(file, { bigint: true }));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  },

  async syncDirectory(directory) {
    try {
      await flushDirectory(directory);
    } catch (error) {
      throw error instanceof Error && 'syscall' in error && error.syscall === 'fsync'
        ? new FlushFailed(error.message, { cause: error })
        : error;
    }
  },
};

/** A directory above the log's own may be searchable but not readable; then it was there before anyone's log. */
async function syncIfReadable(directory: string): Promise<void> {
  try {
    await realFiles.syncDirectory(directory);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
  }
}

function flushed(run: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run(error => (error === null ? resolve() : reject(new FlushFailed(error.message, { cause: error }))));
  });
}

function factsOf(stats: fs.BigIntStats): FileFacts {
  return {
    device: stats.dev,
    inode: stats.ino,
    size: Number(stats.size),
    regular: stats.isFile(),
    names: Number(stats.nlink),
  };
}

/**
 * A file can be mounted without its directory; the lock in the directory at hand is then not the one that other writers
 * of the same file take. Only Linux tells: each open file says on which mount it is.
 */
function isMountedAlone(fd: number, file: string): boolean {
  if (process.platform !== 'linux') return false;
  const directory = fs.openSync(path.dirname(file), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
  try {
    return mountOf(fd) !== mountOf(directory);
  } finally {
    fs.closeSync(directory);
  }
}

/** Empty where /proc is missing. */
function mountOf(fd: number): string {
  try {
    return /^mnt_id:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
