/** The contract of an engine, kept by AeroDB: three processes of the local cluster, each behind a proxy. */
import assert from 'node:assert/strict';
import { CutProxy } from '../../support/proxy.ts';
import {
  at,
  demote,
  promotable,
  promote,
  TestCluster,
  textAt,
  until,
  type TestNode,
} from '../../support/test-cluster.ts';
import { contract, type Asked, type Stand } from './contract.ts';

async function start(): Promise<Stand> {
  const cluster = await TestCluster.start();
  const proxies = new Map<string, CutProxy>();
  for (const { id, url } of cluster.nodes) proxies.set(id, await CutProxy.before(Number(new URL(url).port)));
  const nodeOf = (id: string): TestNode => cluster.nodes.find(node => node.id === id) ?? assert.fail(id);

  async function primary(): Promise<string | null> {
    for (const node of cluster.nodes) if (textAt(await node.member(), 'role') === 'primary') return node.id;
    return null;
  }

  /** One node takes writes, and the others follow it. */
  async function whole(): Promise<string> {
    let found = await primary();
    if (found === null) {
      const [node] = cluster.nodes;
      assert.ok(node);
      await promotable(node);
      assert.equal((await promote(node)).status, 200);
      found = node.id;
    }
    for (const node of cluster.nodes.filter(({ id }) => id !== found))
      await until(`${node.name} follows`, async () => at(await node.member(), 'replication_state') === 'ReplicaActive');
    return found;
  }

  return {
    config: { name: 'contract', kind: 'aerodb', endpoints: [...proxies.values()].map(({ url }) => url) },
    secrets: {},
    proxies,
    primary,
    executable: async () => {
      const before = await whole();
      const target = [...proxies.keys()].find(id => id !== before) ?? assert.fail();
      assert.equal((await demote(nodeOf(before))).status, 200);
      await promotable(nodeOf(target));
      return { command: 'promote', node: target };
    },
    // The primary lives: a promotion beside it is denied.
    refusable: async () => {
      const before = await whole();
      return { command: 'promote', node: [...proxies.keys()].find(id => id !== before) ?? assert.fail() };
    },
    // What it cannot become it is refused, and each refusal is three events.
    lengthen: async node => {
      const refused = (await whole()) === node ? promote : demote;
      for (let nth = 0; nth < 40; nth += 1) assert.equal((await refused(nodeOf(node))).status, 409);
    },
    isDone: async ({ node }: Asked) => textAt(await nodeOf(node).member(), 'role') === 'primary',
    stop: async () => {
      for (const proxy of proxies.values()) await proxy.close();
      await cluster.stop();
    },
  };
}

contract('aerodb', start);
