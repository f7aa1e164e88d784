/** What a person decides after reading an explanation. Going on only opens the dialogs. The safe answer comes first. */
import { html, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { Post } from './frame.ts';
import { t } from './words.ts';

const ASKED = {
  name: t("The confirmation asks for the node's name. Nothing has been sent."),
  id: t(
    'The name of this node holds characters that cannot be typed, or another node has the same name: the ' +
      'confirmation asks for its id. Nothing has been sent.',
  ),
} as const;

/** Stays visible while the explanation is read. `typed`: what the person must type later. */
export function decision(typed: 'name' | 'id', post: Post): TemplateResult {
  return html`<section class="decision" aria-label=${t('Decision')}>
    <vscode-button @click=${() => post({ type: 'decline' })}>${t('Do Nothing')}</vscode-button>
    <vscode-button secondary
      @click=${() => post({ type: 'continue' })}>${t('Continue to Confirmation…')}</vscode-button>
    <p>${ASKED[typed]}</p>
  </section>`;
}
