/** The configured clusters of this machine. Settings are machine-scoped: no workspace can add or repoint one. */
import * as vscode from 'vscode';
import { parseClusterConfig, urlsOf, type ClusterConfig } from '../control-plane/cluster.ts';
import { digest } from '../control-plane/digest.ts';
import { failure, refusal, type Result } from '../control-plane/errors.ts';
import type { Clusters, Kernel } from '../control-plane/ports.ts';

/** Time limits of requests, in milliseconds. */
export interface TimeLimits {
  readonly readMs: number;
  readonly controlMs: number;
}

/** What is kept in the editor's secret store for one cluster. */
export type Secret = 'token' | 'database';

/** How a kernel is reached, given by the composition root. */
export type Connect = (cluster: ClusterConfig, secrets: Readonly<Partial<Record<Secret, string>>>, limits: TimeLimits) => Promise<Result<Kernel>>;

/** One entry of the setting: valid, or with the reason why it is not. */
export interface ConfiguredCluster {
  readonly name: string;
  readonly config: Result<ClusterConfig>;
}

/** Reads the setting anew at every question, so that nothing here can be staler than it. */
export class ConfiguredClusters implements Clusters {
  readonly #secrets: vscode.SecretStorage;
  readonly #connect: Connect;

  constructor(secrets: vscode.SecretStorage, connect: Connect) {
    this.#secrets = secrets;
    this.#connect = connect;
  }

  /** All entries in configured order. A name that is used twice is ambiguous, so both entries are invalid. */
  list(): readonly ConfiguredCluster[] {
    const named = this.#raw().map((entry, index) => ({ entry, name: nameOf(entry) ?? `entry ${index + 1}` }));
    return named.map(({ entry, name }) => ({
      name,
      config: named.filter((other) => other.name === name).length === 1
        ? parseClusterConfig(entry)
        : failure(refusal('PHASE7_MALFORMED_REQUEST', `Two configured clusters are called "${name}": it is not clear which is meant.`, 'name')),
    }));
  }

  find(name: string): Result<ClusterConfig> {
    return this.list().find((cluster) => cluster.name === name)?.config
      ?? failure(refusal('PHASE7_MALFORMED_REQUEST', `No cluster called "${name}" is configured on this machine. Nothing was sent.`, 'cluster'));
  }

  entries(): readonly unknown[] {
    return this.#raw();
  }

  async connect(cluster: ClusterConfig): Promise<Result<Kernel>> {
    const seconds = (key: string, otherwise: number): number => {
      const value = machineValue(key);
      return typeof value === 'number' && value >= 1 && value <= 600 ? value : otherwise;
    };
    const [token, database] = await Promise.all([this.#secrets.get(secretKey(cluster, 'token')), this.#secrets.get(secretKey(cluster, 'database'))]);
    return this.#connect(cluster, { ...(token === undefined ? {} : { token }), ...(database === undefined ? {} : { database }) }, {
      readMs: seconds('timeout.readSeconds', 10) * 1000, controlMs: seconds('timeout.controlSeconds', 60) * 1000,
    });
  }

  /** Keeps or, when empty, forgets a secret of a cluster, in the editor's secret store only. */
  async setSecret(cluster: ClusterConfig, secret: Secret, value: string): Promise<void> {
    await (value === '' ? this.#secrets.delete(secretKey(cluster, secret)) : this.#secrets.store(secretKey(cluster, secret), value));
  }

  async add(cluster: ClusterConfig): Promise<void> {
    await this.#write([...this.#raw(), cluster]);
  }

  /** Removes every entry of that name, and the secrets that were given for the addresses in them. */
  async remove(name: string): Promise<void> {
    const entries = this.#raw();
    for (const entry of entries.filter((each) => nameOf(each) === name)) {
      const config = parseClusterConfig(entry);
      if (config.ok) for (const secret of ['token', 'database'] as const) await this.setSecret(config.value, secret, '');
    }
    await this.#write(entries.filter((entry) => nameOf(entry) !== name));
  }

  #raw(): readonly unknown[] {
    const entries = machineValue('clusters');
    return Array.isArray(entries) ? entries : [];
  }

  async #write(entries: readonly unknown[]): Promise<void> {
    await vscode.workspace.getConfiguration('aerodb').update('clusters', entries, vscode.ConfigurationTarget.Global);
  }
}

/** A setting as this machine has it; what a workspace says is not looked at, whatever its declared scope. */
export function machineValue(key: string): unknown {
  const found = vscode.workspace.getConfiguration('aerodb').inspect<unknown>(key);
  return found?.globalValue ?? found?.defaultValue;
}

/** "local" or "orders (production)": how a cluster is named wherever it is named. */
export function clusterLabel(cluster: Pick<ClusterConfig, 'name' | 'environment'>): string {
  return cluster.environment === undefined ? cluster.name : `${cluster.name} (${cluster.environment})`;
}

/** A secret is bound to the addresses that it was given for: a repointed cluster has none until it is asked for again. */
function secretKey(cluster: ClusterConfig, secret: Secret): string {
  const { name, database } = cluster;
  return secret === 'token'
    ? `aerodb.token.${digest([name, urlsOf(cluster).map((url) => new URL(url).origin).sort()])}`
    : `aerodb.database.${digest([name, database?.user ?? '', [...database?.addresses ?? []].sort()])}`;
}

function nameOf(entry: unknown): string | undefined {
  return typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string' ? entry.name : undefined;
}
