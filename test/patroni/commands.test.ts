/**
 * The ten commands from the terminal program, against a real Patroni cluster; afterwards PostgreSQL itself is asked who
 * writes.
 */
import assert from 'node:assert/strict';
import { others, settled, until, writes } from './support.ts';
import { CONSENT_AND_INTENT, received, useSession } from './terminal.ts';

describe('the ten commands under Patroni', function () {
  this.timeout(90_000);
  const use = useSession();
  let leader: string;
  let replica: string;
  let sent: number;

  beforeEach('a whole cluster', async () => {
    leader = await settled(use.cluster);
    [replica] = others(use.cluster, leader);
    sent = received(use.cluster).length;
  });

  it(
    'reads cluster, node, replication, timelines and WAL, as an Observer, each with its source, and every reading ' +
      'stands in the log',
    async () => {
      const { session, cluster } = use;
      for (const [verb, more, expected] of [
        ['inspect cluster', [], /pg1[^]*pg2[^]*pg3/],
        ['inspect node', ['--node', replica], /replica[^]*trial/],
        ['inspect node', ['--node', leader], /Role +(?:master|primary)/],
        ['inspect replication', [], /Lag is WAL in bytes/],
        ['inspect promotion', [], /no promotion state machine/],
        ['diag wal', ['--node', leader], /written +\d+\/[0-9A-F]+/],
      ] as const) {
        const { code, stdout, stderr } = await session.run(verb, ...more, '--wide');
        assert.deepEqual([code, stderr], [0, ''], stderr);
        const [, by, endpoint] =
          /: trial, patroni\n[^]*?Observed by node +(\S+)\n +Endpoint +(\S+)\n/u.exec(stdout) ?? assert.fail(stdout);
        assert.equal(
          endpoint,
          cluster.members.find(({ name }) => name === by)?.url,
          'the endpoint is that of the node that answered',
        );
        assert.match(stdout, expected);
      }
      assert.deepEqual(
        new Set(session.stages()),
        new Set(['session_started', 'command_requested', 'command_answered']),
      );
      assert.equal(received(cluster).length, sent, 'P7-S2: looking asks for no change');
    },
  );

  it('shows what the cluster itself says: members, roles, timeline, positions', async () => {
    const { session, cluster } = use;
    const answer = await session.json('inspect cluster');
    assert.ok(answer.kind === 'answered' && answer.command === 'inspect_cluster_state');
    const { view } = answer as unknown as {
      readonly view: {
        readonly primaryId: string;
        readonly epoch: string;
        readonly members: readonly {
          readonly nodeId: string;
          readonly role: string;
          readonly lagBytes: string | null;
        }[];
      };
    };
    const timeline = (JSON.parse((await cluster.ask(leader, 'GET', '/patroni')).body) as { readonly timeline: number })
      .timeline;
    assert.deepEqual([view.primaryId, view.epoch], [leader, String(timeline)]);
    assert.deepEqual(
      view.members.map(({ nodeId, role }) => [nodeId, role]),
      cluster.members.map(({ name }) => [name, name === leader ? 'primary' : 'replica']),
    );
    assert.equal(
      view.members.find(({ nodeId }) => nodeId === leader)?.lagBytes,
      null,
      'a leader has no lag, and none is made up',
    );
  });

  it('what cannot be seen without a database login is said, and not shown as nothing', async () => {
    const { session } = use;
    const wal = await session.run('diag wal', '--node', replica, '--wide');
    assert.match(
      wal.stdout.replaceAll(/\s+/gu, ' '),
      /not visible: Patroni's API does not offer them, and no database login is configured/u,
    );
    const snapshots = await session.run('diag snapshots', '--node', replica);
    assert.equal(snapshots.code, 3);
    assert.match(snapshots.stderr, /PHASE7_OPERATION_UNSUPPORTED/u);
  });

  it('collects diagnostics as Operator, after its cost was declared and confirmed', async () => {
    const { session } = use;
    const terminal = await session.open('diag diagnostics', replica);
    await terminal.sees('requests');
    await session.confirm(terminal, replica);
    assert.equal(await terminal.end(), 0, terminal.output);
    for (const part of ['GET /patroni', 'GET /config', 'GET /metrics', 'maximum_lag_on_failover', 'patroni_xlog_'])
      assert.ok(terminal.output.includes(part), `${part} in ${terminal.output}`);
    assert.equal(session.last()['stage'], 'command_answered');
  });

  it('also P7-E1: a promotion is one switchover that names leader and candidate; PostgreSQL confirms who writes', async () => {
    const { session, cluster } = use;
    const before = (await session.json('inspect cluster')) as unknown as { readonly view: { readonly epoch: string } };
    const terminal = await session.open('promote', replica, '--reason', 'kernel update');
    await terminal.sees(`"${leader}"`);
    await session.confirm(terminal, replica);
    assert.equal(await terminal.end(), 0, terminal.output);
    assert.match(terminal.output, new RegExp(`Successfully switched over to "${replica}"`, 'u'));
    assert.deepEqual(received(cluster).slice(sent), [
      `switchover request with leader=${leader} candidate=${replica} scheduled_at=None`,
    ]);
    assert.equal(await settled(cluster), replica);
    assert.deepEqual([await writes(cluster, replica), await writes(cluster, leader)], [true, false]);
    assert.deepEqual(session.stages().slice(-CONSENT_AND_INTENT.length - 1), [
      ...CONSENT_AND_INTENT,
      'command_executed',
    ]);
    const timelines = await session.run('inspect promotion', '--wide');
    assert.match(timelines.stdout, new RegExp(`timeline ended[^]*${replica}`, 'u'));
    const after = (await session.json('inspect cluster')) as unknown as { readonly view: { readonly epoch: string } };
    assert.ok(BigInt(after.view.epoch) > BigInt(before.view.epoch));
  });

  it('also P7-E1: a demotion is refused before any traffic: Patroni would have to choose a successor', async () => {
    const { session, cluster } = use;
    const terminal = await session.open('demote', leader);
    assert.equal(await terminal.end(), 3, terminal.output);
    assert.match(terminal.output, /PHASE7_OPERATION_UNSUPPORTED/u);
    assert.match(terminal.output.replaceAll(/\s+/gu, ' '), /Patroni chooses one/u);
    assert.deepEqual(session.stages(), [
      'session_started',
      'authority_changed',
      'command_requested',
      'command_rejected',
    ]);
    assert.equal(received(cluster).length, sent);
  });

  it('a request for the member that leads already is refused with the reason, and nothing is sent', async () => {
    const { session, cluster } = use;
    for (const verb of ['promote', 'force-promote']) {
      const terminal = await session.open(verb, leader, '--reason', 'by mistake');
      assert.equal(await terminal.end(), 3, terminal.output);
      assert.match(
        terminal.output.replaceAll(/\s+/gu, ' '),
        new RegExp(`${leader} already leads cluster "trial", as Patroni reports it`, 'u'),
      );
      assert.doesNotMatch(terminal.output, /node>/u);
    }
    assert.equal(received(cluster).length, sent);
    assert.equal(await settled(cluster), leader);
  });

  it('also P7-A2: without consent nothing is sent', async () => {
    const { session, cluster } = use;
    const terminal = await session.open('promote', replica);
    await terminal.sees('node> ');
    terminal.type(leader);
    assert.equal(await terminal.end(), 3, terminal.output);
    assert.equal(received(cluster).length, sent);
    assert.equal(await settled(cluster), leader);
  });

  it(
    'a force while the leader lives is a hand-over: Patroni demotes that leader in the same operation, and the ' +
      'explanation says so',
    async () => {
      const { session, cluster } = use;
      const terminal = await session.open('force-promote', replica, '--reason', 'disk is failing');
      await terminal.sees('override');
      await session.confirm(terminal, replica, ['P6-A1', 'P6-S1']);
      assert.equal(await terminal.end(), 0, terminal.output);
      assert.deepEqual(received(cluster).slice(sent), [
        `failover request with leader=None candidate=${replica} scheduled_at=None`,
      ]);
      assert.equal(await settled(cluster), replica);
      await until('the old leader takes no writes', async () => !(await writes(cluster, leader)));
    },
  );
});
