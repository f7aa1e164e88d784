/** Addresses and time limits of the requests to one cluster, whatever its engine. */

/** Time limits in milliseconds: of connecting, of a whole read, of a whole control request. */
export interface Timeouts {
  readonly connectMs: number;
  readonly readMs: number;
  readonly controlMs: number;
}

/** The URL of an API path below a configured endpoint, whose own path (a proxy's prefix, say) is kept. */
export function urlOf(endpoint: string, path: string): URL {
  return new URL(endpoint.replace(/\/+$/, '') + path);
}
