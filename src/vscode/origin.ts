/** Where an answer was read and where it is recorded, in the form for a panel. */
import { toWire, type Reading } from '../control-plane/model/views.ts';
import type { Recorded } from '../control-plane/request/recorder.ts';
import type { RecordedAt } from '../panel-protocol/panels.ts';
import type { Source } from '../panel-protocol/readings.ts';

/** Where and when an answer was read, and which node gave it. */
export function sourceOf({ observed, endpoint, skipped, notes, isChosen }: Reading<unknown>): Source {
  return toWire({ observed, endpoint, skipped, notes, ...(isChosen === undefined ? {} : { isChosen }) });
}

/** The place of a record in the log, or why there is none. */
export function recordedAt(recorded: Recorded): RecordedAt {
  return recorded.position === null
    ? { notRecorded: recorded.cause }
    : { seq: recorded.position.seq.toString(), hash: recorded.position.hash };
}
