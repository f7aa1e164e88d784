/** What a table is, and how one row of it is written. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Content } from './text.ts';

/** A column. `width` is in characters and counts only where the rows are too many to be measured. */
export interface Column {
  readonly title: string;
  readonly number?: true;
  readonly width: number;
}

/** A table; `row` writes the cells of one row, the first of which names the row. */
export interface Rows {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly count: number;
  readonly row: (index: number) => readonly Content[];
  /** Cells hold sentences, which wrap, rather than names and numbers, which stay on their line. */
  readonly prose?: true;
}

/** A column's header cell. */
export function head({ title, number }: Column): TemplateResult {
  return html`<th scope="col" class=${number === true ? 'right' : nothing}>${title}</th>`;
}

/** The cells of one row. */
export function cells({ columns, row }: Rows, index: number): readonly TemplateResult[] {
  return row(index).map((content, column) => {
    const side = columns[column]?.number === true ? 'right' : nothing;
    return column === 0 ? html`<th scope="row" class=${side}>${content}</th>` : html`<td class=${side}>${content}</td>`;
  });
}
