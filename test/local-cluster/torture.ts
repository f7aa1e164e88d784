/**
 * A seeded, randomized run of writes, control requests, kills and cuts against a real cluster, and what must be true of it afterwards.
 * `npm run torture -- --minutes 5 --seed 7 --nodes 5`. The choices follow the seed; the timing is the machine's.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TestCluster, type TestNode, ask, at, demote, keysOf, listAt, promote, textAt, until } from './harness.ts';

interface Acknowledged {
  readonly key: string;
  readonly epoch: bigint;
  readonly began: number;
  readonly ended: number;
}

interface Sent {
  readonly id: string;
  readonly node: TestNode;
  readonly outcome: string;
}

export interface Report {
  readonly acknowledged: number;
  readonly executed: number;
  readonly refused: number;
  readonly unknown: number;
  readonly epoch: string;
}

const generator = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const state = async (node: TestNode): Promise<string> => {
  const member = await node.member();
  return `${textAt(member, 'role')} ${at(member, 'halt_reason') === null ? textAt(member, 'replication_state') : textAt(member, 'halt_reason')}`;
};

/** What an operator would do to end an incident: demote the stale, empty the diverged, and promote where the kernel allows it. */
const heal = async (cluster: TestCluster, emptied: Set<string>): Promise<TestNode> => {
  let primary: TestNode | undefined;
  await until('the cluster is whole again', async () => {
    for (const node of cluster.nodes) {
      const is = await state(node);
      if (is.endsWith('AuthorityAmbiguity')) await demote(node);
      if (/HistoryDivergence|WalGapDetected/.test(is)) {
        await cluster.kill(node);
        rmSync(cluster.directory(node), { recursive: true });
        emptied.add(node.id);
        await cluster.restart(node);
      }
    }
    const states = await Promise.all(cluster.nodes.map(state));
    primary = cluster.nodes.find((_node, index) => states[index] === 'primary PrimaryActive');
    if (primary === undefined) {
      for (const node of cluster.nodes) for (const mode of ['validated', 'forced'] as const) if ((await promote(node, { mode, acknowledged: ['P6-A1'] })).status === 200) return false;
    }
    return primary !== undefined && states.every((one) => /^(primary PrimaryActive|replica ReplicaActive)$/.test(one)) && (await primary.write('last')).status === 200;
  }, 120_000);
  assert.ok(primary);
  return primary;
};

const judge = async (cluster: TestCluster, primary: TestNode, acknowledged: readonly Acknowledged[], sent: readonly Sent[], emptied: ReadonlySet<string>): Promise<void> => {
  const keys = new Set(await keysOf(primary));
  assert.deepEqual(acknowledged.filter(({ key }) => !keys.has(key)), [], 'P6-S1: an acknowledged write is missing');
  for (const write of acknowledged) {
    const newer = acknowledged.find((other) => other.ended < write.began && other.epoch > write.epoch);
    assert.equal(newer, undefined, `P6-A1: ${write.key} was acknowledged under epoch ${write.epoch.toString()} after a newer epoch had acknowledged`);
  }
  const completed: string[] = [];
  for (const node of cluster.nodes) {
    for (let after = '0', more = true; more; ) {
      const page = (await node.get(`/v1/promotion?limit=1000&after=${after}`)).body;
      for (const event of listAt(page, 'data.events')) if (textAt(event, 'type').endsWith('transition_completed')) completed.push(textAt(event, 'request_id'));
      more = at(page, 'data.next_after') !== null;
      if (more) after = textAt(page, 'data.next_after');
    }
  }
  assert.equal(new Set(completed).size, completed.length, 'P6-F3: a request was executed twice');
  for (const { id, node, outcome } of sent.filter((one) => !emptied.has(one.node.id))) {
    const known = at((await node.get(`/v1/promotion?request_id=${id}`)).body, 'data.request.outcome');
    if (outcome === 'executed') assert.equal(known, 'executed', id);
    if (outcome === 'not_executed') assert.notEqual(known, 'executed', id);
  }
};

