/** How a request ended, only by what its records say. No decision depends on it. */
import type { AuditLine, RequestEnd } from '../control-plane/model/audit-reader.ts';
import type { Stage } from '../control-plane/model/record.ts';

/** The stages after a `dispatch_intent` that tell its outcome. */
export const OUTCOME_STAGES: readonly Stage[] = [
  'dispatch_failed',
  'command_executed',
  'kernel_rejected',
  'outcome_unknown',
];
const OUTCOMES: ReadonlySet<string> = new Set(OUTCOME_STAGES);
/** The stages that end a request, unless its intent is recorded. */
export const LAST_STAGES: ReadonlySet<string> = new Set([
  ...OUTCOME_STAGES,
  'command_rejected',
  'command_answered',
  'read_failed',
  'confirmation_declined',
  'confirmation_voided',
]);

/**
 * How the lines of one request say that it ended. An intent without an outcome after it is unknown: never a success,
 * and never the outcome of another use of the same request id (P7-E2).
 */
export function requestEnd(lines: readonly AuditLine[]): RequestEnd {
  const intent = lines.findLastIndex(line => text(line, 'stage') === 'dispatch_intent');
  const ends = intent < 0 ? LAST_STAGES : OUTCOMES;
  const last = lines.slice(intent + 1).findLast(line => ends.has(text(line, 'stage') ?? ''));
  if (last !== undefined)
    return { kind: 'ended', stage: text(last, 'stage') ?? '', outcome: text(last, 'outcome') ?? 'unknown' };
  if (intent >= 0) return { kind: 'unknown' };
  return { kind: 'unfinished', stage: text(lines.at(-1), 'stage') ?? '' };
}

function text(line: AuditLine | undefined, field: string): string | null {
  const value = line?.record?.[field];
  return typeof value === 'string' ? value : null;
}
