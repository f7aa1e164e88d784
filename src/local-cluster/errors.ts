/**
 * Every error answer of the HTTP API, one function for each reason. A route throws it, and only `errorReply` in
 * `http.ts` turns it into an answer: there is no other boundary here.
 */
import { type Check, type DenialReason, type Kind, type Outcome, DENIAL_INVARIANTS } from './vocabulary.ts';

/**
 * Codes of refusals that come before the ledger is asked. Such a refusal concerns one delivery and says nothing about
 * the request. Another delivery may have been executed: a proxy may repeat a request, and a token, a limit or this node
 * may change in between.
 */
const BEFORE_THE_LEDGER: ReadonlySet<string> = new Set([
  'AERO_UNAUTHENTICATED',
  'AERO_FORBIDDEN',
  'AERO_BODY_TOO_LARGE',
  'AERO_INVALID_REQUEST',
  'AERO_NOT_FOUND',
  'AERO_PRECONDITION_REQUIRED',
]);

/**
 * Every error answer of this API: its HTTP status, whether a manual retry would be a new request, and the violated
 * rule.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly invariant: string | null;
  readonly outcome: Outcome;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly invariant?: string;
      readonly outcome?: Outcome;
      readonly details?: Readonly<Record<string, unknown>>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.invariant = more.invariant ?? null;
    this.outcome = more.outcome ?? 'not_executed';
    this.details = more.details ?? {};
  }

  /** The error in the contract's form. */
  get body(): object {
    const { code, invariant, message, outcome, details } = this;
    return { error: { code, invariant, message, outcome, details } };
  }

  /**
   * The same refusal as an answer to a control request. `isUnseen`: the ledger was asked and does not hold the
   * request's id. If not, the outcome of the request is unknown (P7-F3).
   */
  ofRequest(isUnseen: boolean): ApiError {
    if (!BEFORE_THE_LEDGER.has(this.code) || isUnseen) return this;
    const { status, code, message, invariant, details } = this;
    return new ApiError(status, code, message, {
      ...(invariant === null ? {} : { invariant }),
      outcome: 'unknown',
      details,
    });
  }
}

export function invalid(field: string, message: string): ApiError {
  return new ApiError(400, 'AERO_INVALID_REQUEST', message, { details: { field } });
}

/** The request has no id, or two: its outcome is unknown (P7-F3). */
export function ambiguousRequest(): ApiError {
  return new ApiError(400, 'AERO_INVALID_REQUEST', 'Idempotency-Key must be the request_id.', {
    outcome: 'unknown',
    details: { field: 'Idempotency-Key' },
  });
}

export function unknownNode(id: string): ApiError {
  return new ApiError(404, 'AERO_UNKNOWN_NODE', `Node ${id} is not known here, or is not the node that was asked.`, {
    details: { node_id: id },
  });
}

/** Only the target's ledger knows the request, so this node cannot tell the request's outcome there. */
export function otherTarget(id: string): ApiError {
  return new ApiError(
    404,
    'AERO_UNKNOWN_NODE',
    `Node ${id} is not this node, which did nothing. What became of the request there is not known here.`,
    { outcome: 'unknown', details: { node_id: id } },
  );
}

export function notReady(lifecycle: string): ApiError {
  return new ApiError(503, 'AERO_NOT_READY', `The node is ${lifecycle}; nothing was done.`, {
    invariant: 'P6-F1',
    details: { lifecycle },
  });
}

export function storageFailed(message: string, outcome: Outcome): ApiError {
  return new ApiError(
    500,
    'AERO_STORAGE_FAILED',
    `The disk failed: ${message}. The node stops; after a restart its disk says what is true.`,
    { invariant: 'P6-F1', outcome },
  );
}

/** This delivery did nothing. The outcome is that of the request's first delivery. */
export function duplicate(
  requestId: string,
  first: { readonly outcome: Outcome; readonly code: string | null },
): ApiError {
  return new ApiError(
    409,
    'AERO_DUPLICATE_REQUEST',
    'This request id was seen before; a request is executed at most once.',
    {
      invariant: 'P6-F3',
      outcome: first.outcome,
      details: { request_id: requestId, first: { outcome: first.outcome, code: first.code } },
    },
  );
}

export function stateChanged(present: bigint): ApiError {
  return new ApiError(
    412,
    'AERO_STATE_CHANGED',
    'What this request was confirmed for is no longer the state of this node.',
    {
      invariant: 'P6-D1',
      details: { control_version: present.toString() },
    },
  );
}

export function inProgress(): ApiError {
  return new ApiError(
    409,
    'AERO_PROMOTION_ALREADY_IN_PROGRESS',
    'Another promotion or demotion is running on this node.',
    {
      invariant: 'P6-A2',
    },
  );
}

export function denied(kind: Kind, reason: DenialReason, checks: readonly Check[]): ApiError {
  const failed = checks.find(check => check.result === 'fail' || check.result === 'unknown');
  const name = kind === 'promotion' ? 'AERO_PROMOTION_DENIED' : 'AERO_DEMOTION_DENIED';
  return new ApiError(409, name, `The ${kind} was denied: ${reason}. ${failed?.message ?? ''}`.trim(), {
    invariant: DENIAL_INVARIANTS[reason],
    details: { reason, checks },
  });
}

export function acknowledgementIncomplete(missing: readonly string[]): ApiError {
  return new ApiError(
    422,
    'AERO_ACKNOWLEDGEMENT_INCOMPLETE',
    `Each overridden check must be acknowledged by its invariant; missing: ${missing.join(', ')}.`,
    {
      invariant: missing[0] ?? 'P6-A1',
      details: { missing_invariants: missing },
    },
  );
}
