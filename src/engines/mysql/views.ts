/** What MySQL Group Replication reports beyond what every engine reports, in its own terms. */
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
 * A member as one member of the group lists it. Values of other members are their last reports, which are delayed;
 * counts are transactions.
 */
export interface MysqlState {
  /** `MEMBER_ROLE`; empty if the member is in no group. */
  readonly role: string;
  readonly version: string | null;
  /** Transactions that wait to be certified, that wait to be applied, and that were applied. */
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
  /** Received but not executed. */
  readonly notApplied: string | null;
}

export interface MysqlNodeView extends NodeView {
  readonly member: MysqlMember;
  /** `null` if the node did not answer itself. */
  readonly gtids: MysqlGtids | null;
}

export interface MysqlReplica extends ReplicaProgress {
  readonly certifying: bigint | null;
  readonly applying: bigint | null;
  readonly applied: bigint | null;
}

/** How many transactions a member has executed, and how many it has received but not applied, as it reports itself. */
export interface MysqlProgress {
  readonly nodeId: string;
  readonly name: string;
  readonly executed: bigint | null;
  readonly notApplied: bigint | null;
  readonly at: string | null;
  /** Why it did not report them itself; `null`: it did. */
  readonly unknown: string | null;
}

export interface MysqlReplicationView extends ReplicationView {
  readonly replicas: readonly MysqlReplica[];
  readonly progress: readonly MysqlProgress[];
  /** The sets of the answering member. */
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
