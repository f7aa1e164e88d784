/**
 * One writer at a time, across windows, terminals and crashes. The lock is one that the operating system releases
 * when its holder dies: a transaction of SQLite on an empty file beside the log. Nothing is ever stored in it.
 */
import fs from 'node:fs';
import { hostname } from 'node:os';
import type * as Sqlite from 'node:sqlite';
import { codeOf, unavailable } from './causes.ts';

const SQLITE_BUSY = 5;
const LONGEST_PAUSE_MS = 16;
const NOTE_BYTES = 128;

interface Connection {
  readonly database: Sqlite.DatabaseSync;
  /** The lock file as it was when opened, or `null` when it was swapped meanwhile. */
  readonly identity: string | null;
}

export class LogLock {
  readonly #file: string;
  readonly #waitMs: number;
  #connection: Connection | null = null;
  #holder: HolderNote | null = null;

  /** `waitMs`: for how long, in milliseconds, a lock that another process holds is asked for again. */
  constructor(file: string, waitMs: number) {
    this.#file = file;
    this.#waitMs = waitMs;
  }

  /** Resolves when this process holds the lock. Rejects with `AuditUnavailable` when it cannot be had. */
  async acquire(): Promise<void> {
    let started: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      if (this.#tryOnce()) return;
      started ??= performance.now();
      if (performance.now() - started >= this.#waitMs) {
        throw unavailable(`${this.#file} is locked by ${HolderNote.read(`${this.#file}.holder`)} and was not released within ${this.#waitMs} ms`);
      }
      // The spread keeps several waiting processes from asking in step.
      const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 ** attempt) * (0.5 + Math.random());
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** Whether the lock file is still the one that is locked: a holder of a deleted one excludes nobody. */
  stillHeld(): boolean {
    return this.#connection !== null && this.#connection.identity === identityOf(this.#file);
  }

  /** Gives the lock back; closing does so even where the transaction cannot be ended. */
  release(): void {
    try {
      this.#connection?.database.exec('ROLLBACK');
    } catch {
      this.#disconnect();
    }
  }

  #tryOnce(): boolean {
    try {
      this.#connection ??= connect(this.#file);
      this.#connection.database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if (isBusy(error)) return false;
      this.#disconnect();
      throw unavailable(`${this.#file} could not be locked`, error);
    }
    if (!this.stillHeld()) {
      this.#disconnect();
      return false;
    }
    this.#sayWhoHolds();
    return true;
  }

  #disconnect(): void {
    const { database } = this.#connection ?? {};
    this.#connection = null;
    try {
      database?.close();
    } catch {
      // Closed already.
    }
  }

  /** For the message to whoever waits in vain; nothing is decided by it, so nothing depends on its being written. */
  #sayWhoHolds(): void {
    try {
      this.#holder ??= new HolderNote(`${this.#file}.holder`);
      this.#holder.write();
    } catch {
      // The message will not name the holder.
    }
  }
}

/** Who last held the lock. Written only where it changes, so that one window alone does not write it with every record. */
class HolderNote {
  readonly #fd: number;
  readonly #mine = Buffer.from(`process ${process.pid} on ${hostname()}`.slice(0, NOTE_BYTES).padEnd(NOTE_BYTES));

  constructor(file: string) {
    const unlinked = process.platform === 'win32' ? 0 : fs.constants.O_NOFOLLOW;
    this.#fd = fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT | unlinked, 0o600);
    if (fs.fstatSync(this.#fd).isFile()) return;
    fs.closeSync(this.#fd);
    throw new Error('it is not a regular file'); // to read a pipe is to wait for its writer
  }

  static read(file: string): string {
    try {
      return fs.statSync(file).isFile() && fs.readFileSync(file, 'utf8').slice(0, NOTE_BYTES).trim() || 'another process';
    } catch {
      return 'another process';
    }
  }

  write(): void {
    const found = Buffer.alloc(NOTE_BYTES);
    fs.readSync(this.#fd, found, 0, NOTE_BYTES, 0);
    if (!found.equals(this.#mine)) fs.writeSync(this.#fd, this.#mine, 0, NOTE_BYTES, 0);
  }
}

function connect(file: string): Connection {
  // Asked for by name at run time: an editor whose Node has no SQLite gets a refusal, not a failed activation.
  const host: { getBuiltinModule?(id: string): unknown } = process;
  const sqlite = host.getBuiltinModule?.('node:sqlite') as typeof Sqlite | undefined;
  if (sqlite === undefined) throw unavailable(`${file} cannot be locked: this Node.js (${process.version}) has no node:sqlite`);
  create(file);
  const before = identityOf(file);
  const database = new sqlite.DatabaseSync(file, { timeout: 0 });
  // No journal file: a lock has to be had on a full disk too, and a killed holder leaves nothing to roll back.
  database.exec('PRAGMA journal_mode=MEMORY');
  return { database, identity: before === identityOf(file) ? before : null };
}

/**
 * Only where none stands: closing any descriptor of a file gives up all locks that this process holds on it, so an
 * existing lock file is never opened but by SQLite, which knows.
 */
function create(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function identityOf(file: string): string | null {
  try {
    const { dev, ino } = fs.statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY;
}
