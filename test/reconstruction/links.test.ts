/** Each link between two sources, and what looks like one and proves nothing. */
import assert from 'node:assert/strict';
import { PAST as MYSQL } from '../../src/engines/mysql/past.ts';
import { PAST as PATRONI } from '../../src/engines/patroni/past.ts';
import type { NamedEvidence } from '../../src/reconstruction/lane.ts';
import type { Entry, Reconstruction } from '../../src/reconstruction/model.ts';
import { reconstruct, type Given } from '../../src/reconstruction/reconstruct.ts';
import { ALL, answer, collected, event, NODE, OTHER, pieces, promotion, REQUEST } from './made.ts';

const EXECUTED = { stage: 'command_executed', outcome: 'executed' } as const;
const SAID_NO = { accepted: false, code: null, invariant: null, message: null };
const DENIED = {
  stage: 'kernel_rejected',
  outcome: 'not_executed',
  kernel_response: { ...SAID_NO, body: JSON.stringify({ error: { code: 'AERO_PROMOTION_DENIED' } }) },
} as const;

function shown(given: Partial<Given>): Reconstruction {
  return reconstruct({ asked: ALL, logs: [], evidence: [], ...given });
}

/** By what an entry is linked to those before it: their source and number. */
function after(made: Reconstruction, is: (entry: Entry) => boolean): readonly string[] {
  const found = made.entries.find(is);
  assert.ok(found);
  return found.after.map(({ entry }) => {
    const before = made.entries[entry - 1];
    return before === undefined || before.is === 'gap' ? 'a gap' : `${before.source}${before.seq}`;
  });
}

function eventAt(seq: number): (entry: Entry) => boolean {
  return entry => entry.is === 'event' && entry.seq === String(seq);
}

function recordAt(source: string, seq: number): (entry: Entry) => boolean {
  return entry => entry.is === 'record' && entry.source === source && entry.seq === String(seq);
}

/** The whole history of a Patroni cluster: each timeline that ended, and who led the one after it. */
function timelines(...leaders: readonly string[]): NamedEvidence {
  const events = leaders.map((nodeId, index) =>
    event(index + 1, { type: 'timeline ended', epoch: String(index + 1), requestId: null, nodeId }),
  );
  return { ...answer(events), past: PATRONI };
}

/** Logs of one operator each who saw these timelines led by these members. */
function saw(...states: readonly (readonly [epoch: string, primary: string | null])[]): Given['logs'] {
  const records = states.map(([epoch, primary]) => ({
    stage: 'command_answered' as const,
    kernel_state: { node: primary, epoch, primary, members: [] } as never,
  }));
  return [collected('anna', pieces('anna', records))];
}

