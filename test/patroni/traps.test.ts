/**
 * What misleads an operator under Patroni, made to happen on the real cluster, through the terminal program. In each
 * case PostgreSQL, etcd or Patroni itself is asked what is true, and the outcome shown may claim no more than that
 * (P7-E2).
 */
import assert from 'node:assert/strict';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import {
  powerOff,
  configure,
  freeze,
  isPending,
  lapse,
  members,
  others,
  pause,
  replayer,
  settled,
  unstartable,
  until,
  writes,
  type Fields,
} from './support.ts';
import {
  ACCOUNT,
  BEFORE_CONSENT,
  CONSENT_AND_INTENT,
  LOGIN,
  received,
  Session,
  sharedClusters,
  useSession,
} from './terminal.ts';

/** A view's member, of what `--json` prints. */
interface MemberView {
  readonly nodeId: string;
  readonly role: string;
  readonly health: string;
  readonly healthBasis: string;
  readonly replicationState: string;
  readonly lagBytes: string | null;
}

/**
 * A switchover while the leader's agent hangs with its lock in hand; resolves when the leader has woken up and it has
 * happened after all.
 */
async function leaderThatHangs(cluster: PatroniCluster): Promise<{
  readonly code: number | null;
  readonly output: string;
  readonly outcome: unknown;
  readonly body: unknown;
  readonly sent: number;
}> {
  const session = new Session(cluster, { token: `${LOGIN.username}:${LOGIN.password}` });
  const leader = await settled(cluster);
  const candidate = cluster.members.find(({ name }) => name !== leader)?.name ?? assert.fail();
  const before = received(cluster).length;
  const terminal = await session.open('promote', candidate);
  try {
    await terminal.sees('node> ');
    freeze(cluster, leader);
    terminal.type(candidate);
    const code = await terminal.end();
    assert.equal((await members(cluster)).find(({ role }) => role === 'leader')?.name, leader, 'it did not happen yet');
    const { outcome, kernel_response: response } = session.last() as {
      readonly outcome?: unknown;
      readonly kernel_response?: Fields;
    };
    return {
      code,
      output: terminal.output,
      outcome,
      body: response?.['body'],
      sent: received(cluster).length - before,
    };
  } finally {
    freeze(cluster, leader, false);
    await until('it happens after all', async () => (await cluster.settled()) === candidate);
    session.end();
  }
}

