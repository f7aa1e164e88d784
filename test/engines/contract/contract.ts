/**
 * What every engine has to keep, tried on a real cluster of it: each read is whole or refused, a control command is one
 * request, what it became is compared with what the cluster itself says, and no secret is told. An engine passes this
 * or is not shipped.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { endpointsOf, urlsOf, type ClusterConfig } from '../../../src/control-plane/clusters/cluster.ts';
import { FORMS, parseClusterConfig } from '../../../src/control-plane/clusters/configuration.ts';
import { engineOf } from '../../../src/control-plane/engine.ts';
import type { DocumentedReading } from '../../../src/control-plane/model/document.ts';
import type { Outcome, Result } from '../../../src/control-plane/model/errors.ts';
import type { Reading } from '../../../src/control-plane/model/views.ts';
import type { ControlRequest, Kernel } from '../../../src/control-plane/ports.ts';
import type { ExecutedControl, ExplainedReading } from '../../../src/control-plane/explanation/words.ts';
import { connect, type Secrets, type Timeouts } from '../../../src/engines/connect.ts';
import { ENGINES } from '../../../src/engines/registry.ts';
import type { CutProxy } from '../../support/proxy.ts';
import { answeringBytes, closeAll, closedPort, rawServer, type Running } from '../../support/servers.ts';
import { CONTROLS, errorOf, READS, valueOf } from '../../support/wire.ts';
import { until } from '../../support/until.ts';

/** A control command that a cluster is asked for. */
export interface Asked {
  readonly command: 'promote' | 'force' | 'demote';
  readonly node: string;
}

/** A real cluster of one engine, and what it says of itself by other means than this program. */
export interface Stand {
  readonly config: ClusterConfig;
  readonly secrets: Secrets;
  /** What stands before the address of each node. */
  readonly proxies: ReadonlyMap<string, CutProxy>;
  /** Who takes writes, by the cluster's own word; `null`: nobody. */
  primary(): Promise<string | null>;
  /** Makes the cluster whole, and makes ready what it will execute. */
  executable(): Promise<Asked>;
  /** Makes ready what it will refuse in words of its own, though it is asked. */
  refusable(): Promise<Asked>;
  /** Makes this node's history longer than one answer, where that can be done. */
  lengthen?(node: string): Promise<void>;
  /** Whether a command has had its effect, by the cluster's own word. */
  isDone(asked: Asked): Promise<boolean>;
  stop(): Promise<void>;
}

const TIMEOUTS: Timeouts = { connectMs: 5_000, readMs: 15_000, controlMs: 60_000 };
/** What is planted as a secret where nobody asks for one, and searched for in everything that is told. */
const CANARY = 'canary:Zx81+secret';

/** One part of a list, its items as text; the place in an answer is no part of an item. */
function listOf<
  V extends { readonly nextBefore: string | bigint | null; readonly nextAfter: unknown; readonly total: bigint | null },
>(
  read: Result<DocumentedReading<V>>,
  items: (view: V) => readonly object[],
): {
  readonly items: readonly string[];
  readonly nextBefore: string | null;
  readonly nextAfter: unknown;
  readonly total: bigint | null;
} {
  const { view } = valueOf(read);
  const text = (item: object): string =>
    inspect('fields' in item && 'seq' in item && 'code' in (item.fields as object) ? { ...item, seq: null } : item, {
      depth: 9,
    });
  return {
    items: items(view).map(text),
    nextBefore: view.nextBefore?.toString() ?? null,
    nextAfter: view.nextAfter,
    total: view.total,
  };
}

/** What stands in the place of a node: nothing of it is an answer of a kernel. */
const HOSTILE: Readonly<Record<string, () => Promise<Running>>> = {
  'nobody listens': closedPort,
  'the connection ends at once': () => rawServer(socket => socket.destroy()),
  'another protocol': () => rawServer(socket => socket.end('SSH-2.0-OpenSSH_9.2\r\n')),
  'a page': () => answeringBytes(() => http('text/html', '<html><body>Welcome</body></html>')),
  'an empty answer': () => answeringBytes(() => http('application/json', '')),
  'JSON that is no object': () => answeringBytes(() => http('application/json', '[1, 2, "three"]')),
  'an object without a member': () => answeringBytes(() => http('application/json', '{}')),
  'half an answer': () =>
    answeringBytes(() => http('application/json', '{"api_version":"v1","members":[{').slice(0, -4)),
  'a secret given back': () =>
    answeringBytes(({ headers }) =>
      http('application/json', JSON.stringify({ error: { message: headers['authorization'] ?? '' } })),
    ),
};

