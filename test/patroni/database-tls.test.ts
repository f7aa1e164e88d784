/**
 * PostgreSQL of a real cluster behind TLS, announced by an address that is not loopback by its name; and what that
 * PostgreSQL refuses.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MONITOR, type PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { builtProgram, type Ended, type Fields } from '../support/terminal.ts';
import { issue, type Issued } from '../support/certificates.ts';
import { pattern } from '../support/pattern.ts';
import { ANNOUNCED, offerTls, pause, settled, startCluster, until } from './support.ts';
import { Session } from './terminal.ts';

const DAY = 24 * 60 * 60 * 1000;

describe('PostgreSQL of a cluster, beyond loopback', function () {
  this.timeout(90_000);
  const ca = issue({ name: "the cluster's own CA", ca: true });
  const good = issue({ name: 'db', issuer: ca, ip: [ANNOUNCED] });
  let cluster: PatroniCluster;
  let node: string;
  let session: Session | undefined;

  before('start a cluster of one', async function () {
    this.timeout(120_000);
    await builtProgram();
    cluster = await startCluster({ nodes: 1, announced: ANNOUNCED });
    node = await settled(cluster);
    await cluster.sql(node, 'ALTER SYSTEM SET log_connections = on');
  });
  after(() => cluster.stop());
  afterEach(() => session?.end());

  const serve = (certificate: Issued | undefined): Promise<void> => offerTls(cluster, node, certificate);

  /** What PostgreSQL has logged of connections since. */
  function connections(): () => string {
    const file = join(cluster.folder, 'log', `${node}.log`);
    const before = readFileSync(file, 'utf8').length;
    return () =>
      readFileSync(file, 'utf8')
        .slice(before)
        .split('\n')
        .filter(line => line.includes(MONITOR.user) || line.includes('SSL'))
        .join('\n');
  }

  async function read(
    options: ConstructorParameters<typeof Session>[1],
    ...more: readonly string[]
  ): Promise<Ended & { readonly said: string; readonly record: Fields }> {
    session?.end();
    session = new Session(cluster, { database: MONITOR.password, trusted: ca.cert, ...options });
    const ended = await session.run('diag wal', '--node', node, '--wide', ...more);
    return { ...ended, said: ended.stderr.replaceAll(/\s+/gu, ' '), record: session.last() };
  }

  async function refused(
    certificate: Issued | undefined,
    options: ConstructorParameters<typeof Session>[1],
    reason: RegExp,
  ): Promise<void> {
    await serve(certificate);
    const told = connections();
    const { code, stdout, said, record } = await read(options);
    assert.deepEqual([code, stdout, record['stage'], record['outcome']], [5, '', 'read_failed', 'not_executed'], said);
    assert.match(said, /PHASE7_CONNECTION_FAILED/u);
    assert.match(said, reason);
    assert.doesNotMatch(told(), new RegExp(MONITOR.user, 'u'), 'PostgreSQL does not even know who wanted to log in');
  }

  it(
    "also P7-F1: is read over TLS, when its certificate is of the cluster's CA and carries its address or the " +
      'configured server name',
    async () => {
      for (const [certificate, options] of [
        [good, {}],
        [issue({ name: 'db', issuer: ca, dns: ['db.example'] }), { serverName: 'db.example' }],
      ] as const) {
        await serve(certificate);
        const told = connections();
        const { code, stdout, stderr } = await read(options);
        assert.deepEqual([code, stderr], [0, '']);
        assert.ok(stdout.includes('Archiver'), stdout);
        assert.match(
          told(),
          new RegExp(`connection authorized: user=${MONITOR.user} .*SSL enabled \\(protocol=TLSv1\\.[23]`, 'u'),
        );
      }
    },
  );

  it(
    'also P7-F1, freeze/secrets: a wrong host, an unknown CA, an expired or self-signed certificate and a server ' +
      'without TLS are refused with the reason, before the login is named',
    async () => {
      await refused(
        issue({ name: 'db', issuer: ca, ip: ['127.0.0.1'], dns: ['localhost'] }),
        {},
        /IP: 0\.0\.0\.0 is not in the cert's list: 127\.0\.0\.1/u,
      );
      await refused(good, { serverName: 'db.example' }, /Host: db\.example\. is not/u);
      await refused(
        good,
        { trusted: issue({ name: 'another CA', ca: true }).cert },
        /unable to (?:verify the first certificate|get local issuer certificate)/u,
      );
      await refused(good, { tls: false }, /unable to (?:verify the first certificate|get local issuer certificate)/u);
      await refused(
        issue({
          name: 'db',
          issuer: ca,
          ip: [ANNOUNCED],
          notBefore: new Date(Date.now() - 9 * DAY),
          notAfter: new Date(Date.now() - DAY),
        }),
        {},
        /certificate has expired, CERT_HAS_EXPIRED/u,
      );
      await refused(issue({ name: 'db', ip: [ANNOUNCED] }), {}, /self-signed certificate/u);
      await refused(
        undefined,
        {},
        /no connection \(The server does not support SSL connections\)\. The password was not sent/u,
      );
    },
  );

  it('also P7-E3: exit 4: what PostgreSQL refuses is its own rejection: its SQLSTATE, its words, and no password', async () => {
    await serve(good);
    await cluster.sql(
      node,
      "CREATE ROLE stranger LOGIN PASSWORD 'stranger-of-the-trial'; CREATE ROLE crowded LOGIN PASSWORD " +
        "'crowded-of-the-trial' CONNECTION LIMIT 0",
    );
    for (const [options, sqlstate, words, severity] of [
      [{ database: 'not-the-password' }, '28P01', `password authentication failed for user "${MONITOR.user}"`, 'FATAL'],
      [
        { user: 'stranger', database: 'stranger-of-the-trial' },
        '42501',
        'permission denied for function pg_ls_waldir',
        'ERROR',
      ],
      [
        { user: 'crowded', database: 'crowded-of-the-trial' },
        '53300',
        'too many connections for role "crowded"',
        'FATAL',
      ],
    ] as const) {
      const { code, stdout, said, record } = await read(options, '--json');
      assert.equal(code, 4, said);
      const { error } = JSON.parse(stdout) as { readonly error: Fields };
      assert.deepEqual(error, {
        domain: 'KERNEL_REJECTION',
        code: sqlstate,
        message: words,
        invariants: [],
        outcome: 'not_executed',
        known: null,
        field: null,
        kernel: { status: null, body: `${severity}:  ${sqlstate}: ${words}`, details: null },
      });
      assert.deepEqual(record['kernel_response'], {
        accepted: false,
        code: sqlstate,
        invariant: null,
        message: words,
        body: `${severity}:  ${sqlstate}: ${words}`,
      });
      assert.match(said, new RegExp(`${severity}: ${sqlstate}: `, 'u'), 'a person sees it too');
      assert.ok(![stdout, said, JSON.stringify(session?.records())].join('').includes(options.database));
    }
  });

  it('a login that may not see other sessions is told so, and not that there are none', async () => {
    session = new Session(cluster, { user: 'stranger', database: 'stranger-of-the-trial', trusted: ca.cert });
    const { code, stdout } = await session.run('diag snapshots', '--node', node);
    assert.equal(code, 0, stdout);
    const words = stdout.replaceAll(/\s+/gu, ' ');
    assert.match(
      words,
      pattern(
        /Snapshots held by sessions not visible PostgreSQL shows other sessions only to /u,
        /members of pg_read_all_stats \(pg_monitor is one\)[^]*Base backups in progress not visible/u,
      ),
    );
  });

  it(
    'also P7-E2: a read that PostgreSQL ends in its own words, one that it does not answer in time, and one in ' +
      'which it dies are told apart',
    async () => {
      await serve(good);
      // A lock that somebody else holds is what the read waits for.
      const held = cluster
        .sql(node, 'BEGIN; LOCK TABLE pg_stat_archiver IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)')
        .catch(() => undefined);
      const waiting = async (): Promise<string> =>
        cluster.sql(
          node,
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'aerodb-control' AND wait_event_type = 'Lock'",
        );
      const late = await read({}, '--timeout', '3');
      assert.deepEqual(
        [
          late.code,
          /no complete answer within 3000 ms\. It was a read/u.test(late.said),
          /PHASE7_TIMEOUT/u.test(late.said),
        ],
        [5, true, true],
        late.said,
      );
      await until('what it left behind in PostgreSQL has ended too', async () => (await waiting()) === '');

      const ended = read({});
      await until('the read waits', async () => (await waiting()) !== '');
      await cluster.sql(node, `SELECT pg_terminate_backend(${await waiting()})`);
      assert.deepEqual(
        [
          (await ended).code,
          /not read \(the kernel's own answer, word for word\)[^]*57P01/u.test((await ended).said),
          /terminating connection due to administrator command/u.test((await ended).said),
        ],
        [4, true, true],
        (await ended).said,
      );

      const cut = read({});
      await until('the read waits', async () => (await waiting()) !== '');
      process.kill(Number(await waiting()), 'SIGKILL');
      assert.deepEqual(
        [
          (await cut).code,
          /the connection ended before the answer was complete/u.test((await cut).said),
          /PHASE7_TRANSPORT_FAILURE/u.test((await cut).said),
        ],
        [5, true, true],
        (await cut).said,
      );
      await held; // with one of its processes PostgreSQL ends all, and starts again
      await settled(cluster);
    },
  );

  it('also P7-E2: no connection is made to a PostgreSQL that is frozen, nor to one that is down', async () => {
    await serve(good);
    await pause(cluster, true);
    // Patroni lost its own connection when the test before ended a server process: without a new one, made before
    // nobody can make any, it would be Patroni that does not answer.
    const before = await read({});
    assert.equal(before.code, 0, before.said);
    const frozen = cluster.postmaster(node);
    process.kill(frozen, 'SIGSTOP');
    const silent = await read({}, '--timeout', '3');
    assert.deepEqual(
      [
        silent.code,
        /no connection \(nothing within 3000 ms\)/u.test(silent.said),
        /PHASE7_CONNECTION_FAILED/u.test(silent.said),
      ],
      [5, true, true],
      silent.said,
    );
    process.kill(frozen, 'SIGCONT');
    process.kill(frozen, 'SIGINT'); // a fast shutdown; a paused Patroni does not start it again
    await until('PostgreSQL has ended', () => !alive(frozen));
    const down = await read({});
    assert.deepEqual(
      [down.code, /no connection \(.*ECONNREFUSED/u.test(down.said), /PHASE7_CONNECTION_FAILED/u.test(down.said)],
      [5, true, true],
      down.said,
    );
    await pause(cluster, false);
    await settled(cluster);
  });
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
