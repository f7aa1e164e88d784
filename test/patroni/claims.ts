/**
 * What the sentences of an explanation claim, and how the cluster can contradict each. A sentence belongs to exactly
 * one claim: one that belongs to none is a sentence that nobody holds to account.
 */
import { holdFact, holdSentences, type Case as Of, type Claim as ClaimOf, type Verdict } from '../support/claims.ts';
import type { Explained } from '../support/explained.ts';
import { changed, lostRows, twoWriters, type Observation } from './observation.ts';
import { CLAIMS } from './sentences.ts';

export type Case = Of<Observation>;
export type Claim = ClaimOf<Observation>;

/** Holds an explanation to what happened. */
export function hold(explained: Explained, seen: Observation): Verdict {
  const { contradictions, tried } = holdSentences(CLAIMS, explained, seen);
  return {
    tried,
    contradictions: [
      ...contradictions,
      ...explained.changes.flatMap(change => changeContradiction(change, seen)),
      ...explained.facts.flatMap(fact => factContradiction(fact, seen)),
      ...unannounced(explained, seen),
      ...unasked(explained, seen),
    ],
  };
}

/** Where the request was carried out, each value that changes is compared with what is there then. */
function changeContradiction(
  { component, nodeId, before, after }: Explained['changes'][number],
  seen: Observation,
): readonly string[] {
  const told =
    `change of ${component}${nodeId === null ? '' : ` of ${nodeId}`}, ${before ?? 'unknown'} ` +
    `→ ${after ?? 'unknown'}`;
  const wrong = (what: string): readonly string[] => [`${told} — ${what}`];
  const was = seen.before.listed.find(({ name }) => name === nodeId)?.role ?? null;
  if (component === 'role' && before !== was) return wrong(`/cluster said ${was ?? 'nothing'} before`);
  if (component === 'leader' && before !== (seen.leaderBefore ?? 'none known'))
    return wrong(`${seen.leaderBefore ?? 'nobody'} led before`);
  if (
    component === 'timeline' &&
    before !== (seen.before.listed.find(({ name }) => name === seen.leaderBefore)?.timeline?.toString() ?? 'unknown')
  )
    return wrong('that was not the timeline before');
  if (!changed(seen)) return [];
  switch (component) {
    case 'leader':
      return after === seen.after.leader ? [] : wrong(`${seen.after.leader ?? 'nobody'} leads`);
    case 'role': {
      if (after?.startsWith('unknown') === true) return [];
      const is = seen.after.listed.find(({ name }) => name === nodeId)?.role ?? 'no member';
      const recovers = seen.after.postgres.get(nodeId ?? '')?.inRecovery;
      return after?.split(' or ').includes(is) === true && recovers === (after !== 'leader')
        ? []
        : wrong(`it is ${is}, in recovery: ${recovers === undefined ? 'no answer' : String(recovers)}`);
    }
    case 'timeline': {
      const is = seen.after.postgres.get(seen.candidate)?.timeline ?? 0;
      const holds =
        after === `above ${before ?? ''}`
          ? before === 'unknown' || is > Number(before)
          : after === `${before ?? ''}, no new one` && is === Number(before);
      return holds ? [] : wrong(`it is ${is}`);
    }
    default:
      return wrong('nobody holds this to account');
  }
}

/** What the facts of an explanation say is what was there when it was given. */
function factContradiction(
  fact: Explained['facts'][number],
  { before, version, candidate }: Observation,
): readonly string[] {
  const { name, value } = fact;
  const is = ((): string | RegExp | undefined => {
    const position = /^Last known position of the (leader|candidate) (.*)$/u.exec(name);
    if (position?.[2] !== undefined) {
      const state = before.postgres.get(position[2]);
      return !before.answering.has(position[2]) || state === null || state === undefined
        ? /^unknown: /u
        : new RegExp(`^timeline ${state.timeline}, ${state.inRecovery ? 'received' : 'written'} `, 'u');
    }
    const teller = /^Patroni on (.*)$/u.exec(name)?.[1];
    if (teller !== undefined) return before.answering.has(teller) ? version : 'unknown';
    switch (name) {
      case 'Role of the candidate':
        return before.listed.find(each => each.name === candidate)?.role ?? 'unknown';
      case 'Paused':
        return before.paused ? 'yes' : 'no';
      case 'Scheduled switchover':
        return 'none';
      case 'Standby cluster':
        return before.listed.some(({ role }) => role === 'standby_leader') ? 'yes' : 'no';
      case 'Settings':
        return value
          .split(', ')
          .map(setting => setting.replace(/ .*$/u, ''))
          .map(setting => `${setting} ${written(before.config[setting])}`)
          .join(', ');
      default:
        return undefined;
    }
  })();
  return holdFact(fact, is);
}

/** A setting as it is written. */
function written(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** Every refusal has to be one that the explanation announced. */
function unannounced({ rejection, consequences, kernel }: Explained, seen: Observation): readonly string[] {
  const { answer } = seen;
  if (answer === null || answer.status === '200') return [];
  const told = [
    ...rejection,
    ...consequences.map(({ text }) => text),
    ...kernel.checks.map(({ message }) => message),
  ].join(' ');
  const known = REFUSALS.find(([body]) => body.test(answer.body));
  if (known === undefined) return [`Patroni answered ${answer.status} "${answer.body}", which no claim knows`];
  const reason = known[1](seen);
  return reason.test(told)
    ? []
    : [
        `Patroni answered ${answer.status} "${answer.body}", and the explanation did not say that it may ` +
          `(${reason.source})`,
      ];
}

/** Patroni's words, and how an explanation announces them. */
const REFUSALS: readonly (readonly [RegExp, (seen: Observation) => RegExp])[] = [
  [
    /^candidate name does not match with sync_standby$/u,
    () => /before it writes anything[^.]* is not a synchronous standby/u,
  ],
  [/no good candidates have been found$/u, () => /before it writes anything[^.]* is tagged nofailover/u],
  [/^leader name does not match$/u, () => /before it writes anything[^.]* is not the leader by then/u],
  [/^candidate does not exists$/u, () => /before it writes anything[^.]* is no member/u],
  [
    /^(?:Switchover|Failover) failed$/u,
    ({ notes }) =>
      notes.has('the candidate lags too far')
        ? /takes the request back[^.]* lags by more than/u
        : /takes the request back[^.]* (?:is|is no) \w+ standby/u,
  ],
  [
    /^(?:Switchover|Failover) status unknown$/u,
    () => /the status is unknown, or no answer comes, the outcome is unknown/u,
  ],
  [/instead of/u, () => /another member may lead afterwards/u],
];

/**
 * What nobody is asked to acknowledge must not happen. A switchover asks for no acknowledgements: there the explanation
 * has to say that the invariant is not checked.
 */
function unasked({ acknowledge, consequences }: Explained, seen: Observation): readonly string[] {
  const [lost, told] = [lostRows(seen), consequences.map(({ text }) => text).join(' ')];
  const isSaid = (invariant: string): boolean =>
    seen.command === 'force_promotion' ? acknowledge.includes(invariant) : told.includes(`(${invariant})`);
  return [
    ...(lost > 0 && !isSaid('P6-S1')
      ? [`P6-S1 was not asked or said, and ${lost} acknowledged rows are not on "${seen.candidate}"`]
      : []),
    ...(twoWriters(seen) && !isSaid('P6-A1') ? ['P6-A1 was not asked or said, and two members took writes'] : []),
  ];
}
