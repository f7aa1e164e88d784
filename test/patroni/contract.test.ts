/** The contract of an engine, kept by PostgreSQL under Patroni: the shared cluster, each address behind a proxy. */
import assert from 'node:assert/strict';
import { CutProxy } from '../support/proxy.ts';
import { contract, type Asked, type Stand } from '../engines/contract/contract.ts';
import { configure, others, settled, writes } from './support.ts';
import { sharedClusters } from './terminal.ts';

async function start(): Promise<Stand> {
  const [cluster] = await sharedClusters();
  const proxies = new Map<string, CutProxy>();
  for (const { name, restPort } of cluster.members) proxies.set(name, await CutProxy.before(restPort));

  async function primary(): Promise<string | null> {
    for (const { name } of cluster.members) if (await writes(cluster, name)) return name;
    return null;
  }

  async function replica(): Promise<string> {
    const [first] = others(cluster, await settled(cluster));
    return first;
  }

  return {
    config: {
      name: 'contract',
      kind: 'patroni',
      endpoints: [...proxies].map(([member, { url }]) => ({ url, member })),
    },
    secrets: {},
    proxies,
    primary,
    executable: async () => {
      await configure(cluster, { synchronous_mode: null });
      return { command: 'promote', node: await replica() };
    },
    // In synchronous mode a switchover to a member that is not synchronous is refused, in every version.
    refusable: async () => {
      const leader = await settled(cluster);
      await configure(cluster, { synchronous_mode: true });
      const [one, other] = others(cluster, leader);
      const listed = (): Promise<readonly { readonly name: string; readonly role: string }[]> =>
        cluster
          .seen()
          .then(seen => (seen?.['members'] ?? []) as readonly { readonly name: string; readonly role: string }[]);
      for (const end = Date.now() + 60_000; ; ) {
        const synchronous = (await listed()).find(({ role }) => role === 'sync_standby')?.name;
        if (synchronous !== undefined) return { command: 'promote', node: synchronous === one ? other : one };
        assert.ok(Date.now() < end, 'no synchronous standby');
      }
    },
    isDone: async ({ node }: Asked) => await writes(cluster, node),
    stop: async () => {
      await configure(cluster, { synchronous_mode: null });
      for (const proxy of proxies.values()) await proxy.close();
    },
  };
}

contract('patroni', start);
