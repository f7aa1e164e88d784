/** What this program needs of an engine beside what the control plane knows of it: the way to its kernel. */
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import type { Engine } from '../control-plane/engine.ts';
import type { Kernel } from '../control-plane/ports.ts';
import type { Timeouts } from './http/endpoint.ts';
import type { TlsIdentity } from './http/http.ts';

/** With what a cluster is reached, whatever its engine. */
export interface Reach {
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
  /** `Kernel.access`: differs where anything differs with which the kernel is reached. */
  readonly fingerprint: string;
}

export interface EngineAdapter extends Engine {
  /** The kernel behind a cluster, by the secrets that it has, by their ids. Loads its code, and contacts nobody. */
  open(cluster: ClusterConfig, secrets: Readonly<Partial<Record<string, string>>>, reach: Reach): Promise<Kernel>;
}
