/** Runs promotion and demotion as the state machines of the contract, one attempt at a time. */
import { type Change, changesBetween } from './changes.ts';
import {
  ApiError,
  acknowledgementIncomplete,
  denied,
  duplicate,
  inProgress,
  notReady,
  stateChanged,
  storageFailed,
} from './errors.ts';
import { crashPoint } from './faults.ts';
import type { Attempt } from './ledger.ts';
import type { LocalNode } from './node.ts';
import { askForPromotionFacts } from './promotion-facts.ts';
import { releaseAuthority, takeAuthority, type Transition } from './transitions.ts';
import { type Decision, validateDemotion, validatePromotion } from './validation.ts';
import {
  type AttemptState,
  type AuditHead,
  type KernelEvent,
  type Kind,
  type Mode,
  type Operator,
  DENIAL_INVARIANTS,
  messageOf,
} from './vocabulary.ts';

/** A control request whose form was checked. */
export interface ControlRequest {
  readonly attempt: Attempt;
  readonly reason: string;
  readonly acknowledged: readonly string[];
  readonly operator: Operator;
  readonly auditHead: AuditHead;
  readonly ifMatch: bigint;
}

export interface ExecutedAttempt extends Attempt {
  readonly outcome: 'executed';
  readonly epoch: string;
  readonly control_version: string;
  readonly changes: readonly Change[];
  readonly events: readonly KernelEvent[];
}

const STEPS = {
  promotion: {
    requested: 'PromotionRequested',
    validating: 'PromotionValidating',
    approved: 'PromotionApproved',
    moving: 'AuthorityTransitioning',
    succeeded: 'PromotionSucceeded',
    denied: 'PromotionDenied',
  },
  demotion: {
    requested: 'DemotionRequested',
    validating: 'DemotionValidating',
    approved: 'DemotionApproved',
    moving: 'AuthorityReleasing',
    succeeded: 'DemotionSucceeded',
    denied: 'DemotionDenied',
  },
} as const satisfies Record<Kind, Record<string, AttemptState>>;

/**
 * Promotion and demotion: the state machines of the contract, one attempt at a time, each request executed at most once
 * (P6-F3).
 */
export class Attempts {
  readonly #node: LocalNode;

  constructor(node: LocalNode) {
    this.#node = node;
  }

  /** Ends the attempts that a crash interrupted: only the marker says whether authority moved (P6-F2). */
  settleInterrupted(): void {
    const node = this.#node;
    for (const attempt of node.ledger.interrupted) {
      const seen = node.ledger.events.filter(event => event.request_id === attempt.request_id);
      const wasExecuted = node.authority.marker?.request_id === attempt.request_id;
      const finished = wasExecuted ? 'transition_completed' : 'aborted_on_crash';
      const requested = seen[0];
      if (requested !== undefined && !seen.some(event => event.type.endsWith(finished))) {
        node.event({
          ...requested,
          seq: String(node.ledger.events.length + 1),
          time: new Date().toISOString(),
          epoch: node.authority.adopted.epoch.toString(),
          type: `replication.${attempt.kind}.${finished}`,
          fields: { recovered: 'true' },
        });
      }
      node.ledger.settle(
        attempt.request_id,
        { outcome: wasExecuted ? 'executed' : 'not_executed', code: null, denial: null },
        requested !== undefined,
      );
    }
  }

