/** Tests how the records of one request are grouped and what is said of its end. */
import assert from 'node:assert/strict';
import type { AuditLine } from '../../src/control-plane/model/audit-reader.ts';
import { groupByRequest, type RequestHistory } from '../../src/audit/query.ts';

function line(at: number, record: Readonly<Record<string, unknown>> | null): AuditLine {
  return {
    line: BigInt(at),
    text: '',
    record,
  };
}

function grouped(lines: readonly AuditLine[]): readonly [RequestHistory] {
  const [request, ...others] = groupByRequest(lines);
  assert.ok(request !== undefined && others.length === 0);
  return [request];
}

describe('records grouped by request', () => {
  it('also P7-E2: a dispatch_intent without an outcome is unknown', () => {
    const [request] = grouped([
      line(1, {
        stage: 'command_requested',
        request_id: 'a',
        command: 'request_promotion',
        cluster: 'prod',
        target: 'n2',
      }),
      line(2, { stage: 'dispatch_intent', request_id: 'a', outcome: 'pending' }),
      line(3, { stage: 'session_started' }),
    ]);
    assert.deepEqual(request.end, { kind: 'unknown' });
    assert.deepEqual(
      [request.command, request.cluster, request.target, request.lines.length],
      ['request_promotion', 'prod', 'n2', 2],
    );
  });

  it('an outcome ends it, in the words of its record; requests keep the order of their first record', () => {
    const requests = groupByRequest([
      line(1, { stage: 'command_requested', request_id: 'b' }),
      line(2, { stage: 'command_requested', request_id: 'a' }),
      line(3, { stage: 'dispatch_intent', request_id: 'b' }),
      line(4, null),
      line(5, { stage: 'kernel_rejected', request_id: 'b', outcome: 'not_executed' }),
      line(6, { stage: 'command_rejected', request_id: 'a', outcome: 'not_executed' }),
    ]);
    assert.deepEqual(
      requests.map(({ requestId, end }) => [requestId, end]),
      [
        ['b', { kind: 'ended', stage: 'kernel_rejected', outcome: 'not_executed' }],
        ['a', { kind: 'ended', stage: 'command_rejected', outcome: 'not_executed' }],
      ],
    );
  });

  it(
    'also P7-E2: once the intent is on disk only what became of it ends a request: a second use of its id that is ' +
      'refused does not',
    () => {
      for (const stage of ['command_rejected', 'read_failed', 'command_answered', 'confirmation_voided']) {
        const [request] = grouped([
          line(1, { stage: 'command_requested', request_id: 'a' }),
          line(2, { stage: 'dispatch_intent', request_id: 'a' }),
          line(3, { stage: 'command_requested', request_id: 'a' }),
          line(4, { stage, request_id: 'a', outcome: 'not_executed' }),
        ]);
        assert.deepEqual(request.end, { kind: 'unknown' }, stage);
      }
      const [twice] = grouped([
        line(1, { stage: 'dispatch_intent', request_id: 'a' }),
        line(2, { stage: 'command_executed', request_id: 'a', outcome: 'executed' }),
        line(3, { stage: 'dispatch_intent', request_id: 'a' }),
      ]);
      assert.deepEqual(twice.end, { kind: 'unknown' }, 'an outcome is that of the intent before it');
      for (const stage of ['dispatch_failed', 'command_executed', 'kernel_rejected', 'outcome_unknown']) {
        const [ended] = grouped([
          line(1, { stage: 'dispatch_intent', request_id: 'a' }),
          line(2, { stage, request_id: 'a', outcome: 'o' }),
        ]);
        assert.deepEqual(ended.end, { kind: 'ended', stage, outcome: 'o' });
      }
    },
  );

  it('stopped before anything was sent: unfinished, with its last completed stage', () => {
    const [request] = grouped([
      line(1, { stage: 'command_requested', request_id: 'a' }),
      line(2, { stage: 'confirmation_requested', request_id: 'a' }),
    ]);
    assert.deepEqual(request.end, { kind: 'unfinished', stage: 'confirmation_requested' });
  });
});
