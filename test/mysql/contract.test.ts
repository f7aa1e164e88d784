/** The contract of an engine, kept by MySQL Group Replication: the shared group, each address behind a proxy. */
import assert from 'node:assert/strict';
import { contract, type Asked, type Stand } from '../engines/contract/contract.ts';
import { indexOf, LOGINS, proxiesBefore, sharedGroup, until } from './support.ts';

async function start(): Promise<Stand> {
  const cluster = await sharedGroup();
  const proxies = await proxiesBefore(cluster);

  async function primary(): Promise<string | null> {
    const index = await cluster.primary();
    return index === undefined ? null : cluster.member(index).id;
  }

  /** Some member that does not lead. */
  async function secondary(): Promise<string> {
    const leads = await primary();
    return cluster.members.find(({ id }) => id !== leads)?.id ?? assert.fail('no secondary');
  }

  return {
    config: { name: 'contract', kind: 'mysql', endpoints: [...proxies.values()].map(({ url }) => url) },
    secrets: LOGINS,
    proxies,
    primary,
    executable: async () => {
      await cluster.heal();
      return { command: 'promote', node: await secondary() };
    },
    // With one member out of reach every switch is refused.
    refusable: async () => {
      await cluster.heal();
      const node = await secondary();
      const leads = await primary();
      const other = cluster.members.findIndex(({ id }) => id !== node && id !== leads);
      await cluster.pause(other);
      await until('the third member is out of reach', async () =>
        (await cluster.sql(indexOf(cluster, node), STATES)).some(row => row['MEMBER_STATE'] === 'UNREACHABLE'),
      );
      return { command: 'promote', node };
    },
    isDone: async ({ node }: Asked) => (await primary()) === node,
    stop: async () => {
      for (const proxy of proxies.values()) await proxy.close();
      await cluster.heal();
    },
  };
}

const STATES = 'SELECT MEMBER_STATE FROM performance_schema.replication_group_members';

contract('mysql', start);
