/** One panel, whole: a pure function of the one message that says what to show. */
import { html, type TemplateResult } from 'lit';
import { verdictWords } from './audit/head.ts';
import './audit/log.ts';
import { decision } from './decision.ts';
import { documentContent } from './document/document.ts';
import { explanationPanel } from './explanation.ts';
import { heading, provenance, record, type Heading, type Post } from './frame.ts';
import type { Cited } from './invariants.ts';
import { askingPanel, executedPanel, failedPanel, gonePanel, refusedPanel } from './outcome.ts';
import type { Panel, ShowPanel } from '../panel-protocol/panels.ts';
import { t } from './words.ts';

/** Draws what the editor sent. */
export function app({ panel, refreshable, cited = [] }: ShowPanel, post: Post): TemplateResult {
  if (panel.kind === 'audit') {
    return html`
      <div class="hidden" role="status">${announcement(panel)}</div>
      <main class="panel audit">
        <aerodb-audit .log=${panel.log} .heading=${panel.title} .post=${post}></aerodb-audit>
      </main>`;
  }
  const force = panel.kind === 'explanation' && panel.explanation.command === 'force_promotion';
  return html`
    <div class="hidden" role="status">${announcement(panel)}</div>
    <main class=${force ? 'panel forced' : 'panel'}>
      ${heading(headingOf(panel, refreshable), post)}
      ${content(panel, refreshable, cited, post)}
    </main>`;
}

function headingOf(panel: Panel, refreshable: boolean): Heading {
  const refresh =
    panel.kind === 'asking' && panel.requestId === undefined ? 'running' : refreshable ? 'possible' : 'none';
  const copy = panel.kind !== 'asking' && panel.kind !== 'gone' && panel.kind !== 'refused';
  if (panel.kind === 'explanation')
    return { title: panel.explanation.title, cluster: panel.explanation.cluster, refresh, copy };
  return { title: panel.title, cluster: 'cluster' in panel ? panel.cluster : null, refresh, copy };
}

/** What a screen reader says when the panel changes. */
function announcement(panel: Panel): string {
  switch (panel.kind) {
    case 'asking':
      return t('{0}: asking the kernel', panel.title);
    case 'answer':
      return t('{0}: answered by {1}', panel.title, panel.source.endpoint);
    case 'explanation':
      return t('{0}: explanation of what is to be confirmed', panel.explanation.title);
    case 'executed':
      return t('{0}: executed', panel.title);
    case 'failed':
      return t(
        '{0}: failed with {1}, outcome {2}',
        panel.title,
        panel.error.code,
        panel.error.outcome.replace('_', ' '),
      );
    case 'audit':
      return `${panel.title}: ${verdictWords(panel.log)}`;
    case 'refused':
      return `${panel.title}: ${panel.message}`;
    case 'gone':
      return t('{0}: what was shown here is gone', panel.title);
  }
}

function content(
  panel: Exclude<Panel, { kind: 'audit' }>,
  refreshable: boolean,
  cited: Cited,
  post: Post,
): TemplateResult {
  switch (panel.kind) {
    case 'asking':
      return askingPanel(panel);
    case 'answer':
      return html`
      ${provenance(panel.source, panel.document)}
      ${documentContent(panel.document, cited)}
      ${record(panel.requestId, panel.recorded)}`;
    case 'explanation':
      return html`${explanationPanel(panel, cited)}${decision(panel.typed ?? 'name', post)}`;
    case 'executed':
      return executedPanel(panel, cited);
    case 'failed':
      return failedPanel(panel, cited);
    case 'refused':
      return refusedPanel(panel);
    case 'gone':
      return gonePanel(refreshable);
  }
}
