/**
 * What the kernel answered, as readonly values. Positions, commit ids, epochs and control versions are `bigint`.
 * Offsets and lags are in bytes or commits, as their names say. `null` means unknown and is shown as unknown. Times are
 * the kernel's own RFC 3339 texts.
 */

/** Which node answered, from which state, and when by its own clock. Some engines count no commits or versions. */
export interface Observed {
  readonly snapshot: string;
  readonly commitId: bigint | null;
  readonly controlVersion: bigint | null;
  readonly nodeId: string | null;
  readonly time: string;
  readonly clock: string;
}

/** An endpoint that was asked earlier, and why its reply is not the answer. `answered`: it did reply. */
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
  /** Names of the nodes that the view mentions by id, if the answer tells them outside its view. */
  readonly names?: Readonly<Record<string, string>>;
  /** Only this endpoint was asked, because a person chose it. */
  readonly isChosen?: true;
  /** Names of secret values that the engine sent. They are in no view and in no record. */
  readonly redacted?: readonly string[];
}

/** Named values without further structure, in the engine's own order. */
export interface Section {
  readonly name: string;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
}

export type Role = 'primary' | 'replica' | 'unknown';
export type Health = 'running' | 'halted' | 'unknown';

/** A member of the cluster as the answering node knows it. An engine's own type may add fields. */
export interface Member {
  readonly nodeId: string;
  readonly name: string;
  /** `null` if the engine does not tell it. */
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

/** The name of a node among these; `undefined` if it is not among them. */
export function nameAmong(
  nodes: readonly Pick<Member, 'nodeId' | 'name'>[],
  nodeId: string | null,
): string | undefined {
  return nodes.find(node => node.nodeId === nodeId)?.name;
}

/** In this and all other views, `epoch` is what grows with every change of authority: a timeline, for instance. */
export interface ClusterView {
  readonly clusterId: string | null;
  readonly name: string | null;
  readonly epoch: bigint | null;
  readonly primaryId: string | null;
  readonly members: readonly Member[];
}

/** `source` says whether the node reported about itself or another node reported about it. */
export interface NodeView {
  readonly member: Member;
  readonly source: 'self' | 'reported';
  readonly epoch: bigint | null;
  readonly sections?: readonly Section[];
}

export interface ReplicaProgress {
  readonly nodeId: string;
  /** `null` if the kernel does not tell it here, or knows only the id. */
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
  /** `null` if the engine counts none. */
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

/** What the answering node's ledger says about one request id; `known: false` says nothing about other nodes. */
export interface RequestFate {
  readonly requestId: string;
  readonly known: boolean;
  readonly outcome: string | null;
  readonly code: string | null;
}

/** Which part of an ordered list a view holds; the whole list only if there is no older and no newer part. */
interface PartOf<Position> {
  readonly nextBefore: Position | null;
  readonly nextAfter: Position | null;
  /** How many there are in all; `null` if the node does not know. */
  readonly total: bigint | null;
}

export interface PromotionView extends PartOf<bigint> {
  readonly state: string;
  readonly pendingNodeId: string | null;
  readonly epoch: bigint | null;
  readonly lastAttempt: PromotionAttempt | null;
  readonly events: readonly KernelEvent[];
  /** How many events of this part could not be read and are missing in `events`; absent: none. */
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

/** Where recovery can begin: it does not need the log before `offset` (bytes). */
export interface WalCheckpoint {
  readonly id: string;
  readonly commitId: bigint | null;
  readonly offset: bigint | null;
}

/** Only the list of segments comes in parts; everything else is about the whole log. */
export interface WalView extends PartOf<string> {
  /** `null` if the segments cannot be seen, which differs from an empty list. */
  readonly segments: readonly WalSegment[] | null;
  readonly appendOffset: bigint | null;
  readonly durableOffset: bigint | null;
  readonly oldestOffset: bigint | null;
  readonly truncationOffset: bigint | null;
  readonly totalBytes: bigint | null;
  readonly checksumStatus: 'valid' | 'invalid' | 'unchecked';
  readonly verifiedToOffset: bigint | null;
  /** All checkpoints by offset; `null` if the answer does not list them, which differs from an empty list. */
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
 * What collecting diagnostics costs: either what the node reads (`files` is a count, `bytes` a size) or how many
 * requests are sent.
 */
export type DiagnosticsCost = { readonly files: bigint; readonly bytes: bigint } | { readonly requests: bigint };

/** The cost, and the name of the node that declared it; `null` if it told no name. */
export type DeclaredCost = DiagnosticsCost & { readonly name: string | null };

export interface DiagnosticsView {
  readonly sections: readonly Section[];
}

/** `unchecked`: the engine does not check this; only the operator can vouch for it. */
export type CheckResult = 'pass' | 'fail' | 'unknown' | 'overridden' | 'unchecked';

/** One of the kernel's checks with the value that it observed. */
export interface KernelCheck {
  readonly id: string;
  readonly invariant: string;
  readonly result: CheckResult;
  readonly observed: string;
  readonly message: string;
}

/** The kernel's own dry run: what it would decide now, on which facts. `decision` is `null` without a dry run. */
export interface KernelExplanation {
  readonly target: string;
  /** The id that the kernel gives its cluster, under whatever name it is configured; `null`: not told. */
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
  /** Milliseconds to wait at least for the answer, because the kernel may take that long; `null`: as configured. */
  readonly answerMs: number | null;
}

/** The address that was read, and the time of the reading by the node's own clock. */
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

/** The value as JSON, for records, digests and messages: every `bigint` is a decimal string, without functions. */
export type Wire<T> = T extends bigint
  ? string
  : T extends readonly (infer E)[]
    ? readonly Wire<E>[]
    : T extends object
      ? { readonly [K in keyof T as T[K] extends () => unknown ? never : K]: Wire<T[K]> }
      : T;

/** Turns 64-bit values into decimal strings at any depth; leaves out fields that are `undefined`. */
export function toWire<T>(value: T): Wire<T> {
  return JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member)),
  ) as Wire<T>;
}
