/**
 * An engine that exists only in the tests, in the terminal. The program is built with a registry that lists only this
 * engine; no other source differs.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { closeAll } from '../support/servers.ts';
import { abacus, type RunningAbacus } from '../engines/small/abacus.ts';
import {
  builtWith,
  cleanEnv,
  closeTerminals,
  records,
  ROOT,
  run,
  scratch,
  stages,
  Terminal,
  type Ended,
} from '../support/terminal.ts';

describe('an engine that no source knows, in the terminal', function () {
  this.timeout(60_000);
  let home: string;
  let program: string;
  let server: RunningAbacus;

  before(async () => {
    home = scratch();
    program = await builtWith(join(ROOT, 'test/engines/small/registry.ts'));
    server = await abacus();
  });
  afterEach(closeTerminals);
  after(closeAll);

  const audit = (): string => join(home, 'audit');
  const asks = (...words: readonly string[]): Promise<Ended> =>
    run(process.execPath, [program, ...words, '--audit-dir', audit()], cleanEnv(home));

  it('is offered by help, option and completion, in its own words', async () => {
    const help = await asks('--help');
    assert.match(help.stdout, /--kind KIND +With --url: what runs there, abacus \(the default\)\./u);
    assert.match(help.stdout, /abacus: Abacus token/u);
    assert.match(
      (await asks('promote', '--help')).stdout.replaceAll(/\s+/gu, ' '),
      /On an abacus another frame counts/u,
    );
    assert.match((await asks('completion', 'bash')).stdout, /abacus/u);
    const unknown = await asks('inspect', 'cluster', '--kind', 'patroni', '--url', server.url);
    assert.equal(unknown.code, 2, 'an engine that this program does not know is none');
  });

  it('is read, shown and recorded, as text and as JSON', async () => {
    const { code, stdout, stderr } = await asks('inspect', 'cluster', '--url', server.url, '--wide');
    assert.deepEqual([code, stderr], [0, '']);
    for (const words of [/Turn +7/u, /FRAME/u, /BEADS/u, /counting frame/u, /frame-3/u, /1002/u, /this engine/u])
      assert.match(stdout, words);
    const told = JSON.parse((await asks('inspect', 'cluster', '--url', server.url, '--json')).stdout) as {
      readonly cluster: { readonly kind: string };
      readonly view: { readonly primaryId: string; readonly members: readonly { readonly beads: string }[] };
    };
    assert.equal(told.cluster.kind, 'abacus');
    assert.deepEqual(
      [told.view.primaryId, told.view.members[2]?.beads],
      ['frame-1', '1002'],
      'its own members go along',
    );
    assert.equal(records(audit()).at(-1)?.['stage'], 'command_answered');
  });

  it('also P7-E1: what it cannot do, and what is no node of it, is refused before any traffic', async () => {
    const before = server.received.length;
    const wal = await asks('diag', 'wal', '--node', 'frame-1', '--url', server.url);
    assert.equal(wal.code, 3);
    assert.match(wal.stderr, /An abacus has no such thing\. Nothing was sent\./u);
    assert.equal(server.received.length, before);
    assert.equal((await asks('inspect', 'node', '--node', 'pg1', '--url', server.url)).code, 2);
    assert.equal(
      server.received.length,
      before + 1,
      'a text that is no id may be a name, so the members are read once',
    );
    const configuration = join(home, 'clusters.json');
    const cluster = { name: 'desk', kind: 'abacus', endpoints: [server.url], wood: 'oak' };
    writeFileSync(configuration, JSON.stringify({ clusters: [{ ...cluster, leaves: 'many' }] }), { mode: 0o600 });
    const odd = await asks('inspect', 'cluster', '--cluster', 'desk', '--config', configuration);
    assert.match(odd.stderr, /leaves/u);
    assert.equal(server.received.length, before + 1);
    writeFileSync(configuration, JSON.stringify({ clusters: [cluster] }), { mode: 0o600 });
    assert.equal((await asks('inspect', 'cluster', '--cluster', 'desk', '--config', configuration)).code, 0);
  });

  it('also P7-A2, P7-E1: is explained, confirmed and asked once, and the log says so', async () => {
    const words = ['promote', '--url', server.url, '--node', 'frame-2', '--operator', '--reason', 'a test'];
    const terminal = await Terminal.open([...words, '--audit-dir', audit()], cleanEnv(home), undefined, program);
    await terminal.sees('Ask the abacus to let frame "frame-2" count.');
    await terminal.sees('The durability of an abacus is moved by hand.');
    await terminal.sees('node> ');
    assert.equal(server.asked().length, 0);
    terminal.type('frame-2');
    assert.equal(await terminal.end(), 0, terminal.output);
    assert.match(terminal.output, /The abacus answered: frame-2 counts now/u);
    assert.deepEqual([server.asked().length, server.state().counting], [1, 'frame-2']);
    assert.deepEqual(stages(audit()).slice(-4), [
      'confirmation_requested',
      'confirmation_given',
      'dispatch_intent',
      'command_executed',
    ]);
    const again = await Terminal.open([...words, '--audit-dir', audit()], cleanEnv(home), undefined, program);
    await again.sees('node> ');
    again.type('frame-2');
    assert.equal(await again.end(), 4, 'its refusal is its own word');
    assert.match(again.output, /frame-2 counts already/u);
    assert.equal((await asks('audit', 'verify', '--auditor')).code, 0);
  });
});
