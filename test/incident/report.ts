/** What a report proves of order by its own words, and the judge that holds it against what truly happened. */
import assert from 'node:assert/strict';
import type { AnswerSheet, Entry, Reconstruction } from '../../src/reconstruction/model.ts';

/** The sheet of a request. */
export function sheetOf({ requests }: Reconstruction, requestId: string): AnswerSheet {
  return requests.find(sheet => sheet.requestId === requestId) ?? assert.fail(`no sheet of request ${requestId}`);
}

/** A sheet without the places to which it points: those of another list of the same incident are others. */
export function withoutPlaces(sheet: AnswerSheet): unknown {
  return JSON.parse(JSON.stringify(sheet), (key, value: unknown) =>
    key === 'entry' || key === 'source' ? undefined : value,
  );
}

/** Pairs of entries of which the report says that one is earlier: by its source, by "after", and by a block. */
export class ProvenOrder {
  readonly #earlier = new Map<number, ReadonlySet<number>>();

  constructor({ entries }: Reconstruction) {
    const last = new Map<string, number>();
    for (const { n, source, after, block } of entries) {
      const own = last.get(source);
      const direct = [...(own === undefined ? [] : [own]), ...after.map(({ entry }) => entry)];
      this.#earlier.set(
        n,
        new Set([
          ...direct,
          ...direct.flatMap(each => [...(this.#earlier.get(each) ?? [])]),
          ...entries.filter(each => each.is !== 'gap' && each.block < block).map(each => each.n),
        ]),
      );
      last.set(source, n);
    }
  }

  isBefore(first: number, second: number): boolean {
    return this.#earlier.get(second)?.has(first) === true;
  }
}

/** How many pairs of entries of two sources were compared with the truth, and of how many the report tells an order. */
export interface Compared {
  readonly pairs: number;
  readonly ordered: number;
}

/**
 * Fails where the report orders two entries falsely, leaves an order untold, or tells it in two ways. `isFalse` is the
 * truth: that the first of two happened after the second.
 */
export function compareOrder(report: Reconstruction, isFalse: (first: Entry, second: Entry) => boolean): Compared {
  const proven = new ProvenOrder(report);
  const entries = report.entries.filter(({ is }) => is !== 'gap');
  let [pairs, ordered] = [0, 0];
  for (const [index, first] of entries.entries()) {
    for (const second of entries.slice(index + 1)) {
      if (first.source === second.source) continue;
      const what = `entries ${first.n} and ${second.n}`;
      const isOrdered = proven.isBefore(first.n, second.n);
      assert.ok(!proven.isBefore(second.n, first.n), `${what} stand in the wrong order`);
      if (isOrdered) assert.ok(!isFalse(first, second), `${what} are ordered, and not as they happened`);
      for (const [one, other] of [
        [first, second],
        [second, first],
      ] as const)
        assert.equal(isUnordered(one, other), !isOrdered, `entry ${one.n} says something else of ${other.n}`);
      pairs += 1;
      if (isOrdered) ordered += 1;
    }
  }
  return { pairs, ordered };
}

/** The truth where all clocks are that of one machine: what has an earlier millisecond was earlier. */
export function isLaterByTheOneClock(first: Entry, second: Entry): boolean {
  return timeOf(first) > timeOf(second);
}

function timeOf(entry: Entry): number {
  assert.ok(entry.is !== 'gap' && entry.time !== null, `entry ${entry.n} has no time`);
  return Date.parse(entry.time);
}

function isUnordered({ unordered }: Entry, { n, source }: Entry): boolean {
  return unordered.some(range => range.source === source && range.from <= n && n <= range.to);
}

/** A text of 80 columns as one line, so that what was broken in it is found. */
export function unwrapped(text: string): string {
  return text.replaceAll(/\s+/gu, ' ');
}

/** Fails where a page takes anything from elsewhere, can run anything, or opens and closes its elements wrongly. */
export function checkPage(page: string): void {
  assert.doesNotMatch(page, /<(?:script|link|img|iframe|object|embed|form|base)\b/iu);
  assert.doesNotMatch(page, /\s(?:src|srcset|action|on[a-z]+|style)=/iu);
  assert.doesNotMatch(page, /\bhref="(?!#)|url\(|@import/iu);
  const open: string[] = [];
  for (const [, end = '', name = ''] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^<>]*>/giu)) {
    if (['meta', 'br'].includes(name)) continue;
    if (end === '') open.push(name);
    else assert.equal(open.pop(), name);
  }
  assert.deepEqual(open, []);
}

/** The text of a page, as a person reads it. */
export function textOfPage(page: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  const body = page.slice(page.indexOf('<body>')).replaceAll(/<[^>]*>/gu, ' ');
  return unwrapped(body.replaceAll(/&([a-z0-9#]+);/gu, (_all, name: string) => entities[name] ?? assert.fail(name)));
}
