/** A configured cluster and its addresses, as every part of the program knows them. */

/**
 * A configured cluster; holds no secrets. `endpoints` are asked in configured order (`endpointsOf` gives them one
 * form). `environment` is the operator's own label. With `observeOnly`, nobody can become Operator of this cluster, nor
 * of a cluster that shares an address or the `identity` (the id that its kernel tells) with it. `group` and `color` say
 * how the tree shows it. An engine adds its own fields beside these and reads them itself.
 */
export interface ClusterConfig {
  readonly name: string;
  /** The id of its engine. */
  readonly kind: string;
  readonly endpoints: readonly (string | Endpoint)[];
  /** Paths of files, and the name in the server's certificate. */
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

/** The colours that a person may give a cluster. Every theme of the editor defines these for charts. */
export const CLUSTER_COLORS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;
export type ClusterColor = (typeof CLUSTER_COLORS)[number];

/**
 * An address of a cluster, the member that it leads to according to the configuration, and the name in its certificate
 * if that is not the host.
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

/** The inverse of `endpointFromText`. */
export function endpointToText({ url: address, member }: Endpoint): string {
  return member === undefined ? address : `${member}=${address}`;
}

/**
 * Whether a host name itself means this machine. Names that must be resolved first never count. IPv6 with or without
 * brackets.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
