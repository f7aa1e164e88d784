/** Tests what the lines of one request say about its end. */
import assert from 'node:assert/strict';
import type { AuditLine } from '../../src/control-plane/model/audit-reader.ts';
import { requestEnd } from '../../src/audit/query.ts';

function line(at: number, record: Readonly<Record<string, unknown>> | null): AuditLine {
  return {
    line: BigInt(at),
    text: '',
    record,
  };
}

describe('records grouped by request', () => {
  it('P7-E2: a dispatch_intent without an outcome is unknown', () => {
    const end = requestEnd([
      line(1, {
        stage: 'command_requested',
        request_id: 'a',
        command: 'request_promotion',
        cluster: 'prod',
        target: 'n2',
      }),
      line(2, { stage: 'dispatch_intent', request_id: 'a', outcome: 'pending' }),
    ]);
    assert.deepEqual(end, { kind: 'unknown' });
  });

  it('an outcome ends it, in the words of its record', () => {
    const end = requestEnd([
      line(1, { stage: 'command_requested', request_id: 'a' }),
      line(2, { stage: 'dispatch_intent', request_id: 'a' }),
      line(3, null),
      line(4, { stage: 'kernel_rejected', request_id: 'a', outcome: 'not_executed' }),
    ]);
    assert.deepEqual(end, { kind: 'ended', stage: 'kernel_rejected', outcome: 'not_executed' });
    const refused = requestEnd([line(1, { stage: 'command_rejected', request_id: 'a', outcome: 'not_executed' })]);
    assert.deepEqual(refused, { kind: 'ended', stage: 'command_rejected', outcome: 'not_executed' });
  });

  it(
    'P7-E2: once the intent is on disk only what became of it ends a request: a second use of its id that is ' +
      'refused does not',
    () => {
      for (const stage of ['command_rejected', 'read_failed', 'command_answered', 'confirmation_voided']) {
        const end = requestEnd([
          line(1, { stage: 'command_requested', request_id: 'a' }),
          line(2, { stage: 'dispatch_intent', request_id: 'a' }),
          line(3, { stage: 'command_requested', request_id: 'a' }),
          line(4, { stage, request_id: 'a', outcome: 'not_executed' }),
        ]);
        assert.deepEqual(end, { kind: 'unknown' }, stage);
      }
      const twice = requestEnd([
        line(1, { stage: 'dispatch_intent', request_id: 'a' }),
        line(2, { stage: 'command_executed', request_id: 'a', outcome: 'executed' }),
        line(3, { stage: 'dispatch_intent', request_id: 'a' }),
      ]);
      assert.deepEqual(twice, { kind: 'unknown' }, 'an outcome is that of the intent before it');
      for (const stage of ['dispatch_failed', 'command_executed', 'kernel_rejected', 'outcome_unknown']) {
        const ended = requestEnd([
          line(1, { stage: 'dispatch_intent', request_id: 'a' }),
          line(2, { stage, request_id: 'a', outcome: 'o' }),
        ]);
        assert.deepEqual(ended, { kind: 'ended', stage, outcome: 'o' });
      }
    },
  );

  it('stopped before anything was sent: unfinished, with its last completed stage', () => {
    const end = requestEnd([
      line(1, { stage: 'command_requested', request_id: 'a' }),
      line(2, { stage: 'confirmation_requested', request_id: 'a' }),
    ]);
    assert.deepEqual(end, { kind: 'unfinished', stage: 'confirmation_requested' });
  });
});
