/**
 * What misleads an operator when a MySQL group has lost its majority or a member is in none, made to happen on real
 * servers. The members themselves are asked what is true, and no outcome may claim more than that (P7-E2).
 */
import assert from 'node:assert/strict';
import type { MysqlCluster } from '../../scripts/lib/mysql-cluster.mjs';
import { LOGINS as MYSQL_LOGINS } from '../../scripts/lib/mysql-config.mjs';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { CutProxy } from '../support/proxy.ts';
import { groupState } from './observation.ts';
import { addresses, errorOf, kernelAt, order, outcomeOf, requestFor, settledPrimary, valueOf } from './operator.ts';
import { statementsIn } from './protocol.ts';
import { SqlSession } from './session.ts';
import { CONTROL, cutOff, LOGINS, roles, sharedGroup, startGroup, until, useGroup, writes } from './support.ts';

const TAKES_WRITES = 'takes writes: super_read_only is OFF. A write here is on no other member';
const KEEPS_VALUE = 'group_replication_force_members holds a value.';

describe('traps of MySQL: the majority is lost on the primary', function () {
  this.timeout(180_000);
  let cluster: MysqlCluster;
  let kernel: Kernel;
  let proxy: CutProxy;
  let target: number;
  let others: readonly number[];
  let waiting: SqlSession;

  before('stop all but the primary', async () => {
    cluster = await sharedGroup();
    await cluster.heal();
    const [primary, ...rest] = await roles(cluster);
    [target, others] = [primary, rest];
    proxy = await CutProxy.before(cluster.member(target).port, 'mysql', CONTROL);
    kernel = await kernelAt([proxy.url]);
    await cluster.sql(target, 'DO 1', MYSQL_LOGINS.switch);
    waiting = await SqlSession.on(cluster, target);
    await cutOff(cluster, target);
  });
  after(async () => {
    await waiting.end();
    await proxy.close();
  });

  function id(): string {
    return cluster.member(target).id;
  }

  it('trap 13: the primary looks healthy, and nothing can be written: what was read says so', async () => {
    const own = (await groupState(cluster)).get(cluster.member(target).name);
    assert.deepEqual([own?.state, own?.role, own?.isReadOnly], ['ONLINE', 'PRIMARY', false]);
    waiting.begin("INSERT INTO trial.t (v) VALUES ('waits')");
    assert.equal(await writes(cluster, target), false);
    const reading = valueOf(await kernel.readCluster());
    assert.ok(
      reading.notes.some(note => note.includes('does not reach a majority of the group: it commits nothing')),
      reading.notes.join('\n'),
    );
  });

  it('trap 10: a force takes the address in the group, and not the SQL address', async () => {
    const { port, xcomPort } = cluster.member(target);
    const { facts, action } = valueOf(await kernel.explainPromotion(id(), 'forced')).words;
    assert.ok(facts.some(({ value }) => value === `127.0.0.1:${xcomPort}`));
    assert.match(action, new RegExp(`, 127\\.0\\.0\\.1:${xcomPort}\\.$`, 'u'));
    await assert.rejects(
      cluster.sql(target, `SET GLOBAL group_replication_force_members = '127.0.0.1:${port}'`),
      /ERROR 4118 .*Error setting/u,
    );
  });

  it('also P7-E1, P7-E2, P7-F3: cut when the statement is out, a force is unknown, goes on, and was sent once', async () => {
    const request = requestFor(valueOf(await kernel.explainPromotion(id(), 'forced')), 'forced');
    proxy.arm({ how: 'hold', side: 'response', where: { kind: 'answer', n: 0 } });
    const asked = kernel.promote(request);
    await until('the statement is out', () => proxy.controlRequests === 1);
    const [passed] = proxy.passed;
    await until('the server has it', () => passed?.requestPassed === passed?.request.length);
    proxy.cut();
    const error = errorOf(await asked);
    assert.deepEqual([error.code, error.outcome], ['PHASE7_TRANSPORT_FAILURE', 'unknown']);
    await until('it is executed all the same', async () => {
      const own = (await groupState(cluster)).get(cluster.member(target).name);
      return own?.listed.size === 1 && !own.isReadOnly;
    });
    assert.deepEqual(statementsIn(passed?.request ?? Buffer.alloc(0)), [
      `SET GLOBAL group_replication_force_members = IF(@@GLOBAL.server_uuid = '${id()}' ` +
        "AND @@GLOBAL.group_replication_local_address <> '', " +
        '@@GLOBAL.group_replication_local_address, NULL)',
    ]);
    assert.equal(proxy.controlRequests, 1);
  });

  it('also: trap 8: a commit that waited is carried out in the new group', async () => {
    await until('the write that waited is answered', () => waiting.output !== '');
    assert.match(waiting.output, /^end of statement/u);
    const found = await cluster.sql(target, "SELECT id FROM trial.t WHERE v = 'waits'");
    assert.equal(found.length, 1);
  });

  it('trap 9: the value stays, and is shown; a second force is answered like an echo', async () => {
    const node = valueOf(await kernel.readNode(id()));
    assert.ok(
      node.notes.some(note => note.startsWith(KEEPS_VALUE)),
      node.notes.join('\n'),
    );
    const shown = node.view.sections?.flatMap(({ entries }) => entries) ?? [];
    assert.equal(
      shown.find(({ key }) => key === 'group_replication_force_members')?.value,
      `127.0.0.1:${cluster.member(target).xcomPort}`,
    );
    const again = errorOf(await order(kernel, id(), 'forced'));
    assert.deepEqual([again.code, again.outcome], ['MYSQL_4118', 'unknown']);
    assert.match(again.known ?? '', /or this same request had been executed before/u);
  });

  it('also: trap 7: whom it left out, and who was only stopped, was not told: it still lists the old group', async () => {
    for (const index of others) await cluster.resume(index);
    const views = await groupState(cluster);
    const listing = others.map(index => views.get(cluster.member(index).name)?.listed.size);
    assert.ok(
      listing.some(size => size === 3),
      listing.join(),
    );
    const reading = valueOf(await kernel.readCluster());
    assert.equal(reading.view.primaryId, id());
  });
});

