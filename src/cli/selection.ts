/** Which lines of the log are asked for. A line that is no record belongs to no selection but the whole. */
import type { AuditLine } from '../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type Result } from '../control-plane/model/errors.ts';
import { quotedName } from '../control-plane/model/plausible.ts';
import { first, type Given } from './parse.ts';

/** Whether a line is one of those that were asked for. */
export type Selection = (line: AuditLine) => boolean;

type Test = (record: Readonly<Record<string, unknown>>) => boolean;

/** The selection that the options describe: every one of them has to hold. */
export function selection(given: Given): Result<Selection> {
  const since = instant(first(given, 'since'), 'since');
  if (!since.ok) return since;
  const until = instant(first(given, 'until'), 'until');
  if (!until.ok) return until;
  const tests: readonly Test[] = [
    ...equal('cluster', first(given, 'cluster')),
    ...equal('command', first(given, 'command')),
    ...equal('request_id', first(given, 'request-id')),
    ...equal('outcome', first(given, 'outcome')),
    ...account(first(given, 'operator-account')),
    ...time(since.value, (at, bound) => at >= bound),
    ...time(until.value, (at, bound) => at < bound),
  ];
  return success(({ record }) => (record === null ? tests.length === 0 : tests.every(test => test(record))));
}

function equal(field: string, wanted: string | undefined): readonly Test[] {
  return wanted === undefined ? [] : [record => record[field] === wanted];
}

function account(wanted: string | undefined): readonly Test[] {
  if (wanted === undefined) return [];
  return [
    ({ operator }) =>
      typeof operator === 'object' && operator !== null && 'account' in operator && operator.account === wanted,
  ];
}

/** Records carry their time as text of one form, so texts of that form compare as times do. */
function time(bound: string | undefined, holds: (at: string, bound: string) => boolean): readonly Test[] {
  return bound === undefined ? [] : [({ time: at }) => typeof at === 'string' && holds(at, bound)];
}

function instant(text: string | undefined, field: string): Result<string | undefined> {
  if (text === undefined) return success(undefined);
  const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? new Date(text)
    : new Date(Number.NaN);
  return Number.isNaN(at.getTime())
    ? failure(
        refusal(
          'PHASE7_MALFORMED_REQUEST',
          `${quotedName(text)} is not a time: RFC 3339 is expected, such as 2026-11-21T10:00:00Z. Nothing was read.`,
          field,
        ),
      )
    : success(at.toISOString());
}
