/** The part of an explanation that depends on what the engine does: each engine has its own words for it. */
import type { InvariantId } from './invariants.ts';
import type { Origin, StateChange } from './views.ts';

/** What a consequence concerns. */
export type Scope = 'node' | 'cluster' | 'replication' | 'durability';

/** A fact on which an explanation rests. `origin` is `null` where it was read with the rest. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin | null;
}

/** What one engine says of one control command. */
export interface Words {
  /** The exact action in one sentence. */
  readonly action: string;
  /** What changes if the kernel executes. */
  readonly changes: readonly StateChange[];
  readonly consequences: readonly { readonly scope: Scope; readonly text: string }[];
  readonly facts: readonly Fact[];
  readonly undo: string;
  readonly rejection: readonly string[];
  /** What protects against acting on an old view. */
  readonly protection: string;
  readonly reliedOn: readonly InvariantId[];
}
