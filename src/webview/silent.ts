/**
 * The node that was asked gave no answer. Shows this first, then why, then what the tree of this window last knew of
 * it.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { cellOf, titleOf } from './document/cell.ts';
import { facts, record, section } from './frame.ts';
import { invariantList, type Cited } from './invariants.ts';
import type { LastReport, Panel } from '../panel-protocol/panels.ts';
import { outcomeShape } from './shapes.ts';
import { code, phrase, text, time, verbatim } from './text.ts';
import { t } from './words.ts';

/** Words come before codes. What is remembered is set apart from what was just asked. */
export function silentPanel(
  { name, error, lastReport, requestId, recorded }: Extract<Panel, { kind: 'silent' }>,
  cited: Cited,
): TemplateResult {
  return html`
    <p class="action">${outcomeShape('unknown')}<strong>${phrase('No answer came from {0}.', text(name))}</strong></p>
    <p class="message">${verbatim(error.message)}</p>
    ${section(t('What the tree last knew of it'), lastReport === null ? NOTHING_KNOWN : reported(lastReport, cited))}
    ${section(
      t('Details'),
      facts(
        [
          [t('Code'), code(error.code)],
          [t('Domain'), code(error.domain)],
        ],
        'facts line',
      ),
    )}
    ${section(t('Invariants'), invariantList(error.invariants, cited))}
    ${record(requestId, recorded)}`;
}

const NOTHING_KNOWN = html`<p class="muted">${t('The tree of this window shows no answer that names this node.')}</p>`;

function reported({ source, toldBy, facts: told, mark }: LastReport, cited: Cited): TemplateResult {
  const { observed, endpoint } = source;
  return html`
    <p><strong>${phrase('Last reported by {0} at {1}.', text(toldBy ?? endpoint), time(observed.time))}</strong>
      ${phrase('Read from {0}; clock: {1}.', text(endpoint), text(observed.clock))}</p>
    ${mark === undefined ? nothing : html`<p><strong>${text(mark)}</strong></p>`}
    <p class="muted">${FROM_MEMORY}</p>
    ${facts(
      told.map(({ name, value }) => [titleOf(name), cellOf(value, cited)] as const),
      'facts rows',
    )}`;
}

const FROM_MEMORY = t(
  'This is what the tree of this window last received. No node was asked for it now, and it may be out of date.',
);
