/**
 * Real clusters for tests: processes, sockets, files and kills. Nothing here decides anything; it starts, asks and
 * ends.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { untilWith } from './until.ts';
import { removeFolder, temporaryFolder } from './folders.ts';

const MAIN = resolve(import.meta.dirname, '../../src/local-cluster/main.ts');
const readySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  pid: z.number(),
  admin: z.string().optional(),
});

/** JSON as it came, to be looked into by path. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
const jsonSchema: z.ZodType<Json> = z.json();

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
}

/** The value at a path such as `data.members.0.role`; undefined where there is none. */
export function at(value: Json | undefined, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null
          ? Object.entries(inner).find(([name]) => name === key)?.[1]
          : undefined,
      value,
    );
}

export function textAt(value: Json | undefined, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') assert.fail(`${path} of ${JSON.stringify(value)}`);
  return found;
}

export function listAt(value: Json | undefined, path: string): readonly Json[] {
  const found = at(value, path);
  assert.ok(Array.isArray(found), `${path} of ${JSON.stringify(value)}`);
  return found as readonly Json[];
}

/** Waits until a condition holds. A node that does not answer yet, or an answer that lacks something, is waited for. */
export const until = untilWith({ withinMs: 20_000, mayThrow: true });

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export async function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  return { status: response.status, body: jsonSchema.parse(JSON.parse(text)), text };
}

function exited(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise(done => child.once('exit', () => done()));
}

/** One that has just ended by itself is gone as well. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** One node as a test sees it. */
export class TestNode {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  pid: number;
  admin: string | undefined;
  #frozen = 0;

  constructor(ready: z.infer<typeof readySchema>) {
    ({ id: this.id, name: this.name, url: this.url, pid: this.pid, admin: this.admin } = ready);
  }

  /** Asks for exactly these faults; none ends them all. */
  async faults(wanted: object = {}): Promise<void> {
    assert.ok(this.admin, 'the node has no admin port');
    const { status, text } = await ask(this.admin, { method: 'POST', body: JSON.stringify(wanted) });
    assert.equal(status, 200, text);
  }

  /** SIGSTOP: the process keeps its sockets and its memory, and does nothing until it is thawed. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
    this.#frozen = this.pid;
  }

  /** SIGCONT, where this process was frozen. */
  thaw(): void {
    if (this.#frozen === this.pid && this.alive) process.kill(this.pid, 'SIGCONT');
    this.#frozen = 0;
  }

  get alive(): boolean {
    try {
      return process.kill(this.pid, 0);
    } catch {
      return false;
    }
  }

  get(path: string): Promise<Answer> {
    return ask(this.url + path);
  }

  async controlVersion(): Promise<string> {
    return textAt((await this.get('/v1/status')).body, 'observed_at.control_version');
  }

  write(key: string, value = 'v'): Promise<Answer> {
    return ask(`${this.url}/local/writes`, { method: 'POST', body: JSON.stringify({ key, value }) });
  }

  async member(id = this.id): Promise<Json> {
    return at((await this.get(`/v1/nodes/${id}`)).body, 'data') ?? null;
  }
}

export interface Control {
  readonly id?: string;
  readonly mode?: 'validated' | 'forced';
  readonly acknowledged?: readonly string[];
  readonly version?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly over?: Readonly<Record<string, unknown>>;
}

const AUDIT_HEAD = { seq: '0', hash: '0'.repeat(64) };
export const OPERATOR = { id: 'tester@bench', authority: 'Operator' };

async function sendOnce(
  node: TestNode,
  path: string,
  body: object,
  requestId: string,
  control: Control,
): Promise<Answer> {
  const version = control.version ?? (await node.controlVersion());
  return ask(`${node.url}/v1/control/${path}`, {
    method: 'POST',
    headers: { 'if-match': `"${version}"`, 'idempotency-key': requestId, ...control.headers },
    body: JSON.stringify({
      request_id: requestId,
      target: node.id,
      reason: 'a test',
      operator: OPERATOR,
      audit_head: AUDIT_HEAD,
      ...body,
      ...control.over,
    }),
  });
}

/**
 * Where the test fixed neither state nor id, an operator to whom the state moved looks again and asks again, as another
 * request.
 */
async function send(node: TestNode, path: string, body: object, control: Control): Promise<Answer> {
  for (;;) {
    const answer = await sendOnce(node, path, body, control.id ?? randomUUID(), control);
    if (answer.status !== 412 || control.id !== undefined || control.version !== undefined) return answer;
  }
}

/** Asks a node to take write authority, as an operator who saw its present control version would. */
export function promote(node: TestNode, control: Control = {}): Promise<Answer> {
  return send(
    node,
    'promotions',
    { mode: control.mode ?? 'validated', acknowledged_invariants: control.acknowledged ?? [] },
    control,
  );
}

export function demote(node: TestNode, control: Control = {}): Promise<Answer> {
  return send(node, 'demotions', {}, control);
}

export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs the program until it ends by itself. */
export async function runToEnd(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  await exited(child);
  return { code: child.exitCode, stderr };
}

export interface Options {
  readonly nodes?: number;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A running cluster in a directory of its own; `stop` ends every process by its pid and removes the directory. */
export class TestCluster {
  readonly data: string;
  readonly nodes: TestNode[] = [];
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #children: ChildProcess[] = [];
  #launcher: ChildProcess | null = null;

  private constructor(data: string, options: Options) {
    this.data = data;
    this.#flags = options.flags ?? [];
    this.#env = options.env ?? {};
  }

