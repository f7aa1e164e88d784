/**
 * Finds the intents without a recorded outcome (P7-E2) in one reading of the log; only the intents that are open at the
 * moment are kept in memory.
 */
import type { Stage } from '../control-plane/model/record.ts';
import { OUTCOME_STAGES } from './query.ts';

const INTENT: Stage = 'dispatch_intent';
/** The stages that must be read to know which intents are open. */
export const INTENT_STAGES: readonly Stage[] = [INTENT, ...OUTCOME_STAGES];
const OUTCOMES: ReadonlySet<unknown> = new Set(OUTCOME_STAGES);

/** `Place` is any value that tells where an intent stands. */
export class OpenIntents<Place> {
  readonly #open = new Map<string | undefined, Place[]>();

  /** Takes the records in the order of the log: an outcome closes the intents before it and none after it. */
  take(stage: unknown, requestId: string | undefined, place: Place): void {
    if (OUTCOMES.has(stage)) this.#open.delete(requestId);
    else if (stage === INTENT) {
      const intents = this.#open.get(requestId);
      if (intents === undefined) this.#open.set(requestId === undefined ? undefined : copied(requestId), [place]);
      else intents.push(place);
    }
  }

  /** Grouped by request. */
  get places(): readonly Place[] {
    return [...this.#open.values()].flat();
  }
}

/** A copy of a part of a line, because the part itself would keep the whole line in memory. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
