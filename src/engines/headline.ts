/** Builds the first line of an answer: sentences that state what the kernel reports and do not judge it. */
import { sentence, type Plain, type Sentence } from '../control-plane/model/document.ts';
import type { Member, RequestFate, Wire } from '../control-plane/model/views.ts';
import { plain } from './documents.ts';
import type { Part } from './parts.ts';

type ShownMember = Wire<Member>;

/** What an engine says about members whose health is not "running". */
export interface Standing<M> {
  /** Whether the answer says that this member, whose health is unknown, did not answer. */
  readonly isSilent: (member: M) => boolean;
  /** Why a halted member is halted, or the state in which it halted; `null`: not told. */
  readonly halted: (member: M) => string | null;
}

/** A name, or the id of something without a name, as emphasized text. */
export function nameOf(name: string | null): Plain {
  return plain('strong', name);
}

/** How many members there are, and how many of each kind that a person must know about. */
export function membersLine<M extends ShownMember>(
  members: readonly M[],
  primaryId: string | null,
  { isSilent, halted }: Standing<M>,
): readonly Sentence[] {
  const unknown = members.filter(({ health }) => health === 'unknown');
  const stopped = members.filter(({ health }) => health === 'halted');
  const reasons = new Set(stopped.map(halted));
  const [reason = null] = reasons;
  const others = members.filter(
    ({ nodeId, role, health }) => role === 'primary' && nodeId !== primaryId && health !== 'unknown',
  );
  return [
    members.length === 1 ? sentence('1 member') : sentence('{0} members', count(members)),
    ...each(unknown.filter(isSilent), {
      one: name => sentence('{0} does not answer', name),
      many: number => sentence('{0} do not answer', number),
    }),
    ...each(
      unknown.filter(member => !isSilent(member)),
      {
        one: name => sentence('health of {0} unknown', name),
        many: number => sentence('health of {0} members unknown', number),
      },
    ),
    ...each(stopped, {
      one: name => (reason === null ? sentence('{0} is halted', name) : haltedFor(name, reason)),
      many: number =>
        reason === null || reasons.size > 1
          ? sentence('{0} are halted', number)
          : sentence('{0} are halted: {1}', number, plain('text', reason)),
    }),
    ...each(
      others,
      primaryId === null
        ? {
            one: name => sentence('{0} is listed as primary', name),
            many: number => sentence('{0} are listed as primary', number),
          }
        : {
            one: name => sentence('{0} is listed as primary too', name),
            many: number => sentence('{0} more are listed as primary', number),
          },
    ),
  ];
}

/** One node: its role, its health, and who reports it. */
export function nodeLine<M extends ShownMember>(
  member: M,
  source: 'self' | 'reported',
  { isSilent, halted }: Standing<M>,
): readonly Sentence[] {
  const name = nameOf(member.name);
  const reason = halted(member);
  const standing: Readonly<Record<ShownMember['health'], () => Sentence>> = {
    running: () => sentence('running'),
    halted: () => (reason === null ? sentence('halted') : sentence('halted: {0}', plain('text', reason))),
    unknown: () => (isSilent(member) ? sentence('it does not answer') : sentence('health unknown')),
  };
  return [
    member.role === 'unknown'
      ? sentence('the role of {0} is unknown', name)
      : sentence('{0} is {1}', name, plain('role', member.role)),
    standing[member.health](),
    ...(source === 'self' ? [] : [sentence('reported by another node')]),
  ];
}

/** The replicas, and the largest lag among those whose lag is known. */
export function replicasLine(
  lags: readonly (string | null)[],
  largest: (most: Plain) => Sentence,
): readonly Sentence[] {
  const known = lags.flatMap(lag => (lag === null ? [] : [BigInt(lag)]));
  const unknown = lags.length - known.length;
  return [
    lags.length === 1 ? sentence('1 replica') : sentence('{0} replicas', count(lags)),
    ...(known.length === 0
      ? []
      : [largest(plain('number', known.reduce((high, lag) => (lag > high ? lag : high)).toString()))]),
    ...(unknown === 0
      ? []
      : [unknown === 1 ? sentence('lag of 1 unknown') : sentence('lag of {0} unknown', number(unknown))]),
  ];
}

/** The outcome of a request that was looked up. */
export function fateLine(request: Wire<RequestFate> | null): readonly Sentence[] {
  if (request === null) return [];
  const id = plain('code', request.requestId);
  if (!request.known) return [sentence("request {0} is not in this node's ledger", id)];
  const outcome = plain('text', request.outcome);
  return [
    request.code === null
      ? sentence('request {0}: {1}', id, outcome)
      : sentence('request {0}: {1}, {2}', id, outcome, plain('code', request.code)),
  ];
}

/** How many items are listed; for a part, also how many there are in all, if known. */
export function listLine(
  listed: readonly unknown[],
  { nextBefore, nextAfter, total }: Part,
  words: { readonly one: () => Sentence; readonly many: (number: Plain) => Sentence },
): readonly Sentence[] {
  const isPart = nextBefore !== null || nextAfter !== null;
  if (isPart && total === null) return [sentence('{0} in this answer, and there are others', count(listed))];
  const all = isPart ? total : listed.length.toString();
  return [all === '1' ? words.one() : words.many(plain('number', all))];
}

/** A number of things, as a value. */
export function count(things: readonly unknown[]): Plain {
  return number(things.length);
}

function number(value: number): Plain {
  return plain('number', value.toString());
}

function haltedFor(name: Plain, reason: string): Sentence {
  return sentence('{0} is halted: {1}', name, plain('text', reason));
}

function each(
  members: readonly Pick<ShownMember, 'name'>[],
  { one, many }: { readonly one: (name: Plain) => Sentence; readonly many: (number: Plain) => Sentence },
): readonly Sentence[] {
  const [first] = members;
  if (first === undefined) return [];
  return [members.length === 1 ? one(nameOf(first.name)) : many(count(members))];
}
