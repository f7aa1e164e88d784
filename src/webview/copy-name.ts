/** Buttons that ask the editor to copy a text: a panel has no clipboard of its own. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RowNode } from '../control-plane/model/document.ts';
import { COPIED_TEXT } from '../panel-protocol/copied-text.ts';
import { isSeen } from '../text/foreign.ts';
import { t } from './words.ts';

/** Asks for a text to be copied; the entry of the page sends it on. */
export class CopyName extends Event {
  static readonly NAME = 'aerodb-copy-name';
  readonly text: string;

  constructor(text: string) {
    super(CopyName.NAME, { bubbles: true, composed: true });
    this.text = text;
  }
}

/** Copies the name or the id of a node; one that is known by its id alone has one button. */
export function copyButtons({ nodeId, name }: RowNode): TemplateResult {
  return html`<div class="actions small">
    ${name === null || name === nodeId ? nothing : button(t('Copy Name'), name)} ${button(t('Copy Id'), nodeId)}
  </div>`;
}

/**
 * No text of any length, and none with characters that are not seen: pasted elsewhere they could do what nobody read.
 */
function button(words: string, text: string): TemplateResult | typeof nothing {
  if (text === '' || text.length > COPIED_TEXT || !isSeen(text)) return nothing;
  return html`<button type="button" class="quiet" @click=${(event: Event) =>
    event.currentTarget?.dispatchEvent(new CopyName(text))}
    ><span class="codicon codicon-copy" aria-hidden="true"></span>${words}</button>`;
}
