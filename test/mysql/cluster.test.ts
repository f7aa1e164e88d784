/** Tests the trial group itself: what the other tests of MySQL stand on. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { MysqlError } from '../../scripts/lib/mysql-client.mjs';
import { processesIn } from '../../scripts/lib/cluster-folder.mjs';
import { LOGINS } from '../../scripts/lib/mysql-config.mjs';
import { cutOff, roles, startGroup, until, useGroup, writes } from './support.ts';

describe('the trial group of MySQL', function () {
  this.timeout(180_000);
  const group = useGroup();

  it('has three members ONLINE, of which one takes writes', async () => {
    const { cluster } = group;
    assert.deepEqual(await cluster.online(), [0, 1, 2]);
    const [primary, first, second] = await roles(cluster);
    const taking = await Promise.all([primary, first, second].map(index => writes(cluster, index)));
    assert.deepEqual(taking, [true, false, false]);
    for (const [index, { id, port }] of cluster.members.entries()) {
      const rows = await cluster.sql(index, 'SELECT @@server_uuid AS id, @@port AS port, @@bind_address AS bound');
      assert.deepEqual(rows, [{ id, port: String(port), bound: '127.0.0.1' }]);
    }
  });

  it('has logins with the rights that they are said to have', async () => {
    const { cluster } = group;
    const grants = async (login: (typeof LOGINS)[keyof typeof LOGINS]): Promise<readonly string[]> =>
      (await cluster.sql(0, 'SHOW GRANTS', login)).flatMap(row => Object.values(row)).map(text => text ?? '');
    assert.deepEqual(await grants(LOGINS.watch), [
      'GRANT REPLICATION CLIENT ON *.* TO `watch`@`127.0.0.1`',
      'GRANT SELECT ON `performance_schema`.* TO `watch`@`127.0.0.1`',
    ]);
    assert.deepEqual(await grants(LOGINS.nothing), ['GRANT USAGE ON *.* TO `nothing`@`127.0.0.1`']);
    assert.deepEqual(
      (await grants(LOGINS.switch)).map(text => text.replace(/ TO .*/u, '')),
      [
        'GRANT USAGE ON *.*',
        'GRANT CONNECTION_ADMIN,GROUP_REPLICATION_ADMIN,SYSTEM_VARIABLES_ADMIN ON *.*',
        'GRANT SELECT ON `performance_schema`.*',
      ],
    );
    await assert.rejects(
      cluster.sql(0, 'SELECT * FROM performance_schema.replication_group_members', LOGINS.nothing),
      (error: unknown) => error instanceof MysqlError && error.number === 1142,
    );
  });

  it('elects another member when the primary is killed, and is whole again after heal()', async () => {
    const { cluster } = group;
    const [primary, ...others] = await roles(cluster);
    await cluster.kill(primary);
    await until('another member takes writes', async () => others.includes((await cluster.primary()) ?? primary));
    assert.equal((await cluster.online()).length, 2);
    await cluster.heal();
    assert.deepEqual(await cluster.online(), [0, 1, 2]);
  });

  it('is whole again after heal() at once after a kill, with what was written', async () => {
    const { cluster } = group;
    const [primary, first] = await roles(cluster);
    await cluster.sql(primary, "INSERT INTO trial.t (v) VALUES ('kept')");
    await cluster.kill(primary);
    await cluster.kill(first);
    await cluster.heal();
    for (const index of cluster.members.keys())
      assert.equal((await cluster.sql(index, "SELECT v FROM trial.t WHERE v = 'kept'")).length, 1);
  });

  it('loses its majority when two members are stopped, and is whole again after heal()', async () => {
    const { cluster } = group;
    const [, first] = await roles(cluster);
    await cutOff(cluster, first);
    assert.deepEqual([await cluster.primary(), await writes(cluster, first)], [undefined, false]);
    await cluster.heal();
    assert.deepEqual(await cluster.online(), [0, 1, 2]);
  });

  it('has a second group after a force, and is one again after heal()', async () => {
    const { cluster } = group;
    const [, first] = await roles(cluster);
    const { id, xcomPort } = cluster.member(first);
    await cutOff(cluster, first);
    await cluster.sql(
      first,
      `SET GLOBAL group_replication_force_members = '127.0.0.1:${xcomPort}'`,
      LOGINS.switch,
      150_000,
    );
    await until('it takes writes', () => writes(cluster, first));
    const listed = await cluster.sql(first, 'SELECT MEMBER_ID AS id FROM performance_schema.replication_group_members');
    assert.deepEqual(listed, [{ id }]);
    await cluster.heal();
    assert.deepEqual(await cluster.online(), [0, 1, 2]);
    const [row] = await cluster.sql(first, 'SELECT @@group_replication_force_members AS forced');
    assert.deepEqual(row, { forced: '' });
  });

  it('takes a member that holds what no other does again, with empty data', async () => {
    const { cluster } = group;
    const [, first] = await roles(cluster);
    await cluster.kill(first);
    await cluster.startNode(first);
    await cluster.sql(first, "INSERT INTO trial.t (v) VALUES ('stray'), ('stray')");
    await cluster.heal();
    assert.deepEqual(await cluster.online(), [0, 1, 2]);
    const digests = await Promise.all(
      [...cluster.members.keys()].map(index => cluster.sql(index, 'SELECT * FROM trial.t ORDER BY id')),
    );
    for (const rows of digests) assert.deepEqual(rows, digests[0]);
  });
});

describe('a group of its own', function () {
  this.timeout(180_000);

  it('may have TLS, members that only run, and further settings; it ends with all that it made', async () => {
    const cluster = await startGroup({
      nodes: 2,
      joined: 1,
      tls: true,
      settings: { loose_group_replication_member_expel_timeout: 0 },
    });
    try {
      assert.deepEqual(await cluster.online(), [0]);
      assert.equal(await writes(cluster, 1), true);
      const [row] = await cluster.sql(
        0,
        'SELECT @@ssl_cert AS cert, @@group_replication_member_expel_timeout AS seconds',
        LOGINS.watch,
      );
      assert.deepEqual(row, { cert: cluster.tls?.cert, seconds: '0' });
      await cluster.pause(1);
    } finally {
      await cluster.stop();
    }
    assert.deepEqual([processesIn(cluster.folder), existsSync(cluster.folder)], [[], false]);
  });
});
