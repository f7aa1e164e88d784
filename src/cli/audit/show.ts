/** `audit show`: one line for each request, or the records themselves. */
import { OpenIntents } from '../../audit/open-intents.ts';
import { openAuditPages } from '../../audit/pages.ts';
import { requestEnd } from '../../audit/query.ts';
import type { AuditLine, AuditReader } from '../../control-plane/model/audit-reader.ts';
import { failure, refusal, type Result } from '../../control-plane/model/errors.ts';
import { visible } from '../../text/foreign.ts';
import type { ExitCode } from '../exit-codes.ts';
import { auditLineJson } from '../json.ts';
import { first, type GivenOptions } from '../given.ts';
import { selection, type Selection } from '../selection.ts';
import { paintFor } from '../text/paint.ts';
import { recordText } from '../text/records.ts';
import { clippedTo, recordLine, requestLines } from '../text/request-lines.ts';
import { summaryOf } from '../text/request-summary.ts';
import { reading, type Review } from './review.ts';

/** Number of rows that are read and laid out together. */
const PAGE = 200;
/** Width in columns when the output is not a terminal. */
const NO_TERMINAL = 100;

/** Shows what was asked for in the form that was asked for. */
export async function show(review: Review): Promise<Result<ExitCode>> {
  const { reader, given, json, recordReading } = review;
  const chosen = selection(given);
  if (!chosen.ok) return chosen;
  if (given.records !== undefined && given.full !== undefined)
    return failure(
      refusal('PHASE7_MALFORMED_REQUEST', '--records and --full cannot be used together. Nothing was read.', 'records'),
    );
  const rows = selection(withoutOutcome(given));
  if (!rows.ok) return rows;
  await recordReading([reader.path]);
  const isOneRequest = first(given, 'request-id') !== undefined && !json;
  const isByRecords = json || given.records !== undefined || given.full !== undefined || isOneRequest;
  return reading(reader, async () => {
    if (isOneRequest) await showSummary(review);
    await (isByRecords ? showRecords(review, chosen.value) : showRows(review, rows.value));
  });
}

/**
 * A row for each request, and one for each line that belongs to no request. `--outcome` selects by how the whole
 * request ended.
 */
async function showRows({ reader, given, output }: Review, test: Selection): Promise<void> {
  const pages = await openAuditPages(reader.path);
  try {
    const found = await pages.requests({ test, outcome: first(given, 'outcome') });
    const width = widthOf(process.stdout);
    for (let from = 0; from < found.count; from += PAGE)
      if (!(await output.stream(requestLines(await found.page(from, PAGE), width, from === 0)))) break;
    const of = found.count === found.total ? '' : ` of ${found.total}`;
    output.err([
      `${found.count}${of} ${found.total === 1 ? 'row' : 'rows'}, one for each request and for each line that ` +
        'belongs to no request; ' +
        `${pages.count} ${pages.count === 1 ? 'line' : 'lines'} of ${visible(reader.path)}. The chain was not checked.`,
    ]);
  } finally {
    await pages.close();
  }
}

/**
 * The summary of one request, at most ten lines. It uses every record of the request, because how it ended does not
 * depend on which records are shown.
 */
async function showSummary({ reader, given, output, env }: Review): Promise<void> {
  const whole = selection(Object.fromEntries(Object.entries(given).filter(([name]) => name === 'request-id')));
  const lines: AuditLine[] = [];
  for await (const line of reader.lines()) if (whole.ok && whole.value(line)) lines.push(line);
  const verdict = await reader.verify(null);
  const summary = summaryOf({ requestId: first(given, 'request-id') ?? '', lines, end: requestEnd(lines), verdict });
  const [title = '', ...others] = summary.map(line => clippedTo(widthOf(process.stdout), line));
  await output.stream([paintFor(process.stdout, env).strong(title), ...others, '']);
}

/**
 * Reads the log twice: the first pass finds the intents without a recorded outcome, the second prints. Only the intents
 * that are still open are kept in memory.
 */
async function showRecords({ reader, given, output, env, json }: Review, chosen: Selection): Promise<void> {
  const whole = first(given, 'request-id') !== undefined;
  const paint = paintFor(process.stdout, env);
  const width = widthOf(process.stdout);
  const open = await intentsWithoutOutcome(reader);
  let shown = 0;
  let all = 0;
  for await (const line of reader.lines()) {
    all += 1;
    if (!chosen(line)) continue;
    shown += 1;
    const unknown = line.record !== null && open.has(line.line);
    const text = json
      ? [auditLineJson(line.line, line.record, line.text)]
      : given.records === undefined
        ? recordText(line, { whole, unknown, paint })
        : [recordLine(line, unknown, width)];
    if (!(await output.stream(text))) break;
  }
  const of = shown === all ? '' : ` of ${all}`;
  if (!json && !whole)
    output.err([
      `${shown}${of} ${all === 1 ? 'line' : 'lines'} of ${visible(reader.path)}. The chain was not checked.`,
    ]);
  else if (!json) output.err([`${shown}${of} ${all === 1 ? 'line' : 'lines'} of ${visible(reader.path)}.`]);
}

function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY === true ? Math.max(40, stream.columns ?? NO_TERMINAL) : NO_TERMINAL;
}

/** Drops `--outcome`: a row is selected by the outcome of its request, not by the outcome in one of its records. */
function withoutOutcome(given: GivenOptions): GivenOptions {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'outcome'));
}

/** Lines of the intents without a recorded outcome (P7-E2: unknown, never a success). */
async function intentsWithoutOutcome(reader: AuditReader): Promise<ReadonlySet<bigint>> {
  const open = new OpenIntents<bigint>();
  for await (const { line, record } of reader.lines()) {
    const id = record?.['request_id'];
    if (typeof id === 'string') open.take(record?.['stage'], id, line);
  }
  return new Set(open.places);
}
