/** Finds links between entries of two sources: a link proves that one entry happened before the other. */
import type { PastEvent } from '../control-plane/engine.ts';
import type { KeptRecord } from './strand.ts';
import type { Lane } from './lane.ts';
import { memberOf, textOf } from './members.ts';
import type { Link, Place } from './order.ts';

/** A record or an event, and its place. */
interface PlacedItem<T> {
  readonly place: Place;
  readonly value: T;
}

/** All links between some sources, and the contradictions in what they name. */
export function linksOf(lanes: readonly Lane[]): {
  readonly links: readonly Link[];
  readonly misfits: readonly string[];
} {
  const records = lanes.flatMap((lane, at) => recordsIn(lane, at));
  const events = lanes.flatMap((lane, at) => (lane.history === null ? [] : [{ lane, at, events: eventsIn(lane, at) }]));
  const misfits: string[] = [];
  const links = [
    ...forks(records, lanes),
    ...intents(
      records,
      events.flatMap(history => firstOfEachRequest(history.events)),
      misfits,
    ),
    ...events.flatMap(history => [
      ...answers(records, history),
      ...readings(records, history, misfits),
      ...states(records, history),
    ]),
  ];
  return { links: merged(links), misfits };
}

interface HistoryAt {
  readonly lane: Lane;
  readonly at: number;
  readonly events: readonly PlacedItem<PastEvent>[];
}

function recordsIn(lane: Lane, at: number): readonly PlacedItem<KeptRecord>[] {
  return lane.items.flatMap((item, index) =>
    item.is === 'record' ? [{ place: { lane: at, index }, value: item.kept }] : [],
  );
}

function eventsIn(lane: Lane, at: number): readonly PlacedItem<PastEvent>[] {
  return lane.items.flatMap((item, index) =>
    item.is === 'event' ? [{ place: { lane: at, index }, value: item.event }] : [],
  );
}

/**
 * A record names the hash of the record before it, which nobody can know before that record is written. This also holds
 * for a fork.
 */
function forks(records: readonly PlacedItem<KeptRecord>[], lanes: readonly Lane[]): readonly Link[] {
  const byHash = new Map(records.map(record => [record.value.hash, record]));
  const begun = new Set<number>();
  return records.flatMap(({ place, value }): readonly Link[] => {
    const isFirst = !begun.has(place.lane);
    begun.add(place.lane);
    const before = byHash.get(value.prev) ?? byHash.get((isFirst && lanes[place.lane]?.forkOf) || '');
    return before === undefined || before.place.lane === place.lane
      ? []
      : [{ from: before.place, to: place, why: `its log forks after record #${before.value.seq}` }];
  });
}

/** An id that was sent twice has two intents; each event names its own intent by the hash. */
function firstOfEachRequest(events: readonly PlacedItem<PastEvent>[]): readonly PlacedItem<PastEvent>[] {
  const seen = new Set<string>();
  return events.filter(({ value: { requestId, auditHead } }) => {
    const sent = JSON.stringify([requestId, auditHead?.hash ?? null]);
    return requestId !== null && !seen.has(sent) && seen.add(sent);
  });
}

/**
 * An intent is on disk before the first byte of its request goes out (P7-O3). So it is earlier than every event that
 * names the request or the intent's hash.
 */
