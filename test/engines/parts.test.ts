/** Parts of what kernels keep: which part an answer is, from whom, and that none passes for the whole. */
import assert from 'node:assert/strict';
import type { Document, DocumentedReading } from '../../src/control-plane/model/document.ts';
import type { Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import { partOf } from '../support/documents.ts';
import { cluster as patroniCluster, HISTORY, json } from './patroni.ts';
import { closeAll, kernelServer, type HttpRunning } from '../support/servers.ts';
import {
  clusterOf,
  dataOf,
  envelope,
  errorOf,
  event,
  kernelOf,
  N1,
  N2,
  REQUEST,
  valueOf,
  type Wire,
} from '../support/wire.ts';

const PATHS = ['/v1/promotion', '/v1/wal', '/v1/snapshots'] as const;
const LISTS = { '/v1/promotion': 'events', '/v1/wal': 'segments', '/v1/snapshots': 'items' } as const;
type Path = keyof typeof LISTS;

/** An item of a list at a position. */
function item(path: Path, position: number): Wire {
  const [own] = (dataOf(path, N1, {}) as Record<string, readonly Wire[]>)[LISTS[path]] ?? [];
  const place = { '/v1/promotion': 'seq', '/v1/wal': 'end_offset', '/v1/snapshots': 'commit_id' }[path];
  return {
    ...own,
    first_offset: String(position - 1),
    [place]: String(position),
    ...(path === '/v1/promotion' ? {} : { id: `id-${position}` }),
  };
}

/** A node that answers a paged path with these positions and members, whatever it is asked. */
async function node(path: Path, positions: readonly number[], facts: Wire): Promise<HttpRunning> {
  return await kernelServer(N1, {}, asked => {
    if (asked.path.split('?')[0] !== path) return undefined;
    const data = Object.entries(dataOf(path, N1, {}) as Wire).filter(
      ([name]) => !['next_before', 'next_after', 'total'].includes(name),
    );
    return {
      status: 200,
      value: envelope(N1, {
        ...Object.fromEntries(data),
        [LISTS[path]]: positions.map(position => item(path, position)),
        ...facts,
      }),
    };
  });
}

async function read(kernel: Kernel, path: Path, before?: string): Promise<Result<DocumentedReading<unknown>>> {
  switch (path) {
    case '/v1/promotion':
      return await kernel.readPromotion({ node: N1, before });
    case '/v1/wal':
      return await kernel.readWal(N1, before);
    case '/v1/snapshots':
      return await kernel.readSnapshots(N1, before);
  }
}

function machineIsDrawn({ sections }: Document): boolean {
  return sections.some(({ blocks }) => blocks.some(({ is }) => is === 'states'));
}

describe('parts of ordered lists', () => {
  afterEach(closeAll);

  const NAMES = {
    '/v1/promotion': { many: 'events', range: 'events #7 to #9' },
    '/v1/wal': { many: 'segments', range: 'segments id-7 to id-9' },
    '/v1/snapshots': { many: 'snapshots and checkpoints', range: 'snapshots and checkpoints from id-7 to id-9' },
  } as const;
  for (const path of PATHS) {
    const { many, range } = NAMES[path];
    it(`also P7-O1: ${many}: a part says which one it is, and the whole says nothing`, async () => {
      for (const [facts, said] of [
        [{ next_before: null, next_after: null, total: '3' }, ''],
        [{ next_before: null, next_after: null, total: null }, ''],
        [{ next_after: null }, ''],
        [{ next_before: '7', next_after: null, total: '12' }, `Showing the newest 3 of 12 ${many}; 9 older.`],
        [{ next_before: '7', next_after: null }, `Showing the newest 3 ${many}; there are older ones.`],
        // A count that does not go with what is there is not believed.
        [{ next_before: '7', next_after: null, total: '3' }, `Showing the newest 3 ${many}; there are older ones.`],
        [
          { next_before: '7', next_after: '9', total: '12' },
          `Showing ${range}. There are older ones and newer ones. 12 in all.`,
        ],
        [
          { next_before: null, next_after: '9', total: null },
          `Showing ${range}. There are newer ones and no older ones.`,
        ],
        [{ next_after: '9' }, `Showing ${range}. There are newer ones and no older ones.`],
      ] as const) {
        const { url } = await node(path, [7, 8, 9], facts);
        const reading = valueOf(await read(await kernelOf(clusterOf([url])), path));
        assert.equal(partOf(reading.document()), said, JSON.stringify(facts));
        // The way of the last attempt is in the newest events, or it is not drawn.
        if (path === '/v1/promotion') assert.equal(machineIsDrawn(reading.document()), facts.next_after === null);
        const isOld = !('next_before' in facts) && facts.next_after !== null;
        assert.equal(
          reading.notes.some(note => /newest entries are not in this answer and cannot be requested there/.test(note)),
          isOld,
        );
      }
    });

    it(`also P7-E2: ${many}: an answer that is not the older part that was asked for is refused`, async () => {
      const facts = { next_before: '7', next_after: '9', total: '20' };
      const whole = { next_before: null, next_after: null, total: '3' };
      for (const [positions, given, isRefused] of [
        [[7, 8, 9], facts, false],
        [[], whole, false],
        [[7, 8, 10], facts, true],
        [[7, 8, 11], whole, true],
        // A node that does not know "before" answers with its oldest part.
        [[7, 8, 9], { next_after: '9' }, true],
        [[7, 8, 9], { next_after: null }, true],
      ] as const) {
        const server = await node(path, positions, given);
        const told = await read(await kernelOf(clusterOf([server.url])), path, '10');
        assert.equal(told.ok, !isRefused, JSON.stringify([positions, given]));
        if (!told.ok) {
          assert.equal(told.error.code, 'PHASE7_INVALID_KERNEL_RESPONSE');
          assert.match(told.error.message, /is not the part before 10 that was asked for.*nothing was executed/);
        }
        const asked = server.received.filter(one => one.path.startsWith(path));
        assert.deepEqual(
          asked.map(one => one.path),
          [`${path}?before=10`],
          'one question, and no other in its place',
        );
      }
    });
  }

  it('also P7-D1: events that cannot be read are counted neither as shown nor as older', async () => {
    const { url } = await kernelServer(N1, {}, asked =>
      asked.path !== '/v1/promotion'
        ? undefined
        : {
            status: 200,
            value: envelope(N1, {
              ...(dataOf('/v1/promotion', N1, {}) as Wire),
              events: [7, event(REQUEST), { ...event(REQUEST), seq: 'x' }],
              next_before: '8',
              total: '10',
            }),
          },
    );
    const reading = valueOf(await (await kernelOf(clusterOf([url]))).readPromotion());
    assert.equal(partOf(reading.document()), 'Showing the newest 1 of 10 events; 7 older.');
    assert.equal(reading.view.unreadable, 2n);
  });

  it('the newest stand first, in every list', async () => {
    const server = await node('/v1/promotion', [7, 8, 11], { next_before: null, next_after: null, total: '3' });
    const { view, document } = valueOf(await (await kernelOf(clusterOf([server.url]))).readPromotion());
    assert.deepEqual(
      view.events.map(({ seq }) => seq),
      [7n, 8n, 11n],
      'as the node told them',
    );
    const events = document().sections.flatMap(({ blocks }) =>
      blocks.flatMap(one => (one.is === 'events' ? [one] : [])),
    );
    assert.deepEqual(
      events.map(({ entries, isNewestFirst }) => [
        isNewestFirst,
        entries.map(one => (one.is === 'gap' ? `${one.from}-${one.to}` : one.seq)),
      ]),
      [[true, ['11', '9-10', '8', '7']]],
    );
    for (const path of ['/v1/wal', '/v1/snapshots'] as const) {
      const { url } = await node(path, [7, 8, 9], { next_before: '7', next_after: null, total: '12' });
      const shown = valueOf(await read(await kernelOf(clusterOf([url])), path)).document();
      const tables = shown.sections.flatMap(({ blocks }) =>
        blocks.flatMap(one => (one.is === 'table' ? [one.table] : [])),
      );
      assert.deepEqual(
        tables.at(-1)?.rows.map(([id]) => id),
        ['id-9', 'id-8', 'id-7'],
      );
    }
  });

  it('the picture of the log says where the segments of the answer lie, and how many others there are', async () => {
    for (const [facts, shown] of [
      [{ next_before: null, next_after: null, total: '3' }, null],
      [
        { next_before: '7', next_after: null, total: '12' },
        { from: '6', to: '77', total: '12' },
      ],
      [
        { next_before: '7', next_after: '9', total: null },
        { from: '6', to: '9', total: null },
      ],
      [{ next_after: '9' }, { from: '0', to: '9', total: null }],
    ] as const) {
      const { url } = await node('/v1/wal', [7, 8, 9], facts);
      const { sections } = valueOf(await (await kernelOf(clusterOf([url]))).readWal(N1)).document();
      const rulers = sections.flatMap(({ blocks }) => blocks.flatMap(one => (one.is === 'ruler' ? [one.ruler] : [])));
      assert.deepEqual(
        rulers.map(ruler => ruler.shown),
        [shown],
      );
    }
  });

  it('also P7-D1: the history of a node is told by that node, or by nobody', async () => {
    const urls: Record<string, string> = {};
    const [one, two] = [await kernelServer(N1, urls), await kernelServer(N2, urls)];
    const kernel = await kernelOf(clusterOf([one.url, two.url]));
    assert.equal(valueOf(await kernel.readPromotion()).observed.nodeId, N1);
    assert.equal(valueOf(await kernel.readPromotion({ node: N2 })).observed.nodeId, N2);
    assert.ok(one.received.filter(({ path }) => path.startsWith('/v1/promotion')).length === 1);
    await two.close();
    const gone = errorOf(await kernel.readPromotion({ node: N2 }));
    assert.equal(gone.outcome, 'not_executed');
    assert.ok(one.received.filter(({ path }) => path.startsWith('/v1/promotion')).length === 1, 'not asked instead');
  });

  it('also P7-D1: Patroni: a member that is named tells the history itself, or nobody does; it is whole', async () => {
    const demo = await patroniCluster();
    const kernel = await demo.kernel();
    const reading = valueOf(await kernel.readPromotion({ node: 'pg2' }));
    assert.deepEqual(
      [reading.observed.nodeId, reading.endpoint, reading.view.total],
      ['pg2', demo.pg2.url, BigInt(HISTORY.length)],
    );
    assert.equal(partOf(reading.document()), '');
    const histories = (one: typeof demo.pg1): number => one.received.filter(({ path }) => path === '/history').length;
    assert.deepEqual([histories(demo.pg1), histories(demo.pg2)], [0, 2]);

    const asked = demo.pg1.received.length + demo.pg2.received.length;
    for (const refused of [
      await kernel.readPromotion({ node: 'pg2', before: '3' }),
      await kernel.readWal('pg2', '3'),
    ]) {
      const { code, field, message } = errorOf(refused);
      assert.deepEqual([code, field], ['PHASE7_OPERATION_UNSUPPORTED', 'before']);
      assert.match(message, / always [^.]*\. There is no older part to ask for\. Nothing was sent\.$/);
    }
    assert.equal(demo.pg1.received.length + demo.pg2.received.length, asked);

    // Another member answers at the address of pg2.
    demo.pg2.answer = ({ path }) =>
      path === '/patroni'
        ? json({ state: 'running', role: 'replica', patroni: { name: 'pg3', scope: 'demo' } })
        : undefined;
    const other = errorOf(await kernel.readPromotion({ node: 'pg2' }));
    assert.match(other.message, /answered where member pg2 was asked|not Patroni's answer/);
    assert.equal(histories(demo.pg2), 2);
  });
});
