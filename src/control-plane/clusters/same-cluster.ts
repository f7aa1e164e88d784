/**
 * When two configured clusters are one: by an address of theirs, however it is written, and by what their kernels tell.
 * Whoever may only look at a cluster may not control it under another name (P7-A1).
 */
import { urlsOf, type ClusterConfig } from './cluster.ts';
import { refusal, type ControlError } from '../model/errors.ts';
import { hostOf, isAddress, isClusterName, quotedName } from '../model/plausible.ts';

/** What a kernel has told of its cluster in this session. */
export interface Told {
  /** AeroDB's cluster id, PostgreSQL's system identifier; `null`: it did not say. */
  readonly identity: string | null;
  /** The addresses that its members announce. */
  readonly addresses: readonly string[];
}

const NOTHING: Told = { identity: null, addresses: [] };

/** What kernels have told in this session, by the name of the cluster that was asked. Lost with it. */
export class ToldIdentities {
  readonly #told = new Map<string, Told>();

  /** Adds what an answer says; what it does not say takes nothing back. */
  learn(cluster: string, { identity, addresses }: Told): void {
    const known = this.of(cluster);
    this.#told.set(cluster, {
      identity: identity ?? known.identity,
      addresses: addresses.length === 0 ? known.addresses : addresses,
    });
  }

  of(cluster: string): Told {
    return this.#told.get(cluster) ?? NOTHING;
  }
}

/**
 * One form for all spellings of an address: host and port, whatever the scheme. `hostOf` puts letters, numbers
 * and IPv6 into one form; the dot that ends a name is left out, and so is what names this machine in several ways. Text
 * that is no address stays as it is.
 */
export function normalAddress(url: string): string {
  if (!URL.canParse(url)) return url;
  const address = new URL(url);
  const { protocol, port } = address;
  const host = hostOf(address).replace(/\.$/, '');
  const ours =
    host === 'localhost' ||
    host === '[::1]' ||
    host === '127.0.0.1' ||
    host === '[::ffff:7f00:1]' ||
    host === '0.0.0.0' ||
    host === '[::]';
  return `${ours ? 'localhost' : host}:${port === '' ? (protocol === 'http:' ? '80' : '443') : port}`;
}

/**
 * Why this cluster may not be controlled: a configured one that is observe-only has an address of it, or the identity
 * that its kernel tells. `entries` are the configured clusters as they stand there, also those that are not valid: what
 * only resembles an observe-only one counts as one.
 */
export function observedOnlyElsewhere(
  cluster: ClusterConfig,
  entries: readonly unknown[],
  told: ToldIdentities,
): ControlError | undefined {
  const own = told.of(cluster.name);
  const configured = new Set(urlsOf(cluster).map(normalAddress));
  const all = new Set([...configured, ...announced(own)]);
  for (const entry of entries) {
    const watched = observeOnly(entry);
    if (watched === undefined || watched.name === cluster.name) continue;
    const { name, identity, urls } = watched;
    const theirs = told.of(name);
    const identities = [identity, theirs.identity].filter(one => one !== null);
    // Not what both announce: behind tunnels two networks may use the same addresses.
    const written = urls.find(url => all.has(normalAddress(url)));
    const address =
      written === undefined
        ? announced(theirs).find(one => configured.has(one))
        : isAddress(written)
          ? written
          : normalAddress(written);
    const why =
      address !== undefined
        ? `its address ${address} is one of this cluster`
        : own.identity !== null && identities.includes(own.identity)
          ? `its identity ${own.identity} is the one that the kernel of this cluster reports`
          : undefined;
    if (why !== undefined)
      return refusal(
        'PHASE7_OBSERVE_ONLY',
        `Cluster "${cluster.name}" is the same as ${quotedName(name, isClusterName)}, which is configured as ` +
          `observe-only: ${why}. It is not controlled under either name. Nothing was sent.`,
      );
  }
  return undefined;
}

/**
 * What a member announces of itself counts wherever it is read; that it is on "localhost" is true on its own machine
 * only.
 */
function announced({ addresses }: Told): readonly string[] {
  return addresses.map(normalAddress).filter(address => !address.startsWith('localhost:'));
}

interface Watched {
  readonly name: string;
  readonly identity: string | null;
  readonly urls: readonly string[];
}

function observeOnly(entry: unknown): Watched | undefined {
  if (!isObject(entry) || entry['observeOnly'] !== true) return undefined;
  const { name, identity, endpoints } = entry;
  return {
    name: typeof name === 'string' ? name : '',
    identity: typeof identity === 'string' ? identity : null,
    urls: Array.isArray(endpoints)
      ? endpoints.flatMap((one: unknown) => {
          const url = isObject(one) ? one['url'] : one;
          return typeof url === 'string' ? [url] : [];
        })
      : [],
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
