/** The description of a table, and the cells of its rows. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RowNode } from '../control-plane/model/document.ts';
import type { Content } from './text.ts';

/** A column. `width` is in characters. It is used only when there are too many rows to measure. */
export interface Column {
  readonly title: string;
  readonly number?: true;
  /**
   * Holds words: they may take several lines, or may be cut when a row has only one line. The unfolded row shows all of
   * them.
   */
  readonly isProse?: true;
  /** Holds words, but only a few. */
  readonly isBrief?: true;
  readonly width: number;
}

/** A table. `row` returns the cells of one row; the first cell names the row. */
export interface Rows {
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly count: number;
  readonly row: (index: number) => readonly Content[];
  /** The cells hold sentences, which wrap. Otherwise they hold names and numbers, which stay on one line. */
  readonly prose?: true;
  /** What an unfolded row shows; absent when nothing is folded. */
  readonly folded?: FoldedContent;
  /** A note below the table. */
  readonly note?: Content;
}

/** The folded content of each row. */
export interface FoldedContent {
  readonly facts: (index: number) => readonly (readonly [Content, Content])[];
  readonly nodes?: readonly RowNode[];
}

/** A column's header cell. */
export function head({ title, number }: Column): TemplateResult {
  return html`<th scope="col" class=${number === true ? 'right' : nothing}>${title}</th>`;
}

/** The cells of one row. `lead` stands before the name of the row. */
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
