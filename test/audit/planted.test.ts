/** What may stand where the log is to stand: links, pipes, a directory that all may write to. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { openAuditLog } from '../../src/audit/log.ts';
import { pattern } from '../support/pattern.ts';
import { entry } from './entries.ts';
import { appendMany, logFile, records, temporaryDirectory, verify, Writer, writtenLog } from './support.ts';

function refusal(directory: string): Promise<string> {
  return openAuditLog({ directory })
    .append(entry(1))
    .then(() => 'recorded', String);
}

describe('also P7-F1: what was planted where the log is to stand', () => {
  it(
    'a directory that is a symbolic link is the directory that it leads to: two writers, one by each name, keep ' +
      'one chain',
    async () => {
      const { directory } = await writtenLog(1);
      const link = path.join(temporaryDirectory(), 'link');
      symlinkSync(directory, link);
      const said = await Promise.all([
        new Writer({ directory, count: 60 }).rest(),
        new Writer({ directory: link, count: 60 }).rest(),
      ]);
      assert.deepEqual(
        said.flat().flatMap(({ refused }) => refused ?? []),
        [],
      );
      assert.equal(records(directory).length, 121);
      assert.equal((await verify(logFile(directory))).kind, 'intact');
    },
  );

  it(
    'a log that is a symbolic link is refused: it would be locked under two names; the file behind it stays as it ' +
      'is',
    async () => {
      const victim = path.join(temporaryDirectory(), 'victim');
      for (const content of ['', 'precious\n', undefined]) {
        const directory = temporaryDirectory();
        if (content !== undefined) writeFileSync(victim, content);
        symlinkSync(content === undefined ? `${victim}-to-be` : victim, logFile(directory));
        assert.match(
          await refusal(directory),
          pattern(
            /^AuditUnavailable: \/.*audit\.jsonl could not be opened: it is /,
            /a symbolic link, or its path goes through too many \(ELOOP\)\.$/,
          ),
        );
        if (content !== undefined) assert.equal(readFileSync(victim, 'utf8'), content);
      }
      assert.equal(existsSync(`${victim}-to-be`), false);
    },
  );

  it('a link in place of the note on who holds the lock is not written through; the log works without the note', async () => {
    const directory = temporaryDirectory();
    const victim = path.join(temporaryDirectory(), 'victim');
    writeFileSync(victim, 'x'.repeat(300));
    symlinkSync(victim, path.join(directory, 'audit.lock.holder'));
    await appendMany(openAuditLog({ directory }), 1, 3);
    assert.equal(readFileSync(victim, 'utf8'), 'x'.repeat(300));
    assert.equal((await verify(logFile(directory))).kind, 'intact');
  });

  it('a pipe in place of that note holds nobody up: neither who takes the lock nor who waits for it in vain', async () => {
    const directory = temporaryDirectory();
    spawnSync('mkfifo', [path.join(directory, 'audit.lock.holder')]);
    const holder = new Writer({ directory, count: 1, pause: 'before the flush' });
    await holder.stopped();
    const waiting = new Writer({ directory, count: 1, lockWaitMs: 200 });
    assert.match(
      (await waiting.rest())[0]?.refused ?? '',
      /audit\.lock is locked by another process and was not released within 200 ms/u,
    );
    holder.process.kill('SIGCONT');
    assert.deepEqual(
      (await holder.rest()).map(({ seq }) => seq),
      ['1'],
    );
  });

  it('a pipe, a directory and a device in place of the log are refused at once, by writer and verifier', async () => {
    for (const plant of [(file: string) => spawnSync('mkfifo', [file]), (file: string) => mkdirSync(file)]) {
      const directory = temporaryDirectory();
      plant(logFile(directory));
      assert.match(await refusal(directory), /is not a regular file|a directory stands there/);
      assert.equal((await verify(logFile(directory))).kind, 'unreadable');
    }
    assert.match((await verify('/dev/zero')).message, /not a regular file/);
  });

  it('a directory into which every account may put files is refused, and nothing is put there', async () => {
    const directory = temporaryDirectory();
    for (const mode of [0o777, 0o1777, 0o702]) {
      chmodSync(directory, mode);
      assert.match(
        await refusal(directory),
        pattern(
          /^AuditUnavailable: The audit directory \/.* could not be /,
          /prepared: every account of this machine may put files into it\.$/,
        ),
      );
    }
    assert.deepEqual(readdirSync(directory), []);
    chmodSync(directory, 0o775);
    assert.equal(await refusal(directory), 'recorded');
  });

  it('a path with ".." in it is one place, whatever it goes through', async () => {
    const { directory } = await writtenLog(2);
    mkdirSync(path.join(directory, 'a'));
    await appendMany(openAuditLog({ directory: `${directory}/a/../../${path.basename(directory)}` }), 3, 3);
    assert.equal((await verify(logFile(directory))).records, 3n);
    assert.match(await refusal('state/../aerodb'), /is not an absolute path/);
  });

  it('a directory that is swapped for a link while the log is in use is noticed: nothing is recorded elsewhere', async () => {
    const { directory, positions } = await writtenLog(1);
    const log = openAuditLog({ directory });
    await log.append(entry(2));
    const aside = `${directory}-aside`;
    const elsewhere = temporaryDirectory();
    renameSync(directory, aside);
    symlinkSync(elsewhere, directory);
    await assert.rejects(log.append(entry(3)), /AuditUnavailable/);
    assert.equal(existsSync(logFile(elsewhere)) ? readFileSync(logFile(elsewhere), 'utf8') : '', '');
    assert.equal((await verify(logFile(aside), positions[0])).records, 2n);
  });
});
