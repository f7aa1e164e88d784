/** One source of a timeline, with its content: a log, or the history that a node keeps. */
import type { EventHistory, PastEvent } from '../control-plane/engine.ts';
import type { KeptRecord } from './strand.ts';
import type { Evidence } from './evidence.ts';
import type { SourceFile } from './model.ts';

/** One item of a source, in the source's order. */
export type Item =
  | { readonly is: 'record'; readonly kept: KeptRecord }
  | { readonly is: 'event'; readonly event: PastEvent }
  | { readonly is: 'gap'; readonly text: string };

/** One history with its own order. */
export interface Lane {
  readonly kind: 'log' | 'history';
  readonly label: string;
  readonly files: readonly SourceFile[];
  readonly clocks: readonly string[];
  readonly items: readonly Item[];
  /** For a forked log: the hash of the last record before the fork; that record stands in another source. */
  readonly forkOf?: string;
  /** For a history: its node and its readings. */
  readonly history: History | null;
}

/** Where a history comes from. */
export interface History {
  readonly kind: string;
  readonly cluster: string;
  readonly node: string | null;
  readonly past: EventHistory;
  readonly readings: readonly Evidence[];
}

/** An evidence file with its name, and what its engine's history proves. */
export interface NamedEvidence {
  readonly name: string;
  readonly evidence: Evidence;
  readonly past: EventHistory;
}

/** Numbers in a sentence: "Record #3 is", "Events #4 to #6 are". */
export function span(what: string, from: bigint, to: bigint): string {
  return from === to ? `${what} #${from} is` : `${what}s #${from} to #${to} are`;
}

/** For sorting. */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
