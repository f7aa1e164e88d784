/**
 * What misleads an operator when the primary of a MySQL group is switched, made to happen on the real group. The
 * members themselves are asked what is true, and no outcome may claim more than that (P7-E2).
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { LOGINS as MYSQL_LOGINS } from '../../scripts/lib/mysql-config.mjs';
import type { Kernel } from '../../src/control-plane/ports.ts';
import type { CutProxy, Harm } from '../support/proxy.ts';
import {
  errorOf,
  isSwitching,
  kernelAt,
  listedPrimary,
  order,
  outcomeOf,
  requestFor,
  settledPrimary,
  TIMEOUTS,
  valueOf,
} from './operator.ts';
import { statementsIn, statementAt } from './protocol.ts';
import { SqlSession } from './session.ts';
import { indexOf, proxiesBefore, roles, until, useGroup, writes } from './support.ts';

describe('traps of MySQL: a switch', function () {
  this.timeout(120_000);
  const use = useGroup();
  let proxies: ReadonlyMap<string, CutProxy>;
  let kernel: Kernel;
  let primary: number;
  let target: number;
  let other: number;

  before('proxies before each member', async () => {
    proxies = await proxiesBefore(use.cluster);
    kernel = await kernelAt(urls());
  });
  beforeEach('who leads', async () => {
    [primary, target, other] = await roles(use.cluster);
  });
  after(async () => {
    for (const proxy of proxies.values()) await proxy.close();
  });

  function urls(): readonly string[] {
    return [...proxies.values()].map(({ url }) => url);
  }

  function id(index: number): string {
    return use.cluster.member(index).id;
  }

  function proxyOf(index: number): CutProxy {
    return proxies.get(id(index)) ?? assert.fail();
  }

  /** The switch goes on, and the old primary still leads. */
  async function goesOn(): Promise<void> {
    await until('the switch waits', () => isSwitching(use.cluster, primary));
    assert.equal(await listedPrimary(use.cluster, target), id(primary));
  }

  it('also P7-E2, P7-F3: trap 1: a time limit, KILL QUERY and KILL end no switch; it is unknown, and happens afterwards', async () => {
    const { cluster } = use;
    await using holder = await SqlSession.on(cluster, primary, 'BEGIN');
    const hasty = await kernelAt(urls(), undefined, { controlMs: 600 });
    const late = errorOf(await order(hasty, id(target), 'validated'));
    assert.deepEqual([late.code, late.outcome], ['PHASE7_TIMEOUT', 'unknown']);
    assert.match(
      late.message,
      /sent once and not repeated.*MySQL continues what it has begun even without this connection/u,
    );
    await goesOn();

    // The client is gone, and its session at the server stays with the switch.
    const [row] = await cluster.sql(
      target,
      "SELECT ID AS id FROM performance_schema.processlist WHERE INFO LIKE 'SELECT group_replication_set_as_primary(%'",
    );
    const session = row?.['id'] ?? assert.fail('no session has the switch');
    for (const statement of [`KILL QUERY ${session}`, `KILL ${session}`]) {
      await cluster.sql(target, statement).catch(() => undefined);
      await delay(200);
      await goesOn();
    }
    await holder.run('COMMIT');
    await until('it happens after all', async () => (await listedPrimary(cluster, target)) === id(target));
    assert.equal(await settledPrimary(cluster), target);
  });

  it('also P7-E2, P7-E1, freeze/one-request: cut at any place of request and answer, no outcome is untrue', async () => {
    const { cluster } = use;
    // A server that has seen a login once asks it for less, so all connections are of one length.
    for (const index of cluster.members.keys()) await cluster.sql(index, 'DO 1', MYSQL_LOGINS.switch);
    const proxied = proxyOf(target);
    const clean = valueOf(await kernel.explainPromotion(id(target), 'validated'));
    proxied.arm(undefined);
    assert.equal(outcomeOf(await kernel.promote(requestFor(clean, 'validated'))), 'executed');
    await proxied.idle();
    const [seen] = proxied.passed;
    assert.ok(seen !== undefined && seen.answer !== null);
    const { begins, ends } = statementAt(seen.request);
    const answerBytes = seen.response.length - seen.answer;
    const places: readonly (readonly [Harm['side'], Harm['where'], proven: 'executed' | 'not_executed' | null])[] = [
      ['request', { kind: 'byte', n: 0 }, 'not_executed'],
      ['request', { kind: 'byte', n: 30 }, 'not_executed'],
      ['request', { kind: 'byte', n: begins + 1 }, 'not_executed'],
      ['request', { kind: 'byte', n: begins + 5 }, 'not_executed'],
      ['request', { kind: 'byte', n: ends - 1 }, 'not_executed'],
      ['request', { kind: 'byte', n: ends }, 'executed'],
      ['response', { kind: 'byte', n: 10 }, 'not_executed'],
      ...[0, 1, 5, Math.floor(answerBytes / 2), answerBytes - 1].map(
        n => ['response', { kind: 'answer', n }, 'executed'] as const,
      ),
    ];
    const told: string[] = [];
    for (const [side, where, happened] of places)
      for (const how of ['close', 'reset', 'hold'] as const) {
        const [leads, next] = await roles(cluster);
        const brief = await kernelAt(urls(), undefined, how === 'hold' ? { connectMs: 400, controlMs: 400 } : {});
        const explained = valueOf(await brief.explainPromotion(id(next), 'validated'));
        const proxy = proxyOf(next);
        for (const each of proxies.values()) each.arm(undefined);
        proxy.arm({ how, side, where });
        const result = await brief.promote(requestFor(explained, 'validated'));
        const outcome = outcomeOf(result);
        const place = `${how} at ${JSON.stringify(where)} of the ${side}: ${outcome}`;
        const requests = [...proxies.values()].reduce((sum, each) => sum + each.controlRequests, 0);
        assert.ok(requests <= 1, `${place}, ${requests} requests`);
        const isWhole = side === 'response' ? where.kind === 'answer' : where.kind === 'byte' && where.n >= ends;
        assert.ok(!result.ok || isWhole, place);
        // What is held is let go: a request that was whole when its client gave up reaches the server.
        if (how === 'hold') proxy.letGo();
        await proxy.idle();
        const now = await settledPrimary(cluster);
        if (how !== 'hold' && isWhole && how !== 'reset') assert.equal(now, next, place);
        if (outcome === 'not_executed') assert.equal(now, leads, place);
        if (how !== 'hold') assert.ok(now === (happened === 'executed' ? next : leads) || how === 'reset', place);
        told.push(place);
      }
    // The one claim that can be wrong is made somewhere, and not everywhere.
    assert.ok(told.some(place => place.endsWith('not_executed')) && told.some(place => place.endsWith('unknown')));
  });

  for (const [name, statements, blocks] of [
    ['a bare BEGIN', ['BEGIN'], true],
    ['one that only reads', ['START TRANSACTION READ ONLY', 'SELECT COUNT(*) FROM trial.t'], true],
    ['one that wrote', ['BEGIN', "INSERT INTO trial.t (v) VALUES ('held')"], true],
    ['autocommit=0 after a read', ['SET autocommit=0', 'SELECT COUNT(*) FROM trial.t'], false],
  ] as const)
    it(`also P7-A3: trap 2: open transactions are counted before, and waited for without limit: ${name}`, async () => {
      const { cluster } = use;
      await using holder = await SqlSession.on(cluster, primary, ...statements);
      const explained = valueOf(await kernel.explainPromotion(id(target), 'validated'));
      assert.match(
        explained.words.facts.find(fact => fact.name === 'Transactions that are open on the primary')?.value ?? '',
        /^1, the longest for \d s$/u,
      );
      const asked = kernel.promote(requestFor(explained, 'validated'));
      if (blocks) {
        await goesOn();
        assert.equal(await writes(cluster, primary), true, 'new writes are taken meanwhile');
        await delay(500);
        await goesOn();
        await holder.run('COMMIT');
      }
      assert.equal(outcomeOf(await asked), 'executed');
      assert.equal(await settledPrimary(cluster), target);
    });

  it('also P7-E1, freeze/one-request: trap 3: one statement goes out, without the second argument, and nothing after it', async () => {
    const { endpoint, observed, ...rest } = valueOf(await kernel.explainPromotion(id(target), 'validated'));
    for (const proxy of proxies.values()) proxy.arm(undefined);
    const request = requestFor({ endpoint, observed, ...rest }, 'validated');
    assert.equal(outcomeOf(await kernel.promote(request)), 'executed');
    const proxied = proxyOf(target);
    await proxied.idle();
    assert.deepEqual(
      [...proxies.values()].map(({ passed }) => passed.length),
      use.cluster.members.map(({ index }) => (index === target ? 1 : 0)),
      'one connection, to the target',
    );
    const [statement, ...more] = statementsIn(proxied.passed[0]?.request ?? Buffer.alloc(0));
    assert.deepEqual(more, []);
    assert.match(
      statement ?? '',
      new RegExp(`^SELECT group_replication_set_as_primary\\('${id(target)}'\\) AS answer`),
    );
    assert.ok(statement?.includes(`p.MEMBER_ID = '${id(primary)}'`) && statement.includes(observed.snapshot));
  });

  it('trap 4: PRIMARY does not mean writable: a target that still applies is shown as listed and as read-only', async () => {
    const { cluster } = use;
    await using lock = await SqlSession.on(cluster, target, 'LOCK TABLES trial.t READ');
    await cluster.sql(primary, "INSERT INTO trial.t (v) VALUES ('not applied'), ('on the target')");
    await until('the target has received what it has not applied', async () =>
      /[1-9]\d* transactions/u.test(
        valueOf(await kernel.explainPromotion(id(target), 'validated')).words.facts.find(({ name }) =>
          name.startsWith('Received'),
        )?.value ?? '',
      ),
    );
    const asked = order(kernel, id(target), 'validated');
    await until('every member lists the target as PRIMARY', async () =>
      (await Promise.all([primary, target, other].map(index => listedPrimary(cluster, index)))).every(
        each => each === id(target),
      ),
    );
    const node = valueOf(await kernel.readNode(id(target)));
    assert.equal(node.view.member.role, 'primary');
    assert.ok(
      node.notes.some(note =>
        note.startsWith('It is listed as the primary and takes no writes: super_read_only is ON'),
      ),
      node.notes.join('\n'),
    );
    assert.equal(await writes(cluster, target), false);
    await lock.end();
    assert.equal(outcomeOf(await asked), 'executed');
    assert.equal(await settledPrimary(cluster), target);
    assert.ok(!valueOf(await kernel.readNode(id(target))).notes.some(note => note.includes('takes no writes')));
  });

  it('also P7-E3, P7-E2: trap 6: two switches at once: who is told of another action may have been told of its own', async () => {
    const { cluster } = use;
    await using holder = await SqlSession.on(cluster, primary, 'BEGIN');
    const [explained, second] = await Promise.all(
      [target, other].map(async index => valueOf(await kernel.explainPromotion(id(index), 'validated'))),
    );
    assert.ok(explained !== undefined && second !== undefined);
    const asked = kernel.promote(requestFor(explained, 'validated'));
    await goesOn();
    const told = errorOf(await kernel.promote(requestFor(second, 'validated')));
    assert.deepEqual([told.code, told.outcome], ['MYSQL_3910', 'unknown']);
    assert.match(told.message, /There is already a configuration action being executed\./u);
    assert.match(told.known ?? '', /a different request, or an earlier delivery of this same one/u);
    const again = errorOf(await kernel.promote(requestFor(explained, 'validated')));
    assert.deepEqual([again.code, again.outcome], ['MYSQL_3910', 'unknown'], 'the same, of its own first delivery');
    await holder.run('COMMIT');
    assert.equal(outcomeOf(await asked), 'executed');
    assert.equal(await settledPrimary(cluster), target);

    const echo = errorOf(await kernel.promote(requestFor(explained, 'validated')));
    assert.deepEqual([echo.code, echo.outcome], ['MYSQL_EMPTY_SET', 'unknown'], 'what it brought about looks the same');
    assert.match(echo.known ?? '', /^This delivery of the request changed nothing\./u);
  });

  it('also P7-E2: two switches at once from one state: who is told of success was the primary, and one is left', async () => {
    const { cluster } = use;
    const explained = await Promise.all(
      [target, other].map(async index => valueOf(await kernel.explainPromotion(id(index), 'validated'))),
    );
    const results = await Promise.all(explained.map(each => kernel.promote(requestFor(each, 'validated'))));
    const now = await settledPrimary(cluster);
    const done = [target, other].filter((_, nth) => results[nth]?.ok);
    assert.ok(
      done.includes(now),
      JSON.stringify(results, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
    );
    for (const result of results) assert.notEqual(outcomeOf(result), 'not_executed');
  });

  it('also P7-E2: trap 14: a target in capitals is refused before anything is sent, and MySQL takes it for no member', async () => {
    const { cluster } = use;
    for (const proxy of proxies.values()) proxy.arm(undefined);
    const explained = await kernel.explainPromotion(id(target), 'validated');
    for (const proxy of proxies.values()) proxy.arm(undefined);
    const request = { ...requestFor(valueOf(explained), 'validated'), target: id(target).toUpperCase() };
    const refused = errorOf(await kernel.promote(request));
    assert.deepEqual([refused.code, refused.outcome], ['PHASE7_INVALID_NODE_ID', 'not_executed']);
    assert.equal([...proxies.values()].flatMap(({ passed }) => passed).length, 0);
    await assert.rejects(
      cluster.sql(primary, `SELECT group_replication_set_as_primary('${id(target).toUpperCase()}')`),
      /The requested uuid is not a member of the group\./u,
    );
    assert.equal(await settledPrimary(cluster), primary);
  });

  it('also P7-D1: trap 15: while the primary moves, no reading shows two primaries or none', async () => {
    const { cluster } = use;
    const over = new AbortController();
    const switching = (async (): Promise<number> => {
      let switches = 0;
      while (!over.signal.aborted) {
        const next = ((await cluster.primary()) ?? 0) === 0 ? 1 : 0;
        await cluster.sql(next, `SELECT group_replication_set_as_primary('${id(next)}')`).catch(() => undefined);
        switches += 1;
      }
      return switches;
    })();
    let [whole, refused] = [0, 0];
    const ends = performance.now() + 8000;
    while (performance.now() < ends) {
      const readings = await Promise.all([kernel.readCluster(), kernel.readReplication()]);
      for (const reading of readings) {
        if (!reading.ok) {
          assert.equal(reading.error.code, 'PHASE7_INCONSISTENT_SNAPSHOT', reading.error.message);
          refused += 1;
          continue;
        }
        whole += 1;
        if (!('members' in reading.value.view)) continue;
        const { members, primaryId } = reading.value.view;
        assert.deepEqual(
          members.filter(({ role }) => role === 'primary').map(({ nodeId }) => nodeId),
          [primaryId],
        );
        assert.deepEqual(
          members.map(({ replicationState }) => replicationState),
          ['ONLINE', 'ONLINE', 'ONLINE'],
        );
      }
    }
    over.abort();
    const switches = await switching;
    assert.ok(switches > 5 && whole > 5, `${switches} switches, ${whole} readings, ${refused} refused`);
    process.stdout.write(`      ${switches} switches, ${whole} readings, ${refused} refused\n`);
    await settledPrimary(cluster);
  });

  it('also P7-D1: trap 15: two readings of one explanation between which the primary moved are refused', async () => {
    const { cluster } = use;
    const held = proxyOf(primary);
    // Between its two readings of the group, an explanation asks the primary for open transactions.
    const direct = await kernelAt([cluster.member(target).address, held.url]);
    held.arm({ how: 'hold', side: 'request', where: { kind: 'byte', n: 0 } });
    const asked = direct.explainPromotion(id(target), 'validated');
    await held.reached;
    await cluster.sql(other, `SELECT group_replication_set_as_primary('${id(other)}')`);
    held.letGo();
    const refused = errorOf(await asked);
    assert.deepEqual([refused.code, refused.outcome], ['PHASE7_INCONSISTENT_SNAPSHOT', 'not_executed']);
    assert.match(refused.message, /Neither is shown/u);
    assert.equal(await settledPrimary(cluster), other);
  });

  it('also P7-E2: trap 16: an answer that comes after the time limit reaches nobody: the next request has its own', async () => {
    const { cluster } = use;
    const hasty = await kernelAt(urls(), undefined, { controlMs: 300, readMs: 1000 });
    await using holder = await SqlSession.on(cluster, primary, 'BEGIN');
    assert.equal(outcomeOf(await order(hasty, id(target), 'validated')), 'unknown');
    await holder.run('COMMIT');
    await until('the late answer is there', async () => (await listedPrimary(cluster, target)) === id(target));
    await settledPrimary(cluster);
    const view = valueOf(await hasty.readCluster()).view;
    assert.equal(view.primaryId, id(target));
    assert.equal(
      outcomeOf(await order(await kernelAt(urls(), undefined, TIMEOUTS), id(primary), 'validated')),
      'executed',
    );
    assert.equal(await settledPrimary(cluster), primary);
  });

  // Kills a member: last, because the group has to be made whole after it.
  it('also P7-E2: trap 5: a target that dies while the switch waits: unknown; the group can list it as primary', async () => {
    const { cluster } = use;
    await using holder = await SqlSession.on(cluster, primary, 'BEGIN');
    const asked = order(kernel, id(target), 'validated');
    await goesOn();
    await cluster.kill(target);
    const error = errorOf(await asked);
    assert.deepEqual([error.code, error.outcome], ['PHASE7_TRANSPORT_FAILURE', 'unknown']);
    await holder.run('COMMIT');
    await until(
      'the group lists who is dead as the primary, or has expelled it',
      async () => (await listedPrimary(cluster, primary)) === id(target) || !(await isSwitching(cluster, primary)),
    );
    const reading = await kernel.readCluster();
    if (reading.ok) {
      const dead = reading.value.view.members.find(({ nodeId }) => nodeId === id(target));
      process.stdout.write(`      listed: ${dead?.role ?? 'nobody'}, ${dead?.replicationState ?? ''}\n`);
    }
    assert.equal(indexOf(cluster, id(target)), target);
  });
});
