/** Tests disks that cannot take a record: full, read-only, or owned by another user. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { openAuditLog } from '../../src/audit/log.ts';
import { pattern } from '../support/pattern.ts';
import { entry, type Said } from './entries.ts';
import { logFile, temporaryDirectory, verify, Writer, writtenLog } from './support.ts';

const isRoot = process.getuid?.() === 0;
const UNSHARE = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount'];
/** A mount that nobody else sees and that ends with the process: no test can leave one behind. */
const canMount =
  spawnSync(UNSHARE[0] ?? '', [...UNSHARE.slice(1), 'mount', '-t', 'tmpfs', 'tmpfs', temporaryDirectory()]).status ===
  0;
function mounted(directory: string, mount: string): readonly string[] {
  return [...UNSHARE, 'sh', '-c', `${mount} && exec "$@"`, directory];
}

function refusals(said: readonly Said[]): readonly string[] {
  return said.flatMap(({ refused }) => refused ?? []);
}

describe('also P7-F1: real disks that cannot take a record', () => {
  if (!canMount)
    process.stderr.write('audit: no mount is possible here, so the full and the read-only disk are not tested\n');

  if (canMount)
    it('ENOSPC: refused while the disk is full, in words; the chain is whole when there is room again', async () => {
      for (const leave of [0, 4096]) {
        const directory = temporaryDirectory();
        const writer = new Writer(
          { directory, count: 30, fillDisk: { before: 4, leave } },
          mounted(directory, `mount -t tmpfs -o size=256k,mode=700 tmpfs ${directory}`),
        );
        const said = await writer.rest();
        const refused = refusals(said);
        assert.ok(refused.length > 10, JSON.stringify(said));
        assert.ok(
          refused.every(words =>
            pattern(
              /^AuditUnavailable: \/.*audit\.jsonl could not be /,
              /appended to: no space is left on its disk \(ENOSPC\)\.$/,
            ).test(words),
          ),
          refused.join('\n'),
        );
        assert.notEqual(said.find(({ n }) => n === 30)?.seq, undefined, 'with room again, the next append works');
        assert.equal(said.at(-1)?.verdict, 'intact');
      }
    });

  if (canMount)
    it('EROFS: a read-only file system', async () => {
      const { directory, positions } = await writtenLog(2);
      const writer = new Writer(
        { directory, count: 1 },
        mounted(directory, `mount --bind ${directory} ${directory} && mount -o remount,bind,ro ${directory}`),
      );
      assert.match(
        refusals(await writer.rest()).join(),
        /^AuditUnavailable: \/.*audit\.jsonl could not be opened: its file system is read-only \(EROFS\)\.$/,
      );
      assert.equal((await verify(logFile(directory), positions[1])).kind, 'intact');
    });

  it('EACCES: another user, a read-only directory, a read-only file', async () => {
    const { directory, file, positions } = await writtenLog(2);
    const nobody = isRoot ? { uid: 65534 } : {};
    const append = async (in_: string): Promise<string> =>
      refusals(await new Writer({ directory: in_, count: 1, ...nobody }).rest()).join();
    const before = readFileSync(file);
    chmodSync(directory, 0o555);
    chmodSync(file, 0o444);
    assert.match(
      await append(directory),
      /^AuditUnavailable: \/.*audit\.jsonl could not be opened: permission was denied \(EACCES\)\.$/,
    );
    chmodSync(directory, 0o000);
    assert.match(
      await append(directory),
      /^AuditUnavailable: \/.*audit\.jsonl could not be opened: permission was denied \(EACCES\)\.$/,
    );
    const closed = temporaryDirectory();
    mkdirSync(`${closed}/below`);
    chmodSync(`${closed}/below`, 0o555);
    chmodSync(closed, 0o555);
    assert.match(
      await append(`${closed}/below/new`),
      pattern(
        /^AuditUnavailable: The audit directory \/.*\/below\/new /,
        /could not be prepared: permission was denied \(EACCES\)\.$/,
      ),
    );
    chmodSync(directory, 0o700);
    chmodSync(file, 0o600);
    assert.deepEqual(readFileSync(file), before);
    assert.equal((await openAuditLog({ directory }).append(entry(3))).seq, 3n);
    assert.equal((await verify(file, positions[1])).kind, 'intact');
  });
});
