/** The boundary against the real local cluster: three processes, all twelve operations, and a killed primary. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { Kernel } from '../../src/control-plane/ports.ts';
import type { ExecutedControl } from '../../src/control-plane/explanation/words.ts';
import type { Result } from '../../src/control-plane/model/errors.ts';
import { temporaryFolder } from '../support/folders.ts';
import { clusterOf, controlRequest, errorOf, kernelOf, READS, REQUEST, valueOf } from '../support/wire.ts';

interface Node {
  readonly id: string;
  readonly url: string;
  readonly pid: number;
}

describe('the kernel port against the local cluster', function () {
  this.timeout(60_000);
  const timeouts = { connectMs: 2_000, readMs: 10_000, controlMs: 20_000 };
  const operatorToken = `operator-${randomUUID()}`;
  const observerToken = `observer-${randomUUID()}`;
  let folder = '';
  let launcher: ChildProcess;
  let nodes: Node[] = [];
  let kernel: Kernel;

  const node = (index: number): Node => nodes[index] ?? assert.fail('no such node');

  /** Asks for a control action exactly as the control plane does: with what the target's own explanation said. */
  async function act(
    kind: 'promote' | 'force' | 'demote',
    target: string,
    requestId: string = randomUUID(),
  ): Promise<Result<ExecutedControl>> {
    const mode = kind === 'force' ? 'forced' : 'validated';
    const { endpoint, view } = valueOf(
      await (kind === 'demote' ? kernel.explainDemotion(target) : kernel.explainPromotion(target, mode)),
    );
    const request = { ...controlRequest(endpoint, target), requestId, controlVersion: view.controlVersion };
    return kind === 'demote'
      ? await kernel.demote(request)
      : await kernel.promote({
          ...request,
          mode,
          acknowledgedInvariants: view.overriddenInvariants,
          primaryId: view.primaryId,
        });
  }

  /**
   * Until the primary reports that the replica holds all that it holds: one that does not is denied, forced or not
   * (P6-S2). Asked of the primary alone: another node only knows what the two said last, and that may be what was so
   * before the last promotion.
   */
  async function caughtUp(primary: Node, replica: string): Promise<void> {
    const itself = await kernelOf(clusterOf([primary.url]), operatorToken, timeouts);
    for (const deadline = Date.now() + 30_000; ; ) {
      const { replicas } = valueOf(await itself.readReplication()).view;
      if (replicas.find(({ nodeId }) => nodeId === replica)?.lagBytes === 0n) return;
      assert.ok(Date.now() < deadline, `${replica} is behind: ${inspect(replicas)}`);
    }
  }

  before(async () => {
    folder = temporaryFolder('kernel-');
    launcher = spawn(
      process.execPath,
      ['src/local-cluster/main.ts', '--data', join(folder, 'data'), '--nodes', '3', '--port', '0'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, AERODB_OPERATOR_TOKEN: operatorToken, AERODB_OBSERVER_TOKEN: observerToken },
      },
    );
    if (launcher.stdout === null) throw new Error('no output');
    for await (const line of createInterface({ input: launcher.stdout })) {
      nodes.push(JSON.parse(line) as Node);
      if (nodes.length === 3) break;
    }
    const listed = valueOf(
      await (await kernelOf(clusterOf(nodes.map(({ url }) => url)), observerToken, timeouts)).readCluster(),
    );
    nodes = [...nodes].sort((a, b) => Number(b.id === listed.view.primaryId) - Number(a.id === listed.view.primaryId));
    kernel = await kernelOf(clusterOf(nodes.map(({ url }) => url)), operatorToken, timeouts);
  });

  after(async () => {
    if (launcher.exitCode === null && launcher.kill('SIGTERM')) await once(launcher, 'exit');
  });

  it('also P7-A1: all ten reads give whole views, each node-local one from the node itself', async () => {
    for (const { id, url } of nodes) {
      for (const [name, read] of Object.entries(READS)) {
        const { observed, endpoint } = valueOf(await read(kernel, id, url));
        if (name === 'readCluster' || name === 'readReplication') continue;
        assert.equal(observed.nodeId, id, name);
        assert.equal(endpoint, url, name);
      }
    }
    const { view } = valueOf(await kernel.readCluster());
    assert.deepEqual(
      view.members.map(({ nodeId }) => nodeId),
      nodes.map(({ id }) => id).sort(),
    );
    assert.equal(
      valueOf(await kernel.readPromotion({ node: node(0).id, requestId: REQUEST })).view.request?.known,
      false,
    );
  });

  it('also P7-E3: what the kernel refuses comes in its own words', async () => {
    const denied = errorOf(await act('promote', node(1).id));
    assert.equal(denied.domain, 'KERNEL_REJECTION');
    assert.equal(denied.code, 'AERO_PROMOTION_DENIED');
    assert.equal(denied.outcome, 'not_executed');
    assert.deepEqual(denied.invariants, ['P6-A1']);
    assert.equal((denied.kernel?.details as { reason: string }).reason, 'PrimaryStillActive');
    assert.equal(
      (JSON.parse(denied.kernel?.body ?? '') as { error: { message: string } }).error.message,
      denied.message,
    );

    const observer = await kernelOf(clusterOf([node(1).url]), observerToken, timeouts);
    const forbidden = errorOf(await observer.demote(controlRequest(node(1).url, node(1).id)));
    assert.equal(forbidden.code, 'AERO_FORBIDDEN');
    assert.equal(forbidden.kernel?.status, 403);
    const stranger = await kernelOf(clusterOf([node(1).url]), 'another-long-token', timeouts);
    assert.equal(errorOf(await stranger.readCluster()).code, 'AERO_UNAUTHENTICATED');
    assert.equal(errorOf(await kernel.demote(controlRequest(node(1).url, node(0).id))).code, 'AERO_UNKNOWN_NODE');
    assert.equal(
      errorOf(
        await kernel.demote({
          ...controlRequest(node(0).url, node(0).id),
          requestId: randomUUID(),
          controlVersion: 999_999n,
        }),
      ).code,
      'AERO_STATE_CHANGED',
    );
  });

  it('also P7-E1: a hand-over is two requests, each executed once; a repeated id is a duplicate', async () => {
    const request = randomUUID();
    const { result } = valueOf(await act('demote', node(0).id, request));
    assert.equal(result.target, node(0).id);
    assert.ok(result.changes.length > 0);
    const fate = valueOf(await kernel.readPromotion({ node: node(0).id, requestId: request })).view.request;
    assert.deepEqual(fate, { requestId: request, known: true, outcome: 'executed', code: null });
    assert.equal(errorOf(await act('demote', node(0).id, request)).code, 'AERO_DUPLICATE_REQUEST');
    const promoted = valueOf(await act('promote', node(1).id));
    assert.equal(promoted.result.mode, 'validated');
    assert.ok(promoted.result.events.some(({ type }) => type === 'replication.promotion.transition_completed'));
    assert.equal(
      valueOf(await (await kernelOf(clusterOf([node(1).url]), operatorToken, timeouts)).readReplication()).view
        .primaryId,
      node(1).id,
    );
  });

  it('also P7-E2: with the primary killed, a promotion is denied and a force executed', async () => {
    await caughtUp(node(1), node(2).id);
    process.kill(node(1).pid, 'SIGKILL');
    let denied = errorOf(await act('promote', node(2).id));
    for (let tries = 0; denied.code === 'AERO_STATE_CHANGED' && tries < 20; tries++)
      denied = errorOf(await act('promote', node(2).id));
    assert.equal(denied.code, 'AERO_PROMOTION_DENIED');
    assert.equal((denied.kernel?.details as { reason: string }).reason, 'AuthorityAmbiguous');
    let forced = await act('force', node(2).id);
    for (let tries = 0; !forced.ok && forced.error.code === 'AERO_STATE_CHANGED' && tries < 20; tries++)
      forced = await act('force', node(2).id);
    assert.equal(valueOf(forced).result.mode, 'forced');
    const read = errorOf(await kernel.readWal(node(1).id));
    assert.equal(read.code, 'PHASE7_CONNECTION_FAILED');
    const control = errorOf(
      await kernel.demote({ ...controlRequest(node(1).url, node(1).id), requestId: randomUUID() }),
    );
    assert.equal(control.code, 'PHASE7_CONNECTION_FAILED');
    assert.equal(control.outcome, 'not_executed');
    const { view } = valueOf(await (await kernelOf(clusterOf([node(2).url]), operatorToken, timeouts)).readCluster());
    assert.equal(view.primaryId, node(2).id);
    // The killed node's last report stands beside it, and is shown as what it is: the kernel's words, no judgement
    // (P7-A3).
    assert.equal(view.members.find(({ nodeId }) => nodeId === node(1).id)?.health, 'unknown');
    for (const name of Object.keys(READS) as (keyof typeof READS)[])
      valueOf(await READS[name](kernel, node(2).id, node(2).url));
  });
});
