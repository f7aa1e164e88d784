/**
 * One writer at a time, across windows, terminals and crashes: waits for the lock beside the log. The log itself is not
 * locked. Node can lock only a database, and such a lock is lost when the process closes any descriptor of its file, as
 * every reader of the log does.
 */
import { FileLock } from '../files/lock.ts';
import { unavailable } from './causes.ts';

const LONGEST_PAUSE_MS = 16;

export class LogLock {
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #waitMs: number;

  /** `waitMs`: for how many milliseconds to retry while another process holds the lock. */
  constructor(file: string, waitMs: number) {
    this.#file = file;
    this.#lock = new FileLock(file);
    this.#waitMs = waitMs;
  }

  /** Resolves when this process holds the lock. Rejects with `AuditUnavailable` if it cannot get it. */
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
      // Random pauses keep several waiting processes from retrying at the same moments.
      const pauseMs = Math.min(LONGEST_PAUSE_MS, 2 ** attempt) * (0.5 + Math.random());
      await new Promise(resolve => setTimeout(resolve, pauseMs));
    }
  }

  /** Whether the lock file is still the locked one: the lock on a deleted file excludes nobody. */
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
