/** Tests the validator with drawn facts, and that each explanation agrees with the decision that follows. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Testimony } from '../../src/local-cluster/testimony.ts';
import { type PromotionFacts, validatePromotion } from '../../src/local-cluster/validation.ts';
import { DENIAL_INVARIANTS, HALT_REASONS, REPLICATION_STATES, ROLES } from '../../src/local-cluster/vocabulary.ts';
import { seedFrom } from '../support/seed.ts';
import {
  type Json,
  TestCluster,
  type TestNode,
  at,
  demote,
  listAt,
  promote,
  textAt,
  until,
} from '../support/test-cluster.ts';

fc.configureGlobal({ seed: seedFrom('FUZZ_SEED') });

const small = fc.bigInt({ min: 0n, max: 3n });
const position = fc.record({ offset: small, chain: fc.constant(0), epoch: small, commitId: small });
function testimony(nodeId: string): fc.Arbitrary<Testimony> {
  return fc.record({
    nodeId: fc.constant(nodeId),
    role: fc.constantFrom(...ROLES),
    state: fc.constantFrom(...REPLICATION_STATES),
    haltReason: fc.option(fc.constantFrom(...HALT_REASONS)),
    epoch: small,
    candidate: fc.constantFrom('a', 'b', 'c'),
    primary: fc.record({ epoch: small, node_id: fc.constantFrom('a', 'b', 'c') }),
    serving: fc.option(small),
    position,
    durable: position,
    applied: position,
    visible: position,
  });
}

function other(nodeId: string): fc.Arbitrary<PromotionFacts['others'][number]> {
  return fc.record({
    nodeId: fc.constant(nodeId),
    name: fc.constant(nodeId),
    testimony: fc.option(testimony(nodeId)),
    isPrefix: fc.constantFrom(true, false, null),
  });
}
const facts: fc.Arbitrary<PromotionFacts> = fc.record({
  mode: fc.constantFrom('validated', 'forced'),
  memberCount: fc.constant(3),
  target: testimony('a'),
  others: fc.tuple(other('b'), other('c')),
});

describe('the validator', () => {
  it(
    'P6-D1, P6-O2: the same facts give the same decision, every check is reported in its order, and a denial names ' +
      'the first that does not hold',
    () => {
      fc.assert(
        fc.property(facts, given => {
          const decision = validatePromotion(given);
          assert.deepEqual(validatePromotion(given), decision);
          const ids = [
            'target_is_active_replica',
            'write_authority_is_clear',
            'acknowledged_writes_are_present',
            'wal_continues_the_others',
            'visible_snapshots_stay_valid',
          ];
          assert.deepEqual(
            decision.checks.map(check => check.id),
            given.mode === 'forced' ? [...ids, 'override_is_needed'] : ids,
          );
          const bad = decision.checks.find(check => check.result === 'fail' || check.result === 'unknown');
          assert.equal(decision.decision, bad === undefined ? 'approve' : 'deny');
          assert.equal(decision.reason === null ? undefined : DENIAL_INVARIANTS[decision.reason], bad?.invariant);
        }),
        { numRuns: 3_000 },
      );
    },
  );

  it('P6-A1a: force stands in for the unknown second check and for nothing else; a check that fails stays a denial', () => {
    fc.assert(
      fc.property(facts, given => {
        const validated = validatePromotion({ ...given, mode: 'validated' });
        const forced = validatePromotion({ ...given, mode: 'forced' });
        for (const [index, check] of validated.checks.entries()) {
          const overridden = check.id === 'write_authority_is_clear' && check.result === 'unknown';
          assert.equal(forced.checks[index]?.result, overridden ? 'overridden' : check.result);
        }
        assert.ok(
          !(validated.decision === 'approve' && forced.decision === 'approve'),
          'what needs no force cannot be forced',
        );
      }),
      { numRuns: 3_000 },
    );
  });

  it('also P6-S1: an approved target is at or beyond every witness, and a majority witnesses', () => {
    fc.assert(
      fc.property(facts, given => {
        if (validatePromotion(given).decision === 'deny') return;
        const witnesses = given.others.flatMap(one =>
          one.testimony !== null && ['ReplicaActive', 'PrimaryActive'].includes(one.testimony.state)
            ? [one.testimony]
            : [],
        );
        assert.ok(witnesses.length + 1 >= 2);
        for (const { position: end } of witnesses)
          assert.ok(
            end.epoch < given.target.durable.epoch ||
              (end.epoch === given.target.durable.epoch && end.offset <= given.target.durable.offset),
          );
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('the explanation and the decision', function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ flags: ['--faults'] });
  });
  after(() => cluster.stop());

  /** Explains, then asks for exactly that; null where the state moved in between (412) and nothing can be compared. */
  const compare = async (
    node: TestNode,
    kind: 'promotion' | 'demotion',
    mode: 'validated' | 'forced',
  ): Promise<string | null> => {
    const explain = async (): Promise<Json | undefined> =>
      at(
        (await node.get(`/v1/explain/${kind}?target=${node.id}${kind === 'promotion' ? `&mode=${mode}` : ''}`)).body,
        'data',
      );
    let explained = await explain();
    // A write moves positions and no control version: what is still on its way arrives first.
    await until('nothing moves', async () => {
      const before = JSON.stringify([at(explained, 'checks'), at(explained, 'control_version')]);
      explained = await explain();
      return JSON.stringify([at(explained, 'checks'), at(explained, 'control_version')]) === before;
    });
    const version = textAt(explained, 'control_version');
    const decided =
      kind === 'promotion'
        ? await promote(node, { mode, acknowledged: ['P6-A1'], version })
        : await demote(node, { version });
    if (decided.status === 412) return null;
    const reason = at(explained, 'reason');
    if (decided.status === 200) {
      // Positions move without a control version: only a denial that rests on one can have healed in between.
      if (reason === 'ReplicaBehindWal' || reason === 'MvccVisibilityViolation') return null;
      assert.equal(at(explained, 'decision'), 'approve', decided.text);
      return 'approve';
    }
    const observed = (checks: readonly Json[]): readonly string[] => checks.map(check => textAt(check, 'observed'));
    const [before, now] = [listAt(explained, 'checks'), listAt(decided.body, 'error.details.checks')];
    if (JSON.stringify(observed(before)) !== JSON.stringify(observed(now))) return null;
    assert.deepEqual([at(explained, 'decision'), reason], ['deny', at(decided.body, 'error.details.reason')]);
    assert.deepEqual(now, before);
    return textAt(explained, 'reason');
  };

  it('also P6-D1: whatever the cluster has been through, a request is answered exactly as it was explained', async () => {
    const seen: string[] = [];
    const step = fc.record({
      node: fc.constantFrom(1, 2, 3),
      fault: fc.constantFrom({}, {}, {}, { cut: 'both' }, { cut: 'incoming' }, { hold_apply: true }),
      ask: fc.constantFrom('promotion', 'promotion', 'demotion'),
      mode: fc.constantFrom('validated', 'forced'),
      write: fc.boolean(),
    } as const);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 6 }), async steps => {
        for (const { node, fault, ask, mode, write } of steps) {
          const target = cluster.node(node);
          await cluster.node((node % 3) + 1).faults(fault);
          if (write) for (const one of cluster.nodes) void one.write('w').catch(() => undefined);
          const result = await compare(target, ask, mode);
          if (result !== null) seen.push(result);
        }
      }),
      { numRuns: 12, seed: 20_261_121, endOnFailure: true },
    );
    assert.ok(
      seen.length >= 40 && new Set(seen).size >= 4,
      `${seen.length} decisions compared: ${[...new Set(seen)].join(', ')}`,
    );
  });
});
