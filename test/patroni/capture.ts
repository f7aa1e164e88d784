/**
 * Records answers of the real cluster, each in its state, for the tests that need no cluster: `AERODB_PATRONI=4.1 node
 * test/patroni/capture.ts` records version 4.1 into its folder of `test/engines/patroni/captures`, or into the one that
 * is named. One JSON file per exchange: what was sent, and status line, headers and body as received; status 0 when
 * there was no answer.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import {
  configure,
  freeze,
  isPending,
  lapse,
  lockSeconds,
  members,
  others,
  pause,
  powerOff,
  replayer,
  settled,
  startCluster,
  until,
} from './support.ts';

const AUTH = { username: 'operator', password: 'of-the-trial' };
const cluster = await startCluster({ port: 8008, ttl: 20, loopWait: 2, retryTimeout: 5 });
const folder = process.argv[2] ?? join(import.meta.dirname, '../engines/patroni/captures', cluster.version);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

interface Asking {
  readonly body?: string;
  readonly auth?: typeof AUTH;
  /**
   * Asks again until the answer is the one in question: for states that pass, and for those that Patroni notices late.
   */
  readonly wanted?: (answer: Answer) => boolean;
  /** The cluster that is asked, where it is another than that of three members. */
  readonly of?: PatroniCluster;
}

async function record(
  name: string | ((answer: Answer) => string),
  at: string,
  method: string,
  path: string,
  { wanted = () => true, of = cluster, ...options }: Asking = {},
): Promise<void> {
  let answer: Answer;
  let ms: number;
  do {
    const started = performance.now();
    answer = await of.ask(at, method, path, { ...options, timeout: 60_000 });
    ms = Math.round(performance.now() - started);
  } while (!wanted(answer));
  const capture = {
    request: { method, path, body: options.body ?? null, authenticated: options.auth !== undefined },
    to: at,
    ms,
    ...answer,
    headers: answer.headers.map(header => header.join(': ')),
  };
  const title = typeof name === 'string' ? name : name(answer);
  writeFileSync(join(folder, `${title}.json`), `${JSON.stringify(capture, undefined, 2)}\n`);
  process.stdout.write(
    `${title.padEnd(40)} ${String(ms).padStart(6)} ms ` +
      ` ${answer.status} ${answer.body.slice(0, 70).split('\n')[0] ?? ''}\n`,
  );
}

function look(name: string, at: string, wanted?: Asking['wanted']): Promise<void> {
  return record(name, at, 'GET', '/cluster', wanted === undefined ? {} : { wanted });
}

function post(name: string, at: string, path: string, body: unknown): Promise<void> {
  return record(name, at, 'POST', path, { body: typeof body === 'string' ? body : JSON.stringify(body) });
}