/** Runs for `duration` milliseconds and judges. Rejects with what was not true. */
export const torture = async (seed: number, duration: number, nodes: number): Promise<Report> => {
  const random = generator(seed);
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    assert.ok(item !== undefined);
    return item;
  };
  const cluster = await TestCluster.start({ nodes, flags: ['--faults', '--checkpoint-every', '100', '--segment-bytes', '4096'] });
  const acknowledged: Acknowledged[] = [];
  const sent: Sent[] = [];
  const emptied = new Set<string>();
  const deadline = performance.now() + duration;
  const running = (): boolean => performance.now() < deadline;
  let number = 0;

  const client = async (): Promise<void> => {
    while (running()) {
      const began = performance.now();
      const key = `w-${(number += 1)}`;
      const target = cluster.nodes[number % cluster.nodes.length];
      const answer = await ask(`${target?.url ?? ''}/local/writes`, { method: 'POST', body: JSON.stringify({ key, value: 'v' }) }).catch(() => null);
      if (answer?.status === 200) acknowledged.push({ key, epoch: BigInt(textAt(answer.body, 'epoch')), began, ended: performance.now() });
    }
  };

  const control = async (node: TestNode, kind: 'demote' | 'validated' | 'forced'): Promise<void> => {
    const id = randomUUID();
    const answer = await (kind === 'demote' ? demote(node, { id }) : promote(node, { id, mode: kind, acknowledged: ['P6-A1'] })).catch(() => null);
    const outcome = answer === null ? 'unknown' : answer.status === 200 ? 'executed' : textAt(answer.body, 'error.outcome');
    sent.push({ id, node, outcome });
  };

  const trouble = async (): Promise<void> => {
    while (running()) {
      const node = pick(cluster.nodes);
      const what = pick(['handover', 'handover', 'demote', 'validated', 'forced', 'kill', 'crash', 'cut', 'heal', 'heal', 'drop'] as const);
      if (what === 'demote' || what === 'validated' || what === 'forced') await control(node, what);
      else if (what === 'handover') {
        for (const one of cluster.nodes) if (/^primary|AuthorityAmbiguity$/.test(await state(one).catch(() => ''))) await control(one, 'demote');
        for (const one of cluster.nodes) await control(one, pick(['validated', 'forced']));
      } else if (what === 'cut') await node.faults({ cut: pick(['both', 'incoming', 'outgoing']) }).catch(() => undefined);
      else if (what === 'heal') for (const one of cluster.nodes) await one.faults().catch(() => undefined);
      else if (what === 'drop') await node.faults({ control_answers: 'dropped' }).catch(() => undefined);
      else {
        if (what === 'crash') {
          await node.faults({ crash_at: pick(['wal-torn:4', 'marker-rename', 'marker-directory', 'epoch-rename', 'promotion-adopted', 'checkpoint-rename', 'ledger-outcome-write']) });
          await control(node, pick(['demote', 'forced']));
        }
        await cluster.kill(node).catch(() => undefined);
        await cluster.restart(node);
      }
    }
  };

  try {
    await Promise.all([client(), client(), trouble()]);
    for (const node of cluster.nodes) await node.faults();
    const primary = await heal(cluster, emptied);
    await judge(cluster, primary, acknowledged, sent, emptied);
    const count = (outcome: string): number => sent.filter((one) => one.outcome === outcome).length;
    return { acknowledged: acknowledged.length, executed: count('executed'), refused: count('not_executed'), unknown: count('unknown'), epoch: textAt((await primary.get('/v1/cluster')).body, 'data.epoch') };
  } finally {
    await cluster.stop();
  }
};

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' }, seed: { type: 'string', default: '1' }, nodes: { type: 'string', default: '3' } } });
  for (let seed = Number(values.seed), end = performance.now() + Number(values.minutes) * 60_000; performance.now() < end; seed += 1) {
    process.stdout.write(`seed ${seed}: `);
    process.stdout.write(`${JSON.stringify(await torture(seed, 15_000, Number(values.nodes)))}\n`);
  }
}
