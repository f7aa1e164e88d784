/** What a reconstruction says of a request, of what is missing, and of sources that do not say the same. */
import assert from 'node:assert/strict';
import { PAST } from '../../src/engines/aerodb/past.ts';
import { evidenceIn } from '../../src/reconstruction/evidence.ts';
import type { NamedEvidence } from '../../src/reconstruction/lane.ts';
import type { Reconstruction } from '../../src/reconstruction/model.ts';
import { reconstruct, type Given } from '../../src/reconstruction/reconstruct.ts';
import { ALL, answer, answerText, collected, event, NODE, OTHER, pieces, promotion, REQUEST, stub } from './made.ts';

const EXECUTED = { stage: 'command_executed', outcome: 'executed' } as const;
const UNKNOWN = { stage: 'outcome_unknown', outcome: 'unknown' } as const;

function shown(given: Partial<Given>): Reconstruction {
  return reconstruct({ asked: ALL, logs: [], evidence: [], ...given });
}

function gaps({ entries }: Reconstruction): readonly string[] {
  return entries.filter(({ is }) => is === 'gap').map(({ text }) => text);
}

function log(end: Parameters<typeof promotion>[0], more?: Parameters<typeof promotion>[1]): Given['logs'] {
  return [collected('anna.jsonl', pieces('anna', promotion(end, more)))];
}

