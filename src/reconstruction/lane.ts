/** One source of a timeline: a log, or what a node keeps of the past, with what stands in it. */
import type { Past, PastEvent } from '../control-plane/engine.ts';
import type { KeptRecord } from './strand.ts';
import type { Evidence } from './evidence.ts';
import type { SourceFile } from './model.ts';

/** What stands in a source, in its order. */
export type Item =
  | { readonly is: 'record'; readonly kept: KeptRecord }
  | { readonly is: 'event'; readonly event: PastEvent }
  | { readonly is: 'gap'; readonly text: string };

/** One history with an order of its own. */
export interface Lane {
  readonly kind: 'log' | 'history';
  readonly label: string;
  readonly files: readonly SourceFile[];
  readonly clocks: readonly string[];
  readonly items: readonly Item[];
  /** Of a log that was forked: the hash of the last record before it that stands in another source. */
  readonly forkOf?: string;
  /** Of a history: the node of which it is, and its readings. */
  readonly history: History | null;
}

/** What a history was read by. */
export interface History {
  readonly kind: string;
  readonly cluster: string;
  readonly node: string | null;
  readonly past: Past;
  readonly readings: readonly Evidence[];
}

/** An evidence file with its name, and what its engine's past proves. */
export interface NamedEvidence {
  readonly name: string;
  readonly evidence: Evidence;
  readonly past: Past;
}

/** Numbers in a sentence: "Record #3 is", "Events #4 to #6 are". */
export function span(what: string, from: bigint, to: bigint): string {
  return from === to ? `${what} #${from} is` : `${what}s #${from} to #${to} are`;
}

/** For sorting. */
export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
