/** Tests who may write in the local cluster: promotions, demotions, forced promotions and their denials. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  type Answer,
  type TestCluster,
  type TestNode,
  at,
  caughtUp,
  demote,
  denialReason as reason,
  errorCode as code,
  eventTypes as types,
  keysOf as rowsOf,
  listAt,
  promotable,
  promote,
  textAt,
  until,
  withCluster,
} from '../support/test-cluster.ts';

/**
 * Force node 2 while node 1 is dead. On a busy machine node 3 can answer too late to witness a position, and then the
 * kernel denies: that changes nothing, and it is asked again.
 */
async function forceSecond(cluster: TestCluster, acknowledged: readonly string[]): Promise<Answer> {
  let answer: Answer | undefined;
  await until('node 3 witnesses in time', async () => {
    answer = await promote(cluster.node(2), { mode: 'forced', acknowledged });
    return at(answer.body, 'error.details.reason') !== 'WalPositionUnprovable';
  });
  return answer ?? assert.fail();
}

/** Request and type of each transition that a node shows, the oldest first. */
async function transitionsOn(node: TestNode): Promise<readonly string[]> {
  const { body } = await node.get('/v1/promotion?limit=1000');
  return listAt(body, 'data.events')
    .filter(event => /^replication\.(?:promotion|demotion)\./u.test(textAt(event, 'type')))
    .map(event => `${textAt(event, 'request_id')} ${textAt(event, 'type')}`);
}

