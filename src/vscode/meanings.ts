/** What the words of an answer mean, as far as the engine's contract explains them. */
import type { CommandResult } from '../control-plane/request/result.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { Meaning } from '../panel-protocol/panels.ts';

/** The explained words that the result contains, in the engine's order. */
export function meaningsIn(result: CommandResult, meanings: ReadonlyMap<string, string>): readonly Meaning[] {
  const told = meanings.size === 0 ? new Set<string>() : wordsOf(toldBy(result));
  return [...meanings].flatMap(([word, text]) => (told.has(word) ? [{ word, text }] : []));
}

/** The part of a result that can name a state, a halt or a denial. Diagnostics, logs and snapshots have none. */
function toldBy(result: CommandResult): unknown {
  switch (result.kind) {
    case 'executed':
      return result.execution.document();
    case 'failed':
      return result.error.kernel?.details;
    case 'answered':
      switch (result.answer.command) {
        case 'inspect_cluster_state':
        case 'inspect_node':
        case 'inspect_replication_status':
          return toWire(result.answer.reading.view);
        case 'inspect_promotion_state':
          return toWire({ ...result.answer.reading.view, events: [] });
        case 'inspect_wal':
        case 'inspect_snapshots':
        case 'run_diagnostics':
          return null;
      }
  }
}

function wordsOf(value: unknown): Set<string> {
  if (typeof value === 'string') return new Set(value.match(/\w+/gu));
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap(member => [...wordsOf(member)]));
}
