/**
 * Every control request of a campaign is cut somewhere on its way, and what the control plane reports is compared with
 * what the kernel really did:
 * `npm run campaign -- cut [--all] [--seed 7] [--positions 300] [--command request_demotion]`. A seed replays its
 * places.
 */
import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';
import type { ControlCommandName } from '../../src/control-plane/commands/commands.ts';
import type { Outcome } from '../../src/control-plane/model/errors.ts';
import { generator, type Random } from '../support/seed.ts';
import type { TestNode } from '../support/test-cluster.ts';
import { boundaries, lengthOf, placeText } from '../support/positions.ts';
import type { Harm, How } from '../support/proxy.ts';
import { Stand, type Ordered } from './stand.ts';

export const COMMANDS = ['request_promotion', 'request_demotion', 'force_promotion'] as const;

/** How places are chosen: so many drawn from the seed, besides every boundary; or every byte. */
export interface Settings {
  readonly seed: number;
  readonly positions: number;
  readonly all: boolean;
  readonly commands: readonly ControlCommandName[];
}

/** What a campaign has seen, by command: cases, requests that the kernel executed, and what was reported. */
export type Report = Readonly<
  Record<
    string,
    { readonly cases: number; readonly executed: number; readonly told: Readonly<Record<Outcome, number>> }
  >
>;

/** The whole messages of one undisturbed request. */
interface Sample {
  readonly request: Buffer;
  readonly response: Buffer;
}

/** So long a client waits whose answer is withheld for good, in milliseconds. */
const GIVES_UP_AFTER = 40;
const DISTURBANCES = ['close', 'reset', 'outlast', 'pause'] as const satisfies readonly How[];

function* boundaryHarms(sample: Sample): Generator<Harm> {
  for (const side of ['request', 'response'] as const)
    for (const where of boundaries(sample[side])) for (const how of DISTURBANCES) yield { how, side, where };
}

/**
 * Weighted to the answer, because a cut there is a cut after the deed: the case that must never be called a failure.
 */
function* drawnHarms(sample: Sample, count: number, random: Random): Generator<Harm> {
  for (let drawn = 0; drawn < count; drawn += 1) {
    const side = random() < 0.4 ? 'request' : 'response';
    const how = DISTURBANCES[[0.35, 0.7, 0.9, 1].findIndex(share => random() < share)] ?? 'close';
    yield { how, side, where: { kind: 'byte', n: Math.floor(random() * (sample[side].length + 1)) } };
  }
}

function* everyByte(sample: Sample): Generator<Harm> {
  for (const side of ['request', 'response'] as const)
    for (let n = 0; n <= sample[side].length; n += 1)
      for (const how of ['close', 'reset'] as const) yield { how, side, where: { kind: 'byte', n } };
}

function harmsOf(sample: Sample, { all, positions }: Settings, random: Random): readonly Harm[] {
  return [...boundaryHarms(sample), ...(all ? everyByte(sample) : drawnHarms(sample, positions, random))];
}

export function told({ result }: Ordered): Outcome {
  return result.kind === 'failed' ? result.error.outcome : 'executed';
}

function neverConnected({ result }: Ordered): boolean {
  return result.kind === 'failed' && result.error.code === 'PHASE7_CONNECTION_FAILED';
}

function stageOf(ordered: Ordered): string {
  return neverConnected(ordered)
    ? 'dispatch_failed'
    : { executed: 'command_executed', unknown: 'outcome_unknown', not_executed: 'kernel_rejected' }[told(ordered)];
}
const BEFORE_THE_END = [
  'command_requested',
  'explanation_presented',
  'confirmation_requested',
  'confirmation_given',
  'dispatch_intent',
];

/** What must hold after one case, whatever was done to its connection. */
export function judgeTruth(stand: Stand, command: ControlCommandName, ordered: Ordered): void {
  const { result, before, after, records, atArrival } = ordered;
  const outcome = told(ordered);
  const executed = after.outcome === 'executed';

  if (outcome === 'executed') assert.ok(executed, 'P7-E2: reported as executed, and it was not');
  if (outcome === 'not_executed') assert.ok(!executed, 'P7-E2: reported as not executed, and it was');
  if (result.kind === 'failed' && result.error.domain === 'KERNEL_REJECTION')
    assert.equal(result.error.code, after.code, 'P7-E3: a rejection that the kernel never spoke');

  // P7-F3: one connection, one request, whatever became of it.
  const { connections, requests } = stand.counted();
  assert.ok(
    connections <= 1 && requests <= 1,
    `P7-F3: a second attempt: ${connections} connections, ${requests} requests`,
  );
  // P7-O3: the intent stood on disk before a byte was sent, and the end says what was reported.
  const { requestId } = result;
  const own = records.filter(record => record.request_id === requestId);
  assert.deepEqual(
    own.map(({ stage }) => stage),
    [...BEFORE_THE_END, stageOf(ordered)],
  );
  if (!neverConnected(ordered))
    assert.deepEqual([connections, atArrival?.stage, atArrival?.request_id], [1, 'dispatch_intent', requestId]);
  assert.equal(own.at(-1)?.outcome, outcome);
  assert.ok('position' in result.recorded && result.recorded.position !== null);

  // The kernel's own state moved exactly where its ledger says that it did.
  const held = executed ? command !== 'request_demotion' : before.role === 'primary';
  assert.equal(after.role === 'primary', held, 'P6-A2: role and ledger disagree');
  assert.equal(
    after.epoch - before.epoch,
    executed && command !== 'request_demotion' ? 1n : 0n,
    'P6-A2: epoch and ledger disagree',
  );
}

