/**
 * What a panel offers besides its content: the act that would permit the request, what to read next, what words mean.
 */
import { html, nothing, type TemplateResult } from 'lit';
import type { ShowPanel } from '../panel-protocol/panels.ts';
import { facts, section, type Post } from './frame.ts';
import { code, text } from './text.ts';
import { t } from './words.ts';

/** What the editor sent for these places. */
export interface PanelAside extends Pick<ShowPanel, 'offer' | 'links' | 'meanings'> {
  readonly post: Post;
}

/** The button of the one act. It does only this act and does not repeat the refused request. */
export function offerButton({ offer, post }: PanelAside): TemplateResult | typeof nothing {
  return offer === undefined
    ? nothing
    : html`<p class="offer"><vscode-button @click=${() => post({ type: 'offer' })}>${text(offer)}</vscode-button>
      <span class="muted">${t('This button does only this. The refused request is not repeated.')}</span></p>`;
}

/** Links to what can be read next, and the meanings of the answer's words according to the contract. */
export function readOn({ links = [], meanings = [], post }: PanelAside): TemplateResult | typeof nothing {
  if (links.length + meanings.length === 0) return nothing;
  return section(
    t('Read on'),
    html`${
      links.length === 0
        ? nothing
        : html`<ul class="links">${links.map(
            (label, link) => html`<li><button class="link" type="button"
              @click=${() => post({ type: 'read-on', link })}>${text(label)}</button></li>`,
          )}</ul>`
    }${
      meanings.length === 0
        ? nothing
        : html`<details class="meanings"><summary>${t("What the words mean, by the kernel's contract")}</summary>
          ${facts(meanings.map(({ word, text: meaning }) => [code(word), text(meaning)] as const))}</details>`
    }`,
  );
}
