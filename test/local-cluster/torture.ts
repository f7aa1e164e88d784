/**
 * A seeded, randomized run of control requests, writes and trouble on real nodes, every request driven through the real
 * control plane. `npm run campaign -- torture --minutes 5 --seed 7 [--nodes 5] [--steps 12]`: one run after the other
 * for so long; `--runs 1000 --at-once 8`: so many, some of them at a time; `--one`: a single run that takes steps for
 * so long. A seed replays its choices; the timing is the machine's.
 */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Chaos } from './chaos.ts';
import { type Order, type Step, type Whom, describeStep, drawSteps } from './choices.ts';
import { DeliveriesProxy } from './deliveries-proxy.ts';
import { TestCluster, type TestNode, at, promotable, textAt, until } from '../support/test-cluster.ts';
import { type Judged, type Run, judge, readLedger } from './judge.ts';
import { TestOperator, TIMEOUTS } from './operator.ts';
import { Witness, holderOnDisk } from './witness.ts';

export interface Report extends Judged {
  readonly requests: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly troubles: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly epochs: number;
  readonly emptied: number;
}

export interface Settings {
  readonly seed: number;
  readonly nodes: number;
  readonly steps: number;
  /** No step begins after this many minutes. */
  readonly minutes?: number;
}

function nodeOf(cluster: TestCluster, whom: Whom): TestNode {
  return whom === 'primary' ? (holderOnDisk(cluster) ?? cluster.node(1)) : cluster.node(whom);
}

async function state(node: TestNode): Promise<string> {
  const member = await node.member();
  const isHalted = at(member, 'halt_reason') !== null;
  return `${textAt(member, 'role')} ${textAt(member, isHalted ? 'halt_reason' : 'replication_state')}`;
}

/**
 * One step: its groups of orders, and its trouble. Returns the nodes that have to be mended when the next step is over.
 */
async function take({ cluster, operator, chaos }: Run, step: Step): Promise<readonly TestNode[]> {
  const last = step.orders.at(-1) ?? [];
  const [aimed] = last;
  assert.ok(aimed);
  const troubled: TestNode[] = [];
  const begin = async (): Promise<void> => {
    if (step.trouble === null) return;
    const node = nodeOf(cluster, step.on === 'target' ? aimed.node : step.on);
    troubled.push(node);
    await chaos.begin(node, step.trouble);
  };
  const mend = async (): Promise<void> => {
    for (const node of troubled.splice(0)) await chaos.mend(node);
  };
  const order = async ({ command, node }: Order, first: boolean): Promise<void> => {
    const meanwhile = first && step.begins === 'asked' ? begin : undefined;
    await operator.order(command, nodeOf(cluster, node), {
      meanwhile,
      declines: first && step.declines,
      unrecorded: first ? (step.unrecorded ?? undefined) : undefined,
    });
  };
  if (step.begins === 'before') await begin();
  for (const group of step.orders.slice(0, -1)) await Promise.all(group.map(one => order(one, false)));
  // An operator who hands over looks first whether the successor has everything; when it never has, the order is given
  // anyway.
  if (step.orders.length > 1) await promotable(nodeOf(cluster, aimed.node), 1_000).catch(() => undefined);
  const told = Promise.all(last.map((one, index) => order(one, index === 0)));
  if (typeof step.ends === 'number') {
    await Promise.race([told, pause(step.ends)]);
    await mend();
  }
  await told;
  if (step.ends !== 'next') await mend();
  return troubled;
}

/**
 * One round of what an operator does to end an incident: demote the stale, promote where the kernel allows it, empty
 * the diverged.
 */
async function tend(run: Run): Promise<TestNode | null> {
  const { cluster, operator, chaos, lost } = run;
  for (const node of cluster.nodes)
    if ((await state(node)).endsWith('AuthorityAmbiguity')) await operator.order('request_demotion', node);
  const states = await Promise.all(cluster.nodes.map(state));
  const primary = cluster.nodes.find((_node, index) => states[index] === 'primary PrimaryActive');
  if (primary === undefined) {
    for (const command of ['request_promotion', 'force_promotion'] as const) {
      for (const node of cluster.nodes) if ((await operator.order(command, node)).outcome === 'executed') return null;
    }
    return null;
  }
  // Only when a majority holds everything may a node be emptied: nothing that was acknowledged is lost with it.
  if ((await primary.write('tended')).status !== 200) return null;
  for (const [index, node] of cluster.nodes.entries()) {
    if (!/HistoryDivergence|WalGapDetected/.test(states[index] ?? '')) continue;
    lost.set(node.id, [...(lost.get(node.id) ?? []), await readLedger(node, operator)]);
    await chaos.empty(node);
    return null;
  }
  return states.every(one => /^(primary PrimaryActive|replica ReplicaActive)$/.test(one)) ? primary : null;
}

async function heal(run: Run): Promise<TestNode> {
  let primary: TestNode | null = null;
  await until('the cluster is whole again', async () => (primary = await tend(run)) !== null, 120_000);
  assert.ok(primary);
  return primary;
}

