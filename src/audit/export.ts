/**
 * Takes a selection out of the log with its proof: the very bytes of each record, from which its hash can be
 * computed again, and the chain around it. Made for someone else's tools, so nothing in it can act there.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type {
  AuditExportOptions,
  AuditLine,
  AuditPages,
  AuditSelection,
  AuditSought,
  ExportedChain,
} from '../control-plane/model/audit-reader.ts';
import { Replacement } from '../files/replacement.ts';
import { codeOf } from './causes.ts';
import { isObject } from './chain.ts';

const PAGE = 256;
const BATCH_CHARACTERS = 1024 * 1024;

const COLUMNS = [
  'selected',
  'line',
  'seq',
  'time',
  'clock',
  'session',
  'n',
  'stage',
  'request_id',
  'command',
  'cluster',
  'target',
  'account',
  'host',
  'name',
  'authority',
  'outcome',
  'error_code',
  'error_message',
  'kernel_code',
  'kernel_message',
  'detail',
  'prev',
  'hash',
  'record',
] as const;

/** Pieces of the exported file, in order, in constant memory. */
export async function* exportSelection(
  pages: AuditPages,
  sought: AuditSought,
  options: AuditExportOptions,
): AsyncGenerator<string> {
  const selection = sought === 'dangling_intents' ? await pages.danglingIntents() : await pages.select(sought);
  if (options.format === 'csv') yield `${COLUMNS.join(',')}\r\n`;
  else yield `${JSON.stringify(manifest(pages, sought, selection, options))}\n`;
  for await (const { line, selected } of withChain(pages, selection, options.chain)) {
    yield options.format === 'csv'
      ? csvRow(line, selected)
      : `${JSON.stringify({ line: line.line.toString(), selected, record: line.text })}\n`;
  }
}

/**
 * Writes an export beside its name and then gives it the name: a file is there whole or not at all. What stands under
 * that name is replaced, unless it is the log, or one of the files that the log keeps beside it.
 */
export async function writeExport(
  file: string,
  pages: AuditPages,
  sought: AuditSought,
  options: AuditExportOptions,
): Promise<void> {
  if (await belongsToLog(file, pages.path))
    throw new Error(`${file} belongs to the audit log itself, which nothing replaces`);
  await writeFileWhole(file, batched(exportSelection(pages, sought, options)), { onlyNew: false });
}

/**
 * Writes `pieces` to a file that is there whole or not at all. `onlyNew`: refused with EEXIST where a file of this name
 * stands already.
 */
export async function writeFileWhole(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  { onlyNew }: { readonly onlyNew: boolean },
): Promise<void> {
  const target = new Replacement(file, {
    beside: path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`),
    onlyNew,
  });
  try {
    for await (const piece of pieces) target.write(typeof piece === 'string' ? Buffer.from(piece) : piece);
  } catch (error) {
    target.discard();
    throw error;
  }
  await target.keep();
}

async function belongsToLog(file: string, log: string): Promise<boolean> {
  const [found, own] = await Promise.all([identity(file), identity(log)]);
  if (found !== null && found === own) return true;
  const [folder, ownFolder] = await Promise.all([identity(path.dirname(file)), identity(path.dirname(log))]);
  return folder !== null && folder === ownFolder && /^audit\.(jsonl|lock)/i.test(path.basename(file));
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
  filter: AuditSought,
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
      if (chain === 'neighbours') {
        // The one after the last run, then the one before this one; a gap of one or two is closed by them.
        if (!first) yield* between(Math.min(next + 1, index));
        next = Math.max(next, index - 1);
      }
      yield* between(index);
      yield { line, selected: true };
      next = index + 1;
    }
  }
  if (selection.count > 0) yield* between(chain === 'to_end' ? pages.count : Math.min(next + 1, pages.count));
}

function csvRow({ line, text, record }: AuditLine, selected: boolean): string {
  const value = (name: string): unknown => record?.[name];
  const inner = (name: string, member: string): unknown => {
    const object = value(name);
    return isObject(object) ? object[member] : undefined;
  };
  const cells: Readonly<Record<(typeof COLUMNS)[number], unknown>> = {
    selected: selected ? 'yes' : 'no',
    line: line.toString(),
    seq: value('seq'),
    time: value('time'),
    clock: value('clock'),
    session: value('session'),
    n: value('n'),
    stage: value('stage'),
    request_id: value('request_id'),
    command: value('command'),
    cluster: value('cluster'),
    target: value('target'),
    account: inner('operator', 'account'),
    host: inner('operator', 'host'),
    name: inner('operator', 'name'),
    authority: value('authority'),
    outcome: value('outcome'),
    error_code: inner('error', 'code'),
    error_message: inner('error', 'message'),
    kernel_code: inner('kernel_response', 'code'),
    kernel_message: inner('kernel_response', 'message'),
    detail: value('detail'),
    prev: value('prev'),
    hash: value('hash'),
    record: text,
  };
  return `${COLUMNS.map(column => csvCell(cells[column])).join(',')}\r\n`;
}

/**
 * RFC 4180. What a spreadsheet would take for a formula is made text by an apostrophe; a record begins with a brace and
 * stays as it is.
 */
function csvCell(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  const harmless = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}
