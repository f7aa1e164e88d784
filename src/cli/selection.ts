/**
 * Which lines of the log are selected. A line that is no record belongs only to the whole log, never to a selection.
 */
import { commandsAsking } from '../audit/filter.ts';
import type { AuditLine } from '../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type Result } from '../control-plane/model/errors.ts';
import { quotedName } from '../control-plane/model/plausible.ts';
import { first, type GivenOptions } from './given.ts';

/** Whether a line is selected. */
export type Selection = (line: AuditLine) => boolean;

type Test = (record: Readonly<Record<string, unknown>>) => boolean;

/** The selection that the options describe; a line must meet all of them. */
export function selection(given: GivenOptions): Result<Selection> {
  const period = periodIn(given);
  if (!period.ok) return period;
  const { since, until } = period.value;
  if (given.changes !== undefined && given.reads !== undefined)
    return failure(
      refusal('PHASE7_MALFORMED_REQUEST', '--changes and --reads exclude each other. Nothing was read.', 'changes'),
    );
  const tests: readonly Test[] = [
    ...equal('cluster', first(given, 'cluster')),
    ...equal('command', first(given, 'command')),
    ...equal('request_id', first(given, 'request-id')),
    ...equal('outcome', first(given, 'outcome')),
    ...asking(asks(given)),
    ...account(first(given, 'operator-account')),
    ...time(since, (at, bound) => at >= bound),
    ...time(until, (at, bound) => at < bound),
  ];
  return success(({ record }) => (record === null ? tests.length === 0 : tests.every(test => test(record))));
}

/**
 * The period that the options describe: from `since` (included) to `until` (excluded). RFC 3339 UTC with milliseconds.
 */
export function periodIn(
  given: GivenOptions,
): Result<{ readonly since: string | undefined; readonly until: string | undefined }> {
  const since = instant(first(given, 'since'), 'since');
  if (!since.ok) return since;
  const until = instant(first(given, 'until'), 'until');
  return until.ok ? success({ since: since.value, until: until.value }) : until;
}

/** The filter as the record of the reading holds it. */
export function filterIn(given: GivenOptions): Readonly<Record<string, string>> {
  const named = [
    ['cluster', first(given, 'cluster')],
    ['command', first(given, 'command')],
    ['asks', asks(given)],
    ['operator', first(given, 'operator-account')],
    ['outcome', first(given, 'outcome')],
    ['request_id', first(given, 'request-id')],
    ['since', first(given, 'since')],
    ['until', first(given, 'until')],
  ] as const;
  return Object.fromEntries(named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function equal(field: string, wanted: string | undefined): readonly Test[] {
  return wanted === undefined ? [] : [record => record[field] === wanted];
}

function asks({ changes, reads }: GivenOptions): 'changes' | 'reads' | undefined {
  if (changes !== undefined) return 'changes';
  return reads === undefined ? undefined : 'reads';
}

function asking(wanted: 'changes' | 'reads' | undefined): readonly Test[] {
  if (wanted === undefined) return [];
  const commands = new Set<unknown>(commandsAsking(wanted));
  return [({ command }) => commands.has(command)];
}

function account(wanted: string | undefined): readonly Test[] {
  if (wanted === undefined) return [];
  return [
    ({ operator }) =>
      typeof operator === 'object' && operator !== null && 'account' in operator && operator.account === wanted,
  ];
}

/** Compares times as texts: all records write their time in the same form. */
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
