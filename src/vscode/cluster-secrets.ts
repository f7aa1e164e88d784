/**
 * The secrets of clusters in the editor's secret store. The store may be unavailable, for example when the keyring is
 * locked. A cluster without a secret must work without the store, so this class also remembers, outside the store,
 * whether a secret is kept.
 */
import type { Storage } from './known-head.ts';

/** The part of `vscode.SecretStorage` that is needed. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** The secret store cannot be opened. The message is a clause. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(cause: unknown) {
    super(
      `the editor's secret store (the keyring of this machine) cannot be ` +
        `opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

export class ClusterSecrets {
  readonly #store: SecretStore;
  readonly #memory: Storage;

  constructor(store: SecretStore, memory: Storage) {
    this.#store = store;
    this.#memory = memory;
  }

  /**
   * The secret, if there is one. Rejects with `StoreUnavailable` when a secret is known to be kept but cannot be read.
   */
  async get(key: string): Promise<string | undefined> {
    const kept = this.#memory.get(memoryOf(key));
    if (kept === false) return undefined;
    try {
      const secret = await this.#store.get(key);
      if (kept !== (secret !== undefined)) await this.#memory.update(memoryOf(key), secret !== undefined);
      return secret;
    } catch (error) {
      if (kept === true) throw new StoreUnavailable(error);
      return undefined; // no secret is known to be kept
    }
  }

  /** Stores a secret, or deletes it when empty. Rejects with `StoreUnavailable`. */
  async set(key: string, secret: string): Promise<void> {
    const before = this.#memory.get(memoryOf(key));
    if (secret === '' && before === false) return;
    // Remembered before it is stored: otherwise an interruption in between would leave a stored secret that nobody
    // misses.
    await this.#memory.update(memoryOf(key), true);
    try {
      await (secret === '' ? this.#store.delete(key) : this.#store.store(key, secret));
    } catch (error) {
      await this.#memory.update(memoryOf(key), before);
      throw new StoreUnavailable(error);
    }
    if (secret === '') await this.#memory.update(memoryOf(key), false);
  }
}

function memoryOf(key: string): string {
  return `${key} kept`;
}
