/** Logs and answers of kernels for the tests of a reconstruction: short, chained, and as the program writes them. */
import { encodeRecord, parseLine } from '../../src/audit/chain.ts';
import type { AuditPosition } from '../../src/control-plane/model/audit-position.ts';
import type { AuditVerdictKind } from '../../src/control-plane/model/audit-reader.ts';
import type { AuditEntry } from '../../src/control-plane/model/record.ts';
import { PAST } from '../../src/engines/aerodb/past.ts';
import { LogCollector, type CollectedLog, type LogPiece } from '../../src/reconstruction/collect.ts';
import { evidenceIn } from '../../src/reconstruction/evidence.ts';
import type { NamedEvidence } from '../../src/reconstruction/lane.ts';
import type { ReconstructionQuery } from '../../src/reconstruction/model.ts';

export const ALL: ReconstructionQuery = { requestId: null, cluster: null, since: null, until: null };
export const NODE = '00000000-0000-4000-8000-000000000001';
export const OTHER = '00000000-0000-4000-8000-000000000002';
export const REQUEST = '6f1c1f3e-0000-4000-8000-000000000001';

type Fields = Partial<AuditEntry> & Readonly<Record<string, unknown>>;

/** A log as its records; each says only what its test is about. */
export function pieces(account: string, entries: readonly Fields[]): readonly Extract<LogPiece, { is: 'record' }>[] {
  let head: AuditPosition | null = null;
  return entries.map((fields, index) => {
    const entry: Fields = {
      time: new Date(Date.UTC(2026, 10, 1) + index * 1000).toISOString(),
      clock: 'a clock',
      session: account,
      n: String(index + 1),
      stage: 'command_requested',
      operator: { account, host: 'host', name: null },
      authority: 'Operator',
      cluster: 'orders',
      ...fields,
    };
    const { line, position } = encodeRecord(entry as AuditEntry, head);
    head = position;
    const text = line.toString().trimEnd();
    return {
      is: 'record',
      line: BigInt(index + 1),
      seq: position.seq,
      prev: parseLine(Buffer.from(text))?.prev ?? '',
      hash: position.hash,
      record: JSON.parse(text) as Readonly<Record<string, unknown>>,
    };
  });
}

/** What is taken out of these pieces of one file. */
export function collected(
  name: string,
  given: readonly LogPiece[],
  asked: ReconstructionQuery = ALL,
  kind: AuditVerdictKind = 'intact',
  at: { readonly seq: bigint; readonly message: string } | null = null,
): CollectedLog {
  const collector = new LogCollector(asked);
  for (const piece of given) collector.take(piece);
  const verdict = { kind, message: at?.message ?? '', line: null, seq: at?.seq ?? null, records: 0n, bytes: 0n };
  return collector.end(name, 'log', { ...verdict, head: null }, []);
}

/** The place of a record that is withheld. */
export function stub({ line, seq, prev, hash }: Extract<LogPiece, { is: 'record' }>): LogPiece {
  return { is: 'stub', line, seq, prev, hash };
}

/** The stages of a promotion that was sent, and what became of it. */
export function promotion(end: readonly Fields[], more: Fields = {}): readonly Fields[] {
  const asked = { request_id: REQUEST, command: 'request_promotion', target: NODE, ...more };
  return [
    { ...asked, stage: 'command_requested', args: { cluster: 'orders', node: NODE, reason: 'drill' } },
    {
      ...asked,
      stage: 'explanation_presented',
      explanation: {
        kernel: {
          decision: 'approve',
          reason: null,
          checks: [
            { result: 'pass', invariant: 'P6-S1', id: 'a', observed: '', message: '' },
            { result: 'overridden', invariant: 'P6-A1', id: 'b', observed: '', message: '' },
          ],
          members: [
            { nodeId: NODE, name: 'node-1' },
            { nodeId: OTHER, name: 'node-2' },
          ],
        },
      } as never,
    },
    {
      ...asked,
      stage: 'dispatch_intent',
      outcome: 'pending',
      confirmation: { type: 'enhanced', acknowledged: ['P6-A1'], explanation_digest: 'digest' },
      kernel_state: {
        node: NODE,
        endpoint: 'http://127.0.0.1:1',
        commit_id: '5',
        control_version: '7',
        time: '2026-11-01T00:00:00.000Z',
        clock: 'node',
        epoch: '1',
        primary: OTHER,
        members: [],
      },
    },
    ...end.map(fields => ({ ...asked, ...fields })),
  ];
}

/** One event of a node. */
export function event(seq: number, fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    seq: String(seq),
    type: 'replication.promotion.requested',
    time: '2026-11-01T00:00:00.000Z',
    epoch: '1',
    requestId: REQUEST,
    nodeId: NODE,
    mode: 'validated',
    operator: null,
    reason: null,
    auditHead: null,
    fields: {},
    ...fields,
  };
}

/** The text of an evidence file. */
export function answerText(
  events: readonly unknown[],
  view: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    format: 'aerodb-control/1',
    kind: 'answered',
    command: 'inspect_promotion_state',
    cluster: { name: 'orders', kind: 'aerodb', environment: null },
    view: { state: 'Steady', epoch: '1', lastAttempt: null, events, nextAfter: null, request: null, ...view },
    observed: { nodeId: NODE, time: '2026-11-01T01:00:00.000Z', clock: 'node' },
    endpoint: 'http://127.0.0.1:1',
    notes: [],
    requestId: '6f1c1f3e-0000-4000-8000-00000000000f',
    recorded: { notRecorded: 'made up' },
    ...more,
  });
}

/** The same, read. */
export function answer(...given: Parameters<typeof answerText>): NamedEvidence {
  const read = evidenceIn('node.json', answerText(...given));
  if (!read.ok) throw new Error(read.error.message);
  return { name: 'node.json', evidence: read.value, past: PAST };
}
