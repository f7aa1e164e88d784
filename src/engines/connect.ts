/** From a configured cluster to its kernel. Reads the TLS files and contacts nobody. */
import { parseClusterConfig, type ClusterConfig } from '../control-plane/cluster.ts';
import { digest } from '../control-plane/digest.ts';
import { failure, refusal, success, type ControlError, type Result } from '../control-plane/errors.ts';
import type { Kernel } from '../control-plane/ports.ts';
import { aerodbKernel } from './aerodb/kernel.ts';
import type { Timeouts } from './http/endpoint.ts';
import { tlsIdentity } from './http/tls.ts';

export type { Timeouts } from './http/endpoint.ts';

/** Milliseconds that a request may take where nothing else is configured. */
export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, readMs: 10_000, controlMs: 60_000 };

export interface ConnectOptions {
  /** Bearer token of an AeroDB cluster, `user:password` of a Patroni cluster; sent to the configured endpoints only. */
  readonly token?: string | undefined;
  /** Password of the database login, sent to its configured addresses only. */
  readonly databasePassword?: string | undefined;
  readonly timeouts: Timeouts;
}

const MAX_TIMEOUT_MS = 60 * 60 * 1000;

/**
 * The kernel behind `cluster`, or why there is none: an invalid or insecure configuration (checked here once more,
 * P7-F1), a TLS file that cannot be used, a token that no header can carry, a kind that is not supported.
 */
export async function connect(cluster: ClusterConfig, options: ConnectOptions): Promise<Result<Kernel>> {
  const checked = parseClusterConfig(cluster);
  if (!checked.ok) return checked;
  const unusable = unusableOptions(checked.value.kind, options);
  if (unusable !== undefined) return failure(unusable);
  const tls = await tlsIdentity(checked.value);
  if (!tls.ok) return tls;
  const { token, databasePassword, timeouts } = options;
  const access = digest([token ?? null, databasePassword ?? null, tls.value.fingerprint]);
  if (checked.value.kind === 'aerodb')
    return success(aerodbKernel(checked.value, { token, tls: tls.value, timeouts }, access));
  // Loaded only for a cluster of this kind.
  const { patroniKernel } = await import('./patroni/kernel.ts');
  return success(patroniKernel(checked.value, { login: token, tls: tls.value, timeouts }, databasePassword, access));
}

function unusableOptions(
  kind: ClusterConfig['kind'],
  { token, databasePassword, timeouts }: ConnectOptions,
): ControlError | undefined {
  const broken = [
    ['token', 'access token', token],
    ['databasePassword', 'database password', databasePassword],
  ] as const;
  for (const [field, what, secret] of broken) {
    if (secret !== undefined && /[\r\n]/.test(secret))
      return refusal(
        'PHASE7_MALFORMED_REQUEST',
        `The ${what} holds a line break; it is one line. Nothing was sent.`,
        field,
      );
    if (secret?.startsWith('\ufeff') === true)
      return refusal(
        'PHASE7_MALFORMED_REQUEST',
        `The ${what} begins with a byte-order mark (U+FEFF). Nothing was sent.`,
        field,
      );
  }
  if (token !== undefined && kind === 'patroni' && !/^[^:\p{Cc}]+:\P{Cc}+$/u.test(token)) {
    return refusal(
      'PHASE7_MALFORMED_REQUEST',
      'The access to a Patroni cluster has to have the form user:password. Nothing was sent.',
      'token',
    );
  }
  if (token !== undefined && kind === 'aerodb' && !/^[\x21-\x7e]+$/.test(token)) {
    return refusal(
      'PHASE7_MALFORMED_REQUEST',
      'The access token is empty or holds characters that an HTTP header cannot carry. Nothing was sent.',
      'token',
    );
  }
  const bad = Object.entries(timeouts).find(
    ([, value]) => !Number.isInteger(value) || value < 1 || value > MAX_TIMEOUT_MS,
  );
  return bad === undefined
    ? undefined
    : refusal(
        'PHASE7_MALFORMED_REQUEST',
        `The time limit ${bad[0]} must be between 1 and ${MAX_TIMEOUT_MS} milliseconds. Nothing was sent.`,
        bad[0],
      );
}
