/** What can be read next after a result: only what its engine can be asked for. */
import assert from 'node:assert/strict';
import './editor.ts';
import { transportFailure } from '../../src/control-plane/model/errors.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { ENGINES } from '../../src/engines/registry.ts';

const UNKNOWN = {
  kind: 'failed',
  requestId: 'r',
  command: 'request_promotion',
  cluster: 'orders',
  target: 'id-2',
  sent: true,
  error: transportFailure('PHASE7_TIMEOUT', 'no answer in time', 'unknown'),
  recorded: { position: { seq: 7n, hash: 'h' }, time: '2026-11-21T10:00:00Z' },
} as unknown as CommandResult;

describe('what can be read on after a result', () => {
  it('also P7-E2: what became of a request is offered to be looked up where an engine can be asked, and nowhere else', async () => {
    const { linksOf } = await import('../../src/vscode/read-on.ts');
    const labels = (looksUp: boolean): readonly string[] =>
      linksOf(UNKNOWN, () => undefined, looksUp).map(({ label }) => label);
    assert.deepEqual(labels(true), ['Record #7 in the audit log', 'Promotion state with this request']);
    assert.deepEqual(labels(false), ['Record #7 in the audit log']);
    assert.deepEqual(
      ENGINES.map(({ id, looksUpRequests }) => [id, looksUpRequests]),
      [
        ['aerodb', true],
        ['patroni', false],
        ['mysql', false],
      ],
    );
  });
});
