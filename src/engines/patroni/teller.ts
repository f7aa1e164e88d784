/** What an answering member under Patroni says about itself that affects its whole answer. */
import { sentence } from '../../control-plane/model/document.ts';
import { plain, toldByHalted, type Teller } from '../documents.ts';
import type { NodeWire } from './schema.ts';
import type { PatroniMember } from './views.ts';

/**
 * From its own row in its list, which holds what it last wrote to the configuration store. If `nodeId` is `null`, it is
 * unknown which member answered, so nothing can be said about it.
 */
export function listedTeller(members: readonly PatroniMember[], nodeId: string | null): Teller {
  const own = members.find(member => member.nodeId === nodeId);
  if (own === undefined) return {};
  const { name, health, replicationState } = own;
  const observer = { nodeId: own.nodeId, name };
  if (health !== 'halted') return { observer };
  return {
    observer,
    selfReport: [
      sentence(
        'This answer came from {0}, which last wrote about itself to the configuration store: {1}.',
        plain('strong', name),
        plain('text', replicationState),
      ),
    ],
  };
}

/** From what it reports about itself. */
export function ownTeller(
  { nodeId, name, health, replicationState }: PatroniMember,
  { cluster_unlocked: isUnlocked }: NodeWire,
): Teller {
  const selfReport = [
    ...(health === 'halted' ? [toldByHalted(name, replicationState)] : []),
    ...(isUnlocked === true
      ? [sentence('This answer came from {0}, which reports that it knows no leader.', plain('strong', name))]
      : []),
  ];
  return { observer: { nodeId, name }, ...(selfReport.length === 0 ? {} : { selfReport }) };
}
