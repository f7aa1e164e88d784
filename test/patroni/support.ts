/** What the tests do to the real cluster: signals, waits, and checks by other means than the program under test. */
import assert from 'node:assert/strict';
import { appendFileSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processesIn } from '../../scripts/lib/cluster-folder.mjs';
import { PatroniCluster, type ClusterOptions } from '../../scripts/lib/patroni-cluster.mjs';
import { ensurePatroni } from '../../scripts/lib/patroni-install.mjs';
import { PATRONI_VARIABLE } from '../../scripts/lib/patroni-versions.mjs';
import { untilWith } from '../support/until.ts';

/** An address for this machine, where PostgreSQL listens on loopback only. The name itself names no machine. */
export const ANNOUNCED = '0.0.0.0';

/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A member as `/cluster` lists it. */
export interface Listed {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly timeline?: number;
  readonly lag?: number | string;
}

/**
 * Starts a cluster for tests. Its loops are as fast as Patroni allows, and its locks last longer than every test, so
 * that a slow machine does not cause an election. A test ends a dead leader's lock with `lapse`. The environment
 * chooses the version of Patroni.
 */
export async function startCluster(options: Omit<ClusterOptions, 'programs'> = {}): Promise<PatroniCluster> {
  const programs = await ensurePatroni(line => process.stderr.write(`${line}\n`), process.env[PATRONI_VARIABLE]);
  return PatroniCluster.start({ ttl: 90, ...options, programs });
}

/** Waits until a condition of the cluster holds. */
export const until = untilWith({ withinMs: 40_000, everyMs: 50 });

/** The members as the cluster itself lists them. */
export async function members(cluster: PatroniCluster): Promise<readonly Listed[]> {
  return ((await cluster.seen())?.['members'] ?? []) as readonly Listed[];
}

/** Waits until the cluster is complete again, and returns its leader. */
export async function settled(cluster: PatroniCluster, nodes?: number): Promise<string> {
  let leader: string | undefined;
  await until('the cluster is whole again', async () => (leader = await cluster.settled(nodes)) !== undefined, 120_000);
  return leader ?? assert.fail();
}

/** The members that are not the leader, in order. */
export function others(cluster: PatroniCluster, leader: string): readonly [string, string] {
  const [first, second] = cluster.members.map(({ name }) => name).filter(name => name !== leader);
  assert.ok(first !== undefined && second !== undefined);
  return [first, second];
}

/** Whether a member's own PostgreSQL accepts writes, checked by writing. */
export async function writes(cluster: PatroniCluster, name: string): Promise<boolean> {
  return cluster.sql(name, 'CREATE TABLE IF NOT EXISTS probe (at timestamptz); INSERT INTO probe VALUES (now())').then(
    () => true,
    () => false,
  );
}

/** Changes the dynamic configuration through the first member that answers. */
export async function configure(
  cluster: PatroniCluster,
  change: Fields,
  auth?: { readonly username: string; readonly password: string },
): Promise<void> {
  for (const { name } of cluster.members) {
    const { status, body } = await cluster.ask(name, 'PATCH', '/config', { body: JSON.stringify(change), auth });
    assert.ok(status === 200 || status === 0, body);
    if (status === 200) return;
  }
  assert.fail('no member answers');
}

/** Pauses or resumes the cluster, and waits until every member knows it. */
export async function pause(cluster: PatroniCluster, paused: boolean): Promise<void> {
  await configure(cluster, { pause: paused ? true : null });
  await until(`every member is ${paused ? 'paused' : 'resumed'}`, async () => {
    const all = await Promise.all(cluster.members.map(({ name }) => cluster.ask(name, 'GET', '/patroni')));
    return all.every(
      ({ status, body }) => status !== 200 || ((JSON.parse(body) as { pause?: boolean }).pause ?? false) === paused,
    );
  });
}

