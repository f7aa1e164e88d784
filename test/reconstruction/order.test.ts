/** Order is a claim: incidents with a known true order, clocks that are an hour off, and what is shown of them. */
import assert from 'node:assert/strict';
import { reconstruct } from '../../src/reconstruction/reconstruct.ts';
import type { Entry, Reconstruction } from '../../src/reconstruction/model.ts';
import { generator } from '../support/seed.ts';
import { ALL, eventKey, recordKey, world, type Key, type World } from './world.ts';

const SEEDS = 1200;

/** What a reader can take from the list alone: a source's own order, and what each entry says that it is after. */
class Shown {
  readonly #before = new Map<number, Set<number>>();

  constructor({ entries }: Reconstruction) {
    const last = new Map<string, number>();
    for (const { n, source, after } of entries) {
      const own = new Set<number>();
      for (const earlier of [last.get(source), ...after.map(({ entry }) => entry)]) {
        if (earlier === undefined) continue;
        own.add(earlier);
        for (const more of this.#before.get(earlier) ?? []) own.add(more);
      }
      this.#before.set(n, own);
      last.set(source, n);
    }
  }

  isBefore(a: number, b: number): boolean {
    return this.#before.get(b)?.has(a) === true;
  }
}

function keysOf(shown: Reconstruction): ReadonlyMap<Key, Entry> {
  const labels = new Map(shown.sources.map(({ id, label }) => [id, label.replace('history of node ', '')]));
  return new Map(
    shown.entries.flatMap((entry): readonly (readonly [Key, Entry])[] => {
      if (entry.is === 'gap') return [];
      return [
        [entry.is === 'record' ? recordKey(entry.hash) : eventKey(labels.get(entry.source) ?? '', entry.seq), entry],
      ];
    }),
  );
}

function shownOf(seed: number): { readonly truth: World; readonly shown: Reconstruction } {
  const truth = world(generator(seed));
  return { truth, shown: reconstruct({ asked: ALL, logs: truth.logs, evidence: truth.evidence }) };
}

describe('the order of a reconstruction', () => {
  it(`of ${SEEDS} incidents: nothing is shown in a false order, and what a link orders is shown as ordered`, () => {
    let pairs = 0;
    let linked = 0;
    let unordered = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { truth, shown } = shownOf(seed);
      const order = new Shown(shown);
      const keys = [...keysOf(shown)].map(([key, entry]) => ({ entry, moment: truth.moments.get(key) ?? Number.NaN }));
      for (const a of keys) {
        for (const b of keys) {
          if (a.entry.n === b.entry.n) continue;
          const isBefore = order.isBefore(a.entry.n, b.entry.n);
          if (isBefore) {
            pairs += 1;
            assert.ok(a.moment < b.moment, `seed ${seed}: ${a.entry.n} is shown before ${b.entry.n}, and was after it`);
            assert.ok(a.entry.n < b.entry.n, `seed ${seed}: ${b.entry.n} is after ${a.entry.n}, and listed before it`);
          } else if (a.entry.block < b.entry.block) {
            assert.fail(`seed ${seed}: the blocks of ${a.entry.n} and ${b.entry.n} claim an order that is not proven`);
          } else if (!order.isBefore(b.entry.n, a.entry.n)) {
            unordered += 1;
          }
          const isMarked = a.entry.unordered.some(
            ({ source, from, to }) => source === b.entry.source && b.entry.n >= from && b.entry.n <= to,
          );
          assert.equal(
            isMarked,
            !isBefore && !order.isBefore(b.entry.n, a.entry.n),
            `seed ${seed}: ${a.entry.n}, ${b.entry.n}`,
          );
        }
      }
      const all = keysOf(shown);
      for (const [earlier, later, needs = earlier] of truth.links) {
        const [a, b] = [all.get(earlier), all.get(later)];
        if (a === undefined || b === undefined || !all.has(needs)) continue;
        linked += 1;
        assert.ok(order.isBefore(a.n, b.n), `seed ${seed}: ${a.n} and ${b.n} are linked, and shown as unordered`);
      }
      assert.deepEqual(shown.contradictions, [], `seed ${seed}`);
      assert.ok(shown.isSound, `seed ${seed}`);
    }
    // A generator that made up nothing to find would prove nothing.
    assert.ok(linked > SEEDS && pairs > 100 * SEEDS && unordered > 100 * SEEDS, `${linked}, ${pairs}, ${unordered}`);
  }).timeout(300_000);

  it('everything that was given is listed, once', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const { truth, shown } = shownOf(seed);
      const records = truth.logs.flatMap(({ records: own }) => own).length;
      const events = new Set(
        truth.evidence.flatMap(({ evidence: { observed, view } }) =>
          view.events.map(({ seq }) => eventKey(String(observed.nodeId), seq)),
        ),
      ).size;
      assert.equal(shown.entries.filter(({ is }) => is !== 'gap').length, records + events, `seed ${seed}`);
      assert.deepEqual(
        shown.entries.map(({ n }) => n),
        shown.entries.map((_, index) => index + 1),
      );
    }
  });
});
