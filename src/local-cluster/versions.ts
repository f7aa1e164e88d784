/** Counts the `control_version` of a node, which never goes back. */
import { readIfPresent, replaceFile } from './files.ts';

const BLOCK = 64n;

/**
 * The node's own `control_version`. It never goes back, also over a crash, so that a confirmation given before it can
 * never fit afterwards by accident: a block of numbers is reserved durably, and a start begins above every number that
 * was ever reserved.
 */
export class ControlVersion {
  readonly #path: string;
  #current: bigint;
  #reserved: bigint;
  #digest = '';

  constructor(path: string) {
    this.#path = path;
    this.#reserved = BigInt(readIfPresent(path) ?? '0');
    this.#current = this.#reserved;
    this.#advance();
  }

  get current(): bigint {
    return this.#current;
  }

  /** Moves on exactly when what control decisions depend on has changed since the last call. */
  observe(digest: string): void {
    if (digest === this.#digest) return;
    if (this.#digest !== '') this.#advance();
    this.#digest = digest;
  }

  #advance(): void {
    this.#current += 1n;
    if (this.#current <= this.#reserved) return;
    this.#reserved = this.#current + BLOCK;
    replaceFile(this.#path, this.#reserved.toString(), 'version');
  }
}
