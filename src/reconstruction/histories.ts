/**
 * Combines answers about the same history: pages of one node's history, or what several members report about one
 * cluster.
 */
import type { Past, PastEvent } from '../control-plane/engine.ts';
import { isInPeriod } from './collect.ts';
import type { Evidence } from './evidence.ts';
import { compare, span, type Item, type Lane, type NamedEvidence } from './lane.ts';
import { instantOf } from './members.ts';
import type { Asked } from './model.ts';
import type { NodeNames } from './nodes.ts';

/** One lane for each history; `contradictions` receives what two answers report differently. */
export function historyLanes(
  evidence: readonly NamedEvidence[],
  asked: Asked,
  names: NodeNames,
  contradictions: string[],
): readonly Lane[] {
  return [...Map.groupBy(evidence, historyOf).values()].flatMap(files => {
    const tellings = tellingsOf(files);
    for (const [index, { file, event }] of tellings.differing.entries())
      if (index < MOST_DIFFERENCES)
        contradictions.push(
          `The ${labelOf(files, names)} is told in two ways: event ${event} in ${file} differs from the ` +
            'same event in another file. Each version is a source of its own, and no order between them ' +
            'follows.',
        );
    return tellings.files.map(telling => historyLane(telling, asked, names));
  });
}

/** At most so many differences of one kind are listed. */
const MOST_DIFFERENCES = 20;

/** The size of the given histories: events, each counted once, and sources. */
export function sizeOf(evidence: readonly NamedEvidence[]): { readonly events: number; readonly sources: number } {
  const tellings = [...Map.groupBy(evidence, historyOf).values()].flatMap(files => tellingsOf(files).files);
  const events = tellings.map(files => merged(files).length);
  return { events: events.reduce((sum, count) => sum + count, 0), sources: tellings.length };
}

interface Tellings {
  readonly files: readonly (readonly NamedEvidence[])[];
  readonly differing: readonly { readonly file: string; readonly event: string }[];
}

/**
 * Answers that report an event differently belong to two histories of one name: of another cluster, or of a cluster
 * that was set up again or restored. Nothing orders the events of one against those of the other.
 */
function tellingsOf(all: readonly NamedEvidence[]): Tellings {
  const tellings: { readonly files: NamedEvidence[]; readonly told: Map<string, string> }[] = [];
  const differing: { readonly file: string; readonly event: string }[] = [];
  for (const file of all) {
    const { key } = file.past;
    const events = file.evidence.view.events.map(event => [identityOf(event, key), contentOf(event, key)] as const);
    const differs = ({ told }: { readonly told: ReadonlyMap<string, string> }): string | undefined =>
      events.find(([identity, content]) => (told.get(identity) ?? content) !== content)?.[0];
    const [first] = tellings;
    const event = first === undefined ? undefined : differs(first);
    if (event !== undefined) differing.push({ file: file.name, event });
    const same = tellings.find(telling => differs(telling) === undefined);
    if (same === undefined) tellings.push({ files: [file], told: new Map(events) });
    else {
      same.files.push(file);
      for (const [identity, content] of events) same.told.set(identity, content);
    }
  }
  return { files: tellings.map(({ files }) => files), differing };
}

function labelOf([first]: readonly NamedEvidence[], names: NodeNames): string {
  if (first === undefined) throw new Error('a history without a file');
  const { past, evidence } = first;
  return past.keptBy === 'node'
    ? `history of node ${names.full(evidence.observed.nodeId ?? evidence.endpoint)}`
    : `history of cluster ${evidence.cluster.name}`;
}

function historyOf({ evidence: { cluster, observed, endpoint }, past }: NamedEvidence): string {
  return past.keptBy === 'node'
    ? JSON.stringify([cluster.kind, observed.nodeId ?? endpoint])
    : JSON.stringify([cluster.kind, cluster.name]);
}

