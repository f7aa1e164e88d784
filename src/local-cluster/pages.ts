/** Pages of ordered lists in the contract's form: the newest page, or the page before or after a position. */
import { invalid } from './errors.ts';

/** The query parameters of a paged endpoint. */
export const PAGING: readonly string[] = ['after', 'before', 'limit'];

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;

/** Positions to ask for the pages before and after this one; `null`: there is none. `total`: of the whole list. */
export interface PageFacts {
  readonly next_before: bigint | null;
  readonly next_after: bigint | null;
  readonly total: bigint;
}

function positionOf(query: URLSearchParams, name: 'after' | 'before', least: bigint): bigint | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,20}$/.test(text)) throw invalid(name, `${name} must be a position, in decimal digits.`);
  const position = BigInt(text);
  if (position < least) throw invalid(name, `${name} must be ${least.toString()} or more.`);
  return position;
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? String(DEFAULT_LIMIT);
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > LARGEST_LIMIT) throw invalid('limit', `limit must be a number from 1 to ${LARGEST_LIMIT}.`);
  return limit;
}

/**
 * One page of a list that is ordered by position: with `after`, the items that follow it directly; with `before`, the
 * items directly before it; otherwise the newest. Items at one position stay on one page, because the next page begins
 * at a position.
 */
export function page<T>(
  items: readonly T[],
  position: (item: T) => bigint,
  query: URLSearchParams,
): { readonly items: readonly T[]; readonly page: PageFacts } {
  const after = positionOf(query, 'after', 0n);
  // At least 1: nothing lies before 0, and an empty page could not say how to continue.
  const before = positionOf(query, 'before', 1n);
  const limit = limitOf(query);
  if (after !== undefined && before !== undefined)
    throw invalid('before', 'A page lies before a position or after one: before and after cannot both be given.');
  const parts = (one: number, other: number): boolean => {
    const [left, right] = [items[one], items[other]];
    return left === undefined || right === undefined || position(left) !== position(right);
  };
  let [from, to] = [0, items.length];
  if (after !== undefined) {
    from = items.filter(item => position(item) <= after).length;
    to = Math.min(from + limit, items.length);
    while (!parts(to - 1, to)) to += 1;
  } else {
    if (before !== undefined) to = items.filter(item => position(item) < before).length;
    from = Math.max(0, to - limit);
    while (!parts(from - 1, from)) from -= 1;
  }
  const shown = items.slice(from, to);
  const [older, newer] = [items[from - 1], items[to]];
  // An empty page has no items of its own, so the neighbouring item says where to continue.
  const [first, last] = [shown[0], shown.at(-1)].map(item => (item === undefined ? undefined : position(item)));
  return {
    items: shown,
    page: {
      next_before: older === undefined ? null : (first ?? position(older) + 1n),
      next_after: newer === undefined ? null : (last ?? position(newer) - 1n),
      total: BigInt(items.length),
    },
  };
}
