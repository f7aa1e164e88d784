/** Requests on real clusters, each with the explanation that was given before it and what happened after it. */
import assert from 'node:assert/strict';
import type { PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { builtProgram, type Terminal } from '../support/terminal.ts';
import { explanationSchema, type Explained } from '../support/explained.ts';
import { cast, commitWaits, leaderOf, setRight, type Group, type Mode, type Roles, type Stage } from './modes.ts';
import { look, prepareTable, Writers, type Look, type Observation } from './observation.ts';
import { isPending, settled, startCluster, until, type Fields } from './support.ts';
import { ACCOUNT, received, Session } from './terminal.ts';

/** Both commands, as the terminal program calls them. */
export const COMMANDS = { request_promotion: 'promote', force_promotion: 'force-promote' } as const;

export type Command = keyof typeof COMMANDS;

/** The stages at which a request is over. */
const ENDS: readonly string[] = [
  'command_executed',
  'kernel_rejected',
  'outcome_unknown',
  'dispatch_failed',
  'command_rejected',
  'read_failed',
];

/** An explanation beside what happened; without one the program refused before any traffic, and `output` says why. */
export interface Pair {
  readonly explained: Explained | null;
  readonly output: string;
  readonly observed: Observation;
}

/** What came of one request, and the terminal that it was asked in. */
interface Answer {
  readonly terminal: Terminal;
  readonly explained: Explained | null;
  readonly tookMs: number;
  readonly leaderThen: string | null;
}

/** One cluster with the modes that share it, worked through one after the other. */
export class Pairs {
  readonly #isStandby: boolean;
  readonly #pairs = new Map<string, Promise<Pair>>();
  #cluster: PatroniCluster | undefined;
  /** The cluster that this one follows. */
  #followed: PatroniCluster | undefined;
  #lastRow = 0;

  constructor({ modes, standby = false }: Group) {
    this.#isStandby = standby;
    const started = this.#start();
    let before: Promise<unknown> = started;
    for (const mode of modes)
      for (const command of Object.keys(COMMANDS) as Command[]) {
        const pair = before.then(() => started).then(() => this.#pair(mode, command));
        before = pair.catch(() => undefined); // reported by its own test
        this.#pairs.set(`${mode.name} ${command}`, pair);
      }
  }

  get cluster(): PatroniCluster {
    return this.#cluster ?? assert.fail('the cluster has not started');
  }

  /** What came of a request; fails where its situation did not come about. */
  of(mode: Mode, command: Command): Promise<Pair> {
    return this.#pairs.get(`${mode.name} ${command}`) ?? assert.fail();
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pairs.values()].map(pair => pair.catch(() => undefined)));
    await this.#cluster?.stop();
    await this.#followed?.stop();
  }

  /** A standby cluster takes no rows: its table is that of the cluster that it follows. */
  async #start(): Promise<void> {
    await builtProgram();
    if (this.#isStandby) {
      this.#followed = await startCluster({ nodes: 1 });
      const leader = await settled(this.#followed);
      await prepareTable(this.#followed, leader);
      this.#cluster = await startCluster({ dynamic: { standby_cluster: this.#followed.asRemote(leader) } });
    } else {
      this.#cluster = await startCluster();
      await prepareTable(this.#cluster, await settled(this.#cluster));
    }
  }

  async #pair(mode: Mode, command: Command): Promise<Pair> {
    const { cluster } = this;
    const roles = async (): Promise<Roles> => cast(cluster, mode, await settled(cluster));
    let stage: Stage = {
      ...(await roles()),
      cluster,
      writers: new Writers(cluster, this.#lastRow),
      notes: new Set(),
      undo: [],
    };
    const { writers } = stage;
    const session = new Session(cluster);
    try {
      if (!this.#isStandby) await until('the leader takes rows', () => writers.by(stage.leader).length > 0);
      if (mode.first !== undefined && command === 'request_promotion') {
        await mode.first(stage);
        stage = { ...stage, ...(await roles()) };
      }
      await mode.prepare?.(stage);
      return await observe(stage, mode, command, session);
    } finally {
      await writers.end();
      this.#lastRow = writers.last;
      await setRight(stage);
      session.end();
    }
  }
}

/**
 * Asks for one request and looks at the cluster before, when everything that follows from it has come about, and where
 * it can come about later, then.
 */
async function observe(stage: Stage, mode: Mode, command: Command, session: Session): Promise<Pair> {
  const { cluster, writers, notes, candidate, leader } = stage;
  const before = await look(cluster);
  const requests = received(cluster).length;
  const { terminal, explained, tookMs, leaderThen } = await ask(stage, mode, command, session, before.leader);
  const asked = received(cluster)
    .slice(requests)
    .filter(line => !line.includes(`candidate=${stage.other} `)); // another hand's, where the mode has one
  const { outcome = 'not_executed', kernel_response: response } = session
    .records()
    .findLast(({ stage: reached }) => ENDS.includes(String(reached))) as {
    readonly outcome?: string;
    readonly kernel_response?: { readonly code: string | null; readonly body: string };
  };
  await quiet(stage, mode, outcome);
  const after = await look(cluster);
  await everyPrimaryWrites(stage, after);
  const state = after.postgres.get(candidate);
  if (writers.alone !== undefined && state?.inRecovery === false && !state.rows.has(writers.alone))
    notes.add('a row with synchronous_commit local is lost');
  await mode.afterwards?.(stage);
  const eventually = after.pending ? await carriedOut(cluster) : null;
  if (command === 'force_promotion') await mode.last?.(stage);
  return {
    explained,
    output: terminal.output,
    observed: {
      version: cluster.version,
      command,
      candidate,
      before,
      after,
      eventually,
      outcome,
      tookMs,
      leaderThen,
      notes,
      received: asked,
      sent: explained !== null,
      answer:
        response === undefined
          ? null
          : { status: /^PATRONI_HTTP_(\d+)$/u.exec(response.code ?? '')?.[1] ?? '200', body: response.body },
      leaderBefore: before.leader,
      oldLeader: leader,
      acknowledged: [...writers.acknowledged],
      disconnected: new Set(writers.disconnected),
    },
  };
}

/** Asks through the terminal program and confirms; where that refuses to ask, Patroni itself is asked instead. */
async function ask(
  stage: Stage,
  mode: Mode,
  command: Command,
  session: Session,
  leaderBefore: string | null,
): Promise<Answer> {
  const { cluster, candidate, leader } = stage;
  const terminal = await session.open(
    COMMANDS[command],
    candidate,
    ...(command === 'force_promotion' ? ['--reason', mode.name] : []),
  );
  let isOver = false;
  const ended = terminal.end().then(() => {
    isOver = true;
  });
  await until('there is an explanation or a refusal', () => isOver || presented(session) !== null);
  const explained = presented(session);
  if (explained === null) {
    await ended;
    const [path, body] =
      command === 'request_promotion' ? ['/switchover', { leader, candidate }] : ['/failover', { candidate }];
    await cluster.ask(candidate, 'POST', path, { body: JSON.stringify(body) });
    return { terminal, explained, tookMs: 0, leaderThen: leaderBefore };
  }
  for (const id of explained.acknowledge) {
    await terminal.sees('invariant> ');
    terminal.type(id);
  }
  await terminal.sees('node> ');
  await mode.between?.(stage);
  const leaderThen = mode.between === undefined ? leaderBefore : await leaderOf(cluster);
  terminal.type(candidate);
  if (command === 'force_promotion') {
    await terminal.sees('account> ');
    terminal.type(ACCOUNT);
  }
  const confirmed = performance.now();
  const meanwhile = mode.meanwhile?.(stage, () => isOver);
  await ended;
  const tookMs = performance.now() - confirmed;
  await meanwhile;
  return { terminal, explained, tookMs, leaderThen };
}

/** The explanation that the audit log has; `null` while there is none, or while it is being written. */
function presented(session: Session): Explained | null {
  try {
    const record = session.records().find(({ stage }) => stage === 'explanation_presented') as Fields | undefined;
    return record === undefined ? null : explanationSchema.parse(record['explanation']);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Waits until what was asked for has come about with everything that follows from it, or is over without. */
async function quiet({ cluster, candidate, leader, notes }: Stage, mode: Mode, outcome: string): Promise<void> {
  if (notes.has('the candidate died'))
    await until(
      'another member leads',
      async () => ![null, leader, candidate].includes(await leaderOf(cluster)),
      60_000,
    );
  if (outcome === 'unknown' && mode.afterwards === undefined)
    await until('the request is over', async () => !(await isPending(cluster)));
  if ((await leaderOf(cluster)) === candidate && candidate !== leader)
    await until('the members follow', async () => (await cluster.settled(mode.members)) === candidate, 90_000);
  else if (mode.members === undefined) await settled(cluster);
}

/**
 * Waits until every member that calls itself a primary has taken a row from now on, or until a commit there waits for a
 * standby.
 */
async function everyPrimaryWrites({ cluster, writers }: Stage, { postgres }: Look): Promise<void> {
  const since = performance.now();
  for (const [name, state] of postgres) {
    if (state?.inRecovery !== false) continue;
    await until(
      `${name} takes rows, or its writer waits`,
      async () => writers.by(name).some(({ at }) => at > since) || (await commitWaits(cluster, name)),
    );
  }
}

/** A request that was still to be carried out has been. */
async function carriedOut(cluster: PatroniCluster): Promise<Look> {
  await until('the request is over', async () => !(await isPending(cluster)));
  await settled(cluster);
  return look(cluster);
}
