/**
 * An export as a table (RFC 4180). Only the column `record` holds what was written; every other column is derived from
 * it and must agree with it.
 */
import type { AuditFileVerification } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import { MAX_LINE_BYTES, NEWLINE, parseObject } from '../chain.ts';
import { COLUMNS, csvCell, csvRow } from '../csv.ts';
import { ExportedLines, type ExportedLine } from './exported-lines.ts';
import { NumberedLines, tooLong, type Finding, type FormReader, type TakePiece } from './form.ts';
import { rewrote } from './rewritten.ts';

const QUOTE = 0x22;
const DECIMAL = /^[1-9][0-9]*$/;
/** The largest row: quotes are doubled, and the other columns repeat parts of the record. */
const MAX_ROW_BYTES = 8 * MAX_LINE_BYTES;
const FIRST_ROW_BYTES = 64 * 1024;

export class CsvForm implements FormReader {
  readonly #lines = new NumberedLines(
    (line, number) => this.#next(line, number),
    finding => this.#exported.found(finding),
  );
  readonly #exported: ExportedLines;
  /**
   * The lines of an unfinished row, in one buffer: a separate buffer for each would need a hundred times the memory if
   * lines are short.
   */
  #row = Buffer.allocUnsafe(FIRST_ROW_BYTES);
  #rowBytes = 0;
  #rowLine = 1n;
  #isQuoted = false;
  #rows = 0n;
  #bareEnds = 0n;
  #isRequoted = false;

  constructor(heads: readonly AuditPosition[], take: TakePiece | undefined) {
    this.#exported = new ExportedLines(heads, take);
  }

  push(chunk: Buffer): boolean {
    return this.#lines.push(chunk);
  }

  end(): AuditFileVerification {
    this.#lines.end();
    if (this.#rowBytes > 0) this.#exported.found(notARow(this.#rowLine));
    return {
      form: 'export_csv',
      ...this.#exported.end(() => null),
      tolerated: [
        ...(this.#bareEnds === 0n
          ? []
          : [rewrote(`The carriage return at the end of ${this.#bareEnds} of ${this.#rows} rows is gone`)]),
        ...(this.#isRequoted
          ? ['Another program rewrote the table: its cells are the same, their quotation marks are not.']
          : []),
      ],
      manifest: null,
    };
  }

  /** A cell may contain newlines: a row ends at a line end only if no quotation mark is open. */
  #next(line: Buffer, number: bigint): boolean {
    if (this.#rowBytes === 0) this.#rowLine = number;
    this.#keep(line);
    for (let at = line.indexOf(QUOTE); at >= 0; at = line.indexOf(QUOTE, at + 1)) this.#isQuoted = !this.#isQuoted;
    if (this.#rowBytes > MAX_ROW_BYTES) {
      this.#exported.found(tooLong(this.#rowLine));
      return false;
    }
    if (this.#isQuoted) return true;
    const row = this.#row.toString('utf8', 0, this.#rowBytes - 1);
    this.#rowBytes = 0;
    this.#take(row);
    return this.#exported.isWanted;
  }

  #keep(line: Buffer): void {
    const end = this.#rowBytes + line.length;
    if (end >= this.#row.length) {
      const larger = Buffer.allocUnsafe(2 * (end + 1));
      this.#row.copy(larger, 0, 0, this.#rowBytes);
      this.#row = larger;
    }
    line.copy(this.#row, this.#rowBytes);
    this.#row[end] = NEWLINE;
    this.#rowBytes = end + 1;
  }

  #take(whole: string): void {
    const line = this.#rowLine;
    const text = whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    if (text.length === whole.length) this.#bareEnds += 1n;
    this.#rows += 1n;
    const cells = cellsOf(text);
    if (this.#rows === 1n) {
      if (cells?.join() !== COLUMNS.join()) this.#exported.found(notARow(line));
      return;
    }
    const exported = cells === null ? null : exportedOf(cells);
    if (cells === null || exported === null) {
      this.#exported.damaged(line, Buffer.from(text), notARow(line));
      return;
    }
    const written = csvRow({ ...exported, record: parseObject(exported.text) }, exported.selected).slice(0, -2);
    if (written !== text) this.#compare(cells, cellsOf(written) ?? []);
    this.#exported.add(line, exported);
  }

  /** Compares cells, not bytes: another program may have rewritten a row with the same cells. */
  #compare(cells: readonly string[], written: readonly string[]): void {
    const different = COLUMNS.findIndex((_, index) => sameCell(cells[index]) !== sameCell(written[index]));
    if (different < 0) this.#isRequoted = true;
    else
      this.#exported.found({
        kind: 'export_edited',
        line: this.#rowLine,
        seq: null,
        message:
          `The column ${String(COLUMNS[different])} of the row in line ${this.#rowLine} does not agree with the ` +
          'record beside it.',
      });
  }
}

/** Newlines in a cell change together with the file's line ends. */
function sameCell(cell: string | undefined): string | undefined {
  return cell?.replaceAll('\r\n', '\n');
}

/** The cells of a row; `null` if it is malformed. */
function cellsOf(row: string): readonly string[] | null {
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    const end = row.startsWith('"', at) ? behindQuoted(row, at) : behindBare(row, at);
    const text = row.slice(at, end);
    if (text.startsWith('"')) cells.push(text.slice(1, -1).replaceAll('""', '"'));
    else if (text.includes('"')) return null;
    else cells.push(text);
    if (end === row.length) return cells;
    if (row[end] !== ',') return null;
    at = end;
  }
}

/** The offset after the quotation mark that ends the cell; two in a row stand for one in its text. */
function behindQuoted(row: string, from: number): number {
  for (let at = row.indexOf('"', from + 1); at >= 0; at = row.indexOf('"', at + 2))
    if (row[at + 1] !== '"') return at + 1;
  return row.length;
}

function behindBare(row: string, from: number): number {
  const comma = row.indexOf(',', from);
  return comma < 0 ? row.length : comma;
}

function exportedOf(cells: readonly string[]): ExportedLine | null {
  const [selected, line = ''] = cells;
  const record = cells[COLUMNS.length - 1];
  if (cells.length !== COLUMNS.length || record === undefined) return null;
  if ((selected !== 'yes' && selected !== 'no') || !DECIMAL.test(line)) return null;
  return { line: BigInt(line), selected: selected === 'yes', text: unguarded(record) };
}

/** Removes the apostrophe that keeps a spreadsheet from calculating a cell. */
function unguarded(cell: string): string {
  const bare = cell.startsWith("'") ? cell.slice(1) : cell;
  return csvCell(bare) === `"${cell.replaceAll('"', '""')}"` ? bare : cell;
}

function notARow(line: bigint): Finding {
  return {
    kind: 'export_edited',
    line,
    seq: null,
    message: `Line ${line} begins a row that is not in the form in which an export is written: something changed it.`,
  };
}
