/**
 * The situations in which explanations are held to what happens: how each comes about on a real cluster, and how it
 * goes on after the request.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import type { Writers } from './observation.ts';
import {
  configure,
  freeze,
  isPending,
  lapse,
  lockSeconds,
  members,
  pause,
  powerOff,
  processOf,
  until,
  type Fields,
} from './support.ts';

/** Who is who when a request is prepared. */
export interface Roles {
  readonly leader: string;
  readonly candidate: string;
  /** The member that neither leads nor is asked for. */
  readonly other: string;
}

/** What a mode is prepared with. */
export interface Stage extends Roles {
  readonly cluster: PatroniCluster;
  readonly writers: Writers;
  /** What was seen on the way. */
  readonly notes: Set<string>;
  /** What has to be set right again when it is over, latest first. */
  readonly undo: (() => Promise<void> | void)[];
}

/** One situation. */
export interface Mode {
  readonly name: string;
  /** Dynamic configuration on top of the cluster's own. */
  readonly dynamic?: Fields;
  readonly target?: 'replica' | 'synchronous' | 'asynchronous' | 'leader';
  /** Before all that: with a switchover alone, which is enough. */
  readonly first?: (stage: Stage) => Promise<void>;
  /** Before the explanation is asked for. */
  readonly prepare?: (stage: Stage) => Promise<void>;
  /** After the explanation was given and before it is confirmed. */
  readonly between?: (stage: Stage) => Promise<void>;
  /** While the request is carried out; it ends with the request at the latest. */
  readonly meanwhile?: (stage: Stage, over: () => boolean) => Promise<void>;
  /** What happens when the request is over. */
  readonly afterwards?: (stage: Stage) => Promise<void>;
  /** What happens when the second of its two requests is over. */
  readonly last?: (stage: Stage) => Promise<void>;
  /** How many members are left when it is over. */
  readonly members?: number;
}

/** Modes that share a cluster. */
export interface Group {
  /** Whether it follows another cluster. */
  readonly standby?: boolean;
  readonly modes: readonly Mode[];
}

const SYNCHRONOUS = { synchronous_mode: true, synchronous_mode_strict: false };
const STRICT = { synchronous_mode: true, synchronous_mode_strict: true };
const QUORUM = { synchronous_mode: 'quorum', synchronous_mode_strict: false };

/**
 * The WAL sender to a member stops, so that the member lacks what is written from now on. Where it is the one standby
 * that commits wait for, none is acknowledged from now on but to sessions that do not wait.
 */
async function holdBack({ cluster, writers, notes, undo, leader, candidate }: Stage): Promise<void> {
  const isWaitedFor = (await members(cluster)).find(({ name }) => name === candidate)?.role === 'sync_standby';
  const sender = Number(
    await cluster.sql(leader, `SELECT pid FROM pg_stat_replication WHERE application_name = '${candidate}'`),
  );
  process.kill(sender, 'SIGSTOP');
  undo.push(() => release(sender));
  if (isWaitedFor) await until('a commit waits for the candidate', () => commitWaits(cluster, leader));
  else {
    const written = writers.by(leader).length;
    await until('rows are acknowledged that the candidate lacks', () => writers.by(leader).length > written + 4);
    notes.add('rows are missing');
  }
  await writers.writeAlone(leader);
}

/** The member that leads, as `/cluster` has it. */
export async function leaderOf(cluster: PatroniCluster): Promise<string | null> {
  return (await members(cluster)).find(({ role }) => role === 'leader' || role === 'standby_leader')?.name ?? null;
}

