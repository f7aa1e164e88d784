/**
 * Decides when two configured clusters are the same one: they share an address, in whatever spelling, or their kernels
 * tell the same identity. An observe-only cluster cannot be controlled under another name (P7-A1).
 */
import { urlsOf, type ClusterConfig } from './cluster.ts';
import { refusal, type ControlError } from '../model/errors.ts';
import { hostOf, isAddress, isClusterName, quotedName } from '../model/plausible.ts';

/** What a kernel told about its cluster in this session. */
export interface ReportedIdentity {
  /** AeroDB's cluster id or PostgreSQL's system identifier; `null`: the kernel did not tell one. */
  readonly identity: string | null;
  /** The addresses that its members announce. */
  readonly addresses: readonly string[];
}

const NOTHING: ReportedIdentity = { identity: null, addresses: [] };

/** What kernels told in this session, by the name of the cluster that was asked. Ends with the session. */
export class ReportedIdentities {
  readonly #told = new Map<string, ReportedIdentity>();

  /** Adds what an answer tells. What an answer leaves out removes nothing. */
  learn(cluster: string, { identity, addresses }: ReportedIdentity): void {
    const known = this.of(cluster);
    this.#told.set(cluster, {
      identity: identity ?? known.identity,
      addresses: addresses.length === 0 ? known.addresses : addresses,
    });
  }

  of(cluster: string): ReportedIdentity {
    return this.#told.get(cluster) ?? NOTHING;
  }
}

/**
 * One form for all spellings of an address: host and port, without the scheme. `hostOf` unifies letters, numbers and
 * IPv6. The dot at the end of a name is removed, and the names of this machine become one. Text that is not an address
 * stays as it is.
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
 * Why this cluster may not be controlled: an observe-only cluster shares an address with it, or the identity that its
 * kernel tells. `entries` are all configured entries, including invalid ones: an entry that only resembles an
 * observe-only cluster counts as one.
 */
export function observeOnlyConflict(
  cluster: ClusterConfig,
  entries: readonly unknown[],
  told: ReportedIdentities,
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
    // An address that only both kernels announce proves nothing: behind tunnels two networks may use the same
    // addresses.
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
 * An address that a member announces counts wherever it is read, except "localhost", which is true only on the member's
 * own machine.
 */
function announced({ addresses }: ReportedIdentity): readonly string[] {
  return addresses.map(normalAddress).filter(address => !address.startsWith('localhost:'));
}

interface ObserveOnlyEntry {
  readonly name: string;
  readonly identity: string | null;
  readonly urls: readonly string[];
}

function observeOnly(entry: unknown): ObserveOnlyEntry | undefined {
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
