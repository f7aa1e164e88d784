/** Stops a process with SIGSTOP during a control request and checks what is reported and what was done. */
import assert from 'node:assert/strict';
import {
  TestCluster,
  type TestNode,
  at,
  demote,
  errorCode,
  haltedWith,
  keysOf,
  listAt,
  promotable,
  promote,
  textAt,
  until,
} from '../support/test-cluster.ts';
import { type Manner, TestOperator, type Told, TIMEOUTS } from './operator.ts';
import { holderOnDisk } from './witness.ts';

/** The node's events about this request. */
async function eventsAbout(node: TestNode, { requestId }: Told): Promise<readonly string[]> {
  return listAt((await node.get('/v1/promotion?limit=1000')).body, 'data.events')
    .filter(event => at(event, 'request_id') === requestId)
    .map(event => textAt(event, 'type'));
}

async function completions(node: TestNode, request: Told): Promise<number> {
  return (await eventsAbout(node, request)).filter(type => type.endsWith('transition_completed')).length;
}

/** While the confirmation is open, the process is stopped: the request goes out to a socket behind which nobody is. */
function frozenMeanwhile(node: TestNode): Manner {
  return {
    meanwhile: () => {
      node.freeze();
      return Promise.resolve();
    },
  };
}

function told({ outcome, error }: Told): readonly unknown[] {
  return [outcome, error?.domain ?? null, error?.code ?? null];
}

