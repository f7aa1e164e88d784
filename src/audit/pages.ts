/** A log of any size, page by page, in bounded memory: a visible page is read again each time. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import type {
  AuditFilter,
  AuditLine,
  AuditPages,
  AuditRows,
  AuditRowsQuery,
  AuditSelection,
} from '../control-plane/model/audit-reader.ts';
import { chunksOf } from './chunks.ts';
import { matcher, ofStages } from './filter.ts';
import { LineIndex } from './line-index.ts';
import { linesOf, searchLines, type IndexedLog } from './line-search.ts';
import { INTENT_STAGES, OpenIntents } from './open-intents.ts';
import { requestRows } from './request-rows.ts';
import { rowMatch } from './row-match.ts';
import { linesAt, selectLines } from './selection.ts';

/** Opens a log for paging. Rejects if it cannot be read. `mostBlocks`: how fine its index may be, an even number. */
export async function openAuditPages(file: string, mostBlocks?: number): Promise<AuditPages> {
  const pages = new FilePages(file, mostBlocks);
  await pages.reload();
  return pages;
}

class FilePages implements AuditPages {
  readonly path: string;
  readonly #mostBlocks: number | undefined;
  #file: FileHandle | null = null;
  #identity = '';
  /** Replaced and never changed, so that earlier selections stay valid. */
  #index: LineIndex;

  constructor(path: string, mostBlocks: number | undefined) {
    this.path = path;
    this.#mostBlocks = mostBlocks;
    this.#index = new LineIndex(mostBlocks);
  }

  get count(): number {
    return this.#index.count;
  }

  async reload(): Promise<'same' | 'grown' | 'replaced'> {
    const facts = await stat(this.path, { bigint: true });
    if (!facts.isFile()) throw new Error(`${this.path} is not a regular file`);
    const identity = `${facts.dev}:${facts.ino}`;
    const first = this.#file === null;
    const replaced = identity !== this.#identity || Number(facts.size) < this.#index.size;
    if (replaced) {
      await this.#file?.close();
      this.#file = await open(this.path, 'r');
      this.#identity = identity;
      this.#index = new LineIndex(this.#mostBlocks);
    }
    const before = this.#index.size;
    const index = this.#index.copy();
    for await (const bytes of chunksOf(this.#opened().file, this.path, before)) index.push(bytes);
    this.#index = index;
    if (replaced && !first) return 'replaced';
    return index.size === before ? 'same' : 'grown';
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async page(from: number, count: number): Promise<readonly AuditLine[]> {
    return linesOf(this.#opened(), from, count);
  }

  async select(filter: AuditFilter): Promise<AuditSelection> {
    return selectLines(this.#opened(), matcher(filter));
  }

  async requests(sought: AuditRowsQuery): Promise<AuditRows> {
    return requestRows(this.#opened(), rowMatch(sought));
  }

  async danglingIntents(): Promise<AuditSelection> {
    const log = this.#opened();
    const open = new OpenIntents<number>();
    const everything = { from: 0, to: log.index.size, numbered: false };
    await searchLines(log.file, everything, ofStages(INTENT_STAGES), ({ offset, members }) => {
      open.take(members.get('stage')?.slice(1, -1), members.get('request_id'), offset);
      return true;
    });
    return linesAt(log, Float64Array.from(open.places).sort());
  }

  #opened(): IndexedLog {
    if (this.#file === null) throw new Error(`${this.path} is closed`);
    return { file: this.#file, index: this.#index };
  }
}
