/**
 * The path of a request to a Patroni cluster: refused before any traffic where the engine cannot, explained in its own
 * terms, one request.
 */
import assert from 'node:assert/strict';
import { lsn } from '../../src/engines/patroni/lsn.ts';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../src/control-plane/commands/commands.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { cluster, json, member, SYSTEM, text, type Cluster } from '../engines/patroni.ts';
import { closeAll } from '../support/servers.ts';
import { clusterOf, controlRequest, errorOf, kernelOf, N2 } from '../support/wire.ts';
import { pattern } from '../support/pattern.ts';
import { failed, openOperator, openSession, removeFolders, truthfulServer, type Session } from './session.ts';

describe('the path of a request to a Patroni cluster', () => {
  let demo: Cluster;
  beforeEach(async () => {
    demo = await cluster();
  });
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  const configured = (): Parameters<typeof openOperator>[0] => ({
    server: demo.pg2,
    cluster: { kind: 'patroni', endpoints: [demo.pg1.url, demo.pg2.url] },
  });
  const force = (session: Session): Promise<CommandResult> =>
    session.plane.execute('force_promotion', { cluster: 'orders', node: 'pg2', reason: 'pg1 is in pieces' });
  const success = (): void => {
    demo.pg2.answer = ({ path }) =>
      path === '/switchover'
        ? text(200, 'Successfully switched over to "pg2"')
        : path === '/failover'
          ? text(200, 'Successfully failed over to "pg2"')
          : undefined;
  };

  it('a switchover is explained by leader and candidate, and executed by one request without a control version', async () => {
    const session = await openOperator(configured());
    success();
    const result = await session.plane.execute('request_promotion', { cluster: 'orders', node: 'pg2' });
    assert.equal(result.kind, 'executed');
    const posts = demo.all().filter(({ method }) => method === 'POST');
    assert.deepEqual(
      posts.map(({ path, body }) => [path, body]),
      [['/switchover', '{"leader":"pg1","candidate":"pg2"}']],
    );
    const { explanation, acknowledge } = session.asked[0] ?? assert.fail();
    assert.match(
      explanation.action,
      /from the leader "pg1" to the candidate "pg2": one engine operation demotes the one and promotes the other/,
    );
    assert.match(
      explanation.protection,
      pattern(
        /"pg1" as the leader, and Patroni refuses it \(412\).*all the /s,
        /protection there is.*no control version.*It has no ledger either/s,
      ),
    );
    assert.deepEqual(acknowledge, []);
    assert.deepEqual(
      explanation.changes.map(({ component, nodeId, before, after }) => [component, nodeId, before, after]),
      [
        ['leader', null, 'pg1', 'pg2'],
        ['role', 'pg1', 'leader', 'replica'],
        ['role', 'pg2', 'replica', 'leader'],
        ['timeline', null, '5', 'above 5'],
      ],
    );
    const facts = new Map(
      explanation.facts.map(({ name, value, origin }) => [name, [value, origin?.endpoint, origin?.time]]),
    );
    assert.deepEqual(facts.get('Last known position of the leader pg1'), [
      'timeline 5, written 0/5000148',
      demo.pg1.url,
      '2026-11-21T07:50:45.000Z',
    ]);
    assert.deepEqual(facts.get('Last known position of the candidate pg2'), [
      'timeline 5, received 0/CD82100, replayed 0/B2DF2E0',
      demo.pg2.url,
      '2026-11-21T07:50:45.000Z',
    ]);
    assert.match(facts.get('Settings')?.[0] ?? '', /maximum_lag_on_failover 1048576, /u);
    assert.equal(explanation.kernel?.decision, null);
    assert.equal(explanation.kernel.controlVersion, null);
    // Nothing is computed from the positions: their difference is in no word of it.
    assert.doesNotMatch(
      JSON.stringify(session.records().find(({ stage }) => stage === 'explanation_presented')),
      /131604408|27930144|bytes behind/,
    );
  });

  it(
    "also P7-A1: the system identifier that PostgreSQL tells is the cluster's: one that may only be looked at is not " +
      'controlled under another name',
    async () => {
      for (const [identity, code] of [
        [SYSTEM, 'PHASE7_OBSERVE_ONLY'],
        ['7000000000000000001', undefined],
      ] as const) {
        const session = await openOperator(configured());
        success();
        session.clusters.set('watched', {
          name: 'watched',
          kind: 'patroni',
          endpoints: ['https://elsewhere.example:8008'],
          observeOnly: true,
          identity,
        });
        const result = await force(session);
        assert.equal(result.kind === 'failed' ? result.error.code : undefined, code);
        assert.equal(demo.all().filter(({ method }) => method === 'POST').length, code === undefined ? 1 : 0);
      }
    },
  );

  it("what happened is told from Patroni's answer alone, and says what is not in it (trap 1)", async () => {
    const session = await openOperator(configured());
    success();
    const result = await session.plane.execute('request_promotion', { cluster: 'orders', node: 'pg2' });
    assert.ok(result.kind === 'executed');
    assert.match(
      result.execution.sentence,
      pattern(
        /answered: Successfully switched over to "pg2"\. .* It /,
        /does not say whether "pg2" accepts writes, or on which timeline/,
      ),
    );
    assert.deepEqual(
      [result.execution.changes, result.execution.epoch, result.execution.controlVersion, result.execution.events],
      [[{ component: 'leader', nodeId: null, before: 'pg1', after: 'pg2' }], null, null, []],
    );
    assert.equal(demo.all().at(-1)?.method, 'POST', 'and nothing is read after it (P7-E1)');
    assert.equal(session.records().at(-1)?.kernel_response?.body, 'Successfully switched over to "pg2"');
  });

  it('also P7-A2: a force acknowledges one by one what Patroni does not check, and is no override while a leader lives', async () => {
    const session = await openOperator(configured());
    success();
    assert.equal((await force(session)).kind, 'executed');
    const { acknowledge, explanation, type } = session.asked[0] ?? assert.fail();
    assert.deepEqual([type, acknowledge], ['enhanced', ['P6-A1', 'P6-S1']]);
    const words = explanation.consequences.map(one => one.text).join('\n');
    assert.match(words, /While a leader lives, a failover overrides nothing/);
    assert.match(words, /does not check that the PostgreSQL of "pg1" has stopped writing \(P6-A1\)/);
    assert.match(words, /does not prove that every acknowledged write is on the candidate \(P6-S1\)/);
    assert.match(explanation.protection, /^Nothing protects against acting on an old view here/);
    assert.deepEqual(
      demo
        .all()
        .filter(({ method }) => method === 'POST')
        .map(({ path, body }) => [path, body]),
      [['/failover', '{"candidate":"pg2"}']],
    );
  });

  it(
    'also P7-A2: a force to a synchronous standby acknowledges the old leader only; one acknowledgement short is no ' +
      'consent',
    async () => {
      demo.pg1.answer = demo.pg2.answer = ({ path }) =>
        path === '/cluster'
          ? json(demo.view({ pg2: { role: 'sync_standby' } }))
          : path === '/config'
            ? json({ synchronous_mode: true })
            : undefined;
      const session = await openOperator({
        ...configured(),
        person: ({ token, nodeName }) => ({ kind: 'confirmed', token, typedName: nodeName, acknowledged: [] }),
      });
      assert.equal(failed(await force(session)).error.code, 'PHASE7_INCOMPLETE_ENHANCED_CONFIRMATION');
      assert.deepEqual(session.asked[0]?.acknowledge, ['P6-A1']);
      assert.match(
        JSON.stringify(session.asked[0].explanation.consequences),
        /Patroni reports .{0,2}"pg2.{0,2}" as a synchronous standby/,
      );
      assert.equal(demo.all().filter(({ method }) => method === 'POST').length, 0);
    },
  );

  it('also P7-E1: what Patroni cannot do is refused before any traffic, with the reason, and shown as not available', async () => {
    const session = await openOperator(configured());
    const unavailable = await session.plane.unavailable('orders');
    assert.deepEqual([...unavailable.keys()].sort(), ['inspect_snapshots', 'request_demotion']);
    for (const [command, reason] of unavailable) {
      const { error } = failed(await session.plane.execute(command, { cluster: 'orders', node: 'pg1' }));
      assert.deepEqual(
        [error.code, error.outcome, error.message],
        ['PHASE7_OPERATION_UNSUPPORTED', 'not_executed', `${reason} Nothing was sent.`],
      );
    }
    assert.equal(demo.all().length, 0);
    assert.equal(session.asked.length, 0);
    assert.equal((await (await openSession({ server: await truthfulServer() })).plane.unavailable('orders')).size, 0);
  });

  it('also P7-A3: nobody is asked in vain: what is refused anyway, or cannot be asked for, is asked for no reason', async () => {
    const asks = async (session: Session, command: CommandName): Promise<readonly unknown[]> => {
      const { refusal, node, reason } = await session.plane.preflight(command, 'orders');
      return [refusal?.code ?? null, node, reason];
    };
    const observer = await openSession(configured());
    assert.deepEqual(await asks(observer, 'force_promotion'), ['PHASE7_INSUFFICIENT_AUTHORITY', 'required', 'none']);
    assert.deepEqual(await asks(observer, 'inspect_promotion_state'), [null, 'with-lookup', 'none']);
    const operator = await openOperator(configured());
    assert.deepEqual(await asks(operator, 'inspect_cluster_state'), [null, 'none', 'none']);
    assert.deepEqual(await asks(operator, 'request_promotion'), [null, 'required', 'optional']);
    assert.deepEqual(await asks(operator, 'force_promotion'), [null, 'required', 'required']);
    assert.deepEqual(await asks(operator, 'request_demotion'), [null, 'required', 'none'], 'Patroni has none');
    assert.equal(demo.all().length, 0, 'nobody is contacted for that');
    assert.equal(observer.records().length, 0, 'nothing was requested');
  });

  it('every other command of the ten is answered or executed', async () => {
    const session = await openOperator(configured());
    success();
    const unavailable = await session.plane.unavailable('orders');
    for (const command of COMMAND_NAMES.filter(name => !unavailable.has(name))) {
      const { target, reason } = commandSpec(command);
      const result = await session.plane.execute(command, {
        cluster: 'orders',
        ...(target === 'none' || target === 'optional-node' ? {} : { node: 'pg2' }),
        ...(reason === 'required' ? { reason: 'drill' } : {}),
      });
      assert.notEqual(result.kind, 'failed', `${command}: ${result.kind === 'failed' ? result.error.message : ''}`);
    }
    const diagnostics = session.asked.find(({ explanation }) => explanation.command === 'run_diagnostics')?.explanation;
    assert.match(diagnostics?.action ?? '', /The cost: 4 requests/);
    assert.ok(
      session
        .records()
        .some(
          record =>
            Array.isArray(record['redacted']) && record['redacted'].includes('postgresql.parameters.archive_command'),
        ),
    );
    assert.doesNotMatch(JSON.stringify(session.records()), /canary/);
  });

  it(
    'also P7-F1: a request without a control version goes to no AeroDB kernel; the null is for an engine that ' +
      'declares to have none',
    async () => {
      const server = await truthfulServer();
      const kernel = await kernelOf(clusterOf([server.url]));
      assert.equal(kernel.hasControlVersion, true);
      assert.equal(
        errorOf(await kernel.demote({ ...controlRequest(server.url, N2), controlVersion: null })).code,
        'PHASE7_INCONSISTENT_SNAPSHOT',
      );
      assert.equal(server.received.length, 0);
    },
  );

  it('also P7-E2: an outcome that Patroni does not prove is recorded as unknown, and another winner is no success', async () => {
    for (const body of ['Switchover status unknown', 'Switched over to "pg3" instead of "pg2"']) {
      const session = await openOperator(configured());
      demo.pg2.answer = ({ path }) =>
        path === '/switchover' ? text(body.startsWith('Switched') ? 200 : 503, body) : undefined;
      const { error } = failed(await session.plane.execute('request_promotion', { cluster: 'orders', node: 'pg2' }));
      assert.deepEqual([error.outcome, error.message], ['unknown', body]);
      const last = session.records().findLast(({ stage }) => stage !== 'authority_changed');
      assert.deepEqual([last?.stage, last?.kernel_response?.body], ['outcome_unknown', body]);
    }
  });

  it('a paused cluster and one without a leader are explained as such', async () => {
    demo.pg1.answer = demo.pg2.answer = ({ path }) =>
      path === '/cluster'
        ? json({ members: [member('pg2', demo.pg2.url)], pause: true })
        : path === '/failover'
          ? text(412, 'candidate does not exists')
          : undefined;
    const session = await openOperator(configured());
    assert.equal(failed(await force(session)).error.code, 'PATRONI_HTTP_412');
    const { explanation } = session.asked[0] ?? assert.fail();
    const words = explanation.consequences.map(one => one.text).join('\n');
    assert.match(words, /Patroni reports no leader\./);
    assert.match(words, /The cluster is paused/);
    assert.equal(explanation.changes[0]?.before, 'none known');
  });

  it('also P7-D1: the same facts give the same explanation and the same digest', async () => {
    const session = await openOperator({ ...configured(), person: () => ({ kind: 'declined', at: 'the test' }) });
    for (let time = 0; time < 2; time++)
      await session.plane.execute('request_promotion', { cluster: 'orders', node: 'pg2' });
    assert.equal(session.asked.length, 2);
    assert.equal(session.asked[0]?.explanationDigest, session.asked[1]?.explanationDigest);
  });

  it('positions are written as PostgreSQL writes them', () => {
    assert.deepEqual([0n, 83886408n, 0xffff_ffffn, 0x1_0000_0000n, 2n ** 64n - 1n].map(lsn), [
      '0/0',
      '0/5000148',
      '0/FFFFFFFF',
      '1/0',
      'FFFFFFFF/FFFFFFFF',
    ]);
  });
});
