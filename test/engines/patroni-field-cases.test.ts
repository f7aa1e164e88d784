/**
 * Answers of real clusters as people reported them, with names and addresses replaced, replayed on loopback: what an
 * operator is told of each. A case stands for a class; the others of its class are in the tests beside.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kernel } from '../../src/control-plane/ports.ts';
import type { ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import { connect } from '../../src/engines/connect.ts';
import type { Endpoint } from '../../src/control-plane/clusters/cluster.ts';
import type { PatroniReplica } from '../../src/engines/patroni/views.ts';
import { explainedOf, node, ownOf, promotion, type Answer, type Node } from './patroni.ts';
import { closeAll } from '../support/servers.ts';
import { errorOf, PATIENT, valueOf } from '../support/wire.ts';

interface Spec {
  readonly port: number;
  readonly server?: string;
  readonly routes: Readonly<
    Record<string, { readonly status?: number; readonly type?: string; readonly body: unknown }>
  >;
}

/** A case on free ports: the address that its spec listens at, in every answer, is the one that it has here. */
async function replay(
  name: string,
  endpointOf: (url: string) => readonly (string | Endpoint)[] = url => [url],
  bend: (text: string) => string = text => text,
): Promise<{ readonly kernel: Kernel; readonly server: Node; readonly url: string }> {
  const read = JSON.parse(
    bend(readFileSync(join(import.meta.dirname, 'patroni/field-cases', `${name}.json`), 'utf8')),
  ) as Spec | readonly [Spec];
  const spec = Array.isArray(read) ? (read as readonly [Spec])[0] : (read as Spec);
  const headers = [`Server: ${spec.server ?? 'BaseHTTP/0.6 Python/3.11.2'}`, 'Date: Sat, 28 Nov 2026 07:50:45 GMT'];
  const server: Node = await node(({ method, path }): Answer => {
    const route = spec.routes[`${method} ${path}`] ?? { status: 404, type: 'text/html', body: 'no route' };
    const body =
      typeof route.body === 'string'
        ? route.body
        : JSON.stringify(route.body).replaceAll(`127.0.0.1:${spec.port}`, new URL(server.url).host);
    return { status: route.status ?? 200, type: route.type ?? 'application/json', body, headers };
  });
  const kernel = valueOf(
    await connect({ name: 'field', kind: 'patroni', endpoints: [...endpointOf(server.url)] }, { timeouts: PATIENT }),
  );
  return { kernel, server, url: server.url };
}

function told({ words }: ExplainedReading): { readonly all: string; readonly changes: readonly unknown[] } {
  return {
    all: [words.action, ...words.consequences.map(({ text }) => text), ...words.rejection].join('\n'),
    changes: words.changes.map(({ component, after }) => [component, after]),
  };
}