describe('write authority', () => {
  it(
    'P6-A2: a planned hand-over is two requests: the primary is demoted, then another is promoted, and no write is ' +
      'lost',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        assert.equal((await first.write('before')).status, 200);

        const demoted = await demote(first);
        assert.equal(demoted.status, 200, demoted.text);
        assert.deepEqual(
          types(demoted, 'data.events'),
          ['requested', 'validation_started', 'validation_succeeded', 'transition_started', 'transition_completed'].map(
            name => `replication.demotion.${name}`,
          ),
        );
        assert.deepEqual(at(demoted.body, 'data.changes.0'), {
          component: 'role',
          node_id: first.id,
          before: 'primary',
          after: 'replica',
        });
        assert.equal(at((await first.get('/v1/cluster')).body, 'data.primary_id'), null);
        for (const node of cluster.nodes) assert.equal(code(await node.write('nobody')), 'AERO_NOT_PRIMARY');

        await promotable(second);
        const promoted = await promote(second);
        assert.equal(promoted.status, 200, promoted.text);
        assert.equal(at(promoted.body, 'data.epoch'), '2');
        assert.deepEqual(
          types(promoted, 'data.events'),
          ['requested', 'validation_started', 'validation_succeeded', 'transition_started', 'transition_completed'].map(
            name => `replication.promotion.${name}`,
          ),
        );
        assert.equal((await second.write('after')).status, 200);
        for (const node of [first, third]) {
          await until(
            `${node.name} follows ${second.name}`,
            async () =>
              at((await node.get('/v1/cluster')).body, 'data.primary_id') === second.id &&
              (await rowsOf(node)).includes('after'),
          );
          assert.deepEqual(await rowsOf(node), ['before', 'after']);
        }
      }),
  );

  it('P6-O1: a node shows every transition of every attempt, in order and with its request, also after a restart', () =>
    withCluster({}, async cluster => {
      const [first, second] = [cluster.node(1), cluster.node(2)];
      const [denied, demoted, promoted] = [randomUUID(), randomUUID(), randomUUID()];
      assert.equal(code(await promote(second, { id: denied })), 'AERO_PROMOTION_DENIED');
      assert.equal((await demote(first, { id: demoted })).status, 200);
      await promotable(second);
      assert.equal((await promote(second, { id: promoted })).status, 200);

      const executed = [
        'requested',
        'validation_started',
        'validation_succeeded',
        'transition_started',
        'transition_completed',
      ];
      const expected = [
        [first, executed.map(name => `${demoted} replication.demotion.${name}`)],
        [
          second,
          [
            ...['requested', 'validation_started', 'validation_failed'].map(
              name => `${denied} replication.promotion.${name}`,
            ),
            ...executed.map(name => `${promoted} replication.promotion.${name}`),
          ],
        ],
      ] as const;
      for (const [node, transitions] of expected) assert.deepEqual(await transitionsOn(node), transitions, node.name);
      for (const [node, transitions] of expected) {
        await cluster.kill(node);
        await cluster.restart(node);
        assert.deepEqual(await transitionsOn(node), transitions, `${node.name} after a restart`);
      }
    }));

  it(
    'also P6-A1: while the primary lives, a promotion is denied with PrimaryStillActive, forced or not, and nothing ' +
      'moves',
    () =>
      withCluster({}, async cluster => {
        const second = cluster.node(2);
        for (const control of [{}, { mode: 'forced', acknowledged: ['P6-A1'] }] as const) {
          const refused = await promote(second, control);
          assert.deepEqual(
            [refused.status, code(refused), reason(refused), at(refused.body, 'error.invariant')],
            [409, 'AERO_PROMOTION_DENIED', 'PrimaryStillActive', 'P6-A1'],
          );
          assert.equal(at(refused.body, 'error.outcome'), 'not_executed');
          const state = await second.get('/v1/promotion');
          assert.equal(at(state.body, 'data.state'), 'Steady');
          assert.deepEqual(at(state.body, 'data.last_attempt.denial'), {
            reason: 'PrimaryStillActive',
            invariant: 'P6-A1',
          });
          assert.equal(types(state, 'data.events').at(-1), 'replication.promotion.validation_failed');
        }
        assert.equal((await cluster.node(1).write('still')).status, 200);
      }),
  );

  it(
    'also P6-A1, P6-S1: a dead primary leaves authority ambiguous; force with its acknowledgement executes; every ' +
      'acknowledged write survives; the old primary returns and halts',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        const acknowledged: string[] = [];
        for (let index = 0; index < 50; index += 1) {
          const answer = await first.write(`key-${index}`);
          if (answer.status === 200) acknowledged.push(`key-${index}`);
        }
        await Promise.all([caughtUp(second), caughtUp(third)]);
        await cluster.kill(first);

        const validated = await promote(second);
        assert.deepEqual([validated.status, reason(validated)], [409, 'AuthorityAmbiguous']);
        assert.match(textAt(validated.body, 'error.details.checks.1.observed'), /node-1 does not answer/);

        const unacknowledged = await forceSecond(cluster, []);
        assert.deepEqual([unacknowledged.status, code(unacknowledged)], [422, 'AERO_ACKNOWLEDGEMENT_INCOMPLETE']);
        assert.deepEqual(at(unacknowledged.body, 'error.details.missing_invariants'), ['P6-A1']);

        const forced = await forceSecond(cluster, ['P6-A1']);
        assert.equal(forced.status, 200, forced.text);
        assert.equal((await second.write('under epoch 2')).status, 200);
        const rows = await rowsOf(second);
        assert.deepEqual(
          acknowledged.filter(key => !rows.includes(key)),
          [],
        );

        await cluster.restart(first);
        await until(
          'the stale primary has learned of epoch 2',
          async () => at(await first.member(), 'halt_reason') === 'AuthorityAmbiguity',
        );
        assert.equal(at(await first.member(), 'role'), 'unknown');
        assert.equal(code(await first.write('stale')), 'AERO_NOT_PRIMARY');
        assert.equal((await first.get('/local/writes')).status, 503);

        const joined = await demote(first);
        assert.equal(joined.status, 200, joined.text);
        await until('the demoted node follows the new history', async () =>
          (await rowsOf(first)).includes('under epoch 2'),
        );
      }),
  );

  it('also P6-A3: force that would override nothing is denied as InvalidRequest', () =>
    withCluster({}, async cluster => {
      assert.equal((await demote(cluster.node(1))).status, 200);
      await promotable(cluster.node(2));
      const refused = await promote(cluster.node(2), { mode: 'forced', acknowledged: ['P6-A1'] });
      assert.deepEqual(
        [refused.status, reason(refused), at(refused.body, 'error.invariant')],
        [409, 'InvalidRequest', 'P6-A3'],
      );
      assert.equal((await promote(cluster.node(2))).status, 200);
    }));

  it('P6-A3: promoting the primary is denied as ReplicaNotActive, demoting a replica as NotPrimary', () =>
    withCluster({}, async cluster => {
      assert.equal(reason(await promote(cluster.node(1))), 'ReplicaNotActive');
      const refused = await demote(cluster.node(2));
      assert.deepEqual([refused.status, code(refused), reason(refused)], [409, 'AERO_DEMOTION_DENIED', 'NotPrimary']);
    }));

  it('P6-F1, also P6-S1: without a majority nothing is acknowledged and no position can be proven (WalPositionUnprovable)', () =>
    withCluster({}, async cluster => {
      await cluster.kill(cluster.node(3));
      assert.equal((await cluster.node(1).write('two of three')).status, 200);
      await cluster.kill(cluster.node(1));
      const refused = await promote(cluster.node(2), { mode: 'forced', acknowledged: ['P6-A1'] });
      assert.deepEqual([refused.status, reason(refused)], [409, 'WalPositionUnprovable']);
      const checks = listAt(refused.body, 'error.details.checks').map(
        check => `${textAt(check, 'id')} ${textAt(check, 'result')}`,
      );
      assert.deepEqual(checks, [
        'target_is_active_replica pass',
        'write_authority_is_clear overridden',
        'acknowledged_writes_are_present fail',
        'wal_continues_the_others pass',
        'visible_snapshots_stay_valid pass',
        'override_is_needed pass',
      ]);
    }));

  it('P5-I16: a cluster of one has replication disabled: it accepts writes, and can neither be promoted nor demoted', () =>
    withCluster({ nodes: 1 }, async cluster => {
      const only = cluster.node(1);
      assert.equal(at(await only.member(), 'replication_state'), 'Disabled');
      assert.equal((await only.write('alone')).status, 200);
      assert.deepEqual(
        [reason(await promote(only)), reason(await demote(only))],
        ['ReplicationDisabled', 'ReplicationDisabled'],
      );
    }));

  it('also P6-F2: a cluster that ends and starts again has the same authority, epoch, ids and data', () =>
    withCluster({}, async cluster => {
      assert.equal((await demote(cluster.node(1))).status, 200);
      await promotable(cluster.node(3));
      assert.equal((await promote(cluster.node(3))).status, 200);
      assert.equal((await cluster.node(3).write('kept')).status, 200);
      const ids = cluster.nodes.map(node => node.id);
      await cluster.end();
      await cluster.launch(3);
      assert.deepEqual(
        cluster.nodes.map(node => node.id),
        ids,
      );
      const state = (await cluster.node(3).get('/v1/cluster')).body;
      assert.deepEqual([at(state, 'data.primary_id'), at(state, 'data.epoch')], [cluster.node(3).id, '2']);
      assert.equal((await cluster.node(3).write('goes on')).status, 200);
      assert.deepEqual(await rowsOf(cluster.node(3)), ['kept', 'goes on']);
    }));
});

