/** The audit log in the terminal: reading, verifying and exporting. Reads only; none of it reaches a kernel. */
import { access } from 'node:fs/promises';
import { chunksOf } from '../audit/chunks.ts';
import { writeFileWhole } from '../audit/export.ts';
import { isOutcome, requestEnd } from '../audit/query.ts';
import { openAuditReader, openLog } from '../audit/reader.ts';
import type { AuditReader } from '../control-plane/model/audit-reader.ts';
import { auditReviewRefused } from '../control-plane/commands/authority.ts';
import { failure, refusal, success, type ControlError, type Result } from '../control-plane/model/errors.ts';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import { visible } from '../text/foreign.ts';
import type { Env } from './environment.ts';
import { errorExitCode, EXIT, type ExitCode } from './exit-codes.ts';
import { auditLineJson, refusalJson, verdictJson } from './json.ts';
import type { Output } from './output.ts';
import { first, type Given, type Invocation } from './parse.ts';
import { notAPath } from './files.ts';
import { selection, type Selection } from './selection.ts';
import { assumeAuthority, openSession } from './session.ts';
import { paintFor } from './text/paint.ts';
import { recordText, verdictText } from './text/records.ts';
import { refusalText } from './text/results.ts';
import { safeText } from './text/safe.ts';

/** What an audit verb reads and how it writes. */
interface Review {
  readonly reader: AuditReader;
  readonly given: Given;
  readonly output: Output;
  readonly env: Env;
  readonly json: boolean;
}

/** Runs one audit verb and returns the exit code. */
export async function runAudit(
  { verb, given }: Extract<Invocation, { readonly kind: 'audit' }>,
  output: Output,
  env: Env,
): Promise<ExitCode> {
  const json = given.json !== undefined;
  const opened = await openReview(given, output, env);
  const ended = opened.ok ? await VERBS[verb](opened.value) : opened;
  if (ended.ok) return ended.value;
  const code = errorExitCode(ended.error);
  output.err(refusalText(`Audit log, ${verb}`, ended.error, paintFor(process.stderr, env)));
  if (json) output.out([refusalJson(null, ended.error, code)]);
  return code;
}

/** Takes the authority that was asked for, and then says whether it suffices. */
async function openReview(given: Given, output: Output, env: Env): Promise<Result<Review>> {
  const session = openSession(given, env);
  if (!session.ok) return session;
  const cluster = first(given, 'url') ?? first(given, 'cluster');
  if (given.operator !== undefined && cluster === undefined) {
    return failure(
      refusal('PHASE7_MISSING_ARGUMENT', 'Operator authority is for one cluster, and no cluster was named.', 'cluster'),
    );
  }
  const authority = await assumeAuthority(session.value, given, cluster);
  if (!authority.ok) return authority;
  if (authority.value?.position === null)
    output.err([`The change of authority is NOT RECORDED: ${visible(authority.value.cause)}`]);
  const refused = auditReviewRefused(session.value.plane.authority);
  if (refused !== undefined) return failure(refused);
  const file = first(given, 'file');
  const misplaced = file === undefined ? undefined : notAPath('file', file);
  if (misplaced !== undefined) return failure(misplaced);
  return success({
    reader: openAuditReader(file === undefined ? session.value.audit : { file }),
    given,
    output,
    env,
    json: given.json !== undefined,
  });
}

const VERBS = { show, verify, export: exportRecords } as const;

async function verify({ reader, given, output, env, json }: Review): Promise<Result<ExitCode>> {
  const head = knownHead(first(given, 'head'));
  if (!head.ok) return head;
  const verdict = await reader.verify(head.value);
  const code = verdict.kind === 'intact' ? EXIT.done : EXIT.verificationFailed;
  output.out(
    json
      ? [verdictJson(reader.path, verdict, code)]
      : verdictText(reader.path, verdict, head.value, paintFor(process.stdout, env)),
  );
  return success(code);
}

/**
 * Two readings: the first finds the intents that nothing follows, the second prints. Constant memory, whatever the
 * length.
 */
async function show({ reader, given, output, env, json }: Review): Promise<Result<ExitCode>> {
  const chosen = selection(given);
  if (!chosen.ok) return chosen;
  const whole = first(given, 'request-id') !== undefined;
  const paint = paintFor(process.stdout, env);
  return reading(reader, async () => {
    const open = await intentsWithoutOutcome(reader);
    let shown = 0;
    for await (const line of reader.lines()) {
      if (!chosen.value(line)) continue;
      shown += 1;
      const unknown = line.record !== null && open.has(line.line);
      const text = json
        ? [auditLineJson(line.line, line.record, line.text)]
        : recordText(line, { whole, unknown, paint });
      if (!(await output.stream(text))) break;
    }
    if (!json)
      output.err([`${shown} ${shown === 1 ? 'line' : 'lines'} of ${visible(reader.path)}. The chain was not checked.`]);
  });
}

