/** Tests the faults that a node can be asked for, and how the cluster behaves under each. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  TestCluster,
  at,
  caughtUp,
  denialReason,
  demote,
  errorCode,
  eventTypes,
  haltedWith,
  keysOf,
  promotable,
  promote,
  textAt,
  until,
  withCluster,
} from '../support/test-cluster.ts';

const FORCE = { mode: 'forced', acknowledged: ['P6-A1'] } as const;
const FLAGS = ['--faults'];

describe('faults on request', () => {
  it('also P7-S2: without the flag there is no port to ask for faults', () =>
    withCluster({ nodes: 1 }, cluster => {
      assert.equal(cluster.node(1).admin, undefined);
      return Promise.resolve();
    }));

  it('every halt reason can be had, and a halted node reads nothing, writes nothing and is not promotable', () =>
    withCluster({ flags: FLAGS }, async cluster => {
      const [first, second] = [cluster.node(1), cluster.node(2)];
      for (const reason of [
        'WalGapDetected',
        'HistoryDivergence',
        'AuthorityAmbiguity',
        'WalCorruption',
        'SnapshotIntegrityFailure',
        'ConfigurationError',
      ]) {
        await second.faults({ halt: reason });
        await haltedWith(second, reason);
        await until('the primary shows it', async () => at(await first.member(second.id), 'health') === 'halted');
        assert.equal((await second.get('/local/writes')).status, 503);
        assert.equal(denialReason(await promote(second)), 'ReplicaNotActive');
        await cluster.kill(second);
        await cluster.restart(second);
      }
    }));

  it('P6-S3: a target that has not applied what a reader saw elsewhere is denied as MvccVisibilityViolation', () =>
    withCluster({ flags: FLAGS }, async cluster => {
      const [first, second] = [cluster.node(1), cluster.node(2)];
      await second.faults({ hold_apply: true });
      assert.equal((await first.write('seen on the primary')).status, 200);
      await until('the write is durable on node 2', async () => at(await second.member(), 'lag_bytes') === '0');
      assert.equal((await demote(first)).status, 200);
      const refused = await promote(second);
      assert.deepEqual(
        [refused.status, denialReason(refused), at(refused.body, 'error.invariant')],
        [409, 'MvccVisibilityViolation', 'P6-S3'],
      );
      await second.faults();
      await promotable(second);
      assert.equal((await promote(second)).status, 200);
      assert.deepEqual(await keysOf(second), ['seen on the primary']);
    }));

  it(
    'P6-A1: cut off from its peers the primary acknowledges nothing; wrongly asserted dead, it is fenced before ' +
      'the new one writes; healed, it halts',
    () =>
      withCluster({ flags: FLAGS }, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await Promise.all([caughtUp(second), caughtUp(third)]);
        await first.faults({ cut: 'both' });
        const ambiguous = await promote(second);
        assert.equal(denialReason(ambiguous), 'AuthorityAmbiguous');
        assert.equal((await promote(second, FORCE)).status, 200);
        const lonely = await first.write('by the old primary');
        assert.deepEqual([lonely.status, at(lonely.body, 'error.outcome')], [503, 'unknown']);
        assert.equal((await second.write('by the new primary')).status, 200);
        await first.faults();
        await haltedWith(first, 'AuthorityAmbiguity');
        assert.deepEqual(await keysOf(second), ['by the new primary']);
      }),
  );

  it('also P6-A1: cut off in one direction only, the old primary still learns of the newer epoch and halts', () =>
    withCluster({ flags: FLAGS }, async cluster => {
      const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
      await Promise.all([caughtUp(second), caughtUp(third)]);
      await first.faults({ cut: 'incoming' });
      assert.equal((await promote(second, FORCE)).status, 200);
      await haltedWith(first, 'AuthorityAmbiguity');
    }));

  it(
    'also P6-F1: a failing fsync acknowledges nothing: the write is unknown, the node stops, and its disk decides ' +
      'after a restart',
    async () => {
      for (const disk of ['failing', 'full']) {
        await withCluster({ flags: FLAGS }, async cluster => {
          const first = cluster.node(1);
          await first.faults({ disk });
          const write = await first.write('never durable');
          assert.deepEqual(
            [write.status, errorCode(write), at(write.body, 'error.outcome')],
            [500, 'AERO_STORAGE_FAILED', 'unknown'],
          );
          await cluster.gone(first);
          await cluster.restart(first);
          assert.equal((await first.write('works again')).status, 200);
        });
      }
    },
  );

  it('also P6-F2: a disk that fails before the transition: not executed; the request id stays known or was never written', () =>
    withCluster({ flags: FLAGS }, async cluster => {
      const first = cluster.node(1);
      await first.faults({ disk: 'failing' });
      const id = randomUUID();
      const refused = await demote(first, { id });
      assert.deepEqual(
        [refused.status, errorCode(refused), at(refused.body, 'error.outcome')],
        [500, 'AERO_STORAGE_FAILED', 'not_executed'],
      );
      await cluster.gone(first);
      await cluster.restart(first);
      assert.equal(at(await first.member(), 'role'), 'primary');
      assert.equal(
        at((await first.get(`/v1/promotion?request_id=${id}`)).body, 'data.request.outcome'),
        'not_executed',
      );
    }));

  it('a crash point that is no longer asked for is disarmed', () =>
    withCluster({ nodes: 1, flags: FLAGS }, async cluster => {
      await cluster.node(1).faults({ crash_at: 'wal-append' });
      await cluster.node(1).faults();
      assert.equal((await cluster.node(1).write('nothing stops it')).status, 200);
    }));

  it('a slow disk is slow, and nothing else', () =>
    withCluster({ flags: FLAGS }, async cluster => {
      await cluster.node(1).faults({ slow_fsync_ms: 200 });
      const began = performance.now();
      assert.equal((await cluster.node(1).write('slow')).status, 200);
      assert.ok(performance.now() - began >= 200);
    }));

  it(
    "also P7-E2: an executed request whose answer is dropped, garbage or a proxy's page was executed, and the ledger " +
      'says so',
    () =>
      withCluster({ flags: FLAGS }, async cluster => {
        let [holder, other] = [cluster.node(1), cluster.node(2)];
        for (const how of ['dropped', 'garbage', 'html']) {
          await holder.faults({ control_answers: how });
          const id = randomUUID();
          const outcome = await demote(holder, { id }).then(
            answer => answer.text,
            () => 'nothing',
          );
          assert.equal(outcome, 'nothing', 'the harness could not read it');
          await holder.faults();
          assert.equal(
            textAt((await holder.get(`/v1/promotion?request_id=${id}`)).body, 'data.request.outcome'),
            'executed',
          );
          await promotable(other);
          assert.equal((await promote(other)).status, 200);
          [holder, other] = [other, holder];
        }
      }),
  );

  it(
    'also P6-O1, P6-A2: while one attempt waits for an answer the next is refused as already in progress, and the ' +
      'pending node and its state are shown',
    () =>
      withCluster({ flags: FLAGS }, async cluster => {
        const [first, second] = [cluster.node(1), cluster.node(2)];
        await demote(first);
        await promotable(second);
        await cluster.node(3).faults({ pause: true });
        const running = promote(second);
        await until(
          'it validates',
          async () => at((await second.get('/v1/promotion')).body, 'data.state') === 'PromotionValidating',
        );
        const shown = (await second.get('/v1/promotion')).body;
        assert.deepEqual(
          [at(shown, 'data.pending_node_id'), at(shown, 'data.last_attempt.outcome')],
          [second.id, 'unknown'],
        );
        assert.equal(errorCode(await promote(second)), 'AERO_PROMOTION_ALREADY_IN_PROGRESS');
        assert.equal((await running).status, 200);
        assert.equal(
          eventTypes(await second.get('/v1/promotion?limit=1000'), 'data.events').filter(type =>
            type.endsWith('requested'),
          ).length,
          1,
        );
      }),
  );

  it('a paused node answers nobody until it is resumed; a late one answers late', async () => {
    const cluster = await TestCluster.start({ nodes: 1, flags: FLAGS });
    try {
      const only = cluster.node(1);
      await only.faults({ pause: true });
      const asked = only.get('/v1/status');
      const first = await Promise.race([
        asked.then(() => 'answered'),
        only.faults({ pause: true }).then(() => 'still paused'),
      ]);
      assert.equal(first, 'still paused');
      await only.faults({ late_ms: 150 });
      assert.equal((await asked).status, 200);
      const began = performance.now();
      await only.get('/v1/status');
      assert.ok(performance.now() - began >= 150);
    } finally {
      await cluster.stop();
    }
  });
});