/** Freezes or thaws the agent of a member, or etcd. */
export function freeze(cluster: PatroniCluster, name: string, frozen = true): void {
  process.kill(cluster.pid(name), frozen ? 'SIGSTOP' : 'SIGCONT');
}

/** The process of a member's PostgreSQL whose title matches. */
export function processOf(cluster: PatroniCluster, name: string, title: RegExp): number {
  const { folder } = cluster.member(name);
  const found = processesIn(`${folder}/data`).find(({ pid }) =>
    title.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
  );
  return found?.pid ?? assert.fail(`${name} has no process ${title.source}`);
}

/** The process of a replica that replays WAL. */
export function replayer(cluster: PatroniCluster, name: string): number {
  return processOf(cluster, name, /startup/u);
}

/**
 * Makes every start of a member's PostgreSQL fail until the returned function is called. A pause is not enough: a
 * member that was rewound, or may need it, is started even in a paused cluster.
 */
export function unstartable(cluster: PatroniCluster, name: string): () => void {
  const file = join(cluster.member(name).folder, 'data', 'postgresql.auto.conf');
  const before = readFileSync(file);
  appendFileSync(file, "no_such_setting = 'on'\n");
  return () => writeFileSync(file, before);
}

/**
 * Kills a member's agent and its PostgreSQL, like a power failure. The postmaster dies first, so that it cannot repair
 * what the deaths of the others leave behind.
 */
export async function powerOff(cluster: PatroniCluster, name: string): Promise<void> {
  const postmaster = cluster.postmaster(name);
  await cluster.kill(name);
  for (const pid of [postmaster, ...processesIn(cluster.member(name).folder).map(each => each.pid)]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended together with the process before.
    }
  }
  await until(`PostgreSQL of ${name} is gone`, () => processesIn(cluster.member(name).folder).length === 0);
}

/** For how many seconds etcd grants the leader's lock; 0 when nobody holds it. */
export async function lockSeconds(cluster: PatroniCluster): Promise<number> {
  const lock = await cluster.stored('leader');
  return Number((await cluster.etcd('lease/timetolive', { ID: lock?.lease ?? '0' }))['grantedTTL'] ?? 0);
}

/** Whether etcd holds a switchover or failover that was requested and is not finished. */
export async function isPending(cluster: PatroniCluster): Promise<boolean> {
  return !['{}', undefined].includes((await cluster.stored('failover'))?.value);
}

/**
 * Ends the time to live of a dead leader: etcd forgets its lock and its membership, as it does when the time runs out.
 */
export async function lapse(cluster: PatroniCluster): Promise<void> {
  const lock = await cluster.stored('leader');
  assert.ok(lock !== undefined, 'nobody holds the lock');
  await cluster.etcd('lease/revoke', { ID: lock.lease });
}

/** Makes a member's PostgreSQL offer TLS with a certificate, or no TLS, for new connections. */
export async function offerTls(
  cluster: PatroniCluster,
  name: string,
  certificate: { readonly cert: string; readonly key: string } | undefined,
): Promise<void> {
  const { folder } = cluster.member(name);
  const { uid, gid } = statSync(folder);
  const place = (what: string, text: string): string => {
    const file = join(folder, `${what}-${readdirSync(folder).length}.pem`);
    writeFileSync(file, text, { mode: 0o600 });
    chownSync(file, uid, gid);
    return file;
  };
  const changes =
    certificate === undefined
      ? { ssl: 'off' }
      : { ssl_cert_file: place('cert', certificate.cert), ssl_key_file: place('key', certificate.key), ssl: 'on' };
  for (const [setting, value] of Object.entries(changes))
    await cluster.sql(name, `ALTER SYSTEM SET ${setting} = '${value}'`);
  await cluster.sql(name, 'SELECT pg_reload_conf()');
  const [[setting, value] = ['', '']] = Object.entries(changes);
  // A new connection shows what the process that accepts connections has loaded.
  await until('the certificate is in use', async () => (await cluster.sql(name, `SHOW ${setting}`)) === value);
}
