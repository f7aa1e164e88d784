/** Tests many processes that append to one log at once, and lock holders that are stopped or killed. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { AuditUnavailable } from '../../src/control-plane/ports.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { entry } from './entries.ts';
import { logFile, records, temporaryDirectory, verify, Writer } from './support.ts';

describe('many writers, one gapless chain', function () {
  this.timeout(180_000);

  it('freeze/append-only, also P7-O3: 8 processes append 1,000 records each, and each stands where it was acknowledged', async () => {
    const directory = temporaryDirectory();
    const sessions = Array.from({ length: 8 }, (_, index) => `session-${index}`);
    const writers = sessions.map(session => new Writer({ directory, session, count: 1000, lockWaitMs: 120_000 }));
    const said = await Promise.all(writers.map(writer => writer.rest()));
    const written = records(directory);
    assert.equal(written.length, 8000);
    const bySeq = new Map(written.map(record => [record['seq'], record]));
    for (const [index, session] of sessions.entries()) {
      const mine = said[index] ?? [];
      assert.equal(mine.length, 1000);
      for (const { n, seq, hash, refused } of mine) {
        assert.equal(refused, undefined);
        const record = bySeq.get(seq);
        assert.deepEqual([record?.['hash'], record?.['session'], record?.['n']], [hash, session, String(n)]);
      }
      const order = written.filter(record => record['session'] === session).map(record => Number(record['n']));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
        'each session in its own order',
      );
    }
    const verdict = await verify(logFile(directory));
    assert.deepEqual([verdict.kind, verdict.records, verdict.head?.seq], ['intact', 8000n, 8000n]);
  });
});

describe('a lock holder that is stopped or killed', () => {
  it('SIGSTOP: others are refused in time, told who holds it; awake again, its record is there and the chain goes on', async () => {
    const directory = temporaryDirectory();
    const holder = new Writer({ directory, count: 1, pause: 'before the flush' });
    await holder.stopped();
    const log = openAuditLog({ directory, lockWaitMs: 200 });
    const before = readFileSync(logFile(directory));
    await assert.rejects(log.append(entry(7)), error => {
      assert.ok(error instanceof AuditUnavailable);
      assert.match(
        error.message,
        new RegExp(
          `audit\\.lock is locked by process ${holder.process.pid ?? 0} on \\S+ and was not released within 200 ms\\.$`,
        ),
      );
      return true;
    });
    assert.deepEqual(readFileSync(logFile(directory)), before, 'nothing was written beside the holder');
    holder.process.kill('SIGCONT');
    assert.deepEqual(
      (await holder.rest()).map(({ seq }) => seq),
      ['1'],
    );
    assert.equal((await log.append(entry(8))).seq, 2n);
    assert.equal((await verify(logFile(directory))).kind, 'intact');
  });

  it(
    'SIGSTOP, and its lock file removed meanwhile: awake again it finds out that another wrote, and no chain is ' +
      'forked',
    async () => {
      const directory = temporaryDirectory();
      const holder = new Writer({ directory, count: 2, step: true, pause: 'before the flush' });
      await holder.stopped();
      unlinkSync(path.join(directory, 'audit.lock'));
      const log = openAuditLog({ directory, lockWaitMs: 200 });
      assert.equal((await log.append(entry(7))).seq, 2n);
      holder.process.kill('SIGCONT');
      assert.deepEqual((await holder.next())?.seq, '1', 'its write was whole before the lock was removed');
      holder.go();
      assert.equal((await holder.next())?.seq, '3');
      await holder.ended();
      assert.equal((await verify(logFile(directory))).kind, 'intact');
    },
  );

  it(
    'SIGSTOP before it writes, its lock file removed and another record written meanwhile: awake again it is ' +
      'refused, and no chain is forked',
    async () => {
      const directory = temporaryDirectory();
      const holder = new Writer({ directory, count: 2, pause: 'before the write' });
      await holder.stopped();
      unlinkSync(path.join(directory, 'audit.lock'));
      assert.equal((await openAuditLog({ directory, lockWaitMs: 200 }).append(entry(7))).seq, 1n);
      holder.process.kill('SIGCONT');
      const said = await holder.rest();
      assert.match(
        said[0]?.refused ?? '',
        /AuditUnavailable: The lock file beside .*audit\.jsonl was removed or replaced while it was held\.$/,
      );
      assert.equal(said[1]?.seq, '2', 'its next append goes on behind the other');
      assert.deepEqual((v => [v.kind, v.records])(await verify(logFile(directory))), ['intact', 2n]);
    },
  );

  it('SIGKILL: the operating system releases the lock, and the next append goes on', async () => {
    const directory = temporaryDirectory();
    const holder = new Writer({ directory, count: 1, pause: 'before the flush' });
    await holder.stopped();
    holder.process.kill('SIGKILL');
    await holder.ended();
    assert.equal((await openAuditLog({ directory, lockWaitMs: 0 }).append(entry(2))).seq, 2n);
    assert.equal((await verify(logFile(directory))).kind, 'intact');
  });

  it('the lock file stays empty: it is never anything but a lock', async () => {
    const directory = temporaryDirectory();
    await openAuditLog({ directory }).append(entry(1));
    assert.equal(statSync(path.join(directory, 'audit.lock')).size, 0);
  });
});