function http(type: string, body: string): string {
  const headers = [`content-type: ${type}`, `content-length: ${body.length}`, 'connection: close'];
  return `HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\n\r\n${body}`;
}

/** Runs the contract against a stand that `start` sets up. */
export function contract(engine: string, start: () => Promise<Stand>): void {
  describe(`the contract of an engine: ${engine}`, function () {
    this.timeout(120_000);
    let started: Stand | undefined;
    let stand: Stand;
    let kernel: Kernel;

    before(async function () {
      this.timeout(180_000);
      stand = started = await start();
      kernel = valueOf(await connect(stand.config, { secrets: stand.secrets, timeouts: TIMEOUTS }));
    });
    after(async () => {
      await closeAll();
      await started?.stop();
    });

    /** Explains and sends a command as the control plane does; `between` happens when it has been explained. */
    async function order(
      { command, node }: Asked,
      between: () => void = () => undefined,
    ): Promise<Result<ExecutedControl>> {
      const reading = valueOf(await explained({ command, node }));
      const { endpoint, view } = reading;
      const request: ControlRequest = {
        endpoint,
        requestId: randomUUID(),
        target: node,
        targetName: node,
        reason: 'the contract of an engine',
        operator: { id: 'contract@test', authority: 'Operator' },
        controlVersion: view.controlVersion,
        snapshot: reading.observed.snapshot,
        answerMs: view.answerMs,
        auditHead: { seq: 1n, hash: 'ab'.repeat(32) },
      };
      for (const proxy of stand.proxies.values()) proxy.arm(undefined);
      between();
      return command === 'demote'
        ? await kernel.demote(request)
        : await kernel.promote({
            ...request,
            mode: command === 'force' ? 'forced' : 'validated',
            acknowledgedInvariants: view.overriddenInvariants,
            primaryId: view.primaryId,
          });
    }

    function explained({ command, node }: Asked): Promise<Result<ExplainedReading>> {
      return command === 'demote'
        ? kernel.explainDemotion(node)
        : kernel.explainPromotion(node, command === 'force' ? 'forced' : 'validated');
    }

    /** "Executed" is the engine's word; the effect can come a moment later (a node that still applies). */
    async function done(asked: Asked, told: string): Promise<void> {
      await until(told, () => stand.isDone(asked), 60_000);
    }

    function controlRequests(): number {
      return [...stand.proxies.values()].reduce((sum, proxy) => sum + proxy.controlRequests, 0);
    }

    it('also P7-S3: its clusters may hold what it declares and nothing else, and its nodes are called as it says', () => {
      const own = engineOf(ENGINES, stand.config);
      assert.equal(own.id, engine);
      assert.ok(parseClusterConfig(stand.config, ENGINES).ok);
      assert.ok(!parseClusterConfig({ ...stand.config, stranger: 1 }, ENGINES).ok);
      const others = ENGINES.flatMap(({ options }) => Object.keys(options(FORMS)));
      for (const option of others.filter(name => !Object.hasOwn(own.options(FORMS), name)))
        assert.ok(!parseClusterConfig({ ...stand.config, [option]: {} }, ENGINES).ok, option);
      for (const node of stand.proxies.keys()) assert.equal(own.invalidNodeId(node), undefined);
    });

    it('also P7-E1, P7-D1: every read is whole and dated by the node that was asked, or refused before any traffic', async () => {
      await stand.executable();
      for (const [node, proxy] of stand.proxies) {
        for (const [name, read] of Object.entries(READS)) {
          const operation = name as keyof typeof READS;
          for (const each of stand.proxies.values()) each.arm(undefined);
          const told = await read(kernel, node, proxy.url);
          const refused = kernel.unsupported[operation];
          if (refused !== undefined) {
            assert.match(errorOf(told).message, /Nothing was sent\.$/, operation);
            assert.ok(
              [...stand.proxies.values()].every(({ passed }) => passed.length === 0),
              operation,
            );
            continue;
          }
          if (!told.ok) {
            // A look-up that this engine has no place for, or a command that makes no sense for this node.
            assert.equal(told.error.outcome, 'not_executed', operation);
            assert.match(told.error.message, /\S/, operation);
            continue;
          }
          const { observed, endpoint } = told.value;
          assert.ok(!Number.isNaN(Date.parse(observed.time)), `${operation}: ${observed.time}`);
          assert.ok(
            endpointsOf(stand.config).some(({ url }) => url === endpoint),
            `${operation}: ${endpoint}`,
          );
          if (['readNode', 'readWal', 'readSnapshots'].includes(operation))
            assert.equal(observed.nodeId, node, operation);
        }
      }
      assert.equal(controlRequests(), 0, 'P7-S2: looking asks for no change');
    });

    it('also P7-O1, P7-D1: the parts of a history join up to the whole, each told by the node itself', async () => {
      await stand.executable();
      const [node] = stand.proxies.keys();
      assert.ok(node !== undefined);
      await stand.lengthen?.(node);
      const lists = {
        readPromotion: async (before?: string) =>
          listOf(await kernel.readPromotion({ node, before }), view => view.events),
        readWal: async (before?: string) => listOf(await kernel.readWal(node, before), view => view.segments ?? []),
        readSnapshots: async (before?: string) => listOf(await kernel.readSnapshots(node, before), view => view.items),
      };
      for (const [operation, read] of Object.entries(lists)) {
        if (kernel.unsupported[operation as keyof typeof lists] !== undefined) continue;
        const newest = await read();
        const parts = [newest];
        for (let { nextBefore } = newest; nextBefore !== null; ) {
          const part = await read(nextBefore);
          assert.notEqual(part.nextAfter, null, `${operation}: an older part does not pass for the newest`);
          assert.notEqual(part.nextBefore, nextBefore, operation);
          parts.unshift(part);
          ({ nextBefore } = part);
        }
        assert.equal(newest.nextAfter, null, operation);
        if (operation === 'readPromotion' && stand.lengthen !== undefined) assert.ok(parts.length > 1, operation);
        const items = parts.flatMap(one => one.items);
        assert.equal(new Set(items).size, items.length, `${operation}: nothing is told twice`);
        // What is written meanwhile is newer than the first part.
        if (newest.total !== null) assert.equal(BigInt(items.length), newest.total, `${operation}: nothing is missing`);
        assert.equal(parts[0]?.nextBefore, null, operation);
      }
    });

    it('also P7-S3: an endpoint that a person chose is asked, and no other, wherever it stands', async () => {
      await stand.executable();
      for (const [node, chosen] of stand.proxies) {
        const reads = {
          readCluster: () => kernel.readCluster(chosen.url),
          readReplication: () => kernel.readReplication(chosen.url),
          readPromotion: () => kernel.readPromotion(undefined, chosen.url),
        };
        for (const [operation, read] of Object.entries(reads)) {
          for (const each of stand.proxies.values()) each.arm(undefined);
          const { endpoint, skipped, observed } = valueOf<Reading<unknown>>(await read());
          assert.deepEqual([endpoint, skipped], [chosen.url, []], operation);
          assert.equal(observed.nodeId, node, operation);
          for (const [other, { passed }] of stand.proxies)
            assert.equal(passed.length > 0, other === node, `${operation}: ${other}`);
        }
      }
      assert.equal(errorOf(await kernel.readCluster('http://127.0.0.1:1')).code, 'PHASE7_SCOPE_VIOLATION');
      assert.equal(controlRequests(), 0, 'P7-S2: looking asks for no change');
    });

    it('agrees with the cluster itself on who takes writes', async () => {
      await stand.executable();
      const { view } = valueOf(await kernel.readCluster());
      assert.equal(view.members.find(({ role }) => role === 'primary')?.nodeId ?? null, await stand.primary());
      assert.deepEqual(view.members.map(({ nodeId }) => nodeId).toSorted(), [...stand.proxies.keys()].toSorted());
    });

    it('also P7-E1, P7-E2: executed is one request, and what the cluster itself then says', async () => {
      const asked = await stand.executable();
      const { sentence, body } = valueOf(await order(asked));
      assert.equal(controlRequests(), 1);
      await done(asked, `${sentence} ${body}`);
      assert.ok(sentence.includes(asked.node));
    });

    it('also P7-E3: what the cluster refuses is its own words, proven not to be executed, and changes nothing', async () => {
      const asked = await stand.refusable();
      const before = await stand.primary();
      const error = errorOf(await order(asked));
      assert.deepEqual([error.domain, error.outcome], ['KERNEL_REJECTION', 'not_executed'], inspect(error));
      assert.ok((error.kernel?.body ?? '') !== '');
      assert.equal(controlRequests(), 1);
      assert.equal(await stand.primary(), before);
    });

    it('also P7-E2, P7-F3: an answer that is cut off leaves the outcome unknown, and the request is not repeated', async () => {
      const asked = await stand.executable();
      const cut = { how: 'close', side: 'response', where: { kind: 'answer', n: 0 } } as const;
      const error = errorOf(await order(asked, () => stand.proxies.get(asked.node)?.arm(cut)));
      assert.equal(error.outcome, 'unknown');
      assert.equal(controlRequests(), 1);
      // It was executed all the same: "unknown" was the truth, and "not executed" would have been none.
      await done(asked, error.message);
    });

    it('also P7-F1: a request that cannot reach anybody is proven not to be executed', async () => {
      const asked = await stand.executable();
      const before = await stand.primary();
      const reset = { how: 'reset', side: 'request', where: { kind: 'byte', n: 0 } } as const;
      const error = errorOf(await order(asked, () => stand.proxies.get(asked.node)?.arm(reset)));
      assert.notEqual(error.outcome, 'executed');
      assert.equal(await stand.primary(), before);
      assert.ok(!(await stand.isDone(asked)));
    });

    it('also P7-A3: an explanation has every part, and promises nothing', async () => {
      const asked = await stand.executable();
      const { words } = valueOf(await explained(asked));
      for (const text of [words.action, words.undo, words.protection]) assert.match(text, /\S.*\.$/su);
      assert.ok(words.changes.length > 0 && words.rejection.length > 0 && words.reliedOn.length > 0);
      const scopes = new Set(words.consequences.map(({ scope }) => scope));
      assert.deepEqual([...scopes].toSorted(), ['cluster', 'durability', 'node', 'replication']);
      const all = [words.action, words.undo, words.protection, ...words.consequences.map(({ text }) => text)].join(' ');
      assert.doesNotMatch(all, /\b(should|recommend\w*|safe to|guarantee\w*|will succeed)\b/i);
    });

    it("also P7-E2, P7-O3: what answers in a node's place is never believed, and tells nobody a secret", async () => {
      const [node] = stand.proxies.keys();
      assert.ok(node !== undefined);
      for (const [what, take] of Object.entries(HOSTILE)) {
        const { url } = await take();
        const endpoint = url.replace(/^http:/u, new URL(urlsOf(stand.config)[0] ?? '').protocol);
        const secrets = Object.fromEntries(engineOf(ENGINES, stand.config).secrets.map(({ id }) => [id, CANARY]));
        const hostile = valueOf(
          await connect(
            { ...stand.config, endpoints: [endpoint] },
            { secrets, timeouts: { connectMs: 500, readMs: 3_000, controlMs: 3_000 } },
          ),
        );
        const told: unknown[] = [];
        for (const [operation, read] of Object.entries(READS)) {
          const answer = await read(hostile, node, endpoint);
          if (operation !== 'collectDiagnostics') assert.ok(!answer.ok, `${what}: ${operation}`);
          told.push(answer);
        }
        for (const [operation, control] of Object.entries(CONTROLS)) {
          const answer = await control(hostile, node, endpoint);
          const { outcome } = errorOf(answer);
          const provenNot: readonly Outcome[] =
            what === 'nobody listens' || hostile.unsupported[operation as keyof typeof CONTROLS] !== undefined
              ? ['not_executed']
              : ['unknown', 'not_executed'];
          assert.ok(provenNot.includes(outcome), `${what}: ${operation} is ${outcome}`);
          told.push(answer);
        }
        assert.ok(!inspect(told, { depth: 20 }).includes(CANARY), what);
      }
    });
  });
}
