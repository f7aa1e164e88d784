/** Shows recorded events in the form of `docs/kernel-api.md`, also those that an older version wrote differently. */
import { auditHeadSchema } from './audit-head.ts';
import type { KernelEvent } from './vocabulary.ts';

interface ShownEvent {
  readonly event: KernelEvent;
  readonly notes: readonly string[];
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * One event in the form of the contract. Values from an older version that the contract does not allow are replaced,
 * and a note says so.
 */
function shown(event: KernelEvent): ShownEvent {
  const { seq, audit_head: head, reason, operator } = event;
  const isKnown = head === null || auditHeadSchema.safeParse(head).success;
  const repaired = {
    reason: reason === null ? null : wellFormed(reason),
    operator: operator === null ? null : { id: wellFormed(operator.id), authority: wellFormed(operator.authority) },
  };
  const texts = (['reason', 'operator'] as const).filter(
    name => JSON.stringify(repaired[name]) !== JSON.stringify(event[name]),
  );
  return {
    event: { ...event, ...repaired, audit_head: isKnown ? head : null },
    notes: [
      ...(isKnown
        ? []
        : [`Event ${seq} was recorded with an audit_head that this API does not have: it is shown as unknown.`]),
      ...texts.map(
        name => `Event ${seq} was recorded with text that is not Unicode in ${name}: U+FFFD stands in its place.`,
      ),
    ],
  };
}

/** Events in the form of the contract, and a sentence for each value that was replaced. */
export function shownEvents(events: readonly KernelEvent[]): {
  readonly events: readonly KernelEvent[];
  readonly notes: readonly string[];
} {
  const all = events.map(shown);
  return { events: all.map(({ event }) => event), notes: all.flatMap(({ notes }) => notes) };
}
