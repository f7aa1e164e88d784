/**
 * What the settings of this machine say: clusters, a name, a directory. A setting may hold any text, so a text is
 * repeated only when it looks like a valid one.
 */
import { urlsOf, type ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../control-plane/clusters/configuration.ts';
import type { Engines } from '../control-plane/engine.ts';
import { failure, refusal, type Result } from '../control-plane/model/errors.ts';
import { implausiblePath, isClusterName, isName, quotedName, WITHHELD } from '../control-plane/model/plausible.ts';

/** One entry of the setting: valid, or the reason why it is not. */
export interface ConfiguredCluster {
  /** The name; "entry" and its number when the entry has no name that can be repeated. */
  readonly name: string;
  readonly config: Result<ClusterConfig>;
}

/** All entries in configured order. A name that is used twice is ambiguous, so both entries are invalid. */
export function configuredIn(entries: readonly unknown[], engines: Engines): readonly ConfiguredCluster[] {
  const named = entries.map((entry, index) => ({ entry, name: nameOf(entry, index) }));
  return named.map(({ entry, name }) => ({
    name,
    config:
      named.filter(other => other.name === name).length === 1
        ? parseClusterConfig(entry, engines)
        : failure(
            refusal(
              'PHASE7_MALFORMED_REQUEST',
              `Two configured clusters are called "${name}": it is not clear which is meant.`,
              'name',
            ),
          ),
  }));
}

/** The cluster with that name. */
export function findIn(clusters: readonly ConfiguredCluster[], name: string): Result<ClusterConfig> {
  return (
    clusters.find(cluster => cluster.name === name)?.config ??
    failure(
      refusal(
        'PHASE7_MALFORMED_REQUEST',
        `No cluster called ${quotedName(name, isClusterName)} is configured on this machine. Nothing was sent.`,
        'cluster',
      ),
    )
  );
}

/** The name of an entry. */
export function nameOf(entry: unknown, index: number): string {
  const name =
    typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string' ? entry.name : '';
  return isClusterName(name) ? name : `entry ${index + 1}`;
}

/** The operator's name beside the account, as it is recorded; `null` when there is none. */
export function operatorNameIn(setting: unknown): string | null {
  const name = typeof setting === 'string' ? setting.trim() : '';
  return name === '' ? null : isName(name) ? name : WITHHELD;
}

/** The directory of the audit log that a setting names, if it names one, or why the setting is refused. */
export function auditDirectoryIn(
  name: 'audit.directory' | 'audit.copyDirectory',
  setting: unknown,
): { readonly directory?: string } | { readonly refused: string } {
  if (typeof setting !== 'string' || setting === '') return {};
  const refused = implausiblePath(`The setting aerodb.${name}`, setting);
  return refused === undefined ? { directory: setting } : { refused };
}

/** The kind and the addresses of a configured cluster as one text; empty when it is not valid or does not exist. */
export function addressesIn(clusters: { find: (name: string) => Result<ClusterConfig> }, name: string): string {
  const found = clusters.find(name);
  return found.ok ? [found.value.kind, ...urlsOf(found.value)].join(' ') : '';
}
