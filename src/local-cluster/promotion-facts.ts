/** Collects the facts that decide a promotion: what this node is, and what every other member answers. */
import type { LocalNode } from './node.ts';
import type { Testimony } from './testimony.ts';
import type { PromotionFacts } from './validation.ts';
import { type Mode, isAhead } from './vocabulary.ts';

/** The facts, from the answers of `node.peers.others` in their order; null: no answer. */
export function promotionFacts(node: LocalNode, mode: Mode, answers: readonly (Testimony | null)[]): PromotionFacts {
  const { peers, wal, cluster } = node;
  const target = node.testimony();
  const others = peers.others.map((member, index) => {
    const testimony = answers[index] ?? null;
    const isComparable =
      testimony !== null && !isAhead(testimony.position, target.durable) && testimony.position.offset >= wal.oldest;
    return {
      nodeId: member.id,
      name: member.name,
      testimony,
      isPrefix: isComparable ? wal.chainAt(testimony.position.offset) === testimony.position.chain : null,
    };
  });
  return { mode, memberCount: cluster.members.length, target, others };
}

/** Asks every other member now. A member that does not answer is reported as not answering. */
export async function askForPromotionFacts(node: LocalNode, mode: Mode): Promise<PromotionFacts> {
  const { peers } = node;
  const answers = await Promise.all(peers.others.map(member => peers.ask(member)));
  return promotionFacts(node, mode, answers);
}