describe('a process that is stopped (SIGSTOP) during a control request', function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  let operator: TestOperator;
  let tests = 0;
  let nodes: readonly [TestNode, TestNode, TestNode];

  before(async () => {
    cluster = await TestCluster.start();
    operator = await TestOperator.open(cluster, { ...TIMEOUTS, readMs: 4_000 });
  });
  after(async () => {
    operator.close();
    await cluster.stop();
  });

  afterEach(() => {
    for (const node of cluster.nodes) node.thaw();
  });

  /** First the primary, whoever it is by now; then two replicas that have everything. */
  beforeEach(async () => {
    for (const node of cluster.nodes)
      if (at(await node.member(), 'halt_reason') === 'AuthorityAmbiguity') await demote(node);
    const [one] = cluster.nodes;
    assert.ok(one);
    if (holderOnDisk(cluster) === undefined) await promotable(one).then(() => promote(one));
    const [first, second, third] = cluster.nodes.toSorted(
      (a, b) => Number(b === holderOnDisk(cluster)) - Number(a === holderOnDisk(cluster)),
    );
    assert.ok(first && second && third);
    nodes = [first, second, third];
    const key = `before-${(tests += 1)}`;
    assert.equal((await first.write(key)).status, 200);
    for (const node of [second, third])
      await until(`${node.name} has everything`, async () => (await keysOf(node)).includes(key));
  });

  /** Thawed, the node settles the request, once, and refuses it when it comes again. */
  const settlesOnce = async (node: TestNode, request: Told, executed: boolean): Promise<void> => {
    await until(
      `${node.name} settles it`,
      async () => (await operator.fate(node, request.requestId)).outcome === (executed ? 'executed' : 'not_executed'),
    );
    assert.equal(await completions(node, request), executed ? 1 : 0);
    const again = await (request.command === 'request_demotion' ? demote : promote)(node, { id: request.requestId });
    assert.equal(errorCode(again), 'AERO_DUPLICATE_REQUEST');
    assert.equal(await completions(node, request), executed ? 1 : 0);
  };

  it(
    'also P7-E2, P7-F3, freeze/no-retry: the target of a promotion: unknown after the time limit, and not repeated; ' +
      'thawed, it executes what it had received, once',
    async () => {
      const [first, second] = nodes;
      assert.equal((await operator.order('request_demotion', first)).outcome, 'executed');
      await promotable(second);
      const request = await operator.order('request_promotion', second, frozenMeanwhile(second));
      assert.deepEqual(told(request), ['unknown', 'TRANSPORT_ERROR', 'PHASE7_TIMEOUT']);
      assert.ok(request.ended - (request.consented ?? 0) >= TIMEOUTS.controlMs);
      second.thaw();
      await settlesOnce(second, request, true);
      assert.equal((await second.write('by the new primary')).status, 200);
      assert.equal(errorCode(await first.write('by the old one')), 'AERO_NOT_PRIMARY');
    },
  );

  it(
    'also P7-E2, P6-A1: the primary during its own demotion: unknown; thawed, it has given up authority, once, and ' +
      'accepts no write',
    async () => {
      const [first] = nodes;
      const request = await operator.order('request_demotion', first, frozenMeanwhile(first));
      assert.deepEqual(told(request), ['unknown', 'TRANSPORT_ERROR', 'PHASE7_TIMEOUT']);
      first.thaw();
      await settlesOnce(first, request, true);
      assert.equal(errorCode(await first.write('too late')), 'AERO_NOT_PRIMARY');
    },
  );

  it('also P7-E2: thawed before the time limit it answers, and the outcome is known', async () => {
    const [first] = nodes;
    const answered = operator.order('request_demotion', first, frozenMeanwhile(first));
    await until('the intent is recorded', () => operator.stages().at(-1) === 'dispatch_intent');
    first.thaw();
    assert.deepEqual(told(await answered), ['executed', null, null]);
  });

  it(
    'also P6-S1: a bystander delays a hand-over and changes nothing about it: two of three decide, and it follows ' +
      'when it is thawed',
    async () => {
      const [first, second, third] = nodes;
      third.freeze();
      const demoted = await operator.order('request_demotion', first);
      assert.deepEqual(told(demoted), ['executed', null, null]);
      await promotable(second);
      const promoted = await operator.order('request_promotion', second);
      assert.deepEqual(told(promoted), ['executed', null, null]);
      assert.equal((await second.write('two are enough')).status, 200);
      third.thaw();
      await until('it follows', async () => (await keysOf(third)).includes('two are enough'));
      assert.deepEqual(
        [await eventsAbout(third, demoted), await eventsAbout(third, promoted)],
        [[], []],
        'nothing was done on the bystander',
      );
      await Promise.all([settlesOnce(first, demoted, true), settlesOnce(second, promoted, true)]);
    },
  );

  it(
    'also P6-A1: with primary and bystander both stopped there is no majority: even forced, nothing is executed, and ' +
      'thawed the old primary goes on',
    async () => {
      const [first, second, third] = nodes;
      first.freeze();
      third.freeze();
      const forced = await operator.order('force_promotion', second);
      assert.deepEqual(told(forced), ['not_executed', 'KERNEL_REJECTION', 'AERO_PROMOTION_DENIED']);
      first.thaw();
      third.thaw();
      await settlesOnce(second, forced, false);
      assert.equal((await first.write('still the primary')).status, 200);
      assert.equal(errorCode(await second.write('not here')), 'AERO_NOT_PRIMARY');
    },
  );

  // The last one: the old primary's log keeps the write that nobody acknowledged, so it will not be a replica of this
  // history again.
  it(
    'also P6-A1: the primary during the promotion of another: silence is not death, so the validated one is denied; ' +
      'forced, the new epoch fences it, and thawed it acknowledges nothing and halts',
    async () => {
      const [first, second, third] = nodes;
      first.freeze();
      assert.deepEqual(told(await operator.order('request_promotion', second)), [
        'not_executed',
        'KERNEL_REJECTION',
        'AERO_PROMOTION_DENIED',
      ]);
      const forced = await operator.order('force_promotion', second);
      assert.deepEqual(told(forced), ['executed', null, null]);
      // It waits in the frozen primary's socket and is the first thing that it will read.
      const stale = first.write('by the frozen primary').catch(() => null);
      assert.equal((await second.write('by the new primary')).status, 200);
      first.thaw();
      assert.notEqual((await stale)?.status, 200, 'two primaries acknowledge');
      await haltedWith(first, 'AuthorityAmbiguity');
      await until('the other follows the new primary', async () =>
        (await keysOf(third)).includes('by the new primary'),
      );
      assert.ok(!(await keysOf(second)).includes('by the frozen primary'));
      await settlesOnce(second, forced, true);
    },
  );
});
