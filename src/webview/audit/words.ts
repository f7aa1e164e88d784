/** Words and shapes for records. A word that is not known is shown as it was recorded. */
import { html, type TemplateResult } from 'lit';
import type { RequestEnd } from '../../control-plane/model/audit-reader.ts';
import type { CommandName } from '../../control-plane/commands/commands.ts';
import type { CheckResult } from '../../control-plane/model/views.ts';
import { outcomeShape } from '../shapes.ts';
import { text, type Content } from '../text.ts';
import { t } from '../words.ts';

/** P7-E2: an unknown outcome is neither a success nor a failure. */
export const UNKNOWN_OUTCOME = t(
  'The request was about to be sent, and no outcome is recorded. Whether the kernel executed it is not known ' +
    'here; kernel state is authoritative.',
);
export const UNDER_WAY = t('This window carries it out at this moment.');

/** The ten commands as people call them. */
export const COMMAND_TITLES: Readonly<Record<CommandName, string>> = {
  inspect_cluster_state: t('Inspect Cluster State'),
  inspect_node: t('Inspect Node'),
  inspect_replication_status: t('Inspect Replication Status'),
  inspect_promotion_state: t('Inspect Promotion State'),
  run_diagnostics: t('Run Diagnostics'),
  inspect_wal: t('Inspect WAL'),
  inspect_snapshots: t('Inspect Snapshots'),
  request_promotion: t('Request Promotion'),
  request_demotion: t('Request Demotion'),
  force_promotion: t('Force Promotion'),
};
const TITLES: ReadonlyMap<string, string> = new Map(Object.entries(COMMAND_TITLES));

/** A command in words. A name that is none of the ten commands is shown as it was recorded. */
export function commandWords(command: string | null): Content {
  return command === null ? text(null) : (TITLES.get(command) ?? text(command));
}

/** "dispatch intent" */
export function stageWords(stage: string): string {
  return stage.replaceAll('_', ' ');
}

const OUTCOMES: ReadonlyMap<string, CheckResult> = new Map([
  ['executed', 'pass'],
  ['not_executed', 'fail'],
  ['unknown', 'unknown'],
]);

/** An outcome with its shape. A record from before the outcome was known says so, whatever happened later. */
export function outcomeWord(outcome: string): TemplateResult {
  if (outcome === 'pending') return html`<span class="audit-outcome muted">${t('before any outcome')}</span>`;
  const drawn = OUTCOMES.get(outcome);
  const words = outcome === 'unknown' ? html`<strong>${t('unknown')}</strong>` : text(stageWords(outcome));
  return shaped(words, drawn);
}

function shaped(words: Content, drawn: CheckResult | undefined): TemplateResult {
  const shape = drawn === undefined ? '' : outcomeShape(drawn);
  return html`<span class=${`audit-outcome ${drawn ?? 'other'}`}>${shape}${words}</span>`;
}

/** The records that end a request: the outcome that each has, with its words and its shape. */
const ENDS: ReadonlyMap<string, { readonly outcome: string; readonly words: string; readonly drawn?: CheckResult }> =
  new Map([
    ['command_executed', { outcome: 'executed', words: t('executed'), drawn: 'pass' }],
    ['command_answered', { outcome: 'executed', words: t('answered'), drawn: 'pass' }],
    ['kernel_rejected', { outcome: 'not_executed', words: t('rejected by the kernel'), drawn: 'fail' }],
    ['dispatch_failed', { outcome: 'not_executed', words: t('not executed'), drawn: 'fail' }],
    ['read_failed', { outcome: 'not_executed', words: t('no answer'), drawn: 'fail' }],
    ['command_rejected', { outcome: 'not_executed', words: t('refused') }],
    ['confirmation_declined', { outcome: 'not_executed', words: t('declined') }],
    ['confirmation_voided', { outcome: 'not_executed', words: t('not confirmed') }],
  ]);

/** How a request ended, in words. */
export function endWords(end: RequestEnd, underWay: boolean): TemplateResult {
  if (end.kind !== 'ended' && underWay) return shaped(html`<strong>${t('under way')}</strong>`, undefined);
  if (end.kind === 'unknown')
    return shaped(html`<strong>${t('unknown')}</strong>, ${t('no outcome recorded')}`, 'unknown');
  if (end.kind === 'unfinished') return html`<span class="audit-outcome other">${t('no end recorded')}</span>`;
  const known = ENDS.get(end.stage);
  return known?.outcome === end.outcome ? shaped(known.words, known.drawn) : outcomeWord(end.outcome);
}
