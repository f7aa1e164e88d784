/**
 * What really happens to a cluster while a request is carried out: told by writers that work on every member, by
 * PostgreSQL, by etcd and by Patroni's `/cluster`, and by nothing that the program under test says.
 */
import { setTimeout as delay } from 'node:timers/promises';
import Client from 'pg/lib/client.js';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import type { Fields, Listed } from './support.ts';

/** A row whose writing a member has acknowledged. */
export interface AcknowledgedRow {
  readonly member: string;
  readonly row: number;
  /** Milliseconds of one clock, only to be compared. */
  readonly at: number;
}

/** The PostgreSQL of a member, as it says itself. */
export interface PostgresState {
  readonly inRecovery: boolean;
  readonly timeline: number;
  readonly startedAt: string;
  readonly synchronousStandbyNames: string;
  /** The port that it streams from; `null` when it streams from none. */
  readonly port: number | null;
  /** The member that it streams from; `null` when it streams from none. */
  readonly follows: string | null;
  readonly rows: ReadonlySet<number>;
}

/** One look at a cluster. `postgres` has an entry for every member; `null` where no PostgreSQL answers. */
export interface Look {
  readonly listed: readonly Listed[];
  /** The members whose agents answer. */
  readonly answering: ReadonlySet<string>;
  /** The dynamic configuration. */
  readonly config: Fields;
  readonly leader: string | null;
  readonly paused: boolean;
  readonly postgres: ReadonlyMap<string, PostgresState | null>;
  readonly pending: boolean;
}

const TABLE = 'acknowledged';

/** Milliseconds between two rows of one writer. */
const PACE = 60;

/** Creates the table that the writers fill. */
export async function prepareTable(cluster: PatroniCluster, leader: string): Promise<void> {
  await cluster.sql(leader, `CREATE TABLE IF NOT EXISTS ${TABLE} (n bigint)`);
}

/** One writer on every member. Each tries all the time; PostgreSQL decides whose rows it takes. */
export class Writers {
  readonly acknowledged: AcknowledgedRow[] = [];
  /** Members that have ended a connection of theirs. */
  readonly disconnected = new Set<string>();
  /** The number of the row that waited for no standby. */
  alone: number | undefined;
  readonly #cluster: PatroniCluster;
  readonly #clients = new Set<Client>();
  readonly #loops: readonly Promise<void>[];
  #next: number;
  #ended = false;

  /** `from`: rows get numbers above it, so that those of two runs are never the same. */
  constructor(cluster: PatroniCluster, from: number) {
    this.#next = from;
    this.#cluster = cluster;
    this.#loops = cluster.members.map(member => this.#write(member));
  }

  get last(): number {
    return this.#next;
  }

  by(member: string): readonly AcknowledgedRow[] {
    return this.acknowledged.filter(each => each.member === member);
  }

  /** A row of a session that waits for no standby; it is none of those that count. */
  async writeAlone(member: string): Promise<void> {
    this.alone = -(this.#next += 1);
    await this.#cluster.sql(member, `SET synchronous_commit = local; INSERT INTO ${TABLE} VALUES (${this.alone})`);
  }

  async end(): Promise<void> {
    this.#ended = true;
    for (const client of this.#clients) client.connection.stream.destroy();
    await Promise.all(this.#loops);
  }

  async #write(member: PatroniCluster['members'][number]): Promise<void> {
    while (!this.#isOver()) {
      if (await this.#connection(member)) this.disconnected.add(member.name);
      await delay(PACE);
    }
  }

  /** Writes until the connection ends; returns whether the member ended one that it had accepted. */
  async #connection({ name, folder, postgresPort }: PatroniCluster['members'][number]): Promise<boolean> {
    const client = new Client({ host: folder, port: postgresPort, user: 'postgres', database: 'postgres' });
    client.on('error', () => undefined); // the next query fails as well
    this.#clients.add(client);
    let isConnected = false;
    try {
      await client.connect();
      isConnected = true;
      while (!this.#isOver()) {
        await this.#insert(client, name);
        await delay(PACE);
      }
      return false;
    } catch {
      return isConnected && !this.#isOver();
    } finally {
      this.#clients.delete(client);
      client.connection.stream.destroy();
    }
  }

  #isOver(): boolean {
    return this.#ended;
  }

  /** A refusal of PostgreSQL leaves the connection as it is. */
  async #insert(client: Client, member: string): Promise<void> {
    const row = (this.#next += 1);
    try {
      await client.query(`INSERT INTO ${TABLE} VALUES (${row})`);
      this.acknowledged.push({ member, row, at: performance.now() });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === '25006')) throw error; // read-only
    }
  }
}