function intents(
  records: readonly PlacedItem<KeptRecord>[],
  events: readonly PlacedItem<PastEvent>[],
  misfits: string[],
): readonly Link[] {
  const found = records.filter(({ value: { record } }) => record['stage'] === 'dispatch_intent');
  const byHash = new Map(found.map(intent => [intent.value.hash, intent]));
  const byRequest = Map.groupBy(found, ({ value: { record } }) => textOf(record, 'request_id'));
  return events.flatMap(({ place, value: { requestId, auditHead } }): readonly Link[] => {
    const named = byRequest.get(requestId) ?? [];
    const held = auditHead === null ? undefined : byHash.get(auditHead.hash);
    if (auditHead !== null && held === undefined)
      for (const { value } of named)
        if (value.seq === BigInt(auditHead.seq))
          misfits.push(
            `The kernel holds another hash of the intent #${value.seq} of request ${String(requestId)} than the log ` +
              'does: the log that is given is not the one that sent it, or was rewritten.',
          );
    // If two logs contain the same request id, it stands for two requests, and only the hash tells which one an event
    // belongs to. An event with an unknown hash belongs to an intent that was not given.
    const first = auditHead === null && named.length === 1 ? named[0] : held;
    if (first === undefined) return [];
    const why =
      held === undefined
        ? `request ${String(requestId)}`
        : `request ${String(requestId)}, audit head #${held.value.seq}`;
    return [{ from: first.place, to: place, why }];
  });
}

/** An event that a kernel's answer names existed before the answer, and so before the record that holds the answer. */
function answers(records: readonly PlacedItem<KeptRecord>[], { lane, events }: HistoryAt): readonly Link[] {
  const { history } = lane;
  const node = history?.node ?? null;
  if (history === null || node === null) return [];
  const byRequest = Map.groupBy(events, ({ value: { requestId } }) => requestId);
  const sent = records.filter(({ value: { record } }) => record['stage'] === 'dispatch_intent');
  const senders = new Map(sent.map(intent => [intent.value.hash, intent.place.lane]));
  const users = new Map<string | null, Set<number>>();
  for (const { place, value } of sent) {
    const request = textOf(value.record, 'request_id');
    users.set(request, (users.get(request) ?? new Set()).add(place.lane));
  }
  /** If two logs used the same id, the intent's hash in the event tells them apart. */
  const mayBeOf = ({ auditHead, requestId }: PastEvent, sender: number): boolean => {
    const held = auditHead === null ? undefined : senders.get(auditHead.hash);
    return held === undefined ? [...(users.get(requestId) ?? [])].every(lane => lane === sender) : held === sender;
  };
  const asked = new Map<string, readonly PlacedItem<PastEvent>[]>();
  const eventsFor = (request: string, sender: number): readonly PlacedItem<PastEvent>[] => {
    const key = `${sender} ${request}`;
    const known = asked.get(key) ?? (byRequest.get(request) ?? []).filter(({ value }) => mayBeOf(value, sender));
    asked.set(key, known);
    return known;
  };
  return records.flatMap(({ place, value: { record } }): readonly Link[] => {
    const answer = textOf(record['kernel_response'], 'body');
    const request = textOf(record, 'request_id');
    if (answer === null || request === null) return [];
    const own = eventsFor(request, place.lane);
    const named =
      own.length === 0
        ? undefined
        : history.past.named(
            answer,
            own.map(({ value }) => value),
            node,
          );
    const last = own.find(({ value }) => value === named);
    return last === undefined
      ? []
      : [{ from: last.place, to: place, why: `the kernel's answer names event #${last.value.seq}` }];
  });
}

/** An event in a reading existed at the time of the reading: before the record of the reading. */
function readings(
  records: readonly PlacedItem<KeptRecord>[],
  { lane, events }: HistoryAt,
  misfits: string[],
): readonly Link[] {
  const byHash = new Map(records.map(record => [record.value.hash, record]));
  const isCounted = lane.history?.past.key === 'seq';
  return (lane.history?.readings ?? []).flatMap((reading, file): readonly Link[] => {
    const recorded = 'hash' in reading.recorded ? byHash.get(reading.recorded.hash) : undefined;
    if (recorded === undefined) return [];
    const { seq, record } = recorded.value;
    if (record['stage'] !== 'command_answered' || textOf(record, 'request_id') !== reading.requestId) {
      misfits.push(
        `${lane.files[file]?.name ?? 'An answer'} says that record #${seq} holds its reading, and that record is of ` +
          'something else: nothing follows from it.',
      );
      return [];
    }
    const held = new Set(reading.view.events.map(event => nameOf(event, isCounted)));
    const last = events.findLast(({ value }) => held.has(nameOf(value, isCounted)));
    return last === undefined
      ? []
      : [{ from: last.place, to: recorded.place, why: `record #${seq} is of the reading that holds it` }];
  });
}

