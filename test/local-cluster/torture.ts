/**
 * A seeded, randomized run of control requests, writes and trouble on real nodes, every request driven through the real control plane.
 * `npm run torture -- --minutes 5 --seed 7 [--nodes 5] [--steps 12]`. A seed replays its choices; the timing is the machine's.
 */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Chaos } from './chaos.ts';
import { type Order, type Step, type Whom, describeStep, drawSteps } from './choices.ts';
import { DeliveriesProxy } from './deliveries-proxy.ts';
import { TestCluster, type TestNode, at, promotable, textAt, until } from './harness.ts';
import { type Judged, type Run, judge, readLedger } from './judge.ts';
import { TestOperator, timeouts } from './operator.ts';
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
}

const nodeOf = (cluster: TestCluster, whom: Whom): TestNode => (whom === 'primary' ? (holderOnDisk(cluster) ?? cluster.node(1)) : cluster.node(whom));

const state = async (node: TestNode): Promise<string> => {
  const member = await node.member();
  return `${textAt(member, 'role')} ${at(member, 'halt_reason') === null ? textAt(member, 'replication_state') : textAt(member, 'halt_reason')}`;
};

/** One step: its groups of orders, and its trouble. Returns the nodes that have to be mended when the next step is over. */
const take = async ({ cluster, operator, chaos }: Run, step: Step): Promise<readonly TestNode[]> => {
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
    await operator.order(command, nodeOf(cluster, node), { meanwhile, declines: first && step.declines, unrecorded: first ? (step.unrecorded ?? undefined) : undefined });
  };
  if (step.begins === 'before') await begin();
  for (const group of step.orders.slice(0, -1)) await Promise.all(group.map((one) => order(one, false)));
  // An operator who hands over looks first whether the successor has everything; when it never has, the order is given anyway.
  if (step.orders.length > 1) await promotable(nodeOf(cluster, aimed.node), 1_000).catch(() => undefined);
  const told = Promise.all(last.map((one, index) => order(one, index === 0)));
  if (typeof step.ends === 'number') {
    await Promise.race([told, pause(step.ends)]);
    await mend();
  }
  await told;
  if (step.ends !== 'next') await mend();
  return troubled;
};

/** One round of what an operator does to end an incident: demote the stale, promote where the kernel allows it, empty the diverged. */
const tend = async (run: Run): Promise<TestNode | null> => {
  const { cluster, operator, chaos, lost } = run;
  for (const node of cluster.nodes) if ((await state(node)).endsWith('AuthorityAmbiguity')) await operator.order('request_demotion', node);
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
  return states.every((one) => /^(primary PrimaryActive|replica ReplicaActive)$/.test(one)) ? primary : null;
};

const heal = async (run: Run): Promise<TestNode> => {
  let primary: TestNode | null = null;
  await until('the cluster is whole again', async () => (primary = await tend(run)) !== null, 120_000);
  assert.ok(primary);
  return primary;
};

const counted = (items: readonly string[]): Readonly<Record<string, number>> => Object.fromEntries([...Map.groupBy(items.toSorted(), (item) => item)].map(([item, all]) => [item, all.length]));

const report = ({ operator, chaos, witness, lost }: Run, judged: Judged): Report => ({
  requests: operator.told.length,
  outcomes: counted(operator.told.map(({ outcome, error }) => (error === null ? outcome : `${outcome} ${error.code}`))),
  troubles: counted(chaos.done.map(({ trouble }) => trouble.kind)),
  acknowledged: witness.acknowledged.length,
  epochs: new Set(witness.acknowledged.map(({ epoch }) => epoch)).size,
  emptied: [...lost.values()].flat().length,
  ...judged,
});

/** Takes the steps of the seed, ends all trouble, and judges. Rejects with what was not true, and with how to replay it. */
export const torture = async (settings: Settings): Promise<Report> => {
  const { seed, nodes, steps } = settings;
  const log: string[] = [];
  const cluster = await TestCluster.start({ nodes, flags: ['--faults', '--checkpoint-every', '100', '--segment-bytes', '4096'] });
  const proxies = new Map(await Promise.all(cluster.nodes.map(async (node) => [node, await DeliveriesProxy.before(node.url)] as const)));
  const operator = await TestOperator.open(cluster, timeouts, cluster.nodes.map((node) => proxies.get(node)?.url ?? node.url));
  const run: Run = { cluster, operator, chaos: new Chaos(cluster, proxies), witness: new Witness(cluster), lost: new Map() };
  try {
    let left: readonly TestNode[] = [];
    for (const [index, step] of drawSteps(seed, nodes, steps).entries()) {
      log.push(`${index + 1}. ${describeStep(step)}`);
      const before = operator.told.length;
      const next = await take(run, step);
      for (const node of left) if (!next.includes(node)) await run.chaos.mend(node);
      left = next;
      if (step.tended) await tend(run).catch(() => null);
      log.push(...operator.told.slice(before).map(({ command, node, outcome, error }) => `   ${command} of ${node.name}: ${outcome} ${error?.code ?? ''}`));
    }
    await run.chaos.mendAll();
    const primary = await heal(run);
    await run.witness.stop();
    return report(run, await judge(run, primary));
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nreplay: npm run torture -- --seed ${seed} --nodes ${nodes} --steps ${steps} --minutes 0\n${log.join('\n')}`, { cause: error });
  } finally {
    await run.witness.stop();
    operator.close();
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    await cluster.stop();
  }
};

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string', default: '1' }, nodes: { type: 'string' }, steps: { type: 'string', default: '12' } } });
  const end = performance.now() + Number(values.minutes) * 60_000;
  let seed = Number(values.seed);
  do {
    const nodes = values.nodes === undefined ? (seed % 3 === 0 ? 5 : 3) : Number(values.nodes);
    const began = performance.now();
    process.stdout.write(`seed ${seed}, ${nodes} nodes: `);
    const result = await torture({ seed, nodes, steps: Number(values.steps) });
    process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(1)} s ${JSON.stringify(result)}\n`);
    seed += 1;
  } while (performance.now() < end);
}
