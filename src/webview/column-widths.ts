/** How wide the columns of a long table are: its rows are not all drawn, so that nothing can measure them. */
import type { Rows } from './cells.ts';

/** CSS pixels per character of a column, and around it. */
const CHARACTER = 7.4;
const PADDING = 24;
/** Around a column of a table that folds, whose cells stand closer together. */
const CLOSE = 20;
/** What a column of words needs at least, in CSS pixels. */
const WORDS = 90;

/** Widths in CSS pixels; `null` takes what the others leave. `least`: narrower than this the table scrolls. */
export interface Widths {
  readonly columns: readonly (number | null)[];
  readonly least: number;
}

/**
 * Columns as wide as they ask for; in a table that folds, words take what is left, and unfolded rows have them whole.
 */
export function columnWidths({ columns, folded }: Rows): Widths {
  const widths = columns.map(({ title, width, isProse }) => {
    if (folded === undefined) return Math.ceil(Math.max(width, title.length) * CHARACTER + PADDING);
    return isProse === true ? null : Math.ceil(width * CHARACTER + CLOSE);
  });
  return { columns: widths, least: widths.reduce<number>((sum, width) => sum + (width ?? WORDS), 0) };
}
