/** Runs one node as a process: takes the directory, listens, recovers, and ends on a signal. */
import type { Server } from 'node:http';
import { Attempts } from './attempts.ts';
import {
  type ClusterConfig,
  type ClusterMember,
  UsageError,
  clusterFrom,
  openDataDirectory,
  readCluster,
} from './config.ts';
import { controlRoutes } from './control.ts';
import { type Faults, armCrash, openAdmin } from './faults.ts';
import { writeUnder } from './files.ts';
import { createApi } from './http.ts';
import { writeRoutes } from './local-writes.ts';
import { lockDirectory } from './lock.ts';
import { LocalNode } from './node.ts';
import type { ServerOptions } from './options.ts';
import { peerRoutes } from './peer-api.ts';
import { readRoutes } from './reads.ts';
import { messageOf } from './vocabulary.ts';

function listen(server: Server, member: ClusterMember, host: string): Promise<void> {
  const port = Number(new URL(member.url).port);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `port ${port} on ${host} is in use by another program. Choose another with --port, or end that program`
          : messageOf(error);
      reject(new UsageError(`${member.name} cannot listen: ${why}.`));
    });
    server.listen({ port, host, backlog: 1_024 }, resolve);
  });
}

/** The next message of the launcher. */
function toldByLauncher(): Promise<unknown> {
  return new Promise(resolve => process.once('message', resolve));
}

/** Waits until the launcher says that every node listens; a node that was started alone does not wait. */
async function othersListen(): Promise<void> {
  if (process.send === undefined) return;
  const told = toldByLauncher();
  process.send('listening');
  await told;
}

function clusterIn(data: string): ClusterConfig {
  const cluster = readCluster(data);
  if (cluster === null)
    throw new UsageError(
      `The data directory ${data} holds no cluster.json: start the whole cluster once, then one of its nodes alone.`,
    );
  return cluster;
}

function memberOf(cluster: ClusterConfig, name: string, data: string): ClusterMember {
  const self = cluster.members.find(member => member.name === name);
  if (self === undefined)
    throw new UsageError(
      `The cluster in ${data} has no node ${name}; it has ${cluster.members.map(member => member.name).join(', ')}.`,
    );
  return self;
}

/**
 * Locks the node's directory and then reads the cluster, which a launcher may have rewritten before. If a launcher
 * started the node, the launcher sends the cluster.
 */
async function lockAndReadCluster(name: string, data: string): Promise<ClusterConfig> {
  const told = process.send === undefined ? null : toldByLauncher();
  memberOf(clusterIn(data), name, data);
  writeUnder(lockDirectory(data, name));
  return told === null ? clusterIn(data) : clusterFrom(await told);
}

function applyFaults(node: LocalNode, wanted: Faults): void {
  if (!wanted.hold_apply) node.data.applyHeld(node.committed);
  if (wanted.halt !== null) node.halt(wanted.halt, 'a fault on request');
}

/** Runs one node in this process until SIGINT or SIGTERM, or until the process that started it is gone. */
export async function runNode(name: string, options: ServerOptions): Promise<void> {
  if (options.crashAt !== null) armCrash(options.crashAt);
  openDataDirectory(options.data);
  const cluster = await lockAndReadCluster(name, options.data);
  const self = memberOf(cluster, name, options.data);
  const node = new LocalNode(cluster, self, options);
  const attempts = new Attempts(node);
  const tokens = { observer: options.observerToken, operator: options.operatorToken, peer: cluster.peer_token };
  const server = createApi(
    [...readRoutes(node, attempts), ...controlRoutes(node, attempts), ...writeRoutes(node), ...peerRoutes(node)],
    tokens,
    requestId => node.ledger.fate(requestId) !== null,
  );
  const end = async (code: number): Promise<void> => {
    process.exitCode = code;
    await node.stop();
    server.close();
    server.closeAllConnections();
    process.exit();
  };
  node.failed = (error): void => {
    process.stderr.write(`${name}: the disk failed (${messageOf(error)}); the node stops.\n`);
    // Open requests are answered first; meanwhile nothing more is accepted or acknowledged.
    setTimeout(() => process.exit(4), 250);
  };
  process.once('SIGINT', () => void end(0));
  process.once('SIGTERM', () => void end(0));
  process.once('disconnect', () => void end(0));
  const admin = options.faults ? await openAdmin(wanted => applyFaults(node, wanted)) : null;
  await listen(server, self, options.host);
  await node.recover();
  attempts.settleInterrupted();
  await othersListen();
  await node.run();
  const ready = { id: self.id, name, url: self.url, pid: process.pid, ...(admin === null ? {} : { admin: admin.url }) };
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(ready)}\n`);
  else process.send(ready);
}
