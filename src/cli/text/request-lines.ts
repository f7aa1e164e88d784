/** The requests of the log, and its records, each in one line of the terminal's width. */
import { commandSpec, isCommandName } from '../../control-plane/commands/commands.ts';
import type { AuditLine, AuditRequestRow, RequestEnd } from '../../control-plane/model/audit-reader.ts';
import { visible } from '../../text/foreign.ts';
import { columns } from './layout.ts';
import { inner, logReading, who, word } from './recorded.ts';

const HEADING = ['TIME (UTC)', 'WHO', 'COMMAND', 'NODE', 'OUTCOME', 'REASON'];
/** The largest width of each column; the last column takes the rest of the line. */
const WIDEST = [20, 20, 26, 24, 28];
const GAP = 2;

/** How a request ends that a record ends, where the record has the outcome that belongs to it. */
const ENDS: ReadonlyMap<string, readonly [outcome: string, words: string]> = new Map([
  ['command_executed', ['executed', 'executed']],
  ['command_answered', ['executed', 'answered']],
  ['kernel_rejected', ['not_executed', 'kernel rejected']],
  ['dispatch_failed', ['not_executed', 'not executed']],
  ['read_failed', ['not_executed', 'no answer']],
  ['command_rejected', ['not_executed', 'refused']],
  ['confirmation_declined', ['not_executed', 'declined']],
  ['confirmation_voided', ['not_executed', 'not confirmed']],
]);

/** How a request ended, in words (P7-E2: an intent without an outcome is unknown). */
export function endWords(end: RequestEnd): string {
  if (end.kind === 'unknown') return 'OUTCOME UNKNOWN';
  if (end.kind === 'unfinished') return 'no end recorded';
  const [outcome, words] = ENDS.get(end.stage) ?? [];
  return outcome === end.outcome && words !== undefined ? words : outcomeWords(end.outcome);
}

/** The title of a command; for a name that is none of the ten commands, the recorded name. */
export function commandWords(command: unknown): string | undefined {
  const name = word(command);
  return name !== undefined && isCommandName(name) ? commandSpec(name).title : name;
}

/** One line for each row. `heading` puts the names of the columns above them. */
export function requestLines(rows: readonly AuditRequestRow[], width: number, heading: boolean): readonly string[] {
  const cells = [...(heading && rows.length > 0 ? [HEADING] : []), ...rows.map(requestCells)];
  const widths = WIDEST.map((widest, index) =>
    Math.min(
      widest,
      cells.reduce((most, row) => (index < row.length - 1 ? Math.max(most, columns(row[index] ?? '')) : most), 0),
    ),
  );
  return cells.map(row => {
    const aligned = row
      .slice(0, -1)
      .map((cell, index) => padded(clippedTo(widths[index] ?? 0, cell), widths[index] ?? 0));
    return clippedTo(width, [...aligned, row.at(-1) ?? ''].join(' '.repeat(GAP)).trimEnd());
  });
}

/** One record. */
export function recordLine({ line, record, text }: AuditLine, unknown: boolean, width: number): string {
  if (record === null) return clippedTo(width, `line ${line}: not a record: ${visible(text.slice(0, width))}`);
  const outcome = unknown ? 'OUTCOME UNKNOWN' : recordOutcome(record['outcome']);
  const said = [
    `#${word(record['seq']) ?? '?'}`,
    shortTime(record['time']),
    word(record['stage']) ?? 'no stage',
    outcome,
    who(inner(record['operator'])),
    commandWords(record['command']),
    place(word(record['cluster']), word(record['target'])),
    logReading(inner(record['log_read'])) ?? word(record['detail']),
  ];
  return clippedTo(width, said.filter(part => part !== undefined && part !== '').join('  '));
}

/** The cells of a row. A line that belongs to no request shows all that it says in the last cell. */
function requestCells({ first, end, nodeName }: AuditRequestRow): readonly string[] {
  const { record, text, line } = first;
  if (record === null) return ['', '', `line ${line}: not a record: ${visible(text.slice(0, 200))}`];
  const asked = [shortTime(record['time']), who(inner(record['operator']))];
  if (end === null) {
    const said = word(record['detail']) ?? logReading(inner(record['log_read']));
    const stage = word(record['stage'])?.replaceAll('_', ' ') ?? 'no stage';
    return [...asked, [stage, word(record['cluster']), said].filter(part => part !== undefined).join(': ')];
  }
  const reason = inner(record['args'])?.['reason'] ?? inner(record['explanation'])?.['reason'];
  const node = nodeName === null ? word(record['target']) : visible(nodeName);
  return [
    ...asked,
    commandWords(record['command']) ?? 'no command',
    place(word(record['cluster']), node) ?? '',
    endWords(end),
    word(reason) ?? '',
  ];
}

/**
 * How the record itself words its outcome. A record from before the outcome was known says so, whatever happened later.
 */
export function recordOutcome(outcome: unknown): string | undefined {
  const said = word(outcome);
  return said === 'pending' ? 'before any outcome' : said;
}

function outcomeWords(outcome: string): string {
  return recordOutcome(outcome)?.replaceAll('_', ' ') ?? '?';
}

function place(cluster: string | undefined, node: string | undefined): string | undefined {
  return cluster === undefined || node === undefined ? (cluster ?? node) : `${cluster}/${node}`;
}

/** A time to the second: "2026-11-21 10:00:00Z". */
function shortTime(time: unknown): string {
  const text = word(time);
  return text === undefined ? 'no time' : text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/u, '$1 $2Z');
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - columns(text)));
}

/** A text cut to a number of columns. */
export function clippedTo(width: number, text: string): string {
  if (columns(text) <= width) return text;
  let kept = '';
  for (const character of text) {
    if (columns(kept + character) > width - 3) break;
    kept += character;
  }
  return `${kept.trimEnd()}...`;
}
