/** What a person decides after reading an explanation. Going on only opens the dialogs; the safe answer comes first. */
import { html, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { Post } from './frame.ts';

/** Stays in sight while the explanation is read. */
export function decision(post: Post): TemplateResult {
  return html`<section class="decision" aria-label="Decision">
    <vscode-button @click=${() => post({ type: 'decline' })}>Do Nothing</vscode-button>
    <vscode-button secondary @click=${() => post({ type: 'continue' })}>Continue to Confirmation…</vscode-button>
    <p>Going on opens the confirmation. Nothing has been sent.</p>
  </section>`;
}
