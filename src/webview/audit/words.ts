/** Words and shapes of records. A word that is not one of the known ones is shown as it was recorded. */
import { html, type TemplateResult } from 'lit';
import type { CheckResult } from '../../control-plane/model/views.ts';
import { outcomeShape } from '../shapes.ts';
import { text } from '../text.ts';
import { t } from '../words.ts';

/** P7-E2: neither a success nor a failure. */
export const UNKNOWN_OUTCOME = t(
  'The request was about to be sent, and no outcome is recorded. Whether the kernel executed it is not known ' +
    'here; kernel state is authoritative.',
);

/** "dispatch intent" */
export function stageWords(stage: string): string {
  return stage.replaceAll('_', ' ');
}

const OUTCOMES: ReadonlyMap<string, CheckResult> = new Map([
  ['executed', 'pass'],
  ['not_executed', 'fail'],
  ['unknown', 'unknown'],
]);

/** An outcome with its shape. */
export function outcomeWord(outcome: string): TemplateResult {
  const drawn = OUTCOMES.get(outcome);
  const words = outcome === 'unknown' ? html`<strong>${t('unknown')}</strong>` : text(stageWords(outcome));
  const shape = drawn === undefined ? '' : outcomeShape(drawn);
  return html`<span class=${`audit-outcome ${drawn ?? 'other'}`}>${shape}${words}</span>`;
}
