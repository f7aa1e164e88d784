/** What MySQL Group Replication says beyond what every engine says, in its own terms. */
import type {
  ClusterView,
  KernelExplanation,
  Member,
  NodeView,
  ReplicaProgress,
  ReplicationView,
  WalView,
} from '../../control-plane/model/views.ts';

/**
 * A member as one member of the group lists it. What it says of others are their last reports, which lag; counts are
 * transactions.
 */
export interface MysqlState {
  /** `MEMBER_ROLE`; empty where the member is in no group. */
  readonly role: string;
  readonly version: string | null;
  /** Waiting to be certified, waiting to be applied, and applied. */
  readonly certifying: bigint | null;
  readonly applying: bigint | null;
  readonly applied: bigint | null;
}

export interface MysqlMember extends Member {
  readonly mysql: MysqlState;
}

export interface MysqlClusterView extends ClusterView {
  /** `VIEW_ID`; `null` outside of a group. */
  readonly groupView: string | null;
  readonly members: readonly MysqlMember[];
}

/** GTID sets as MySQL writes them. */
export interface MysqlGtids {
  readonly executed: string | null;
  readonly received: string | null;
  /** Received and not executed. */
  readonly notApplied: string | null;
}

export interface MysqlNodeView extends NodeView {
  readonly member: MysqlMember;
  /** `null` where the node did not speak for itself. */
  readonly gtids: MysqlGtids | null;
}

export interface MysqlReplica extends ReplicaProgress {
  readonly certifying: bigint | null;
  readonly applying: bigint | null;
  readonly applied: bigint | null;
}

/** How many transactions a member has executed, and received and not applied, by its own word. */
export interface MysqlProgress {
  readonly nodeId: string;
  readonly name: string;
  readonly executed: bigint | null;
  readonly notApplied: bigint | null;
  readonly at: string | null;
  /** Why it did not say it itself; `null`: it did. */
  readonly unknown: string | null;
}

export interface MysqlReplicationView extends ReplicationView {
  readonly replicas: readonly MysqlReplica[];
  readonly progress: readonly MysqlProgress[];
  /** Of the member that answered. */
  readonly gtids: MysqlGtids;
  /** What every member has committed, as the group last reported it. */
  readonly committedByAll: string | null;
}

/** A file of the binary log. */
export interface BinaryLog {
  readonly name: string;
  readonly bytes: bigint | null;
  readonly encrypted: string | null;
}

/** Segments are the files of InnoDB's redo log; positions are LSNs. */
export interface MysqlWalView extends WalView {
  readonly binaryLogs: readonly BinaryLog[];
}

export interface MysqlExplanation extends KernelExplanation {
  readonly members: readonly MysqlMember[];
}
