/** The processes of a cluster, one for each node. A node that has ended stays ended until a person starts it again. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as z from 'zod';
import { type ClusterConfig, type ClusterMember, UsageError } from './config.ts';
import type { ClusterOptions } from './options.ts';

const readySchema = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  pid: z.number(),
  /** The address for faults, if faults are allowed. */
  admin: z.string().optional(),
});

/** What a node reports when it is ready. */
export type ReadyNode = Readonly<z.infer<typeof readySchema>>;

/**
 * The node's process: this program, started again. Tokens are passed in the environment, because process lists show
 * command lines.
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

/** The process of one node. */
export class NodeProcess {
  readonly member: ClusterMember;
  readonly #child: ChildProcess;

  constructor(main: string, member: ClusterMember, options: ClusterOptions) {
    this.member = member;
    this.#child = spawnNode(main, member, options);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** How it ended, in words (a signal or an exit code); null while it runs. */
  get end(): string | null {
    const { exitCode, signalCode } = this.#child;
    return signalCode ?? (exitCode === null ? null : `exit code ${exitCode}`);
  }

  /** Resolves with the node's next message; rejects if the node ends without one. */
  word(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new UsageError(`${this.member.name} did not start.`));
      if (this.end !== null) ended();
      this.#child.once('exit', ended);
      this.#child.once('message', (message: unknown) => {
        this.#child.off('exit', ended);
        resolve(message);
      });
    });
  }

  async ready(): Promise<ReadyNode> {
    return readySchema.parse(await this.word());
  }

  /** Sends the node the message that it waits for. */
  tell(message: ClusterConfig | 'go'): void {
    this.#child.send(message);
  }

  signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#child.kill(signal);
  }

  ended(): Promise<void> {
    return new Promise(resolve => {
      if (this.end !== null) resolve();
      else this.#child.once('exit', () => resolve());
    });
  }
}

/** The nodes of one cluster. */
export class Nodes {
  readonly cluster: ClusterConfig;
  readonly #main: string;
  readonly #options: ClusterOptions;
  readonly #processes = new Map<string, NodeProcess>();

  /** Starts the processes, which wait until they receive the cluster. */
  constructor(main: string, cluster: ClusterConfig, options: ClusterOptions) {
    this.#main = main;
    this.cluster = cluster;
    this.#options = options;
    for (const member of cluster.members) this.#start(member);
  }

  /**
   * Resolves when all nodes are ready. `holdDirectories` is called when every node holds its directory and its port,
   * before any of them answers.
   */
  async ready(holdDirectories: () => void): Promise<readonly ReadyNode[]> {
    const nodes = [...this.#processes.values()];
    for (const node of nodes) node.tell(this.cluster);
    await Promise.all(nodes.map(node => node.word()));
    holdDirectories();
    const ready = nodes.map(node => node.ready());
    for (const node of nodes) node.tell('go');
    return Promise.all(ready);
  }

  /** The process of a node, running or ended. */
  process(name: string): NodeProcess | undefined {
    return this.#processes.get(name);
  }

  /** Starts a node that has ended, on its own data. */
  async startAgain(member: ClusterMember): Promise<ReadyNode> {
    const node = this.#start(member);
    node.tell(this.cluster);
    await node.word();
    const ready = node.ready();
    node.tell('go');
    return ready;
  }

  async endAll(): Promise<void> {
    const nodes = [...this.#processes.values()];
    for (const node of nodes) node.signal('SIGTERM');
    await Promise.all(nodes.map(node => node.ended()));
  }

  #start(member: ClusterMember): NodeProcess {
    const node = new NodeProcess(this.#main, member, this.#options);
    this.#processes.set(member.name, node);
    return node;
  }
}
