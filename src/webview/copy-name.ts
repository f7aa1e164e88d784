/** Buttons that ask the editor to copy a text: a panel cannot use the clipboard itself. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RowNode } from '../control-plane/model/document.ts';
import { COPIED_TEXT } from '../panel-protocol/copied-text.ts';
import { isSeen } from '../text/foreign.ts';
import { t } from './words.ts';

/** Asks for a text to be copied; main.ts sends the request to the editor. */
export class CopyName extends Event {
  static readonly NAME = 'aerodb-copy-name';
  readonly text: string;

  constructor(text: string) {
    super(CopyName.NAME, { bubbles: true, composed: true });
    this.text = text;
  }
}

/** Buttons that copy the name and the id of a node. A node without another name has one button. */
export function copyButtons({ nodeId, name }: RowNode): TemplateResult {
  return html`<div class="actions small">
    ${name === null || name === nodeId ? nothing : button(t('Copy Name'), name)} ${button(t('Copy Id'), nodeId)}
  </div>`;
}

/**
 * No button for a very long text, or for one with invisible or control characters: when pasted elsewhere, it could do
 * more than the person can see.
 */
function button(words: string, text: string): TemplateResult | typeof nothing {
  if (text === '' || text.length > COPIED_TEXT || !isSeen(text)) return nothing;
  return html`<button type="button" class="quiet" @click=${(event: Event) =>
    event.currentTarget?.dispatchEvent(new CopyName(text))}
    ><span class="codicon codicon-copy" aria-hidden="true"></span>${words}</button>`;
}
