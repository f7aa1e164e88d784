/** What the log of a MySQL member proves beyond its own order: nothing. It names no request and no epoch. */
import type { EventHistory } from '../../control-plane/engine.ts';

export const PAST: EventHistory = {
  keptBy: 'node',
  isCounted: false,
  // `LOGGED` is the key of performance_schema.error_log: no two messages have the same time.
  key: 'time',
  begins: () => [],
  named: () => undefined,
  outcome: () => null,
};
