/** What the events of an AeroDB node prove: which epoch a promotion began, and how a request ended. */
import type { EpochBegin, EventHistory, PastEvent } from '../../control-plane/engine.ts';

const STARTED = 'replication.promotion.transition_started';
const DENIED = 'validation_failed';
const ENDS: ReadonlyMap<string, 'executed' | 'not_executed'> = new Map([
  ['transition_completed', 'executed'],
  [DENIED, 'not_executed'],
  ['aborted_on_crash', 'not_executed'],
]);
/** Codes of the refusals that the node logs before it sends them. */
const WRITTEN_REFUSALS: readonly unknown[] = [
  'AERO_PROMOTION_DENIED',
  'AERO_DEMOTION_DENIED',
  'AERO_ACKNOWLEDGEMENT_INCOMPLETE',
];

export const PAST: EventHistory = {
  keptBy: 'node',
  isCounted: true,
  key: 'seq',
  begins,
  named(answer, events, node) {
    const body = object(parsed(answer));
    const error = object(body['error']);
    // A refusal names no event. If several refusals are logged, only the first one certainly came before this answer.
    if (WRITTEN_REFUSALS.includes(error['code'])) return events.find(event => lastWord(event) === DENIED);
    const { events: told } = object(body['data']);
    if (object(body['observed_at'])['node_id'] !== node || !Array.isArray(told)) return undefined;
    const numbers = new Set(told.map(each => object(each)['seq']));
    return events.findLast(({ seq }) => numbers.has(seq));
  },
  outcome: event => ENDS.get(lastWord(event)) ?? null,
};

/**
 * A node holds an epoch only after it logged that the transition starts, and each transition has a new number. So
 * before that event nobody can have seen this node hold this epoch. (Another node may use the same number.)
 */
function begins(events: readonly PastEvent[]): readonly EpochBegin[] {
  const found: EpochBegin[] = [];
  const ends = new Map<string, PastEvent>();
  for (const [index, event] of [...events.entries()].reverse()) {
    const { type, requestId, nodeId } = event;
    if (requestId === null) continue;
    if (ENDS.has(lastWord(event))) ends.set(requestId, event);
    if (type !== STARTED || nodeId === null || event.epoch === null) continue;
    const epoch = ends.get(requestId)?.epoch ?? null;
    if (epoch !== null && BigInt(epoch) > BigInt(event.epoch))
      found.push({ event: index, epoch: BigInt(epoch), primary: nodeId });
  }
  return found.reverse();
}

function lastWord({ type }: PastEvent): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an answer that was cut off, or that is not this kernel's
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
