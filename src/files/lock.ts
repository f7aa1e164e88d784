/**
 * One process at a time. The lock is one that the operating system releases when its holder dies: an exclusive
 * transaction of SQLite on an empty file, in which nothing is ever stored. It belongs to that file and not to its name:
 * whoever holds a file that was removed or replaced excludes nobody, and is told so.
 */
import fs from 'node:fs';
import { hostname } from 'node:os';
import type * as Sqlite from 'node:sqlite';

const SQLITE_BUSY = 5;
const NOTE_BYTES = 128;
/** A link would lead to a lock elsewhere. (Windows has no such flag.) */
const O_NOFOLLOW = process.platform === 'win32' ? 0 : fs.constants.O_NOFOLLOW;

/** What makes two names the same file. */
export type FileIdentity = string;

interface Connection {
  readonly database: Sqlite.DatabaseSync;
  readonly identity: FileIdentity;
}

/**
 * Lock files that this process keeps open, so that no other file can be given the same inode while it counts on it.
 * They are never closed as long as they have a name: to close any descriptor of a file is to give up all locks that the
 * process holds on it.
 */
const pinned = new Map<FileIdentity, number>();

/**
 * A lock lasts until it is released, also where nobody refers to it any more: a database that is garbage is closed, and
 * its lock with it.
 */
const held = new Set<FileLock>();

export class FileLock {
  readonly #file: string;
  readonly #patienceMs: number;
  #connection: Connection | null = null;
  #locked = false;
  #note: HolderNote | null = null;

  /**
   * The lock file is created with the first attempt, 0600; beside it `<file>.holder` says who last held it.
   * `patienceMs`: for how long an attempt waits inside SQLite, in milliseconds. Of two attempts at the same moment each
   * may find the other one in its way: whoever tries only once has to have some patience, or both may be refused.
   */
  constructor(file: string, patienceMs = 0) {
    this.#file = file;
    this.#patienceMs = patienceMs;
  }

  /**
   * True: this process holds it now. False: another one does, or the file was swapped meanwhile. Throws where it cannot
   * be locked at all.
   */
  tryAcquire(): boolean {
    try {
      this.#connection ??= connect(this.#file, this.#patienceMs);
      this.#connection.database.exec('BEGIN EXCLUSIVE');
      this.#locked = true;
    } catch (error) {
      if (isBusy(error)) return false;
      this.close();
      throw error;
    }
    if (!this.isHeld()) {
      this.close();
      return false;
    }
    held.add(this);
    this.#sayWhoHolds();
    return true;
  }

  /** Whether the name still leads to the file that is locked. */
  isHeld(): boolean {
    return this.#locked && this.#connection?.identity === identityAt(this.#file);
  }

  /** Gives the lock back; closing does so even where the transaction cannot be ended. */
  release(): void {
    this.#forget();
    try {
      this.#connection?.database.exec('ROLLBACK');
    } catch {
      this.close();
    }
  }

  close(): void {
    const { database, identity } = this.#connection ?? {};
    this.#connection = null;
    this.#forget();
    try {
      database?.close();
    } catch {
      // Closed already.
    }
    if (identity !== undefined) unpinWhereRemoved(identity);
  }

  /** Who last held it, for a message; nothing is decided by it. */
  get holder(): string {
    return HolderNote.read(`${this.#file}.holder`);
  }

  #forget(): void {
    this.#locked = false;
    held.delete(this);
  }

  /** Nothing depends on the note, so nothing depends on its being written. */
  #sayWhoHolds(): void {
    try {
      this.#note ??= new HolderNote(`${this.#file}.holder`);
      this.#note.write();
    } catch {
      // The message will not name the holder.
    }
  }
}

/**
 * Whether anybody holds the lock just now, this process included. Takes and writes nothing, and needs permission to
 * read only; where no lock file stands, nobody does. Throws where that cannot be told.
 */
export function isLocked(file: string): boolean {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isFile()) throw notAFile(); // to open a pipe is to wait for its writer
  const { DatabaseSync } = sqlite();
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    database.exec('SELECT 1 FROM sqlite_schema');
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

/**
 * Who last held the lock. Written only where it changes, so that one window alone does not write it with every record.
 */
class HolderNote {
  readonly #fd: number;
  readonly #found = Buffer.alloc(NOTE_BYTES);
  readonly #mine = Buffer.from(`process ${process.pid} on ${hostname()}`.slice(0, NOTE_BYTES).padEnd(NOTE_BYTES));

  constructor(file: string) {
    this.#fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT | O_NOFOLLOW, 0o600);
    if (fs.fstatSync(this.#fd).isFile()) return;
    fs.closeSync(this.#fd);
    throw notAFile(); // to read a pipe is to wait for its writer
  }

  static read(file: string): string {
    try {
      return (
        (fs.statSync(file).isFile() && fs.readFileSync(file, 'utf8').slice(0, NOTE_BYTES).trim()) || 'another process'
      );
    } catch {
      return 'another process';
    }
  }

  write(): void {
    const count = fs.readSync(this.#fd, this.#found, 0, NOTE_BYTES, 0);
    if (count !== NOTE_BYTES || !this.#found.equals(this.#mine)) fs.writeSync(this.#fd, this.#mine, 0, NOTE_BYTES, 0);
  }
}

/** Asked for by name at run time: an editor whose Node has no SQLite gets a refusal, not a failed activation. */
function sqlite(): typeof Sqlite {
  const host: { getBuiltinModule?(id: string): unknown } = process;
  const found = host.getBuiltinModule?.('node:sqlite') as typeof Sqlite | undefined;
  if (found === undefined) throw new Error(`this Node.js (${process.version}) has no node:sqlite`);
  return found;
}

function connect(file: string, patienceMs: number): Connection {
  const { DatabaseSync } = sqlite();
  const identity = pin(file);
  const database = new DatabaseSync(file, { timeout: patienceMs });
  // No journal file: a lock has to be had on a full disk too, and a killed holder leaves nothing to roll back.
  database.exec('PRAGMA journal_mode=MEMORY');
  return { database, identity };
}

/** Opens the lock file, or creates it, and keeps it open: its inode is no other file's from here on. */
function pin(file: string): FileIdentity {
  const known = identityAt(file);
  if (known !== null && pinned.has(known)) return known;
  const fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT | O_NOFOLLOW, 0o600);
  const stats = fs.fstatSync(fd, { bigint: true });
  const identity = identityOf(stats);
  pinned.set(identity, fd);
  if (!stats.isFile()) throw notAFile();
  return identity;
}

function unpinWhereRemoved(identity: FileIdentity): void {
  const fd = pinned.get(identity);
  if (fd === undefined || fs.fstatSync(fd).nlink > 0) return;
  pinned.delete(identity);
  fs.closeSync(fd);
}

function identityOf({ dev, ino }: fs.BigIntStats): FileIdentity {
  return `${dev}:${ino}`;
}

/** Of what stands under the name itself, not of what a link there leads to. */
function identityAt(file: string): FileIdentity | null {
  try {
    return identityOf(fs.lstatSync(file, { bigint: true }));
  } catch {
    return null;
  }
}

function notAFile(): Error {
  return new Error('it is not a regular file');
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === SQLITE_BUSY
  );
}
