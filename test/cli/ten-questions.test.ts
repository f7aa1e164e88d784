/**
 * The ten questions of someone on call, in a terminal of 100 columns: each is answered within the first ten lines of
 * what one command prints. On which line is printed.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { cleanEnv, cli, closeTerminals, Cluster, records, scratch, Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const ACCOUNT = userInfo().username;
const REASON = 'node-1 lost power';
const MOST = 10;

describe('the ten questions of someone on call, in a terminal', function () {
  this.timeout(120_000);
  let home: string;
  let cluster: Cluster;

  before(async () => {
    home = scratch();
    cluster = await Cluster.start(join(home, 'cluster'));
  });
  afterEach(closeTerminals);
  after(() => cluster.stop());

  it('also P7-D1: are each answered within the first ten lines', async () => {
    const config = join(home, 'clusters.json');
    const endpoints = cluster.nodes.map(({ url }) => url);
    writeFileSync(
      config,
      JSON.stringify({ clusters: [{ name: 'orders', kind: 'aerodb', endpoints, environment: 'production' }] }),
      { mode: 0o600 },
    );
    const audit = join(home, 'audit');
    const env = cleanEnv(home, { TERM: 'dumb', COLUMNS: '100' });
    const common = ['--config', config, '--audit-dir', audit];
    const print = async (...args: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await cli([...args, ...common], env);
      return stdout === '' ? stderr : stdout;
    };
    const answers: [string, number, string][] = [];
    const expect = (question: string, printed: string, answer: RegExp): void => {
      // What wraps is read as one line; it ends where its last line ends.
      const lines = printed.trimStart().split(/\r?\n/u);
      const ends = lines.findIndex((_line, index) =>
        answer.test(
          lines
            .slice(0, index + 1)
            .join(' ')
            .replaceAll(/\s+/gu, ' '),
        ),
      );
      assert.ok(ends >= 0, `${question}: ${String(answer)} is nowhere in\n${printed}`);
      answers.push([question, ends + 1, lines[ends]?.trim() ?? '']);
    };

    const inspect = (): Promise<string> => print('inspect', 'cluster', '--cluster', 'orders');
    await until('the replicas have everything', async () => /node-3 +replica +running +0 +0/u.test(await inspect()));
    expect(
      'how far behind is each replica',
      await inspect(),
      /node-2 replica running 0 0 .*node-3 replica running 0 0/u,
    );
    const primary = await cluster.primary();
    process.kill(primary.pid, 'SIGKILL');
    await until('the others know', async () => (await inspect()).includes(`${primary.name} does not answer`));
    const seen = await inspect();
    expect('who is primary', seen, /node-1 is primary, epoch 1/u);
    expect('which member does not answer', seen, /node-1 does not answer/u);
    expect('who says so, and when', seen, /Read from node-[23] at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/u);

    const [, target = assert.fail()] = cluster.nodes;
    const ask = (verb: string): Promise<Terminal> =>
      Terminal.open(
        [verb, '--cluster', 'orders', '--node', target.name, '--operator', '--reason', REASON, ...common],
        env,
      );
    const promotion = await ask('promote');
    await promotion.sees('node> ');
    expect('would the kernel allow this', promotion.output, /Asked beforehand, the kernel would deny this/u);
    expect('what would change', promotion.output, /role node-2 replica primary/u);
    promotion.press('\u0003');
    await promotion.end();

    const force = await ask('force-promote');
    await force.sees('invariant> ');
    force.type('P6-A1');
    await force.sees('node> ');
    force.type(target.name);
    await force.sees('account> ');
    const before = force.output.length;
    force.type(ACCOUNT);
    assert.equal(await force.end(), 0, force.output);
    const result = force.output.slice(before).replace(/^.*\n/u, '');
    expect('was it forced, by whom, why', result, new RegExp(`${ACCOUNT}.*${REASON}`, 'u'));

    const forced = records(audit).find(({ stage }) => stage === 'command_executed')?.['request_id'];
    assert.ok(typeof forced === 'string');
    const shown = await print('audit', 'show', '--auditor', '--request-id', forced);
    expect('what became of request X', shown, /executed/u);
    expect('is the log intact', shown, /intact/iu);
    expect('what may I do here', await print('--help'), /Anyone may look\. .*--operator.*--auditor/u);

    const width = Math.max(...answers.map(([question]) => question.length));
    for (const [question, line, text] of answers)
      process.stdout.write(`      ${question.padEnd(width)}  line ${line}: ${text}\n`);
    assert.deepEqual(
      answers.filter(([, line]) => line > MOST),
      [],
    );
  });
});
