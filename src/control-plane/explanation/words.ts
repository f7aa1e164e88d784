/** The part of an explanation that depends on the engine: each engine has its own words for what it does. */
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

/** What a consequence affects. */
export type Scope = 'node' | 'cluster' | 'replication' | 'durability';

/** A fact on which an explanation rests; `origin` is `null` if it comes from the same reading as the rest. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin | null;
}

/** How one engine describes collecting diagnostics: its cost, what the node does, and what protects the node. */
export interface CostWords {
  readonly declared: string;
  readonly node: string;
  readonly replication: string;
  readonly protection: string;
  readonly document: Document;
}

/** How one engine describes one control command. */
export interface Words {
  /** The exact action in one sentence. */
  readonly action: string;
  /** What changes if the kernel executes. */
  readonly changes: readonly StateChange[];
  readonly consequences: readonly { readonly scope: Scope; readonly text: string }[];
  readonly facts: readonly Fact[];
  readonly undo: string;
  readonly rejection: readonly string[];
  /** What protects against a decision on an outdated view. */
  readonly protection: string;
  readonly reliedOn: readonly InvariantId[];
  /** The members that were read, in the engine's terms. */
  readonly document: Document;
}

/**
 * An executed request: the parsed answer, its body as received, the answer in one sentence, and all of it as a
 * document.
 */
export interface ExecutedControl {
  readonly result: ControlResultView;
  readonly body: string;
  readonly sentence: string;
  readonly document: () => Document;
}

/** The facts that were read before a control command, and what follows from them in the engine's own terms. */
export type ExplainedReading = Reading<KernelExplanation> & { readonly words: Words };

/** The cost of collecting diagnostics, and what it means in the engine's own terms. */
export type CostReading = Reading<DeclaredCost> & { readonly words: CostWords };
