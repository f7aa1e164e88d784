/** What Patroni's history proves: a timeline begins after the end of the timeline before it. */
import type { EventHistory } from '../../control-plane/engine.ts';

export const PAST: EventHistory = {
  keptBy: 'cluster',
  // `seq` numbers timelines, and PostgreSQL skips a number that is already taken.
  isCounted: false,
  key: 'seq',
  begins: events =>
    events.flatMap(({ epoch, nodeId: primary }, event) =>
      epoch === null ? [] : [{ event, epoch: BigInt(epoch) + 1n, primary }],
    ),
  named: () => undefined,
  outcome: () => null,
};
