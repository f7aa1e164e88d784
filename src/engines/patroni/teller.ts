/** What a member under Patroni that answers says of itself and what bears on all of its answer. */
import { sentence } from '../../control-plane/model/document.ts';
import { plain, toldByHalted, type Teller } from '../documents.ts';
import type { NodeWire } from './schema.ts';
import type { PatroniMember } from './views.ts';

/**
 * By its own row of the list that it gave, which says what it last wrote to the configuration store. `nodeId` is `null`
 * where it is not known which member answered: then nothing can be said of it.
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
        'This was told by {0}, which last wrote of itself to the configuration store: {1}.',
        plain('strong', name),
        plain('text', replicationState),
      ),
    ],
  };
}

/** By its own word. */
export function ownTeller(
  { nodeId, name, health, replicationState }: PatroniMember,
  { cluster_unlocked: isUnlocked }: NodeWire,
): Teller {
  const selfReport = [
    ...(health === 'halted' ? [toldByHalted(name, replicationState)] : []),
    ...(isUnlocked === true
      ? [sentence('This was told by {0}, which reports that it knows no leader.', plain('strong', name))]
      : []),
  ];
  return { observer: { nodeId, name }, ...(selfReport.length === 0 ? {} : { selfReport }) };
}
