/** What a person types to consent to an action on a node. */
import { isSeen } from '../../text/foreign.ts';
import type { Explanation } from '../explanation/explanation.ts';

export interface ConsentText {
  readonly what: 'name' | 'id';
  readonly text: string;
}

/** Words that keyboards can type, with one plain space between them: no other kind of space, and no joiners. */
const TYPEABLE = /^[^\p{C}\p{Z}]+(?: [^\p{C}\p{Z}]+)*$/u;

/**
 * P7-A2: the node's name. Its id instead, if the name holds characters that cannot be typed or seen, or if another node
 * has the same name.
 */
export function consentText({ target: { nodeId, name }, kernel }: Pick<Explanation, 'target' | 'kernel'>): ConsentText {
  const shared = kernel?.members.some(member => member.name === name && member.nodeId !== nodeId) ?? false;
  return TYPEABLE.test(name) && isSeen(name) && !shared ? { what: 'name', text: name } : { what: 'id', text: nodeId };
}
