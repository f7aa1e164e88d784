/** What an engine provides beside the control plane's description of it: how to reach its kernel. */
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import type { Engine } from '../control-plane/engine.ts';
import type { Kernel } from '../control-plane/ports.ts';
import type { Timeouts } from './http/endpoint.ts';
import type { TlsIdentity } from './http/http.ts';

/** What a cluster of any engine is reached with. */
export interface Reach {
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
  /** Becomes `Kernel.access`: changes when anything changes that is used to reach the kernel. */
  readonly fingerprint: string;
}

export interface EngineAdapter extends Engine {
  /** Loads the code that `open` needs, so that nobody waits for it later. Contacts nobody. */
  load(): Promise<unknown>;
  /** The kernel of a cluster; the secrets are keyed by their ids. Loads its code and contacts nobody. */
  open(cluster: ClusterConfig, secrets: Readonly<Partial<Record<string, string>>>, reach: Reach): Promise<Kernel>;
}
