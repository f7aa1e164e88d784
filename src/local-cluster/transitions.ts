/** Moves write authority: the last step of an approved promotion or demotion. */
import { crashPoint } from './faults.ts';
import type { Attempt } from './ledger.ts';
import type { LocalNode } from './node.ts';
import { promotionFacts } from './promotion-facts.ts';
import { type Decision, validatePromotion } from './validation.ts';
import { majorityOf } from './vocabulary.ts';

/** Moves authority, or returns the decision that denies it at the last moment. */
export type Transition = (node: LocalNode, attempt: Attempt, decision: Decision) => Promise<Decision>;

/**
 * A majority durably adopts the new epoch for this node, each member only if this node holds everything that the member
 * holds; then the marker is written. The adopters' answers are validated again, because a member may have changed since
 * it was first asked.
 */
export async function takeAuthority(node: LocalNode, attempt: Attempt, decision: Decision): Promise<Decision> {
  const { peers, authority } = node;
  const known = peers.others.map(member => peers.known(member.id).testimony?.epoch ?? 0n);
  const epoch = known.reduce((max, one) => (one > max ? one : max), authority.adopted.epoch) + 1n;
  node.adopt(epoch, node.self.id);
  const self = node.testimony();
  const answers = await Promise.all(peers.others.map(member => peers.askToAdopt(member, epoch, self)));
  const again = validatePromotion(
    promotionFacts(
      node,
      attempt.mode ?? 'validated',
      answers.map(answer => answer?.testimony ?? null),
    ),
  );
  const adopters = 1 + answers.filter(answer => answer?.adopted === true).length;
  const isStillForced = again.reason === 'InvalidRequest' && decision.overridden.length > 0;
  if (again.decision === 'deny' && !isStillForced) return again;
  if (adopters < majorityOf(node.cluster.members.length))
    return { ...again, decision: 'deny', reason: 'AuthorityAmbiguous' };
  crashPoint('promotion-adopted');
  authority.mark({ epoch, held: true, request_id: attempt.request_id });
  crashPoint('promotion-marked');
  await node.standUp();
  return decision;
}

export async function releaseAuthority(node: LocalNode, attempt: Attempt, decision: Decision): Promise<Decision> {
  const { authority } = node;
  const epoch = authority.marker?.epoch ?? authority.adopted.epoch;
  authority.mark({ epoch, held: false, request_id: attempt.request_id });
  crashPoint('demotion-marked');
  await node.standDown();
  return decision;
}