describe('traps of Patroni', function () {
  this.timeout(120_000);
  const use = useSession();
  let leader: string;
  let replica: string;
  let other: string;

  beforeEach('a whole cluster', async () => {
    leader = await settled(use.cluster);
    [replica, other] = others(use.cluster, leader);
  });

  /**
   * Patroni waits 20 seconds for it: on the guarded cluster, while the other traps happen on theirs. Looked at last.
   */
  let unknown: ReturnType<typeof leaderThatHangs>;
  before(async () => {
    const [, guarded] = await sharedClusters();
    unknown = leaderThatHangs(guarded);
    unknown.catch(() => undefined); // reported by its own test
  });

  async function listed(): Promise<readonly MemberView[]> {
    return (
      (await use.session.json('inspect cluster')) as unknown as {
        readonly view: { readonly members: readonly MemberView[] };
      }
    ).view.members;
  }

  /** Outcome and code of the last record, and Patroni's own words in it. */
  function recorded(): { readonly outcome: unknown; readonly code: unknown; readonly body: unknown } {
    const {
      outcome,
      error,
      kernel_response: response,
    } = use.session.last() as {
      readonly outcome?: unknown;
      readonly error?: Fields;
      readonly kernel_response?: Fields;
    };
    return { outcome, code: error?.['code'] ?? response?.['code'], body: response?.['body'] };
  }

  it(
    'success does not mean writable (trap 1): a candidate that is stalled in replay holds the leader key and takes ' +
      'no writes; both are shown as they were read',
    async () => {
      const { session, cluster } = use;
      const stalled = replayer(cluster, replica);
      process.kill(stalled, 'SIGSTOP');
      try {
        await cluster.sql(
          leader,
          'DROP TABLE IF EXISTS much; CREATE TABLE much AS SELECT generate_series(1, 5000) AS n',
        );
        const positions = async (): Promise<{
          readonly received_location: number;
          readonly replayed_location: number;
        }> =>
          (
            JSON.parse((await cluster.ask(replica, 'GET', '/patroni')).body) as {
              xlog: { received_location: number; replayed_location: number };
            }
          ).xlog;
        await until(
          'it has received what it has not replayed',
          async () => (await positions()).received_location > (await positions()).replayed_location,
        );
        const { code, output } = await session.ask('promote', replica);
        assert.equal(code, 0, output);
        assert.match(
          output.replaceAll(/\s+/gu, ' '),
          /who holds the leader key\. It does not say whether "pg\d" accepts writes, or on which timeline/u,
        );
        assert.equal((await listed()).find(({ nodeId }) => nodeId === replica)?.role, 'primary', 'as /cluster has it');
        const node = (await session.json('inspect node', '--node', replica)) as unknown as {
          readonly view: { readonly member: MemberView };
        };
        assert.equal(node.view.member.role, 'replica', 'as PostgreSQL of that node has it');
        assert.equal(await writes(cluster, replica), false, 'it does not take writes');
      } finally {
        process.kill(stalled, 'SIGCONT');
      }
      assert.equal(await settled(cluster), replica);
      assert.equal(await writes(cluster, replica), true);
    },
  );

  it(
    'two switchovers at once (trap 3): both are answered with 200, and the one whose candidate did not get it is ' +
      'no success',
    async () => {
      const { session, cluster } = use;
      const terminals = await Promise.all([replica, other].map(candidate => session.open('promote', candidate)));
      for (const terminal of terminals) await terminal.sees('node> ');
      for (const [index, terminal] of terminals.entries()) terminal.type([replica, other][index] ?? '');
      const codes = await Promise.all(terminals.map(terminal => terminal.end()));
      const winner = await settled(cluster);
      const bodies = terminals.map(({ output }) => output.replaceAll(/\s+\|?\s*/gu, ' '));
      for (const [index, candidate] of [replica, other].entries()) {
        const text = bodies[index] ?? '';
        if (candidate === winner) assert.equal(codes[index], 0, text);
        else {
          assert.notEqual(codes[index], 0, text);
          assert.doesNotMatch(text, /Request Promotion: executed/u);
          assert.match(text, /instead of|leader name does not match|Switchover failed|no good candidates/u);
        }
      }
      assert.ok([replica, other].includes(winner));
    },
  );

  it(
    'also P7-E2: trap 4: with etcd frozen "failed to write" is unknown: what was on its way is carried out when etcd ' +
      'thaws',
    async () => {
      const { session, cluster } = use;
      const terminal = await session.open('promote', replica);
      await terminal.sees('node> ');
      freeze(cluster, 'etcd');
      try {
        terminal.type(replica);
        assert.equal(await terminal.end(), 6, terminal.output);
        assert.equal(recorded().outcome, 'unknown');
        assert.match(terminal.output, /OUTCOME UNKNOWN/u);
        assert.deepEqual(session.stages().slice(-CONSENT_AND_INTENT.length - 2), [
          ...CONSENT_AND_INTENT,
          'outcome_unknown',
          'authority_changed',
        ]);
      } finally {
        freeze(cluster, 'etcd', false);
        // It may come about or not: that is what unknown means. The cluster is whole again either way.
        await until(
          'what was on its way has come about or not',
          async () =>
            !(await isPending(cluster).catch(() => true)) &&
            (await cluster.settled()) !== undefined &&
            !(await isPending(cluster)),
          60_000,
        );
      }
    },
  );

  it(
    'with etcd down (trap 5) nobody lists the members, which is said as it is, while each node still answers for ' +
      'itself',
    async () => {
      const { cluster } = use;
      // One address, because each that is asked lets as much time pass as Patroni tries.
      const session = new Session(cluster, { only: replica });
      await cluster.kill('etcd');
      try {
        await until(
          '/cluster is not answered any more',
          async () => (await cluster.ask(leader, 'GET', '/cluster')).status === 0,
        );
        const [{ code, stderr }, promotion, diagnostics] = await Promise.all([
          session.run('inspect cluster'),
          session.open('promote', replica),
          session.open('diag diagnostics', replica),
        ]);
        assert.deepEqual([code, /Inspect Cluster State[^:]*: not read/u.test(stderr)], [5, true], stderr);
        assert.equal(await promotion.end(), 5, promotion.output);
        assert.doesNotMatch(promotion.output, /node>/u);
        await session.confirm(diagnostics, replica);
        assert.equal(await diagnostics.end(), 0, diagnostics.output);
        assert.match(diagnostics.output, /not answered/u);
        assert.match(diagnostics.output, /database_system_identifier/u);
      } finally {
        session.end();
        cluster.startEtcd();
      }
      await settled(cluster);
    },
  );

  it('the lag that nobody knows is unknown, not 0 (trap 7)', async () => {
    const { session, cluster } = use;
    const unknownLag = async (): Promise<boolean> =>
      (await members(cluster)).some(({ name, lag }) => name === other && lag === 'unknown');
    await pause(cluster, true);
    const startable = unstartable(cluster, other);
    try {
      process.kill(cluster.postmaster(other), 'SIGINT');
      await until('the lag of a member without PostgreSQL is unknown', unknownLag);
      const [seen, text] = await Promise.all([listed(), session.run('inspect replication')]);
      assert.deepEqual(
        seen.map(({ nodeId, lagBytes }) => [nodeId, lagBytes?.replace(/^\d+$/u, 'bytes') ?? null]),
        cluster.members.map(({ name }) => [name, name === replica ? 'bytes' : null]),
      );
      assert.match(text.stdout, new RegExp(`${other}[^\\n]*unknown`, 'u'));
    } finally {
      startable();
      await pause(cluster, false);
    }
    assert.equal(await settled(cluster), leader);
  });

  it(
    "also P7-E3, P7-E2: 401 and 403 are Patroni's refusals, in its words, and nothing was executed (trap 8); another " +
      'leader (412) proves nothing',
    async () => {
      const { session, cluster } = use;
      const guardAll = (guard: Parameters<typeof cluster.guard>[1]): void =>
        cluster.members.forEach(({ name }) => cluster.guard(name, guard));
      const guarded = (status: number): Promise<void> =>
        until(`writes are answered with ${status}`, async () =>
          (await Promise.all(cluster.members.map(({ name }) => cluster.ask(name, 'DELETE', '/switchover')))).every(
            answer => answer.status === status,
          ),
        );
      try {
        for (const [guard, status, words] of [
          [{ auth: { username: 'operator', password: 'of-the-trial' } }, 401, 'no auth header received'],
          [{ auth: undefined, allowlist: ['192.0.2.1'] }, 403, 'Access is denied'],
        ] as const) {
          guardAll(guard);
          await guarded(status);
          const { code, output } = await session.ask('promote', replica);
          assert.equal(code, 4, output);
          assert.ok(output.includes(words), output);
          assert.deepEqual(recorded(), { outcome: 'not_executed', code: `PATRONI_HTTP_${status}`, body: words });
        }
      } finally {
        guardAll({ auth: undefined, allowlist: undefined });
        await guarded(404);
      }
      const terminal = await session.open('promote', replica);
      await terminal.sees('node> ');
      assert.equal(
        (await cluster.ask(leader, 'POST', '/switchover', { body: JSON.stringify({ leader, candidate: other }) }))
          .status,
        200,
        'another hand is faster',
      );
      assert.equal(await settled(cluster), other);
      terminal.type(replica);
      assert.equal(await terminal.end(), 6, terminal.output);
      assert.deepEqual(
        recorded(),
        { outcome: 'unknown', code: 'PATRONI_HTTP_412', body: 'leader name does not match' },
        'the same request, delivered twice, would get this too',
      );
      assert.match(terminal.output.replaceAll(/\s+/gu, ' '), /Known This delivery of the request wrote nothing/u);
      assert.equal(await settled(cluster), other);
    },
  );

  it("a page of Patroni's web server is a refusal in its words: carried as it came, shown without its markup", async () => {
    const { cluster } = use;
    const { url } = cluster.member(replica);
    // A prefix that a proxy would take away and Patroni does not know.
    const kernel = await connect(
      { name: 'trial', kind: 'patroni', endpoints: [`${url}/prefix`] },
      { timeouts: DEFAULT_TIMEOUTS },
    );
    assert.ok(kernel.ok);
    const answer = await kernel.value.promote({
      endpoint: `${url}/prefix`,
      requestId: '11111111-2222-4333-8444-555555555555',
      target: replica,
      targetName: replica,
      primaryId: leader,
      mode: 'validated',
      acknowledgedInvariants: [],
      reason: '',
      operator: { id: 'anna@desk', authority: 'Operator' },
      controlVersion: null,
      snapshot: 'dcs',
      answerMs: null,
      auditHead: { seq: 1n, hash: '0'.repeat(64) },
    });
    assert.ok(!answer.ok && answer.error.kernel !== undefined);
    const {
      message,
      outcome,
      kernel: { status, body },
    } = answer.error;
    assert.deepEqual([status, outcome], [501, 'not_executed']);
    assert.match(body, /^<!DOCTYPE HTML>/u);
    assert.ok(message.includes('Unsupported method') && !message.includes('<'), message);
    assert.equal(await settled(cluster), leader);
  });

  it(
    'in a paused cluster (trap 9) a switchover to a named candidate is carried out, and the explanation says that ' +
      'the cluster is paused',
    async () => {
      const { session, cluster } = use;
      await pause(cluster, true);
      try {
        assert.match((await session.run('inspect cluster')).stdout, /The cluster is paused/u);
        const refused = await cluster.ask(leader, 'POST', '/switchover', { body: JSON.stringify({ leader }) });
        assert.deepEqual(
          [refused.status, refused.body],
          [400, 'Switchover is possible only to a specific candidate in a paused state'],
          'what the control plane never sends',
        );
        const terminal = await session.open('promote', replica);
        await terminal.sees('The cluster is paused');
        await session.confirm(terminal, replica);
        assert.equal(await terminal.end(), 0, terminal.output);
      } finally {
        await pause(cluster, false);
      }
      assert.equal(await settled(cluster), replica);
    },
  );

  it(
    'in synchronous mode (trap 11) Patroni refuses a switchover to a candidate that is not synchronous; a failover ' +
      'to it is refused by 3.0 and executed from 4.0 on',
    async () => {
      const { session, cluster } = use;
      let expected = leader;
      await configure(cluster, { synchronous_mode: true });
      try {
        await until('there is a synchronous standby', async () =>
          (await members(cluster)).some(({ role }) => role === 'sync_standby'),
        );
        const asynchronous = (await members(cluster)).find(({ role }) => role === 'replica')?.name ?? assert.fail();
        const terminal = await session.open('promote', asynchronous);
        await terminal.sees('Synchronous mode is on');
        await session.confirm(terminal, asynchronous);
        assert.equal(await terminal.end(), 4, terminal.output);
        assert.deepEqual(
          [recorded().outcome, recorded().body],
          ['not_executed', 'candidate name does not match with sync_standby'],
        );
        const { code, output } = await session.ask(
          'force-promote',
          asynchronous,
          ['P6-A1', 'P6-S1'],
          '--reason',
          'its disk is failing',
        );
        const isExecuted = cluster.isAtLeast(4, 0);
        assert.equal(code, isExecuted ? 0 : 6, output);
        if (!isExecuted) assert.deepEqual([recorded().outcome, recorded().body], ['unknown', 'Failover failed']);
        expected = isExecuted ? asynchronous : leader;
      } finally {
        await configure(cluster, { synchronous_mode: false });
        await until('no standby is synchronous', async () =>
          (await members(cluster)).every(({ role }) => role !== 'sync_standby'),
        );
      }
      assert.equal(await settled(cluster), expected);
    },
  );

  it(
    "also P6-A1: trap 10: with the leader's agent alone killed two members take writes; the force says beforehand " +
      'that Patroni does not check this',
    async () => {
      const { session, cluster } = use;
      await cluster.kill(leader);
      try {
        const terminal = await session.open('force-promote', replica, '--reason', 'its agent is gone');
        await terminal.sees('(P6-A1)');
        await session.confirm(terminal, replica, ['P6-A1', 'P6-S1']);
        await until('the failover is asked for', () => isPending(cluster));
        await lapse(cluster);
        const code = await terminal.end();
        await until('the candidate leads', async () =>
          (await members(cluster)).some(({ name, role }) => name === replica && role === 'leader'),
        );
        await until('the candidate takes writes', () => writes(cluster, replica));
        assert.ok(code === 0 || code === 6, terminal.output);
        assert.equal(await writes(cluster, leader), true, 'and so does the old leader');
      } finally {
        cluster.startMember(leader);
      }
      assert.equal(await settled(cluster), replica);
      assert.equal(await writes(cluster, leader), false);
    },
  );

  it(
    'a member without power (trap 6) is "running" until its time to live ends, on whose word is said; a force has ' +
      'what Patroni does not check acknowledged one by one',
    async () => {
      const { session, cluster } = use;
      await powerOff(cluster, leader);
      try {
        const [dead, node] = await Promise.all([listed(), session.run('inspect node', '--node', leader)]);
        const seen = dead.find(({ nodeId }) => nodeId === leader);
        assert.deepEqual(
          [seen?.role, seen?.replicationState, seen?.health],
          ['primary', 'running', 'running'],
          'as the configuration store has it',
        );
        assert.match(seen?.healthBasis ?? '', /the entry of a dead member stays there until its time to live ends/u);
        assert.equal(node.code, 5, 'asked itself, it does not answer');
        const before = session.stages().length;
        const terminal = await session.open('force-promote', replica, '--reason', 'rack lost power');
        await terminal.sees('invariant> ');
        terminal.type('P6-A1');
        await terminal.sees('invariant> ');
        terminal.type('P6-S1');
        await terminal.sees('node> ');
        assert.deepEqual(session.stages().slice(before), BEFORE_CONSENT);
        terminal.type(replica);
        await terminal.sees('account> ');
        terminal.type(ACCOUNT);
        await until('the failover is asked for', () => isPending(cluster));
        await lapse(cluster);
        assert.equal(await terminal.end(), 0, terminal.output);
        assert.match(terminal.output, new RegExp(`Successfully failed over to "${replica}"`, 'u'));
        assert.deepEqual((await listed()).map(({ nodeId }) => nodeId).includes(leader), false, 'it is forgotten now');
        await until('the candidate takes writes', () => writes(cluster, replica));
      } finally {
        cluster.startMember(leader);
      }
      assert.equal(await settled(cluster), replica);
    },
  );

  it('also P7-E2: "status unknown" is unknown, and it does happen afterwards (trap 2)', async () => {
    const { code, output, outcome, body, sent } = await unknown;
    assert.equal(code, 6, output);
    assert.match(output, /OUTCOME UNKNOWN[^]*Switchover status unknown/u);
    assert.deepEqual([outcome, body], ['unknown', 'Switchover status unknown']);
    assert.equal(sent, 1, 'P7-F3: asked once');
  });
});
