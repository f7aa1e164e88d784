/** Widths of the columns of a long table. Not all of its rows are drawn, so the browser cannot measure them. */
import type { Rows } from './cells.ts';

/** CSS pixels for each character of a column, and for its padding. */
const CHARACTER = 7.4;
const PADDING = 24;
/** Padding in a table with folded content, where cells are closer together. */
const CLOSE = 20;
/** The least width of a column of words, in CSS pixels. */
const WORDS = 90;

/** Widths in CSS pixels; a `null` column takes the remaining width. A table narrower than `least` scrolls. */
export interface Widths {
  readonly columns: readonly (number | null)[];
  readonly least: number;
}

/**
 * Gives each column the width that it asks for. In a table with folded content, columns of words share the remaining
 * width; an unfolded row shows all of their text.
 */
export function columnWidths({ columns, folded }: Rows): Widths {
  const widths = columns.map(({ title, width, isProse }) => {
    if (folded === undefined) return Math.ceil(Math.max(width, title.length) * CHARACTER + PADDING);
    return isProse === true ? null : Math.ceil(width * CHARACTER + CLOSE);
  });
  return { columns: widths, least: widths.reduce<number>((sum, width) => sum + (width ?? WORDS), 0) };
}
