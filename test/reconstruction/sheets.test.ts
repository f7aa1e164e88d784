/** What an answer sheet may say where one id is of two requests, or not all of a request is given or asked for. */
import assert from 'node:assert/strict';
import type { AnswerSheet, Asked, Reconstruction } from '../../src/reconstruction/model.ts';
import { reconstruct, type Given } from '../../src/reconstruction/reconstruct.ts';
import { sheetFacts } from '../../src/reconstruction/sheet-facts.ts';
import { ALL, answer, collected, event, pieces, promotion, REQUEST, stub } from './made.ts';

const EXECUTED = { stage: 'command_executed', outcome: 'executed' } as const;
const REFUSED = { stage: 'kernel_rejected', outcome: 'not_executed' } as const;

function until(second: number): Asked {
  return { ...ALL, until: `2026-11-01T00:00:0${second}.000Z` };
}

function shown(given: Partial<Given>): Reconstruction {
  return reconstruct({ asked: ALL, logs: [], evidence: [], ...given });
}

function line(sheet: AnswerSheet | undefined, label: string): string {
  assert.ok(sheet);
  return (sheetFacts(sheet).find(fact => fact.label === label)?.lines ?? []).join('; ');
}

describe('an answer sheet', () => {
  describe('of an id that was used twice', () => {
    it('by two operators: neither is given what the other did', () => {
      const by = (account: string, end: typeof EXECUTED | typeof REFUSED, reason: string) =>
        pieces(
          account,
          promotion([end], { operator: { account, host: 'host', name: null } }).map(fields =>
            fields.stage === 'command_requested' ? { ...fields, args: { reason } } : fields,
          ),
        );
      const [anna, bob] = [by('anna', EXECUTED, 'drill'), by('bob', REFUSED, 'fire')];
      const logs = [collected('anna', anna), collected('bob', bob)];
      const told = event(1, {
        type: 'replication.promotion.transition_completed',
        reason: 'drill',
        auditHead: { seq: '3', hash: anna[2]?.hash },
      });
      const sheets = shown({ logs, evidence: [answer([told])] }).requests;
      assert.deepEqual(
        sheets.map(({ requestId, who, reason, outcome, kernelSays, disagreements }) => [
          requestId,
          who,
          reason,
          outcome,
          kernelSays.length,
          disagreements,
        ]),
        [
          [REQUEST, 'anna@host', 'drill', 'executed', 1, []],
          [REQUEST, 'bob@host', 'fire', 'not_executed', 0, []],
        ],
      );
    });

    it('again in one log: what was refused afterwards does not undo what was executed', () => {
      const again = { request_id: REQUEST, command: 'request_promotion' } as const;
      const records = pieces('anna', [
        ...promotion([EXECUTED]),
        { ...again, stage: 'command_requested' },
        { ...again, stage: 'command_rejected', outcome: 'not_executed' },
      ]);
      const sheets = shown({ logs: [collected('anna', records)] }).requests;
      assert.deepEqual(
        sheets.map(({ outcome, sentAt }) => [outcome, sentAt?.entry ?? null]),
        [
          ['executed', 3],
          ['not_executed', null],
        ],
      );
    });

    it('many times: what may be of each stands beside the first uses, and the others say so', () => {
      const again = { stage: 'command_requested', request_id: REQUEST, command: 'request_promotion' } as const;
      const logs = [
        collected(
          'a',
          pieces(
            'anna',
            Array.from({ length: 21 }, () => again),
          ),
        ),
      ];
      const says = shown({ logs, evidence: [answer([event(1)])] }).requests.map(({ kernelSays }) =>
        kernelSays.map(({ text }) => text).join(),
      );
      assert.match(says[19] ?? '', /^#1 /);
      assert.equal(says[20], '1 events, which stand beside its first uses.');
    });

    it('by one request of which two files hold different records: it is one', () => {
      const [one, two, three, four] = pieces('anna', promotion([EXECUTED]));
      assert.ok(one && two && three && four);
      const sheets = shown({ logs: [collected('a', [one]), collected('b', [three, four])] }).requests;
      assert.equal(sheets.length, 1);
      assert.equal(sheets[0]?.reason, 'drill');
    });
  });

  describe('of which not everything is given or asked for', () => {
    it('the outcome of an intent is that of the log, also where it lies behind the period', () => {
      const asked = until(3);
      const evidence = [answer([event(1, { type: 'replication.promotion.transition_completed', reason: 'drill' })])];
      const logs = [collected('a', pieces('anna', promotion([EXECUTED])), asked)];
      const [sheet] = reconstruct({ asked, logs, evidence }).requests;
      assert.equal(sheet?.outcome, 'executed');
      assert.match(line(sheet, 'When'), /ended: 2026-11-01T00:00:03.000Z \(a clock\), outside of what was asked for/);
      assert.match(sheet.end, /^The kernel executed it/);
      assert.deepEqual(sheet.disagreements, []);
      assert.doesNotMatch(sheet.unknown.join(), /What came of it/);
    });

    it('what was asked for before the period, and sent in it, is not said to be recorded nowhere', () => {
      const asked = { ...ALL, since: '2026-11-01T00:00:02.000Z' };
      const logs = [collected('a', pieces('anna', promotion([EXECUTED])), asked)];
      const [sheet] = reconstruct({ asked, logs, evidence: [] }).requests;
      for (const label of ['Reason given', 'Explanation'])
        assert.equal(line(sheet, label), 'not in the records that were given and asked for');
    });

    it('nothing is said never to have been sent where its intent is withheld, behind the period, or nowhere', () => {
      const [one, two, three] = pieces('anna', promotion([]));
      assert.ok(one && two && three);
      const asked = until(1);
      for (const sheet of [
        shown({ logs: [collected('a', [one, two, stub(three)])] }).requests[0],
        reconstruct({ asked, logs: [collected('a', [one, two, three], asked)], evidence: [] }).requests[0],
        shown({ evidence: [answer([event(1)])] }).requests[0],
      ]) {
        assert.equal(sheet?.outcome, null);
        assert.doesNotMatch(line(sheet, 'Outcome in the log'), /never|end before/);
        assert.match(line(sheet, 'Outcome in the log'), /^no record that it was sent; No (record|log) that was given/);
      }
    });
  });

  it('a ledger that was asked while the attempt went on does not disagree with what came of it', () => {
    const request = { requestId: REQUEST, known: true, outcome: 'unknown', code: null };
    const logs = [collected('a', pieces('anna', promotion([EXECUTED])))];
    const [sheet] = shown({ logs, evidence: [answer([], { request })] }).requests;
    assert.deepEqual(sheet?.disagreements, []);
    assert.match(line(sheet, "In the kernels' records"), /The ledger of .*: unknown\./);
  });

  describe('the gap behind an intent', () => {
    const text = (logs: Given['logs']): string =>
      shown({ logs })
        .entries.flatMap(entry => (entry.is === 'gap' ? [entry.text] : []))
        .join();

    it('says nothing of a log of which only a part was given, or which does not verify', () => {
      const records = pieces('anna', promotion([]));
      const whole = collected('a', records);
      assert.match(text([whole]), /nothing in this log says what came/);
      const part = { ...whole, file: { ...whole.file, form: 'bundle' } };
      assert.match(text([part]), /nothing that was given says what came/);
      const broken = { ...whole, file: { ...whole.file, verdict: 'torn_tail' as const } };
      assert.match(text([broken]), /nothing that was given says what came/);
    });
  });
});