describe('field cases of Patroni', () => {
  afterEach(closeAll);

  it(
    'also P6-S1: quorum.json: a quorum standby need not hold what was acknowledged: a force asks for it, and neither ' +
      'command claims durability',
    async () => {
      const { kernel } = await replay('quorum');
      const force = valueOf(await kernel.explainPromotion('pg1', 'forced'));
      assert.deepEqual(force.view.overriddenInvariants, ['P6-A1', 'P6-S1']);
      for (const mode of ['forced', 'validated'] as const) {
        const { all } = told(valueOf(await kernel.explainPromotion('pg1', mode)));
        assert.match(
          all,
          /Synchronous mode is quorum: a commit waits for 1 of the quorum standbys, and it is not known for which/u,
        );
        assert.match(all, /Patroni does not prove that every acknowledged write is on the candidate \(P6-S1\)/u);
        assert.doesNotMatch(all, /as a synchronous standby|switches over to a synchronous standby only/u);
      }
    },
  );

  it(
    "same-address.json: an address that several members tell is nobody's: nothing read there is shown as the asked " +
      "member's, and nothing is sent there",
    async () => {
      const { kernel, server } = await replay('same-address');
      for (const name of ['pg0', 'pg1', 'pg2']) {
        const { view, notes } = valueOf(await kernel.readNode(name));
        assert.deepEqual(
          [view.source, ownOf(view.member)?.written, ownOf(view.member)?.received],
          ['reported', null, null],
          name,
        );
        assert.match(notes.join('\n'), /is that of .* too: which member answers there is not known/u);
      }
      assert.match(errorOf(await kernel.explainPromotion('pg1', 'validated')).message, /is that of pg0, pg2 too/u);
      assert.equal(valueOf(await kernel.readCluster()).observed.nodeId, null);
      assert.ok(server.received.every(({ path }) => path === '/cluster'));
    },
  );

  it(
    'same-address.json: an endpoint that is said to lead to a member, and leads to another one, shows nothing of ' +
      'that, and nothing is sent',
    async () => {
      const { kernel, server } = await replay('same-address', at => [{ url: at, member: 'pg1' }]);
      const { view, notes } = valueOf(await kernel.readNode('pg1'));
      assert.deepEqual([view.source, ownOf(view.member)?.written, view.member.lagBytes], ['reported', null, 9000000n]);
      assert.match(notes.join('\n'), /member pg0 answered/u);
      const error = errorOf(await kernel.explainPromotion('pg1', 'validated'));
      assert.deepEqual([error.code, error.outcome], ['PHASE7_INVALID_KERNEL_RESPONSE', 'not_executed']);
      assert.match(error.message, /member pg0 answered where the candidate pg1 was asked/u);
      assert.ok(server.received.every(({ method }) => method === 'GET'));
      assert.equal(errorOf(await kernel.readWal('pg1')).code, 'PHASE7_CONNECTION_FAILED');
      const right = valueOf(
        await (await replay('same-address', at => [{ url: at, member: 'pg0' }])).kernel.readNode('pg0'),
      );
      assert.deepEqual([right.view.source, ownOf(right.view.member)?.written], ['self', 184691720n]);
    },
  );

  it(
    'member-without-address.json: a member without an address is shown as such, and the rest of the cluster is ' +
      'whole',
    async () => {
      const { kernel } = await replay('member-without-address');
      const { view, notes } = valueOf(await kernel.readCluster());
      assert.deepEqual(
        view.members.map(({ nodeId, apiUrl }) => [nodeId, apiUrl === null]),
        [
          ['pg-0', false],
          ['pg-1', true],
          ['pg-2', false],
        ],
      );
      assert.match(notes.join('\n'), /pg-1: Patroni reports no address of it \(api_url\)/u);
      assert.equal(valueOf(await kernel.readNode('pg-0')).view.source, 'self', 'its leader can be inspected');
      assert.equal(valueOf(await kernel.readNode('pg-1')).view.source, 'reported');
      const reached = await replay(
        'member-without-address',
        url => [{ url, member: 'pg-1' }],
        text => text.replace('"scope":"demo","name":"pg-0"', '"scope":"demo","name":"pg-1"'),
      );
      assert.equal(
        valueOf(await reached.kernel.explainPromotion('pg-1', 'forced')).view.target,
        'pg-1',
        'an endpoint that names it makes it reachable',
      );
    },
  );

  it('node-timeline-null.json: a timeline of null is unknown, and the rest of the node is shown', async () => {
    const { kernel } = await replay('node-timeline-null');
    const { view } = valueOf(await kernel.readNode('patronidemo-2'));
    assert.deepEqual(
      [view.source, view.epoch, ownOf(view.member)?.timeline, ownOf(view.member)?.received],
      ['self', null, null, 67108960n],
    );
    assert.deepEqual(
      view.sections?.[0]?.entries.filter(({ key }) =>
        ['PostgreSQL version', 'started', 'configuration store last seen'].includes(key),
      ),
      [
        { key: 'PostgreSQL version', value: '16.4' },
        { key: 'started', value: '2024-09-15T19:32:03.555Z' },
        { key: 'configuration store last seen', value: '2024-09-15T19:32:33.000Z' },
      ],
    );
  });

  it(
    "also P7-E2: server-header.json: a refusal in Patroni's own words is not executed, whatever " +
      'restapi.server_tokens says; the tag is told beforehand',
    async () => {
      const { kernel, url } = await replay('server-header');
      assert.match(
        told(valueOf(await kernel.explainPromotion('pg1', 'validated'))).all,
        /"pg1" carries the tag nofailover: true, with which Patroni refuses it/u,
      );
      const error = errorOf(await kernel.promote({ ...promotion(url, 'validated', 'pg0'), target: 'pg1' }));
      assert.deepEqual([error.code, error.outcome], ['PATRONI_HTTP_412', 'not_executed']);
    },
  );

  it('standby-cluster.json: the candidate becomes the standby leader: no promotion, no new timeline, no writes', async () => {
    const { kernel } = await replay('standby-cluster');
    for (const mode of ['validated', 'forced'] as const) {
      const { all, changes } = told(valueOf(await kernel.explainPromotion('standby-from-cluster-1', mode)));
      assert.match(all, /becomes the standby leader: it stays in recovery and follows the other cluster/u);
      assert.match(all, /accept no writes before, during and after this/u);
      assert.doesNotMatch(all, /promotes its PostgreSQL|on the new timeline/u);
      assert.deepEqual(changes.at(-1), ['timeline', '1, no new one']);
      assert.deepEqual(changes.at(-2), ['role', 'standby_leader']);
    }
  });

  it('slow-answer.json: Patroni waits twice its loop_wait: it is said, and the answer is waited for longer than that', async () => {
    const { kernel } = await replay('slow-answer');
    const reading = explainedOf(await kernel.explainPromotion('pg1', 'validated'));
    assert.deepEqual([reading.facts.patroniWaits, reading.view.answerMs], [80, 110_000]);
    assert.match(
      told(reading).all,
      /Patroni waits 80 seconds for the request to be carried out, .* This program waits 110 seconds for the answer/u,
    );
  });

  it("also P7-E2: slow-answer.json: an answer that comes after the configured limit, and within Patroni's own, is heard", async () => {
    const { server, url } = await replay('slow-answer');
    const quick = valueOf(
      await connect({ name: 'field', kind: 'patroni', endpoints: [url] }, { timeouts: { ...PATIENT, controlMs: 1 } }),
    );
    server.answer = request =>
      request.method === 'POST'
        ? {
            status: 200,
            type: 'text/html',
            body: 'Successfully switched over to "pg1"',
            headers: ['Server: BaseHTTP/0.6', 'Date: Sat, 28 Nov 2026 07:50:45 GMT'],
          }
        : undefined;
    const request = { ...promotion(url, 'validated', 'pg0'), target: 'pg1' };
    assert.equal(valueOf(await quick.promote({ ...request, answerMs: 110_000 })).result.outcome, 'executed');
  });

  it('lag-of-4.1.json: receive lag and replay lag are shown apart, and why a restart is pending', async () => {
    const { kernel } = await replay('lag-of-4.1');
    const { view, notes } = valueOf(await kernel.readReplication());
    assert.deepEqual(
      (view.replicas as readonly PatroniReplica[]).map(
        ({ nodeId, receiveLag, replayLag, receivedOffset, appliedOffset }) => [
          nodeId,
          receiveLag,
          replayLag,
          receivedOffset,
          appliedOffset,
        ],
      ),
      [
        ['patroni1', 0n, 5616688n, 0x4bf1900n, 0x46964d0n],
        ['patroni3', 0n, 0n, 0x4bf1900n, 0x4bf1900n],
        ['patroni4', undefined, undefined, null, null],
      ],
    );
    assert.match(
      notes.join('\n'),
      /Receive lag is what a replica has not received; replay lag is what it has not replayed/u,
    );
    const {
      view: { members },
    } = valueOf(await kernel.readCluster());
    assert.equal(
      ownOf(members[2])?.marks,
      'nofailover: true, failover_priority: 0, dc: [withheld], restart pending for max_connections 201 → 202',
    );
  });
});
