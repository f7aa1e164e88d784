/**
 * Pure views of records for the interfaces: how each request ended, only by what is recorded. No decision depends on
 * them.
 */
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

export interface RequestHistory {
  readonly requestId: string;
  readonly command: string | null;
  readonly cluster: string | null;
  readonly target: string | null;
  /** Its lines in the order of the log. */
  readonly lines: readonly AuditLine[];
  readonly end: RequestEnd;
}

/** Groups lines by request, the requests in order of appearance; lines without a request id are left out. */
export function groupByRequest(lines: Iterable<AuditLine>): readonly RequestHistory[] {
  const groups = new Map<string, AuditLine[]>();
  for (const line of lines) {
    const requestId = text(line, 'request_id');
    if (requestId === null) continue;
    const group = groups.get(requestId);
    if (group === undefined) groups.set(requestId, [line]);
    else group.push(line);
  }
  return [...groups].map(([requestId, group]) => history(requestId, group));
}

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

function history(requestId: string, lines: readonly AuditLine[]): RequestHistory {
  const first = (field: string): string | null =>
    lines.map(line => text(line, field)).find(value => value !== null) ?? null;
  return {
    requestId,
    command: first('command'),
    cluster: first('cluster'),
    target: first('target'),
    lines,
    end: requestEnd(lines),
  };
}

function text(line: AuditLine | undefined, field: string): string | null {
  const value = line?.record?.[field];
  return typeof value === 'string' ? value : null;
}
