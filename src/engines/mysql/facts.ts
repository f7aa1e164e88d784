/** What an explanation of a switch or of a forced group rests on, as MySQL reported it. */
import type { Origin } from '../../control-plane/model/views.ts';

/** What is true of the target by its own word. */
export interface TargetFacts {
  readonly name: string;
  readonly state: string;
  readonly superReadOnly: boolean | null;
  /** Received and not applied: the set, and how many that are. */
  readonly notApplied: string | null;
  readonly waiting: bigint | null;
  /** Its own address in the group's traffic. */
  readonly localAddress: string | null;
  readonly forceMembers: string | null;
}

/** The transactions for which a switch waits. `unknown` says why they cannot be counted. */
export type OpenTransactions =
  | (Origin & {
      readonly count: bigint;
      /** Seconds since the oldest of them began. */
      readonly longest: bigint | null;
      /** Asynchronous channels that run there; `null`: not known. */
      readonly channels: readonly string[] | null;
    })
  | { readonly unknown: string };

export interface MysqlFacts {
  readonly groupView: string | null;
  readonly primaryName: string | null;
  readonly target: TargetFacts;
  /** Of the group, as the target lists it. */
  readonly members: readonly {
    readonly name: string;
    readonly isTarget: boolean;
    readonly state: string;
    readonly version: string | null;
  }[];
  readonly unreachable: number;
  /** On the primary; nothing of it is asked before a force. */
  readonly open: OpenTransactions | null;
  readonly settings: readonly { readonly name: string; readonly value: string | null }[];
}
