/** Invariants named by an answer, with the text that the control plane's catalogue has for them. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Invariant } from '../control-plane/model/invariants.ts';
import { code, text, type Content } from './text.ts';
import { t } from './words.ts';

/** The texts that came with a panel. */
export type Cited = readonly Invariant[];

/** The id, and its name where it is known. */
export function invariantName(id: string, cited: Cited): TemplateResult {
  const known = cited.find(one => one.id === id);
  return html`${code(id)}${known === undefined ? nothing : html` <span>${text(known.name)}</span>`}`;
}

/** The name first, its id in parentheses; the id alone where the name is not known. */
export function invariantWords(id: string, cited: Cited): Content {
  const known = cited.find(one => one.id === id);
  return known === undefined || known.name === id ? code(id) : html`${text(known.name)} (${code(id)})`;
}

/** The id and the name, with the text a hover or a key away. */
export function invariantCited(id: string, cited: Cited): Content {
  const known = cited.find(one => one.id === id);
  return known === undefined
    ? code(id)
    : html`<details class="cited"><summary title=${known.text}>${invariantName(id, cited)}</summary>
      <p>${text(known.text)}</p></details>`;
}

/** Each invariant with its name and text; one whose text did not come is named alone. */
export function invariantList(
  ids: readonly string[],
  cited: Cited,
  mark: (id: string) => TemplateResult | typeof nothing = () => nothing,
): TemplateResult {
  return html`<dl class="invariants">${ids.map(id => {
    const known = cited.find(one => one.id === id);
    const told = known === undefined ? t('Its text did not come with this answer.') : text(known.text);
    return html`<div><dt>${invariantName(id, cited)} ${mark(id)}</dt><dd>${told}</dd></div>`;
  })}</dl>`;
}
