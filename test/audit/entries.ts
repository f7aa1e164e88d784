/** Plain entries, and what a writer process is told and tells; without anything that would slow its start. */
import type { AuditEntry } from '../../src/control-plane/model/record.ts';

/** A plain entry; `n` makes it distinct. */
export function entry(n: number, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    time: '2026-01-02T03:04:05.678Z',
    clock: 'test clock',
    session: '00000000-0000-4000-8000-000000000001',
    n: String(n),
    stage: 'command_requested',
    operator: { account: 'alice', host: 'ws-1', name: null },
    authority: 'Operator',
    request_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    command: 'request_promotion',
    args: { cluster: 'prod', node: 'node-2', reason: 'hand-over: the disk of node-1 fails' },
    cluster: 'prod',
    target: 'node-2',
    outcome: 'pending',
    ...more,
  };
}

/** An entry of a session, which belongs to no request. */
export function withoutRequest(of: AuditEntry): AuditEntry {
  return { ...of, request_id: undefined, command: undefined, args: undefined } as unknown as AuditEntry;
}

/** What a writer process is to do: see `writer.ts`. */
export interface WriterTask {
  readonly directory: string;
  /** Where the second copy is, if there is one. */
  readonly copyDirectory?: string;
  readonly count: number;
  readonly session?: string;
  readonly lockWaitMs?: number;
  /** Wait for a line on standard input before each append but the first. */
  readonly step?: boolean;
  /** Drop to this user before the first append. */
  readonly uid?: number;
  /**
   * Fill the disk that the directory (or the copy's) is on, leaving this many bytes, before this append; free it before
   * the last.
   */
  readonly fillDisk?: { readonly before: number; readonly leave: number; readonly of?: 'copy' };
  /**
   * Stop itself once, holding the lock: the tail is read, everything is looked at and nothing written yet, a part is
   * written, or all and not yet flushed, or all is flushed and nothing in the second copy.
   */
  readonly pause?:
    | 'before the write'
    | 'after the last look'
    | 'in the middle of the record'
    | 'before the flush'
    | 'before the copy';
  /** Die by SIGKILL at the n-th touch of a file (from 1), after `bytes` of it when it is a write. */
  readonly die?: { readonly at: number; readonly bytes: number };
}

/** What a writer process says of each append. */
export interface Said {
  readonly n?: number;
  readonly seq?: string;
  readonly hash?: string;
  readonly refused?: string;
  readonly verdict?: string;
  readonly touches?: number;
}