/**
 * What must hold besides where the proxy can tell which part of which message passed: unknown is said only, and always,
 * without the whole answer.
 */
function judgePassed(stand: Stand, node: TestNode, harm: Harm | undefined, ordered: Ordered): void {
  const { result, after } = ordered;
  const outcome = told(ordered);
  const [passed] = stand.proxy(node).passed;
  // It may be reset, or given up, while it is still being made: then, and only then, it is proven that no byte left.
  if (neverConnected(ordered)) {
    assert.deepEqual(
      [harm?.how === 'reset' || harm?.how === 'outlast', passed?.request.length ?? 0, after.known],
      [true, 0, false],
    );
    return;
  }
  assert.ok(passed);
  const sent = passed.requestPassed >= (lengthOf(passed.request) ?? Infinity);
  if (!sent) assert.equal(after.known, false, 'P6-F3: the kernel acted on a part of a request');

  const whole = passed.response.length > 0 && passed.responsePassed >= (lengthOf(passed.response) ?? Infinity);
  if (harm === undefined || harm.how === 'pause') assert.notEqual(outcome, 'unknown', 'the whole answer came');
  else if (!whole) assert.equal(outcome, 'unknown', 'P7-E2: without the whole answer nothing is proven');
  else if (harm.how === 'close') assert.notEqual(outcome, 'unknown', 'the whole answer came');
  if (result.kind === 'failed' && outcome === 'unknown') {
    assert.equal(result.error.domain, 'TRANSPORT_ERROR');
    assert.equal(
      result.error.code,
      harm?.how === 'outlast' ? 'PHASE7_TIMEOUT' : 'PHASE7_TRANSPORT_FAILURE',
      result.error.message,
    );
    assert.ok(result.error.message.includes(result.requestId));
  }
}

/** A place that only the seed knows: said with every failure. */
export function harmText(harm: Harm | undefined): string {
  return harm === undefined ? 'undisturbed' : `${harm.how}, ${harm.side}, ${placeText(harm.where)}`;
}

class Campaign {
  readonly #stand: Stand;
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #requests = new Map<string, boolean>();
  readonly report: Record<string, { cases: number; executed: number; told: Record<Outcome, number> }> = {};

  constructor(stand: Stand, settings: Settings) {
    this.#stand = stand;
    this.#settings = settings;
    this.#random = generator(settings.seed);
  }

  /**
   * One case; when the cluster's state moved between explanation and request, the operator looks again and asks again.
   */
  async #case(command: ControlCommandName, node: TestNode, harm: Harm | undefined): Promise<Ordered> {
    for (;;) {
      const ordered = await this.#stand.order(
        command,
        node,
        harm,
        harm?.how === 'outlast' ? GIVES_UP_AFTER : undefined,
      );
      try {
        judgeTruth(this.#stand, command, ordered);
        judgePassed(this.#stand, node, harm, ordered);
      } catch (error) {
        const said = JSON.stringify(ordered, (_key, value: unknown) =>
          typeof value === 'bigint' ? value.toString() : value,
        ).slice(0, 2_000);
        throw new Error(
          `${command} of ${node.name} ` +
            `(${harmText(harm)}): ${error instanceof Error ? error.message : String(error)}\n${said}`,
          { cause: error },
        );
      }
      const executed = ordered.after.outcome === 'executed';
      this.#requests.set(ordered.result.requestId, executed);
      const seen = (this.report[command] ??= {
        cases: 0,
        executed: 0,
        told: { executed: 0, not_executed: 0, unknown: 0 },
      });
      seen.cases += 1;
      seen.executed += Number(executed);
      seen.told[told(ordered)] += 1;
      if (ordered.after.code !== 'AERO_STATE_CHANGED') return ordered;
    }
  }

