/**
 * Says what a switchover and a failover do under Patroni, in its own terms: leader and candidate, timelines, positions.
 * Positions are shown together, with where and when each was read; nothing is computed from them (P7-A3). Each mode of
 * a cluster has its own sentences; an unknown mode is called unknown, and nothing is promised for it.
 * `test/patroni/explanations.test.ts` checks the sentences against real clusters of every version.
 */
import type { ControlCommandName } from '../../control-plane/commands/commands.ts';
import { toWire, type StateChange } from '../../control-plane/model/views.ts';
import type { CostWords, Words } from '../../control-plane/explanation/words.ts';
import { COST_DOCUMENT, explanationDocument } from './document.ts';
import type { PatroniFacts } from './facts.ts';
import type { PatroniExplanation } from './views.ts';
import { authority, durability, followerRole, handOver, pause, replication, unfollowed } from './words-consequences.ts';
import { factsOf } from './words-facts.ts';
import { rejection } from './words-rejection.ts';
import type { Request } from './words-request.ts';

/** The words for a switchover or a failover. A demotion is refused before an explanation is needed. */
export function patroniWords(
  command: Exclude<ControlCommandName, 'request_demotion'>,
  explained: PatroniExplanation,
  patroni: PatroniFacts,
): Words {
  const request: Request = {
    candidate: explained.target,
    leader: explained.primaryId,
    forced: command === 'force_promotion',
    asksForWrites: explained.overriddenInvariants.includes('P6-S1'),
    facts: patroni,
  };
  return {
    action: action(request),
    changes: changes(request, explained),
    consequences: [
      ...handOver(request),
      ...authority(request),
      ...unfollowed(request),
      ...pause(request),
      replication(request),
      ...durability(request).map(text => ({ scope: 'durability', text }) as const),
    ],
    facts: factsOf(patroni, explained.primaryId),
    undo: patroni.standbyCluster
      ? 'There is no undo. Handing the lead back is another switchover, with its own explanation and confirmation.'
      : 'There is no undo. Handing the lead back is another switchover, with its own explanation and ' +
        'confirmation, and begins another timeline.',
    rejection: rejection(request, explained.answerMs),
    protection: protection(request),
    reliedOn: request.forced
      ? ['P6-A1', 'P6-S1', 'P7-A2', 'P7-E1', 'P7-E2', 'P7-E3']
      : ['P6-A1', 'P6-A2', 'P6-S1', 'P7-A3', 'P7-E1', 'P7-E2', 'P7-E3'],
    document: explanationDocument(explained.epoch?.toString() ?? null, toWire(explained.members)),
  };
}

function action({ candidate, leader, forced, facts }: Request): string {
  if (forced)
    return (
      `Ask Patroni to fail over to the candidate "${candidate}". The request names the candidate and nothing ` + 'else.'
    );
  const what = facts.standbyCluster
    ? 'the one hands the lead of the standby cluster over to the other'
    : 'demotes the one and promotes the other';
  return (
    `Ask Patroni to switch over from the leader "${leader ?? 'unknown'}" to the candidate "${candidate}": one ` +
    `engine operation ${what}.`
  );
}

function changes({ candidate, leader, facts }: Request, explained: PatroniExplanation): readonly StateChange[] {
  const timeline = explained.epoch?.toString() ?? 'unknown';
  const role = (node: string, after: string): StateChange => ({
    component: 'role',
    nodeId: node,
    before: explained.members.find(({ nodeId }) => nodeId === node)?.patroni.role ?? null,
    after,
  });
  return [
    { component: 'leader', nodeId: null, before: leader ?? 'none known', after: candidate },
    ...(leader === null
      ? []
      : [role(leader, facts.leaderSilent === null ? followerRole(facts) : 'unknown: nothing is known from its agent')]),
    role(candidate, facts.standbyCluster ? 'standby_leader' : 'leader'),
    {
      component: 'timeline',
      nodeId: null,
      before: timeline,
      after: facts.standbyCluster ? `${timeline}, no new one` : `above ${timeline}`,
    },
  ];
}

function protection({ leader, forced }: Request): string {
  const ledger =
    'It has no ledger either: it does not know request ids, and would not recognise a request that another window ' +
    'has sent.';
  return forced
    ? 'Nothing protects against acting on an old view here: a failover names no leader, and Patroni counts no ' +
        `control version. ${ledger}`
    : `The request names "${leader ?? 'unknown'}" as the leader, and Patroni refuses it (412) when another ` +
        'member is the leader by then. That is all the protection there is: Patroni counts no control version, ' +
        `so no other change since this was read is noticed. ${ledger}`;
}

/** What collecting diagnostics costs, and which nodes bear the cost. */
export function patroniCostWords(requests: bigint, node: string): CostWords {
  return {
    declared: `The cost: ${requests} requests to the configured addresses of the cluster.`,
    node:
      'Every configured address is asked for its own state, for which Patroni runs one query on its ' +
      `PostgreSQL; ${node} is asked for its configuration and its metrics too.`,
    replication: 'No replication state changes.',
    protection: 'Only configured addresses are asked, and each answer is shown under the address that gave it.',
    document: COST_DOCUMENT,
  };
}

/** What Patroni's answer says, and what it does not say. */
export function patroniExecution(candidate: string, cluster: string, body: string): string {
  return (
    `Patroni of cluster "${cluster}" answered: ${body.trim()}. Its answer says who holds the leader key. ` +
    `It does not say whether "${candidate}" accepts writes, or on which timeline.`
  );
}
