/** Builds some rows of a log shown by requests, from the lines that follow the beginning of the first row. */
import type { AuditLine, AuditRequestRow, RequestEnd } from '../control-plane/model/audit-reader.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { parseObject } from './chain.ts';
import { requestOfLine, type LineRequest } from './line-request.ts';
import { auditLine, type BufferedLine } from './line-search.ts';
import { topLevelMembers } from './members.ts';
import { endOf, FIRST, RequestUses, type OpenRequest } from './request-uses.ts';
import type { RowMatch } from './row-match.ts';
import { firstFrom } from './selection.ts';

const EXPLAINED: Stage = 'explanation_presented';

/** What a single line cannot show of a log shown by requests. */
export interface KnownRows {
  /** Where requests begin that do not begin with their first stage. */
  readonly partial: Float64Array;
  /** Where requests begin that no record ends, each with the place of its last record. */
  readonly unended: ReadonlyMap<number, number>;
}

interface DrawnRow {
  readonly first: AuditLine | null;
  /** Where the last record stands of a request that no record ends. */
  readonly lastOffset: number | undefined;
  lastNumber: number;
  lines: number;
  nodeName: string | null;
  end: RequestEnd | null;
  isFound: boolean;
}

/** What is read. */
export interface PageStretch {
  /** Where the first row begins that is no longer asked for. */
  readonly until: number;
  /** How many lines of the log stand before the first one. */
  readonly number: number;
  /** Which of the rows that begin here are asked for. */
  readonly wanted: { readonly from: number; readonly to: number };
}

export class RowPage {
  readonly #match: RowMatch | null;
  readonly #known: KnownRows;
  readonly #stretch: PageStretch;
  readonly #uses = new RequestUses<DrawnRow>();
  readonly #begun: DrawnRow[] = [];
  #number: number;
  /** How many of the wanted rows have not ended yet. */
  #open = 0;

  constructor(match: RowMatch | null, known: KnownRows, stretch: PageStretch) {
    this.#match = match;
    this.#known = known;
    this.#stretch = stretch;
    this.#number = stretch.number;
  }

  /** The wanted rows, after all lines were taken. */
  rows(): readonly AuditRequestRow[] {
    const { from, to } = this.#stretch.wanted;
    const found = this.#begun.filter(({ isFound, end }) => isFound && (this.#match?.hasEnd?.(end) ?? true));
    return found
      .slice(from, to)
      .flatMap(({ first, lastNumber, lines, end, nodeName }) =>
        first === null ? [] : [{ first, last: BigInt(lastNumber), lines, end, nodeName }],
      );
  }

  /** `false`: no more lines are needed. */
  take(line: BufferedLine): boolean {
    this.#number += 1;
    const isOver = this.#isOver(line.offset);
    if (isOver && this.#open === 0) return false;
    const { bytes, start, end } = line;
    const of = requestOfLine(bytes, start, end);
    if (of === null) {
      if (!isOver) this.#add(this.#begin(line, undefined), line);
      return true;
    }
    if (this.#concerns(of, line.offset, isOver)) this.#takeRecord(of, line, isOver);
    return true;
  }

  /** Whether the last wanted row has begun. If all rows count, it is known which one is the last. */
  #isOver(offset: number): boolean {
    return offset >= this.#stretch.until || (this.#match === null && this.#begun.length >= this.#stretch.wanted.to);
  }

  /** Whether a record belongs to a row that begins in this stretch; other rows began earlier or begin later. */
  #concerns({ id, stage }: LineRequest, offset: number, isOver: boolean): boolean {
    if (this.#uses.isOpen(id)) return true;
    return !isOver && (stage === FIRST || isAmong(this.#known.partial, offset));
  }

  #takeRecord(of: LineRequest, line: BufferedLine, isOver: boolean): void {
    const begin = (): DrawnRow =>
      isOver ? ROW_AFTER_THE_PAGE : this.#begin(line, this.#known.unended.get(line.offset));
    const { request, overtaken, begins, ends } = this.#uses.take(of, begin);
    if (overtaken !== undefined) this.#end(overtaken, null);
    const { row } = request;
    if (row === ROW_AFTER_THE_PAGE) return;
    if (begins && this.#isAskedFor(row)) this.#open += 1;
    this.#add(row, line);
    if (of.stage === EXPLAINED) row.nodeName ??= nodeName(bytesOf(line).toString());
    if (ends) this.#end(request, bytesOf(line));
    else if (line.offset === row.lastOffset) this.#end(request, null);
  }

  #begin(line: BufferedLine, lastOffset: number | undefined): DrawnRow {
    const row: DrawnRow = {
      first: this.#match === null && this.#begun.length < this.#stretch.wanted.from ? null : this.#line(line),
      lastOffset,
      lastNumber: this.#number,
      lines: 0,
      nodeName: null,
      end: null,
      isFound: this.#match === null,
    };
    this.#begun.push(row);
    return row;
  }

  #line(line: BufferedLine): AuditLine {
    return auditLine(this.#number - 1, bytesOf(line));
  }

  #add(row: DrawnRow, line: BufferedLine): void {
    row.lines += 1;
    row.lastNumber = this.#number;
    row.isFound ||= line.isCandidate && this.#match?.hasLine(bytesOf(line)) === true;
  }

  #end(request: OpenRequest<DrawnRow>, ending: Buffer | null): void {
    if (request.row.end !== null || request.row === ROW_AFTER_THE_PAGE) return;
    request.row.end = endOf(request, ending);
    if (this.#isAskedFor(request.row)) this.#open -= 1;
  }

  #isAskedFor({ first }: DrawnRow): boolean {
    return first !== null;
  }
}

/** The row of a request that begins after the wanted rows. */
const ROW_AFTER_THE_PAGE: DrawnRow = {
  first: null,
  lastOffset: undefined,
  lastNumber: 0,
  lines: 0,
  nodeName: null,
  end: null,
  isFound: false,
};

/** Whether a place is one of some ascending places. */
function isAmong(places: Float64Array, place: number): boolean {
  return places[firstFrom(places, place)] === place;
}

function bytesOf({ bytes, start, end }: BufferedLine): Buffer {
  return bytes.subarray(start, end);
}

/** The node's name in the recorded explanation. */
function nodeName(record: string): string | null {
  const explanation = topLevelMembers(record, ['explanation']).get('explanation') ?? '';
  const name = parseObject(topLevelMembers(explanation, ['target']).get('target') ?? '')?.['name'];
  return typeof name === 'string' ? name : null;
}
