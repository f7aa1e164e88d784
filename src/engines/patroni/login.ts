/** The login to the PostgreSQL of a cluster, as its configuration names it. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';

/** A login for reads that Patroni's API does not offer: only to PostgreSQL at these addresses. */
export interface DatabaseLogin {
  readonly user: string;
  /** The database; "postgres" by default. */
  readonly name?: string;
  readonly addresses: readonly string[];
}

/** A configured cluster of this engine. */
export type PatroniCluster = ClusterConfig & { readonly database?: DatabaseLogin };

/** The login configured for a cluster; it was checked with the rest of the configuration. */
export function databaseLogin(cluster: PatroniCluster): DatabaseLogin | undefined {
  return cluster.database;
}
