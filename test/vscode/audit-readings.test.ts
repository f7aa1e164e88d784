/** What the tab of the audit log records of being read: each opening, each new filter, and no page. */
import assert from 'node:assert/strict';
import type { ControlPlane } from '../../src/control-plane/control-plane.ts';
import { AuditUnavailable } from '../../src/control-plane/ports.ts';
import { AuditReadings } from '../../src/vscode/audit-readings.ts';
import { openSession, removeFolders } from '../control-plane/session.ts';
import { closeAll } from '../support/servers.ts';

const FILE = '/home/ann/.local/state/aerodb/audit.jsonl';

describe('readings of the audit log in the editor', () => {
  let plane: ControlPlane;
  let reads: () => readonly unknown[];

  beforeEach(async () => {
    const session = await openSession();
    ({ plane } = session);
    await plane.changeAuthority({ level: 'Auditor' });
    reads = () =>
      session.records().flatMap(({ stage, log_read: read }) => (stage === 'log_read' ? [withoutFiles(read)] : []));
  });
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  function withoutFiles(read: unknown): unknown {
    const { files, ...rest } = read as { readonly files: unknown };
    assert.deepEqual(files, [FILE]);
    return rest;
  }

  it('also freeze/log-reads: records an opening, each filter once until the log is read anew, and a reload with the filter in place', async () => {
    const readings = new AuditReadings(() => plane, FILE);
    assert.equal(await readings.open(), null);
    assert.equal(await readings.filter({}), undefined, 'the selection that an opened tab begins with');
    assert.equal(await readings.filter({ stage: 'dispatch_intent', requestId: 'r-1' }), null);
    assert.equal(await readings.filter('dangling_intents'), null);
    assert.equal(await readings.filter({ stage: 'dispatch_intent', requestId: 'r-1' }), undefined);
    await readings.open();
    assert.equal(
      await readings.filter({ stage: 'dispatch_intent', requestId: 'r-1' }),
      undefined,
      'kept by the reload',
    );
    assert.equal(await readings.filter({}), null);
    readings.close();
    await readings.open();
    await readings.record('verify');
    await readings.record('export', { text: 'orders' });
    const intents = { stage: 'dispatch_intent', request_id: 'r-1' };
    assert.deepEqual(reads(), [
      { action: 'open', filter: {} },
      { action: 'show', filter: intents },
      { action: 'show', filter: { only: 'dangling_intents' } },
      { action: 'open', filter: intents },
      { action: 'show', filter: {} },
      { action: 'open', filter: {} },
      { action: 'verify', filter: {} },
      { action: 'export', filter: { text: 'orders' } },
    ]);
  });

  it('a reading that could not be recorded is not taken for one that was: chosen again, it is tried again', async () => {
    let isFull = true;
    const session = await openSession({
      audit: log => ({
        append: entry =>
          isFull && entry.stage === 'log_read' ? Promise.reject(new AuditUnavailable('full')) : log.append(entry),
      }),
    });
    await session.plane.changeAuthority({ level: 'Auditor' });
    const readings = new AuditReadings(() => session.plane, FILE);
    assert.equal(await readings.open(), 'full');
    assert.equal(await readings.filter({ stage: 'dispatch_intent' }), 'full');
    assert.equal(await readings.filter({ stage: 'dispatch_intent' }), 'full');
    isFull = false;
    assert.equal(await readings.filter({ stage: 'dispatch_intent' }), null);
    assert.equal(await readings.filter({ stage: 'dispatch_intent' }), undefined);
    assert.equal(await readings.filter({}), null, 'the selection that an opened tab begins with');
  });
});
