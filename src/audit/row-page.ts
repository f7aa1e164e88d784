/** Some rows of a log by requests, put together from the lines from where the first of them begins. */
import type { AuditLine, AuditRequestRow, RequestEnd } from '../control-plane/model/audit-reader.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { parseObject } from './chain.ts';
import { requestOfLine, type LineRequest } from './line-request.ts';
import { auditLine, type LineThere } from './line-search.ts';
import { topLevelMembers } from './members.ts';
import { endOf, FIRST, RequestUses, type OpenRequest } from './request-uses.ts';
import type { RowMatch } from './row-match.ts';
import { firstFrom } from './selection.ts';

const EXPLAINED: Stage = 'explanation_presented';

/** What of a log by requests cannot be told from a line alone. */
export interface KnownRows {
  /** Where requests begin that do not begin with their first record. */
  readonly partial: Float64Array;
  /** Where requests begin that no record ends, and where the last record of each stands. */
  readonly unended: ReadonlyMap<number, number>;
}

interface DrawnRow {
  readonly first: AuditLine | null;
  /** Where the last record of a request stands that no record ends. */
  readonly lastOffset: number | undefined;
  lastNumber: number;
  lines: number;
  nodeName: string | null;
  end: RequestEnd | null;
  isFound: boolean;
}

/** What is read. */
export interface PageStretch {
  /** Where the rows begin behind that are no longer asked for. */
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
  /** Rows that are asked for and whose end has not come yet. */
  #open = 0;

  constructor(match: RowMatch | null, known: KnownRows, stretch: PageStretch) {
    this.#match = match;
    this.#known = known;
    this.#stretch = stretch;
    this.#number = stretch.number;
  }

  /** The rows that are asked for, once all lines are taken. */
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
  take(line: LineThere): boolean {
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

  /** Behind the last row that is asked for. Where all rows count, the last one of them is known. */
  #isOver(offset: number): boolean {
    return offset >= this.#stretch.until || (this.#match === null && this.#begun.length >= this.#stretch.wanted.to);
  }

  /** Whether a record is one of a row that begins here; others began further to the front, or come later. */
  #concerns({ id, stage }: LineRequest, offset: number, isOver: boolean): boolean {
    if (this.#uses.isOpen(id)) return true;
    return !isOver && (stage === FIRST || isAmong(this.#known.partial, offset));
  }

  #takeRecord(of: LineRequest, line: LineThere, isOver: boolean): void {
    const begin = (): DrawnRow => (isOver ? NOBODYS : this.#begin(line, this.#known.unended.get(line.offset)));
    const { request, overtaken, begins, ends } = this.#uses.take(of, begin);
    if (overtaken !== undefined) this.#end(overtaken, null);
    const { row } = request;
    if (row === NOBODYS) return;
    if (begins && this.#isAskedFor(row)) this.#open += 1;
    this.#add(row, line);
    if (of.stage === EXPLAINED) row.nodeName ??= nodeName(bytesOf(line).toString());
    if (ends) this.#end(request, bytesOf(line));
    else if (line.offset === row.lastOffset) this.#end(request, null);
  }

  #begin(line: LineThere, lastOffset: number | undefined): DrawnRow {
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

  #line(line: LineThere): AuditLine {
    return auditLine(this.#number - 1, bytesOf(line));
  }

  #add(row: DrawnRow, line: LineThere): void {
    row.lines += 1;
    row.lastNumber = this.#number;
    row.isFound ||= line.isCandidate && this.#match?.hasLine(bytesOf(line)) === true;
  }

  #end(request: OpenRequest<DrawnRow>, ending: Buffer | null): void {
    if (request.row.end !== null || request.row === NOBODYS) return;
    request.row.end = endOf(request, ending);
    if (this.#isAskedFor(request.row)) this.#open -= 1;
  }

  #isAskedFor({ first }: DrawnRow): boolean {
    return first !== null;
  }
}

/** A row that begins behind those that are asked for. */
const NOBODYS: DrawnRow = {
  first: null,
  lastOffset: undefined,
  lastNumber: 0,
  lines: 0,
  nodeName: null,
  end: null,
  isFound: false,
};

/** Whether a place is among some ascending ones. */
function isAmong(places: Float64Array, place: number): boolean {
  return places[firstFrom(places, place)] === place;
}

function bytesOf({ bytes, start, end }: LineThere): Buffer {
  return bytes.subarray(start, end);
}

/** How the recorded explanation calls its node. */
function nodeName(record: string): string | null {
  const explanation = topLevelMembers(record, ['explanation']).get('explanation') ?? '';
  const name = parseObject(topLevelMembers(explanation, ['target']).get('target') ?? '')?.['name'];
  return typeof name === 'string' ? name : null;
}