/** An event without a number of its own has a different place in each answer. */
function nameOf({ seq, time, type }: PastEvent, isCounted: boolean): string {
  return JSON.stringify([isCounted ? seq : null, time, type]);
}

/** Nobody can read a state before it has begun. */
function states(records: readonly PlacedItem<KeptRecord>[], { lane, events }: HistoryAt): readonly Link[] {
  const { history } = lane;
  if (history === null) return [];
  const begun = history.past
    .begins(events.map(({ value }) => value))
    .flatMap(begin => (events[begin.event] === undefined ? [] : [{ ...begin, at: events[begin.event] }]));
  if (begun.length === 0) return [];
  const held = Map.groupBy(begun, ({ epoch }) => epoch);
  const rising = begun.toSorted((a, b) => (a.epoch < b.epoch ? -1 : 1));
  const turned = turnedBack(records);
  return records.flatMap(({ place, value: { record } }): readonly Link[] => {
    const state = seen(record);
    if (state === null) return [];
    const { epoch, primary } = state;
    const isOpen = history.node === null;
    if (isOpen && (textOf(record, 'cluster') !== history.cluster || turned.has(lineOf(place.lane, history.cluster))))
      return [];
    const own = held.get(epoch);
    // A restored node may take the same number twice; then only the first of the two certainly came before.
    const begin =
      own === undefined && isOpen
        ? lastBelow(rising, epoch)
        : own?.find(each => (isOpen && (each.primary === null || primary === null)) || each.primary === primary);
    return begin?.at === undefined
      ? []
      : [
          {
            from: begin.at.place,
            to: place,
            why: isOpen ? `epoch ${epoch} was seen, which began after this` : `epoch ${epoch} of this primary was seen`,
          },
        ];
  });
}

/** The last item below `epoch` in a rising list. A binary search, because histories and logs may be long. */
function lastBelow<T extends { readonly epoch: bigint }>(rising: readonly T[], epoch: bigint): T | undefined {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle]?.epoch ?? epoch) < epoch) low = middle + 1;
    else high = middle;
  }
  return rising[low - 1];
}

/**
 * An epoch number identifies an epoch only within the cluster of that name. If the numbers fall within a log, the name
 * was given to another cluster, or to one that was set up again, so nothing is concluded.
 */
function turnedBack(records: readonly PlacedItem<KeptRecord>[]): ReadonlySet<string> {
  const highest = new Map<string, bigint>();
  const turned = new Set<string>();
  for (const { place, value } of records) {
    const state = seen(value.record);
    if (state === null) continue;
    const line = lineOf(place.lane, textOf(value.record, 'cluster'));
    if (state.epoch < (highest.get(line) ?? 0n)) turned.add(line);
    else highest.set(line, state.epoch);
  }
  return turned;
}

function lineOf(lane: number, cluster: string | null): string {
  return `${lane} ${cluster ?? ''}`;
}

function seen(record: KeptRecord['record']): { readonly epoch: bigint; readonly primary: string | null } | null {
  const state = memberOf(record, 'kernel_state');
  const epoch = textOf(state, 'epoch');
  return epoch !== null && /^[0-9]{1,40}$/.test(epoch)
    ? { epoch: BigInt(epoch), primary: textOf(state, 'primary') }
    : null;
}

/** Merges the links between the same two entries into one, with all its reasons. */
function merged(links: readonly Link[]): readonly Link[] {
  const key = ({ from, to }: Link): string => `${from.lane}.${from.index}-${to.lane}.${to.index}`;
  return [...Map.groupBy(links, key).values()].flatMap(same =>
    same[0] === undefined ? [] : [{ ...same[0], why: [...new Set(same.map(({ why }) => why))].join('; ') }],
  );
}
