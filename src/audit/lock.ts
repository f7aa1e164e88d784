/**
 * One writer at a time, across windows, terminals and crashes: the lock beside the log, waited for. It is no lock on
 * the log itself, because the only one that Node has is on a database, and is lost with any descriptor of its file that
 * the process closes, as every reader of the log does.
 */
import { FileLock } from '../files/lock.ts';
import { unavailable } from './causes.ts';

const LONGEST_PAUSE_MS = 16;

export class LogLock {
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #waitMs: number;

  /** `waitMs`: for how long, in milliseconds, a lock that another process holds is asked for again. */
  constructor(file: string, waitMs: number) {
    this.#file = file;
    this.#lock = new FileLock(file);
    this.#waitMs = waitMs;
  }

  /** Resolves when this process holds the lock. Rejects with `AuditUnavailable` when it cannot be had. */
  async acquire(): Promise<void> {
    let started: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      if (this.#tryOnce()) return;
      started ??= performance.now();
      if (performance.now() - started >= this.#waitMs) {
        throw unavailable(
          `${this.#file} is locked by ${this.#lock.holder} and was not released within ${this.#waitMs} ms`,
        );
      }
      // The spread keeps several waiting processes from asking in step.
      const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 ** attempt) * (0.5 + Math.random());
      await new Promise(resolve => setTimeout(resolve, pauseMs));
    }
  }

  /** Whether the lock file is still the one that is locked: a holder of a deleted one excludes nobody. */
  isHeld(): boolean {
    return this.#lock.isHeld();
  }

  release(): void {
    this.#lock.release();
  }

  #tryOnce(): boolean {
    try {
      return this.#lock.tryAcquire();
    } catch (error) {
      throw unavailable(`${this.#file} could not be locked`, error);
    }
  }
}
