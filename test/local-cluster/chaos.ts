/** Trouble on real nodes, and the way out of it: what was done to which node and when is kept, to judge by. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveriesProxy } from './deliveries-proxy.ts';
import type { Trouble } from './choices.ts';
import type { TestOperator } from './operator.ts';
import { type TestCluster, type TestNode, at, until } from '../support/test-cluster.ts';

/** Times are of `performance.now()`; a trouble without an end still holds. */
export interface Done {
  readonly node: TestNode;
  readonly trouble: Trouble;
  readonly from: number;
  to: number;
}

function faultsOf(trouble: Trouble): object {
  switch (trouble.kind) {
    case 'pause':
      return { pause: true };
    case 'crash':
      return { crash_at: trouble.at };
    case 'cut':
      return { cut: trouble.how };
    case 'disk':
      return { disk: trouble.how, disk_room: trouble.room };
    case 'slow':
      return { slow_fsync_ms: trouble.ms };
    case 'late':
      return { late_ms: trouble.ms };
    case 'answers':
      return { control_answers: trouble.how };
    case 'kill':
    case 'freeze':
    case 'lock':
    case 'contender':
    case 'twins':
    case 'deliveries':
    case 'log':
      return {};
  }
}

/** Brings trouble on nodes and ends it again. */
export class Chaos {
  readonly done: Done[] = [];
  readonly #cluster: TestCluster;
  readonly #proxies: ReadonlyMap<TestNode, DeliveriesProxy>;
  readonly #operator: TestOperator;
  readonly #turns = new Map<TestNode, Promise<void>>();
  /** Nodes of which two are to be started at once. */
  readonly #twins = new Set<TestNode>();

  constructor(cluster: TestCluster, operator: TestOperator, proxies: ReadonlyMap<TestNode, DeliveriesProxy>) {
    this.#cluster = cluster;
    this.#operator = operator;
    this.#proxies = proxies;
  }

  async begin(node: TestNode, trouble: Trouble): Promise<void> {
    this.done.push({ node, trouble, from: performance.now(), to: Infinity });
    switch (trouble.kind) {
      case 'twins':
        this.#twins.add(node);
        return this.#cluster.kill(node);
      case 'kill':
        return this.#cluster.kill(node);
      case 'contender':
        return this.#contend(node);
      case 'freeze':
        if (node.alive) node.freeze(); // an earlier trouble may have ended it
        return;
      case 'lock':
        rmSync(join(this.#cluster.directory(node), 'node.lock'), { force: true });
        return;
      case 'deliveries':
        this.#proxies.get(node)?.arm(trouble.how, () => this.#restart(node));
        return;
      case 'log':
        this.#operator.spoilLog(trouble.how, trouble.room);
        return;
      case 'answers':
      case 'crash':
      case 'cut':
      case 'disk':
      case 'late':
      case 'pause':
      case 'slow':
        await node.faults(faultsOf(trouble)).catch(() => undefined); // It may just be ending from an earlier trouble.
    }
  }

  /** Ends whatever is wrong with the node: afterwards it runs, and answers. */
  mend(node: TestNode): Promise<void> {
    return this.#inTurn(node, () => this.#mendNow(node));
  }

  /** A node is ended and started by one at a time. */
  #inTurn(node: TestNode, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(node) ?? Promise.resolve()).then(work);
    this.#turns.set(
      node,
      turn.catch(() => undefined),
    );
    return turn;
  }

  async #mendNow(node: TestNode): Promise<void> {
    node.thaw();
    this.#proxies.get(node)?.disarm();
    this.#operator.mendLog();
    // It stops at its next write only, which may be long in coming: the person who removed the file starts it again.
    if (node.alive && this.done.some(one => one.node === node && one.to === Infinity && one.trouble.kind === 'lock'))
      await this.#cluster.kill(node);
    const well = async (): Promise<boolean> => {
      await node.faults();
      return at((await node.get('/v1/status')).body, 'data.lifecycle') === 'running';
    };
    // Its disk failed or a crash point was passed, and it ends by itself; or it goes on, on a busy machine perhaps
    // after a while.
    await until(`${node.name} is well, or gone`, async () => !node.alive || well().catch(() => false), 60_000);
    if (!node.alive) {
      await this.#cluster.restart(node, { twice: this.#twins.delete(node) });
    }
    for (const one of this.done) if (one.node === node && one.to === Infinity) one.to = performance.now();
  }

  async mendAll(): Promise<void> {
    for (const node of this.#cluster.nodes) await this.mend(node);
    for (const proxy of this.#proxies.values()) await proxy.settled();
  }

  /** What an operator does with a node whose history is not the cluster's: end it, empty its directory, start it. */
  async empty(node: TestNode): Promise<void> {
    await this.#cluster.kill(node);
    rmSync(this.#cluster.directory(node), { recursive: true });
    await this.#cluster.restart(node);
    await until(
      `${node.name} joined again`,
      async () => at(await node.member(), 'replication_state') === 'ReplicaActive',
      60_000,
    );
  }

  /**
   * A process beside a living node is refused, and says by whom the directory is used; beside one that is gone there is
   * nothing to contend for.
   */
  async #contend(node: TestNode): Promise<void> {
    const there = (): boolean => node.alive;
    if (!there()) return;
    const { code, stderr } = await this.#cluster.contend(node);
    if (there())
      assert.deepEqual(
        [code, /in use by/.test(stderr)],
        [2, true],
        `P6-F1: a second process was given the directory of ${node.name}: ${stderr}`,
      );
  }

  /** Between two deliveries, as an operator would who saw nothing come back. */
  #restart(node: TestNode): Promise<void> {
    return this.#inTurn(node, async () => {
      node.thaw();
      await this.#cluster.kill(node);
      await this.#cluster.restart(node);
    });
  }

  /** Whether one of these kinds held on the node at some time from `from` to `to`. */
  held(node: TestNode, kinds: readonly Trouble['kind'][], from: number, to: number): boolean {
    return this.done.some(
      one => one.node === node && kinds.includes(one.trouble.kind) && one.from <= to && one.to >= from,
    );
  }
}
