/**
 * A day of an operator's work in a few minutes, drawn from a seed, through the real control plane on a real cluster:
 * inspections, diagnostics, hand-overs, forces, refusals and declined confirmations, reloaded windows and restarted
 * nodes. `npm run campaign -- day [--seed 7]`
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import { requestEnd } from '../../src/audit/query.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import type { AuditLine } from '../../src/control-plane/model/audit-reader.ts';
import type { CommandName } from '../../src/control-plane/commands/commands.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { Stand } from '../cut/stand.ts';
import { generator, type Random } from '../support/seed.ts';
import { promotable, type TestNode } from '../support/test-cluster.ts';

export interface Settings {
  readonly seed: number;
  readonly inspections: number;
  readonly controls: number;
}

/** What the day came to: how often each command ended in which way, and what the log holds. */
export interface Report {
  readonly ends: Readonly<Record<string, number>>;
  readonly sessions: number;
  readonly restarts: number;
  readonly records: number;
}

const INSPECTIONS = [
  'inspect_cluster_state',
  'inspect_node',
  'inspect_replication_status',
  'inspect_promotion_state',
  'inspect_wal',
  'inspect_snapshots',
] as const satisfies readonly CommandName[];
const OF_A_NODE: ReadonlySet<CommandName> = new Set(['inspect_node', 'inspect_wal', 'inspect_snapshots']);
/** How much of what is not an inspection is what. The rest are hand-overs. */
const SHARES = [
  ['force', 0.1],
  ['denied', 0.25],
  ['declined', 0.4],
  ['diagnostics', 0.55],
  ['unauthorized', 0.65],
] as const;

class Day {
  readonly #stand: Stand;
  readonly #random: Random;
  readonly ends: Record<string, number> = {};
  sessions = 1;
  restarts = 0;
  #primary: TestNode;

  constructor(stand: Stand, seed: number) {
    this.#stand = stand;
    this.#random = generator(seed);
    this.#primary = stand.cluster.node(1);
  }

  #pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random() * items.length)] ?? assert.fail('nothing to choose from');
  }

  #other(): TestNode {
    return this.#pick(this.#stand.cluster.nodes.filter(node => node !== this.#primary));
  }

  /** One command whose end is counted, and has to be this one. */
  async #ask(
    command: CommandName,
    node: TestNode | undefined,
    wanted: CommandResult['kind'],
    code?: string,
  ): Promise<void> {
    for (;;) {
      const result = await this.#stand.ask(
        command,
        node === undefined
          ? {}
          : {
              node: node.id,
              ...(INSPECTIONS.some(one => one === command) || command === 'run_diagnostics' ? {} : { reason: 'a day' }),
            },
      );
      const end = result.kind === 'failed' ? result.error.code : result.kind;
      this.ends[`${command}: ${end}`] = (this.ends[`${command}: ${end}`] ?? 0) + 1;
      // The state moved between the look and the request: an operator looks again, and asks again.
      if (end === 'AERO_STATE_CHANGED') continue;
      assert.deepEqual([command, end], [command, code ?? wanted], result.kind === 'failed' ? result.error.message : '');
      return;
    }
  }

  async inspect(): Promise<void> {
    const command = this.#pick(INSPECTIONS);
    await this.#ask(command, OF_A_NODE.has(command) ? this.#pick(this.#stand.cluster.nodes) : undefined, 'answered');
  }

  /** Something else than looking: one event of the day. */
  async act(): Promise<void> {
    const drawn = this.#random();
    const what = SHARES.find(([, below]) => drawn < below)?.[0] ?? 'hand-over';
    switch (what) {
      case 'force':
        return this.#force();
      case 'denied':
        return this.#ask('request_promotion', this.#other(), 'failed', 'AERO_PROMOTION_DENIED');
      case 'declined':
        this.#stand.declines = true;
        await this.#ask('request_demotion', this.#primary, 'failed', 'PHASE7_CONFIRMATION_DECLINED');
        this.#stand.declines = false;
        return;
      case 'diagnostics':
        return this.#ask('run_diagnostics', this.#pick(this.#stand.cluster.nodes), 'answered');
      case 'unauthorized':
        await this.#stand.giveUpAuthority();
        await this.#ask('request_demotion', this.#primary, 'failed', 'PHASE7_INSUFFICIENT_AUTHORITY');
        return this.#stand.becomeOperator();
      case 'hand-over': {
        const next = this.#other();
        await this.#ask('request_demotion', this.#primary, 'executed');
        await promotable(next);
        await this.#ask('request_promotion', next, 'executed');
        this.#primary = next;
      }
    }
  }

  /** The window is reloaded; now and then a replica is restarted meanwhile. */
  async interrupt(): Promise<void> {
    this.#stand.reload();
    this.sessions += 1;
    await this.#ask('request_demotion', this.#primary, 'failed', 'PHASE7_INSUFFICIENT_AUTHORITY');
    if (this.#random() < 0.5) {
      const node = this.#other();
      await this.#stand.cluster.kill(node);
      await this.#ask('inspect_wal', node, 'failed', 'PHASE7_CONNECTION_FAILED');
      await this.#stand.cluster.restart(node);
      this.restarts += 1;
    }
    await this.#stand.becomeOperator();
  }

  async #force(): Promise<void> {
    const [old, next] = [this.#primary, this.#other()];
    await promotable(next).catch(() => undefined);
    await this.#stand.silence(old, next);
    await this.#ask('force_promotion', next, 'executed');
    await this.#stand.reconcile(old, next);
    this.#primary = next;
  }
}

