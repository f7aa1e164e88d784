/** Tests the rehearsal prompt in a real terminal: what it does to real processes, and that nothing is left after it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { temporaryFolder } from '../support/folders.ts';
import { Terminal, cleanEnv, closeTerminals } from '../support/terminal.ts';
import { ask, at, runToEnd, until } from '../support/test-cluster.ts';

const MAIN = resolve(import.meta.dirname, '../../src/local-cluster/main.ts');
const readyFile = z.object({
  pid: z.number(),
  nodes: z.array(z.object({ id: z.string(), name: z.string(), url: z.string(), pid: z.number() })),
});
type Ready = z.infer<typeof readyFile>;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a rehearsal', function () {
  this.timeout(120_000);
  let directory = '';

  beforeEach(() => {
    directory = temporaryFolder('aerodb-rehearsal-');
  });
  afterEach(() => {
    closeTerminals();
  });

  async function open(...more: readonly string[]): Promise<{ readonly terminal: Terminal; readonly ready: Ready }> {
    const file = join(directory, 'ready.json');
    const args = ['--data', join(directory, 'data'), '--port', '0', '--rehearsal', '--ready-file', file, ...more];
    const terminal = await Terminal.open(args, cleanEnv(directory), undefined, MAIN);
    await terminal.sees('rehearsal> ');
    let ready: Ready | undefined;
    await until('the addresses are written', () => {
      ready = readyFile.parse(JSON.parse(readFileSync(file, 'utf8')));
      return true;
    });
    return { terminal, ready: ready ?? assert.fail() };
  }

  function node({ nodes }: Ready, name: string): Ready['nodes'][number] {
    return nodes.find(one => one.name === name) ?? assert.fail(name);
  }

  function roleOf({ id, url }: Ready['nodes'][number]): Promise<unknown> {
    return ask(`${url}/v1/nodes/${id}`).then(({ body }) => at(body, 'data.role'));
  }

  async function nothingLeft({ pid, nodes }: Ready): Promise<void> {
    await until('nothing is left', () => ![pid, ...nodes.map(one => one.pid)].some(isAlive));
  }

  it('kills the primary that it is told to kill, says which process it was, and brings it back at a word', async () => {
    const { terminal, ready } = await open();
    const [first, second] = [node(ready, 'node-1'), node(ready, 'node-2')];
    assert.equal(await roleOf(first), 'primary');
    terminal.type('kill primary');
    await terminal.sees(`node-1 (process ${first.pid}) was killed with SIGKILL.`);
    assert.equal(isAlive(first.pid), false);
    terminal.type('kill node-1');
    await terminal.sees('node-1 is not running: SIGKILL. Nothing was done.');
    terminal.type('pause primary');
    await terminal.sees('No node says of itself that it is primary. Nothing was done: name a node.');
    assert.notEqual(await roleOf(second), 'primary', 'P7-S1: nobody is promoted by a rehearsal');
    terminal.type('back node-1');
    await terminal.sees('node-1 was started again, on its own data: process ');
    assert.equal(await roleOf(first), 'primary');
    terminal.type('quit');
    assert.equal(await terminal.end(), 0);
    await nothingLeft(ready);
  });

  it('pauses a node and cuts one off, and undoes both; Ctrl-C ends all of it meanwhile', async () => {
    const { terminal, ready } = await open();
    const [second, third] = [node(ready, 'node-2'), node(ready, 'node-3')];
    terminal.type('pause node-2');
    await terminal.sees(`node-2 (process ${second.pid}) answers nobody now.`);
    await assert.rejects(fetch(`${second.url}/v1/status`, { signal: AbortSignal.timeout(500) }), /timeout/u);
    terminal.type('cut node-3');
    await terminal.sees(`node-3 (process ${third.pid}) is cut off from the other nodes now, in both directions.`);
    assert.equal((await ask(`${third.url}/v1/status`)).status, 200);
    terminal.type('nodes');
    await terminal.sees(`node-2  ${second.url}  process ${second.pid}, paused here`);
    await terminal.sees(`node-3  ${third.url}  process ${third.pid}, cut off here`);
    terminal.type('back node-2');
    await terminal.sees(`node-2 (process ${second.pid}) answers again.`);
    assert.equal((await ask(`${second.url}/v1/status`)).status, 200);
    terminal.type('back node-2');
    await terminal.sees('and nothing was done to it here. Nothing was done.');
    terminal.press('\u0003');
    assert.equal(await terminal.end(), 0);
    await nothingLeft(ready);
  });

  it('ends all of it in its own words, also where it is told to end in the middle of another word', async () => {
    for (const keys of ['kill primary\n\u0003', 'quit\nnodes\n', 'nodes\n\u0004']) {
      const { terminal, ready } = await open();
      terminal.press(keys);
      assert.equal(await terminal.end(), 0, terminal.output);
      assert.doesNotMatch(terminal.output, /Error|at .*\.ts:/u);
      await nothingLeft(ready);
      rmSync(join(directory, 'ready.json'));
    }
  });

  it('writes when it is told to and not before, and does nothing that it does not know', async () => {
    const { terminal, ready } = await open();
    const rows = async (): Promise<unknown> =>
      at((await ask(`${node(ready, 'node-1').url}/local/writes`)).body, 'rows.0');
    assert.equal(await rows(), undefined);
    terminal.type('writes on');
    await terminal.sees('A client writes now: 5 writes per second, to whichever node accepts them.');
    await until('it writes', async () => (await rows()) !== undefined);
    terminal.type('writes off');
    await terminal.sees('The client of this program writes no more.');
    terminal.type('cut node-9');
    await terminal.sees('There is no node "node-9"; there are node-1, node-2, node-3. Nothing was done.');
    terminal.type('promote node-2');
    await terminal.sees('There is no command "promote". Nothing was done.');
    terminal.type('kill node-1 node-2');
    await terminal.sees('Nothing was done.');
    assert.ok(ready.nodes.every(({ pid }) => isAlive(pid)));
    terminal.type('help');
    await terminal.sees('It asks the cluster for nothing');
    terminal.press('\u0004');
    assert.equal(await terminal.end(), 0);
  });

  it('leaves no process when its terminal is closed', async () => {
    const { terminal, ready } = await open();
    terminal.type('pause node-2');
    await terminal.sees('answers nobody now.');
    terminal.hangUp();
    await nothingLeft(ready);
  });

  it('ends with the process that it is told to end with, its terminal open', async () => {
    const editor = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    const { ready } = await open('--while-pid', String(editor.pid));
    editor.kill('SIGKILL');
    await nothingLeft(ready);
  });

  it('is for a person at a terminal, and starts nothing for a pipe', async () => {
    const { code, stderr } = await runToEnd(['--data', join(directory, 'data'), '--rehearsal']);
    assert.equal(code, 2);
    assert.match(stderr, /--rehearsal asks a person at a terminal, and this is none\. Nothing was started\./u);
  });
});
