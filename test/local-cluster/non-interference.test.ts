/**
 * The kernel with and without a control plane observing it. One seeded workload runs twice on copies of the same
 * cluster: alone, and while the real core asks everything that can be asked without consent. The nodes' wall clock
 * stands still (still-clock.ts); everything else is theirs. Afterwards the two histories are compared byte by byte.
 */
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_NAMES, commandSpec } from '../../src/control-plane/commands/commands.ts';
import { consents, openOperator, removeFolders, type Person } from '../control-plane/session.ts';
import { closeAll } from '../support/servers.ts';
import { generator } from '../support/seed.ts';
import { demote, promotable, promote, TestCluster, textAt, until, type TestNode } from '../support/test-cluster.ts';

const SEED = 20260721;
const WRITES = 120;

function requestId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Writes, two hand-overs and a denied request, each answered before the next is asked. */
async function workload(cluster: TestCluster): Promise<void> {
  const random = generator(SEED);
  let primary = cluster.node(1);
  let number = 0;
  for (let write = 0; write < WRITES; write += 1) {
    const written = await primary.write(`key-${Math.floor(random() * 40)}`, `value ${random()}`);
    assert.equal(written.status, 200, written.text);
    await visibleEverywhere(cluster, primary);
    if (write % 40 !== 39) continue;
    const successor = cluster.node(1 + ((cluster.nodes.indexOf(primary) + 1) % cluster.nodes.length));
    assert.equal((await promote(successor, { id: requestId(++number) })).status, 409, 'the primary lives');
    assert.equal((await demote(primary, { id: requestId(++number) })).status, 200);
    await promotable(successor);
    assert.equal((await promote(successor, { id: requestId(++number) })).status, 200);
    primary = successor;
    await until('the others follow', async () =>
      (await Promise.all(cluster.nodes.map(node => node.member()))).every(member =>
        /^(PrimaryActive|ReplicaActive)$/u.test(textAt(member, 'replication_state')),
      ),
    );
    await visibleEverywhere(cluster, primary);
  }
}

/**
 * How many records travel together is the network's choice, and decides at which commit a replica takes its snapshot:
 * so each is waited for.
 */
async function visibleEverywhere(cluster: TestCluster, primary: TestNode): Promise<void> {
  const commit = async (node: TestNode): Promise<string> =>
    textAt((await node.get('/v1/status')).body, 'observed_at.commit_id');
  const last = await commit(primary);
  await until('the commit is visible everywhere', async () =>
    (await Promise.all(cluster.nodes.map(commit))).every(one => one === last),
  );
}

/**
 * Sends every command in turn, again and again, until told to end; those that need consent are explained and then
 * declined, diagnostics run.
 */
async function observe(cluster: TestCluster, ended: () => boolean): Promise<number> {
  const person: Person = (prompt, voided) =>
    prompt.explanation.command === 'run_diagnostics' ? consents(prompt, voided) : { kind: 'declined', at: 'the test' };
  const session = await openOperator({ person, cluster: { endpoints: cluster.nodes.map(({ url }) => url) } });
  let answered = 0;
  for (let turn = 0; !ended(); turn += 1) {
    const node = cluster.node(1 + (turn % cluster.nodes.length)).id;
    for (const command of COMMAND_NAMES) {
      const { target, reason } = commandSpec(command);
      const result = await session.plane.execute(command, {
        cluster: 'orders',
        ...(target === 'none' || target === 'optional-node' ? {} : { node }),
        ...(target === 'optional-node' ? { node, lookup: requestId(1) } : {}),
        ...(reason === 'none' ? {} : { reason: 'looking' }),
      });
      if (
        result.kind === 'answered' ||
        (result.kind === 'failed' && result.error.code === 'PHASE7_CONFIRMATION_DECLINED')
      )
        answered += 1;
    }
  }
  return answered;
}

/** Every file that the nodes keep, with its bytes. Addresses and process ids are of a start, not of a history. */
function history(cluster: TestCluster): ReadonlyMap<string, string> {
  const files = readdirSync(cluster.data, { recursive: true, encoding: 'utf8' }).filter(
    name =>
      statSync(join(cluster.data, name)).isFile() &&
      !/^(?:cluster\.(?:json|lock(?:\.holder)?)|.*node\.lock(?:\.holder)?)$/u.test(name),
  );
  return new Map(files.toSorted().map(name => [name, readFileSync(join(cluster.data, name), 'latin1')]));
}

describe('a kernel that is observed', function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let untouched: string;

  before(async () => {
    cluster = await TestCluster.start({
      flags: ['--checkpoint-every', '25', '--segment-bytes', '4096'],
      env: { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'still-clock.ts')}` },
    });
    await cluster.end();
    untouched = `${cluster.data}-untouched`;
    cpSync(cluster.data, untouched, { recursive: true });
  });
  after(async () => {
    await cluster.stop();
    rmSync(untouched, { recursive: true, force: true });
    await closeAll();
    removeFolders();
  });

  /** The history of the workload on the untouched cluster, and how often the observer was answered. */
  async function run(
    observed: boolean,
  ): Promise<{ readonly files: ReadonlyMap<string, string>; readonly answered: number }> {
    rmSync(cluster.data, { recursive: true });
    cpSync(untouched, cluster.data, { recursive: true });
    await cluster.launch(3);
    let over = false;
    const observing = observed ? observe(cluster, () => over) : Promise.resolve(0);
    try {
      await workload(cluster);
    } finally {
      over = true;
    }
    const answered = await observing;
    await cluster.end();
    return { files: history(cluster), answered };
  }

  it(
    'P7-S2, freeze/kernel-identical: the same history as an unobserved one, byte for byte: WAL, snapshots, ledger, ' +
      `events, epochs (seed ${SEED})`,
    async () => {
      const alone = await run(false);
      const observed = await run(true);
      assert.ok(observed.answered > 50, `the observer was answered ${observed.answered} times`);
      assert.deepEqual([...observed.files.keys()], [...alone.files.keys()]);
      for (const [name, bytes] of alone.files) assert.equal(observed.files.get(name), bytes, name);
      assert.ok(
        [...alone.files.keys()].some(name => /wal$/u.test(name)) &&
          [...alone.files].some(
            ([name, bytes]) => name.endsWith('ledger.log') && bytes.includes('transition_completed'),
          ),
      );
    },
  );
});
