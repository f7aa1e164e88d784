/** Pages of what a node keeps: the newest page first, and older and newer ones that join up to the whole. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { page } from '../../src/local-cluster/pages.ts';
import { seedFrom } from '../support/seed.ts';
import {
  at,
  demote,
  errorCode,
  listAt,
  textAt,
  withCluster,
  type Json,
  type TestNode,
} from '../support/test-cluster.ts';

const SEED = seedFrom('AERODB_PAGES_SEED');

interface Taken {
  readonly items: readonly bigint[];
  readonly page: { readonly next_before: bigint | null; readonly next_after: bigint | null; readonly total: bigint };
}

function taken(items: readonly bigint[], asked: Readonly<Record<string, string>>): Taken {
  return page(items, position => position, new URLSearchParams(asked));
}

/** Follows one side to its end; each list of items is one page. */
function walked(items: readonly bigint[], limit: string, side: 'before' | 'after', from: string): readonly Taken[] {
  const pages: Taken[] = [];
  for (let next: string | null = from; next !== null; ) {
    const one: Taken = taken(items, { limit, ...(next === '' ? {} : { [side]: next }) });
    pages.push(one);
    assert.ok(pages.length <= items.length + 1, 'it comes to an end');
    next = (side === 'before' ? one.page.next_before : one.page.next_after)?.toString() ?? null;
  }
  return pages;
}