function counted(items: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...Map.groupBy(items.toSorted(), item => item)].map(([item, all]) => [item, all.length]));
}

function report({ operator, chaos, witness, lost }: Run, judged: Judged): Report {
  return {
    requests: operator.told.length,
    outcomes: counted(
      operator.told.map(({ outcome, error }) => (error === null ? outcome : `${outcome} ${error.code}`)),
    ),
    troubles: counted(chaos.done.map(({ trouble }) => trouble.kind)),
    acknowledged: witness.acknowledged.length,
    epochs: new Set(witness.acknowledged.map(({ epoch }) => epoch)).size,
    emptied: [...lost.values()].flat().length,
    ...judged,
  };
}

/**
 * Takes the steps of the seed, ends all trouble, and judges. Rejects with what was not true, and with how to replay it.
 */
export async function torture(settings: Settings): Promise<Report> {
  const { seed, nodes, steps, minutes = Infinity } = settings;
  const end = performance.now() + minutes * 60_000;
  const log: string[] = [];
  const cluster = await TestCluster.start({
    nodes,
    flags: ['--faults', '--checkpoint-every', '100', '--segment-bytes', '4096'],
  });
  const proxies = new Map(
    await Promise.all(cluster.nodes.map(async node => [node, await DeliveriesProxy.before(node.url)] as const)),
  );
  const operator = await TestOperator.open(
    cluster,
    TIMEOUTS,
    cluster.nodes.map(node => proxies.get(node)?.url ?? node.url),
  );
  const run: Run = {
    cluster,
    operator,
    chaos: new Chaos(cluster, operator, proxies),
    witness: new Witness(cluster),
    lost: new Map(),
  };
  try {
    let left: readonly TestNode[] = [];
    let number = 0;
    for (const step of drawSteps(seed, nodes, steps)) {
      if (performance.now() > end) break;
      log.push(`${(number += 1)}. ${describeStep(step)}`);
      const before = operator.told.length;
      const next = await take(run, step);
      for (const node of left) if (!next.includes(node)) await run.chaos.mend(node);
      left = next;
      if (step.tended) await tend(run).catch(() => null);
      log.push(
        ...operator.told
          .slice(before)
          .map(({ command, node, outcome, error }) => `   ${command} of ${node.name}: ${outcome} ${error?.code ?? ''}`),
      );
    }
    await run.chaos.mendAll();
    const primary = await heal(run);
    await run.witness.stop();
    return report(run, await judge(run, primary));
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : String(error)}\nreplay: npm run campaign -- torture --seed ${seed} ` +
        `--nodes ${nodes} --steps ${steps} --runs 1\n${log.slice(-400).join('\n')}`,
      { cause: error },
    );
  } finally {
    await run.witness.stop();
    operator.close();
    await Promise.all([...proxies.values()].map(proxy => proxy.close()));
    await cluster.stop();
  }
}

/**
 * Runs whose seeds follow each other, some at a time, until there were enough or the time is over. Returns the number
 * of runs in which something was not true.
 */
async function many(
  first: number,
  {
    nodes,
    steps,
    runs,
    minutes,
    atOnce,
  }: {
    readonly nodes: number | undefined;
    readonly steps: number;
    readonly runs: number;
    readonly minutes: number;
    readonly atOnce: number;
  },
): Promise<number> {
  const end = performance.now() + minutes * 60_000;
  let next = first;
  let failed = 0;
  const worker = async (): Promise<void> => {
    while (next < first + runs && performance.now() < end) {
      const seed = (next += 1) - 1;
      const size = nodes ?? (seed % 3 === 0 ? 5 : 3);
      const began = performance.now();
      const said = await torture({ seed, nodes: size, steps }).then(
        report => JSON.stringify(report),
        (error: unknown) => {
          failed += 1;
          return `VIOLATION ${error instanceof Error ? error.message : String(error)}`;
        },
      );
      process.stdout.write(
        `seed ${seed}, ${size} nodes: ${((performance.now() - began) / 1_000).toFixed(1)} s ${said}\n`,
      );
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  process.stdout.write(`${next - first} runs, ${failed} with a violation\n`);
  return failed;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      nodes: { type: 'string' },
      steps: { type: 'string', default: '12' },
      runs: { type: 'string' },
      'at-once': { type: 'string', default: '1' },
      one: { type: 'boolean', default: false },
    },
  });
  const seed = Number(values.seed);
  const nodes = values.nodes === undefined ? undefined : Number(values.nodes);
  const minutes = values.minutes === undefined ? (values.runs === undefined ? 2 : Infinity) : Number(values.minutes);
  if (values.one)
    process.stdout.write(`${JSON.stringify(await torture({ seed, nodes: nodes ?? 3, steps: Infinity, minutes }))}\n`);
  else
    process.exitCode =
      (await many(seed, {
        nodes,
        steps: Number(values.steps),
        runs: Number(values.runs ?? Infinity),
        minutes,
        atOnce: Number(values['at-once']),
      })) === 0
        ? 0
        : 1;
}
