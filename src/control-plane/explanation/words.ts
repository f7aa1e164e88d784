/** The part of an explanation that depends on what the engine does: each engine has its own words for it. */
import type { Document } from '../model/document.ts';
import type { InvariantId } from '../model/invariants.ts';
import type {
  ControlResultView,
  DeclaredCost,
  KernelExplanation,
  Origin,
  Reading,
  StateChange,
} from '../model/views.ts';

/** What a consequence concerns. */
export type Scope = 'node' | 'cluster' | 'replication' | 'durability';

/** A fact on which an explanation rests. `origin` is `null` where it was read with the rest. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin | null;
}

/** What one engine says of collecting diagnostics: its cost, what the node does for it, and what protects. */
export interface CostWords {
  readonly declared: string;
  readonly node: string;
  readonly replication: string;
  readonly protection: string;
  readonly document: Document;
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
  /** The members that were read, in the engine's terms. */
  readonly document: Document;
}

/** An executed request: the parsed answer, its body as received, and what it says: in one sentence, and whole. */
export interface ExecutedControl {
  readonly result: ControlResultView;
  readonly body: string;
  readonly sentence: string;
  readonly document: () => Document;
}

/** The facts before a control command, and what follows from them in the engine's own terms. */
export type ExplainedReading = Reading<KernelExplanation> & { readonly words: Words };

/** What collecting diagnostics costs, and what that means in the engine's own terms. */
export type CostReading = Reading<DeclaredCost> & { readonly words: CostWords };
