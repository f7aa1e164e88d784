/** A configured cluster, as everything that asks it knows it, and its addresses. */

/**
 * A configured cluster. `endpoints` stand in configured order, which is also the order of asking (`endpointsOf` has
 * them in one form); `environment` is a label of the operator's own; with `observeOnly` Operator authority cannot be
 * assumed, neither for it nor for a cluster of the same addresses or of the same `identity` (what its kernel tells of
 * itself). `group` and `color` say how a tree of clusters shows it. What only its engine has stands beside these
 * members, and is read by that engine. Holds no secrets.
 */
export interface ClusterConfig {
  readonly name: string;
  /** The id of its engine. */
  readonly kind: string;
  readonly endpoints: readonly (string | Endpoint)[];
  /** Paths of files, and the name that the certificates carry. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
  readonly environment?: string;
  readonly group?: string;
  readonly color?: ClusterColor;
  readonly observeOnly?: boolean;
  readonly identity?: string;
}

/** The colours that a person may give a cluster: those that every theme of the editor has for charts. */
export const CLUSTER_COLORS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;
export type ClusterColor = (typeof CLUSTER_COLORS)[number];

/**
 * An address of a cluster, the member that it is said to lead to, and the name in its certificate where that is not its
 * host.
 */
export interface Endpoint {
  readonly url: string;
  readonly member?: string;
  readonly serverName?: string;
}

/** The endpoints in one form, in configured order. */
export function endpointsOf({ endpoints }: Pick<ClusterConfig, 'endpoints'>): readonly Endpoint[] {
  return endpoints.map(one => (typeof one === 'string' ? { url: one } : one));
}

/** The addresses of the endpoints, in configured order. */
export function urlsOf(cluster: Pick<ClusterConfig, 'endpoints'>): readonly string[] {
  return endpointsOf(cluster).map(one => one.url);
}

const MEMBER_AND_ADDRESS = /^(?![a-z]+:\/\/)([^=]+)=([a-z]+:\/\/.*)$/i;

/** An endpoint as a person types it: an address such as `https://host:port`, or `member=address`. Not checked here. */
export function endpointFromText(text: string): Endpoint | string {
  const [, member, address] = MEMBER_AND_ADDRESS.exec(text) ?? [];
  return member === undefined || address === undefined ? text : { url: address, member };
}

/** The way back from `endpointFromText`. */
export function endpointToText({ url: address, member }: Endpoint): string {
  return member === undefined ? address : `${member}=${address}`;
}

/**
 * Whether a host is this machine by its very name: nothing that has to be resolved first is taken for it. IPv6 with or
 * without brackets.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
