/** One writer at a time, whatever happens to the lock and to the names of the log: no chain is ever forked. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseLine } from '../../src/audit/chain.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { linesIn } from '../support/records-in.ts';
import { pattern } from '../support/pattern.ts';
import { entry, type Said } from './entries.ts';
import { bundledWriter, logFile, temporaryDirectory, verify, Writer, writtenLog } from './support.ts';

/** With records written in one part, and a lock that counts as held when it is gone, each of them forked the chain. */
const RUNS = 3;
function refusal(directory: string): Promise<string> {
  return openAuditLog({ directory })
    .append(entry(1))
    .then(() => 'recorded', String);
}
const UNSHARE = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']), '--mount'];

/**
 * Every acknowledged record stands where it was acknowledged, whatever fragments stand between: the first part of one
 * record and the second of another, say.
 */
function allStand(directory: string, said: readonly Said[]): void {
  const found = linesIn(logFile(directory)).map(line => parseLine(Buffer.from(line)));
  const hashes = new Map(found.flatMap(record => (record === null ? [] : [[record.seq.toString(), record.hash]])));
  for (const { seq, hash } of said) if (seq !== undefined) assert.equal(hashes.get(seq), hash, `record ${seq}`);
}

describe('also P7-O3: a lock file that does not stay', function () {
  this.timeout(180_000);

  it('removed in a loop while four processes append: the chain is never forked, and no acknowledged record is lost', async () => {
    const program = bundledWriter();
    let refused = 0;
    let recorded = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const directory = temporaryDirectory();
      const lock = path.join(directory, 'audit.lock');
      const remover = spawn(process.execPath, [
        '-e',
        `const fs = require('node:fs'); for (;;) try { fs.unlinkSync(${JSON.stringify(lock)}); } catch {}`,
      ]);
      const writers = [1, 2, 3, 4].map(
        session => new Writer({ directory, session: `session-${session}`, count: 60, lockWaitMs: 20 }, [], program),
      );
      const said = (await Promise.all(writers.map(writer => writer.rest()))).flat();
      remover.kill('SIGKILL');
      await once(remover, 'exit');
      refused += said.filter(one => one.refused !== undefined).length;
      recorded += said.filter(one => one.seq !== undefined).length;
      const position = await openAuditLog({ directory, lockWaitMs: 0 }).append(entry(1000));
      const verdict = await verify(logFile(directory), position);
      assert.deepEqual([verdict.kind, verdict.head], ['intact', position], `run ${run}: ${verdict.message}`);
      allStand(directory, said);
    }
    process.stderr.write(`      ${recorded} recorded, ${refused} refused\n`);
    assert.ok(recorded > 0);
  });

  it('removed under its holder, with nothing in its place: the record that was begun is refused', async () => {
    const { directory, positions } = await writtenLog(2);
    const holder = new Writer({ directory, count: 2, pause: 'in the middle of the record' });
    await holder.stopped();
    unlinkSync(path.join(directory, 'audit.lock'));
    holder.process.kill('SIGCONT');
    const said = await holder.rest();
    assert.match(said[0]?.refused ?? '', /AuditUnavailable: .* was removed or replaced while it was held\.$/);
    assert.notEqual(said[1]?.seq, undefined, 'the next one takes a new lock');
    assert.equal((await verify(logFile(directory), positions[1])).kind, 'intact');
  });

  for (const pause of ['after the last look', 'in the middle of the record'] as const) {
    it(
      `the holder stopped ${pause}, the lock file removed and another record written: awake again it forks nothing ` +
        'and is refused',
      async () => {
        const { directory } = await writtenLog(2);
        const holder = new Writer({ directory, count: 2, pause });
        await holder.stopped();
        unlinkSync(path.join(directory, 'audit.lock'));
        const other = await openAuditLog({ directory, lockWaitMs: 200 }).append(entry(7));
        holder.process.kill('SIGCONT');
        const said = await holder.rest();
        assert.match(
          said[0]?.refused ?? '',
          /AuditUnavailable: .*(was removed or replaced while it was held|by someone who does not hold its lock)\.$/,
        );
        assert.notEqual(said[1]?.seq, undefined, 'its next append goes on behind the other');
        assert.deepEqual((v => [v.kind, v.seq])(await verify(logFile(directory), other)), ['intact', null]);
      },
    );
  }
});

