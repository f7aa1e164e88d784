/** Answer sheets: a list of the control requests; each can be unfolded. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReconstructionMessage, SheetHead } from '../../panel-protocol/reconstruction.ts';
import { outcomeWord } from '../audit/words.ts';
import { explanationPanel } from '../explanation.ts';
import { facts } from '../frame.ts';
import { code, phrase, text, verbatim, type Content } from '../text.ts';
import { t } from '../words.ts';

export type Sheet = Extract<ReconstructionMessage, { part: 'sheet' }>;

/** More sheets would push the timeline out of view. The others appear on request. */
const SHOWN = 50;

export interface Sheets {
  readonly heads: readonly SheetHead[];
  readonly isWhole: boolean;
  /** The unfolded sheets by their place in the list; `null` until the sheet has arrived. */
  readonly unfolded: ReadonlyMap<number, Sheet | null>;
  readonly toggle: (at: number) => void;
  readonly showAll: () => void;
}

/** The list of sheets. */
export function sheetList({ heads, isWhole, unfolded, toggle, showAll }: Sheets): TemplateResult {
  const shown = isWhole ? heads : heads.slice(0, SHOWN);
  return html`<section class="sheets" aria-labelledby="sheets-title">
    <h2 id="sheets-title">${t('Requests')}</h2>
    ${heads.length === 0 ? html`<p class="muted">${t('No source names a control request.')}</p>` : nothing}
    <ul class="plain">${shown.map((head, at) => html`<li>${one(head, at, unfolded.get(at), toggle)}</li>`)}</ul>
    ${
      shown.length === heads.length
        ? nothing
        : html`<vscode-button secondary @click=${showAll}>${t('Show All {0} Requests', heads.length)}</vscode-button>`
    }
  </section>`;
}

function one(
  head: SheetHead,
  at: number,
  sheet: Sheet | null | undefined,
  toggle: (at: number) => void,
): TemplateResult {
  const forced = head.command === 'force_promotion';
  const isOpen = sheet !== undefined;
  return html`<div class=${forced ? 'sheet forced' : 'sheet'}>
    <button type="button" class="sheet-head" aria-expanded=${isOpen ? 'true' : 'false'} @click=${() => toggle(at)}>
      <span class="codicon ${isOpen ? 'codicon-chevron-down' : 'codicon-chevron-right'}" aria-hidden="true"></span>
      ${forced ? html`<strong class="forced-word">${t('FORCED')}</strong>` : nothing}
      <strong>${phrase('{0} of {1}', text(head.command), text(head.target))}</strong>
      <span>${text(head.who)}</span>
      <span>${head.outcome === null ? t('no record that it was sent') : outcomeWord(head.outcome)}</span>
      ${head.disagreements === 0 ? nothing : html`<strong>${t('sources disagree')}</strong>`}
      ${code(head.requestId)}
    </button>
    ${sheet === undefined || sheet === null ? nothing : unfoldedSheet(head, sheet)}
  </div>`;
}

function unfoldedSheet({ requestId, who }: SheetHead, { facts: lines, explanation }: Sheet): TemplateResult {
  return html`<div class="sheet-body">
    ${facts(
      lines.map(({ label, lines: own }) => [t(label), own.map(line => html`<div>${verbatim(line)}</div>`)] as const),
      'facts rows',
    )}
    ${explanation === null ? nothing : shown(explanation, requestId, who)}
  </div>`;
}

/** The explanation as it was shown, without buttons for a decision. */
function shown(
  { explanation, document, digest }: NonNullable<Sheet['explanation']>,
  requestId: string,
  who: string | null,
): Content {
  return html`<details><summary>${t('Explanation as the operator saw it')}</summary><div class="audit-explanation">
    ${explanationPanel(
      {
        kind: 'explanation',
        explanation,
        document,
        digest,
        requestId,
        operator: who ?? '',
        terminal: explanation.commandLine,
      },
      explanation.invariants,
    )}</div></details>`;
}
