/**
 * Audit records and verdicts as text. What a record says is foreign text: it may hold what a kernel or a stranger
 * wrote.
 */
import type { AuditLine, AuditVerdict, AuditVerdictKind } from '../../control-plane/model/audit-reader.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { visible } from '../../text/foreign.ts';
import { facts, paragraph, quote, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known } from './safe.ts';
import { tree } from './tree.ts';

/** How a record is shown. */
export interface RecordStyle {
  /** With every member, the explanation and the kernel state among them. */
  readonly whole: boolean;
  /** An intent that nothing follows. */
  readonly unknown: boolean;
  readonly paint: Paint;
}

/** One line of the log, in short or whole. */
export function recordText(
  { line, record, text }: AuditLine,
  { whole, unknown, paint }: RecordStyle,
): readonly string[] {
  if (record === null) return [paint.strong(`Line ${line}: not a record`), ...quote([visible(text)])];
  const outcome = unknown ? 'OUTCOME UNKNOWN' : word(record['outcome']);
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
    ...fact('detail', word(record['detail'])),
    ...(error === undefined
      ? []
      : [['error', `${word(error['code']) ?? 'no code'}: ${word(error['message']) ?? 'no message'}`] as const]),
    ...(response?.['accepted'] === true ? [['kernel', 'accepted'] as const] : []),
  ];
}

function who(operator: Readonly<Record<string, unknown>> | undefined): string {
  const id = `${word(operator?.['account']) ?? '?'}@${word(operator?.['host']) ?? '?'}`;
  const name = word(operator?.['name']);
  return name === undefined ? id : `${name} (${id})`;
}

const VERDICTS: Readonly<Record<AuditVerdictKind, string>> = {
  intact: 'intact',
  torn_tail: 'TORN TAIL',
  record_edited: 'RECORD EDITED',
  records_missing: 'RECORDS MISSING',
  forked: 'FORKED',
  truncated: 'TRUNCATED',
  replaced: 'REPLACED',
  unreadable: 'UNREADABLE',
};

/** What verification found, where, and what was held against it. */
export function verdictText(
  path: string,
  verdict: AuditVerdict,
  head: AuditPosition | null,
  paint: Paint,
): readonly string[] {
  return [
    paint.strong(`Audit log: ${VERDICTS[verdict.kind]}`),
    ...paragraph(visible(verdict.message), 2),
    ...facts([
      ['File', visible(path)],
      ['Records', known(verdict.records)],
      ['Bytes', known(verdict.bytes)],
      ...(verdict.line === null ? [] : [['Line', known(verdict.line)] as const]),
      ...(verdict.seq === null ? [] : [['Record', known(verdict.seq)] as const]),
      ['Last proven record', verdict.head === null ? 'none' : `${verdict.head.seq} ${verdict.head.hash}`],
      [
        'Held against',
        head === null
          ? 'the chain alone, which cannot show that its own end was cut'
          : `the chain and the known head ${head.seq} ${head.hash}`,
      ],
    ]),
  ];
}

function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? visible(value) : undefined;
}

function prefixed(prefix: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : prefix + value;
}

function fact(label: string, value: string | undefined): readonly Fact[] {
  return value === undefined ? [] : [[label, value]];
}

function inner(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
