/** Tests `npm start`: it brings up a cluster and an editor, and ends everything that it started. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { root } from '../../scripts/lib/paths.mjs';
import { freePorts } from '../../scripts/lib/ports.mjs';
import { descendants, identity, startGroup, until, type Group } from '../../scripts/lib/processes.mjs';
import { removeFolder, temporaryFolder } from '../support/folders.ts';

const run = z.object({
  pid: z.number(),
  where: z.string(),
  groups: z.array(z.object({ pid: z.number(), identity: z.string() })),
});

describe('npm start', function () {
  this.timeout(120_000);
  let home = '';
  let port = 0;
  let clusterPort = 0;
  let groups: Group[] = [];

  beforeEach(async () => {
    home = temporaryFolder('aero-start-');
    // One more than it takes: a test takes the first away.
    clusterPort = await freePorts(24_191, 4);
    port = await freePorts(24_290, 1);
    groups = [];
  });
  afterEach(async () => {
    for (const group of groups) await group.stop(10_000);
    removeFolder(home);
  });

  /** Starts it as a person does, with no screen, and with its data elsewhere. */
  function npmStart(...args: readonly string[]): Group {
    return start('npm', [...npmArguments(), ...args]);
  }

  function npmArguments(): readonly string[] {
    return ['--silent', 'start', '--', '--port', String(port), '--cluster-port', String(clusterPort)];
  }

  /** In a pseudo-terminal, which hangs up when its leader is killed. */
  function npmStartInTerminal(): Group {
    return start('script', ['-qfec', ['exec npm', ...npmArguments()].join(' '), '/dev/null']);
  }

  function start(command: string, args: readonly string[]): Group {
    const env = {
      ...process.env,
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
      XDG_DATA_HOME: home,
      XDG_STATE_HOME: join(home, 'state'),
    };
    const group = startGroup(command, args, { cwd: root, env });
    groups.push(group);
    return group;
  }

  async function ready(group: Group): Promise<string> {
    await Promise.race([
      until(() => group.output().includes('Ctrl-C ends'), { timeout: 60_000 }),
      group.ended.then(how => assert.fail(`npm start ended with ${how}:\n${group.output()}`)),
    ]);
    assert.match(group.output(), /Ctrl-C ends/u);
    return group.output();
  }

  function written(): z.infer<typeof run> {
    return run.parse(JSON.parse(readFileSync(join(home, 'aerodb-control-plane', 'run.json'), 'utf8')));
  }

  /** Everything that runs because of it. */
  function everything(group: Group): readonly number[] {
    return [...descendants(group.pid).map(({ pid }) => pid), ...written().groups.map(({ pid }) => pid)];
  }

  async function nodeIds(): Promise<readonly string[]> {
    const status = z.object({ data: z.object({ node_id: z.string() }) });
    return Promise.all(
      [0, 1, 2].map(
        async index =>
          status.parse(await (await fetch(`http://127.0.0.1:${clusterPort + index}/v1/status`)).json()).data.node_id,
      ),
    );
  }

  it('brings up a cluster and an editor once, and Ctrl-C ends all of it', async () => {
    const group = npmStart();
    await ready(group);
    assert.equal(new Set(await nodeIds()).size, 3);
    const second = npmStart();
    assert.equal(await second.ended, 'exit code 1');
    assert.match(second.output(), /running already \(process \d+\): http:\/\/127\.0\.0\.1:\d+/u);
    const running = everything(group);
    assert.ok(running.length >= 6, String(running));
    process.kill(-group.pid, 'SIGINT');
    assert.equal(await group.ended, 'exit code 0');
    assert.deepEqual(
      running.filter(pid => identity(pid) !== undefined),
      [],
    );
  });

  it('lets nobody into the editor without the address or the password that it printed', async () => {
    const output = await ready(npmStart());
    const link = /http:\/\/127\.0\.0\.1:\d+\/\?key=\S+/u.exec(output)?.[0] ?? '';
    const editor = `http://127.0.0.1:${port}`;
    const stranger = await fetch(`${editor}/`, { redirect: 'manual' });
    assert.equal(stranger.status, 302);
    assert.match(stranger.headers.get('location') ?? '', /login/u);
    assert.equal((await fetch(`${link}x`)).status, 403);

    const page = await (await fetch(link)).text();
    const password = /name="password" value="([^"]+)"/u.exec(page)?.[1] ?? '';
    const action = /action="([^"]+)"/u.exec(page)?.[1] ?? '';
    const signedIn = await fetch(action, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ password }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const workbench = await fetch(`${editor}/?ew=true`, { headers: { cookie }, redirect: 'manual' });
    assert.equal(workbench.status, 200);
    assert.match(await workbench.text(), /vscode-workbench-web-configuration/u);
  });

  it('keeps the cluster for the next run, and forgets it when asked to', async () => {
    const first = npmStart();
    await ready(first);
    const ids = await nodeIds();
    await first.stop(20_000);

    const second = npmStart();
    await ready(second);
    assert.deepEqual(await nodeIds(), ids);
    await second.stop(20_000);

    await ready(npmStart('--fresh'));
    assert.notDeepEqual(await nodeIds(), ids);
  });

  it('ends what a killed run has left, and starts', async () => {
    const killed = npmStart();
    await ready(killed);
    const { pid, groups: left } = written();
    process.kill(pid, 'SIGKILL');
    await killed.ended;
    await ready(npmStart());
    assert.deepEqual(
      left.filter(process => identity(process.pid) === process.identity),
      [],
    );
  });

  /** What runs because of it and has to be gone; named by when it began, so that no later process is taken for it. */
  function running(group: Group): ReadonlyMap<number, string | undefined> {
    return new Map([...new Set(everything(group))].map(pid => [pid, identity(pid)]));
  }

  async function allGone(of: ReadonlyMap<number, string | undefined>): Promise<void> {
    const left = (): readonly number[] =>
      [...of].filter(([pid, known]) => known !== undefined && identity(pid) === known).map(([pid]) => pid);
    await until(() => left().length === 0, { timeout: 20_000 });
    assert.deepEqual(left(), []);
  }

  it('leaves nothing behind when it is killed itself: cluster and editor see its end', async () => {
    const group = npmStart();
    await ready(group);
    const all = running(group);
    assert.ok(all.size >= 6, String(all.size));
    process.kill(written().pid, 'SIGKILL');
    await allGone(all);
  });

  it('leaves nothing behind when npm is killed and nobody reads what it says any more', async () => {
    const group = npmStart();
    await ready(group);
    const all = running(group);
    group.child.stdout.destroy();
    group.child.stderr.destroy();
    process.kill(group.pid, 'SIGKILL');
    await allGone(all);
    assert.equal(existsSync(join(home, 'aerodb-control-plane', 'run.json')), false, 'it ended in order');
  });

  it('ends when nobody reads what it says any more: nobody could end it there', async () => {
    const group = npmStart();
    await until(() => group.output().includes('is up'), { timeout: 60_000 });
    const all = running(group);
    group.child.stdout.destroy();
    group.child.stderr.destroy();
    assert.equal(await group.ended, 'exit code 1');
    await allGone(all);
    assert.equal(existsSync(join(home, 'aerodb-control-plane', 'run.json')), false, 'it ended in order');
  });

  it('leaves nothing behind when its terminal is gone', async () => {
    const group = npmStartInTerminal();
    await ready(group);
    const all = running(group);
    process.kill(group.pid, 'SIGKILL');
    await allGone(all);
    assert.equal(existsSync(join(home, 'aerodb-control-plane', 'run.json')), false, 'it ended in order');
  });

  it('takes the next ports when the preferred ones are taken, and says so', async () => {
    const taken = createServer().listen(clusterPort, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const output = await ready(npmStart());
      assert.match(
        output,
        new RegExp(`Port ${clusterPort} is taken: the nodes listen from port ${clusterPort + 1} on`, 'u'),
      );
    } finally {
      taken.close();
    }
  });

  it('says what is wrong with what it was given, and starts nothing', async () => {
    const group = npmStart('--port', 'editor');
    assert.equal(await group.ended, 'exit code 1');
    assert.match(group.output(), /--port takes a port between 1 and 65535, not "editor"/u);
    assert.equal(existsSync(join(home, 'aerodb-control-plane', 'run.json')), false);
  });
});
