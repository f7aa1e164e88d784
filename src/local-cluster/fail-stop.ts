/** Stops a node at the first failure of its disk, because the node could no longer keep its promises (P6-F1). */
import { messageOf } from './vocabulary.ts';
import { StorageError } from './wal.ts';

export class FailStop {
  readonly #stop: (error: Error) => void;

  constructor(stop: (error: Error) => void) {
    this.#stop = stop;
  }

  /** Runs an operation on the disk. Any failure stops the node and is thrown as a StorageError. */
  durably(operation: () => void): void {
    try {
      operation();
    } catch (error) {
      this.#stop(error instanceof Error ? error : new Error(String(error)));
      throw new StorageError(messageOf(error), { cause: error });
    }
  }

  /** Awaits an operation of the log. A failure of the disk stops the node. */
  async storing<T>(operation: Promise<T>): Promise<T> {
    try {
      return await operation;
    } catch (error) {
      if (error instanceof StorageError) this.#stop(error);
      throw error;
    }
  }
}
