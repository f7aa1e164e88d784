/** The error model: four domains, stable codes, three outcomes. Nothing is inferred from message text. */
import type { InvariantId } from './invariants.ts';

/** What is proven about the one kernel action of a request. */
export type Outcome = 'executed' | 'not_executed' | 'unknown';

/** Every error belongs to exactly one domain. */
export type ErrorDomain = 'OPERATOR_INPUT' | 'VALIDATION_ERROR' | 'KERNEL_REJECTION' | 'TRANSPORT_ERROR';

const OWN_CODES = {
  PHASE7_MISSING_ARGUMENT: ['OPERATOR_INPUT', 'P7-A2'],
  PHASE7_INVALID_NODE_ID: ['OPERATOR_INPUT', 'P7-A2'],
  PHASE7_MALFORMED_REQUEST: ['OPERATOR_INPUT', 'P7-A2'],
  PHASE7_MISSING_CONFIRMATION: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_INSUFFICIENT_AUTHORITY: ['VALIDATION_ERROR', 'P7-A1'],
  PHASE7_OBSERVE_ONLY: ['VALIDATION_ERROR', 'P7-A1'],
  PHASE7_CONFIRMATION_REUSED: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_CONFIRMATION_VOIDED: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_CONFIRMATION_MISMATCH: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_CONFIRMATION_DECLINED: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_INCOMPLETE_ENHANCED_CONFIRMATION: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_NO_TERMINAL: ['VALIDATION_ERROR', 'P7-A2'],
  PHASE7_DUPLICATE_REQUEST: ['VALIDATION_ERROR', 'P7-F3'],
  PHASE7_OPERATOR_UNKNOWN: ['VALIDATION_ERROR', 'P7-O3'],
  PHASE7_AUDIT_UNAVAILABLE: ['VALIDATION_ERROR', 'P7-O3'],
  PHASE7_OPERATION_UNSUPPORTED: ['VALIDATION_ERROR', 'P7-E1'],
  PHASE7_INSECURE_TRANSPORT: ['VALIDATION_ERROR', 'P7-F1'],
  PHASE7_SCOPE_VIOLATION: ['VALIDATION_ERROR', 'P7-S3'],
  PHASE7_INCONSISTENT_SNAPSHOT: ['VALIDATION_ERROR', 'P7-D1'],
  PHASE7_CONNECTION_FAILED: ['TRANSPORT_ERROR', 'P7-E2'],
  PHASE7_TIMEOUT: ['TRANSPORT_ERROR', 'P7-E2'],
  PHASE7_TRANSPORT_FAILURE: ['TRANSPORT_ERROR', 'P7-E2'],
  PHASE7_INVALID_KERNEL_RESPONSE: ['TRANSPORT_ERROR', 'P7-E2'],
} as const satisfies Record<string, readonly [Exclude<ErrorDomain, 'KERNEL_REJECTION'>, InvariantId]>;

/** A code of the control plane itself; kernel codes are the kernel's own and open-ended. */
export type OwnErrorCode = keyof typeof OWN_CODES;

/** Codes whose outcome the boundary sets by what it sent; all other codes mean `not_executed`. */
export type TransportErrorCode = {
  [C in OwnErrorCode]: (typeof OWN_CODES)[C][0] extends 'TRANSPORT_ERROR' ? C : never;
}[OwnErrorCode];

/** Codes of requests that were refused before anything could be sent. */
export type RefusalCode = Exclude<OwnErrorCode, TransportErrorCode>;

/** All own codes, in the order of the table. */
export const OWN_ERROR_CODES = Object.keys(OWN_CODES) as readonly OwnErrorCode[];

/** The kernel's own words, as received. */
export interface KernelRejection {
  /** The HTTP status; `null` if the kernel was not asked over HTTP. */
  readonly status: number | null;
  /** The whole body, byte for byte as text. */
  readonly body: string;
  /** `details` of the answer as the kernel sent it; `null` when it sent none. */
  readonly details: unknown;
}

/** An error as every interface shows it and the audit log records it. It never suggests what to do next. */
export interface ControlError {
  readonly domain: ErrorDomain;
  readonly code: string;
  readonly message: string;
  /** The violated invariants; never empty for a refusal of ours (P7-O2). */
  readonly invariants: readonly string[];
  readonly outcome: Outcome;
  /** The argument at fault, for operator input. */
  readonly field?: string;
  /**
   * A sentence of ours that completes the kernel's words if they leave the outcome unknown or are about another
   * delivery.
   */
  readonly known?: string;
  /** Present exactly for KERNEL_REJECTION. */
  readonly kernel?: KernelRejection;
}

/** A value or an error, at the boundaries between layers. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ControlError };

/** Wraps a value. */
export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** Wraps an error. */
export function failure(error: ControlError): { readonly ok: false; readonly error: ControlError } {
  return { ok: false, error };
}

/**
 * Whether the error is our own error of this code. The domain is checked too, because a kernel may use the same code.
 */
export function isOwn(error: ControlError, code: OwnErrorCode): boolean {
  return error.domain !== 'KERNEL_REJECTION' && error.code === code;
}

/** A refusal by the control plane or its boundary: nothing was sent, so nothing was executed. */
export function refusal(code: RefusalCode, message: string, field?: string): ControlError {
  const [domain, rule] = OWN_CODES[code];
  return {
    domain,
    code,
    message,
    invariants: [rule],
    outcome: 'not_executed',
    ...(field === undefined ? {} : { field }),
  };
}

/** A failure of the transport; the boundary passes what is proven about the request (P7-E2). */
export function transportFailure(code: TransportErrorCode, message: string, outcome: Outcome): ControlError {
  const [domain, rule] = OWN_CODES[code];
  return { domain, code, message, invariants: [rule], outcome };
}

/** The kernel's own rejection, carried verbatim (P7-E3). */
export function kernelRejection(
  code: string,
  message: string,
  invariants: readonly string[],
  outcome: Outcome,
  kernel: KernelRejection,
): ControlError {
  return { domain: 'KERNEL_REJECTION', code, message, invariants, outcome, kernel };
}
