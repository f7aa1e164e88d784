/**
 * What `--json` prints: one document for each command on standard output, whether it succeeded or failed. The shape has
 * a version and is documented in docs/terminal.md and docs/terminal.schema.json; a test checks live output against the
 * schema.
 */
import type { AuditFileVerification } from '../control-plane/model/audit-file.ts';
import type { AuditCopyVerdict } from '../control-plane/model/audit-reader.ts';
import type { CommandResult } from '../control-plane/request/result.ts';
import type { ControlError } from '../control-plane/model/errors.ts';
import type { Reconstruction } from '../reconstruction/model.ts';
import { answeredJson, JSON_FORMAT, recordedJson } from '../control-plane/model/answered-json.ts';
import { toWire } from '../control-plane/model/views.ts';
import { safeJson } from '../text/json.ts';
import type { SignatureCheck } from './audit/signature.ts';
import type { ExitCode } from './exit-codes.ts';
import type { ClusterLabel } from './text/results.ts';

/** The result of a command. 64-bit values are decimal strings, an unknown value is `null`. */
export function resultJson(result: CommandResult, cluster: ClusterLabel | null, exitCode: ExitCode): string {
  const { requestId } = result;
  const end = { requestId, recorded: recordedJson(result.recorded), exitCode };
  switch (result.kind) {
    case 'answered':
      return answeredJson(result, cluster, exitCode);
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

/** A refusal before a request existed: a line that was not understood, a change of authority, an unreadable log. */
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

/**
 * The verdict about an audit log or a file that holds records of one, and how the log's second copy compares with it.
 */
export function verdictJson(
  path: string,
  { form, verdict, heads, tolerated, manifest }: AuditFileVerification,
  copy: AuditCopyVerdict | null,
  signature: SignatureCheck | null,
  exitCode: ExitCode,
): string {
  const members = { form, verdict: toWire(verdict), heads: toWire(heads), tolerated, manifest };
  return document({ kind: 'audit_verdict', path, ...members, copy: toWire(copy), signature, exitCode });
}

/** A reconstruction from several sources: one document, with a line for each entry and each request. */
export function* reconstructionJson(shown: Reconstruction, exitCode: ExitCode): Generator<string> {
  const { entries, requests, ...rest } = shown;
  const head = Object.entries({ format: JSON_FORMAT, kind: 'reconstruction', ...rest, exitCode });
  yield '{';
  for (const [name, value] of head) yield `  ${JSON.stringify(name)}: ${safeJson(value)},`;
  yield* listJson('requests', requests, ',');
  yield* listJson('entries', entries, '');
  yield '}';
}

function* listJson(name: string, items: readonly unknown[], end: string): Generator<string> {
  yield `  ${JSON.stringify(name)}: [`;
  for (const [index, item] of items.entries()) yield `    ${safeJson(item)}${index + 1 < items.length ? ',' : ''}`;
  yield `  ]${end}`;
}

/** One line of an audit log as one line of JSON: the record itself, or its text when it is no record. */
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
