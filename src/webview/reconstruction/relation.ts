/** How entries stand to the one that is chosen: by what is proven, and never by nearness in time. */
import type { Entry } from '../../reconstruction/model.ts';

export type Relation = 'chosen' | 'earlier' | 'later' | 'unknown';

/**
 * Inside of a source the order is its own. Of another source, everything before the unordered stretch is proven to be
 * earlier and everything behind it to be later; without such a stretch, the list is the order. A gap is no entry: what
 * lies in it has no order to other sources.
 */
export function relationOf(entry: Entry, chosen: Entry): Relation {
  if (entry.n === chosen.n) return 'chosen';
  if (entry.source !== chosen.source) {
    if (entry.is === 'gap' || chosen.is === 'gap') return 'unknown';
    const unordered = chosen.unordered.find(({ source }) => source === entry.source);
    if (unordered !== undefined && entry.n >= unordered.from && entry.n <= unordered.to) return 'unknown';
  }
  return entry.n < chosen.n ? 'earlier' : 'later';
}