describe('a reconstruction', () => {
  describe('the answer sheet of a control request', () => {
    it('says who, under which authority, on which state, what was relied on, overridden and acknowledged', () => {
      const [sheet] = shown({ logs: log([EXECUTED]) }).requests;
      assert.ok(sheet);
      assert.equal(sheet.requestId, REQUEST);
      assert.equal(sheet.who, 'anna@host');
      assert.equal(sheet.authority, 'Operator');
      assert.equal(sheet.reason, 'drill');
      assert.equal(sheet.state?.epoch, '1');
      assert.equal(sheet.confirmation, 'enhanced');
      assert.deepEqual(sheet.reliedOn, ['P6-S1']);
      assert.deepEqual(sheet.overridden, ['P6-A1']);
      assert.deepEqual(sheet.acknowledged, ['P6-A1']);
      assert.equal(sheet.explanationDigest, 'digest');
      assert.equal(sheet.outcome, 'executed');
      assert.equal(sheet.sentAt?.entry, 3);
    });

    it('also P7-E2: an intent without an outcome is unknown, and a gap behind it says so', () => {
      const made = shown({ logs: log([]) });
      assert.equal(made.requests[0]?.outcome, 'unknown');
      assert.match(gaps(made).join(), /After the intent #3 nothing in this log says what came of request/);
      const first = made.entries.find(({ is }) => is === 'gap');
      assert.equal(first?.n, 4, 'it stands right behind the intent');
    });

    it('an outcome before the intent is that of another use of the id', () => {
      const logs = [
        collected(
          'a',
          pieces('a', [{ ...EXECUTED, request_id: REQUEST, command: 'request_promotion' }, ...promotion([])]),
        ),
      ];
      assert.equal(shown({ logs }).requests[0]?.outcome, 'unknown');
    });

    it('log and kernel that do not say the same are named, and neither is made to agree', () => {
      const evidence = [answer([event(1), event(2, { type: 'replication.promotion.transition_completed' })])];
      const [sheet] = shown({ logs: log([UNKNOWN]), evidence }).requests;
      assert.equal(sheet?.outcome, 'unknown');
      assert.match(
        String(sheet.disagreements),
        /The log says unknown; event #2 of the history of node .* says executed/,
      );
      const [denied] = shown({
        logs: log([{ stage: 'kernel_rejected', outcome: 'not_executed' }]),
        evidence,
      }).requests;
      assert.match(String(denied?.disagreements), /The log says not executed; event #2 .* says executed/);
      const [agreed] = shown({ logs: log([EXECUTED]), evidence }).requests;
      assert.deepEqual(agreed?.disagreements, []);
    });

    for (const [what, fields] of [
      ['Target', { nodeId: OTHER }],
      ['Reason', { reason: 'another' }],
      ['Mode', { mode: 'forced' }],
      ['Audit head', { auditHead: { seq: '3', hash: 'f'.repeat(64) } }],
    ] as const)
      it(`${what}: what the kernel holds of a request is held against the log`, () => {
        const [sheet] = shown({ logs: log([EXECUTED]), evidence: [answer([event(1, fields)])] }).requests;
        assert.match(String(sheet?.disagreements), new RegExp(`^${what}: the log says`));
      });

    it('ledgers and last attempts are what a kernel says; an id that a ledger does not know is no outcome', () => {
      const request = (known: boolean, outcome: string | null) => ({
        request: { requestId: REQUEST, known, outcome, code: null },
      });
      const known = shown({ logs: log([UNKNOWN]), evidence: [answer([], request(true, 'executed'))] });
      assert.match(String(known.requests[0]?.disagreements), /the ledger of .* says executed/);
      const stranger = shown({ logs: log([UNKNOWN]), evidence: [answer([], request(false, 'executed'))] });
      assert.deepEqual(stranger.requests[0]?.disagreements, []);
      assert.match(String(stranger.requests[0].kernelSays.map(({ text }) => text)), /does not know it/);
      const attempt = { lastAttempt: { requestId: REQUEST, outcome: 'not_executed', denial: null } };
      const last = shown({ logs: log([EXECUTED]), evidence: [answer([], attempt)] });
      assert.match(String(last.requests[0]?.disagreements), /The log says executed; the last attempt of/);
    });

    it('a request that only a kernel names has a sheet, on which nobody is made up', () => {
      const [sheet] = shown({ evidence: [answer([event(1)])] }).requests;
      assert.equal(sheet?.who, null);
      assert.equal(sheet.outcome, null);
      assert.match(String(sheet.unknown), /Who asked/);
    });
  });

  describe('gaps', () => {
    const records = pieces('anna', [{}, {}, {}, {}, {}]);

    it('numbers that are withheld and numbers that were not given are told apart, each in its place', () => {
      const [one, two, three, four, five] = records;
      assert.ok(one && two && three && four && five);
      const made = shown({ logs: [collected('a', [one, stub(two), three, five])] });
      assert.deepEqual(
        made.entries.map(entry => (entry.is === 'record' ? entry.seq : entry.text)),
        ['1', 'Record #2 is withheld in what was given.', '3', 'Record #4 is not in what was given.', '5'],
      );
      assert.match(
        String(gaps(shown({ logs: [collected('a', [three])] }))),
        /Records #1 to #2 are not in what was given/,
      );
    });

    it('another file of the same log fills them, and holds the outcome that the first one lacks', () => {
      const all = pieces('anna', promotion([EXECUTED]));
      const [one, two, three] = all;
      assert.ok(one && two && three);
      const parts = [collected('part', [one, stub(two), three]), collected('rest', all.slice(1))];
      const made = shown({ logs: parts });
      assert.equal(made.sources.length, 1);
      assert.deepEqual(gaps(made), []);
      assert.equal(made.requests[0]?.outcome, 'executed');
      assert.equal(made.entries.length, all.length);
    });

    it('where the outcome may be withheld, nothing is said of the log', () => {
      const all = pieces('anna', promotion([EXECUTED, {}]));
      const given = all.map((piece, index) => (index === 3 ? stub(piece) : piece));
      assert.match(String(gaps(shown({ logs: [collected('a', given)] }))), /nothing that was given says what came/);
    });

    it('a log that does not verify is used as far as it holds, and the break is shown in its place', () => {
      const broken = collected('a', records, ALL, 'record_edited', { seq: 3n, message: 'Line 3 was edited.' });
      const made = shown({ logs: [broken] });
      assert.equal(made.isSound, false);
      assert.equal(made.entries[2]?.text, 'Line 3 was edited.');
      assert.equal(made.entries.length, 6);
    });

    it('a clock that ran backwards in a session is an entry, and the order stays that of the numbers', () => {
      const back = pieces('anna', [{}, { time: '2026-10-31T23:59:59.000Z' }, {}]);
      const made = shown({ logs: [collected('a', back)] });
      assert.match(gaps(made)[0] ?? '', /ran backwards here: from 2026-11-01T00:00:00.000Z to 2026-10-31T23:59:59/);
      assert.deepEqual(
        made.entries.map(entry => (entry.is === 'record' ? entry.seq : '-')),
        ['1', '-', '2', '3'],
      );
    });

    it('between sessions, which may have waited for the lock, a few seconds are no clock that ran backwards', () => {
      const two = (later: string): readonly string[] =>
        gaps(
          shown({
            logs: [
              collected('a', pieces('a', [{ time: '2026-11-01T00:00:09.000Z' }, { time: later, session: 'other' }])),
            ],
          }),
        );
      assert.deepEqual(two('2026-11-01T00:00:00.000Z'), []);
      assert.equal(two('2026-10-31T23:59:58.000Z').length, 1);
    });

    it('events that are not in what was read: before, between, and after the reading', () => {
      const made = shown({ evidence: [answer([event(3), event(5), event(9)])] });
      assert.deepEqual(gaps(made), [
        'Events #1 to #2 are not in what was read.',
        'Event #4 is not in what was read.',
        'Events #6 to #8 are not in what was read.',
        'What happened after 2026-11-01T01:00:00.000Z (by its own clock) was not read.',
      ]);
      const old = shown({ evidence: [answer([event(1)], { nextAfter: '1' })] });
      assert.match(gaps(old)[0] ?? '', /There are newer events, which were not read/);
    });

    it('where events have no numbers, only a page that holds both says that none lies between two', () => {
      const at = (second: number): Readonly<Record<string, unknown>> =>
        event(second, { time: `2026-11-01T00:00:0${second}.000Z`, requestId: null });
      const page = (...seconds: readonly number[]): NamedEvidence => ({
        ...answer(seconds.map(at), { nextBefore: seconds.includes(1) ? null : '1' }),
        past: { ...PAST, key: 'time', isCounted: false },
      });
      const between = (...pages: readonly NamedEvidence[]): number =>
        gaps(shown({ evidence: pages })).filter(text => text.startsWith('Whether there are events between')).length;
      assert.equal(between(page(3, 4), page(1, 2)), 1);
      assert.equal(between(page(3, 4), page(1, 2, 3)), 0);
      assert.match(String(gaps(shown({ evidence: [page(3, 4)] }))), /There are older events, which were not read/);
    });

    it('an older page that was read later does not stand for the newest one', () => {
      const later = { observed: { nodeId: NODE, time: '2026-11-01T02:00:00.000Z', clock: 'node' } };
      const made = shown({ evidence: [answer([event(2)]), answer([event(1)], { nextAfter: '1' }, later)] });
      assert.deepEqual(gaps(made), ['What happened after 2026-11-01T01:00:00.000Z (by its own clock) was not read.']);
    });

    it('pages of one node are one history', () => {
      const made = shown({ evidence: [answer([event(3)]), answer([event(1), event(2)])] });
      assert.equal(made.sources.length, 1);
      assert.equal(made.entries.filter(({ is }) => is === 'event').length, 3);
      assert.equal(gaps(made).length, 1);
    });
  });

  describe('what is missing', () => {
    it('names each member that a record names and whose history was not read', () => {
      const made = shown({ logs: log([EXECUTED]), evidence: [answer([])] });
      assert.deepEqual(made.missing, [`The history of node node-2 (${OTHER}) of cluster orders was not read.`]);
    });

    it('names the parts of the period of which no source says anything', () => {
      const asked = { ...ALL, since: '2026-10-31T00:00:00.000Z', until: '2026-11-02T00:00:00.000Z' };
      const made = reconstruct({ asked, logs: [collected('a', pieces('a', [{}]), asked)], evidence: [] });
      assert.deepEqual(made.missing, [
        'Of the time from 2026-10-31T00:00:00.000Z to 2026-11-01T00:00:00.000Z no source that was given says ' +
          'anything (by the clocks of the sources).',
        'Of the time from 2026-11-01T00:00:00.000Z to 2026-11-02T00:00:00.000Z no source that was given says ' +
          'anything (by the clocks of the sources).',
      ]);
    });
  });

  describe('contradictions', () => {
    it('two records of one number, two tellings of one event, another hash of an intent than the kernel holds', () => {
      const [first, second] = pieces('anna', [{}, {}]);
      const forked = pieces('anna', [{}, { detail: 'another' }])[1];
      assert.ok(first && second && forked);
      const two = shown({ logs: [collected('a', [first, second]), collected('b', [first, forked])] });
      assert.match(String(two.contradictions), /Two records #2 .* are given/);
      const told = shown({ evidence: [answer([event(1)]), answer([event(1, { reason: 'another' })])] });
      assert.match(String(told.contradictions), /is told in two ways: event 1/);
      const head = { auditHead: { seq: '3', hash: 'f'.repeat(64) } };
      const other = shown({ logs: log([EXECUTED]), evidence: [answer([event(1, head)])] });
      assert.match(String(other.contradictions), /The kernel holds another hash of the intent #3/);
      for (const made of [two, told, other]) assert.equal(made.isSound, false);
    });

    it('links that go round in a circle order nothing, and are named', () => {
      // The reading that holds the event is recorded before the intent of the event's own request.
      const records = pieces('anna', [{ stage: 'command_answered', request_id: OTHER }, ...promotion([])]);
      const read = records[0];
      assert.ok(read);
      const recorded = { requestId: OTHER, recorded: { seq: '1', hash: read.hash } };
      const made = shown({ logs: [collected('a', records)], evidence: [answer([event(1)], {}, recorded)] });
      assert.match(String(made.contradictions), /form a circle/);
      assert.equal(made.isSound, false, 'sources that contradict each other are not sound');
      assert.equal(made.entries.filter(({ is }) => is !== 'gap').length, records.length + 1, 'all of it is listed');
      assert.ok(made.entries.every(({ after }) => after.length === 0));
    });
  });

  it('what is asked for is taken: a request, a cluster, a period', () => {
    const records = pieces('anna', [
      { request_id: REQUEST },
      { cluster: 'stock' },
      { time: '2026-12-01T00:00:00.000Z' },
    ]);
    const seqs = (asked: Partial<typeof ALL>): readonly string[] =>
      reconstruct({
        asked: { ...ALL, ...asked },
        logs: [collected('a', records, { ...ALL, ...asked })],
        evidence: [],
      }).entries.flatMap(entry => (entry.is === 'record' ? [entry.seq] : []));
    assert.deepEqual(seqs({ requestId: REQUEST }), ['1']);
    assert.deepEqual(seqs({ cluster: 'stock' }), ['2']);
    assert.deepEqual(seqs({ since: '2026-11-15T00:00:00.000Z' }), ['3']);
    assert.deepEqual(seqs({ until: '2026-11-01T00:00:01.000Z' }), ['1']);
  });

  it('what is no evidence is refused, and says why', () => {
    for (const [text, why] of [
      ['nothing', /not one JSON document/],
      ['{}', /format/],
      [answerText([], {}, { command: 'inspect_node' }), /command/],
      [answerText([{ ...event(1), seq: 1 }]), /events\.0\.seq|events/],
    ] as const) {
      const read = evidenceIn('x.json', text);
      assert.ok(!read.ok);
      assert.match(read.error.message, why);
      assert.equal(read.error.field, 'with');
    }
  });

  it('an id that two operators used is nobody in particular, unless the kernel holds the hash of the intent', () => {
    const logs = ['anna', 'bob'].map(who => collected(`${who}.jsonl`, pieces(who, promotion([EXECUTED]))));
    const bare = shown({ logs, evidence: [answer([event(1)])] });
    assert.deepEqual(bare.entries.find(({ is }) => is === 'event')?.after, []);
    const intent = logs[1]?.records[2];
    const auditHead = { seq: '3', hash: intent?.hash };
    const held = shown({ logs, evidence: [answer([event(1, { auditHead })])] });
    const after = held.entries.find(({ is }) => is === 'event')?.after ?? [];
    assert.deepEqual(
      after.map(({ entry }) => held.entries[entry - 1]).map(entry => entry?.is === 'record' && entry.hash),
      [intent?.hash],
    );
  });

  it('no order follows from an event of a node that is a stranger to the request', () => {
    const made = shown({
      logs: log([EXECUTED]),
      evidence: [answer([event(1, { requestId: '6f1c1f3e-0000-4000-8000-0000000000ff' })])],
    });
    const told = made.entries.find(({ is }) => is === 'event');
    assert.deepEqual(told?.after, []);
    assert.deepEqual(
      told.unordered.map(({ source }) => source),
      ['A'],
    );
  });

  it(`what an answer names was there before the record of the answer (${NODE})`, () => {
    const body = JSON.stringify({ observed_at: { node_id: NODE }, data: { events: [{ seq: '2' }] } });
    const response = { accepted: true, code: null, invariant: null, message: null, body };
    const made = shown({
      logs: log([{ ...EXECUTED, kernel_response: response }]),
      evidence: [answer([event(1), event(2), event(3)])],
    });
    const outcome = made.entries.find(entry => entry.is === 'record' && entry.stage === 'command_executed');
    const named = made.entries.find(entry => entry.is === 'event' && entry.seq === '2');
    assert.deepEqual(outcome?.after, [{ entry: named?.n, why: "the kernel's answer names event #2" }]);
  });
});
