/**
 * For every engine: addresses and time limits of the requests to one cluster, and the error of a read that nobody
 * answered.
 */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { transportFailure, type ControlError, type TransportErrorCode } from '../../control-plane/model/errors.ts';

/** Time limits in milliseconds: of connecting, of a whole read, of a whole control request. */
export interface Timeouts {
  readonly connectMs: number;
  readonly readMs: number;
  readonly controlMs: number;
}

/** The URL of an API path below a configured endpoint, whose own path (a proxy's prefix, for instance) is kept. */
export function urlOf(endpoint: string, path: string): URL {
  return new URL(endpoint.replace(/\/+$/, '') + path);
}

/** The default ports of the schemes. */
const PORTS: ReadonlyMap<string, string> = new Map([
  ['http:', '80'],
  ['https:', '443'],
  ['mysql:', '3306'],
]);

/**
 * Host and port of an address, without the scheme; they identify the peer. Always the same text for the same address.
 */
export function peerOf({ protocol, hostname, port }: URL): string {
  return `${hostname.toLowerCase()}:${port === '' ? (PORTS.get(protocol) ?? '') : port}`;
}

type NoAnswer =
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'failed'; readonly code: TransportErrorCode; readonly reason: string };

/** From the failure after the most progress to the failure after the least. */
const FURTHEST = [
  'PHASE7_INVALID_KERNEL_RESPONSE',
  'PHASE7_TRANSPORT_FAILURE',
  'PHASE7_TIMEOUT',
  'PHASE7_CONNECTION_FAILED',
] as const satisfies readonly TransportErrorCode[];

/**
 * One error for a read that no endpoint answered. If a kernel rejected it, its rejection; otherwise the code of the
 * attempt that made the most progress.
 */
export function unansweredError<N extends NoAnswer>(
  cluster: ClusterConfig,
  attempts: readonly { readonly endpoint: string; readonly no: N }[],
  readError: (endpoint: string, no: N) => ControlError,
  rejection: (no: Extract<N, { readonly kind: 'rejected' }>, message: string, outcome: 'not_executed') => ControlError,
): ControlError {
  const [only] = attempts;
  if (only !== undefined && attempts.length === 1) return readError(only.endpoint, only.no);
  const each = attempts.map(({ endpoint, no }) => `${endpoint}: ${no.reason}`).join('; ');
  const message = `No endpoint of cluster "${cluster.name}" answered (${each}). It was a read; nothing was executed.`;
  const answers = attempts.map(({ no }) => no);
  const spoke = answers.find((no): no is Extract<N, { readonly kind: 'rejected' }> => no.kind === 'rejected');
  if (spoke !== undefined) return rejection(spoke, message, 'not_executed');
  const codes = answers.map(no => (no.kind === 'failed' ? no.code : undefined));
  return transportFailure(
    FURTHEST.find(code => codes.includes(code)) ?? 'PHASE7_CONNECTION_FAILED',
    message,
    'not_executed',
  );
}