describe('pages of an ordered list', () => {
  it(`also P7-O1: pages join up to the whole from either end, none empty, none too long (seed ${SEED})`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(0n, 60n), { maxLength: 60 }).map(all => all.sort((a, b) => Number(a - b))),
        fc.integer({ min: 1, max: 70 }),
        (items, limit) => {
          const older = walked(items, String(limit), 'before', '');
          assert.deepEqual(
            older.toReversed().flatMap(one => one.items),
            items,
          );
          assert.equal(older[0]?.page.next_after, null, 'the page without a position is the newest');
          // A position of 0 is before any that can be asked after.
          const positive = items.filter(item => item > 0n);
          const newer = walked(positive, String(limit), 'after', '0');
          assert.deepEqual(
            newer.flatMap(one => one.items),
            positive,
          );
          assert.equal(newer[0]?.page.next_before, null);
          for (const one of [...older, ...newer]) {
            assert.ok(one.items.length > 0 || items.length === 0 || positive.length === 0);
            const [first, last] = [one.items[0], one.items.at(-1)];
            const tied = one.items.filter(item => item === first || item === last).length;
            assert.ok(one.items.length <= limit || tied > one.items.length - limit, 'longer only for what is tied');
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('also P7-O1: from every position it is said what lies on both sides, also where the page is empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt(0n, 40n), { maxLength: 30 }).map(all => all.sort((a, b) => Number(a - b))),
        fc.bigInt(0n, 50n),
        fc.integer({ min: 1, max: 9 }),
        (items, position, limit) => {
          const asked: [string, bigint][] = [['after', position]];
          if (position > 0n) asked.push(['before', position]);
          for (const [side, from] of asked) {
            const { items: shown, page: facts } = taken(items, { limit: String(limit), [side]: from.toString() });
            const older = facts.next_before === null ? [] : items.filter(item => item < (facts.next_before ?? 0n));
            const newer = facts.next_after === null ? [] : items.filter(item => item > (facts.next_after ?? 0n));
            assert.deepEqual([...older, ...shown, ...newer], items, side);
            assert.equal(facts.next_before === null, older.length === 0, side);
            assert.equal(facts.next_after === null, newer.length === 0, side);
            assert.equal(facts.total, BigInt(items.length));
          }
        },
      ),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

describe('the pages of a node', function () {
  this.timeout(120_000);

  const seqs = (body: Json): readonly number[] =>
    listAt(body, 'data.events').map(event => Number(textAt(event, 'seq')));
  const range = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from + 1 }, (_none, index) => from + index);
  const facts = (body: Json): readonly (Json | undefined)[] =>
    ['next_before', 'next_after', 'total'].map(name => at(body, `data.${name}`));

  async function positions(node: TestNode, path: string, list: string, position: string): Promise<readonly string[]> {
    const all: string[] = [];
    for (let before: string | null = ''; before !== null; ) {
      const { body }: { readonly body: Json } = await node.get(`${path}?limit=1${before && `&before=${before}`}`);
      all.unshift(...listAt(body, `data.${list}`).map(item => textAt(item, position)));
      assert.equal(Number(textAt(body, 'data.total')), listAt((await node.get(path)).body, `data.${list}`).length);
      const next = at(body, 'data.next_before') === null ? null : textAt(body, 'data.next_before');
      assert.notEqual(next, before, 'each page is older');
      before = next;
    }
    return all;
  }

  it('also P7-O1, P6-O1: the newest 100 events come first, and every older one can be reached', () =>
    withCluster({ nodes: 1 }, async cluster => {
      const node = cluster.node(1);
      assert.deepEqual(facts((await node.get('/v1/promotion')).body), [null, null, '0']);
      for (let nth = 0; nth < 70; nth += 1) assert.equal((await demote(node)).status, 409);
      const get = async (query: string): Promise<Json> => (await node.get(`/v1/promotion${query}`)).body;

      const newest = await get('');
      assert.deepEqual(seqs(newest), range(111, 210));
      assert.deepEqual(facts(newest), ['111', null, '210']);
      const middle = await get('?before=111');
      assert.deepEqual(seqs(middle), range(11, 110));
      assert.deepEqual(facts(middle), ['11', '110', '210']);
      const oldest = await get('?before=11');
      assert.deepEqual(seqs(oldest), range(1, 10));
      assert.deepEqual(facts(oldest), [null, '10', '210']);
      assert.deepEqual(facts(await get('?before=1')), [null, '0', '210']);
      assert.deepEqual(seqs(await get('?before=18446744073709551615&limit=3')), range(208, 210));

      // As before: a page after a position begins there.
      const after = await get('?after=0');
      assert.deepEqual(seqs(after), range(1, 100));
      assert.deepEqual(facts(after), [null, '100', '210']);
      assert.deepEqual(facts(await get('?after=110')), ['111', null, '210']);
      assert.deepEqual([seqs(await get('?after=500')), facts(await get('?after=500'))], [[], ['211', null, '210']]);
      assert.deepEqual(seqs(await get('?limit=1')), [210]);
      assert.deepEqual(seqs(await get('?limit=1000')), range(1, 210));

      for (const [query, field] of [
        ['?before=0', 'before'],
        ['?before=-1', 'before'],
        ['?before=x', 'before'],
        ['?before=', 'before'],
        ['?before=123456789012345678901', 'before'],
        ['?after=1&before=2', 'before'],
        ['?before=2&after=1', 'before'],
        ['?before=2&limit=0', 'limit'],
      ] as const) {
        const refused = await node.get(`/v1/promotion${query}`);
        assert.deepEqual(
          [refused.status, errorCode(refused), at(refused.body, 'error.details.field')],
          [400, 'AERO_INVALID_REQUEST', field],
          query,
        );
      }
    }));

  it('also P7-O1: segments and snapshots join up from pages of one, and what shares a position stays together', () =>
    withCluster({ nodes: 1, flags: ['--segment-bytes', '1024', '--checkpoint-every', '40'] }, async cluster => {
      const node = cluster.node(1);
      for (let nth = 0; nth < 100; nth += 1) assert.equal((await node.write(`key ${nth}`)).status, 200);
      const ends = listAt((await node.get('/v1/wal')).body, 'data.segments').map(one => textAt(one, 'end_offset'));
      assert.ok(ends.length > 3, ends.join());
      assert.deepEqual(await positions(node, '/v1/wal', 'segments', 'end_offset'), ends);
      const ids = listAt((await node.get('/v1/snapshots')).body, 'data.items').map(item => textAt(item, 'id'));
      assert.equal(ids.length, 3);
      assert.deepEqual(await positions(node, '/v1/snapshots', 'items', 'id'), ids);
      const page = (await node.get('/v1/snapshots?limit=1')).body;
      assert.deepEqual(
        listAt(page, 'data.items').map(item => textAt(item, 'kind')),
        ['snapshot', 'checkpoint'],
      );
      for (const path of ['/v1/wal', '/v1/snapshots'])
        assert.equal((await node.get(`${path}?after=1&before=2`)).status, 400, path);
    }));
});
