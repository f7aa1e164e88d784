/** `audit export`: the log, a selection of it or a bundle, to standard output or a new file. */
import { access } from 'node:fs/promises';
import { chunksOf } from '../../audit/chunks.ts';
import { openLog } from '../../audit/opened.ts';
import { SourceFailed, writeFailure, writeFileWhole } from '../../audit/whole-file.ts';
import type { AuditReader } from '../../control-plane/model/audit-reader.ts';
import { failure, refusal, success, type ControlError, type Result } from '../../control-plane/model/errors.ts';
import { visible } from '../../text/foreign.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { notAPath } from '../files.ts';
import type { Output } from '../output.ts';
import { first, type GivenOptions } from '../given.ts';
import { selection, type Selection } from '../selection.ts';
import { safeText } from '../../text/json.ts';
import { codeOf, reading, unreadable, type Review } from './review.ts';

/** What is written: lines without their newlines to a terminal or a pipe, bytes to a file. */
type Lines = AsyncIterable<string>;

/** Copies a whole log byte for byte. Writes a selection as the lines of the log. A bundle can hold either. */
export async function exportRecords(review: Review): Promise<Result<ExitCode>> {
  const { reader, given, output, recordReading } = review;
  const chosen = selection(given);
  if (!chosen.ok) return chosen;
  const misused = misusedOption(given);
  if (misused !== undefined) return failure(misused);
  const target = first(given, 'output');
  if (target !== undefined) return exportToFile(review, chosen.value, target);
  if (given.bundle !== undefined) {
    const { bundleOf } = await import('./bundle.ts');
    const made = await bundleOf(review, chosen.value);
    return made.ok ? reading(reader, () => stream(withoutNewlines(made.value), output)) : made;
  }
  await recordReading([reader.path]);
  return reading(reader, () =>
    isWhole(given) && !process.stdout.isTTY
      ? copyTo(output, wholeLog(reader.path))
      : stream(chosenLines(reader, chosen.value), output),
  );
}

/**
 * Copies bytes and not text: an interrupted write may leave bytes that are no valid text, and the next record refers to
 * exactly those bytes.
 */
async function copyTo(output: Output, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) if (!(await output.bytes(chunk))) break;
}

/** Escapes, for a terminal only, every character that could control the terminal. The JSON stays equivalent. */
async function stream(lines: Lines, output: Output): Promise<void> {
  const shown = process.stdout.isTTY ? safeText : (text: string) => text;
  for await (const line of lines) if (!(await output.stream([shown(line)]))) break;
}

/** Writes the whole file or no file, so that nobody can mistake a part of an export for all of it. */
async function exportToFile(review: Review, chosen: Selection, target: string): Promise<Result<ExitCode>> {
  const { reader, given, output, recordReading } = review;
  const misplaced = notAPath('output', target);
  if (misplaced !== undefined) return failure(misplaced);
  const key = first(given, 'sign');
  const notAKey = key === undefined ? undefined : notAPath('sign', key);
  if (notAKey !== undefined) return failure(notAKey);
  for (const file of key === undefined ? [target] : [target, `${target}.sig`])
    if (await exists(file)) return refused(standsThere(file));
  if (given.bundle === undefined) await recordReading([reader.path]);
  const pieces = await piecesOf(review, chosen);
  if (!pieces.ok) return pieces;
  const written = await writeNew(reader, target, pieces.value);
  if (!written.ok) return written;
  output.err([`Exported to ${visible(target)}.`]);
  return key === undefined ? written : signed(target, key, output);
}

async function piecesOf(
  { reader, given, ...review }: Review,
  chosen: Selection,
): Promise<Result<AsyncIterable<string | Uint8Array>>> {
  if (given.bundle === undefined)
    return success(isWhole(given) ? wholeLog(reader.path) : withNewlines(chosenLines(reader, chosen)));
  const { bundleOf } = await import('./bundle.ts');
  return bundleOf({ reader, given, ...review }, chosen);
}

async function writeNew(
  reader: AuditReader,
  target: string,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<Result<ExitCode>> {
  try {
    await writeFileWhole(target, pieces, { onlyNew: true });
    return success(EXIT.done);
  } catch (error) {
    if (error instanceof SourceFailed) return unreadable(reader, error.cause);
    return refused(codeOf(error) === 'EEXIST' ? standsThere(target) : writeFailure(target, error));
  }
}

async function signed(target: string, key: string, output: Output): Promise<Result<ExitCode>> {
  const { sign } = await import('./signature.ts');
  const why = await sign(target, key);
  if (why !== undefined)
    return refused(
      `The export to ${target} is complete but not signed: ${visible(why)}. If ${target}.sig exists, it is ` +
        'not a signature of this export.',
      'sign',
    );
  output.err([`Signed: ${visible(target)}.sig.`]);
  return success(EXIT.done);
}

function refused(why: string, field = 'output'): Result<never> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', why, field));
}

function standsThere(file: string): string {
  return `The file ${file} exists, and an existing file is never replaced. Nothing was exported.`;
}

/**
 * Refuses options that have no effect in this line: the person who gave them expects something that would not be done.
 */
function misusedOption(given: GivenOptions): ControlError | undefined {
  const misused = (why: string, field: string): ControlError =>
    refusal('PHASE7_MALFORMED_REQUEST', `${why} Nothing was exported.`, field);
  if (given.bundle === undefined)
    for (const name of ['evidence', 'chain', 'head', 'sign'] as const)
      if (given[name] !== undefined) return misused(`--${name} belongs to a bundle (--bundle).`, name);
  return given.sign !== undefined && given.output === undefined
    ? misused('Only a file can be signed: name one with --output.', 'sign')
    : undefined;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function* wholeLog(path: string): AsyncGenerator<Uint8Array> {
  await using log = await openLog(path);
  yield* chunksOf(log, path);
}

async function* chosenLines(reader: AuditReader, chosen: Selection): AsyncGenerator<string> {
  for await (const line of reader.lines()) if (chosen(line)) yield line.text;
}

async function* withNewlines(lines: Lines): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

async function* withoutNewlines(lines: Lines): AsyncGenerator<string> {
  for await (const line of lines) yield line.slice(0, -1);
}

function isWhole(given: GivenOptions): boolean {
  return (
    ['changes', 'cluster', 'command', 'operator-account', 'reads', 'outcome', 'request-id', 'since', 'until'] as const
  ).every(name => given[name] === undefined);
}