describe('what links two sources', () => {
  describe('an intent and the events of its request', () => {
    it('an event that holds the hash of another intent is not after the one that is given', () => {
      const logs = [collected('anna', pieces('anna', promotion([EXECUTED])))];
      const held = { auditHead: { seq: '7', hash: 'f'.repeat(64) } };
      assert.deepEqual(after(shown({ logs, evidence: [answer([event(1, held)])] }), eventAt(1)), []);
      const rewritten = { auditHead: { seq: '3', hash: 'f'.repeat(64) } };
      assert.deepEqual(after(shown({ logs, evidence: [answer([event(1, rewritten)])] }), eventAt(1)), []);
    });

    it('of an id that was sent twice, the first event of each intent is after it', () => {
      const records = pieces('anna', [...promotion([EXECUTED]), ...promotion([EXECUTED])]);
      const heads = [2, 6].map(at => ({ auditHead: { seq: String(at + 1), hash: records[at]?.hash } }));
      const events = [event(1, heads[0]), event(2, heads[1])];
      const made = shown({ logs: [collected('anna', records)], evidence: [answer(events)] });
      assert.deepEqual(after(made, eventAt(1)), ['A3']);
      assert.deepEqual(after(made, eventAt(2)), ['A7']);
    });
  });

  describe('an answer and the events before it', () => {
    const denied = (seq: number, hash: string | undefined) =>
      event(seq, { type: 'replication.promotion.validation_failed', auditHead: { seq: '3', hash } });

    it('a refusal that names no event is that of the own intent, where two logs used one id', () => {
      const [anna, bob] = ['anna', 'bob'].map(who => pieces(who, promotion([DENIED])));
      assert.ok(anna && bob);
      const logs = [collected('anna', anna), collected('bob', bob)];
      const made = shown({ logs, evidence: [answer([denied(1, anna[2]?.hash)])] });
      assert.deepEqual(after(made, recordAt('A', 4)), ['C1']);
      assert.deepEqual(after(made, recordAt('B', 4)), []);
      const bare = shown({ logs, evidence: [answer([{ ...denied(1, undefined), auditHead: null }])] });
      assert.deepEqual(after(bare, recordAt('B', 4)), []);
    });

    it('of a request that arrived twice, only the first refusal was surely there before the answer', () => {
      const records = pieces('anna', promotion([DENIED]));
      const events = [denied(1, records[2]?.hash), denied(2, records[2]?.hash)];
      const made = shown({ logs: [collected('anna', records)], evidence: [answer(events)] });
      assert.deepEqual(after(made, recordAt('A', 4)), ['B1']);
    });
  });

  describe('a reading and its record', () => {
    const asked = { command: 'inspect_promotion_state', request_id: OTHER } as const;
    const records = pieces('anna', [
      { ...asked, stage: 'command_requested' },
      { ...asked, stage: 'command_answered' },
      { ...asked, stage: 'command_answered' },
    ]);
    const of = (at: number, requestId = OTHER) => ({
      requestId,
      recorded: { seq: String(at + 1), hash: records[at]?.hash },
    });

    it('the record is of that reading', () => {
      const made = shown({ logs: [collected('a', records)], evidence: [answer([event(1)], {}, of(1))] });
      assert.deepEqual(after(made, recordAt('A', 2)), ['B1']);
      assert.deepEqual(made.contradictions, []);
    });

    for (const [what, at, requestId] of [
      ['another stage', 0, OTHER],
      ['another request', 1, REQUEST],
    ] as const)
      it(`a record of ${what} orders nothing, and the file that names it is a contradiction`, () => {
        const evidence = [answer([event(1)], {}, of(at, requestId))];
        const made = shown({ logs: [collected('a', records)], evidence });
        assert.deepEqual(after(made, recordAt('A', at + 1)), []);
        assert.match(String(made.contradictions), /node\.json says that record #\d holds its reading/);
        assert.equal(made.isSound, false);
      });

    it('an event without a number of its own is found in each answer that holds it, whatever its place there', () => {
      const at = (place: number, second: number) =>
        event(place, { time: `2026-11-01T00:00:0${second}.000000Z`, requestId: null });
      const page = (...given: Parameters<typeof answer>): NamedEvidence => ({ ...answer(...given), past: MYSQL });
      const evidence = [page([at(1, 1), at(2, 2), at(3, 3)], {}, of(1)), page([at(1, 2), at(2, 3)], {}, of(2))];
      const made = shown({ logs: [collected('a', records)], evidence });
      assert.deepEqual(after(made, recordAt('A', 3)), ['B3']);
    });
  });

  describe('a timeline and the end of the one before it', () => {
    it('what was seen of it is after that end, and what was seen of a later one too', () => {
      const made = shown({ logs: saw(['3', 'pg-2'], ['9', 'pg-1']), evidence: [timelines('pg-1', 'pg-2')] });
      assert.deepEqual(after(made, recordAt('A', 1)), ['B2']);
      assert.deepEqual(after(made, recordAt('A', 2)), ['B2']);
    });

    it('a timeline that another member led is not that of this history: it was lost, or is of another cluster', () => {
      const made = shown({ logs: saw(['3', 'pg-9']), evidence: [timelines('pg-1', 'pg-2')] });
      assert.deepEqual(after(made, recordAt('A', 1)), []);
    });

    it('where the numbers of a name fell, a cluster was set up again, and they order nothing', () => {
      const made = shown({ logs: saw(['9', 'pg-1'], ['2', 'pg-1']), evidence: [timelines('pg-1')] });
      assert.deepEqual(after(made, recordAt('A', 1)), []);
      assert.deepEqual(after(made, recordAt('A', 2)), []);
    });
  });

  it('of an epoch that a node took twice, as a restored one does, only the first begin was surely before', () => {
    const began = (seq: number, requestId: string) => [
      event(seq, { type: 'replication.promotion.transition_started', epoch: '1', requestId }),
      event(seq + 1, { type: 'replication.promotion.transition_completed', epoch: '2', requestId }),
    ];
    const logs = [
      collected(
        'a',
        pieces('a', [{ stage: 'command_answered', kernel_state: { epoch: '2', primary: NODE, members: [] } as never }]),
      ),
    ];
    const made = shown({ logs, evidence: [answer([...began(1, REQUEST), ...began(3, OTHER)])] });
    assert.deepEqual(after(made, recordAt('A', 1)), ['B1']);
  });

  describe('two histories under one name', () => {
    it('of two clusters, or of one before and after it was set up again, are two sources without an order', () => {
      const made = shown({ evidence: [timelines('pg-1', 'pg-2'), timelines('db-1', 'db-2', 'db-3')] });
      assert.equal(made.sources.length, 2);
      assert.match(String(made.contradictions), /history of cluster orders is told in two ways/);
      const third = made.entries.find(entry => entry.is === 'event' && entry.nodeId === 'db-3');
      assert.deepEqual(
        third?.unordered.map(({ source, from, to }) => [source, to - from]),
        [['A', 1]],
      );
    });

    it('times of another offset are times all the same', () => {
      const times = ['2026-11-01T02:00:00.000000+02:00', '2026-11-01T01:00:00.000001Z', '2026-11-01T01:00:00.000002Z'];
      const events = times.map((time, index) => event(index + 1, { time, requestId: null }));
      const made = shown({ evidence: [{ ...answer(events.toReversed()), past: MYSQL }] });
      assert.deepEqual(
        made.entries.flatMap(entry => (entry.is === 'event' ? [entry.time] : [])),
        times,
      );
    });

    it('answers that only tell more are one', () => {
      const made = shown({ evidence: [timelines('pg-1'), timelines('pg-1', 'pg-2')] });
      assert.equal(made.sources.length, 1);
      assert.deepEqual(made.contradictions, []);
    });
  });
});
