/** What Patroni says beyond what every engine says, in its own terms. */
import type {
  ClusterView,
  KernelExplanation,
  Member,
  NodeView,
  ReplicaProgress,
  ReplicationView,
} from '../../control-plane/model/views.ts';

/** Positions are LSNs as bytes: written is a primary's, received and replayed a replica's. */
export interface PatroniState {
  readonly role: string;
  readonly timeline: bigint | null;
  readonly written: bigint | null;
  readonly received: bigint | null;
  readonly replayed: bigint | null;
  /**
   * WAL that a replica has not received, and not replayed, in bytes. Missing where Patroni does not tell them apart,
   * and in older records.
   */
  readonly receiveLag?: bigint | null;
  readonly replayLag?: bigint | null;
  /** Tags, pending and scheduled restarts; `null` when there are none. */
  readonly marks: string | null;
}

export interface PatroniMember extends Member {
  readonly patroni: PatroniState;
}

/** WAL not received, and not replayed, in bytes. Missing where Patroni does not tell them apart. */
export interface PatroniReplica extends ReplicaProgress {
  readonly receiveLag?: bigint | null;
  readonly replayLag?: bigint | null;
}

/** `epoch` is the leader's timeline, here and in all other views. */
export interface PatroniClusterView extends ClusterView {
  readonly members: readonly PatroniMember[];
}

export interface PatroniNodeView extends NodeView {
  readonly member: PatroniMember;
}

export interface PatroniReplicationView extends ReplicationView {
  readonly replicas: readonly PatroniReplica[];
}

export interface PatroniExplanation extends KernelExplanation {
  readonly members: readonly PatroniMember[];
}
