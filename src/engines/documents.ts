/** The building blocks of all engines' documents: values, named sections, events and the gaps between events. */
import { success, type Result } from '../control-plane/model/errors.ts';
import type {
  Block,
  Cell,
  Describe,
  Document,
  DocumentedReading,
  DocumentSection,
  Fact,
  Follows,
  Form,
  Group,
  Label,
  Plain,
  RowNode,
  Sentence,
  Table,
  Terms,
  Topology,
} from '../control-plane/model/document.ts';
import type { Entry } from '../control-plane/model/entries.ts';
import { label, sentence } from '../control-plane/model/document.ts';
import {
  toWire,
  type ControlResultView,
  type KernelEvent,
  type Member,
  type Reading,
  type Wire,
} from '../control-plane/model/views.ts';
import { named } from './named.ts';

/** A value that does not exist here; so it is not unknown. */
export const ABSENT: Cell = { is: 'absent' };
/** The same, shown as a word of ours. */
export const NONE: Cell = { is: 'absent', word: label('none') };

/** A value, written as `is` says. */
export function plain(is: Form, value: string | null): Plain {
  return { is, value };
}

/** A fact with a name of ours. */
export function fact(name: Label, value: Cell): Fact {
  return { name, value };
}

/** A fact that the headline already says, or that people seldom look for first. */
export function detail(name: Label, value: Cell): Fact {
  return { name, value, isDetail: true };
}

/** What an engine adds about a member in a picture. */
export interface MemberPicture<M> {
  /** The engine's own word for the role. */
  readonly told: (member: M) => string;
  readonly lag: (member: M) => readonly (string | null)[];
  readonly units: Topology['units'];
  readonly legend: Topology['legend'];
  /** Whether a running replica follows at all. */
  readonly isFollower: (member: M) => boolean;
  /** Whether the kernel says that the member does not answer. */
  readonly isSilent: (member: M) => boolean;
  /** States whose names say no more than role and health do. */
  readonly impliedStates: readonly string[];
}

/** Members in the given order, and who follows whom. A second member that calls itself primary follows nobody. */
export function membersTopology<M extends Wire<Member>>(
  members: readonly M[],
  primaryId: string | null,
  { told, lag, units, legend, isFollower, isSilent, impliedStates }: MemberPicture<M>,
): Topology {
  const at = members.findIndex(({ nodeId }) => nodeId === primaryId);
  const primary = members[at];
  const follows = (member: M): Follows => {
    if (primary === undefined || member.role === 'primary') return 'none';
    const isRunning = member.health === 'running' && primary.health === 'running';
    return member.role === 'replica' && isFollower(member) && isRunning ? 'flowing' : 'broken';
  };
  return {
    nodes: members.map(member => ({
      nodeId: member.nodeId,
      name: member.name,
      role: member.role,
      told: told(member),
      health: member.health,
      state: member.replicationState,
      haltReason: member.haltReason,
      ...(isSilent(member) ? { isSilent: true } : {}),
      ...(impliedStates.includes(member.replicationState) ? { isStateImplied: true } : {}),
      lag: lag(member),
      follows: follows(member),
    })),
    primary: primary === undefined ? null : at,
    units,
    legend,
  };
}

/** The nodes that the rows of a table are about. */
export function rowNodes<M extends { readonly nodeId: string; readonly name: string | null }>(
  members: readonly M[],
  isSilent: (member: M) => boolean = () => false,
): readonly RowNode[] {
  return members.map(member => ({
    nodeId: member.nodeId,
    name: member.name,
    ...(isSilent(member) ? { isSilent: true } : {}),
  }));
}

/** A node by its name, and by its id if that differs. */
export function nodeCell({ name, nodeId }: { readonly name: string; readonly nodeId: string }): Cell {
  return { is: 'node', name, nodeId };
}

/** A section of the given blocks. */
export function section(title: Label | null, ...blocks: readonly Block[]): DocumentSection {
  return { title, blocks };
}

export function facts(...all: readonly Fact[]): Block {
  return { is: 'facts', facts: all };
}

