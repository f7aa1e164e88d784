/**
 * The one reader of every file that holds records (a log, a selection, an export, a bundle), from a file, a pipe or
 * standard input. It reads once, in constant memory, and never rejects because of the content.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AuditFileVerification, AuditForm } from '../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import { causeOf, codeOf } from './causes.ts';
import { NEWLINE } from './chain.ts';
import { chunksOf } from './chunks.ts';
import { BundleForm } from './forms/bundle.ts';
import { CsvForm } from './forms/export-csv.ts';
import { JsonlForm } from './forms/export-jsonl.ts';
import type { FormReader, TakePiece } from './forms/form.ts';
import { LogForm } from './forms/log.ts';
import { NotReadable, Undoing } from './forms/rewritten.ts';
import { SelectionForm } from './forms/selection.ts';
import { openLog } from './opened.ts';

/**
 * Where the bytes come from. Without `as`, the first line decides the form. `log`: the log of a directory, which must
 * be a regular file; `selection`: plain records count as a part of a log, not as the whole.
 */
export type AuditFileSource = (
  | { readonly file: string }
  | { readonly stream: AsyncIterable<Buffer>; readonly name: string }
) & {
  readonly as?: 'log' | 'selection';
  /** Receives the bytes as they are read: all of them if nothing is wrong. */
  readonly seen?: (bytes: Buffer) => void;
};

/** How many bytes of the first line decide the form; every manifest names its form at its beginning. */
const TELLING_BYTES = 32;
const CSV_BEGINS = /^"?selected"?,"?line"?,"?seq"?,/;

/**
 * Verifies a file and passes on each piece in order, also after a break. An unreadable file is a verdict. `bytes` of
 * the verdict counts the bytes that were read.
 */
export async function verifyAuditFile(
  source: AuditFileSource,
  heads: readonly AuditPosition[],
  take?: TakePiece,
): Promise<AuditFileVerification> {
  const undoing = new Undoing();
  let form: FormReader | null = null;
  let begun = Buffer.alloc(0);
  let bytes = 0n;
  let isWanted = true;
  const begin = (): FormReader => {
    const undone = undoing.undo(begun);
    const made = formOf(undone, source.as, heads, take);
    made.push(undone);
    return made;
  };
  try {
    const { chunks, isPipe } = await opened(source);
    for await (const chunk of chunks) {
      bytes += BigInt(chunk.length);
      source.seen?.(chunk);
      if (form === null) {
        begun = Buffer.concat([begun, chunk]);
        if (begun.length >= TELLING_BYTES * 2 || begun.includes(NEWLINE)) form = begin();
      } else isWanted = form.push(undoing.undo(chunk));
      if (!isWanted) break;
    }
    if (bytes === 0n && isPipe)
      throw new NotReadable('The pipe was empty: the program that writes to it sent nothing.');
    form ??= begin();
    // If the rest is not read, the last piece may end inside a character.
    if (isWanted) form.push(undoing.end());
    const { verdict, tolerated, ...rest } = form.end();
    return { ...rest, verdict: { ...verdict, bytes }, tolerated: [...undoing.notes, ...tolerated] };
  } catch (error) {
    return unreadable(source, heads, bytes, error);
  }
}

async function opened(source: AuditFileSource): Promise<{ chunks: AsyncIterable<Buffer>; isPipe: boolean }> {
  if ('stream' in source) return { chunks: source.stream, isPipe: true };
  const { file } = source;
  const found = await stat(file);
  if (found.isFile() || source.as === 'log') return { chunks: logChunks(file), isPipe: false };
  // Reading a terminal would wait for input that nobody types, and a device never ends.
  if (!found.isFIFO()) throw new NotReadable(`${file} is neither a file nor a pipe.`);
  return { chunks: createReadStream(file) as AsyncIterable<Buffer>, isPipe: true };
}

async function* logChunks(file: string): AsyncGenerator<Buffer> {
  await using log = await openLog(file);
  yield* chunksOf(log, file);
}

/** The form that the first bytes of a file show. */
export function formOf(
  begun: Buffer,
  as: AuditFileSource['as'],
  heads: readonly AuditPosition[],
  take: TakePiece | undefined,
): FormReader {
  if (as === 'log') return new LogForm(heads, take);
  const text = begun.toString('utf8', 0, TELLING_BYTES);
  if (text.startsWith('{"bundle":')) return new BundleForm(heads, take);
  if (text.startsWith('{"export":')) return new JsonlForm(heads, take);
  if (CSV_BEGINS.test(text)) return new CsvForm(heads, take);
  return as === 'selection' ? new SelectionForm(heads, take) : new LogForm(heads, take);
}

function unreadable(
  source: AuditFileSource,
  heads: readonly AuditPosition[],
  bytes: bigint,
  error: unknown,
): AuditFileVerification {
  const form: AuditForm = source.as ?? 'log';
  const name = 'file' in source ? source.file : source.name;
  const absent = codeOf(error) === 'ENOENT' && 'file' in source;
  const nothing = { line: null, seq: null, records: 0n, bytes, head: null };
  const rest = { form, heads: heads.map(head => ({ head, found: 'missing', line: null }) as const), manifest: null };
  if (absent && heads.length > 0)
    return {
      ...rest,
      tolerated: [],
      verdict: {
        ...nothing,
        kind: 'truncated',
        seq: 1n,
        message: `There is no file ${name}, and records are known to have been written: the whole log was removed.`,
      },
    };
  const why = error instanceof NotReadable ? error.message : `${name} cannot be read: ${causeOf(error)}.`;
  return {
    ...rest,
    tolerated: [],
    verdict: {
      ...nothing,
      kind: 'unreadable',
      message: absent ? `There is no file ${name}: nothing was ever recorded there, or it was removed.` : why,
    },
  };
}
