/** Tests a reading of one endpoint that a person chose, and what an answer says of the node that gave it. */
import assert from 'node:assert/strict';
import type { Document } from '../../src/control-plane/model/document.ts';
import { readView, type InspectCommandName } from '../../src/control-plane/model/reads.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { sentenceText } from '../../src/cli/text/cell.ts';
import { bent as bentRows, group, M1, M2, M3 } from './mysql-group.ts';
import {
  cluster as patroni,
  HISTORY,
  json as patroniJson,
  leader,
  member as patroniMember,
  REPLICA,
} from './patroni.ts';
import { bent, closeAll, closedPort, kernelServer, truthful } from '../support/servers.ts';
import { clusterOf, errorOf, kernelOf, N1, N2, N3, rejection, valueOf } from '../support/wire.ts';

const ORDERED = [
  'inspect_cluster_state',
  'inspect_replication_status',
  'inspect_promotion_state',
] as const satisfies readonly InspectCommandName[];

/** A kernel, its endpoints, and how many requests have reached each. */
interface Suite {
  readonly kernel: Kernel;
  readonly endpoints: readonly string[];
  readonly counts: () => readonly number[];
}

const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  AeroDB: async () => {
    const urls: Record<string, string> = {};
    const servers = [await kernelServer(N1, urls), await kernelServer(N2, urls), await kernelServer(N3, urls)];
    return {
      kernel: await kernelOf(clusterOf(servers.map(({ url }) => url))),
      endpoints: servers.map(({ url }) => url),
      counts: () => servers.map(({ received }) => received.length),
    };
  },
  Patroni: async () => {
    const demo = await patroni();
    const nodes = [demo.pg1, demo.pg2];
    return {
      kernel: await demo.kernel(),
      endpoints: nodes.map(({ url }) => url),
      counts: () => nodes.map(({ received }) => received.length),
    };
  },
  MySQL: async () => {
    const demo = await group();
    return {
      kernel: await demo.kernel(),
      endpoints: demo.nodes.map(({ server }) => server.endpoint),
      counts: () => demo.nodes.map(({ server }) => server.connections()),
    };
  },
};

function selfReportOf({ selfReport = [] }: Document): readonly string[] {
  return selfReport.map(sentenceText);
}

describe('one endpoint that was chosen', () => {
  afterEach(closeAll);

  for (const [name, make] of Object.entries(SUITES))
    it(`also P7-S3, P7-E1: ${name} asks exactly that one, whichever stands before it, and says so`, async function () {
      this.timeout(60_000);
      const { kernel, endpoints, counts } = await make();
      for (const command of ORDERED)
        for (const [at, endpoint] of endpoints.entries()) {
          const before = counts();
          const { reading } = valueOf(await readView(kernel, command, { cluster: 'orders' }, endpoint));
          assert.deepEqual([reading.endpoint, reading.skipped, reading.isChosen], [endpoint, [], true], command);
          const reached = counts().map((count, index) => count > (before[index] ?? 0));
          assert.deepEqual(
            reached,
            endpoints.map((_, index) => index === at),
            `${command}: nobody else was asked`,
          );
        }
      const before = counts();
      for (const stranger of ['http://127.0.0.1:1', `${endpoints[0] ?? ''}0`])
        assert.equal(errorOf(await kernel.readCluster(stranger)).code, 'PHASE7_SCOPE_VIOLATION');
      assert.deepEqual(counts(), before, 'a stranger is refused before any traffic');
      const { reading } = valueOf(await readView(kernel, 'inspect_cluster_state', { cluster: 'orders' }, undefined));
      assert.ok(!('isChosen' in reading));
    });

  it('also P7-E2, P7-E3: a chosen endpoint without an answer is named, no other is asked, and that is said', async () => {
    const [dead, alive] = [await closedPort(), await kernelServer(N1)];
    const kernel = await kernelOf(clusterOf([alive.url, dead.url]));
    const silent = errorOf(await readView(kernel, 'inspect_cluster_state', { cluster: 'orders' }, dead.url));
    assert.equal(silent.code, 'PHASE7_CONNECTION_FAILED');
    assert.ok(silent.message.startsWith(`${dead.url}: `), silent.message);
    assert.ok(
      silent.message.endsWith(`Only ${dead.url} was asked, because it was chosen; no other was asked in its place.`),
    );
    assert.equal(alive.received.length, 0);
    const booting = await kernelServer(N2, {}, () => ({ status: 503, value: rejection('AERO_NOT_READY') }));
    const two = await kernelOf(clusterOf([booting.url, alive.url]));
    const refused = errorOf(await readView(two, 'inspect_cluster_state', { cluster: 'orders' }, booting.url));
    assert.equal(refused.message, 'The kernel says AERO_NOT_READY.', "a kernel's words stay as they are");
    assert.match(refused.known ?? '', /^Only http.* was asked, because it was chosen/);
    assert.equal(alive.received.length, 0);
  });
});

