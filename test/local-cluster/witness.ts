/** Clients that write to every node all the time, and a reader of the epochs on disk: what a run is judged by. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type TestCluster, type TestNode, textAt } from '../support/test-cluster.ts';

/** Times are of `performance.now()`, the client's. */
export interface Acknowledged {
  readonly key: string;
  readonly nodeId: string;
  readonly epoch: bigint;
  readonly commitId: string;
  readonly began: number;
  readonly ended: number;
}

/** From this time at the latest a majority has durably adopted the epoch. */
export interface Adoption {
  readonly epoch: bigint;
  readonly by: number;
}

function textOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

function bigOf(text: string, name: string): bigint {
  return BigInt(new RegExp(`"${name}":"(\\d+)"`).exec(text)?.[1] ?? '0');
}

/** Who holds write authority in the highest epoch by the markers on disk: also while nobody answers. */
export function holderOnDisk(cluster: TestCluster): TestNode | undefined {
  const held = cluster.nodes.flatMap(node => {
    const marker = textOr(join(cluster.directory(node), 'authority.json'), '');
    return marker.includes('"held":true') ? [{ node, epoch: bigOf(marker, 'epoch') }] : [];
  });
  return held.toSorted((one, other) => (one.epoch > other.epoch ? -1 : 1))[0]?.node;
}

export class Witness {
  readonly acknowledged: Acknowledged[] = [];
  readonly adoptions: Adoption[] = [];
  readonly #cluster: TestCluster;
  readonly #highest = new Map<string, bigint>();
  readonly #end = new AbortController();
  readonly #work: readonly Promise<void>[];
  #number = 0;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
    this.#work = [...cluster.nodes.map(node => this.#write(node)), this.#watch()];
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#work);
  }

  /** One client per node, so that a node that wrongly believes to be primary always has somebody to tell it to. */
  async #write(node: TestNode): Promise<void> {
    while (!this.#end.signal.aborted) {
      const key = `w-${(this.#number += 1)}`;
      const began = performance.now();
      try {
        const response = await fetch(`${node.url}/local/writes`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ key, value: `${key} of ${node.name}` }),
          signal: AbortSignal.any([this.#end.signal, AbortSignal.timeout(12_000)]),
        });
        const body = (await response.json()) as Readonly<Record<string, string>>;
        if (response.status === 200)
          this.acknowledged.push({
            key,
            nodeId: textAt(body, 'node_id'),
            epoch: BigInt(textAt(body, 'epoch')),
            commitId: textAt(body, 'commit_id'),
            began,
            ended: performance.now(),
          });
        await pause(response.status === 200 ? 5 : 40);
      } catch {
        await pause(40);
      }
    }
  }

  async #watch(): Promise<void> {
    while (!this.#end.signal.aborted) {
      for (const node of this.#cluster.nodes) {
        const epoch = bigOf(textOr(join(this.#cluster.directory(node), 'epoch.json'), ''), 'epoch');
        if (epoch > (this.#highest.get(node.id) ?? -1n)) this.#highest.set(node.id, epoch);
      }
      const epochs = [...this.#highest.values()].toSorted((one, other) => (one > other ? -1 : one < other ? 1 : 0));
      const epoch = epochs[Math.floor(this.#cluster.nodes.length / 2)];
      if (epoch !== undefined && epoch > (this.adoptions.at(-1)?.epoch ?? -1n))
        this.adoptions.push({ epoch, by: performance.now() });
      await pause(10);
    }
  }
}
