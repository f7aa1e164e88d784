/** What a table is, and how one row of it is written. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RowNode } from '../control-plane/model/document.ts';
import type { Content } from './text.ts';

/** A column. `width` is in characters and counts only where the rows are too many to be measured. */
export interface Column {
  readonly title: string;
  readonly number?: true;
  /** Holds words, which may stand on several lines or be cut where a row has one: unfolded, the row has them whole. */
  readonly isProse?: true;
  /** Words, of which there are few. */
  readonly isBrief?: true;
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
  /** What of a row is shown where it is unfolded; absent where nothing is folded away. */
  readonly folded?: Folded;
  /** Said below the table. */
  readonly note?: Content;
}

/** What is folded away, row by row. */
export interface Folded {
  readonly facts: (index: number) => readonly (readonly [Content, Content])[];
  readonly nodes?: readonly RowNode[];
}

/** A column's header cell. */
export function head({ title, number }: Column): TemplateResult {
  return html`<th scope="col" class=${number === true ? 'right' : nothing}>${title}</th>`;
}

/** The cells of one row; `lead` stands before the name of the row. */
export function cells({ columns, row }: Rows, index: number, lead: Content = nothing): readonly TemplateResult[] {
  return row(index).map((content, column) => {
    const { number, isProse, isBrief } = columns[column] ?? {};
    const prose = isProse === true ? (isBrief === true ? 'words brief' : 'words') : nothing;
    const side = number === true ? 'right' : prose;
    return column === 0
      ? html`<th scope="row" class=${side}>${lead}${content}</th>`
      : html`<td class=${side}>${content}</td>`;
  });
}
