/** The words of the kernel contract (v1), defined once for every file of the local cluster. */

export const HALT_REASONS = [
  'WalGapDetected',
  'HistoryDivergence',
  'AuthorityAmbiguity',
  'WalCorruption',
  'SnapshotIntegrityFailure',
  'ConfigurationError',
] as const;
export type HaltReason = (typeof HALT_REASONS)[number];

export const REPLICATION_STATES = [
  'Disabled',
  'Uninitialized',
  'PrimaryActive',
  'ReplicaActive',
  'ReplicationHalted',
] as const;
export type ReplicationState = (typeof REPLICATION_STATES)[number];

export const ROLES = ['primary', 'replica', 'unknown'] as const;
export type Role = (typeof ROLES)[number];

export type Lifecycle = 'booting' | 'running' | 'recovering' | 'shutting_down';
export type Mode = 'validated' | 'forced';
export type Kind = 'promotion' | 'demotion';
export type Outcome = 'executed' | 'not_executed' | 'unknown';

/** Every denial names the invariant that would have been violated (P7-O2). */
export const DENIAL_INVARIANTS = {
  ReplicaBehindWal: 'P6-S1',
  WalPositionUnprovable: 'P6-S1',
  InvalidReplicationState: 'P6-S2',
  PrimaryStillActive: 'P6-A1',
  AuthorityAmbiguous: 'P6-A1',
  MvccVisibilityViolation: 'P6-S3',
  ReplicaNotActive: 'P6-A3',
  ReplicationDisabled: 'P5-I16',
  InvalidRequest: 'P6-A3',
  NotPrimary: 'P6-A3',
} as const;
export type DenialReason = keyof typeof DENIAL_INVARIANTS;

/** The invariants that a request may acknowledge; any other name makes the request malformed. */
export const KERNEL_INVARIANTS: readonly string[] = [
  'P6-A1',
  'P6-A1a',
  'P6-A2',
  'P6-A3',
  'P6-S1',
  'P6-S2',
  'P6-S3',
  'P6-F1',
  'P6-F2',
  'P6-F3',
  'P6-D1',
  'P6-O1',
  'P6-O2',
  'P5-I16',
];

export type AttemptState =
  | 'Steady'
  | 'PromotionRequested'
  | 'PromotionValidating'
  | 'PromotionApproved'
  | 'AuthorityTransitioning'
  | 'PromotionSucceeded'
  | 'PromotionDenied'
  | 'DemotionRequested'
  | 'DemotionValidating'
  | 'DemotionApproved'
  | 'AuthorityReleasing'
  | 'DemotionSucceeded'
  | 'DemotionDenied';

/** The end of a history: byte offset, checksum chained over all records, and the last record's epoch and commit id. */
export interface Position {
  readonly offset: bigint;
  readonly chain: number;
  readonly epoch: bigint;
  readonly commitId: bigint;
}

export const EMPTY_HISTORY: Position = { offset: 0n, chain: 0, epoch: 0n, commitId: 0n };

/** Whether history `a` is ahead of `b`: a later epoch wins; within one epoch, the longer log. */
export function isAhead(a: Position, b: Position): boolean {
  return a.epoch === b.epoch ? a.offset > b.offset : a.epoch > b.epoch;
}

export interface AuditHead {
  readonly seq: string;
  readonly hash: string;
}

export interface Operator {
  readonly id: string;
  readonly authority: string;
}

export interface KernelEvent {
  readonly seq: string;
  readonly type: string;
  readonly time: string;
  readonly epoch: string;
  readonly request_id: string | null;
  readonly node_id: string;
  readonly mode: Mode | null;
  readonly operator: Operator | null;
  readonly reason: string | null;
  readonly audit_head: AuditHead | null;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Check {
  readonly id: string;
  readonly invariant: string;
  readonly result: 'pass' | 'fail' | 'unknown' | 'overridden';
  readonly observed: string;
  readonly message: string;
}

/** The form of all ids of nodes and requests. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** JSON in the form of the contract: 64-bit integers are decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}

export function majorityOf(members: number): number {
  return Math.floor(members / 2) + 1;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
