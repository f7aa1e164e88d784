/**
 * Exports a selection of the log with its proof: the exact bytes of each record, from which its hash can be computed
 * again, and the chain around it. Other people open exports in their own tools, so nothing in one can execute there.
 */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  AuditExportOptions,
  ExportFormat,
  AuditLine,
  AuditPages,
  AuditSelection,
  AuditQuery,
  ExportedChain,
} from '../control-plane/model/audit-reader.ts';
import { bundle, linesForBundle, type BundleMaker, type HeldHead } from './bundle.ts';
import { causeOf, codeOf } from './causes.ts';
import { endsAsRecord } from './chain.ts';
import { CSV_HEAD, csvRow } from './csv.ts';
import { SourceFailed, writeFailure, writeFileWhole } from './whole-file.ts';

const PAGE = 256;
const BATCH_CHARACTERS = 1024 * 1024;

/** What a bundle says about its makers, and the heads that they hold. */
export interface ExportMaker {
  readonly made: BundleMaker;
  readonly heads: readonly HeldHead[];
}

/** Options for an export as lines. */
type LinesOptions = AuditExportOptions & { readonly format: Exclude<ExportFormat, 'bundle'> };

/** The exported file in pieces, in order, in constant memory. */
export async function* exportSelection(
  pages: AuditPages,
  sought: AuditQuery,
  options: LinesOptions,
): AsyncGenerator<string> {
  const selection = await selectionOf(pages, sought);
  if (options.format === 'csv') yield CSV_HEAD;
  else yield `${JSON.stringify(manifest(pages, sought, selection, options))}\n`;
  for await (const { line, selected } of withChain(pages, selection, options.chain)) {
    yield options.format === 'csv'
      ? csvRow(line, selected)
      : `${JSON.stringify({ line: line.line.toString(), selected, record: line.text })}\n`;
  }
}

/** The same as a bundle. */
export async function* exportBundle(
  pages: AuditPages,
  sought: AuditQuery,
  { chain, verdict }: Omit<AuditExportOptions, 'format'>,
  { made, heads }: ExportMaker,
): AsyncGenerator<string> {
  const selection = await selectionOf(pages, sought);
  // The two verdicts that mean: the log does not hold a known head.
  const isHeld = verdict.kind !== 'truncated' && verdict.kind !== 'replaced';
  yield* bundle(
    {
      path: pages.path,
      linesInLog: BigInt(pages.count),
      selected: BigInt(selection.count),
      lines: linesForBundle(pages, selection, chain),
    },
    {
      made,
      filter: sought,
      chain,
      verdict,
      heads: isHeld ? heads : [],
      headsElsewhere: isHeld ? [] : heads,
      evidence: [],
    },
  );
}

function selectionOf(pages: AuditPages, sought: AuditQuery): Promise<AuditSelection> {
  return sought === 'dangling_intents' ? pages.danglingIntents() : pages.select(sought);
}

/**
 * Writes an export under another name and then renames it, so that the file is there whole or not at all. Replaces an
 * existing file, unless it is the log, its copy, or a file that is kept beside them.
 */
export async function writeExport(
  file: string,
  pages: AuditPages,
  sought: AuditQuery,
  options: AuditExportOptions,
  maker: () => ExportMaker,
  copies: readonly string[] = [],
): Promise<void> {
  await refuseLogs(file, [pages.path, ...copies]);
  try {
    const { format, ...rest } = options;
    const pieces =
      format === 'bundle'
        ? exportBundle(pages, sought, rest, maker())
        : exportSelection(pages, sought, { format, ...rest });
    await writeFileWhole(file, batched(pieces), { onlyNew: false });
  } catch (error) {
    throw error instanceof SourceFailed
      ? new Error(`${pages.path} cannot be read: ${causeOf(error.cause)}. Nothing was exported.`, { cause: error })
      : new Error(writeFailure(file, error), { cause: error });
  }
}

