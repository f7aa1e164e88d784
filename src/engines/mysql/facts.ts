/** What an explanation of a switch or of a forced group rests on, as MySQL reported it. */
import type { Origin } from '../../control-plane/model/views.ts';

/** What the target reports about itself. */
export interface TargetFacts {
  readonly name: string;
  readonly state: string;
  readonly superReadOnly: boolean | null;
  /** Received but not applied transactions: the set and the count. */
  readonly notApplied: string | null;
  readonly waiting: bigint | null;
  /** Its own address in the group's communication. */
  readonly localAddress: string | null;
  readonly forceMembers: string | null;
}

/** The transactions for which a switch waits. `unknown` says why they cannot be counted. */
export type OpenTransactions =
  | (Origin & {
      readonly count: bigint;
      /** Seconds since the oldest of them began. */
      readonly longest: bigint | null;
      /** Asynchronous channels that run there; `null`: unknown. */
      readonly channels: readonly string[] | null;
    })
  | { readonly unknown: string };

export interface MysqlFacts {
  readonly groupView: string | null;
  readonly primaryName: string | null;
  readonly target: TargetFacts;
  /** The members of the group, as the target lists them. */
  readonly members: readonly {
    readonly name: string;
    readonly isTarget: boolean;
    readonly state: string;
    readonly version: string | null;
  }[];
  readonly unreachable: number;
  /** On the primary; `null` before a force, which does not ask for them. */
  readonly open: OpenTransactions | null;
  readonly settings: readonly { readonly name: string; readonly value: string | null }[];
}
