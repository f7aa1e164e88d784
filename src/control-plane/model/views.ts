/**
 * What the kernel answered, as readonly values. Positions, commit ids, epochs and control versions are
 * `bigint`; offsets and lags are bytes or commits as named; `null` means unknown and is shown as unknown.
 * Times are the kernel's own RFC 3339 texts.
 */

/** Where an answer comes from, at which state, when, by whose clock. Not every engine counts commits or versions. */
export interface Observed {
  readonly snapshot: string;
  readonly commitId: bigint | null;
  readonly controlVersion: bigint | null;
  readonly nodeId: string | null;
  readonly time: string;
  readonly clock: string;
}

/** An endpoint that was asked before, and why what it said is not the answer. `answered`: it did say something. */
export interface SkippedEndpoint {
  readonly endpoint: string;
  readonly reason: string;
  readonly answered?: true;
}

/** One kernel answer with its origin. All values of one view come from one reading (P7-D1). */
export interface Reading<T> {
  readonly view: T;
  readonly observed: Observed;
  readonly endpoint: string;
  readonly skipped: readonly SkippedEndpoint[];
  readonly notes: readonly string[];
  /** What the nodes are called that the answer speaks of by their ids, where it says so beside its view. */
  readonly names?: Readonly<Record<string, string>>;
  /** Only this endpoint was asked, because a person chose it. */
  readonly isChosen?: true;
  /** Names of values that the engine sent, that are secrets, and that are therefore in no view and no record. */
  readonly redacted?: readonly string[];
}

/** Named values of no further form, in the engine's own order. */
export interface Section {
  readonly name: string;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
}

export type Role = 'primary' | 'replica' | 'unknown';
export type Health = 'running' | 'halted' | 'unknown';

/** A member of the cluster as the answering node knows it. An engine's own member may say more. */
export interface Member {
  readonly nodeId: string;
  readonly name: string;
  /** `null` where the engine tells none. */
  readonly apiUrl: string | null;
  readonly role: Role;
  readonly replicationState: string;
  readonly haltReason: string | null;
  readonly health: Health;
  readonly healthBasis: string;
  readonly durableOffset: bigint | null;
  readonly durableCommitId: bigint | null;
  readonly lagBytes: bigint | null;
  readonly lagCommits: bigint | null;
  readonly lastContact: string | null;
}

/** How a node is called among these; `undefined` where none of them is it. */
export function nameAmong(
  nodes: readonly Pick<Member, 'nodeId' | 'name'>[],
  nodeId: string | null,
): string | undefined {
  return nodes.find(node => node.nodeId === nodeId)?.name;
}

/** `epoch` is what grows with every change of authority, in this and all other views: a timeline, for instance. */
export interface ClusterView {
  readonly clusterId: string | null;
  readonly name: string | null;
  readonly epoch: bigint | null;
  readonly primaryId: string | null;
  readonly members: readonly Member[];
}

/** `source` says whether the node spoke for itself or another reported it. */
export interface NodeView {
  readonly member: Member;
  readonly source: 'self' | 'reported';
  readonly epoch: bigint | null;
  readonly sections?: readonly Section[];
}

export interface ReplicaProgress {
  readonly nodeId: string;
  /** `null` where the kernel does not say it here, or knows none beside the id. */
  readonly name: string | null;
  readonly state: string;
  readonly haltReason: string | null;
  readonly receivedOffset: bigint | null;
  readonly appliedOffset: bigint | null;
  readonly acknowledgedOffset: bigint | null;
  readonly lagBytes: bigint | null;
  readonly lagCommits: bigint | null;
  readonly lastAcknowledgedAt: string | null;
}

export interface ReplicationView {
  readonly primaryId: string | null;
  readonly epoch: bigint | null;
  readonly committedOffset: bigint | null;
  readonly replicas: readonly ReplicaProgress[];
}

