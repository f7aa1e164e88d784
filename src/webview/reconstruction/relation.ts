/** The relation of entries to the chosen one: by proof, and never because their times are close. */
import type { Entry } from '../../reconstruction/model.ts';

export type Relation = 'chosen' | 'earlier' | 'later' | 'unknown';

/**
 * Inside one source, its own order counts. For another source, everything before the unordered stretch is proven to be
 * earlier, and everything after it is proven to be later; without such a stretch, the order of the list is proven. A
 * gap is not an entry: what lies in it has no order to other sources.
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
