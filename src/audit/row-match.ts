/** Decides which rows are sought when the log is shown by requests: by any of their records, and by their end. */
import type { AuditRowsQuery, RequestEnd } from '../control-plane/model/audit-reader.ts';
import { matcher, type NextCandidate } from './filter.ts';
import { auditLine } from './line-search.ts';

export interface RowMatch {
  readonly candidates: (bytes: Buffer, offset: number) => NextCandidate;
  /** Whether a row with this line is sought. */
  readonly hasLine: (line: Buffer) => boolean;
  /** Whether a row with this end is sought; absent if the end does not matter. */
  readonly hasEnd?: (end: RequestEnd | null) => boolean;
}

/** `null`: every row. */
export function rowMatch(sought: AuditRowsQuery): RowMatch | null {
  if (sought === 'dangling_intents') return { ...EVERY_LINE, hasEnd: end => end?.kind === 'unknown' };
  if ('test' in sought) {
    const { test, outcome } = sought;
    return { ...EVERY_LINE, hasLine: line => test(auditLine(0, line)), ...byOutcome(outcome) };
  }
  const { outcome, ...others } = sought;
  if (Object.keys(others).length === 0) return outcome === undefined ? null : { ...EVERY_LINE, ...byOutcome(outcome) };
  const match = matcher(others);
  return {
    candidates: (bytes, offset) => match.candidates(bytes, offset),
    hasLine: line => match.members(line) !== null,
    ...byOutcome(outcome),
  };
}

/** An intent without an outcome is unknown (P7-E2). Without an intent nothing is decided so far. */
export function outcomeOf(end: RequestEnd): string {
  if (end.kind === 'ended') return end.outcome;
  return end.kind === 'unknown' ? 'unknown' : 'pending';
}

const EVERY_LINE = { candidates: () => (from: number) => from, hasLine: () => true } as const;

function byOutcome(outcome: string | undefined): Pick<RowMatch, 'hasEnd'> {
  return outcome === undefined ? {} : { hasEnd: end => end !== null && outcomeOf(end) === outcome };
}
