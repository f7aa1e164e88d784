/** The files that describe a cluster and its nodes: `cluster.json` and each node's `node.json`. */
import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { readIfPresent, replaceFile } from './files.ts';
import { messageOf, toJson } from './vocabulary.ts';

const memberSchema = z.strictObject({ id: z.uuid(), name: z.string(), url: z.string() });
const clusterSchema = z.strictObject({
  cluster_id: z.uuid(),
  name: z.string(),
  peer_token: z.string(),
  members: z.array(memberSchema).min(1),
});
const nodeSchema = z.strictObject({
  cluster_id: z.uuid(),
  node_id: z.uuid(),
  members: z.number(),
  initialized: z.boolean(),
});

export type ClusterMember = Readonly<z.infer<typeof memberSchema>>;
export type ClusterConfig = Readonly<z.infer<typeof clusterSchema>>;
export type NodeIdentity = Readonly<z.infer<typeof nodeSchema>>;

/** An error for the person at the terminal: one paragraph without a stack trace. */
export class UsageError extends Error {}

/** The content of a file that this program wrote. Throws UsageError if it is damaged, because nothing is guessed. */
export function parsed<T>(path: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new UsageError(
      `${path} is not a file that this program wrote, or it is damaged. It is left as it is; nothing was started.`,
    );
  }
}

export function nodeDirectory(data: string, name: string): string {
  return join(data, name);
}

function clusterPath(data: string): string {
  return join(data, 'cluster.json');
}

function identityPath(directory: string): string {
  return join(directory, 'node.json');
}

export function readCluster(data: string): ClusterConfig | null {
  const path = clusterPath(data);
  const text = readIfPresent(path);
  return text === null ? null : parsed(path, text, clusterSchema);
}

export function writeCluster(data: string, cluster: ClusterConfig): void {
  replaceFile(clusterPath(data), `${JSON.stringify(cluster, null, 2)}\n`, 'cluster');
}

/** The identity in a node's own directory; null if the directory is new or was emptied. */
export function readIdentity(directory: string): NodeIdentity | null {
  const path = identityPath(directory);
  const text = readIfPresent(path);
  return text === null ? null : parsed(path, text, nodeSchema);
}

/** The identity that a member of `cluster` must have. */
export function identityOf(cluster: ClusterConfig, self: ClusterMember, initialized: boolean): NodeIdentity {
  return { cluster_id: cluster.cluster_id, node_id: self.id, members: cluster.members.length, initialized };
}

export function writeIdentity(directory: string, identity: NodeIdentity): void {
  replaceFile(identityPath(directory), JSON.stringify(identity), 'identity');
}

/** Makes sure that `data` exists and is writable. */
export function openDataDirectory(data: string): void {
  try {
    mkdirSync(data, { recursive: true });
    accessSync(data, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(
      `The data directory ${data} cannot be used: ${messageOf(error)}. Name one that this account may write to ` +
        'with --data.',
    );
  }
}

/** Throws UsageError if `data` holds files but no cluster. The launcher's own lock does not count. */
function refuseForeign(data: string): void {
  if (readdirSync(data).every(name => name.startsWith('cluster.lock'))) return;
  throw new UsageError(
    `The data directory ${data} is not empty and holds no cluster.json, so it is not a cluster's. Nothing in it ` +
      'was touched; name an empty directory with --data.',
  );
}

/**
 * The first start: identities for every node, and epoch 1 for the first one. `cluster.json` is written last: without
 * it, nothing has started yet.
 */
function createCluster(data: string, urls: readonly string[]): ClusterConfig {
  refuseForeign(data);
  const cluster: ClusterConfig = {
    cluster_id: randomUUID(),
    name: 'local',
    peer_token: randomBytes(24).toString('hex'),
    members: urls.map((url, index) => ({ id: randomUUID(), name: `node-${index + 1}`, url })),
  };
  const [first] = cluster.members;
  for (const member of cluster.members) {
    const directory = nodeDirectory(data, member.name);
    mkdirSync(directory);
    const primary = first?.id ?? member.id;
    replaceFile(
      join(directory, 'epoch.json'),
      toJson({ epoch: 1n, candidate: primary, primary: { epoch: 1n, node_id: primary } }),
      'epoch',
    );
    if (member.id === primary)
      replaceFile(join(directory, 'authority.json'), toJson({ epoch: 1n, held: true, request_id: null }), 'marker');
    writeIdentity(directory, {
      cluster_id: cluster.cluster_id,
      node_id: member.id,
      members: urls.length,
      initialized: true,
    });
  }
  writeCluster(data, cluster);
  return cluster;
}

/** Throws UsageError unless `data` holds a cluster of `nodes` nodes or is free for one. Changes nothing. */
export function checkCluster(data: string, nodes: number): void {
  const cluster = readCluster(data);
  if (cluster === null) refuseForeign(data);
  else if (cluster.members.length !== nodes) {
    throw new UsageError(
      `The data directory ${data} belongs to a cluster of ${cluster.members.length} nodes, and ${nodes} were ` +
        `asked for. Membership is fixed at the first start: use --nodes ${cluster.members.length}, or another ` +
        'directory.',
    );
  }
}

/**
 * The cluster in `data`, with its members at `urls`. The first start creates it; if it existed before, the new
 * addresses are not written yet.
 */
export function openCluster(data: string, urls: readonly string[]): ClusterConfig {
  const cluster = readCluster(data) ?? createCluster(data, urls);
  return {
    ...cluster,
    members: cluster.members.map((member, index) => ({ ...member, url: urls[index] ?? member.url })),
  };
}

/** A cluster's configuration as a launcher passes it to its nodes. */
export function clusterFrom(message: unknown): ClusterConfig {
  return clusterSchema.parse(message);
}