describe('one request, at most once', () => {
  it('P6-F3: a request id is refused the second time with its first outcome, also after a restart', () =>
    withCluster({}, async cluster => {
      const first = cluster.node(1);
      const [executed, refused] = [randomUUID(), randomUUID()];
      assert.equal((await demote(first, { id: executed })).status, 200);
      assert.equal((await demote(first, { id: refused })).status, 409);
      await cluster.kill(first);
      await cluster.restart(first);
      for (const [id, outcome, was] of [
        [executed, 'executed', null],
        [refused, 'not_executed', 'AERO_DEMOTION_DENIED'],
      ] as const) {
        const again = await demote(first, { id });
        assert.deepEqual(
          [again.status, code(again), at(again.body, 'error.details.first')],
          [409, 'AERO_DUPLICATE_REQUEST', { outcome, code: was }],
        );
        assert.deepEqual(at((await first.get(`/v1/promotion?request_id=${id}`)).body, 'data.request'), {
          request_id: id,
          known: true,
          outcome,
          code: was,
        });
      }
      const unseen = randomUUID();
      assert.deepEqual(at((await first.get(`/v1/promotion?request_id=${unseen}`)).body, 'data.request'), {
        request_id: unseen,
        known: false,
        outcome: null,
        code: null,
      });
    }));

  it(
    'also P6-A1, P6-S1: a write that stood in the log before a demotion can be acknowledged after it, as its ' +
      'explanation says; one that comes later is refused',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        for (const replica of [second, third]) {
          await caughtUp(replica);
          replica.freeze();
        }
        const written = first.write('in flight');
        const end = async (): Promise<bigint> =>
          BigInt(textAt((await first.get('/v1/wal')).body, 'data.durable_offset'));
        const before = BigInt(textAt((await first.get('/v1/replication')).body, 'data.committed_offset'));
        await until('the write is in the log of its primary alone', async () => (await end()) > before);
        assert.equal((await demote(first)).status, 200);
        assert.equal(code(await first.write('too late')), 'AERO_NOT_PRIMARY');
        for (const replica of [second, third]) replica.thaw();
        const answer = await written;
        assert.equal(answer.status, 200, answer.text);
        await promotable(second);
        assert.equal((await promote(second)).status, 200);
        assert.deepEqual(
          (await rowsOf(second)).filter(key => key === 'in flight' || key === 'too late'),
          ['in flight'],
          'what was acknowledged is not lost',
        );
      }),
  );

  it(
    'also P6-D1, freeze/seen-state: a request that was confirmed for another state is refused with the present ' +
      'control version, and its id is spent',
    () =>
      withCluster({}, async cluster => {
        const second = cluster.node(2);
        const before = await second.controlVersion();
        assert.equal((await demote(cluster.node(1))).status, 200);
        await until('node-2 has heard of it', async () => (await second.controlVersion()) !== before);
        const id = randomUUID();
        const stale = await promote(second, { id, version: before });
        assert.deepEqual(
          [stale.status, code(stale), at(stale.body, 'error.details.control_version')],
          [412, 'AERO_STATE_CHANGED', await second.controlVersion()],
        );
        assert.equal(code(await promote(second, { id })), 'AERO_DUPLICATE_REQUEST');
      }),
  );

  it(
    'also P6-A2: of two promotions at once one runs; the other is refused as already in progress or as confirmed ' +
      'for an older state',
    () =>
      withCluster({}, async cluster => {
        const second = cluster.node(2);
        await demote(cluster.node(1));
        await promotable(second);
        const version = await second.controlVersion();
        const answers = await Promise.all([promote(second, { version }), promote(second, { version })]);
        assert.deepEqual(answers.map(answer => answer.status).sort(), [200, 412]);
        const now = await second.controlVersion();
        assert.notEqual(now, version);
      }),
  );
});

describe('control_version', () => {
  it(
    'also P7-D1: writes move the commit id and never the control version; a role, an epoch, a state and an attempt ' +
      'move it; a restart never brings it back',
    () =>
      withCluster({}, async cluster => {
        const [first, second] = [cluster.node(1), cluster.node(2)];
        const before = await first.controlVersion();
        const commit = textAt((await first.get('/v1/status')).body, 'data.commit_id');
        for (let index = 0; index < 20; index += 1) await first.write(`k${index}`);
        assert.equal(await first.controlVersion(), before);
        assert.notEqual(textAt((await first.get('/v1/status')).body, 'data.commit_id'), commit);
        await promote(second);
        const denied = BigInt(await second.controlVersion());
        await cluster.kill(second);
        await cluster.restart(second);
        assert.ok(BigInt(await second.controlVersion()) > denied);
      }),
  );
});
