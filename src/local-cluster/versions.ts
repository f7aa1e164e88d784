/** Counts the `control_version` of a node, which never decreases. */
import type { Marker } from './authority.ts';
import { readIfPresent, replaceFile } from './files.ts';
import type { Testimony } from './testimony.ts';
import { type AttemptState, toJson } from './vocabulary.ts';

const BLOCK = 64n;

/** Everything that a control decision depends on. */
export interface ControlFacts {
  readonly self: Testimony;
  readonly marker: Marker | null;
  readonly primaryId: string | null;
  readonly attemptState: AttemptState;
  /** The other members, each with its last report. */
  readonly others: readonly { readonly id: string; readonly testimony: Testimony | null }[];
}

function stateOf(testimony: Testimony | null): readonly unknown[] {
  return [testimony?.role, testimony?.state, testimony?.haltReason, testimony?.epoch];
}

function digestOf({ self, marker, primaryId, attemptState, others }: ControlFacts): string {
  const reported = others.map(({ id, testimony }) => [id, ...stateOf(testimony)]);
  return toJson([...stateOf(self), marker?.epoch, marker?.held, primaryId, attemptState, reported]);
}

/**
 * The node's own `control_version`. It never decreases, not even after a crash, so that an earlier confirmation can
 * never match a later state by accident. A block of numbers is reserved durably, and a start begins above every number
 * that was ever reserved.
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

  /** Increases exactly if the facts have changed since the last call. */
  observe(facts: ControlFacts): void {
    const digest = digestOf(facts);
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