/** The log and the ledgers tell one story: every request has its end, and whatever was sent was acted on once. */
async function conclude(stand: Stand, ends: Readonly<Record<string, number>>): Promise<number> {
  const lines: AuditLine[] = [];
  for await (const line of openAuditReader({ directory: stand.folder }).lines()) lines.push(line);
  const requests = Map.groupBy(
    lines.filter(({ record }) => typeof record?.['request_id'] === 'string'),
    ({ record }) => String(record?.['request_id']),
  );
  for (const [id, own] of requests) assert.equal(requestEnd(own).kind, 'ended', `P7-O3: ${id} has no end`);
  assert.equal(
    requests.size,
    Object.values(ends).reduce((sum, count) => sum + count, 0),
    'P7-O3: every command left its trail',
  );
  const sent = lines.flatMap(({ record }) =>
    record?.['stage'] === 'dispatch_intent' ? [String(record['request_id'])] : [],
  );
  const executed = lines.flatMap(({ record }) =>
    record?.['stage'] === 'command_executed' ? [String(record['request_id'])] : [],
  );
  const entries = stand.cluster.nodes.flatMap(node => stand.ledger(node));
  const acted = entries.flatMap(entry =>
    entry.entry === 'request' && requests.has(entry.attempt.request_id) ? [entry.attempt.request_id] : [],
  );
  assert.deepEqual(acted.toSorted(), sent.toSorted(), 'P7-E1, P7-F3: one intent, one request');
  const done = entries.flatMap(entry =>
    entry.entry === 'outcome' && entry.fate.outcome === 'executed' && requests.has(entry.request_id)
      ? [entry.request_id]
      : [],
  );
  assert.deepEqual(done.toSorted(), executed.toSorted(), 'P7-E2: the log says what the kernels did');
  const heads = entries.flatMap(entry =>
    entry.entry === 'event' && requests.has(entry.event.request_id ?? '') && entry.event.audit_head !== null
      ? [entry.event.audit_head]
      : [],
  );
  await stand.verify([...new Map(heads.map(({ seq, hash }) => [seq, { seq: BigInt(seq), hash }])).values()]);
  return lines.length;
}

/** Lives the day of the seed and rejects with the first thing in it that was not true. */
export async function day({ seed, inspections, controls }: Settings): Promise<Report> {
  await using stand = await Stand.start();
  const life = new Day(stand, seed);
  try {
    const between = Math.max(1, Math.floor(inspections / controls));
    const reloadEvery = Math.max(2, Math.floor(controls / 10));
    for (let event = 1; event <= controls; event += 1) {
      for (let looks = 0; looks < between; looks += 1) await life.inspect();
      await life.act();
      if (event % reloadEvery === 0) await life.interrupt();
    }
    const { ends, sessions, restarts } = life;
    return { ends, sessions, restarts, records: await conclude(stand, ends) };
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\nrepeat: npm run campaign -- day --seed ${seed} ` +
        `--inspections ${inspections} --controls ${controls}`,
      { cause: error },
    );
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      inspections: { type: 'string', default: '2000' },
      controls: { type: 'string', default: '50' },
    },
  });
  const began = performance.now();
  const report = await day({
    seed: Number(values.seed),
    inspections: Number(values.inspections),
    controls: Number(values.controls),
  });
  process.stdout.write(
    `seed ${values.seed}, ${((performance.now() - began) / 1_000).toFixed(1)} s: ${JSON.stringify(report, null, 2)}\n`,
  );
}