export function table(shown: Table): Block {
  return { is: 'table', table: shown };
}

/** The node that answered, by name, and what it says about itself that affects its whole answer. */
export type Teller = Pick<Document, 'observer' | 'selfReport'>;

/** A reading of an engine whose answers tell which node gave them, even if the view does not show it. */
export type ToldReading<T> = Reading<T> & { readonly teller?: Teller };

/** Makes an answer's document at the first call, and only once. */
export function documented<T>(read: Result<ToldReading<T>>, describe: Describe<T>): Result<DocumentedReading<T>> {
  if (!read.ok) return read;
  const { teller, ...reading } = read.value;
  let made: Document | undefined;
  const { view, names = {}, observed } = reading;
  const document = (): Document => ({
    ...named(describe(toWire(view), observed.nodeId), names, observed.nodeId),
    ...teller,
  });
  return success({ ...reading, document: () => (made ??= document()) });
}

/** "This answer came from …", if the answering node reports itself as halted. */
export function toldByHalted(name: string, why: string | null): Sentence {
  return sentence(
    'This answer came from {0}, which reports itself halted ({1}).',
    plain('strong', name),
    plain('text', why),
  );
}

/** What an engine says in addition, in its own words; each group keeps its own name. */
export function beside(groups: readonly Group[] | undefined, isDetail = false): readonly DocumentSection[] {
  return (groups ?? []).map(({ name, entries }) => ({
    title: { foreign: name },
    blocks: [
      entries.length === 0
        ? { is: 'sentence', sentence: { ...label('none'), values: [] }, muted: true }
        : facts(
            ...entries.map(
              ({ key, value }): Fact => ({
                name: { foreign: key },
                value: plain('verbatim', value),
                ...(isDetail ? { isDetail } : {}),
              }),
            ),
          ),
    ],
  }));
}

/** Diagnostics, shown as values to search. */
export function diagnostics(groups: readonly Group[]): readonly DocumentSection[] {
  return [section(null, { is: 'search', groups, empty: label('The node reports no sections.') })];
}

/** Fields of an event that an engine may not have. */
export type EventField = 'reason' | 'mode' | 'operator' | 'nodeId' | 'requestId';

/** What an executed request changed, for an engine that reports neither events nor a version of its own. */
export function changesDocument(
  terms: Terms,
  { changes }: Pick<Wire<ControlResultView>, 'changes'>,
  target: { readonly nodeId: string; readonly name: string },
): Document {
  return {
    terms,
    sections: [
      section(null, facts(fact(label('Target'), { is: 'node', ...target, strong: true }))),
      section(label('Before and after'), { is: 'changes', changes, names: [target] }),
    ],
  };
}

/** How an engine draws an event, and which fields each kind of event never has. */
export interface EventForms {
  readonly mark: (type: string) => 'failure' | 'success' | 'other';
  readonly lacks: (type: string) => readonly EventField[];
}

/** An engine's logged events, the newest first. */
export function history(events: readonly Wire<KernelEvent>[], forms: EventForms, empty: Label): Block {
  return { is: 'events', entries: entries(events, forms).toReversed(), empty, isNewestFirst: true };
}

/** Events in the order of the answer. A gap says which numbers the answer leaves out, and does not say why. */
export function entries(events: readonly Wire<KernelEvent>[], { mark, lacks }: EventForms): readonly Entry[] {
  return events.flatMap((event, index): readonly Entry[] => {
    const before = events[index - 1];
    const expected = before === undefined ? undefined : BigInt(before.seq) + 1n;
    const seq = BigInt(event.seq);
    const shown: Entry = {
      is: 'event',
      mark: mark(event.type),
      ...event,
      ...Object.fromEntries(
        lacks(event.type)
          .filter(field => event[field] === null)
          .map(field => [field, { is: 'absent' }] as const),
      ),
    };
    return expected !== undefined && seq > expected
      ? [{ is: 'gap', from: expected.toString(), to: (seq - 1n).toString() }, shown]
      : [shown];
  });
}
