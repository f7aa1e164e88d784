/** Starts the processes of a cluster, one per node, and ends them together. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import {
  type ClusterConfig,
  type ClusterMember,
  UsageError,
  checkCluster,
  openCluster,
  openDataDirectory,
  writeCluster,
} from './config.ts';
import { writeUnder } from './files.ts';
import { startLoad } from './load.ts';
import { lockCluster } from './lock.ts';
import type { ClusterOptions } from './options.ts';

/**
 * Systems give outgoing connections ports from 32768 on: one of those could be taken before its node listens, or while
 * it is away.
 */
const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 20_000;

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (await isFree(host, port)) return port;
  }
  throw new UsageError(`No free port was found between ${LOWEST_PORT} and ${HIGHEST_PORT}. Choose one with --port.`);
}

async function portsFor({ nodes, port, host }: ClusterOptions): Promise<readonly number[]> {
  const ports = new Set<number>();
  if (port > 0) return Array.from({ length: nodes }, (_, index) => port + index);
  while (ports.size < nodes) ports.add(await freePort(host));
  return [...ports];
}

/**
 * The node's process: this same program, started again. Tokens travel in the environment, where no list of processes
 * shows them.
 */
function spawnNode(main: string, member: ClusterMember, options: ClusterOptions): ChildProcess {
  const args = [
    ...process.execArgv,
    main,
    'node',
    '--data',
    options.data,
    '--name',
    member.name,
    '--host',
    options.host,
    '--segment-bytes',
    String(options.segmentBytes),
    '--checkpoint-every',
    String(options.checkpointEvery),
    '--observed',
    String(options.observed),
    ...(options.faults ? ['--faults'] : []),
  ];
  const tokens = {
    ...(options.operatorToken === null ? {} : { AERODB_OPERATOR_TOKEN: options.operatorToken }),
    ...(options.observerToken === null ? {} : { AERODB_OBSERVER_TOKEN: options.observerToken }),
  };
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...tokens },
  });
}

interface StartedNode {
  readonly child: ChildProcess;
  /** Settles with the node's next word, or rejects when it ends without one. */
  readonly word: () => Promise<unknown>;
}

function start(main: string, member: ClusterMember, options: ClusterOptions): StartedNode {
  const child = spawnNode(main, member, options);
  const word = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const ended = (): void => reject(new UsageError(`${member.name} did not start; the cluster was not started.`));
      if (child.exitCode !== null || child.signalCode !== null) ended();
      child.once('exit', ended);
      child.once('message', (message: unknown) => {
        child.off('exit', ended);
        resolve(message);
      });
    });
  return { child, word };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
}

async function endAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map(ended));
}

/**
 * Starts the nodes and resolves when all are ready. `cluster.json` is written when every node holds its directory and
 * its port and not before: a launcher that is refused changes nothing of a cluster that another one runs.
 */
async function startAll(cluster: ClusterConfig, data: string, nodes: readonly StartedNode[]): Promise<void> {
  for (const { child } of nodes) child.send(cluster);
  await Promise.all(nodes.map(node => node.word()));
  writeCluster(data, cluster);
  const ready = nodes.map(node => node.word());
  for (const { child } of nodes) child.send('go');
  for (const word of ready) process.stdout.write(`${JSON.stringify(await word)}\n`);
}

/**
 * Starts one process per node and stays until Ctrl-C or SIGTERM ends them all. A node that ends by itself is left as it
 * is: nothing is restarted. If this process is killed, the nodes see their channel close, and end.
 */
export async function runCluster(main: string, options: ClusterOptions): Promise<void> {
  openDataDirectory(options.data);
  checkCluster(options.data, options.nodes);
  writeUnder(lockCluster(options.data));
  const ports = await portsFor(options);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  const cluster = openCluster(
    options.data,
    ports.map(port => `http://${host}:${port}`),
  );
  const nodes = cluster.members.map(member => start(main, member, options));
  const children = nodes.map(node => node.child);
  let stopLoad = (): void => undefined;
  const end = (): void => {
    stopLoad();
    void endAll(children).then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  try {
    await startAll(cluster, options.data, nodes);
  } catch (error) {
    await endAll(children);
    throw error;
  }
  if (options.writesPerSecond > 0)
    stopLoad = startLoad(cluster.members, options.writesPerSecond, options.operatorToken);
}
