/** Invariants that an answer names, with their text from the control plane's catalogue. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Invariant } from '../control-plane/model/invariants.ts';
import { code, text, type Content } from './text.ts';
import { t } from './words.ts';

/** The invariants whose texts came with a panel. */
export type CitedInvariants = readonly Invariant[];

/** The id, with the name when it is known. */
export function invariantName(id: string, cited: CitedInvariants): TemplateResult {
  const known = cited.find(one => one.id === id);
  return html`${code(id)}${known === undefined ? nothing : html` <span>${text(known.name)}</span>`}`;
}

/** The name, then the id in parentheses; only the id when the name is not known. */
export function invariantWords(id: string, cited: CitedInvariants): Content {
  const known = cited.find(one => one.id === id);
  return known === undefined || known.name === id ? code(id) : html`${text(known.name)} (${code(id)})`;
}

/** The id and the name. The text appears on hover or with a key. */
export function citedInvariant(id: string, cited: CitedInvariants): Content {
  const known = cited.find(one => one.id === id);
  return known === undefined
    ? code(id)
    : html`<details class="cited"><summary title=${known.text}>${invariantName(id, cited)}</summary>
      <p>${text(known.text)}</p></details>`;
}

/** Each invariant with its name and text. When no text came with the panel, only the id is shown. */
export function invariantList(
  ids: readonly string[],
  cited: CitedInvariants,
  mark: (id: string) => TemplateResult | typeof nothing = () => nothing,
): TemplateResult {
  return html`<dl class="invariants">${ids.map(id => {
    const known = cited.find(one => one.id === id);
    const told = known === undefined ? t('Its text did not come with this answer.') : text(known.text);
    return html`<div><dt>${invariantName(id, cited)} ${mark(id)}</dt><dd>${told}</dd></div>`;
  })}</dl>`;
}
