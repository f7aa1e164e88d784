/** Trouble on real nodes, and the way out of it: what was done to which node and when is kept, to judge by. */
import { rmSync } from 'node:fs';
import type { Trouble } from './choices.ts';
import { type TestCluster, type TestNode, at, until } from './harness.ts';

/** Times are of `performance.now()`; a trouble without an end still holds. */
export interface Done {
  readonly node: TestNode;
  readonly trouble: Trouble;
  readonly from: number;
  to: number;
}

/** `before`: how many troubles there were before this one. */
const faultsOf = (trouble: Trouble, before: number): object => {
  switch (trouble.kind) {
    case 'pause': return { pause: true };
    case 'crash': return { crash_at: trouble.at };
    case 'cut': return { cut: trouble.how };
    // A full disk takes a part of a record first, a different one each time.
    case 'disk': return { disk: trouble.how, disk_room: (before * 53) % 200 };
    case 'slow': return { slow_fsync_ms: trouble.ms };
    case 'late': return { late_ms: trouble.ms };
    case 'answers': return { control_answers: trouble.how };
    case 'kill':
    case 'freeze': return {};
  }
};

/** Brings trouble on nodes and ends it again. */
export class Chaos {
  readonly done: Done[] = [];
  readonly #cluster: TestCluster;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  async begin(node: TestNode, trouble: Trouble): Promise<void> {
    this.done.push({ node, trouble, from: performance.now(), to: Infinity });
    if (trouble.kind === 'kill') await this.#cluster.kill(node);
    else if (trouble.kind === 'freeze') node.freeze();
    else await node.faults(faultsOf(trouble, this.done.length)).catch(() => undefined); // It may just be ending from an earlier trouble.
  }

  /** Ends whatever is wrong with the node: afterwards it runs, and answers. */
  async mend(node: TestNode): Promise<void> {
    node.thaw();
    const well = async (): Promise<boolean> => {
      await node.faults();
      return at((await node.get('/v1/status')).body, 'data.lifecycle') === 'running';
    };
    if (!node.alive || !(await well().catch(() => false))) {
      // Its disk failed or a crash point was passed: it ends by itself.
      await this.#cluster.gone(node);
      await this.#cluster.restart(node);
    }
    for (const one of this.done) if (one.node === node && one.to === Infinity) one.to = performance.now();
  }

  async mendAll(): Promise<void> {
    for (const node of this.#cluster.nodes) await this.mend(node);
  }

  /** What an operator does with a node whose history is not the cluster's: end it, empty its directory, start it. */
  async empty(node: TestNode): Promise<void> {
    await this.#cluster.kill(node);
    rmSync(this.#cluster.directory(node), { recursive: true });
    await this.#cluster.restart(node);
    await until(`${node.name} joined again`, async () => at(await node.member(), 'replication_state') === 'ReplicaActive', 60_000);
  }

  /** Whether one of these kinds held on the node at some time from `from` to `to`. */
  held(node: TestNode, kinds: readonly Trouble['kind'][], from: number, to: number): boolean {
    return this.done.some((one) => one.node === node && kinds.includes(one.trouble.kind) && one.from <= to && one.to >= from);
  }
}
