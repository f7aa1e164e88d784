/** Changes from before to after. The same table serves the eye and a screen reader. */
import { html, nothing, type TemplateResult } from 'lit';
import type { StateChange, Wire } from '../control-plane/model/views.ts';
import { code, phrase, text, type Content } from './text.ts';
import { t } from './words.ts';

/** The names of nodes that the panel knows. */
export type Names = ReadonlyMap<string, string>;

/** One row for each change. The arrow shows the direction and promises nothing. */
export function changeTable(changes: readonly Wire<StateChange>[], names: Names, caption: string): TemplateResult {
  if (changes.length === 0) return html`<p class="muted">${t('Nothing changes.')}</p>`;
  return html`<div class="table" role="region" tabindex="0" aria-label=${caption}><table class="changes data">
    <caption class="hidden">${caption}</caption>
    <thead><tr><th scope="col">${t('What')}</th><th scope="col">${t('Before')}</th>
      <td class="arrow" aria-hidden="true"></td><th scope="col">${t('After')}</th></tr></thead>
    <tbody>${changes.map(change => changeRow(change, names))}</tbody>
  </table></div>`;
}

const ARROW = html`<svg width="34" height="16" viewBox="0 0 34 16">
        <path class="edge" d="M2 8H28"/><path class="tip" d="M26 3.5L33 8L26 12.5Z"/></svg>`;

function changeRow({ component, nodeId, before, after }: Wire<StateChange>, names: Names): TemplateResult {
  const of = nodeId === null ? nothing : html` <span class="of">${phrase('of\u00a0{0}', node(nodeId, names))}</span>`;
  return html`<tr>
      <th scope="row">${text(component)}${of}</th>
      <td><span class="state-box before">${text(before)}</span></td>
      <td class="arrow" aria-hidden="true">${ARROW}</td>
      <td><span class="state-box after">${text(after)}</span></td>
    </tr>`;
}

/** A node by its name, when it is known, and always by its id. */
export function node(nodeId: string, names: Names): Content {
  const name = names.get(nodeId);
  return name === undefined || name === nodeId ? code(nodeId) : html`${text(name)} ${code(nodeId)}`;
}
