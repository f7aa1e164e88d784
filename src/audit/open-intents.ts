/**
 * The intents of which nobody knows what came (P7-E2), found in one reading of the log: only those are kept that are
 * open at the moment.
 */
import type { Stage } from '../control-plane/model/record.ts';
import { OUTCOME_STAGES } from './query.ts';

const INTENT: Stage = 'dispatch_intent';
/** What has to be looked at to know which intents are open. */
export const INTENT_STAGES: readonly Stage[] = [INTENT, ...OUTCOME_STAGES];
const OUTCOMES: ReadonlySet<unknown> = new Set(OUTCOME_STAGES);

/** `Place` is whatever tells where an intent stands. */
export class OpenIntents<Place> {
  readonly #open = new Map<string | undefined, Place[]>();

  /** Takes the records in the order of the log: an outcome is that of the intents before it, and of none after it. */
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

/** A part of a line keeps the whole line in memory; its copy does not. */
function copied(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
