/**
 * What is missing but has no place in a source: nodes whose history was not read, and periods that no source covers.
 */
import type { CollectedLog } from './collect.ts';
import type { NamedEvidence } from './lane.ts';
import { instantOf, itemsOf, memberOf, textOf } from './members.ts';
import type { ReconstructionQuery } from './model.ts';

/** One sentence for each missing part that is known. */
export function missingOf(
  logs: readonly CollectedLog[],
  evidence: readonly NamedEvidence[],
  asked: ReconstructionQuery,
): readonly string[] {
  return [...unread(logs, evidence), ...uncovered(logs, evidence, asked)];
}

/** A node that a record or an answer names. */
export interface NamedMember {
  readonly id: string;
  readonly cluster: string;
  readonly name: string | null;
  /** Whether its history is among the sources. */
  readonly isRead: boolean;
}

/** Nodes whose own history is not among the sources. */
function unread(logs: readonly CollectedLog[], evidence: readonly NamedEvidence[]): readonly string[] {
  return namedMembers(logs, evidence)
    .filter(({ isRead }) => !isRead)
    .map(
      ({ id, cluster, name }) =>
        `The history of node ${name === null || name === id ? id : `${name} (${id})`} of cluster ${cluster} was not ` +
        'read.',
    );
}

/** Every member that a record or an answer names, in order of appearance. */
export function namedMembers(
  logs: readonly CollectedLog[],
  evidence: readonly NamedEvidence[],
): readonly NamedMember[] {
  const shared = new Set(
    evidence.filter(({ past }) => past.keptBy === 'cluster').map(({ evidence: { cluster } }) => cluster.name),
  );
  const read = new Set(
    evidence.filter(({ past }) => past.keptBy === 'node').map(({ evidence: { observed } }) => observed.nodeId),
  );
  // Some engines identify members by names, and many clusters use the same ones, so the cluster is part of the key.
  const members = new Map<string, Omit<NamedMember, 'isRead'>>();
  const add = (id: string, cluster: string, name: string | null): void => {
    const key = JSON.stringify([cluster, id]);
    if (name !== null || !members.has(key)) members.set(key, { id, cluster, name });
  };
  for (const { record } of logs.flatMap(({ records }) => records)) {
    const cluster = textOf(record, 'cluster') ?? '';
    const told = [
      ...itemsOf(memberOf(memberOf(record, 'explanation'), 'kernel'), 'members').map(member => [
        textOf(member, 'nodeId'),
        textOf(member, 'name'),
      ]),
      ...itemsOf(memberOf(record, 'kernel_state'), 'members').map(member => [textOf(member, 'node'), null]),
    ];
    for (const [id, name = null] of told) if (typeof id === 'string') add(id, cluster, name);
  }
  for (const { evidence: answer } of evidence)
    if (answer.observed.nodeId !== null) add(answer.observed.nodeId, answer.cluster.name, null);
  return [...members.values()].map(member => ({
    ...member,
    isRead: read.has(member.id) || shared.has(member.cluster),
  }));
}

/** Parts of the requested period that no source covers, by the sources' clocks. */
function uncovered(
  logs: readonly CollectedLog[],
  evidence: readonly NamedEvidence[],
  { since, until }: ReconstructionQuery,
): readonly string[] {
  if (since === null && until === null) return [];
  const spans = [
    ...logs.flatMap(({ covers }) => (covers === null ? [] : [covers])),
    ...evidence.map(({ evidence: { view, observed } }) => {
      // A page with a newer page after it says nothing about the time after its last event.
      const last = view.nextAfter === null ? observed.time : (view.events.at(-1)?.time ?? null);
      return [view.events[0]?.time ?? last, last] as const;
    }),
  ]
    .flatMap(([from, to]) => {
      const [begin, end] = [instantOf(from), instantOf(to)];
      return begin === null || end === null ? [] : [[begin, Math.max(begin, end)] as const];
    })
    .sort(([a], [b]) => a - b);
  const found: string[] = [];
  const say = (from: number | null, to: number | null): void => {
    found.push(
      `Of the time ${from === null ? '' : `from ${iso(from)} `}${to === null ? 'on' : `to ${iso(to)}`} no source ` +
        'that was given says anything (by the clocks of the sources).',
    );
  };
  const [first] = spans;
  let next = instantOf(since);
  const end = instantOf(until);
  if (first === undefined) {
    say(next, end);
    return found;
  }
  if (next === null) next = first[0];
  for (const [begin, last] of spans) {
    if (end !== null && begin >= end) break;
    if (begin > next) say(next, begin);
    next = Math.max(next, last);
  }
  if (end !== null && next < end) say(next, end);
  return found;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
