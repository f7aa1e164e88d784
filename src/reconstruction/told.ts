/** What the given answers of kernels say about a request: events that name it, and readings of ledgers and attempts. */
import type { PastEvent } from '../control-plane/engine.ts';
import type { Lane } from './lane.ts';
import type { SheetStatement } from './model.ts';
import type { NodeNames } from './nodes.ts';
import type { Place } from './order.ts';

/** How an entry is named in the list: its number, and the id of its source. */
export type Naming = (place: Place) => { readonly entry: number; readonly source: string };

/** An event that names a request. */
export interface RequestEvent {
  readonly event: PastEvent;
  readonly lane: Lane;
  readonly place: Place;
}

/** An outcome, and the source that states it. */
export interface OutcomeStatement {
  readonly outcome: string;
  readonly by: string;
}

/** The events of a request, one line each. What an event shares with the one before it is not repeated. */
export function eventStatements(told: readonly RequestEvent[], naming: Naming): readonly SheetStatement[] {
  return told.map(({ event, lane, place }, index) => {
    const before = told[index - 1];
    const isFirst = before?.lane !== lane;
    return {
      ...naming(place),
      text: [
        `#${event.seq} ${event.type}, ${event.time ?? 'without a time'} (${lane.clocks.join(', ')})`,
        ...(event.epoch === null ? [] : [`epoch ${event.epoch}`]),
        ...eventDetails(event, isFirst ? null : before.event),
      ].join(', '),
    };
  });
}

/** From an event: who asked, how and why, unless the event before it says the same; then the event's own fields. */
export function eventDetails(event: PastEvent, before: PastEvent | null): readonly string[] {
  const { operator, mode, reason, auditHead, fields } = event;
  const isSame = before?.requestId === event.requestId;
  const asked = [
    ...(operator === null || (isSame && before.operator === operator) ? [] : [`by ${operator}`]),
    ...(mode === null || (isSame && before.mode === mode) ? [] : [`mode ${mode}`]),
    ...(reason === null || reason === '' || (isSame && before.reason === reason)
      ? []
      : [`${operator === null ? 'reason' : 'reason given'}: "${reason}"`]),
    ...(auditHead === null || (isSame && before.auditHead?.hash === auditHead.hash)
      ? []
      : [`audit head #${auditHead.seq}`]),
  ];
  const own = Object.entries(fields).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [...asked, ...own];
}

/** What readings say about a request beside their events: a look-up in a ledger, the last attempt of a node. */
export function readingOutcomes(
  requestId: string,
  lanes: readonly Lane[],
  names: NodeNames,
): readonly OutcomeStatement[] {
  return readingsOf(lanes).flatMap(({ view: { request, lastAttempt }, observed, endpoint }) => {
    const by = `${nodeOf(observed.nodeId, endpoint, names)} at ${observed.time}`;
    return [
      ...(request?.requestId === requestId && request.known && request.outcome !== null
        ? [{ outcome: request.outcome, by: `the ledger of ${by}` }]
        : []),
      ...(lastAttempt?.requestId === requestId && lastAttempt.outcome !== null
        ? [{ outcome: lastAttempt.outcome, by: `the last attempt of ${by}` }]
        : []),
    ];
  });
}

/** The same as sentences, and which ledgers do not know the request. */
export function readingStatements(
  requestId: string,
  lanes: readonly Lane[],
  names: NodeNames,
): readonly SheetStatement[] {
  const unknown = readingsOf(lanes).flatMap(({ view: { request }, observed, endpoint }) =>
    request?.requestId === requestId && !request.known
      ? [`The ledger of ${nodeOf(observed.nodeId, endpoint, names)} at ${observed.time} does not know it.`]
      : [],
  );
  const said = readingOutcomes(requestId, lanes, names).map(({ outcome, by }) => `${capital(by)}: ${words(outcome)}.`);
  return [...new Set([...said, ...unknown])].map(text => ({ source: null, entry: null, text }));
}

function readingsOf(lanes: readonly Lane[]): readonly NonNullable<Lane['history']>['readings'][number][] {
  return lanes.flatMap(({ history }) => history?.readings ?? []);
}

function nodeOf(nodeId: string | null, endpoint: string, names: NodeNames): string {
  return nodeId === null ? endpoint : names.full(nodeId);
}

export function words(outcome: string): string {
  return outcome.replaceAll('_', ' ');
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
