/**
 * What the sentences of an explanation claim, and how the group can contradict each. A sentence belongs to exactly one
 * claim: one that belongs to none is a sentence that nobody holds to account.
 */
import type { ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import { holdFact, holdSentences, type Case as Of, type Claim as ClaimOf, type Verdict } from '../support/claims.ts';
import type { Explained } from '../support/explained.ts';
import { errno, executed, listedBefore, untouched, type Observation } from './observation.ts';
import { CLAIMS } from './sentences.ts';

export type Case = Of<Observation>;
export type Claim = ClaimOf<Observation>;

/** The parts of an explanation that say something about what will and what can happen. */
export function explainedFrom({ view, words }: ExplainedReading): Explained {
  const { action, changes, consequences, facts, undo, rejection, protection } = words;
  return {
    action,
    changes: [...changes],
    consequences: [...consequences],
    facts: [...facts],
    kernel: { epoch: null, primaryId: view.primaryId, checks: [...view.checks] },
    acknowledge: [...view.overriddenInvariants],
    undo,
    rejection: [...rejection],
    protection,
  };
}

/** Holds an explanation to what happened. `nameOf` is the name of a member by its id. */
export function hold(explained: Explained, seen: Observation, nameOf: (id: string) => string): Verdict {
  const { contradictions, tried } = holdSentences(CLAIMS, explained, seen);
  return {
    tried,
    contradictions: [
      ...contradictions,
      ...explained.changes.flatMap(change => changeContradiction(change, seen, nameOf)),
      ...explained.facts.flatMap(fact => factContradiction(fact, seen)),
      ...unannounced(explained, seen),
    ],
  };
}

/** Where it was executed, each value that changes is compared with what is there then; else with what was. */
function changeContradiction(
  { component, nodeId, before, after }: Explained['changes'][number],
  seen: Observation,
  nameOf: (id: string) => string,
): readonly string[] {
  const told = `change of ${component} of ${nodeId ?? 'the group'}, ${before ?? 'unknown'} → ${after ?? 'unknown'}`;
  const wrong = (what: string): readonly string[] => [`${told} — ${what}`];
  const was = seen.before.get(seen.target);
  const is = seen.after.get(seen.target);
  switch (component) {
    case 'primary': {
      if (before !== seen.oldPrimary) return wrong(`${seen.oldPrimary} led`);
      const leads = [...(is?.listed ?? [])].find(([, { role }]) => role === 'PRIMARY')?.[0];
      return executed(seen) && leads !== after ? wrong(`${leads ?? 'nobody'} leads`) : [];
    }
    case 'role': {
      const name = nameOf(nodeId ?? '');
      const listed = was?.listed.get(name)?.role;
      const role = listed === '' ? 'none' : listed;
      if (before !== role) return wrong(`it was ${role ?? 'not listed'}`);
      const now = seen.after.get(name)?.role;
      return executed(seen) && now !== after ? wrong(`it is ${now ?? 'silent'}`) : [];
    }
    case 'group': {
      if (before !== `${was?.listed.size ?? 0} members, view ${was?.view ?? ''}`)
        return wrong(`it had ${was?.listed.size ?? 0}, ${was?.view ?? ''}`);
      return executed(seen) && ([...(is?.listed.keys() ?? [])].join() !== seen.target || is?.view === was?.view)
        ? wrong(`it has ${[...(is?.listed.keys() ?? [])].join()}, view ${is?.view ?? ''}`)
        : [];
    }
    default:
      return wrong('nobody holds this to account');
  }
}

/** What the facts of an explanation say is what was there when it was given. */
function factContradiction(fact: Explained['facts'][number], seen: Observation): readonly string[] {
  const { name } = fact;
  const own = seen.before.get(seen.target);
  const listed = listedBefore(seen);
  const is = ((): string | RegExp | undefined => {
    switch (name) {
      case 'View of the group':
        return own?.view;
      case 'Members that the target does not reach':
        return `${[...listed.values()].filter(({ state }) => state === 'UNREACHABLE').length} of ${listed.size}`;
      case 'Received and not applied on the target':
        return seen.notes.has('listed before it was writable')
          ? /^[1-9]\d* transactions: [0-9a-f-]{36}:/u
          : /^(?:0 transactions|unknown)$/u;
      case 'super_read_only on the target':
        return own?.isReadOnly === true ? 'ON' : 'OFF';
      case 'Address of the target in the group':
        return /^127\.0\.0\.1:\d+$/u;
      case 'group_replication_force_members on the target':
        return own?.forced === '' ? 'empty' : own?.forced;
      case 'Transactions that are open on the primary':
        return listed.get(seen.oldPrimary)?.state === 'ONLINE'
          ? seen.open === 0
            ? '0'
            : new RegExp(`^${seen.open}, the longest for \\d+ s$`, 'u')
          : /^unknown: /u;
      case 'Asynchronous channels that run on the primary':
        return listed.get(seen.oldPrimary)?.state === 'ONLINE' ? 'none' : 'unknown';
      case 'Versions':
        return /^9\.\d+\.\d+$/u;
      case 'Settings of the target':
        return /^group_replication_consistency BEFORE_ON_PRIMARY_FAILOVER, .*autorejoin_tries 3$/u;
      default:
        return undefined;
    }
  })();
  return holdFact(fact, is);
}

/** Every refusal has to be one that the explanation announced, and must have changed nothing. */
function unannounced({ rejection }: Explained, seen: Observation): readonly string[] {
  const { outcome, code, message } = seen.answer;
  if (executed(seen)) return [];
  const told = rejection.join(' ');
  const announced = code === 'MYSQL_EMPTY_SET' ? /answers with an empty set/u : new RegExp(`\\(${errno(seen)}\\)`, 'u');
  return [
    ...(announced.test(told) ? [] : [`MySQL answered ${code} "${message}", which was not announced`]),
    ...(outcome === 'not_executed' && !untouched(seen) ? ['it is called not executed, and something has changed'] : []),
  ];
}
