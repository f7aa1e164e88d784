/** What Patroni's history proves: a timeline that is later than one that ended is led after that end. */
import type { Past } from '../../control-plane/engine.ts';

export const PAST: Past = {
  keptBy: 'cluster',
  // Numbers of timelines: PostgreSQL skips one that it finds taken.
  isCounted: false,
  key: 'seq',
  begins: events =>
    events.flatMap(({ epoch, nodeId: primary }, event) =>
      epoch === null ? [] : [{ event, epoch: BigInt(epoch) + 1n, primary }],
    ),
  named: () => undefined,
  outcome: () => null,
};
