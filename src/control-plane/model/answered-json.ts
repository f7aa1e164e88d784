/**
 * A kernel's answer as one JSON document: `--json` prints it and the editor saves it as evidence. The shape is
 * versioned; docs/terminal.md and docs/terminal.schema.json describe it.
 */
import type { AnsweredRead } from '../request/result.ts';
import type { Recorded } from '../request/recorder.ts';
import { safeJson } from '../../text/json.ts';
import { toWire } from './views.ts';

/** Changes only when a field is removed or changes its meaning; new fields may appear under the same number. */
export const JSON_FORMAT = 'aerodb-control/1';

/** The cluster as a document names it; `environment` is the operator's own label. */
interface NamedCluster {
  readonly name: string;
  readonly kind: string;
  readonly environment: string | null;
}

/** The whole answer with its origin. 64-bit values are decimal strings, unknown is `null`. */
export function answeredJson(
  { answer, requestId, recorded }: AnsweredRead,
  cluster: NamedCluster | null,
  exitCode: number,
): string {
  const { view, observed, endpoint, skipped: before, isChosen, notes } = toWire(answer.reading);
  const skipped = before.map(({ endpoint: url, reason }) => ({ endpoint: url, reason }));
  const source = { observed, endpoint, skipped, ...(isChosen === undefined ? {} : { isChosen }), notes };
  const origin = { ...source, requestId, recorded: recordedJson(recorded), exitCode };
  return safeJson({ format: JSON_FORMAT, kind: 'answered', command: answer.command, cluster, view, ...origin }, 2);
}

/** Where the record of a result stands in the log, or why there is none. */
export function recordedJson(recorded: Recorded): unknown {
  return recorded.position === null
    ? { notRecorded: recorded.cause }
    : { seq: recorded.position.seq.toString(), hash: recorded.position.hash };
}
