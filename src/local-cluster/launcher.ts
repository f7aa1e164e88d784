/** Runs a cluster: starts its nodes, reports that they are ready, and ends them together. */
import { replaceWhole } from '../files/replacement.ts';
import { checkCluster, openCluster, openDataDirectory, writeCluster } from './config.ts';
import { writeUnder } from './files.ts';
import { Load } from './load.ts';
import { lockCluster } from './lock.ts';
import { Nodes, type ReadyNode } from './nodes.ts';
import type { ClusterOptions } from './options.ts';
import { freePorts } from './ports.ts';
import { prompt } from './rehearsal-prompt.ts';
import { Rehearsal } from './rehearsal.ts';
import { messageOf } from './vocabulary.ts';

/** The rate of a load that a person switches on, if no rate was given. */
const REHEARSED_WRITES_PER_SECOND = 5;

function portsFor({ nodes, port, host }: ClusterOptions): Promise<readonly number[]> | readonly number[] {
  return port > 0 ? Array.from({ length: nodes }, (_, index) => port + index) : freePorts(host, nodes);
}

/**
 * Starts one process for each node and runs until Ctrl-C or SIGTERM ends them all. A node that ends by itself stays
 * ended: nothing is restarted. If this process is killed, the nodes see their channel close, and end. `cluster.json` is
 * written only when every node holds its directory and its port, so that a refused launcher changes nothing in a
 * cluster that another launcher runs.
 */
export async function runCluster(main: string, options: ClusterOptions): Promise<void> {
  const { readyFile } = options;
  try {
    const nodes = await startCluster(main, options);
    if (readyFile !== null) tell(readyFile, { nodes });
  } catch (error) {
    if (readyFile !== null) tell(readyFile, { error: messageOf(error) });
    throw error;
  }
}

/** For a program that started this one and reads no terminal: where the nodes are, or why there are none. */
function tell(file: string, words: { readonly nodes: readonly ReadyNode[] } | { readonly error: string }): void {
  replaceWhole(file, JSON.stringify({ pid: process.pid, ...words }), { beside: `${file}.new` });
}

/** The system reports only the end of child processes, so this process is checked every so many milliseconds. */
const LOOK_EVERY_MS = 1_000;

function endWith(pid: number, end: () => void): void {
  const look = setInterval(() => {
    if (isAlive(pid)) return;
    clearInterval(look);
    end();
  }, LOOK_EVERY_MS);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function startCluster(main: string, options: ClusterOptions): Promise<readonly ReadyNode[]> {
  openDataDirectory(options.data);
  checkCluster(options.data, options.nodes);
  writeUnder(lockCluster(options.data));
  const ports = await portsFor(options);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const cluster = openCluster(
    options.data,
    ports.map(port => `http://${host}:${port}`),
  );
  const nodes = new Nodes(main, cluster, options);
  const load = new Load(cluster.members, options.writesPerSecond || REHEARSED_WRITES_PER_SECOND, options.operatorToken);
  const end = (): void => {
    load.stop();
    void nodes.endAll().then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  if (options.whilePid !== null) endWith(options.whilePid, end);
  let ready: readonly ReadyNode[];
  try {
    ready = await nodes.ready(() => writeCluster(options.data, cluster));
  } catch (error) {
    await nodes.endAll();
    throw error;
  }
  if (options.rehearsal) prompt(new Rehearsal(nodes, ready, load, options), end);
  else for (const node of ready) process.stdout.write(`${JSON.stringify(node)}\n`);
  if (options.writesPerSecond > 0) load.start();
  return ready;
}
