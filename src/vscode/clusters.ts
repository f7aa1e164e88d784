/**
 * The configured clusters of this machine. The settings are machine-scoped: a workspace can neither add a cluster nor
 * change its addresses.
 */
import * as vscode from 'vscode';
import type { ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../control-plane/clusters/configuration.ts';
import { digest } from '../control-plane/model/digest.ts';
import { engineOf, type Engine, type Engines, type SecretKind } from '../control-plane/engine.ts';
import { success, type Result } from '../control-plane/model/errors.ts';
import type { Clusters, Kernel } from '../control-plane/ports.ts';
import { ClusterSecrets, type SecretStore } from './cluster-secrets.ts';
import { configuredIn, findIn, nameOf, type ConfiguredCluster } from './configured.ts';
import type { Storage } from './known-head.ts';

/** Time limits of requests, in milliseconds. */
export interface TimeLimits {
  readonly readMs: number;
  readonly controlMs: number;
}

/** Connects to a kernel; given by the composition root. */
export type Connect = (
  cluster: ClusterConfig,
  secrets: Readonly<Record<string, string>>,
  limits: TimeLimits,
) => Promise<Result<Kernel>>;

/** Reads the setting again at every call, so that it is never out of date. */
export class ConfiguredClusters implements Clusters {
  readonly engines: Engines;
  readonly #secrets: ClusterSecrets;
  readonly #connect: Connect;
  #draft: { readonly cluster: ClusterConfig; readonly secret: string } | undefined;

  /** `memory` is kept between windows. It remembers which clusters have a secret in the store. */
  constructor(engines: Engines, secrets: SecretStore, connect: Connect, memory: Storage) {
    this.engines = engines;
    this.#secrets = new ClusterSecrets(secrets, memory);
    this.#connect = connect;
  }

  /** All entries in configured order. */
  list(): readonly ConfiguredCluster[] {
    return configuredIn(this.#raw(), this.engines);
  }

  find(name: string): Result<ClusterConfig> {
    return this.#draft?.cluster.name === name ? success(this.#draft.cluster) : findIn(this.list(), name);
  }

  /** While `work` runs, `find` also knows a cluster that is not in the settings yet, with its first secret. */
  async withDraft<T>(cluster: ClusterConfig, secret: string, work: () => Promise<T>): Promise<T> {
    this.#draft = { cluster, secret };
    try {
      return await work();
    } finally {
      this.#draft = undefined;
    }
  }

  /** The colour that the person gave to a cluster, if any. */
  colorOf(name: string): ClusterConfig['color'] {
    const config = this.find(name);
    return config.ok ? config.value.color : undefined;
  }

  entries(): readonly unknown[] {
    return this.#raw();
  }

  async connect(cluster: ClusterConfig): Promise<Result<Kernel>> {
    const seconds = (key: string, otherwise: number): number => {
      const value = machineValue(key);
      return typeof value === 'number' && value >= 1 && value <= 600 ? value : otherwise;
    };
    return this.#connect(cluster, await this.#secretsFor(cluster), {
      readMs: seconds('timeout.readSeconds', 10) * 1000,
      controlMs: seconds('timeout.controlSeconds', 60) * 1000,
    });
  }

  async #secretsFor(cluster: ClusterConfig): Promise<Readonly<Record<string, string>>> {
    if (this.#draft?.cluster === cluster)
      return this.#draft.secret === '' ? {} : { [this.engineOf(cluster).secrets[0].id]: this.#draft.secret };
    const kept = await Promise.all(
      this.secretsOf(cluster).map(async kind => [kind.id, await this.#secrets.get(secretKey(cluster, kind))] as const),
    );
    return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  /** The engine of a cluster. */
  engineOf(cluster: ClusterConfig): Engine {
    return engineOf(this.engines, cluster);
  }

  /** The secrets that a cluster can use as it is configured. */
  secretsOf(cluster: ClusterConfig): readonly SecretKind[] {
    return this.engineOf(cluster).secrets.filter(({ boundTo }) => boundTo(cluster) !== undefined);
  }

  /**
   * Stores a secret of a cluster, or deletes it when empty. It is only in the editor's secret store. Rejects with
   * `StoreUnavailable`.
   */
  async setSecret(cluster: ClusterConfig, secret: SecretKind, value: string): Promise<void> {
    await this.#secrets.set(secretKey(cluster, secret), value);
  }

  async add(cluster: ClusterConfig): Promise<void> {
    await this.#write([...this.#raw(), cluster]);
  }

  /**
   * Gives the entry with this name the new addresses and kind, and keeps its other members. Adds the entry when there
   * is none.
   */
  async readdress(cluster: ClusterConfig): Promise<void> {
    const entries = this.#raw();
    const isNamed = (entry: unknown, index: number): entry is object => nameOf(entry, index) === cluster.name;
    if (!entries.some(isNamed)) return this.add(cluster);
    await this.#write(entries.map((entry, index) => (isNamed(entry, index) ? { ...entry, ...cluster } : entry)));
  }

  /**
   * Removes every entry with that name, and then the secrets of their addresses. Rejects with `StoreUnavailable` when
   * only the secrets could not be removed.
   */
  async remove(name: string): Promise<void> {
    const entries = this.#raw();
    const isNamed = (entry: unknown, index: number): boolean => nameOf(entry, index) === name;
    await this.#write(entries.filter((entry, index) => !isNamed(entry, index)));
    for (const entry of entries.filter(isNamed)) {
      const config = parseClusterConfig(entry, this.engines);
      if (config.ok) for (const secret of this.secretsOf(config.value)) await this.setSecret(config.value, secret, '');
    }
  }

  #raw(): readonly unknown[] {
    const entries = machineValue('clusters');
    return Array.isArray(entries) ? entries : [];
  }

  async #write(entries: readonly unknown[]): Promise<void> {
    await vscode.workspace.getConfiguration('aerodb').update('clusters', entries, vscode.ConfigurationTarget.Global);
  }
}

/**
 * The value of a setting on this machine. Workspace values are ignored, whatever the declared scope of the setting is.
 */
export function machineValue(key: string): unknown {
  const found = vscode.workspace.getConfiguration('aerodb').inspect<unknown>(key);
  return found?.globalValue ?? found?.defaultValue;
}

/** "local" or "orders (production)": how texts name a cluster. */
export function clusterLabel(cluster: Pick<ClusterConfig, 'name' | 'environment'>): string {
  return cluster.environment === undefined ? cluster.name : `${cluster.name} (${cluster.environment})`;
}

/**
 * The key includes the addresses: when they change, the old secret no longer applies and a new one must be set
 * (freeze/bound-secrets).
 */
function secretKey(cluster: ClusterConfig, { id, boundTo }: SecretKind): string {
  return `aerodb.${id}.${digest([cluster.name, ...(boundTo(cluster) ?? [])])}`;
}