describe('who told it', () => {
  afterEach(closeAll);

  it('also P7-O1: AeroDB: halted, following nobody or cut off, by its own row and its own answer', async () => {
    const told = async (bend: (rows: Record<string, unknown>[]) => void, path = '/v1/cluster'): Promise<Document> => {
      const server = await kernelServer(N2, {}, request =>
        request.path !== path
          ? undefined
          : bent(truthful(N2, request, {}), ({ data }) =>
              bend((data['members'] ?? data['replicas']) as Record<string, unknown>[]),
            ),
      );
      const kernel = await kernelOf(clusterOf([server.url]));
      return path === '/v1/cluster'
        ? valueOf(await kernel.readCluster()).document()
        : valueOf(await kernel.readReplication()).document();
    };
    const own = (more: object) => (rows: Record<string, unknown>[]) =>
      Object.assign(rows.find(row => row['node_id'] === N2) ?? {}, more);
    const others = (more: object) => (rows: Record<string, unknown>[]) =>
      rows.filter(row => row['node_id'] !== N2).forEach(row => Object.assign(row, more));
    const plain = await told(() => undefined);
    assert.deepEqual(selfReportOf(plain), []);
    assert.equal(plain.observer?.nodeId, N2);
    const name = plain.observer.name;
    const halted = { health: 'halted', halt_reason: 'AuthorityAmbiguity', replication_state: 'ReplicationHalted' };
    assert.deepEqual(selfReportOf(await told(own(halted))), [
      `This answer came from ${name}, which reports itself halted (AuthorityAmbiguity).`,
    ]);
    assert.deepEqual(selfReportOf(await told(own({ replication_state: 'Uninitialized' }))), [
      `This answer came from ${name}, which reports that it follows no node (Uninitialized).`,
    ]);
    assert.deepEqual(selfReportOf(await told(others(halted))), [], 'of others nothing is said here');
    assert.deepEqual(selfReportOf(await told(others({ health: 'unknown' }))), [
      `This answer came from ${name}, which cannot tell whether any of the 2 other members is running.`,
    ]);
    assert.deepEqual(selfReportOf(await told(own({ halt_reason: 'WalGapDetected' }), '/v1/replication')), [
      'This answer came from node-2, which reports itself halted (WalGapDetected).',
    ]);
    assert.deepEqual(selfReportOf(await told(others({ halt_reason: 'WalGapDetected' }), '/v1/replication')), []);
  });

  it('also P7-O1: Patroni: what it last wrote of itself, in every list; that it knows no leader, by its own word', async () => {
    const demo = await patroni();
    demo.pg1.answer = ({ path }) =>
      path === '/history'
        ? patroniJson(HISTORY)
        : path === '/cluster'
          ? patroniJson({
              members: [
                leader('pg2', demo.pg2.url),
                patroniMember('pg1', demo.pg1.url, { state: 'stopped' }),
                patroniMember('pg3', demo.pg3.url, { state: 'crashed' }),
              ],
              scope: 'demo',
            })
          : undefined;
    const kernel = await demo.kernel();
    for (const read of [await kernel.readCluster(), await kernel.readReplication(), await kernel.readPromotion()])
      assert.deepEqual(selfReportOf(valueOf<{ document: () => Document }>(read).document()), [
        'This answer came from pg1, which last wrote about itself to the configuration store: stopped.',
      ]);
    assert.deepEqual(selfReportOf(valueOf(await kernel.readCluster(demo.pg2.url)).document()), []);
    demo.pg2.answer = ({ path }) =>
      path === '/patroni' ? patroniJson({ ...REPLICA, cluster_unlocked: true, state: 'stopped' }) : undefined;
    assert.deepEqual(selfReportOf(valueOf(await kernel.readNode('pg2')).document()), [
      'This answer came from pg2, which reports itself halted (stopped).',
      'This answer came from pg2, which reports that it knows no leader.',
    ]);
  });

  it('also P7-O1: MySQL: that it is in no group, and whom of its group it does not reach', async () => {
    const demo = await group();
    const [, second] = demo.nodes;
    const kernel = await demo.kernel();
    const name = second.server.endpoint.replace('mysql://', '');
    const reads = async (): Promise<readonly (readonly string[])[]> => {
      const at = second.server.endpoint;
      const all = [
        await kernel.readCluster(at),
        await kernel.readReplication(at),
        await kernel.readPromotion(undefined, at),
      ];
      return all.map(read => selfReportOf(valueOf<{ document: () => Document }>(read).document()));
    };
    for (const told of await reads()) assert.deepEqual(told, []);
    second.bend = bentRows('group', row =>
      row['MEMBER_ID'] === M2 ? { ...row, MEMBER_STATE: 'ERROR', MEMBER_ROLE: '', VIEW_ID: null } : undefined,
    );
    for (const told of await reads())
      assert.deepEqual(told, [`This answer came from ${name}, which reports itself ERROR: it is in no group.`]);
    second.bend = bentRows('group', row =>
      row['MEMBER_ID'] === M1 || row['MEMBER_ID'] === M3 ? { ...row, MEMBER_STATE: 'UNREACHABLE' } : row,
    );
    for (const told of await reads())
      assert.deepEqual(told, [`This answer came from ${name}, which does not reach 2 of the 3 members of its group.`]);
  });
});
