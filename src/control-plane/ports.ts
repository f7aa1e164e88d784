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

/** The person who asks, as sent to the kernel and recorded. Nobody proves this identity. */
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
  /** The state from which the request was explained, by the kernel's name for it. */
  readonly snapshot: string;
  /**
   * Milliseconds that the kernel itself may take to answer, according to its explanation; the configured limit is
   * raised to this.
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

/** Which node's history to read. */
export interface HistoryOf {
  readonly node: string;
  /** Also asks for the fate of this request. */
  readonly requestId?: string | undefined;
  /**
   * Asks for the part before this position, which an earlier answer of the node named; without it, for the newest part.
   */
  readonly before?: string | undefined;
}

/**
 * A cluster's kernel: one method for each operation, with at most one answer. Reads may ask the endpoints in configured
 * order; a control request is exactly one HTTP request (P7-E1, P7-F3). Errors are returned as values.
 */
export interface Kernel {
  /** Operations that this kind of kernel does not support, with the reason; they are refused before any traffic. */
  readonly unsupported: Readonly<Partial<Record<KernelOperation, string>>>;
  /** Whether this kind of kernel counts control versions; if so, no control request goes out without one. */
  readonly hasControlVersion: boolean;
  /**
   * Changes when anything changes that is used to reach the kernel: token, password, key, certificate, CA. Held in
   * memory, neither shown nor recorded.
   */
  readonly access: string;
  /** `from`, here and below: asks only this configured address. */
  readCluster(from?: string): Promise<Result<DocumentedReading<ClusterView>>>;
  readNode(node: string): Promise<Result<DocumentedReading<NodeView>>>;
  readReplication(from?: string): Promise<Result<DocumentedReading<ReplicationView>>>;
  /** If a node is named, only that node is asked, and `from` is not given. */
  readPromotion(of?: HistoryOf, from?: string): Promise<Result<DocumentedReading<PromotionView>>>;
  /** The newest segments, or the part before a position that an earlier answer named. */
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
  /** All configured entries as they are written, valid or not. */
  entries(): readonly unknown[];
  connect(cluster: ClusterConfig): Promise<Result<Kernel>>;
}

/**
 * The one thing that the control plane can do to the log: append one record durably. Resolves only after fsync;
 * otherwise rejects with `AuditUnavailable`. Then the record may or may not be in the log, so nothing may rely on it.
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
  /** What the engine shows beside the explanation. */
  readonly document: Document;
  readonly explanationDigest: string;
  readonly type: 'standard' | 'enhanced';
  /** The target's name, as the explanation has it. */
  readonly nodeName: string;
  /** What the person has to type. */
  readonly toType: ConsentText;
  /** Invariants that the person acknowledges one by one, for an enhanced confirmation. */
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

/** Shows an explanation and asks a person. This is the only way in which a lower layer reaches an upper one. */
export interface Confirmer {
  /**
   * Why nobody can be asked, for instance without a terminal. Checked before anything else, so that no work is done in
   * vain.
   */
  unavailable(): ControlError | undefined;
  /** `voided` aborts when the confirmation can no longer be accepted; dialogs should then close. */
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
