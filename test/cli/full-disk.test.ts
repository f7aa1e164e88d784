/** Standard output is a file on a disk that fills: every output says so and does not end with 0, wherever it stops. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writtenLog } from '../audit/support.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { builtProgram, cleanEnv, run, scratch, type Ended } from '../support/terminal.ts';

const OUTPUTS = [
  ['--help'],
  ['--version'],
  ['help', 'force-promote'],
  ['completion', 'bash'],
  ['completion', 'zsh'],
  ['completion', 'fish'],
  ['audit', 'show'],
  ['audit', 'show', '--json'],
  ['audit', 'verify'],
  ['audit', 'verify', '--json'],
  ['audit', 'export'],
  ['audit', 'export', '--request-id', '00000000-0000-4000-8000-000000000004'],
  ['audit', 'export', '--bundle'],
] as const;

describe('an output on a full disk', function () {
  this.timeout(120_000);
  let home: string;
  let log: string;
  let target: string;
  let disk: SmallDisk | null = null;
  before(async function () {
    home = scratch();
    const folder = join(home, 'small');
    mkdirSync(folder);
    target = join(folder, 'out');
    log = (await writtenLog(40)).file;
    disk = SmallDisk.mount(folder, '256k');
    if (disk === null) this.skip();
  });
  after(() => disk?.unmount());

  /** With standard output in the file, on a disk with room for so many pages. */
  async function into(args: readonly string[], pages: number): Promise<Ended> {
    const audit = args[0] === 'audit' ? ['--auditor', '--audit-dir', join(home, 'audit'), '--file', log] : [];
    const words = [process.execPath, await builtProgram(), ...args, ...audit].map(word => `'${word}'`).join(' ');
    rmSync(target, { force: true });
    disk?.fill(pages);
    const ended = await run('bash', ['-c', `${words} > '${target}'`], cleanEnv(home));
    disk?.free();
    return ended;
  }

  for (const args of OUTPUTS)
    it(`${args.join(' ')}: never exit 0, and it is said that what stands there is not whole`, async () => {
      const whole = await into(args, 60);
      assert.equal(whole.code, 0, whole.stderr);
      const length = readFileSync(target).length;
      assert.ok(length > 0);
      for (const pages of new Set([0, Math.ceil(length / 4096) - 1])) {
        const { code, stderr } = await into(args, pages);
        assert.equal(code, 9, stderr);
        assert.match(stderr, /Standard output could not be written \(ENOSPC\): the output is not complete\./);
        assert.doesNotMatch(stderr, /audit log .* cannot be read|PHASE7_AUDIT_UNAVAILABLE/);
        assert.ok(readFileSync(target).length < length);
      }
    });

  it('a failure keeps its own code', async () => {
    const args = ['inspect', 'cluster', '--url', 'http://127.0.0.1:1', '--audit-dir', join(home, 'audit'), '--json'];
    const { code, stderr } = await into(args, 0);
    assert.equal(code, 5, stderr);
    assert.match(stderr, /Standard output could not be written \(ENOSPC\)/);
  });
});