describe('also P7-O3: a log with two names is refused under each', () => {
  it('moved with a symbolic link left behind while it is open: only the place where it stands goes on', async () => {
    const { directory } = await writtenLog(2);
    const elsewhere = temporaryDirectory();
    const open = new Writer({ directory, count: 2, step: true });
    assert.equal((await open.next())?.seq, '3');
    renameSync(logFile(directory), logFile(elsewhere));
    symlinkSync(logFile(elsewhere), logFile(directory));
    open.go();
    assert.match((await open.next())?.refused ?? '', /audit\.jsonl was replaced by a link while it was in use\.$/);
    await open.ended();
    assert.equal((await openAuditLog({ directory: elsewhere }).append(entry(9))).seq, 4n);
    assert.match(await refusal(directory), /it is a symbolic link/);
    assert.equal((await verify(logFile(elsewhere))).kind, 'intact');
  });

  it(
    'moved with a symbolic link left behind after the last look of an append: the record is not acknowledged, and ' +
      'no chain is forked',
    async () => {
      for (const pause of ['after the last look', 'in the middle of the record'] as const) {
        const { directory } = await writtenLog(2);
        const elsewhere = temporaryDirectory();
        const holder = new Writer({ directory, count: 1, pause });
        await holder.stopped();
        renameSync(logFile(directory), logFile(elsewhere));
        symlinkSync(logFile(elsewhere), logFile(directory));
        const other = await openAuditLog({ directory: elsewhere }).append(entry(9));
        holder.process.kill('SIGCONT');
        assert.match((await holder.rest())[0]?.refused ?? '', /was replaced by a link while it was in use/);
        await openAuditLog({ directory: elsewhere }).append(entry(10));
        assert.equal((await verify(logFile(elsewhere), other)).kind, 'intact', pause);
      }
    },
  );

  it('a hard link, before it is opened and while it is open; with one name again it goes on', async () => {
    const { directory, file } = await writtenLog(2);
    const elsewhere = temporaryDirectory();
    const log = openAuditLog({ directory });
    await log.append(entry(3));
    linkSync(file, logFile(elsewhere));
    await assert.rejects(
      log.append(entry(4)),
      /audit\.jsonl has 2 names \(hard links\), and could be locked under each of them: it is not appended to\.$/,
    );
    for (const one of [directory, elsewhere]) assert.match(await refusal(one), /has 2 names \(hard links\)/);
    unlinkSync(logFile(elsewhere));
    assert.equal((await log.append(entry(5))).seq, 4n);
    assert.equal((await verify(file)).kind, 'intact');
  });

  it('mounted alone, without its directory: refused, in words', async function () {
    const { directory, file } = await writtenLog(2);
    const elsewhere = temporaryDirectory();
    writeFileSync(logFile(elsewhere), '');
    const mount = [...UNSHARE, 'sh', '-c', `mount --bind ${file} ${logFile(elsewhere)} && exec "$@"`, directory];
    if (spawnSync(UNSHARE[0] ?? '', [...mount.slice(1), 'true']).status !== 0) {
      process.stderr.write('      NO MOUNT IS POSSIBLE HERE: a log that is mounted alone is not tested\n');
      return;
    }
    const said = await new Writer({ directory: elsewhere, count: 1 }, mount).rest();
    assert.match(
      said[0]?.refused ?? '',
      pattern(
        /audit\.jsonl could not be opened: it is mounted apart /,
        /from its directory, and would be locked under two names\.$/,
      ),
    );
    assert.equal((await verify(file)).records, 2n);
  });

  it('a lock file that is a link is refused: it would be a lock elsewhere', async () => {
    const directory = temporaryDirectory();
    const elsewhere = path.join(temporaryDirectory(), 'lock');
    mkdirSync(directory, { recursive: true });
    symlinkSync(elsewhere, path.join(directory, 'audit.lock'));
    assert.match(
      await refusal(directory),
      /audit\.lock could not be locked: it is a symbolic link, or its path goes through too many \(ELOOP\)\.$/,
    );
    assert.equal(existsSync(elsewhere), false);
  });
});
