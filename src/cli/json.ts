/**
 * What `--json` prints: one document per command on standard output, for success and failure alike. The shape is
 * versioned and documented in docs/terminal.md and docs/terminal.schema.json; a test holds live output against it.
 */
import type { AuditVerdict } from '../control-plane/model/audit-reader.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { Recorded } from '../control-plane/request/recorder.ts';
import { toWire } from '../control-plane/model/views.ts';
import type { ExitCode } from './exit-codes.ts';
import type { ClusterLabel } from './text/results.ts';
import { safeJson } from './text/safe.ts';

/** Moves only when a member is removed or changes its meaning; new members may appear under the same number. */
export const JSON_FORMAT = 'aerodb-control/1';

/** The end of a command. 64-bit values are decimal strings, unknown is `null`. */
export function resultJson(result: CommandResult, cluster: ClusterLabel | null, exitCode: ExitCode): string {
  const { requestId } = result;
  const end = { requestId, recorded: recordedJson(result.recorded), exitCode };
  switch (result.kind) {
    case 'answered': {
      const { command, reading } = result.answer;
      const { view, observed, endpoint, skipped, notes } = toWire(reading);
      return document({ kind: 'answered', command, cluster, view, observed, endpoint, skipped, notes, ...end });
    }
    case 'executed':
      return document({
        kind: 'executed',
        command: result.command,
        cluster,
        target: result.target,
        execution: toWire(result.execution),
        ...end,
      });
    case 'failed':
      return document({
        kind: 'failed',
        command: result.command,
        cluster,
        target: result.target,
        error: errorJson(result.error),
        authorityEnded: result.authorityEnded === undefined ? null : recordedJson(result.authorityEnded),
        ...end,
      });
  }
}

/** A refusal before there was a request: a line that was not understood, a change of authority, an unreadable log. */
export function refusalJson(command: string | null, error: ControlError, exitCode: ExitCode): string {
  return document({
    kind: 'failed',
    command,
    cluster: null,
    target: null,
    error: errorJson(error),
    authorityEnded: null,
    requestId: null,
    recorded: null,
    exitCode,
  });
}

/** The verdict over an audit log. */
export function verdictJson(path: string, verdict: AuditVerdict, exitCode: ExitCode): string {
  return document({ kind: 'audit_verdict', path, verdict: toWire(verdict), exitCode });
}

/** One line of an audit log, as one line of JSON: the record as it stands there, or its text where it is none. */
export function auditLineJson(line: bigint, record: Readonly<Record<string, unknown>> | null, text: string): string {
  return safeJson({
    format: JSON_FORMAT,
    kind: 'audit_record',
    line: line.toString(),
    record,
    ...(record === null ? { text } : {}),
  });
}

function document(members: Readonly<Record<string, unknown>>): string {
  return safeJson({ format: JSON_FORMAT, ...members }, 2);
}

function errorJson(error: ControlError): unknown {
  const { domain, code, message, invariants, outcome, known, field, kernel } = error;
  return {
    domain,
    code,
    message,
    invariants,
    outcome,
    known: known ?? null,
    field: field ?? null,
    kernel: kernel ?? null,
  };
}

function recordedJson(recorded: Recorded): unknown {
  return recorded.position === null
    ? { notRecorded: recorded.cause }
    : { seq: recorded.position.seq.toString(), hash: recorded.position.hash };
}
