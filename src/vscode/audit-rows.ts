/**
 * Lines of the log as a panel shows them. What a line says is a stranger's word: texts stay texts, and are cut where a
 * table would drown in them.
 */
import type { AuditLine, AuditReview } from '../control-plane/model/audit-reader.ts';
import { recordedExplanation, recordedKernelState } from '../panel-protocol/recorded.ts';
import type { AuditRow, AuditStage } from '../panel-protocol/audit.ts';

const CELL = 200;
/** Characters of one line that are sent to be read in a panel; the raw file has all. */
const WHOLE = 1024 * 1024;

/** One line of the table. */
export function auditRow({ line, text, record }: AuditLine, dangling: ReadonlySet<string>): AuditRow {
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
  };
}

/** One stage of an unfolded request, whole. */
export async function auditStage(
  line: AuditLine,
  dangling: ReadonlySet<string>,
  describe: AuditReview['describe'],
): Promise<AuditStage> {
  const { text, record } = line;
  const explanation = recordedExplanation(record?.['explanation']);
  const digest = member(record?.['confirmation'], 'explanation_digest');
  return {
    row: auditRow(line, dangling),
    text: text.slice(0, WHOLE),
    left: Math.max(0, text.length - WHOLE),
    record: text.length > WHOLE ? null : record,
    explanation:
      explanation === null
        ? null
        : {
            explanation,
            document: await describe(
              explanation.cluster.kind,
              explanation.target.nodeId,
              explanation.kernel === null
                ? null
                : { epoch: explanation.kernel.epoch, members: membersIn(record?.['explanation']) },
            ),
            digest: typeof digest === 'string' ? digest : '',
          },
    kernelState: recordedKernelState(record?.['kernel_state']),
  };
}

/** The members of a recorded explanation with all that their engine said of them. */
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
