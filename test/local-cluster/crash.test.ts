/** Kills nodes at every crash point and checks what they are after the restart. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { anyOf } from '../support/pattern.ts';
import {
  TestCluster,
  type TestNode,
  at,
  demote,
  errorCode,
  eventTypes,
  keysOf,
  listAt,
  promotable,
  promote,
  textAt,
  until,
} from '../support/test-cluster.ts';

function steps(name: string, ...parts: readonly string[]): readonly string[] {
  return parts.map(part => `${name}-${part}`);
}
const FILE_STEPS = ['write', 'fsync', 'rename', 'directory'] as const;

const BEFORE_THE_MOVE = [
  'state-PromotionRequested',
  'state-PromotionValidating',
  'state-PromotionApproved',
  'state-AuthorityTransitioning',
  ...steps('ledger-event', 'write', 'fsync', 'done'),
];
/** The middle of a promotion, whose test is the canonical one: the new epoch is adopted, and nothing marks it yet. */
const MIDDLE = 'promotion-adopted';
const PROMOTION_POINTS = [
  ...steps('ledger-request', 'write', 'fsync', 'done'),
  ...BEFORE_THE_MOVE,
  ...steps('epoch', ...FILE_STEPS),
  MIDDLE,
  ...steps('marker', ...FILE_STEPS),
  'promotion-marked',
  'wal-fsync',
  'state-PromotionSucceeded',
  ...steps('ledger-outcome', 'write', 'fsync', 'done'),
];
const DEMOTION_POINTS = [
  ...steps('ledger-request', 'fsync'),
  'state-DemotionValidating',
  'state-AuthorityReleasing',
  ...steps('marker', ...FILE_STEPS),
  'demotion-marked',
  'state-DemotionSucceeded',
  ...steps('ledger-outcome', 'fsync'),
];

/**
 * What a node says of a request after the crash, and what its authority, its events and its history say: they must be
 * one truth.
 */
async function agree(
  node: TestNode,
  id: string,
  kind: 'promotion' | 'demotion',
  wasPrimary: boolean,
  recorded: boolean,
): Promise<boolean> {
  const answer = await node.get(`/v1/promotion?request_id=${id}&limit=1000`);
  const known = at(answer.body, 'data.request.known') === true;
  if (recorded) assert.ok(known, 'the request was in the ledger before anything was acted on');
  const executed = at(answer.body, 'data.request.outcome') === 'executed';
  const role = textAt(await node.member(), 'role');
  assert.equal(
    role === 'primary',
    executed ? kind === 'promotion' : wasPrimary,
    `role ${role}, ${executed ? 'executed' : 'not executed'}`,
  );
  assert.equal(at(answer.body, 'data.state'), 'Steady');
  const events = listAt(answer.body, 'data.events')
    .filter(event => at(event, 'request_id') === id)
    .map(event => textAt(event, 'type').replace(`replication.${kind}.`, ''));
  if (events.length > 0) assert.equal(events.at(-1), executed ? 'transition_completed' : 'aborted_on_crash');
  assert.equal(
    events.filter(type => type === 'transition_completed' || type === 'aborted_on_crash').length,
    Math.min(events.length, 1),
  );
  if (known)
    assert.equal(errorCode(await (kind === 'promotion' ? promote : demote)(node, { id })), 'AERO_DUPLICATE_REQUEST');
  return executed;
}

