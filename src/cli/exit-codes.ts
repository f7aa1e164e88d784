/**
 * Exit codes. They are stable and documented, and depend only on domain and outcome, never on the text of a message.
 */
import type { CommandResult } from '../control-plane/request/result.ts';
import type { ControlError, ErrorDomain } from '../control-plane/model/errors.ts';

export const EXIT = {
  done: 0,
  operatorInput: 2,
  validation: 3,
  kernelRejection: 4,
  transport: 5,
  outcomeUnknown: 6,
  notRecorded: 7,
  verificationFailed: 8,
  notShown: 9,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means, in the words of the documentation. */
export const EXIT_MEANINGS = {
  [EXIT.done]: 'done',
  [EXIT.operatorInput]: 'operator input: what was typed is not a valid request; nothing was sent',
  [EXIT.validation]: 'validation: the control plane refused, or nobody confirmed; nothing was executed',
  [EXIT.kernelRejection]: 'kernel rejection: the kernel answered with an error of its own',
  [EXIT.transport]: 'transport: no usable answer from the kernel; nothing was executed',
  [EXIT.outcomeUnknown]: 'outcome unknown: whether the kernel executed the request is not known',
  [EXIT.notRecorded]: 'executed, but its outcome could not be recorded in the audit log',
  [EXIT.verificationFailed]: 'the audit log, or the file or signature that was verified, does not hold',
  [EXIT.notShown]: 'done, but the result could not be shown in full',
} as const satisfies Readonly<Record<ExitCode, string>>;

const DOMAIN_CODES = {
  OPERATOR_INPUT: EXIT.operatorInput,
  VALIDATION_ERROR: EXIT.validation,
  KERNEL_REJECTION: EXIT.kernelRejection,
  TRANSPORT_ERROR: EXIT.transport,
} as const satisfies Readonly<Record<ErrorDomain, ExitCode>>;

/**
 * The exit code of an error. An unknown outcome has its own code whatever the domain is (P7-E2), and a command that was
 * executed never gets a code that says it was not.
 */
export function errorExitCode(error: ControlError): ExitCode {
  if (error.outcome === 'executed' && error.domain !== 'KERNEL_REJECTION') return EXIT.notShown;
  return error.outcome === 'unknown' ? EXIT.outcomeUnknown : DOMAIN_CODES[error.domain];
}

/** The exit code of a finished command. */
export function resultExitCode(result: CommandResult): ExitCode {
  const executed = result.kind !== 'failed' || result.error.outcome === 'executed';
  if (executed && result.recorded.position === null) return EXIT.notRecorded;
  return result.kind === 'failed' ? errorExitCode(result.error) : EXIT.done;
}
