/** The MySQL group that the tests of this suite share, and the conditions that they wait for. */
import assert from 'node:assert/strict';
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import { CutProxy } from '../support/proxy.ts';
import { untilWith } from '../support/until.ts';
import { startGroup } from './group.ts';

export { LOGINS, startGroup } from './group.ts';

let shared: Promise<MysqlCluster> | undefined;
after('stop the shared group', async () => {
  await (await shared?.catch(() => undefined))?.stop();
});

/** The group of three that the files of this suite share. Each test starts with a complete group: see `useGroup`. */
export function sharedGroup(): Promise<MysqlCluster> {
  shared ??= startGroup();
  return shared;
}

/** Gives each test of a block the shared group, complete again. */
export function useGroup(): { readonly cluster: MysqlCluster } {
  let cluster: MysqlCluster | undefined;
  before('start the group', async function () {
    this.timeout(180_000);
    cluster = await sharedGroup();
  });
  beforeEach('make the group whole', async function () {
    this.timeout(180_000);
    await cluster?.heal();
  });
  afterEach(function () {
    if (this.currentTest?.state !== 'failed' || cluster === undefined) return;
    for (const index of cluster.members.keys()) process.stdout.write(`${cluster.log(index)}\n`);
  });
  return {
    get cluster() {
      return cluster ?? assert.fail('no group before the first test');
    },
  };
}

/** Waits until a condition of the cluster holds. */
export const until = untilWith({ withinMs: 60_000, everyMs: 100 });

/** The member that accepts writes, and the other two in order. */
export async function roles(cluster: MysqlCluster): Promise<readonly [number, number, number]> {
  const primary = (await cluster.primary()) ?? assert.fail('no member takes writes');
  const [first, second] = [...cluster.members.keys()].filter(index => index !== primary);
  assert.ok(first !== undefined && second !== undefined);
  return [primary, first, second];
}

/** Stops all members but one by a signal, and waits until that one has lost the majority. */
export async function cutOff(cluster: MysqlCluster, index: number): Promise<void> {
  const others = [...cluster.members.keys()].filter(other => other !== index);
  await Promise.all(others.map(other => cluster.pause(other)));
  await until('the others are unreachable', async () => {
    const [row] = await cluster.sql(
      index,
      "SELECT COUNT(*) AS n FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'UNREACHABLE'",
    );
    return row?.['n'] === String(others.length);
  });
}

/** Whether a member accepts a write, checked by writing. Also false when it does not answer within a second. */
export async function writes(cluster: MysqlCluster, index: number): Promise<boolean> {
  return cluster.sql(index, "INSERT INTO trial.t (v) VALUES ('probe')", undefined, 1000).then(
    () => true,
    () => false,
  );
}

/** Matches the control requests of this engine. */
export const CONTROL = /group_replication_set_as_primary\(|SET GLOBAL group_replication_force_members/u;

/** A proxy in front of each member, by the member's id. */
export async function proxiesBefore(cluster: MysqlCluster): Promise<ReadonlyMap<string, CutProxy>> {
  const proxies = new Map<string, CutProxy>();
  for (const { id, port } of cluster.members) proxies.set(id, await CutProxy.before(port, 'mysql', CONTROL));
  return proxies;
}

export function indexOf(cluster: MysqlCluster, id: string): number {
  const index = cluster.members.findIndex(member => member.id === id);
  assert.ok(index >= 0, id);
  return index;
}
