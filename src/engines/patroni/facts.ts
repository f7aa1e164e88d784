/** What an explanation of a switchover or a failover rests on, as Patroni reported it. */
import type { Origin } from '../../control-plane/model/views.ts';

/** How one version of Patroni differs from others; found by running it. */
export interface PatroniBehaviour {
  /** The first two numbers of the version. */
  readonly series: string;
  /** Whether `synchronous_mode: quorum` is a mode; if not, it counts as off. */
  readonly quorumCommit: boolean;
  /** A failover to a member that is not a synchronous standby, in synchronous mode. */
  readonly failoverToAsynchronous: 'refused by a living leader' | 'executed';
  /** Whether `synchronous_mode` counts in a standby cluster. */
  readonly standbyClusterIsSynchronous: boolean;
  /** Whether the tag `failover_priority: 0` keeps a member from becoming leader. */
  readonly failoverPriority: boolean;
  /**
   * The releases in which a commit keeps waiting for a standby that was lost before Patroni had made it synchronous,
   * even if `synchronous_mode` is not strict; `null`: none in this series.
   */
  readonly waitsForLostStandby: string | null;
}

/**
 * How a commit is acknowledged. `unknown`: this program, or the running version, does not know the mode; it counts as
 * the least safe one (`unchecked` in `explain.ts`).
 */
export type PatroniReplication =
  | { readonly mode: 'asynchronous' }
  | {
      readonly mode: 'synchronous' /** Whether commits wait while there is no synchronous standby. */;
      readonly strict: boolean;
    }
  | {
      readonly mode: 'quorum' /** How many standbys a commit waits for; `null`: unknown. */;
      readonly count: string | null;
    }
  | { readonly mode: 'unknown' /** The configured value. */; readonly value: string };

/** What an explanation of a switchover or failover rests on, as Patroni reported it. */
export interface PatroniFacts {
  /** The version of each member that takes part, as the member itself reports it; `null` if it does not. */
  readonly versions: readonly { readonly node: string; readonly version: string | null }[];
  /** What their version does; `null`: unknown, or not the same for all of them. */
  readonly behaviour: PatroniBehaviour | null;
  readonly replication: PatroniReplication;
  /** Whether this cluster follows another one and writes nothing of its own. */
  readonly standbyCluster: boolean;
  /** Whether a leader that reaches all members but not the configuration store goes on writing. */
  readonly failsafeMode: boolean;
  /** `null` if the answer has no readable value. */
  readonly paused: boolean | null;
  readonly scheduledSwitchover: string | null;
  /** The candidate's role and tags in `/cluster`; `null`: unknown. */
  readonly candidate: {
    readonly role: string | null /** The tag that keeps it from becoming leader; `null`: it has none. */;
    readonly nofailover: string | null;
  };
  /**
   * Why the leader's agent itself reported nothing: it was not asked, or gave no answer. `null`: it answered, or there
   * is no leader.
   */
  readonly leaderSilent: string | null;
  /**
   * How many seconds Patroni waits for a request to be carried out before it answers that its status is unknown;
   * `null`: unknown.
   */
  readonly patroniWaits: number | null;
  /** Where and when the settings were read, and those shown as they are written there; a value of `null`: not set. */
  readonly settings: Origin & {
    readonly shown: readonly { readonly name: string; readonly value: string | null }[];
    readonly maximumLagOnFailover: string | null;
  };
  /** Of the leader, if one is known, and of the candidate. */
  readonly positions: readonly PatroniPosition[];
}

/** The last known position of one member. `unknown` says why there is none. */
export type PatroniPosition = { readonly node: string } & (
  | (Origin & {
      readonly timeline: bigint | null;
      readonly written: bigint | null;
      readonly received: bigint | null;
      readonly replayed: bigint | null;
    })
  | { readonly unknown: string }
);