function historyLane(files: readonly NamedEvidence[], asked: Asked, names: NodeNames): Lane {
  const [first] = files;
  if (first === undefined) throw new Error('a history without a file');
  const { past, evidence } = first;
  const node = past.keptBy === 'node' ? (evidence.observed.nodeId ?? evidence.endpoint) : null;
  const events = merged(files);
  const items: Item[] = [];
  const breaks = past.isCounted ? new Set<PastEvent>() : unconnected(files, events);
  let before = 0n;
  for (const event of events) {
    const seq = BigInt(event.seq);
    if (breaks.has(event))
      items.push({ is: 'gap', text: 'Whether there are events between these two is not known: no page holds both.' });
    if (past.isCounted && seq > before + 1n)
      items.push({ is: 'gap', text: `${span('Event', before + 1n, seq - 1n)} not in what was read.` });
    before = seq;
    if (isWanted(event, asked)) items.push({ is: 'event', event });
  }
  const older = !past.isCounted && files.every(file => (file.evidence.view.nextBefore ?? null) !== null);
  const newest = latest(files.filter(file => file.evidence.view.nextAfter === null));
  return {
    kind: 'history',
    label: labelOf(files, names),
    files: files.map(({ name, evidence: each }) => ({
      name,
      form: 'evidence',
      verdict: 'unverifiable',
      message: readingText(each),
      tolerated: [],
    })),
    clocks: [...new Set(files.map(file => file.evidence.observed.clock))],
    items: [
      ...(older ? [{ is: 'gap', text: 'There are older events, which were not read.' } as const] : []),
      ...items,
      {
        is: 'gap',
        text:
          newest === undefined
            ? 'There are newer events, which were not read.'
            : `What happened after ${newest.observed.time} (by its own clock) was not read.`,
      },
    ],
    history: {
      kind: evidence.cluster.kind,
      cluster: evidence.cluster.name,
      node,
      past,
      readings: files.map(file => file.evidence),
    },
  };
}

/**
 * Events that may not directly follow the event before them, because no page holds both. Used for events without
 * numbers; numbers would show it.
 */
function unconnected(files: readonly NamedEvidence[], events: readonly PastEvent[]): ReadonlySet<PastEvent> {
  const key = files[0]?.past.key ?? 'seq';
  const identities = events.map(event => identityOf(event, key));
  const pages = files.map(({ evidence: { view } }) => new Set(view.events.map(event => identityOf(event, key))));
  return new Set(
    events.filter((_event, index) => {
      const [one, two] = [identities[index - 1], identities[index]];
      return one !== undefined && two !== undefined && !pages.some(page => page.has(one) && page.has(two));
    }),
  );
}

function readingText({ view: { events, state, epoch }, endpoint, observed }: Evidence): string {
  return (
    `${events.length} ${events.length === 1 ? 'event' : 'events'}, answered by ${endpoint} at ${observed.time}: ` +
    `state ${state}, epoch ${epoch ?? 'unknown'}. Nothing in an answer shows whether it was changed since.`
  );
}

function isWanted(event: PastEvent, asked: Asked): boolean {
  return isInPeriod(event.time, asked) && (asked.requestId === null || event.requestId === asked.requestId);
}

/** The answer that was given last, by the history's own clock. */
function latest(files: readonly NamedEvidence[]): Evidence | undefined {
  const at = ({ evidence }: NamedEvidence): number => instantOf(evidence.observed.time) ?? 0;
  return files.toSorted((a, b) => at(b) - at(a))[0]?.evidence;
}

/** The events of one history, in its order. */
function merged(files: readonly NamedEvidence[]): readonly PastEvent[] {
  const key = files[0]?.past.key ?? 'seq';
  const told = new Map<string, PastEvent>();
  for (const event of files.flatMap(({ evidence }) => evidence.view.events)) {
    const identity = identityOf(event, key);
    if (!told.has(identity)) told.set(identity, event);
  }
  const events = [...told.values()];
  return key === 'seq'
    ? events.sort((a, b) => compare(BigInt(a.seq), BigInt(b.seq)))
    : events.sort((a, b) => byTime(a, b) || compare(BigInt(a.seq), BigInt(b.seq)));
}

/** Sorts by time; parts finer than a millisecond are compared as text. */
function byTime({ time: a }: PastEvent, { time: b }: PastEvent): number {
  const [first, second] = [instantOf(a) ?? 0, instantOf(b) ?? 0];
  if (first !== second) return first - second;
  return a === b ? 0 : (a ?? '') < (b ?? '') ? -1 : 1;
}

function identityOf({ seq, time }: PastEvent, key: Past['key']): string {
  return key === 'seq' ? seq : (time ?? `#${seq}`);
}

/**
 * In a history ordered by time, `seq` is only the place in the answer, so it differs between answers and is ignored.
 */
function contentOf(event: PastEvent, key: Past['key']): string {
  return JSON.stringify(key === 'seq' ? event : { ...event, seq: null });
}
