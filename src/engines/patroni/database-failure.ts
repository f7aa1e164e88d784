/**
 * Why PostgreSQL returned no rows: it refused in its own words, there was no connection, the connection was cut, or
 * nothing arrived in time. All requests were reads.
 */
import {
  kernelRejection,
  transportFailure,
  type ControlError,
  type TransportErrorCode,
} from '../../control-plane/model/errors.ts';
import { passwordSecrets, withhold } from '../http/answer.ts';
import { cause, clientCertificate, codeOf, oneLine } from '../http/text.ts';

/** How far a connection came: this decides what its failure means. */
export interface Progress {
  readonly address: string;
  /** Never repeated, whoever sends it. */
  readonly password: string;
  /** Whether a client certificate is configured. */
  readonly hasCertificate: boolean;
  /** With TLS: the server's certificate was verified. Before that, only the request for TLS is sent. */
  connected: boolean;
  /** The time limit that ended it, in milliseconds. */
  expired: number | undefined;
}

/** `ended`: the connection is gone. */
export function failed(error: unknown, progress: Progress, ended: boolean): ControlError {
  const { address, password, connected, expired, hasCertificate } = progress;
  const words = (): string =>
    withhold(clientCertificate(error, hasCertificate) ?? cause(error), passwordSecrets(password));
  if (isRefusal(error)) return refused(error, password);
  if (!connected) {
    const why = expired === undefined ? words() : `nothing within ${expired} ms`;
    return unread('PHASE7_CONNECTION_FAILED', address, `no connection (${why}). The password was not sent`);
  }
  if (expired !== undefined) return unread('PHASE7_TIMEOUT', address, `no complete answer within ${expired} ms`);
  const why = words();
  return ended || codeOf(error) !== ''
    ? unread('PHASE7_TRANSPORT_FAILURE', address, `the connection ended before the answer was complete (${why})`)
    : notItsAnswer(progress, why);
}

/** The answer does not have PostgreSQL's form. */
export function notItsAnswer({ address }: Progress, why: string): ControlError {
  return unread('PHASE7_INVALID_KERNEL_RESPONSE', address, `not PostgreSQL's answer: ${oneLine(why, 500)}`);
}

function unread(code: TransportErrorCode, address: string, what: string): ControlError {
  return transportFailure(
    code,
    `PostgreSQL at ${address}: ${what}. It was a read; nothing was executed.`,
    'not_executed',
  );
}

/**
 * PostgreSQL's error message as pg returns it: each field of the message is a property, and all but three may be
 * missing.
 */
interface Refusal {
  readonly message: string;
  readonly severity: string;
  /** The SQLSTATE. */
  readonly code: string;
  readonly detail?: unknown;
  readonly hint?: unknown;
  readonly where?: unknown;
}

/** Checks `severity`, because an error of the system has a code, too, but no severity. */
function isRefusal(error: unknown): error is Refusal {
  return (
    error instanceof Error &&
    'severity' in error &&
    typeof error.severity === 'string' &&
    /^[0-9A-Z]{5}$/.test(codeOf(error))
  );
}

/** PostgreSQL's own words (P7-E3), with its SQLSTATE as the code and its whole message as psql writes it. */
function refused({ message, severity, code, detail, hint, where }: Refusal, password: string): ControlError {
  const more = Object.entries({ DETAIL: detail, HINT: hint, CONTEXT: where }).flatMap(([name, text]) =>
    typeof text === 'string' ? [`${name}:  ${text}`] : [],
  );
  const [words = '', body = ''] = [message, [`${severity}:  ${code}: ${message}`, ...more].join('\n')].map(text =>
    withhold(text, passwordSecrets(password)),
  );
  return kernelRejection(code, words, [], 'not_executed', { status: null, body, details: null });
}