try {
  let leader = await settled(cluster);
  let [replica, other] = others(cluster, leader);
  await look('cluster', leader);
  await record('patroni-leader', leader, 'GET', '/patroni');
  await record('patroni-replica', replica, 'GET', '/patroni');
  await record('history-empty', leader, 'GET', '/history');
  await record('config', leader, 'GET', '/config');
  await record('metrics-leader', leader, 'GET', '/metrics');
  await record('metrics-replica', replica, 'GET', '/metrics');

  await post('rejected-leader-mismatch', leader, '/switchover', { leader: replica, candidate: other });
  await post('rejected-no-such-candidate', leader, '/switchover', { leader, candidate: 'nobody' });
  await post('rejected-no-leader-named', leader, '/switchover', { candidate: replica });
  await post('rejected-failover-without-candidate', leader, '/failover', { leader });
  await post('rejected-empty-body', leader, '/switchover', {});
  await post('rejected-unknown-path', leader, '/nosuch', { a: 1 });
  await post('switchover-candidate-is-leader', leader, '/switchover', { leader, candidate: leader });
  await post('failover-candidate-is-leader', leader, '/failover', { candidate: leader });

  await configure(cluster, { postgresql: { parameters: { max_connections: 41 } } });
  await look('cluster-pending-restart', leader, ({ body }) => body.split('pending_restart"').length === 4);
  await record('patroni-pending-restart', leader, 'GET', '/patroni');
  await configure(cluster, { postgresql: { parameters: { max_connections: 40 } } });
  await until('no restart is pending', async () => !JSON.stringify(await cluster.seen()).includes('pending_restart'));

  await post('scheduled', leader, '/switchover', {
    leader,
    candidate: replica,
    scheduled_at: '2035-01-01T00:00:00+00:00',
  });
  await look('cluster-scheduled', leader);
  await record('scheduled-deleted', leader, 'DELETE', '/switchover');

  await post('switchover', leader, '/switchover', { leader, candidate: replica });
  await look('cluster-right-after-switchover', replica);
  await record('patroni-old-leader-right-after', leader, 'GET', '/patroni');
  leader = await settled(cluster);
  await record('history', leader, 'GET', '/history');

  [replica, other] = others(cluster, leader);
  const named = ({ body }: Answer): string => (body.startsWith('Successfully') ? 'race-won' : 'race-lost');
  await Promise.all(
    [replica, other].map(candidate =>
      record(named, leader, 'POST', '/switchover', { body: JSON.stringify({ leader, candidate }) }),
    ),
  );
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  await pause(cluster, true);
  await look('cluster-paused', leader);
  await record('patroni-paused', leader, 'GET', '/patroni');
  await post('rejected-paused-without-candidate', leader, '/switchover', { leader });
  await pause(cluster, false);

  await configure(cluster, { synchronous_mode: true });
  await until('there is a synchronous standby', async () =>
    (await members(cluster)).some(({ role }) => role === 'sync_standby'),
  );
  await look('cluster-sync', leader);
  const standby = (await members(cluster)).find(({ role }) => role === 'sync_standby')?.name ?? '';
  await record('patroni-sync-standby', standby, 'GET', '/patroni');
  await record('patroni-leader-sync', leader, 'GET', '/patroni');
  await post('rejected-candidate-not-synchronous', leader, '/switchover', {
    leader,
    candidate: standby === replica ? other : replica,
  });
  await post('failover-to-asynchronous', leader, '/failover', { candidate: standby === replica ? other : replica });
  await configure(cluster, { synchronous_mode: false });
  await until('no standby is synchronous', async () =>
    (await members(cluster)).every(({ role }) => role !== 'sync_standby'),
  );
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  if (cluster.isAtLeast(4, 0)) {
    await configure(cluster, { synchronous_mode: 'quorum' });
    await until(
      'both replicas are quorum standbys',
      async () => (await members(cluster)).filter(({ role }) => role === 'quorum_standby').length === 2,
    );
    await look('cluster-quorum', leader);
    await record('patroni-quorum-standby', replica, 'GET', '/patroni', {
      wanted: ({ body }) => body.includes('quorum_standby'),
    });
    await record('patroni-leader-quorum', leader, 'GET', '/patroni');
    await record('config-quorum', leader, 'GET', '/config');
    await record('metrics-quorum-standby', replica, 'GET', '/metrics');
    await post('switchover-quorum', leader, '/switchover', { leader, candidate: replica });
    await look('cluster-right-after-switchover-quorum', replica);
    await configure(cluster, { synchronous_mode: false });
    await until('no standby is synchronous', async () =>
      (await members(cluster)).every(({ role }) => role !== 'quorum_standby'),
    );
    leader = await settled(cluster);
    [replica, other] = others(cluster, leader);
  }

  if (cluster.isAtLeast(4, 1)) {
    for (const [tokens, header] of [
      ['Minimal', /^Patroni\/[\d.]+$/u],
      ['ProductOnly', /^Patroni$/u],
    ] as const) {
      for (const { name } of cluster.members) cluster.guard(name, { serverTokens: tokens });
      const told = ({ headers }: Answer): boolean =>
        headers.some(([name, value]) => name === 'Server' && header.test(value));
      await record(`patroni-server-${tokens.toLowerCase()}`, leader, 'GET', '/patroni', { wanted: told });
      await record(`rejected-server-${tokens.toLowerCase()}`, leader, 'POST', '/switchover', {
        body: JSON.stringify({ leader: replica, candidate: other }),
        wanted: told,
      });
    }
    for (const { name } of cluster.members) cluster.guard(name, { serverTokens: undefined });
    await until('the header is the usual one', async () =>
      (await cluster.ask(leader, 'GET', '/patroni')).headers.some(([, value]) => value.startsWith('BaseHTTP')),
    );
  }

  const following = await startCluster({ nodes: 2, dynamic: { standby_cluster: cluster.asRemote(leader) } });
  try {
    const first = await settled(following);
    const second = following.members.find(({ name }) => name !== first)?.name ?? '';
    await record('cluster-standby-cluster', first, 'GET', '/cluster', { of: following });
    await record('patroni-standby-leader', first, 'GET', '/patroni', { of: following });
    await record('patroni-standby-cluster-replica', second, 'GET', '/patroni', { of: following });
    await record('config-standby-cluster', first, 'GET', '/config', { of: following });
    await record('switchover-standby-cluster', first, 'POST', '/switchover', {
      of: following,
      body: JSON.stringify({ leader: first, candidate: second }),
    });
    await record('cluster-right-after-switchover-standby-cluster', second, 'GET', '/cluster', { of: following });
    await settled(following);
    await record('cluster-standby-cluster-switched', second, 'GET', '/cluster', { of: following });
  } finally {
    await following.stop();
  }

  for (const { name } of cluster.members) cluster.guard(name, { auth: AUTH });
  await until('writes are guarded', async () => (await cluster.ask(leader, 'DELETE', '/switchover')).status === 401);
  await record('unauthenticated', leader, 'POST', '/switchover', {
    body: JSON.stringify({ leader, candidate: replica }),
  });
  await record('wrong-password', leader, 'POST', '/switchover', {
    body: JSON.stringify({ leader, candidate: replica }),
    auth: { ...AUTH, password: 'wrong' },
  });
  for (const { name } of cluster.members) cluster.guard(name, { allowlist: ['192.0.2.1'] });
  await until('writes are for others', async () => (await cluster.ask(leader, 'DELETE', '/switchover')).status === 403);
  await record('forbidden', leader, 'POST', '/switchover', {
    body: JSON.stringify({ leader, candidate: replica }),
    auth: AUTH,
  });
  for (const { name } of cluster.members) cluster.guard(name, { auth: undefined, allowlist: undefined });
  await until('writes are free again', async () => (await cluster.ask(leader, 'DELETE', '/switchover')).status === 404);

  const stalled = replayer(cluster, replica);
  process.kill(stalled, 'SIGSTOP');
  await cluster.sql(leader, 'CREATE TABLE much AS SELECT generate_series(1, 20000) AS n');
  await until('it has received what it has not replayed', async () => {
    const { xlog } = JSON.parse((await cluster.ask(replica, 'GET', '/patroni')).body) as {
      xlog: { received_location: number; replayed_location: number };
    };
    return xlog.received_location > xlog.replayed_location + 500_000;
  });
  await record('patroni-replay-stalled', replica, 'GET', '/patroni');
  await look('cluster-replay-stalled', leader);
  await post('switchover-to-stalled', leader, '/switchover', { leader, candidate: replica });
  await look('cluster-after-switchover-to-stalled', replica);
  await record('patroni-stalled-leader', replica, 'GET', '/patroni');
  process.kill(stalled, 'SIGCONT');
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  process.kill(cluster.postmaster(leader), 'SIGKILL');
  await record('patroni-postgresql-killed', leader, 'GET', '/patroni', {
    wanted: ({ body }) => !body.includes('"state": "running"'),
  });
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  await powerOff(cluster, replica);
  await look('cluster-dead-replica', leader);
  await post('rejected-dead-candidate', leader, '/switchover', { leader, candidate: replica });
  await until('it is forgotten', async () => (await members(cluster)).length === 2);
  await look('cluster-dead-replica-forgotten', leader);
  cluster.startMember(replica);
  await until('it is back, and not known yet', async () =>
    (await members(cluster)).some(({ lag }) => lag === 'unknown'),
  );
  await look('cluster-lag-unknown', leader);
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  await configure(cluster, { ttl: 60 });
  await until('the leader has the longer lock', () => lockSeconds(cluster).then(seconds => seconds > 50));
  freeze(cluster, leader);
  await post('switchover-status-unknown', replica, '/switchover', { leader, candidate: replica });
  freeze(cluster, leader, false);
  await until('it happens afterwards', async () => (await cluster.settled()) === replica);
  await configure(cluster, { ttl: 20 });
  await until('the leader has the shorter lock', () => lockSeconds(cluster).then(seconds => seconds === 20));
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  await powerOff(cluster, leader);
  await look('cluster-dead-leader', replica);
  const failover = post('failover', replica, '/failover', { candidate: replica });
  await until('the failover is asked for', () => isPending(cluster));
  await lapse(cluster);
  await failover;
  await look('cluster-right-after-failover', replica);
  cluster.startMember(leader);
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  await pause(cluster, true);
  await powerOff(cluster, leader);
  await until('nobody leads', async () => (await members(cluster)).every(({ role }) => role !== 'leader'));
  await look('cluster-no-leader', replica);
  await record('patroni-replica-no-leader', replica, 'GET', '/patroni');
  await post('rejected-no-leader', replica, '/switchover', { leader, candidate: replica });
  await post('failover-paused', other, '/failover', { candidate: replica });
  await pause(cluster, false);
  cluster.startMember(leader);
  leader = await settled(cluster);
  [replica, other] = others(cluster, leader);

  freeze(cluster, 'etcd');
  await post('switchover-etcd-just-frozen', leader, '/switchover', { leader, candidate: replica });
  await look('cluster-etcd-frozen', leader, ({ status }) => status !== 200);
  await record('patroni-etcd-frozen', leader, 'GET', '/patroni');
  await post('switchover-etcd-frozen', leader, '/switchover', { leader, candidate: replica });
  freeze(cluster, 'etcd', false);
  await settled(cluster);
} catch (error) {
  for (const name of ['etcd', ...cluster.members.map(each => each.name)])
    process.stderr.write(`${cluster.log(name)}\n`);
  throw error;
} finally {
  await cluster.stop();
}