describe('traps of MySQL: a member that is in no group', function () {
  this.timeout(180_000);
  const use = useGroup();

  function id(index: number): string {
    return use.cluster.member(index).id;
  }

  it('trap 11: a member that was killed and has not joined takes writes, and that is said; one that left does not', async () => {
    const { cluster } = use;
    const [, target] = await roles(cluster);
    const kernel = await kernelAt(addresses(cluster, target));
    await cluster.leave(target);
    const left = valueOf(await kernel.readNode(id(target)));
    assert.deepEqual([left.view.member.replicationState, left.view.member.health], ['OFFLINE', 'halted']);
    assert.ok(!left.notes.some(note => note.includes(TAKES_WRITES)));
    const whole = valueOf(await kernel.readCluster());
    assert.notEqual(whole.endpoint, cluster.member(target).address, 'another one is asked for the group');
    assert.match(whole.skipped[0]?.reason ?? '', /^is OFFLINE: it is in no group and lists only itself$/u);

    await cluster.kill(target);
    await cluster.startNode(target);
    const killed = valueOf(await kernel.readNode(id(target)));
    assert.equal(killed.view.member.replicationState, 'OFFLINE');
    assert.ok(
      killed.notes.some(note => note.includes(TAKES_WRITES)),
      killed.notes.join('\n'),
    );
    const alone = valueOf(await (await kernelAt([cluster.member(target).address])).readCluster());
    assert.ok(alone.notes.some(note => note.startsWith('The member that answered is OFFLINE')));

    await cluster.sql(target, 'UNINSTALL PLUGIN group_replication');
    const without = errorOf(await kernel.readNode(id(target)));
    assert.deepEqual([without.code, without.outcome], ['MYSQL_1193', 'not_executed']);
    assert.match(without.message, /^Unknown system variable 'group_replication_\w+'$/u);
    assert.equal(without.known, 'The plugin group_replication is not loaded on this server.');
    assert.equal(valueOf(await kernel.readCluster()).view.members.length, 2);
    // Back it comes as it was started: with the plugin.
    await cluster.kill(target);
    await cluster.startNode(target);
    await cluster.join(target);
  });

  it('also P7-E2: traps 8, 12: a member that gave up is in ERROR and offline mode: shown as that; a force is refused', async () => {
    const { cluster } = use;
    const [target, other, third] = await roles(cluster);
    const { address, name } = cluster.member(target);
    await cluster.sql(
      target,
      'SET GLOBAL group_replication_unreachable_majority_timeout = 1; SET GLOBAL ' +
        'group_replication_autorejoin_tries = 0',
    );
    await using waiting = await SqlSession.on(cluster, target);
    for (const index of [other, third]) await cluster.pause(index);
    waiting.begin("INSERT INTO trial.t (v) VALUES ('waits in vain')");
    await until('it is in ERROR, and offline', async () => {
      const [row] = await cluster.sql(target, 'SELECT @@GLOBAL.offline_mode AS off');
      return row?.['off'] === '1' && (await groupState(cluster)).get(name)?.state === 'ERROR';
    });
    await until('the write that waited is answered', () => waiting.output !== '');
    assert.match(
      waiting.output,
      /ERROR 3100 \(HY000\).*: Error on observer while running replication hook 'before_commit'/u,
    );
    const looking = await kernelAt([address]);
    const shut = errorOf(await looking.readCluster());
    assert.deepEqual([shut.code, shut.outcome], ['MYSQL_6400', 'not_executed']);
    assert.match(shut.message, /^The server is currently in offline mode since .*, reason: /u);
    assert.match(shut.known ?? '', /It is not down\.$/u);
    const admitted = await kernelAt([address], { ...LOGINS, look: LOGINS.control });
    const node = valueOf(await admitted.readNode(id(target)));
    assert.deepEqual([node.view.member.replicationState, node.view.member.role], ['ERROR', 'unknown']);
    const forced = errorOf(await order(admitted, id(target), 'forced'));
    assert.deepEqual([forced.code, forced.outcome], ['MYSQL_4118', 'not_executed'], forced.message);
    assert.equal((await groupState(cluster)).get(name)?.state, 'ERROR');
  });
});

describe('traps of MySQL: the performance schema is off', function () {
  this.timeout(180_000);

  it('the group answers; open transactions are unknown, and that is said; a switch is carried out', async () => {
    const cluster = await startGroup({ nodes: 2, settings: { performance_schema: 'OFF' } });
    try {
      const kernel = await kernelAt(addresses(cluster, 1));
      const [first, second] = cluster.members;
      assert.ok(first !== undefined && second !== undefined);
      const reading = valueOf(await kernel.readCluster());
      assert.equal(reading.view.primaryId, first.id);
      for (const { id } of cluster.members) {
        const { notes } = valueOf(await kernel.readNode(id));
        assert.ok(
          notes.some(note => note.startsWith('The performance schema is off')),
          notes.join('\n'),
        );
      }
      const explained = valueOf(await kernel.explainPromotion(second.id, 'validated'));
      assert.match(
        explained.words.facts.find(({ name }) => name === 'Transactions that are open on the primary')?.value ?? '',
        /^unknown: .*its performance schema is off/u,
      );
      assert.equal(outcomeOf(await kernel.promote(requestFor(explained, 'validated'))), 'executed');
      assert.equal(await settledPrimary(cluster), 1);
    } finally {
      await cluster.stop();
    }
  });
});
