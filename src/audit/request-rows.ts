/**
 * A log of any size shown by requests, in bounded memory. Of the rows, it keeps only how many begin before and in each
 * block of the index, and what a single line cannot show: the requests that no record ends, and those that do not begin
 * with their first stage. A row stands where its request begins. Its end is looked up when its page is shown, because
 * the records of a request lie near each other.
 */
import type { AuditRequestRow, AuditRows, RequestEnd } from '../control-plane/model/audit-reader.ts';
import { BlockCounts, type Stretch } from './block-counts.ts';
import { requestOfLine } from './line-request.ts';
import { eachLine, type IndexedLog } from './line-search.ts';
import { endOf, FIRST, RequestUses, type OpenRequest } from './request-uses.ts';
import { RowPage, type KnownRows } from './row-page.ts';
import type { NextCandidate } from './filter.ts';
import type { RowMatch } from './row-match.ts';

/** Large, because a person waits for the first page while the log is also being verified. */
const CHUNK_BYTES = 4 * 1024 * 1024;

interface CountedRow {
  readonly start: number;
  readonly block: number;
  last: number;
  isFound: boolean;
}

/** Reads the whole log once. `match`: `null` for every row. */
export async function requestRows(log: IndexedLog, match: RowMatch | null): Promise<AuditRows> {
  const { index, file } = log;
  const upTo = new Uint32Array(index.blocks);
  const uses = new RequestUses<CountedRow>();
  const partial: number[] = [];
  const unended = new Map<number, number>();
  let total = 0;
  let block = 0;
  const begin = (start: number): CountedRow => {
    while (block + 1 < index.blocks && index.startOf(block + 1) <= start) block += 1;
    total += 1;
    return { start, block, last: start, isFound: match === null };
  };
  const count = (row: CountedRow, end: () => RequestEnd | null): void => {
    if (row.isFound && (match?.hasEnd?.(end()) ?? true)) upTo[row.block] = (upTo[row.block] ?? 0) + 1;
  };
  const left = (request: OpenRequest<CountedRow>): void => {
    unended.set(request.row.start, request.row.last);
    count(request.row, () => endOf(request, null));
  };
  const everything = { from: 0, to: index.size, chunkBytes: CHUNK_BYTES };
  const candidates = match?.candidates ?? noCandidates;
  await eachLine(file, everything, candidates, ({ bytes, start, end, offset, isCandidate }) => {
    const isFound = (): boolean => match !== null && isCandidate && match.hasLine(bytes.subarray(start, end));
    const of = requestOfLine(bytes, start, end);
    if (of === null) {
      const row = begin(offset);
      row.isFound ||= isFound();
      count(row, () => null);
      return true;
    }
    const { request, overtaken, begins, ends } = uses.take(of, () => begin(offset));
    if (overtaken !== undefined) left(overtaken);
    if (begins && of.stage !== FIRST) partial.push(offset);
    request.row.last = offset;
    request.row.isFound ||= isFound();
    if (ends) count(request.row, () => endOf(request, bytes.subarray(start, end)));
    return true;
  });
  for (const request of uses.open) left(request);
  for (let at = 1; at < upTo.length; at += 1) upTo[at] = (upTo[at] ?? 0) + (upTo[at - 1] ?? 0);
  return new FoundRows(log, match, upTo, total, { partial: Float64Array.from(partial), unended });
}

function noCandidates(): NextCandidate {
  return () => -1;
}

class FoundRows implements AuditRows {
  readonly total: number;
  readonly #log: IndexedLog;
  readonly #match: RowMatch | null;
  readonly #counts: BlockCounts;
  readonly #known: KnownRows;

  constructor(log: IndexedLog, match: RowMatch | null, upTo: Uint32Array, total: number, known: KnownRows) {
    this.#log = log;
    this.#match = match;
    this.#counts = new BlockCounts(upTo);
    this.total = total;
    this.#known = known;
  }

  get count(): number {
    return this.#counts.count;
  }

  async page(from: number, count: number): Promise<readonly AuditRequestRow[]> {
    const to = Math.min(this.count, from + count);
    const rows: AuditRequestRow[] = [];
    let at = from;
    for (const stretch of this.#counts.stretches(from, to)) {
      const [before, after] = [this.#counts.before(stretch.first), this.#counts.before(stretch.end)];
      rows.push(...(await this.#begunIn(stretch, { from: at - before, to: Math.min(to, after) - before })));
      at = after;
    }
    return rows;
  }

  async #begunIn(
    { first, end }: Stretch,
    wanted: { readonly from: number; readonly to: number },
  ): Promise<readonly AuditRequestRow[]> {
    const { file, index } = this.#log;
    const page = new RowPage(this.#match, this.#known, {
      until: index.startOf(end),
      number: first * index.stride,
      wanted,
    });
    const stretch = { from: index.startOf(first), to: index.size };
    await eachLine(file, stretch, this.#match?.candidates ?? noCandidates, line => page.take(line));
    return page.rows();
  }
}