/** Whether a commit waits for a standby. */
export async function commitWaits(cluster: PatroniCluster, name: string): Promise<boolean> {
  return (await cluster.sql(name, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")) !== '0';
}

function release(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It ended with its PostgreSQL.
  }
}

/** What was held back goes on as soon as the leader's PostgreSQL is asked to shut down: the shutdown waits for it. */
async function releasedByShutdown({ cluster, undo, leader }: Stage, over: () => boolean): Promise<void> {
  const file = join(cluster.member(leader).folder, 'data', 'postmaster.pid');
  const state = (): string => {
    try {
      return readFileSync(file, 'utf8').split('\n')[7]?.trim() ?? '';
    } catch {
      return 'gone';
    }
  };
  await until('the leader shuts down, or the request is over', () => over() || state() !== 'ready');
  await undo.pop()?.();
}

/** The candidate takes no WAL any more. The leader gives it up soon, so that its shutdown does not wait for it. */
async function cutOff({ cluster, writers, notes, undo, leader, candidate }: Stage): Promise<void> {
  const timeout = async (value: string | null, shown: string): Promise<void> => {
    await configure(cluster, { postgresql: { parameters: { wal_sender_timeout: value } } });
    await until(
      `wal_sender_timeout is ${shown}`,
      async () => (await cluster.sql(leader, 'SHOW wal_sender_timeout').catch(() => '')) === shown,
    );
  };
  await timeout('2s', '2s');
  undo.push(() => timeout(null, '1min'));
  const receiver = processOf(cluster, candidate, /walreceiver/u);
  process.kill(receiver, 'SIGSTOP');
  undo.push(() => release(receiver));
  const written = writers.by(leader).length;
  await until('rows are acknowledged that the candidate lacks', () => writers.by(leader).length > written + 4);
  notes.add('rows are missing');
}

/** What was held back goes on when the request is over. */
async function releasedAfterwards({ undo }: Stage, over: () => boolean): Promise<void> {
  await until('the request is over', over);
  await undo.pop()?.();
}

/** More than `maximum_lag_on_failover` is written, and etcd knows how far the leader is. */
async function fallBehind(stage: Stage): Promise<void> {
  await holdBack(stage);
  const { cluster, notes, leader, candidate } = stage;
  notes.add('the candidate lags too far');
  await cluster.sql(
    leader,
    "CREATE TABLE IF NOT EXISTS much (t text); INSERT INTO much SELECT repeat('x', 1000) FROM generate_series(1, 3000)",
  );
  await until(
    'the lag is known',
    async () => Number((await members(cluster)).find(({ name }) => name === candidate)?.lag) > 1_500_000,
  );
}

/** The leader's lock ends as soon as the request waits for it. */
async function lockEnds({ cluster, notes }: Stage, over: () => boolean): Promise<void> {
  await until('the request waits, or is over', async () => over() || (await isPending(cluster)));
  if (over()) return;
  notes.add('the leader key ran out');
  await lapse(cluster);
}

async function agentDies({ cluster, undo, leader }: Stage): Promise<void> {
  await cluster.kill(leader);
  undo.push(function startAgent() {
    cluster.startMember(leader);
  });
}

async function hostDies({ cluster, undo, leader }: Stage): Promise<void> {
  await powerOff(cluster, leader);
  undo.push(() => cluster.startMember(leader));
}

async function paused({ cluster, undo }: Stage): Promise<void> {
  await pause(cluster, true);
  undo.push(() => pause(cluster, false));
}

async function nobodyLeads(stage: Stage): Promise<void> {
  await paused(stage);
  await fallBehind(stage);
  await hostDies(stage);
  await lapse(stage.cluster);
  await until('nobody leads', async () => (await leaderOf(stage.cluster)) === null);
}

/** Changes the tags of a running member. */
function tag(cluster: PatroniCluster, name: string, tags: Fields): void {
  const file = join(cluster.member(name).folder, 'patroni.yml');
  const config = JSON.parse(readFileSync(file, 'utf8')) as { readonly tags: Fields };
  writeFileSync(file, JSON.stringify({ ...config, tags: { ...config.tags, ...tags } }));
  process.kill(cluster.pid(name), 'SIGHUP');
}

/** The candidate has a tag until it is over. */
async function tagged({ cluster, undo, candidate }: Stage, name: string): Promise<void> {
  const set = async (value: boolean): Promise<void> => {
    tag(cluster, candidate, { [name]: value });
    await until(
      'the tag is known',
      async () =>
        (((await members(cluster)).find(each => each.name === candidate) as Fields | undefined)?.['tags'] !==
          undefined) ===
        value,
    );
  };
  await set(true);
  undo.push(() => set(false));
}

/** The candidate may not lead. */
async function forbidden(stage: Stage): Promise<void> {
  stage.notes.add('nofailover');
  await tagged(stage, 'nofailover');
}

/** No commit waits for the candidate. */
async function noQuorumStandby(stage: Stage): Promise<void> {
  const { cluster, notes, candidate } = stage;
  await tagged(stage, 'nosync');
  notes.add('no quorum standby');
  await until(
    'it is no quorum standby',
    async () => (await members(cluster)).find(({ name }) => name === candidate)?.role === 'replica',
  );
  await holdBack(stage);
}

/** Another hand makes the third member the leader. */
async function anotherLeads({ cluster, writers, leader, other }: Stage): Promise<void> {
  assert.equal(
    (await cluster.ask(other, 'POST', '/switchover', { body: JSON.stringify({ leader, candidate: other }) })).status,
    200,
  );
  await until(
    'another member leads',
    async () => (await cluster.settled()) === other && writers.by(other).length > 0,
    60_000,
  );
}

/** The candidate's host dies while the request waits for the leader key to run out. */
async function candidateDies(stage: Stage, over: () => boolean): Promise<void> {
  const { cluster, notes, undo, candidate } = stage;
  await until('the request waits, or is over', async () => over() || (await isPending(cluster)));
  await powerOff(cluster, candidate);
  undo.push(() => cluster.startMember(candidate));
  notes.add('the candidate died');
  await lapse(cluster);
}

/** Seconds, as few as Patroni admits. */
const SHORT_TTL = 20;

/**
 * With the configuration store away the leader goes on, or it stops; afterwards another member can take the lead, or it
 * waits.
 */
async function withoutStore({ cluster, writers, notes, undo, candidate: leader, other }: Stage): Promise<void> {
  await configure(cluster, { ttl: SHORT_TTL });
  await until('the lock is short', async () => (await lockSeconds(cluster)) === SHORT_TTL);
  await until(
    'every member is known to the leader',
    async () => (await cluster.ask(leader, 'GET', '/failsafe')).status === 200,
  );
  const decisions = (words: RegExp): number =>
    [...readFileSync(join(cluster.folder, 'log', `${leader}.log`), 'utf8').matchAll(words)].length;
  const [goesOn, stops] = [
    /continue to run as a leader because failsafe mode is enabled/gu,
    /demoted self|demoting self/giu,
  ];
  const [wentOn, stopped] = [decisions(goesOn), decisions(stops)];
  freeze(cluster, 'etcd');
  undo.push(() => freeze(cluster, 'etcd', false));
  await until('the leader has decided', () => decisions(goesOn) > wentOn || decisions(stops) > stopped);
  const written = writers.by(leader).length;
  if (decisions(stops) > stopped) {
    notes.add('the leader stopped without the store');
    return;
  }
  await until('the leader takes rows', () => writers.by(leader).length > written);
  notes.add('the leader wrote without the store');
  await undo.pop()?.();
  const back = performance.now();
  await until('the store is back', async () => (await cluster.settled().catch(() => undefined)) === leader);
  const answer = cluster.ask(other, 'POST', '/switchover', { body: JSON.stringify({ leader, candidate: other }) });
  await until('another member leads', async () => (await leaderOf(cluster)) === other, 90_000);
  notes.add(performance.now() - back < (SHORT_TTL - 5) * 1000 ? 'another led within ttl' : 'nobody led within ttl');
  await answer;
}

async function synchronousNames(cluster: PatroniCluster, leader: string): Promise<string> {
  return cluster.sql(leader, 'SHOW synchronous_standby_names');
}

/**
 * Whether the leader acknowledges a row, or its commits wait, once its Patroni has looked at a PostgreSQL without any
 * standby at least twice: the first of these turns may have begun before.
 */
async function alone({ cluster, writers, leader }: Stage): Promise<'acknowledged' | 'waits'> {
  const turns = (): number =>
    readFileSync(join(cluster.folder, 'log', `${leader}.log`), 'utf8').split('the leader with the lock').length;
  await until(
    `${leader} has no WAL sender`,
    async () => (await cluster.sql(leader, 'SELECT count(*) FROM pg_stat_replication')) === '0',
    90_000,
  );
  const since = turns();
  await until(`Patroni of ${leader} has looked`, () => turns() > since + 1, 90_000);
  const written = writers.by(leader).length;
  const acknowledged = (): boolean => writers.by(leader).length > written;
  await until(
    'a row is acknowledged, or waits',
    async () => acknowledged() || ((await synchronousNames(cluster, leader)) !== '' && commitWaits(cluster, leader)),
  );
  return acknowledged() ? 'acknowledged' : 'waits';
}

/** Without any standby the leader acknowledges alone, or it waits. */
async function leaderAlone(stage: Stage): Promise<void> {
  const { cluster, notes, leader } = stage;
  const standbys = cluster.members.map(({ name }) => name).filter(name => name !== leader);
  await Promise.all(standbys.map(name => powerOff(cluster, name)));
  try {
    const what = await alone(stage);
    const waitsFor = await synchronousNames(cluster, leader);
    notes.add(what === 'waits' && waitsFor !== '*' ? 'waits for a lost standby' : `alone: ${what}`);
  } finally {
    for (const name of standbys) cluster.startMember(name);
  }
}

/** A standby is lost before Patroni has made it synchronous: commits wait for it ever after, or they do not. */
async function lostTooEarly(stage: Stage): Promise<void> {
  const { cluster, writers, notes, leader, candidate, other } = stage;
  await powerOff(cluster, other);
  try {
    await configure(cluster, { synchronous_mode: false });
    // A turn of Patroni that began before can take the names away and leave the key, and the next one believes the key.
    await until('no commit waits', async () => (await cluster.stored('sync')) === undefined);
    await until('no commit waits', async () => (await synchronousNames(cluster, leader)) === '');
    process.kill(processOf(cluster, candidate, /walreceiver/u), 'SIGSTOP'); // it confirms nothing from now on
    const written = writers.by(leader).length;
    await until('the leader has what it lacks', () => writers.by(leader).length > written + 2);
    await configure(cluster, { synchronous_mode: true });
    await until('it is to be waited for', async () => (await synchronousNames(cluster, leader)).includes(candidate));
    await powerOff(cluster, candidate);
    notes.add((await alone(stage)) === 'waits' ? 'waits for a lost standby' : 'waits for no lost standby');
  } finally {
    for (const name of [candidate, other]) cluster.startMember(name);
  }
}

/** The agent of the old leader comes back while the cluster is paused. */
async function agentIsBack({ cluster, writers, notes, undo, leader, candidate }: Stage): Promise<void> {
  if ((await leaderOf(cluster)) !== candidate) return;
  undo.splice(
    undo.findLastIndex(step => step.name === 'startAgent'),
    1,
  );
  cluster.startMember(leader);
  const log = (): string => readFileSync(join(cluster.folder, 'log', `${leader}.log`), 'utf8');
  await until(
    'the old leader is a member again',
    async () =>
      (await members(cluster)).some(({ name }) => name === leader) &&
      log().includes('PAUSE: continue to run as primary without lock'),
  );
  const [old, next] = [writers.by(leader).length, writers.by(candidate).length];
  await until('both take rows', () => writers.by(leader).length > old && writers.by(candidate).length > next);
  notes.add('both write when the agent is back');
}

const live = { prepare: holdBack, meanwhile: releasedByShutdown };
const agentDead = {
  prepare: async (stage: Stage) => {
    await holdBack(stage);
    await agentDies(stage);
  },
  meanwhile: lockEnds,
  members: 2,
};
const hostDead = {
  prepare: async (stage: Stage) => {
    await holdBack(stage);
    await hostDies(stage);
  },
  meanwhile: lockEnds,
  members: 2,
};

/** In groups that can share a cluster of their own. */
export const GROUPS: readonly Group[] = [
  {
    modes: [
      { name: 'asynchronous', ...live },
      { name: 'candidate cut off', prepare: cutOff, meanwhile: releasedAfterwards },
      { name: 'agent dead', ...agentDead },
      {
        name: 'host dead',
        ...hostDead,
        prepare: async stage => {
          await fallBehind(stage);
          await hostDies(stage);
        },
      },
      { name: 'candidate behind', prepare: fallBehind, meanwhile: releasedAfterwards },
      { name: 'nofailover', prepare: forbidden },
      { name: 'target leads', target: 'leader' },
      { name: 'leader changes', between: anotherLeads },
      { name: 'candidate dies', prepare: agentDies, meanwhile: candidateDies, members: 1 },
    ],
  },
  {
    modes: [
      { name: 'synchronous', dynamic: SYNCHRONOUS, target: 'synchronous', ...live, first: leaderAlone },
      {
        name: 'synchronous, asynchronous candidate',
        dynamic: SYNCHRONOUS,
        target: 'asynchronous',
        ...live,
        first: lostTooEarly,
      },
      { name: 'synchronous, host dead', dynamic: SYNCHRONOUS, target: 'synchronous', ...hostDead },
      { name: 'synchronous, agent dead', dynamic: SYNCHRONOUS, target: 'synchronous', ...agentDead },
      {
        name: 'synchronous, asynchronous candidate, host dead',
        dynamic: SYNCHRONOUS,
        target: 'asynchronous',
        ...hostDead,
      },
      { name: 'strict', dynamic: STRICT, target: 'synchronous', ...live, first: leaderAlone },
      { name: 'strict, asynchronous candidate', dynamic: STRICT, target: 'asynchronous', ...live },
      { name: 'quorum, no quorum standby', dynamic: QUORUM, ...live, prepare: noQuorumStandby },
    ],
  },
  {
    modes: [
      {
        name: 'paused',
        ...live,
        prepare: async stage => {
          await paused(stage);
          await holdBack(stage);
        },
      },
      {
        name: 'paused, agent dead',
        ...agentDead,
        prepare: async stage => {
          await paused(stage);
          await holdBack(stage);
          await agentDies(stage);
        },
        afterwards: agentIsBack,
      },
      { name: 'paused, nobody leads', prepare: nobodyLeads, members: 2 },
      { name: 'quorum', dynamic: QUORUM, ...live },
      { name: 'quorum, host dead', dynamic: QUORUM, ...hostDead },
      { name: 'failsafe', dynamic: { failsafe_mode: true }, ...live, last: withoutStore },
    ],
  },
  {
    standby: true,
    modes: [
      { name: 'standby cluster' },
      { name: 'standby cluster, agent dead', prepare: agentDies, meanwhile: lockEnds, members: 2 },
      { name: 'standby cluster, host dead', prepare: hostDies, meanwhile: lockEnds, members: 2 },
      {
        name: 'standby cluster, paused',
        prepare: paused,
        afterwards: async ({ undo }) => {
          await undo.pop()?.();
        },
      },
    ],
  },
];

/** Takes back what was prepared, latest first. */
export async function setRight({ undo }: Stage): Promise<void> {
  for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
}

/** Configures a mode and says whom its request is for. */
export async function cast(cluster: PatroniCluster, mode: Mode, leader: string): Promise<Roles> {
  await configure(cluster, {
    synchronous_mode: null,
    synchronous_mode_strict: null,
    failsafe_mode: null,
    ...mode.dynamic,
  });
  const followers = async (): Promise<Roles> => {
    const listed = (await members(cluster)).filter(({ name }) => name !== leader);
    const isSynchronous = (role: string): boolean => role === 'sync_standby' || role === 'quorum_standby';
    const fits = listed.find(({ role }) =>
      mode.target === 'synchronous'
        ? isSynchronous(role)
        : mode.target === 'asynchronous'
          ? !isSynchronous(role)
          : true,
    );
    const candidate = mode.target === 'leader' ? leader : (fits?.name ?? '');
    return { leader, candidate, other: listed.find(({ name }) => name !== candidate)?.name ?? '' };
  };
  const wanted = mode.dynamic?.['synchronous_mode'];
  await until('the cluster is configured', async () => {
    const roles = (await members(cluster)).map(({ role }) => role);
    const standbys = roles.filter(role => role === 'sync_standby' || role === 'quorum_standby').length;
    const expected = wanted === 'quorum' ? (cluster.isAtLeast(4, 0) ? 2 : 0) : wanted === undefined ? 0 : 1;
    return standbys === expected;
  });
  const roles = await followers();
  assert.ok(roles.candidate !== '' && roles.other !== '', `nobody fits ${mode.name}`);
  return roles;
}
