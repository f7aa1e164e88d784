/**
 * Lines of the log in the form that a panel shows. What a line says is foreign text: it is sent as plain text, and long
 * texts are cut so that the table stays readable.
 */
import type { AuditLine, AuditRequestRow, AuditReview } from '../control-plane/model/audit-reader.ts';
import { recordedExplanation, recordedKernelState } from '../panel-protocol/recorded.ts';
import type { AuditRow, AuditStage, RequestRow } from '../panel-protocol/audit.ts';
import { shownExplanation } from './recorded-explanation.ts';

const CELL = 200;
/** Most characters of one line that are sent to a panel. The raw file has all of them. */
const WHOLE = 1024 * 1024;

/** What is known of requests besides their records. */
export interface RequestProgress {
  /** Ids of the requests that have an intent and no recorded outcome. */
  readonly dangling: ReadonlySet<string>;
  readonly isUnderWay: (requestId: string) => boolean;
}

/** One row of the table by requests. */
export function requestRow({ first, lines, end, nodeName }: AuditRequestRow, now: RequestProgress): RequestRow {
  const { record, text } = first;
  const cell = (name: string): string | null => clipped(record?.[name]);
  const requestId = cell('request_id');
  return {
    line: Number(first.line),
    lines,
    damaged: record === null ? text.slice(0, CELL) : null,
    time: cell('time'),
    operator: who(record?.['operator']),
    command: cell('command'),
    cluster: cell('cluster'),
    target: cell('target'),
    nodeName: clipped(nodeName),
    reason: clipped(member(record?.['args'], 'reason') ?? member(record?.['explanation'], 'reason')),
    requestId,
    end,
    stage: cell('stage'),
    detail: cell('detail') ?? clipped(readingOf(record?.['log_read'])),
    underWay: end !== null && end.kind !== 'ended' && requestId !== null && now.isUnderWay(requestId),
  };
}

/** A reading of the log, in words: how it was read, and with which filter. */
function readingOf(read: unknown): string | undefined {
  const action = member(read, 'action');
  if (typeof action !== 'string') return undefined;
  const filter = member(read, 'filter');
  const sought = typeof filter === 'object' && filter !== null ? Object.entries(filter) : [];
  return [action, ...sought.map(([name, value]) => `${name}=${String(value)}`)].join(' ');
}

/** One line of the table. */
export function auditRow({ line, text, record }: AuditLine, { dangling, isUnderWay }: RequestProgress): AuditRow {
  const cell = (name: string): string | null => clipped(record?.[name]);
  const requestId = cell('request_id');
  const stage = cell('stage');
  return {
    line: Number(line),
    damaged: record === null ? text.slice(0, CELL) : null,
    seq: cell('seq'),
    time: cell('time'),
    stage,
    command: cell('command'),
    cluster: cell('cluster'),
    target: cell('target'),
    outcome: cell('outcome'),
    operator: who(record?.['operator']),
    authority: cell('authority'),
    requestId,
    dangling: stage === 'dispatch_intent' && requestId !== null && dangling.has(requestId),
    underWay: requestId !== null && isUnderWay(requestId),
  };
}

/** One stage of an unfolded request, complete. */
export async function auditStage(
  line: AuditLine,
  now: RequestProgress,
  describe: AuditReview['describe'],
): Promise<AuditStage> {
  const { text, record } = line;
  const explanation = recordedExplanation(record?.['explanation']);
  const digest = member(record?.['confirmation'], 'explanation_digest');
  return {
    row: auditRow(line, now),
    text: text.slice(0, WHOLE),
    left: Math.max(0, text.length - WHOLE),
    record: text.length > WHOLE ? null : record,
    explanation: await shownExplanation(
      explanation,
      membersIn(record?.['explanation']),
      typeof digest === 'string' ? digest : null,
      describe,
    ),
    kernelState: recordedKernelState(record?.['kernel_state']),
  };
}

/** The members of a recorded explanation, with everything that the engine said about them. */
function membersIn(explanation: unknown): readonly unknown[] {
  const members = member(member(explanation, 'kernel'), 'members');
  return Array.isArray(members) ? members : [];
}

function who(operator: unknown): string | null {
  const [account, host, name] = ['account', 'host', 'name'].map(key => member(operator, key));
  if (typeof account !== 'string') return null;
  return clipped(
    `${account}${typeof host === 'string' ? `@${host}` : ''}${typeof name === 'string' ? ` (${name})` : ''}`,
  );
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
}

function clipped(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return value.length <= CELL ? value : `${value.slice(0, CELL)}…`;
}
