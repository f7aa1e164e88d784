/** What Patroni reports beyond what every engine reports, in its own terms. */
import type {
  ClusterView,
  KernelExplanation,
  Member,
  NodeView,
  ReplicaProgress,
  ReplicationView,
} from '../../control-plane/model/views.ts';

/** Positions are LSNs as bytes: a primary has written, a replica received and replayed. */
export interface PatroniState {
  readonly role: string;
  readonly timeline: bigint | null;
  readonly written: bigint | null;
  readonly received: bigint | null;
  readonly replayed: bigint | null;
  /**
   * WAL that a replica has not received, and not replayed, in bytes. Absent if Patroni does not report the two
   * separately, and in older records.
   */
  readonly receiveLag?: bigint | null;
  readonly replayLag?: bigint | null;
  /** Tags, and pending or scheduled restarts; `null` if there are none. */
  readonly marks: string | null;
}

export interface PatroniMember extends Member {
  readonly patroni: PatroniState;
}

/** WAL not received, and not replayed, in bytes. Absent if Patroni does not report the two separately. */
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