/** Writes other text in the same way: whole or not at all, and never over a file that belongs to the log. */
export async function writeBeside(file: string, pieces: Iterable<string>, logs: readonly string[]): Promise<void> {
  await refuseLogs(file, logs);
  try {
    await writeFileWhole(file, batched(oneByOne(pieces)), { onlyNew: false });
  } catch (error) {
    throw new Error(writeFailure(file, error), { cause: error });
  }
}

async function* oneByOne(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}

async function refuseLogs(file: string, logs: readonly string[]): Promise<void> {
  const belongs = await Promise.all(logs.map(log => belongsToLog(file, log)));
  if (belongs.includes(true)) throw new Error(`${file} belongs to the audit log itself, which nothing replaces`);
}

async function belongsToLog(file: string, log: string): Promise<boolean> {
  const [found, own] = await Promise.all([identity(file), identity(log)]);
  if (found !== null && found === own) return true;
  const [folder, ownFolder] = await Promise.all([identity(path.dirname(file)), identity(path.dirname(log))]);
  return folder !== null && folder === ownFolder && /^audit\.(jsonl|lock|copy)/i.test(path.basename(file));
}

async function identity(file: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function* batched(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let batch = '';
  for await (const piece of pieces) {
    batch += piece;
    if (batch.length < BATCH_CHARACTERS) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}

function manifest(
  pages: AuditPages,
  filter: AuditQuery,
  selection: AuditSelection,
  { chain, verdict }: AuditExportOptions,
): unknown {
  const { head, kind, message, records } = verdict;
  return {
    export: 1,
    from: pages.path,
    filter,
    chain,
    selected: selection.count,
    lines_in_log: pages.count,
    verdict: {
      kind,
      message,
      records: records.toString(),
      head: head === null ? null : { seq: head.seq.toString(), hash: head.hash },
    },
    note:
      'Each following line holds one line of the log as text in "record", byte for byte. Its hash is the SHA-256 ' +
      'of that text with ,"hash":"…"} replaced by }.',
  };
}

interface ExportedLine {
  readonly line: AuditLine;
  readonly selected: boolean;
}

async function* withChain(
  pages: AuditPages,
  selection: AuditSelection,
  chain: ExportedChain,
): AsyncGenerator<ExportedLine> {
  let next = 0;
  const between = async function* (end: number): AsyncGenerator<ExportedLine> {
    while (next < end) {
      const lines = await pages.page(next, Math.min(PAGE, end - next));
      if (lines.length === 0) return;
      for (const line of lines) yield { line, selected: false };
      next += lines.length;
    }
  };
  for (let from = 0; from < selection.count; from += PAGE) {
    for (const line of await selection.page(from, PAGE)) {
      const index = Number(line.line) - 1;
      const first = from === 0 && next === 0;
      if (chain === 'to_end' && first) next = index;
      if (chain === 'neighbours' && next < index) {
        // Between two runs: first the record after the last run, then the record before this run. If the gap has one or
        // two records, they fill it.
        if (!first) yield* between(Math.min(await behindRecord(pages, next), index));
        next = Math.max(next, await recordBefore(pages, index));
      }
      yield* between(index);
      yield { line, selected: true };
      next = index + 1;
    }
  }
  if (selection.count > 0) yield* between(chain === 'to_end' ? pages.count : await behindRecord(pages, next));
}

/**
 * The index after the first record from `index` on: a fragment is exported together with the record that reports it.
 */
async function behindRecord(pages: AuditPages, index: number): Promise<number> {
  let at = index;
  while (at < pages.count && !(await isRecord(pages, at))) at += 1;
  return Math.min(at + 1, pages.count);
}

/** The index of the last record before `index`, as far back as there is one. */
async function recordBefore(pages: AuditPages, index: number): Promise<number> {
  let at = Math.max(0, index - 1);
  while (at > 0 && !(await isRecord(pages, at))) at -= 1;
  return at;
}

async function isRecord(pages: AuditPages, index: number): Promise<boolean> {
  const [line] = await pages.page(index, 1);
  return line !== undefined && endsAsRecord(Buffer.from(line.text));
}