  /** What the answer to a promotion of this node would be now. Nothing changes. */
  async explainPromotion(mode: Mode): Promise<Decision> {
    return validatePromotion(await askForPromotionFacts(this.#node, mode));
  }

  explainDemotion(): Decision {
    return validateDemotion(this.#node.testimony());
  }

  promote(request: ControlRequest): Promise<ExecutedAttempt> {
    const mode = request.attempt.mode ?? 'validated';
    return this.#run(request, () => this.explainPromotion(mode), takeAuthority);
  }

  demote(request: ControlRequest): Promise<ExecutedAttempt> {
    return this.#run(request, () => Promise.resolve(this.explainDemotion()), releaseAuthority);
  }

  async #run(
    request: ControlRequest,
    decide: () => Promise<Decision>,
    transition: Transition,
  ): Promise<ExecutedAttempt> {
    const node = this.#node;
    const { attempt } = request;
    // The ledger is asked before everything else that depends on this node: so what is refused below was executed by no
    // delivery (P7-F3).
    const first = node.ledger.fate(attempt.request_id);
    if (first !== null) throw duplicate(attempt.request_id, first);
    if (node.lifecycle !== 'running') throw notReady(node.lifecycle);
    const step = STEPS[attempt.kind];
    try {
      node.ledger.request(attempt);
      if (request.ifMatch !== node.version.current) throw this.#refuse(attempt, stateChanged(node.version.current));
      if (node.attemptState !== 'Steady') throw this.#refuse(attempt, inProgress());
      const before = node.testimony();
      const events: KernelEvent[] = [];
      node.pendingNodeId = attempt.target;
      node.ledger.begin(attempt);
      this.#enter(step.requested, request, 'requested', {}, events);
      this.#enter(step.validating, request, 'validation_started', {}, events);
      const decision = await decide();
      this.#stopUnlessApproved(request, decision, events);
      const missing = decision.overridden.filter(invariant => !request.acknowledged.includes(invariant));
      if (missing.length > 0) throw this.#deny(request, 'InvalidRequest', acknowledgementIncomplete(missing), events);
      this.#enter(
        step.approved,
        request,
        'validation_succeeded',
        decision.overridden.length === 0 ? {} : { overridden: decision.overridden.join(',') },
        events,
      );
      this.#enter(step.moving, request, 'transition_started', {}, events, true);
      this.#stopUnlessApproved(request, await transition(node, attempt, decision), events);
      this.#enter(step.succeeded, request, 'transition_completed', {}, events);
      node.ledger.settle(attempt.request_id, { outcome: 'executed', code: null, denial: null }, true);
      this.#steady();
      return {
        ...attempt,
        outcome: 'executed',
        epoch: node.authority.adopted.epoch.toString(),
        control_version: node.version.current.toString(),
        changes: changesBetween(before, node.testimony()),
        events,
      };
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const hasMoved = node.attemptState === step.moving || node.attemptState === step.succeeded;
      node.stopAfter(error instanceof Error ? error : new Error(String(error)));
      throw storageFailed(messageOf(error), hasMoved ? 'unknown' : 'not_executed');
    }
  }

  #enter(
    state: AttemptState,
    request: ControlRequest,
    name: string,
    fields: KernelEvent['fields'],
    events: KernelEvent[],
    durable = false,
  ): void {
    const { attempt, operator, reason, auditHead } = request;
    this.#node.attemptState = state;
    crashPoint(`state-${state}`);
    const body = {
      type: `replication.${attempt.kind}.${name}`,
      fields,
      request_id: attempt.request_id,
      node_id: attempt.target,
      mode: attempt.mode,
      operator,
      reason,
      audit_head: auditHead,
    };
    events.push(this.#node.event(body, durable));
    this.#node.changed();
  }

  #stopUnlessApproved(request: ControlRequest, decision: Decision, events: KernelEvent[]): void {
    if (decision.reason === null || decision.decision === 'approve') return;
    throw this.#deny(request, decision.reason, denied(request.attempt.kind, decision.reason, decision.checks), events);
  }

  #deny(
    request: ControlRequest,
    reason: keyof typeof DENIAL_INVARIANTS,
    error: ApiError,
    events: KernelEvent[],
  ): ApiError {
    const invariant = DENIAL_INVARIANTS[reason];
    this.#enter(STEPS[request.attempt.kind].denied, request, 'validation_failed', { reason, invariant }, events);
    this.#node.ledger.settle(
      request.attempt.request_id,
      { outcome: 'not_executed', code: error.code, denial: { reason, invariant } },
      true,
    );
    this.#steady();
    return error;
  }

  #refuse(attempt: Attempt, error: ApiError): ApiError {
    this.#node.ledger.settle(attempt.request_id, { outcome: 'not_executed', code: error.code, denial: null }, false);
    return error;
  }

  #steady(): void {
    this.#node.attemptState = 'Steady';
    this.#node.pendingNodeId = null;
    this.#node.changed();
  }
}
