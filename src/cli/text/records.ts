/** Audit records as text. What a record says is foreign text: a kernel or a stranger may have written it. */
import type { AuditLine } from '../../control-plane/model/audit-reader.ts';
import { visible } from '../../text/foreign.ts';
import { facts, quote, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { inner, logReading, who, word } from './recorded.ts';
import { recordOutcome } from './request-lines.ts';
import { tree } from './tree.ts';

/** How a record is shown. */
export interface RecordStyle {
  /** Whether every member is shown, including the explanation and the kernel state. */
  readonly whole: boolean;
  /** Whether the record is an intent without a recorded outcome. */
  readonly unknown: boolean;
  readonly paint: Paint;
}

/** One line of the log, in short or complete. */
export function recordText(
  { line, record, text }: AuditLine,
  { whole, unknown, paint }: RecordStyle,
): readonly string[] {
  if (record === null) return [paint.strong(`Line ${line}: not a record`), ...quote([visible(text)])];
  const outcome = unknown ? 'OUTCOME UNKNOWN' : recordOutcome(record['outcome']);
  const head = [
    `${word(record['seq']) ?? '?'}  ${word(record['time']) ?? 'no time'}  ${word(record['stage']) ?? 'no stage'}`,
    ...(outcome === undefined ? [] : [outcome]),
  ].join('  ');
  const title = wrap(head, WIDTH).map(paint.strong);
  if (whole) return [...title, ...tree(record, 2), ''];
  return [
    ...title,
    ...facts(
      [...(unknown ? [['unknown', 'the intent was recorded, and no outcome'] as const] : []), ...short(record)],
      4,
    ),
  ];
}

function short(record: Readonly<Record<string, unknown>>): readonly Fact[] {
  const error = inner(record['error']);
  const response = inner(record['kernel_response']);
  const asked = [
    word(record['command']),
    prefixed('on ', word(record['cluster'])),
    prefixed('node ', word(record['target'])),
  ]
    .filter(part => part !== undefined)
    .join(', ');
  return [
    ['who', `${who(inner(record['operator']))}, ${word(record['authority']) ?? 'no authority'}`],
    ...(asked === '' ? [] : [['asked', asked] as const]),
    ...fact('request', word(record['request_id'])),
    ...fact('read', logReading(inner(record['log_read']))),
    ...fact('detail', word(record['detail'])),
    ...(error === undefined
      ? []
      : [['error', `${word(error['code']) ?? 'no code'}: ${word(error['message']) ?? 'no message'}`] as const]),
    ...(response?.['accepted'] === true ? [['kernel', 'accepted'] as const] : []),
  ];
}

function prefixed(prefix: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : prefix + value;
}

function fact(label: string, value: string | undefined): readonly Fact[] {
  return value === undefined ? [] : [[label, value]];
}
