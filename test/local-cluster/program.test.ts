/** Tests the program of the local cluster: its command line, its refusals and how it ends. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/folders.ts';
import { listening } from '../support/listening.ts';
import { TestCluster, at, runToEnd, textAt, until, withCluster } from '../support/test-cluster.ts';

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function inDirectory(story: (directory: string) => Promise<void>): Promise<void> {
  using temporary = new TemporaryFolder('aerodb-cli-');
  const directory = temporary.path;
  await story(directory);
}

/** One paragraph that says what is wrong, and an exit code that is not success. */
async function refused(
  args: readonly string[],
  words: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { code, stderr } = await runToEnd(args, env);
  assert.match(stderr, words);
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack is shown');
  assert.ok(code !== 0 && code !== null, `exit code ${String(code)}`);
}

describe('the program', () => {
  it('refuses what it cannot do in one paragraph and leaves everything as it was', () =>
    inDirectory(async directory => {
      await refused(['--data', directory, '--nodes', '0'], /--nodes must be a whole number from 1 to 99/);
      await refused(['--data', directory, '--nodes', 'three'], /--nodes must be a whole number/);
      await refused(['--data', directory, '--frobnicate'], /Unknown option '--frobnicate'/);
      await refused([], /--data DIR is needed/);
      await refused(['--data', directory, '--port', '65535'], /no room for 3 ports/);
      await refused(['node', '--data', directory], /--name is needed/);
      await refused(['node', '--data', directory, '--name', 'node-1'], /holds no cluster.json/);
      await refused(
        ['--data', directory, '--operator-token-file', join(directory, 'absent')],
        /token file .* cannot be used/,
      );
      assert.equal(existsSync(join(directory, 'cluster.json')), false);
      writeFileSync(join(directory, 'somebody-elses.txt'), 'kept');
      await refused(['--data', directory], /is not empty and holds no cluster.json/);
      await refused(['--data', join(directory, 'somebody-elses.txt')], /cannot be used/);
      assert.equal(readFileSync(join(directory, 'somebody-elses.txt'), 'utf8'), 'kept');
    }));

  it('says which port is in use, and by then has started nothing that stays', () =>
    inDirectory(async directory => {
      const blocker = createServer();
      const port = await listening(blocker);
      await refused(
        ['--data', join(directory, 'data'), '--nodes', '1', '--port', String(port)],
        new RegExp(`port ${port} on 127.0.0.1 is in use`),
      );
      await new Promise(done => blocker.close(done));
    }));

  it('refuses a directory of another size, one that is in use, and one whose ledger is damaged', () =>
    withCluster({ nodes: 1 }, async cluster => {
      await refused(
        ['--data', cluster.data, '--nodes', '3', '--port', '0'],
        /belongs to a cluster of 1 nodes, and 3 were asked for/,
      );
      await refused(['node', '--data', cluster.data, '--name', 'node-7'], /has no node node-7; it has node-1/);
      await refused(['node', '--data', cluster.data, '--name', 'node-1'], /in use by process \d+/);
      await cluster.end();
      writeFileSync(join(cluster.data, 'node-1', 'ledger.log'), '00000000 {}\n');
      await refused(['node', '--data', cluster.data, '--name', 'node-1'], /ledger .* has a wrong checksum/);
      writeFileSync(join(cluster.data, 'node-1', 'authority.json'), '{"epoch":');
      await refused(['node', '--data', cluster.data, '--name', 'node-1'], /authority.json .* damaged/);
    }));

  it(
    'also P7-S1: a killed node stays dead, its launcher and the others stay up; started alone it comes back as the ' +
      'same node',
    () =>
      withCluster({}, async cluster => {
        const third = cluster.node(3);
        const { pid } = third;
        for (const { url } of cluster.nodes)
          assert.ok(
            Number(new URL(url).port) < 32_768,
            `${url}: outgoing connections are never given its port while it is away`,
          );
        await cluster.kill(third);
        assert.equal((await cluster.node(1).write('two are enough')).status, 200);
        assert.ok(alive(cluster.launcherPid));
        await cluster.restart(third);
        assert.notEqual(third.pid, pid);
        assert.equal(textAt((await third.get('/v1/status')).body, 'data.node_id'), third.id);
        await until('it has caught up', async () => at(await third.member(), 'lag_bytes') === '0');
      }),
  );

  it('also P7-S1: when the launcher is killed, its nodes end too', () =>
    withCluster({ flags: ['--writes-per-second', '20'] }, async cluster => {
      const pids = cluster.nodes.map(node => node.pid);
      await until(
        'the load writes',
        async () => at((await cluster.node(3).get('/local/writes')).body, 'rows.3') !== undefined,
      );
      process.kill(cluster.launcherPid, 'SIGKILL');
      await until('no node is left', () => !pids.some(alive));
    }));

  it('Ctrl-C ends every process with success', async () => {
    const cluster = await TestCluster.start();
    const pids = [...cluster.nodes.map(node => node.pid), cluster.launcherPid];
    process.kill(cluster.launcherPid, 'SIGINT');
    await until('nothing is left', () => !pids.some(alive));
    await cluster.stop();
  });
});