/** One entry of the kernel's event log; `fields` is as the kernel sent it. */
export interface KernelEvent {
  readonly seq: bigint;
  readonly type: string;
  readonly time: string | null;
  /** `null` where the engine counts none. */
  readonly epoch: bigint | null;
  readonly requestId: string | null;
  readonly nodeId: string | null;
  readonly mode: string | null;
  readonly operator: string | null;
  readonly reason: string | null;
  readonly auditHead: { readonly seq: bigint; readonly hash: string } | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface PromotionAttempt {
  readonly requestId: string;
  readonly kind: string;
  readonly mode: string | null;
  readonly target: string;
  readonly outcome: string | null;
  readonly denial: { readonly reason: string; readonly invariant: string } | null;
}

/** The fate of one request id in the answering node's ledger; `known: false` says nothing about other nodes. */
export interface RequestFate {
  readonly requestId: string;
  readonly known: boolean;
  readonly outcome: string | null;
  readonly code: string | null;
}

/** Which part of an ordered list a view holds: the whole only where neither an older nor a newer part begins. */
interface PartOf<Position> {
  readonly nextBefore: Position | null;
  readonly nextAfter: Position | null;
  /** How many there are in all; `null` where the node does not know. */
  readonly total: bigint | null;
}

export interface PromotionView extends PartOf<bigint> {
  readonly state: string;
  readonly pendingNodeId: string | null;
  readonly epoch: bigint | null;
  readonly lastAttempt: PromotionAttempt | null;
  readonly events: readonly KernelEvent[];
  /** How many events of this part could not be read, and are not among `events`; absent: none. */
  readonly unreadable?: bigint;
  readonly request: RequestFate | null;
}

export interface WalSegment {
  readonly id: string;
  readonly firstOffset: bigint;
  readonly endOffset: bigint;
  readonly bytes: bigint;
  readonly checksum: string | null;
}

/** Where recovery can begin: the log before `offset` (bytes) is not read for it. */
export interface WalCheckpoint {
  readonly id: string;
  readonly commitId: bigint | null;
  readonly offset: bigint | null;
}

/** The part is one of the segments; all else is of the whole log. */
export interface WalView extends PartOf<string> {
  /** `null` where the segments cannot be seen: that is not the same as none. */
  readonly segments: readonly WalSegment[] | null;
  readonly appendOffset: bigint | null;
  readonly durableOffset: bigint | null;
  readonly oldestOffset: bigint | null;
  readonly truncationOffset: bigint | null;
  readonly totalBytes: bigint | null;
  readonly checksumStatus: 'valid' | 'invalid' | 'unchecked';
  readonly verifiedToOffset: bigint | null;
  /** All of them, by offset; `null` where the answer does not say: that is not the same as none. */
  readonly checkpoints: readonly WalCheckpoint[] | null;
  readonly sections?: readonly Section[];
}

export interface SnapshotItem {
  readonly kind: 'snapshot' | 'checkpoint';
  readonly id: string;
  readonly commitId: bigint | null;
  readonly walFirstOffset: bigint | null;
  readonly walEndOffset: bigint | null;
  readonly createdAt: string | null;
  readonly durable: boolean | null;
  readonly source: string | null;
}

export interface SnapshotsView extends PartOf<string> {
  readonly items: readonly SnapshotItem[];
  readonly sections?: readonly Section[];
}

/**
 * What collecting diagnostics costs: what the node reads (`files` is a count, `bytes` a size), or how many requests are
 * sent.
 */
export type DiagnosticsCost = { readonly files: bigint; readonly bytes: bigint } | { readonly requests: bigint };

/** The cost, and the name of the node that declared it; `null` where it did not say. */
export type DeclaredCost = DiagnosticsCost & { readonly name: string | null };

export interface DiagnosticsView {
  readonly sections: readonly Section[];
}

/** `unchecked`: the engine does not look at this, so nobody but the operator vouches for it. */
export type CheckResult = 'pass' | 'fail' | 'unknown' | 'overridden' | 'unchecked';

/** One of the kernel's checks with what it observed. */
export interface KernelCheck {
  readonly id: string;
  readonly invariant: string;
  readonly result: CheckResult;
  readonly observed: string;
  readonly message: string;
}

/**
 * The kernel's own dry run: what it would decide now, and on what. `decision` is `null` for an engine that has none.
 */
export interface KernelExplanation {
  readonly target: string;
  /** Who the kernel says that its cluster is, whatever name it is configured under; `null`: not told. */
  readonly clusterId: string | null;
  readonly mode: string | null;
  readonly decision: 'approve' | 'deny' | null;
  readonly reason: string | null;
  readonly checks: readonly KernelCheck[];
  readonly overriddenInvariants: readonly string[];
  readonly epoch: bigint | null;
  readonly primaryId: string | null;
  readonly members: readonly Member[];
  readonly controlVersion: bigint | null;
  /**
   * For how long the answer to this request is waited for at least, in milliseconds, where the kernel itself may take
   * that long; `null`: as configured.
   */
  readonly answerMs: number | null;
}

/** An address that was read, and when by its clock. */
export interface Origin {
  readonly endpoint: string;
  readonly time: string;
}

export interface StateChange {
  readonly component: string;
  readonly nodeId: string | null;
  readonly before: string | null;
  readonly after: string | null;
}

/** The kernel's answer to an executed control request. */
export interface ControlResultView {
  readonly requestId: string;
  readonly kind: string;
  readonly mode: string | null;
  readonly target: string;
  readonly outcome: string;
  readonly epoch: bigint | null;
  readonly controlVersion: bigint | null;
  readonly changes: readonly StateChange[];
  readonly events: readonly KernelEvent[];
}

/** The same value as JSON, every `bigint` a decimal string, without functions: for records, digests and messages. */
export type Wire<T> = T extends bigint
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T as T[K] extends () => unknown ? never : K]: Wire<T[K]> }
      : T;

/** Turns 64-bit values into decimal strings, at any depth; `undefined` members are left out. */
export function toWire<T>(value: T): Wire<T> {
  return JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member)),
  ) as Wire<T>;
}
