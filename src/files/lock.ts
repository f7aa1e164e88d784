/**
 * One process at a time, with a lock that the operating system releases when its holder dies: an exclusive transaction
 * of SQLite on an empty file, in which nothing is ever stored. The lock belongs to the file and not to its name: a
 * process whose lock file was removed or replaced excludes nobody, and can find that out.
 */
import fs from 'node:fs';
import { hostname } from 'node:os';
import type * as Sqlite from 'node:sqlite';

const SQLITE_BUSY = 5;
const NOTE_BYTES = 128;
/** Never follows a link, because it would lead to a lock elsewhere. (Windows has no such flag.) */
const O_NOFOLLOW = process.platform === 'win32' ? 0 : fs.constants.O_NOFOLLOW;

/** What makes two names the same file. */
export type FileIdentity = string;

interface Connection {
  readonly database: Sqlite.DatabaseSync;
  readonly identity: FileIdentity;
}

/**
 * Lock files that this process keeps open, so that no other file gets the same inode while the process relies on it.
 * They stay open as long as they have a name, because closing any descriptor of a file releases all locks that the
 * process holds on it.
 */
const pinned = new Map<FileIdentity, number>();

/**
 * Keeps each lock until it is released, even if nothing refers to it: a garbage-collected database is closed and loses
 * its lock.
 */
const held = new Set<FileLock>();

export class FileLock {
  readonly #file: string;
  readonly #patienceMs: number;
  #connection: Connection | null = null;
  #locked = false;
  #note: HolderNote | null = null;

  /**
   * The first attempt creates the lock file (0600); beside it, `<file>.holder` names the last holder. `patienceMs`: how
   * many milliseconds an attempt waits inside SQLite. Two attempts at the same moment may hinder each other, so a
   * caller that tries only once must have some patience, or both may be refused.
   */
  constructor(file: string, patienceMs = 0) {
    this.#file = file;
    this.#patienceMs = patienceMs;
  }

  /**
   * True: this process holds the lock now. False: another process holds it, or the file was replaced meanwhile. Throws
   * if the file cannot be locked at all.
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

  /** Whether the name still leads to the locked file. */
  isHeld(): boolean {
    return this.#locked && this.#connection?.identity === identityAt(this.#file);
  }

  /** Releases the lock; closing the database does so even if the transaction cannot be ended. */
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
      // It is closed already.
    }
    if (identity !== undefined) unpinWhereRemoved(identity);
  }

  /** The last holder, for a message; no decision depends on it. */
  get holder(): string {
    return HolderNote.read(`${this.#file}.holder`);
  }

  #forget(): void {
    this.#locked = false;
    held.delete(this);
  }

  /** Nothing depends on the note, so a failure to write it is ignored. */
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
 * Whether any process holds the lock now, including this one. Takes and writes nothing, and needs only permission to
 * read. Without a lock file nobody holds it. Throws if that cannot be found out.
 */
export function isLocked(file: string): boolean {
  const stats = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (!stats.isFile()) throw notAFile(); // opening a pipe would wait for its writer
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
 * The note of the last holder. Written only when it changes, so that a single window does not write it with every
 * record.
 */
class HolderNote {
  readonly #fd: number;
  readonly #found = Buffer.alloc(NOTE_BYTES);
  readonly #mine = Buffer.from(`process ${process.pid} on ${hostname()}`.slice(0, NOTE_BYTES).padEnd(NOTE_BYTES));

  constructor(file: string) {
    this.#fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT | O_NOFOLLOW, 0o600);
    if (fs.fstatSync(this.#fd).isFile()) return;
    fs.closeSync(this.#fd);
    throw notAFile(); // reading a pipe would wait for its writer
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

/**
 * Loaded at run time, so that in an editor whose Node has no SQLite a command is refused and activation still works.
 */
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
  // No journal file: the lock must work on a full disk, too, and a killed holder leaves nothing to roll back.
  database.exec('PRAGMA journal_mode=MEMORY');
  return { database, identity };
}

/** Opens or creates the lock file and keeps it open, so that no other file can get its inode. */
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

/** The identity of the file itself, not of the target of a link. */
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
