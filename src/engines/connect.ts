/** Connects a configured cluster to its kernel. Reads the TLS files and contacts nobody. */
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../control-plane/clusters/configuration.ts';
import { digest } from '../control-plane/model/digest.ts';
import { engineOf } from '../control-plane/engine.ts';
import { failure, refusal, success, type ControlError, type Result } from '../control-plane/model/errors.ts';
import type { Kernel } from '../control-plane/ports.ts';
import type { EngineAdapter } from './adapter.ts';
import type { Timeouts } from './http/endpoint.ts';
import { tlsIdentity } from './http/tls.ts';
import { ENGINES } from './registry.ts';

export type { Timeouts } from './http/endpoint.ts';

/** Milliseconds that a request may take unless configured otherwise. */
export const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 5_000, readMs: 10_000, controlMs: 60_000 };

/** The secrets of one cluster, by the ids that its engine gives them. */
export type Secrets = Readonly<Partial<Record<string, string>>>;

export interface ConnectOptions {
  /** Each secret is sent only to the addresses for which a person gave it. */
  readonly secrets?: Secrets;
  readonly timeouts: Timeouts;
}

const MAX_TIMEOUT_MS = 60 * 60 * 1000;

/**
 * The kernel of `cluster`, or why there is none: an invalid or insecure configuration (checked again here, P7-F1), a
 * TLS file that cannot be used, a secret in a form that its engine cannot send, or an unknown kind of engine.
 */
export async function connect(
  cluster: ClusterConfig,
  { secrets = {}, timeouts }: ConnectOptions,
): Promise<Result<Kernel>> {
  const checked = parseClusterConfig(cluster, ENGINES);
  if (!checked.ok) return checked;
  const engine = engineOf<EngineAdapter>(ENGINES, checked.value);
  const unusable = unusableSecret(engine, secrets) ?? unusableLimit(timeouts);
  if (unusable !== undefined) return failure(unusable);
  const tls = await tlsIdentity(checked.value);
  if (!tls.ok) return tls;
  const given = engine.secrets.map(({ id }) => secrets[id] ?? null);
  const fingerprint = digest([...given, tls.value.fingerprint]);
  return success(await engine.open(checked.value, secrets, { tls: tls.value, timeouts, fingerprint }));
}

/** Loads the code that `connect` needs for clusters of these kinds. Contacts nobody. */
export async function loadKernels(kinds: ReadonlySet<string>): Promise<void> {
  await Promise.all(ENGINES.filter(({ id }) => kinds.has(id)).map(engine => engine.load()));
}

function unusableSecret(engine: EngineAdapter, secrets: Secrets): ControlError | undefined {
  for (const { id, noun, form } of engine.secrets) {
    const secret = secrets[id];
    if (secret === undefined) continue;
    const why = /[\r\n]/.test(secret)
      ? `The ${noun} holds a line break; it is one line.`
      : secret.startsWith('\ufeff')
        ? `The ${noun} begins with a byte-order mark (U+FEFF).`
        : form?.holds(secret) === false
          ? form.refused
          : undefined;
    if (why !== undefined) return refusal('PHASE7_MALFORMED_REQUEST', `${why} Nothing was sent.`, id);
  }
  return undefined;
}

function unusableLimit(timeouts: Timeouts): ControlError | undefined {
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
