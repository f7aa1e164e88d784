/** Tells apart what is under one request id: it may have been used by two people, or again by one. */
import type { KeptRecord } from './strand.ts';
import { textOf } from './members.ts';
import type { Place } from './order.ts';
import type { Told } from './told.ts';

/** A record by its place. */
export interface Found {
  readonly kept: KeptRecord;
  readonly place: Place;
}

/** One request: its records, and the events that are, or may be, of it. */
export interface Use {
  readonly found: readonly Found[];
  readonly told: readonly Told[];
  /** Events that are perhaps of it, and stand beside other uses of its id only. */
  readonly left: number;
}

/** An id has one use. Of one with more of them, events without a hash stand beside these. */
const MOST_TOLD = 20;

/** A request is asked for once, and about to be sent once. */
const ONCE: ReadonlySet<string | null> = new Set(['command_requested', 'dispatch_intent']);

/** The requests behind one id. An event is of the intent whose hash it holds; one without is perhaps of each. */
export function usesOf(found: readonly Found[], told: readonly Told[]): readonly Use[] {
  const uses: Found[][] = [];
  const ofOne = ({ kept: { record }, place }: Found): string => JSON.stringify([place.lane, textOf(record, 'session')]);
  for (const own of Map.groupBy(found, ofOne).values())
    for (const part of partsOf(own)) {
      const stages = new Set(part.map(stageOf));
      // Parts of one request may come from files that cannot be told to be of one log.
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

function partsOf(found: readonly Found[]): readonly Found[][] {
  const parts: Found[][] = [];
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

function stageOf({ kept }: Found): string | null {
  return textOf(kept.record, 'stage');
}
