/**
 * Why MySQL gave no answer: it refused in its own words, there was no connection, the connection was cut, or nothing
 * arrived in time.
 */
import { passwordSecrets, withhold } from '../http/answer.ts';
import { cause, clientCertificate, oneLine } from '../http/text.ts';
import type { StatementFailure } from './way.ts';
import type { Break } from './wire.ts';

/** MySQL's own messages have 512 bytes at most. */
const MESSAGE_CHARACTERS = 1000;

/** How far a connection came: this decides what its failure means. */
export interface Progress {
  /** Never repeated, whoever sends it. */
  readonly password: string;
  /** Whether a client certificate is configured. */
  readonly hasCertificate: boolean;
  /** Whether the peer was verified, or is this machine. */
  isTrusted: boolean;
  isLoggedIn: boolean;
}

/** `sent`: whether the statement had left. */
export function failed({ code, why }: Break, progress: Progress, sent: boolean): StatementFailure {
  const { password, hasCertificate, isLoggedIn } = progress;
  const text = typeof why === 'string' ? why : (clientCertificate(why, hasCertificate) ?? cause(why));
  const words = oneLine(withhold(text, passwordSecrets(password)), MESSAGE_CHARACTERS);
  if (!isLoggedIn)
    return { kind: 'failed', code: 'PHASE7_CONNECTION_FAILED', sent: false, reason: `no connection (${words})` };
  if (!sent)
    return {
      kind: 'failed',
      code: 'PHASE7_TRANSPORT_FAILURE',
      sent,
      reason: `the connection had ended before the statement was sent (${words})`,
    };
  const reason =
    code === 'PHASE7_TRANSPORT_FAILURE' ? `the connection ended before the answer was complete (${words})` : words;
  return { kind: 'failed', code, sent, reason };
}

/** MySQL's error packet as mysql2 returns it. An error of mysql2 itself, or of the system, has no `sqlMessage`. */
interface Refusal {
  readonly errno: number;
  /** Empty if the packet has none. */
  readonly sqlState: string;
  readonly sqlMessage: string;
}

export function isRefusal(error: Error): error is Error & Refusal {
  return (
    'sqlMessage' in error &&
    typeof error.sqlMessage === 'string' &&
    'errno' in error &&
    typeof error.errno === 'number' &&
    'sqlState' in error &&
    typeof error.sqlState === 'string'
  );
}

/**
 * MySQL's own words (P7-E3). An error that arrives before the peer is verified may be anybody's, so it counts as a
 * failed connection.
 */
export function refused({ errno, sqlState, sqlMessage }: Refusal, progress: Progress): StatementFailure {
  const message = oneLine(withhold(sqlMessage, passwordSecrets(progress.password)), MESSAGE_CHARACTERS);
  if (!progress.isTrusted)
    return failed({ code: 'PHASE7_CONNECTION_FAILED', why: `before TLS: ${errno} ${message}` }, progress, false);
  return {
    kind: 'refused',
    errno,
    sqlState: /^[0-9A-Z]{5}$/.test(sqlState) ? sqlState : null,
    message,
    atLogin: !progress.isLoggedIn,
  };
}
