/** Separates different requests with the same id: two people may have used one id, or one person used it twice. */
import type { KeptRecord } from './strand.ts';
import { textOf } from './members.ts';
import type { Place } from './order.ts';
import type { RequestEvent } from './told.ts';

/** A record by its place. */
export interface PlacedRecord {
  readonly kept: KeptRecord;
  readonly place: Place;
}

/** One request: its records, and the events that belong, or may belong, to it. */
export interface RequestUse {
  readonly found: readonly PlacedRecord[];
  readonly told: readonly RequestEvent[];
  /** How many events may belong to it but are listed only with other uses of its id. */
  readonly left: number;
}

/** An id normally has one use. If it has more than this, events without a hash are listed only with the first ones. */
const MOST_TOLD = 20;

/** Each request has only one record of these stages. */
const ONCE: ReadonlySet<string | null> = new Set(['command_requested', 'dispatch_intent']);

/**
 * The requests behind one id. An event belongs to the intent whose hash it holds; without a hash it may belong to any
 * of them.
 */
export function usesOf(found: readonly PlacedRecord[], told: readonly RequestEvent[]): readonly RequestUse[] {
  const uses: PlacedRecord[][] = [];
  const ofOne = ({ kept: { record }, place }: PlacedRecord): string =>
    JSON.stringify([place.lane, textOf(record, 'session')]);
  for (const own of Map.groupBy(found, ofOne).values())
    for (const part of partsOf(own)) {
      const stages = new Set(part.map(stageOf));
      // Parts of one request may come from files that cannot be shown to belong to one log.
      const same = uses.slice(-MOST_TOLD).find(use => use.every(each => !stages.has(stageOf(each))));
      if (same === undefined) uses.push(part);
      else same.push(...part);
    }
  const owners = new Map(uses.flatMap((use, index) => use.map(({ kept }) => [kept.hash, index] as const)));
  const ofOwner = Map.groupBy(told, ({ event: { auditHead } }) =>
    uses.length <= 1 || auditHead === null ? -1 : (owners.get(auditHead.hash) ?? -1),
  );
  const ofNone = ofOwner.get(-1) ?? [];
  return (uses.length === 0 ? [[]] : uses).map((use, index) => {
    const own = ofOwner.get(index) ?? [];
    if (index >= MOST_TOLD) return { found: use, told: own, left: ofNone.length };
    const all = new Set([...own, ...ofNone]);
    return { found: use, told: ofNone.length === 0 ? own : told.filter(each => all.has(each)), left: 0 };
  });
}

function partsOf(found: readonly PlacedRecord[]): readonly PlacedRecord[][] {
  const parts: PlacedRecord[][] = [];
  let stages = new Set<string | null>();
  for (const each of found) {
    const stage = stageOf(each);
    const part = parts.at(-1);
    if (part === undefined || (ONCE.has(stage) && stages.has(stage))) {
      parts.push([each]);
      stages = new Set();
    } else part.push(each);
    stages.add(stage);
  }
  return parts;
}

function stageOf({ kept }: PlacedRecord): string | null {
  return textOf(kept.record, 'stage');
}