  async #sample(command: ControlCommandName, node: TestNode): Promise<Sample> {
    const ordered = await this.#case(command, node, undefined);
    assert.equal(ordered.after.outcome, 'executed', `undisturbed, ${command} is executed`);
    const [passed] = this.#stand.proxy(node).passed;
    assert.ok(passed);
    return passed;
  }

  /** Hand-over there and back on one node: each case asks for what the one before made possible. */
  async handOvers(): Promise<void> {
    const { commands } = this.#settings;
    const node = this.#stand.cluster.node(1);
    const queues: Record<'request_demotion' | 'request_promotion', Harm[]> = {
      request_demotion: [],
      request_promotion: [],
    };
    for (const command of ['request_demotion', 'request_promotion'] as const) {
      const sample = await this.#sample(command, node);
      if (commands.includes(command)) queues[command].push(...harmsOf(sample, this.#settings, this.#random));
    }
    let primary = true;
    while (queues.request_demotion.length + queues.request_promotion.length > 0) {
      const command: keyof typeof queues = primary ? 'request_demotion' : 'request_promotion';
      const harm = queues[command].shift();
      if (harm === undefined) {
        await this.#stand.setPrimary(node, !primary);
        primary = !primary;
      } else primary = (await this.#case(command, node, harm)).after.role === 'primary';
    }
  }

  /** A force needs a primary that does not answer its peers: two nodes take it from each other. */
  async forces(): Promise<void> {
    let [primary, target] = [this.#stand.cluster.node(1), this.#stand.cluster.node(2)];
    const change = async (): Promise<void> => {
      await this.#stand.reconcile(primary, target);
      [primary, target] = [target, primary];
      await this.#stand.silence(primary, target);
    };
    await this.#stand.silence(primary, target);
    const sample = await this.#sample('force_promotion', target);
    await change();
    for (const harm of harmsOf(sample, this.#settings, this.#random))
      if ((await this.#case('force_promotion', target, harm)).after.outcome === 'executed') await change();
    await primary.faults({});
  }

  /**
   * What lies on disk in the end: nothing executed twice, nothing late, nothing that nobody asked for, and a log that
   * holds all of it.
   */
  async conclude(): Promise<void> {
    const entries = this.#stand.cluster.nodes.flatMap(node => this.#stand.ledger(node));
    const executions = entries.flatMap(entry =>
      entry.entry === 'outcome' && entry.fate.outcome === 'executed' && this.#requests.has(entry.request_id)
        ? [entry.request_id]
        : [],
    );
    assert.equal(new Set(executions).size, executions.length, 'P6-F3: executed twice');
    assert.deepEqual(
      executions.toSorted(),
      [...this.#requests]
        .filter(([, executed]) => executed)
        .map(([id]) => id)
        .toSorted(),
      'P7-F3: something was executed after its case was over',
    );
    const mine = entries.flatMap(entry =>
      entry.entry === 'event' && entry.event.operator?.id === 'cutter@bench' ? [entry.event] : [],
    );
    assert.deepEqual(
      mine.filter(({ request_id: id }) => !this.#requests.has(id ?? '')),
      [],
      'P7-S1: executed, and never asked for',
    );
    const heads = new Map(
      mine.flatMap(({ audit_head: head }) =>
        head === null ? [] : [[head.seq, { seq: BigInt(head.seq), hash: head.hash }] as const],
      ),
    );
    assert.ok(heads.size >= executions.length);
    await this.#stand.verify([...heads.values()]);
    for (const { request_id: id, audit_head: head } of mine) {
      const intent = this.#stand.log.lines[Number(head?.seq) - 1];
      assert.deepEqual(
        [intent?.stage, intent?.request_id, intent?.hash],
        ['dispatch_intent', id, head?.hash],
        'P7-O3: nothing is executed without its intent',
      );
    }
  }
}

/** Runs the campaign on a cluster of its own and rejects with the first thing that was not true. */
export async function campaign(settings: Settings): Promise<Report> {
  await using stand = await Stand.start();
  const run = new Campaign(stand, settings);
  try {
    if (settings.commands.some(command => command !== 'force_promotion')) await run.handOvers();
    if (settings.commands.includes('force_promotion')) await run.forces();
    await run.conclude();
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\nrepeat: npm run campaign -- cut ` +
        `--seed ${settings.seed} --positions ${settings.positions}${settings.all ? ' --all' : ''}`,
      { cause: error },
    );
  }
  return run.report;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      positions: { type: 'string', default: '300' },
      command: { type: 'string' },
    },
  });
  const commands = values.command === undefined ? COMMANDS : COMMANDS.filter(command => command === values.command);
  assert.ok(commands.length > 0, `--command is one of ${COMMANDS.join(', ')}`);
  for (const command of commands) {
    const began = performance.now();
    const report = await campaign({
      seed: Number(values.seed),
      positions: Number(values.positions),
      all: values.all,
      commands: [command],
    });
    process.stdout.write(
      `seed ${values.seed}, ${((performance.now() - began) / 1_000).toFixed(1)} s: ${JSON.stringify(report)}\n`,
    );
  }
}
