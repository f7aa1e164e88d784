/**
 * The few file operations that the log uses, so that a test can make each of them fail or die. Operations on the page
 * cache are synchronous (microseconds). The flush to disk is not, so that a slow disk does not block the editor.
 */
import fs from 'node:fs';
import path from 'node:path';
import { flushDirectory } from '../files/directory.ts';
import { codeOf } from './causes.ts';

/** The flush itself failed, and not a step before it: the page cache can no longer be trusted. */
export class FlushFailed extends Error {
  override readonly name = 'FlushFailed';
}

/** Identity and size of a file. Two files are the same if device and inode are the same. */
export interface FileFacts {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: number;
  readonly regular: boolean;
  /** How many names (hard links) the file has. */
  readonly names: number;
}

/** An open log. */
export interface OpenFile {
  facts(): FileFacts;
  /** Fills `into` from `position`; returns how many bytes there were. */
  read(into: Buffer, position: number): number;
  /** One write at the end of the file; returns how many bytes were written, which may be only a part. */
  append(bytes: Uint8Array): number;
  /** Resolves when everything written is on disk; rejects with `FlushFailed`. */
  sync(): Promise<void>;
  close(): void;
}

export interface AuditFiles {
  /**
   * Creates the directory (0700) and its missing parents, and makes them durable; may reject with `FlushFailed`.
   * Refuses a directory that everybody may write to.
   */
  prepareDirectory(directory: string): Promise<void>;
  /**
   * Opens for appending, but refuses a link and a file mounted by itself; `create` makes an empty file (0600) if there
   * is none.
   */
  open(file: string, create: boolean): OpenFile;
  /** About the file itself, not about the target of a link. `null`: there is none. */
  facts(file: string): FileFacts | null;
  /** Makes the directory's entries durable; may reject with `FlushFailed`. */
  syncDirectory(directory: string): Promise<void>;
}

const { O_APPEND, O_CREAT, O_RDWR } = fs.constants;
/**
 * A log behind a link would have two names with a lock for each: two writers at once. And a person who can create a
 * link could redirect records into another file. (Windows has no such flag.)
 */
const O_NOFOLLOW = process.platform === 'win32' ? 0 : fs.constants.O_NOFOLLOW;
const OTHERS_MAY_WRITE = 0o002;

/** The real file system. */
export const realFiles: AuditFiles = {
  async prepareDirectory(directory) {
    // Flushed even if it existed before: the process that created it may have died before its name was on disk.
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

/**
 * A directory above the log's own may be searchable but not readable; then it is older than any log, and its name is on
 * disk.
 */
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
 * A file can be mounted without its directory. Then other writers of the same file use the lock in another directory.
 * Only Linux shows this: it tells the mount of each open file.
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

/** Empty if there is no /proc. */
function mountOf(fd: number): string {
  try {
    return /^mnt_id:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}
