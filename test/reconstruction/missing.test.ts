/** What is said to be missing: members whose history was not read, and times of which no source says anything. */
import assert from 'node:assert/strict';
import { PAST as PATRONI } from '../../src/engines/patroni/past.ts';
import { instantOf } from '../../src/reconstruction/members.ts';
import type { ReconstructionQuery } from '../../src/reconstruction/model.ts';
import { reconstruct, type ReconstructionInput } from '../../src/reconstruction/reconstruct.ts';
import { ALL, answer, collected, event, pieces } from './made.ts';

function missing(given: Partial<ReconstructionInput>): readonly string[] {
  return reconstruct({ asked: ALL, logs: [], evidence: [], ...given }).missing;
}

function day(day: number): string {
  return `2026-11-0${day}T00:00:00.000Z`;
}

function silent(from: number, to: number): string {
  return (
    `Of the time from ${day(from)} to ${day(to)} no source that was given says anything (by the clocks of the ` +
    'sources).'
  );
}

describe('what a reconstruction says is missing', () => {
  it('members of one name in two clusters are two', () => {
    const seen = (cluster: string) => ({
      cluster,
      kernel_state: { epoch: '1', primary: 'pg-1', members: [{ node: 'pg-1' }] } as never,
    });
    const logs = [collected('a', pieces('anna', [seen('orders'), seen('stock')]))];
    const told = { observed: { nodeId: 'pg-1', time: day(1), clock: 'dcs' } };
    assert.deepEqual(missing({ logs, evidence: [{ ...answer([], {}, told), past: PATRONI }] }), [
      'The history of node pg-1 of cluster stock was not read.',
    ]);
  });

  describe('times', () => {
    const asked: ReconstructionQuery = { ...ALL, since: day(1), until: day(5) };

    it('a page that others follow says nothing of what came behind it', () => {
      const read = { observed: { nodeId: 'a', time: day(5), clock: 'node' } };
      const events = [event(1, { time: day(1) }), event(2, { time: day(2) })];
      assert.deepEqual(missing({ asked, evidence: [answer(events, { nextAfter: '2' }, read)] }), [silent(2, 5)]);
      assert.deepEqual(missing({ asked, evidence: [answer(events, {}, read)] }), []);
    });

    it('times of another offset are times all the same, and what is none covers nothing', () => {
      const times = ['not a time', '2026-11-02T01:00:00.000+01:00', '2026-11-01T23:30:00.000Z'];
      const logs = [
        collected(
          'a',
          pieces(
            'anna',
            times.map(time => ({ time })),
          ),
          asked,
        ),
      ];
      assert.deepEqual(missing({ asked, logs }), [
        silent(1, 2).replace(day(2), '2026-11-01T23:30:00.000Z'),
        silent(2, 5),
      ]);
    });

    it('where no source names any time, all of it is', () => {
      assert.deepEqual(missing({ asked, logs: [collected('a', [], asked)] }), [silent(1, 5)]);
    });

    it('a time without an offset is none: it would be another one on each machine', () => {
      assert.equal(instantOf('2026-11-01T00:00:00'), null);
      assert.equal(instantOf('5'), null);
      assert.equal(instantOf('2026-11-01T02:00:00+02:00'), Date.parse(day(1)));
    });
  });
});
