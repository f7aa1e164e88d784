/** The record of a reading: under whose authority, of what; and that nothing depends on it. */
import assert from 'node:assert/strict';
import { AuditUnavailable } from '../../src/control-plane/ports.ts';
import { closeAll } from '../support/servers.ts';
import { openOperator, openSession, removeFolders } from './session.ts';

const SECRETS = ['Zq9.xW7kR2vT5pL8', 'p@ssw0rd: hunter2', 'https://ann:secret@db.example.org/'];

describe('readings of the log', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it('also P7-O3, freeze/log-reads: hold the session, its authority, the files and what was looked for', async () => {
    const session = await openOperator();
    const filter = {
      cluster: 'orders',
      command: 'request_promotion',
      operator: 'ann@desk',
      outcome: 'unknown',
      stage: 'dispatch_intent',
      from: '2026-11-21T10:00:00.000Z',
      to: '2026-11-21T10:00:00.000Z',
      since: '2026-11-21',
      until: '2026-11-21T10:00:00+01:00',
      request_id: '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f',
      text: 'replication lag',
      only: 'dangling_intents',
    };
    const recorded = await session.plane.recordLogRead({ action: 'show', files: ['/var/log/audit.jsonl'], filter });
    const last = session.records().at(-1);
    assert.deepEqual(
      [last?.stage, last?.authority, last?.['log_read'], last?.['redacted'], last?.hash],
      [
        'log_read',
        'Operator',
        { action: 'show', files: ['/var/log/audit.jsonl'], filter },
        undefined,
        recorded.position?.hash,
      ],
    );
  });

  it('also P7-O3: whoever looks for a secret in the log does not put it there by that', async () => {
    const session = await openSession();
    const names = [
      'cluster',
      'command',
      'operator',
      'outcome',
      'stage',
      'from',
      'until',
      'request_id',
      'text',
      'other',
    ];
    for (const secret of SECRETS) {
      const filter = Object.fromEntries(names.map(name => [name, secret]));
      await session.plane.recordLogRead({ action: 'open', files: ['/var/log/a.jsonl', secret], filter });
      const last = session.records().at(-1);
      assert.deepEqual(last?.['log_read'], {
        action: 'open',
        files: ['/var/log/a.jsonl', '[withheld]'],
        filter: Object.fromEntries(names.map(name => [name, '[withheld]'])),
      });
      assert.deepEqual(last['redacted'], ['files', ...names.map(name => `filter.${name}`)]);
    }
  });

  it('say why they could not be recorded, and never throw', async () => {
    const session = await openSession({
      audit: () => ({ append: () => Promise.reject(new AuditUnavailable('/a/audit.jsonl: no space is left.')) }),
    });
    assert.deepEqual(await session.plane.recordLogRead({ action: 'verify', files: [], filter: {} }), {
      position: null,
      cause: '/a/audit.jsonl: no space is left.',
    });
  });
});
