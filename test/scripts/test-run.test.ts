/** Tests `npm test` itself: what counts as a failure, and what is said last. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { identity } from '../../scripts/lib/processes.mjs';
import { TemporaryFolder } from '../support/folders.ts';

interface Outcome {
  readonly code: number;
  readonly lastLine: string;
  readonly output: string;
}

/** Runs `npm test` of this project over one planted suite in a project that holds nothing else. */
async function runOver(
  suite: Readonly<Record<string, string>>,
  args: readonly string[] = ['--only', 'engines'],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  using temporary = new TemporaryFolder('aero-run-');
  const folder = temporary.path;
  for (const part of ['scripts', '.mocharc.json', 'package.json', 'tsconfig.browser.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of Object.entries(suite)) {
    mkdirSync(join(folder, 'test', 'engines'), { recursive: true });
    writeFileSync(join(folder, 'test', 'engines', file), text);
  }
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(CI|AERODB_|MOCHA_)/u.test(key)));
  return await new Promise(resolve => {
    execFile(
      process.execPath,
      [join(folder, 'scripts', 'test.mjs'), ...args],
      { cwd: folder, env: { ...clean, ...env }, timeout: 60_000 },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
        resolve({ code, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', output: stdout + stderr });
      },
    );
  });
}

describe('npm test', function () {
  this.timeout(60_000);

  it('says last how many passed and failed', async () => {
    const { code, lastLine, output } = await runOver({
      'a.test.ts':
        "it('one', () => {}); it('two', () => {}); it('three', () => { throw new Error('broken on purpose'); });",
    });
    assert.equal(lastLine, '2 passed, 1 failed');
    assert.equal(code, 1);
    assert.match(output, /engines: three\n.*broken on purpose/u);
  });

  it('ends with 0 only when nothing failed', async () => {
    const { code, lastLine } = await runOver({ 'a.test.ts': "it('one', () => {});" });
    assert.deepEqual({ code, lastLine }, { code: 0, lastLine: '1 passed, 0 failed' });
  });

  it('counts a suite without tests as failed', async () => {
    assert.equal((await runOver({})).lastLine, '0 passed, 1 failed');
    assert.equal((await runOver({ 'a.test.ts': "describe('nothing', () => {});" })).lastLine, '0 passed, 1 failed');
  });

  it('counts a suite that ends before its last test as failed', async () => {
    const { lastLine, code } = await runOver({
      'a.test.ts': "it('one', () => {}); it('two', () => process.exit(0)); it('three', () => {});",
    });
    assert.deepEqual({ code, lastLine }, { code: 1, lastLine: '1 passed, 1 failed' });
  });

  it('counts a suite that cannot be loaded as failed', async () => {
    const { lastLine, output } = await runOver({ 'a.test.ts': "import './missing.ts'; it('one', () => {});" });
    assert.equal(lastLine, '0 passed, 1 failed');
    assert.match(output, /missing\.ts/u);
  });

  it('counts a skipped test as not passed', async () => {
    const { lastLine, code } = await runOver({ 'a.test.ts': "it('one', () => {}); it.skip('two', () => {});" });
    assert.deepEqual({ code, lastLine }, { code: 1, lastLine: '1 passed, 1 failed' });
  });

  it('counts processes that a suite leaves running as a failure, and ends them', async () => {
    const { lastLine, output } = await runOver({
      'a.test.ts':
        "import { spawn } from 'node:child_process'; it('one', () => { const child = spawn('sleep', ['600'], { " +
        "stdio: 'ignore' }); child.unref(); console.log('pid=' + child.pid); });",
    });
    assert.equal(lastLine, '1 passed, 1 failed');
    assert.match(output, /left processes running/u);
    const pid = Number(/pid=(\d+)/u.exec(output)?.[1]);
    assert.equal(identity(pid), undefined);
  });

  it('counts a suite that does not end after its last test as failed, and does not wait for it', async () => {
    const { lastLine, output } = await runOver({
      'a.test.ts':
        "import { createServer } from 'node:net'; it('one', () => { createServer().listen(0, '127.0.0.1'); });",
    });
    assert.equal(lastLine, '1 passed, 1 failed');
    assert.match(output, /no end after its last test: something is left open/u);
  });

  it('lists what would run, and runs nothing', async () => {
    const { code, output } = await runOver({ 'a.test.ts': "it('one', () => { throw new Error('it ran'); });" }, [
      '--only',
      'imports,engines',
      '--list',
    ]);
    assert.deepEqual({ code, output }, { code: 0, output: 'imports\nengines\n' });
  });

  it('refuses a suite that does not exist', async () => {
    const { code, output } = await runOver({}, ['--only', 'engine']);
    assert.equal(code, 1);
    assert.match(output, /There is no suite engine: there are .*engines/u);
  });

  it('says what the machine lacks, skips it for a person and fails where nobody reads', async () => {
    const lacking = { CHROMIUM_PATH: '/nowhere/chromium' };
    const forPerson = await runOver({ 'a.test.ts': "it('one', () => {});" }, ['--only', 'engines,ui'], lacking);
    assert.equal(forPerson.lastLine, '1 passed, 0 failed, 1 skipped');
    assert.match(forPerson.output, /NOT RUN: CHROMIUM_PATH names \/nowhere\/chromium/u);
    const unread = await runOver({ 'a.test.ts': "it('one', () => {});" }, ['--only', 'engines,ui'], {
      ...lacking,
      CI: 'true',
    });
    assert.deepEqual({ code: unread.code, lastLine: unread.lastLine }, { code: 1, lastLine: '1 passed, 1 failed' });
  });

  it('says so too where there is no Patroni and nothing to install it with', async () => {
    for (const env of [{}, { CI: 'true' }]) {
      const { code, lastLine, output } = await runOver(
        { 'a.test.ts': "it('one', () => {});" },
        ['--only', 'engines,patroni'],
        { PATH: '/nowhere', ...env },
      );
      assert.deepEqual([code, lastLine], [0, '1 passed, 0 failed, 2 skipped']);
      assert.match(output, /NOT RUN: There are no Patroni, etcd and PostgreSQL here: install them/u);
    }
  });
});
