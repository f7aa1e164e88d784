/** What the control plane needs from outside; the boundary and the interfaces implement it. */
import type { AuditPosition } from './model/audit-position.ts';
import type { ClusterConfig } from './clusters/cluster.ts';
import type { KernelOperation } from './commands/commands.ts';
import type { Document, DocumentedReading } from './model/document.ts';
import type { ControlError, Result } from './model/errors.ts';
import type { ConsentText } from './request/consent-text.ts';
import type { Explanation } from './explanation/explanation.ts';
import type { Operator } from './commands/operator.ts';
import type { AuditEntry } from './model/record.ts';
import type {
  ClusterView,
  DiagnosticsView,
  NodeView,
  PromotionView,
  ReplicationView,
  SnapshotsView,
  WalView,
} from './model/views.ts';
import type { CostReading, ExecutedControl, ExplainedReading } from './explanation/words.ts';

/** Who asks, as sent to the kernel and recorded as asserted. */
export interface OperatorReference {
  readonly id: string;
  readonly authority: string;
}

/** One control request: forwarded verbatim, once, to `endpoint`, from which its explanation was read. */
export interface ControlRequest {
  readonly endpoint: string;
  readonly requestId: string;
  readonly target: string;
  /** The target's name, as the explanation has it. */
  readonly targetName: string;
  readonly reason: string;
  readonly operator: OperatorReference;
  /** What the operator saw; `null` only for an engine that counts none. */
  readonly controlVersion: bigint | null;
  /** The state from which it was explained, as the kernel calls it. */
  readonly snapshot: string;
  /**
   * How long the kernel itself may take for its answer, in milliseconds, as it was explained; the configured limit is
   * raised to that.
   */
  readonly answerMs: number | null;
  /** Position of this request's own `dispatch_intent`. */
  readonly auditHead: AuditPosition;
}

export interface PromotionRequest extends ControlRequest {
  readonly mode: 'validated' | 'forced';
  readonly acknowledgedInvariants: readonly string[];
  /** The primary that the operator saw. */
  readonly primaryId: string | null;
}

/** The history that a node keeps. */
export interface HistoryOf {
  readonly node: string;
  /** Also asks for the fate of this request. */
  readonly requestId?: string | undefined;
  /** Asks for the part that lies before a position that an answer of this node named; without it, for the newest. */
  readonly before?: string | undefined;
}

/**
 * A cluster's kernel: one method per operation, each at most one answer. Reads may ask the endpoints in
 * configured order; a control request is exactly one HTTP request (P7-E1, P7-F3). Errors come back as values.
 */
export interface Kernel {
  /** Operations that this kind of kernel cannot do, with the reason; refused before any traffic. */
  readonly unsupported: Readonly<Partial<Record<KernelOperation, string>>>;
  /** Whether this kind of kernel counts control versions: then no control request goes out without one. */
  readonly hasControlVersion: boolean;
  /**
   * Differs where anything differs with which the kernel is reached: token, password, key, certificate, CA. Held in
   * memory, shown and recorded nowhere.
   */
  readonly access: string;
  /** `from`, here and below: asks this configured address, and no other in its place. */
  readCluster(from?: string): Promise<Result<DocumentedReading<ClusterView>>>;
  readNode(node: string): Promise<Result<DocumentedReading<NodeView>>>;
  readReplication(from?: string): Promise<Result<DocumentedReading<ReplicationView>>>;
  /** Where a node is named, it answers itself, or nobody does; then `from` is not given. */
  readPromotion(of?: HistoryOf, from?: string): Promise<Result<DocumentedReading<PromotionView>>>;
  /** The newest segments, or the part that lies before a position that an answer named. */
  readWal(node: string, before?: string): Promise<Result<DocumentedReading<WalView>>>;
  readSnapshots(node: string, before?: string): Promise<Result<DocumentedReading<SnapshotsView>>>;
  declareDiagnosticsCost(node: string): Promise<Result<CostReading>>;
  /** `endpoint` is the one that declared the cost. */
  collectDiagnostics(node: string, endpoint: string): Promise<Result<DocumentedReading<DiagnosticsView>>>;
  explainPromotion(target: string, mode: 'validated' | 'forced'): Promise<Result<ExplainedReading>>;
  explainDemotion(target: string): Promise<Result<ExplainedReading>>;
  promote(request: PromotionRequest): Promise<Result<ExecutedControl>>;
  demote(request: ControlRequest): Promise<Result<ExecutedControl>>;
}

/** The configured clusters as they are now, and the kernel behind each. */
export interface Clusters {
  find(name: string): Result<ClusterConfig>;
  /** All configured entries as they stand there, valid or not. */
  entries(): readonly unknown[];
  connect(cluster: ClusterConfig): Promise<Result<Kernel>>;
}

/**
 * All that the control plane can do to the log: append one record durably. Resolves only after fsync.
 * Rejects with `AuditUnavailable` otherwise; then the record may or may not be there, and nothing may rely on it.
 */
export interface AuditLog {
  append(entry: AuditEntry): Promise<AuditPosition>;
}

/** The log could not take a record; `message` names path and cause, for a person. */
export class AuditUnavailable extends Error {
  override readonly name = 'AuditUnavailable';
}

/** What a person is asked to consent to. `token` stands for exactly this request and is accepted once. */
export interface ConfirmationPrompt {
  readonly requestId: string;
  readonly token: string;
  readonly explanation: Explanation;
  /** What the engine shows beside it. */
  readonly document: Document;
  readonly explanationDigest: string;
  readonly type: 'standard' | 'enhanced';
  /** The target's name, as the explanation has it. */
  readonly nodeName: string;
  /** What the person has to type. */
  readonly toType: ConsentText;
  /** One acknowledgement each, for an enhanced confirmation. */
  readonly acknowledge: readonly string[];
  readonly operator: Operator;
}

/** What the person did. Everything but `confirmed` is a refusal. */
export type ConfirmationAnswer =
  | {
      readonly kind: 'confirmed';
      readonly token: string /** Compared with `toType` of the prompt. */;
      readonly typedName: string;
      readonly acknowledged: readonly string[];
    }
  | { readonly kind: 'declined'; readonly at: string }
  | { readonly kind: 'voided'; readonly why: string };

/** Shows an explanation and asks a person. The only way by which a layer below reaches the one above. */
export interface Confirmer {
  /** Checked before anything else, so that nobody is asked where nobody can answer (no terminal, say). */
  unavailable(): ControlError | undefined;
  /** `voided` aborts when the confirmation can no longer be accepted; the dialogs should go away. */
  confirm(prompt: ConfirmationPrompt, voided: AbortSignal): Promise<ConfirmationAnswer>;
}

/** Wall clock, for records only; never used for ordering or decisions. */
export interface Clock {
  readonly name: string;
  /** RFC 3339 UTC with milliseconds. */
  now(): string;
}

/** UUIDs for sessions and requests, and unguessable confirmation tokens. */
export interface Ids {
  uuid(): string;
}
