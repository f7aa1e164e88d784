/**
 * Tables of a document. The brief form is one table of the columns that people look for; long texts stand once below
 * it. With all columns, it is one table when the line is wide enough, and otherwise several parts.
 */
import type { Cell, Column, Table } from '../../control-plane/model/document.ts';
import { cellText, isRight, momentText, shortText } from './cell.ts';
import { paragraph, table, tableWidth, WIDTH } from './layout.ts';
import { known } from './safe.ts';

/**
 * How an answer is laid out: columns of a line, whether everything is shown, and the date that is left out of times.
 */
export interface Extent {
  readonly width: number;
  readonly isWide: boolean;
  readonly day: string | null;
}

/** Everything, in lines of the fixed width. */
export const WHOLE: Extent = { width: WIDTH, isWide: true, day: null };

/** A text that is longer than this many characters is taken for a sentence, not a name. */
const NAME = 24;
/** A sentence that holds for more rows than this does not list their names. */
const NAMED = 6;

interface Shown {
  readonly at: number;
  readonly column: Column;
  readonly cells: readonly string[];
}

/** A table as text. */
export function tableText(shown: Table, indent: number, extent: Extent): readonly string[] {
  if (shown.rows.length === 0) return paragraph(shown.empty.label, indent, extent.width);
  return extent.isWide ? wideTable(shown, extent) : briefTable(shown, extent);
}

function wideTable(shown: Table, extent: Extent): readonly string[] {
  const all = picked(shown, ({ isNarrow }) => isNarrow !== true, extent);
  if (fits(all, extent)) return drawn(all, extent);
  return shown.narrow.flatMap((keys, part) => {
    const lines = drawn(
      keys.flatMap(key => picked(shown, column => column.key === key, extent)),
      extent,
    );
    return part === 0 ? lines : ['', ...lines];
  });
}

function briefTable(shown: Table, extent: Extent): readonly string[] {
  const all = picked(shown, ({ isNarrow, isDetail }) => isNarrow !== true && isDetail !== true, extent);
  const isApart = fits(all, extent) ? isSame : isSentence;
  let beside = all.filter((one, index) => index === 0 || !isApart(one));
  // While a word would have to be broken, the last column that is not a number moves below the table.
  while (tableWidth(heading(beside), rowsOf(beside), true) > extent.width) {
    const last = beside.findLastIndex(({ column }, index) => index > 0 && !isRight(column.is));
    if (last < 0) break;
    beside = beside.toSpliced(last, 1);
  }
  return [
    ...drawn(beside, extent),
    ...all.filter(one => !beside.includes(one)).flatMap(one => below(one, all, extent)),
  ];
}

function picked(shown: Table, isPicked: (column: Column) => boolean, extent: Extent): readonly Shown[] {
  return shown.columns.flatMap((column, at) =>
    isPicked(column) ? [{ at, column, cells: shown.rows.map(row => valueText(row[at] ?? null, column, extent)) }] : [],
  );
}

function valueText(value: string | null | Cell, { is }: Column, { isWide, day }: Extent): string {
  if (typeof value === 'object' && value !== null) return cellText(value);
  return is === 'time' && !isWide ? momentText(value, day) : known(value);
}

function isSentence({ column: { is }, cells }: Shown): boolean {
  return is === 'text' && cells.some(cell => cell.length > NAME);
}

/** A sentence that is the same in all rows is shown once, below the table. */
function isSame(one: Shown): boolean {
  return isSentence(one) && one.cells.length > 1 && new Set(one.cells).size === 1;
}

function heading(shown: readonly Shown[]): Parameters<typeof table>[0] {
  return shown.map(({ column: { title, is } }) => ({
    title: shortText(title).toUpperCase(),
    ...(isRight(is) ? { right: true as const } : {}),
  }));
}

function rowsOf(shown: readonly Shown[]): readonly (readonly string[])[] {
  const [first] = shown;
  return (first?.cells ?? []).map((_cell, row) => shown.map(({ cells }) => cells[row] ?? ''));
}

function fits(shown: readonly Shown[], { width }: Extent): boolean {
  return tableWidth(heading(shown), rowsOf(shown)) <= width;
}

function drawn(shown: readonly Shown[], { width }: Extent): readonly string[] {
  return table(heading(shown), rowsOf(shown), 2, width);
}

/** The sentences of a column, each once, after the names of its rows. */
function below({ column, cells }: Shown, [first]: readonly Shown[], { width }: Extent): readonly string[] {
  const rows = new Map<string, readonly string[]>();
  for (const [row, cell] of cells.entries()) {
    const name = first?.cells[row] ?? '';
    rows.set(cell, [...(rows.get(cell) ?? []), name]);
  }
  const most = [...rows.values()].reduce((high, names) => Math.max(high, names.length), 0);
  // The largest group becomes "all others" and stands after the named rows.
  const largest = [...rows].filter(([, names]) => names.length === most);
  const [others] = most > NAMED && largest.length === 1 ? largest : [];
  const named = [...rows].filter(([said]) => said !== others?.[0]);
  return [
    ...paragraph(column.title.label, 2, width),
    ...named.flatMap(([said, names]) => paragraph(`${names.join(', ')}: ${said}`, 4, width)),
    ...(others === undefined ? [] : paragraph(`${named.length === 0 ? 'all' : 'all others'}: ${others[0]}`, 4, width)),
  ];
}
