/** The request that the words for a switchover or a failover describe. */
import type { Words } from '../../control-plane/explanation/words.ts';
import type { PatroniFacts } from './facts.ts';

/** What is requested, and of which cluster. */
export interface Request {
  readonly candidate: string;
  readonly leader: string | null;
  readonly forced: boolean;
  /** Whether the operator acknowledges that acknowledged writes may be missing on the candidate. */
  readonly asksForWrites: boolean;
  readonly facts: PatroniFacts;
}

export type Consequence = Words['consequences'][number];
