/** An export as a table (RFC 4180): one row for each line of the log, with the line's bytes in the last column. */
import type { AuditLine } from '../control-plane/model/audit-reader.ts';
import { isObject } from './chain.ts';

export const COLUMNS = [
  'selected',
  'line',
  'seq',
  'time',
  'clock',
  'session',
  'n',
  'stage',
  'request_id',
  'command',
  'cluster',
  'target',
  'account',
  'host',
  'name',
  'authority',
  'outcome',
  'error_code',
  'error_message',
  'kernel_code',
  'kernel_message',
  'detail',
  'prev',
  'hash',
  'record',
] as const;

/** The first row. */
export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

/** The row of one line of the log, with its line end. */
export function csvRow({ line, text, record }: AuditLine, selected: boolean): string {
  const value = (name: string): unknown => record?.[name];
  const inner = (name: string, member: string): unknown => {
    const object = value(name);
    return isObject(object) ? object[member] : undefined;
  };
  const cells: Readonly<Record<(typeof COLUMNS)[number], unknown>> = {
    selected: selected ? 'yes' : 'no',
    line: line.toString(),
    seq: value('seq'),
    time: value('time'),
    clock: value('clock'),
    session: value('session'),
    n: value('n'),
    stage: value('stage'),
    request_id: value('request_id'),
    command: value('command'),
    cluster: value('cluster'),
    target: value('target'),
    account: inner('operator', 'account'),
    host: inner('operator', 'host'),
    name: inner('operator', 'name'),
    authority: value('authority'),
    outcome: value('outcome'),
    error_code: inner('error', 'code'),
    error_message: inner('error', 'message'),
    kernel_code: inner('kernel_response', 'code'),
    kernel_message: inner('kernel_response', 'message'),
    detail: value('detail'),
    prev: value('prev'),
    hash: value('hash'),
    record: text,
  };
  return `${COLUMNS.map(column => csvCell(cells[column])).join(',')}\r\n`;
}

/**
 * RFC 4180. An apostrophe turns what a spreadsheet would take for a formula into text; a record begins with a brace and
 * needs none.
 */
export function csvCell(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  const harmless = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
