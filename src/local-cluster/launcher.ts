/** Runs a cluster: starts its nodes, says that they are ready, and ends them together. */
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

/** The rate of a load that a person switches on, where none was asked for. */
const REHEARSED_WRITES_PER_SECOND = 5;

function portsFor({ nodes, port, host }: ClusterOptions): Promise<readonly number[]> | readonly number[] {
  return port > 0 ? Array.from({ length: nodes }, (_, index) => port + index) : freePorts(host, nodes);
}

/**
 * Starts one process per node and stays until Ctrl-C or SIGTERM ends them all. A node that ends by itself is left as it
 * is: nothing is restarted. If this process is killed, the nodes see their channel close, and end. `cluster.json` is
 * written when every node holds its directory and its port and not before: a launcher that is refused changes nothing
 * of a cluster that another one runs.
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

/** For whoever started this program and reads no terminal: where the nodes are, or why there are none. */
function tell(file: string, words: { readonly nodes: readonly ReadyNode[] } | { readonly error: string }): void {
  replaceWhole(file, JSON.stringify({ pid: process.pid, ...words }), { beside: `${file}.new` });
}

/** The system tells nobody of the end of a process that is not its child: so it is looked for, in milliseconds. */
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