describe('crash safety', function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  const written: string[] = [];

  const write = async (node: TestNode): Promise<void> => {
    const key = `after-${written.length}`;
    await until('a write is acknowledged', async () => (await node.write(key)).status === 200);
    written.push(key);
  };

  /** Arms a crash point in a running node. */
  const arm = (node: TestNode, point: string): Promise<void> => node.faults({ crash_at: point });
  const cuts = async (node: TestNode): Promise<number> =>
    eventTypes(await node.get('/v1/promotion?limit=1000'), 'data.events').filter(
      type => type === 'replication.wal.tail_cut',
    ).length;

  const recover = async (node: TestNode): Promise<void> => {
    await cluster.gone(node);
    await cluster.restart(node);
  };

  /**
   * Until both replicas hold what the primary holds: one that is left behind while segments are retired has a gap, and
   * halts.
   */
  const caughtUp = (): Promise<void> =>
    until('both replicas have caught up', async () => {
      const [first, ...others] = await Promise.all(
        cluster.nodes.map(async node => at(await node.member(), 'durable_offset')),
      );
      return others.every(offset => offset === first);
    });

  /** From "nobody is primary" to node 1 as primary again, with nothing lost. */
  const elect = async (node: TestNode): Promise<void> => {
    await promotable(node);
    const promoted = await promote(node);
    assert.equal(promoted.status, 200, promoted.text);
    await write(node);
    const keys = await keysOf(node);
    assert.deepEqual(
      written.filter(key => !keys.includes(key)),
      [],
      'no acknowledged write is lost',
    );
  };

  before(async () => {
    cluster = await TestCluster.start({ flags: ['--faults', '--checkpoint-every', '40', '--segment-bytes', '2048'] });
    await write(cluster.node(1));
  });
  after(() => cluster.stop());

  for (const point of PROMOTION_POINTS) {
    const tag = point === MIDDLE ? 'P6-F2' : 'also P6-F2';
    it(`${tag}: killed at ${point} of a promotion: it is completed or forgotten, as the marker says`, async () => {
      const [first, second] = [cluster.node(1), cluster.node(2)];
      assert.equal((await demote(first)).status, 200);
      await promotable(second);
      await arm(second, point);
      const id = randomUUID();
      await assert.rejects(promote(second, { id }), 'the node died before it answered');
      await recover(second);
      const executed = await agree(second, id, 'promotion', false, !/^ledger-request-(write|fsync)$/.test(point));
      if (
        anyOf(
          /^state-Promotion(Requested|Validating|Approved)/,
          /^(ledger-request|ledger-event|epoch|promotion-adopted)/,
          /^marker-(write|fsync|rename)$/,
        ).test(point)
      )
        assert.equal(executed, false);
      if (/^(marker-directory|promotion-marked|wal-|state-PromotionSucceeded|ledger-outcome)/.test(point))
        assert.equal(executed, true);
      if (executed) {
        await write(second);
        assert.equal((await demote(second)).status, 200);
      }
      await elect(first);
    });
  }

  for (const point of DEMOTION_POINTS) {
    it(`also P6-F2: killed at ${point} of a demotion: authority is given up or kept, as the marker says`, async () => {
      const first = cluster.node(1);
      await arm(first, point);
      const id = randomUUID();
      await assert.rejects(demote(first, { id }), 'the node died before it answered');
      await recover(first);
      const executed = await agree(first, id, 'demotion', true, point !== 'ledger-request-fsync');
      if (executed) await elect(first);
      else await write(first);
    });
  }

  for (const point of ['wal-append', 'wal-torn', 'wal-fsync', 'wal-durable']) {
    it(
      `also P6-S1: the primary killed at ${point} of a write loses no acknowledged write, and a torn record is cut ` +
        'with an event',
      async () => {
        const first = cluster.node(1);
        const before = await cuts(first);
        await arm(first, `${point}:3`);
        for (const attempt of [1, 2, 3, 4]) {
          const answer = await first.write(`${point}-${attempt}`).catch(() => null);
          if (answer?.status === 200) written.push(`${point}-${attempt}`);
        }
        await recover(first);
        await write(first);
        const keys = await keysOf(first);
        assert.deepEqual(
          written.filter(key => !keys.includes(key)),
          [],
        );
        assert.equal((await cuts(first)) - before, point === 'wal-torn' ? 1 : 0);
        await until('the replicas have it', async () => (await keysOf(cluster.node(3))).includes(written.at(-1) ?? ''));
      },
    );
  }

  for (const point of [
    ...steps('snapshot', ...FILE_STEPS),
    ...steps('checkpoint', ...FILE_STEPS),
    'wal-retire',
    'segment-create',
    'segment-directory',
  ]) {
    it(`also P6-S1: the primary killed at ${point} of a checkpoint recovers with every acknowledged write`, async () => {
      const first = cluster.node(1);
      await caughtUp();
      await arm(first, point);
      for (let index = 0; ; index += 1) {
        const answer = await first.write(`${point}-${index}`).catch(() => null);
        if (answer?.status !== 200) break;
        written.push(`${point}-${index}`);
        assert.ok(index < 200, 'the crash point was never passed');
      }
      await recover(first);
      await write(first);
      const keys = await keysOf(first);
      assert.deepEqual(
        written.filter(key => !keys.includes(key)),
        [],
      );
    });
  }

  it('also P6-S2: a replica killed while it writes what it received continues where its log ends', async () => {
    const third = cluster.node(3);
    await caughtUp();
    await arm(third, 'wal-torn:2');
    await until('it died', async () => {
      await write(cluster.node(1));
      return third.get('/v1/status').then(
        () => false,
        () => true,
      );
    });
    await recover(third);
    await until(
      'it has everything',
      async () => (await keysOf(third)).length === (await keysOf(cluster.node(1))).length,
    );
  });

  it('also P6-S1: an unfinished record at the end of the log, written by nobody, is cut with an event', async () => {
    const third = cluster.node(3);
    await cluster.kill(third);
    const wal = join(cluster.directory(third), 'wal');
    appendFileSync(join(wal, readdirSync(wal).sort().at(-1) ?? ''), '0badc0de {"commit_id":"9');
    await cluster.restart(third);
    assert.equal(
      eventTypes(await third.get('/v1/promotion?limit=1000'), 'data.events').at(-1),
      'replication.wal.tail_cut',
    );
    const before = await cuts(third);
    await cluster.kill(third);
    await cluster.restart(third);
    assert.equal(await cuts(third), before, 'once cut, it is gone');
    await until('it follows', async () => at(await third.member(), 'lag_bytes') === '0');
  });
});
