/**
 * Tables: a caption for people who cannot see the heading, scopes on all headers, and only the visible rows of long
 * ones.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { cells, head, type Rows } from './cells.ts';
import { isLong } from './rows.ts';

/** Draws a table. A table without rows shows the text `empty`. */
export function table(shown: Rows, empty: string): TemplateResult {
  if (shown.count === 0) return html`<p class="muted">${empty}</p>`;
  const note = shown.note === undefined ? nothing : html`<p class="muted">${shown.note}</p>`;
  if (shown.folded !== undefined || isLong(shown)) return html`<aerodb-rows .shown=${shown}></aerodb-rows>${note}`;
  return html`<div class="table" role="region" tabindex="0" aria-label=${shown.caption}>
    <table class=${shown.prose === true ? 'prose' : 'data'}>
      <caption class="hidden">${shown.caption}</caption>
      <thead><tr>${shown.columns.map(column => head(column))}</tr></thead>
      <tbody>${Array.from({ length: shown.count }, (_none, index) => html`<tr>${cells(shown, index)}</tr>`)}</tbody>
    </table>
  </div>${note}`;
}