const STATE = `SELECT json_build_object(
  'inRecovery', pg_is_in_recovery(),
  'timeline', CASE WHEN pg_is_in_recovery()
    THEN greatest((SELECT max(received_tli) FROM pg_stat_wal_receiver),
      (SELECT timeline_id FROM pg_control_checkpoint()),
      (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
      (SELECT max(('x' || substr(name, 1, 8))::bit(32)::int) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'))
    ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int END,
  'startedAt', pg_postmaster_start_time(),
  'synchronousStandbyNames', current_setting('synchronous_standby_names'),
  'port', (SELECT max(sender_port) FROM pg_stat_wal_receiver WHERE status = 'streaming'),
  'rows', (SELECT coalesce(json_agg(n), '[]') FROM ${TABLE}))`;

/** What the PostgreSQL of a member says of itself; `null` when it does not answer. */
export async function postgresState(cluster: PatroniCluster, name: string): Promise<PostgresState | null> {
  const text = await cluster.sql(name, STATE).catch(() => null);
  if (text === null) return null;
  const { rows, ...state } = JSON.parse(text) as Omit<PostgresState, 'rows' | 'follows'> & {
    readonly rows: readonly number[];
  };
  return {
    ...state,
    rows: new Set(rows),
    follows: cluster.members.find(({ postgresPort }) => postgresPort === state.port)?.name ?? null,
  };
}

/** Looks at everything once. */
export async function look(cluster: PatroniCluster): Promise<Look> {
  const [view, states, failover, answers] = await Promise.all([
    cluster.seen(),
    Promise.all(cluster.members.map(async ({ name }) => [name, await postgresState(cluster, name)] as const)),
    cluster.stored('failover'),
    Promise.all(
      cluster.members.map(async ({ name }) => ({
        name,
        patroni: await cluster.ask(name, 'GET', '/patroni', { timeout: 5000 }),
        config: await cluster.ask(name, 'GET', '/config', { timeout: 5000 }),
      })),
    ),
  ]);
  const listed = (view?.['members'] ?? []) as readonly Listed[];
  const config = answers.find(each => each.config.status === 200)?.config.body ?? '{}';
  return {
    listed,
    answering: new Set(answers.filter(({ patroni }) => patroni.status !== 0).map(({ name }) => name)),
    config: JSON.parse(config) as Fields,
    leader: listed.find(({ role }) => role === 'leader' || role === 'standby_leader')?.name ?? null,
    paused: view?.['pause'] === true,
    postgres: new Map(states),
    pending: failover !== undefined && failover.value !== '{}',
  };
}

/** One request and what came of it. */
export interface Observation {
  readonly version: string;
  readonly command: 'request_promotion' | 'force_promotion';
  readonly candidate: string;
  readonly before: Look;
  readonly after: Look;
  /** Where the request was still to be carried out when it was answered: the cluster when that had become possible. */
  readonly eventually: Look | null;
  /** Who led when the request was sent. */
  readonly leaderThen: string | null;
  /** The requests for a change that the agents say they have received. */
  readonly received: readonly string[];
  /** What else was seen on the way. */
  readonly notes: ReadonlySet<string>;
  /** What the program recorded as Patroni's answer; `null` when none came or nothing was sent. */
  readonly answer: { readonly status: string; readonly body: string } | null;
  /** As recorded: `executed`, `not_executed`, `unknown`. */
  readonly outcome: string;
  readonly sent: boolean;
  /** Milliseconds from the confirmation to the end of the program. */
  readonly tookMs: number;
  readonly leaderBefore: string | null;
  /** The member that led before; also where `/cluster` knows of none any more. */
  readonly oldLeader: string;
  readonly acknowledged: readonly AcknowledgedRow[];
  readonly disconnected: ReadonlySet<string>;
}

/** Whether the candidate leads and did not before. */
export function changed({ leaderBefore, candidate, after }: Observation): boolean {
  return after.leader === candidate && leaderBefore !== candidate;
}

/** Whether the old leader's agent was there to take a request up. */
export function agentAlive({ before, oldLeader }: Observation): boolean {
  return before.answering.has(oldLeader);
}

/** The members that took writes after the candidate took its first. */
export function twoWriters({ acknowledged, candidate, oldLeader }: Observation): boolean {
  const first = acknowledged.find(({ member }) => member === candidate);
  return first !== undefined && acknowledged.some(({ member, at }) => member === oldLeader && at > first.at);
}

/** How many rows that the old leader acknowledged before the candidate took any are not on the candidate. */
export function lostRows(observation: Observation): number {
  const { acknowledged, oldLeader, candidate, after } = observation;
  const rows = after.postgres.get(candidate)?.rows;
  if (rows === undefined || !changed(observation)) return 0;
  const first = acknowledged.find(({ member }) => member === candidate)?.at ?? Infinity;
  return acknowledged.filter(({ member, row, at }) => member === oldLeader && at < first && !rows.has(row)).length;
}

/** Whether the old leader's PostgreSQL is not the process any more that it was. */
export function wasShutDown({ before, after, oldLeader }: Observation): boolean {
  const [then, now] = [before.postgres.get(oldLeader), after.postgres.get(oldLeader)];
  return then !== undefined && then !== null && (now === null || now === undefined || now.startedAt !== then.startedAt);
}
