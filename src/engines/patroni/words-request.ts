/** What the words for a switchover or a failover are about. */
import type { Words } from '../../control-plane/explanation/words.ts';
import type { PatroniFacts } from './facts.ts';

/** What is asked, and of which cluster. */
export interface Request {
  readonly candidate: string;
  readonly leader: string | null;
  readonly forced: boolean;
  /** Whether it is acknowledged that acknowledged writes may be missing on the candidate. */
  readonly asksForWrites: boolean;
  readonly facts: PatroniFacts;
}

export type Consequence = Words['consequences'][number];
