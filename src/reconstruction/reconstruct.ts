/**
 * Reconstructs from several sources what happened. Contacts nobody, changes nothing, and states no order that is not
 * proven.
 */
import type { PastEvent } from '../control-plane/engine.ts';
import type { CollectedLog } from './collect.ts';
import { isSound } from './collect.ts';
import { eventEntry, recordEntry } from './entries.ts';
import type { Item, Lane, NamedEvidence } from './lane.ts';
import { lanesOf } from './lanes.ts';
import { linksOf } from './links.ts';
import { instantOf, textOf } from './members.ts';
import { missingOf } from './missing.ts';
import type { After, Asked, Entry, Reconstruction, Source } from './model.ts';
import { NodeNames } from './nodes.ts';
import { order, type Link, type Ordered, type Place, type Row } from './order.ts';
import { sheetsOf } from './sheets.ts';

/** What a reconstruction is made of. */
export interface Given {
  readonly asked: Asked;
  readonly logs: readonly CollectedLog[];
  readonly evidence: readonly NamedEvidence[];
}

/** The timeline, the answer sheets, and what is missing. */
export function reconstruct({ asked, logs, evidence }: Given): Reconstruction {
  const names = new NodeNames(logs);
  const { lanes, contradictions } = lanesOf(logs, evidence, asked, names);
  const { links, misfits } = linksOf(lanes);
  const ordered = order(lanes.map(rowsOf), links);
  const numbers = lanes.map(({ items }) => new Int32Array(items.length));
  for (const [at, { lane, index }] of ordered.sequence.entries()) {
    const own = numbers[lane];
    if (own !== undefined) own[index] = at + 1;
  }
  const number = ({ lane, index }: Place): number => numbers[lane]?.[index] ?? 0;
  const afters = aftersOf(ordered, number);
  const entries = ordered.sequence.flatMap((place, at): readonly Entry[] => {
    const item = lanes[place.lane]?.items[place.index];
    if (item === undefined) return [];
    const n = at + 1;
    const placed = {
      n,
      source: idOf(place.lane),
      block: ordered.blocks[at] ?? 0,
      after: afters.get(n) ?? [],
      unordered:
        item.is === 'gap'
          ? []
          : ordered
              .unordered(place)
              .map(({ from, to }) => ({ source: idOf(from.lane), from: number(from), to: number(to) })),
    };
    return [{ ...unplaced(item, before(lanes, place), lanes[place.lane]?.history?.node ?? null, names), ...placed }];
  });
  const told = [...contradictions, ...misfits, ...circles(ordered.circular, lanes)];
  const naming = (place: Place): { entry: number; source: string } => ({
    entry: number(place),
    source: idOf(place.lane),
  });
  const sources = lanes.map(sourceOf);
  return {
    asked,
    sources,
    entries,
    requests: sheetsOf(lanes, naming, names),
    missing: [...damaged(sources), ...missingOf(logs, evidence, asked)],
    contradictions: told,
    isSound: sources.every(({ files }) => files.every(isSound)) && told.length === 0,
  };
}

function rowsOf({ items }: Lane): readonly Row[] {
  return items.map(item => ({ at: timeOf(item), isGap: item.is === 'gap' }));
}

function timeOf(item: Item): number | null {
  if (item.is === 'gap') return null;
  return instantOf(item.is === 'event' ? item.event.time : textOf(item.kept.record, 'time'));
}

/** The event before an entry in its history. */
function before(lanes: readonly Lane[], { lane, index }: Place): PastEvent | null {
  const item = lanes[lane]?.items[index - 1];
  return item?.is === 'event' ? item.event : null;
}

/** Files that were changed after they were written: the reader must learn that first. */
function damaged(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ label, files }) =>
    files
      .filter(file => !isSound(file))
      .map(({ name, message }) => `${name} (${label}) is not whole: ${message} Only its intact parts are used.`),
  );
}

function unplaced(
  item: Item,
  earlier: PastEvent | null,
  node: string | null,
  names: NodeNames,
): ReturnType<typeof recordEntry> | ReturnType<typeof eventEntry> | { is: 'gap'; text: string } {
  if (item.is === 'gap') return item;
  return item.is === 'record' ? recordEntry(item.kept, names) : eventEntry(item.event, earlier, node, names);
}

function aftersOf({ links }: Ordered, number: (place: Place) => number): ReadonlyMap<number, readonly After[]> {
  const found = Map.groupBy(links, ({ to }) => number(to));
  return new Map(
    [...found].map(([to, own]) => [
      to,
      own.map(({ from, why }) => ({ entry: number(from), why })).sort((a, b) => a.entry - b.entry),
    ]),
  );
}

function circles(links: readonly Link[], lanes: readonly Lane[]): readonly string[] {
  if (links.length === 0) return [];
  const named = links.map(
    ({ from, to, why }) => `${lanes[from.lane]?.label ?? ''} before ${lanes[to.lane]?.label ?? ''} (${why})`,
  );
  return [
    `The references of the sources to each other form a circle, so no order follows from them: ` +
      `${[...new Set(named)].slice(0, 10).join('; ')}.`,
  ];
}

function sourceOf({ kind, label, files, clocks, items }: Lane, lane: number): Source {
  return {
    id: idOf(lane),
    kind,
    label,
    files,
    clocks,
    entries: items.filter(({ is }) => is !== 'gap').length,
  };
}

/** A, B … Z, AA … */
function idOf(lane: number): string {
  const letter = String.fromCharCode(65 + (lane % 26));
  return lane < 26 ? letter : idOf(Math.floor(lane / 26) - 1) + letter;
}
