/**
 * The secrets of clusters in the editor's secret store. That may not be there (a keyring that is locked, or missing):
 * whoever has no secret in it does not need it, so whether there is one is remembered beside it.
 */
import type { Storage } from './known-head.ts';

/** The part of `vscode.SecretStorage` that is needed. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** The secret store cannot be opened; the message is a clause. */
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

  /** The secret, if there is one. Rejects with `StoreUnavailable` where one is known to be kept and cannot be read. */
  async get(key: string): Promise<string | undefined> {
    const kept = this.#memory.get(memoryOf(key));
    if (kept === false) return undefined;
    try {
      const secret = await this.#store.get(key);
      if (kept !== (secret !== undefined)) await this.#memory.update(memoryOf(key), secret !== undefined);
      return secret;
    } catch (error) {
      if (kept === true) throw new StoreUnavailable(error);
      return undefined; // nothing is known to be there
    }
  }

  /** Keeps or, when empty, forgets a secret. Rejects with `StoreUnavailable`. */
  async set(key: string, secret: string): Promise<void> {
    const before = this.#memory.get(memoryOf(key));
    if (secret === '' && before === false) return;
    // Said first: what is kept and not remembered would not be missed.
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