/** A whole log is copied byte for byte; of a selection, the lines as they stand. */
async function exportRecords({ reader, given, output }: Review): Promise<Result<ExitCode>> {
  const chosen = selection(given);
  if (!chosen.ok) return chosen;
  const target = first(given, 'output');
  if (target !== undefined) return exportToFile(reader, given, chosen.value, target, output);
  return reading(reader, async () => {
    // A terminal gets the same JSON with every character escaped that could steer it.
    const write = process.stdout.isTTY
      ? (text: string) => output.stream([safeText(text)])
      : (text: string) => output.stream([text]);
    for await (const line of reader.lines()) {
      if (chosen.value(line) && !(await write(line.text))) break;
    }
  });
}

/** The file is there whole or not at all: a part of a log must not lie about as if it were one. */
async function exportToFile(
  reader: AuditReader,
  given: Given,
  chosen: Selection,
  target: string,
  output: Output,
): Promise<Result<ExitCode>> {
  const misplaced = notAPath('output', target);
  if (misplaced !== undefined) return failure(misplaced);
  const refused = (why: string): Result<ExitCode> => failure(refusal('PHASE7_MALFORMED_REQUEST', why, 'output'));
  const standsThere = `The file ${target} exists, and an existing file is never replaced. Nothing was exported.`;
  if (await exists(target)) return refused(standsThere);
  try {
    await writeFileWhole(target, readable(isWhole(given) ? wholeLog(reader.path) : linesOf(reader, chosen)), {
      onlyNew: true,
    });
  } catch (error) {
    if (error instanceof Unreadable) return unreadable(reader, error.cause);
    if (codeOf(error) === 'EEXIST') return refused(standsThere);
    // It has its name only when all of it is on disk: what failed then is the directory's own flush.
    return refused(
      (await exists(target))
        ? `The export to ${target} is whole; whether its name outlasts a power cut is not known, because its ` +
            `directory could not be flushed (${codeOf(error)}).`
        : `The export to ${target} could not be written (${codeOf(error)}). No part of it stands there.`,
    );
  }
  output.err([`Exported to ${visible(target)}.`]);
  return success(EXIT.done);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** The log failed, not the file that it goes to. */
class Unreadable extends Error {}

async function* readable(pieces: AsyncIterable<string | Uint8Array>): AsyncGenerator<string | Uint8Array> {
  const read = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await read
      .next()
      .catch((error: unknown) => Promise.reject(new Unreadable('the log cannot be read', { cause: error })));
    if (next.done === true) return;
    yield next.value;
  }
}

/** Byte for byte. */
async function* wholeLog(path: string): AsyncGenerator<Uint8Array> {
  await using log = await openLog(path);
  yield* chunksOf(log, path);
}

async function* linesOf(reader: AuditReader, chosen: Selection): AsyncGenerator<string> {
  for await (const line of reader.lines()) if (chosen(line)) yield `${line.text}\n`;
}

/** Lines of intents after which their request says nothing more (P7-E2: unknown, never a success). */
async function intentsWithoutOutcome(reader: AuditReader): Promise<ReadonlySet<bigint>> {
  const open = new Map<string, bigint>();
  for await (const line of reader.lines()) {
    const id = line.record?.['request_id'];
    if (typeof id !== 'string') continue;
    if (requestEnd([line]).kind === 'unknown') open.set(id, line.line);
    if (isOutcome(line)) open.delete(id);
  }
  return new Set(open.values());
}

/** A log that cannot be read is said to be so; nothing is shown in its place. */
async function reading(reader: AuditReader, read: () => Promise<void>): Promise<Result<ExitCode>> {
  try {
    await read();
    return success(EXIT.done);
  } catch (error) {
    return unreadable(reader, error);
  }
}

function unreadable(reader: AuditReader, error: unknown): Result<ExitCode> {
  return failure(refusal('PHASE7_AUDIT_UNAVAILABLE', `The audit log ${reader.path} cannot be read: ${codeOf(error)}.`));
}

function knownHead(text: string | undefined): Result<AuditPosition | null> {
  if (text === undefined) return success(null);
  const parts = /^(\d{1,20}):([0-9a-f]{64})$/.exec(text);
  const [, seq, hash] = parts ?? [];
  return seq === undefined || hash === undefined ? failure(badHead()) : success({ seq: BigInt(seq), hash });
}

function badHead(): ControlError {
  return refusal(
    'PHASE7_MALFORMED_REQUEST',
    'A head is written SEQ:HASH, the number of a record and its 64 hexadecimal digits. Nothing was verified.',
    'head',
  );
}

function isWhole(given: Given): boolean {
  return (['cluster', 'command', 'operator-account', 'outcome', 'request-id', 'since', 'until'] as const).every(
    name => given[name] === undefined,
  );
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