  static async start(options: Options = {}): Promise<TestCluster> {
    const cluster = new TestCluster(temporaryFolder('aerodb-'), options);
    try {
      await cluster.launch(options.nodes ?? 3);
    } catch (error) {
      // Who called has no cluster to stop.
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** Starts the whole cluster on the data that is there. */
  async launch(count: number): Promise<void> {
    const child = this.#spawn(['--nodes', String(count), '--port', '0', '--data', this.data, ...this.#flags]);
    this.#launcher = child;
    const lines = await this.#lines(child, count);
    this.nodes.splice(0, this.nodes.length, ...lines.map(line => new TestNode(line)));
    // The load and the tests begin when the log is served: a fresh reader would else see the cluster before its first
    // record.
    await until('the replicas follow the primary', async () => {
      const states = await Promise.all(this.nodes.map(node => node.get('/v1/replication')));
      return states.every(
        ({ body }) => at(body, 'data.primary_id') === null || at(body, 'data.committed_offset') !== null,
      );
    });
  }

  get launcherPid(): number {
    return this.#launcher?.pid ?? 0;
  }

  node(number: number): TestNode {
    const node = this.nodes[number - 1];
    assert.ok(node, `there is no node ${number}`);
    return node;
  }

  /** Ends a node as a power cut would, and waits until it is gone. */
  async kill(node: TestNode): Promise<void> {
    if (this.#isStill(node)) killIfThere(node.pid);
    await this.gone(node);
  }

  async gone(node: TestNode): Promise<void> {
    await until(`${node.name} is gone`, () => !node.alive);
  }

  /** Starts one node alone, on its own data. */
  async restart(
    node: TestNode,
    { flags = [], twice = false }: { readonly flags?: readonly string[]; readonly twice?: boolean } = {},
  ): Promise<void> {
    const args = [...this.#nodeArgs(node), ...flags];
    const children = Array.from({ length: twice ? 2 : 1 }, () => this.#spawn(args));
    // One of two that start at once is refused, and ends.
    const [line] = await Promise.any(children.map(child => this.#lines(child, 1)));
    assert.ok(line);
    if (twice) await Promise.race(children.map(exited));
    assert.equal(
      children.filter(({ exitCode }) => exitCode === null).length,
      1,
      `P6-F1: two processes were started as ${node.name} at once, and not exactly one of them runs`,
    );
    ({ pid: node.pid, admin: node.admin } = line);
  }

  /** Starts a second process on the data of a node, and waits for its end. */
  contend(node: TestNode): Promise<Ended> {
    return runToEnd(this.#nodeArgs(node));
  }

  #nodeArgs(node: TestNode): readonly string[] {
    return [
      'node',
      '--data',
      this.data,
      '--name',
      node.name,
      ...this.#flags.filter(
        (_flag, index, all) => !all.slice(Math.max(0, index - 1), index + 1).includes('--writes-per-second'),
      ),
    ];
  }

  directory(node: TestNode): string {
    return join(this.data, node.name);
  }

  /** Ends everything that this cluster started and keeps the data. */
  async end(): Promise<void> {
    for (const node of this.nodes) node.thaw();
    for (const child of this.#children) child.kill('SIGTERM');
    await Promise.all(this.#children.map(exited));
    this.#children.splice(0);
    // Where a launcher could not end its nodes, its test has failed; the nodes end nevertheless.
    for (const node of this.nodes) if (this.#isStill(node)) killIfThere(node.pid);
  }

  async stop(): Promise<void> {
    await this.end();
    removeFolder(this.data);
  }

  /** Whether the pid is this cluster's node and not, by now, another program's. */
  #isStill({ pid }: TestNode): boolean {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.data);
    } catch {
      return false;
    }
  }

  #spawn(args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...this.#env },
    });
    this.#children.push(child);
    return child;
  }

  async #lines(child: ChildProcess, count: number): Promise<readonly z.infer<typeof readySchema>[]> {
    assert.ok(child.stdout);
    const found: z.infer<typeof readySchema>[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      found.push(readySchema.parse(JSON.parse(line)));
      if (found.length === count) return found;
    }
    throw new Error(`the cluster ended before its nodes were ready (exit code ${String(child.exitCode)})`);
  }
}

export function errorCode({ body }: Answer): Json | undefined {
  return at(body, 'error.code');
}

export function denialReason({ body }: Answer): Json | undefined {
  return at(body, 'error.details.reason');
}

export function eventTypes(answer: Answer, path: string): readonly string[] {
  return listAt(answer.body, path).map(event => textAt(event, 'type'));
}

export async function keysOf(node: TestNode): Promise<readonly string[]> {
  return listAt((await node.get('/local/writes')).body, 'rows').map(row => textAt(row, 'key'));
}

export function caughtUp(node: TestNode): Promise<void> {
  return until(`${node.name} has everything`, async () => at(await node.member(), 'lag_bytes') === '0');
}

/** Waits until a node has halted for this reason. */
export function haltedWith(node: TestNode, reason: string): Promise<void> {
  return until(`${node.name} halts with ${reason}`, async () => at(await node.member(), 'halt_reason') === reason);
}

/** Waits until a promotion of the node would be approved: what is still on its way has arrived. */
export function promotable(node: TestNode, within?: number): Promise<void> {
  return until(
    `${node.name} could be promoted`,
    async () =>
      at((await node.get(`/v1/explain/promotion?target=${node.id}&mode=validated`)).body, 'data.decision') ===
      'approve',
    within,
  );
}

/** Runs `story` against a cluster of its own and ends it, whatever happens. */
export async function withCluster(options: Options, story: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = await TestCluster.start(options);
  try {
    await story(cluster);
  } finally {
    await cluster.stop();
  }
}
