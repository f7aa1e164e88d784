/** The whole panel as a pure function of the one message that says what to show. */
import { html, type TemplateResult } from 'lit';
import { verdictWords } from './audit/head.ts';
import './audit/log.ts';
import './reconstruction/panel.ts';
import { comparisonPanel } from './comparison.ts';
import { decision } from './decision.ts';
import { documentContent, headline, type DocumentActions } from './document/document.ts';
import { explanationPanel } from './explanation.ts';
import { heading, provenance, record, type Heading, type Post } from './frame.ts';
import type { CitedInvariants } from './invariants.ts';
import { askingPanel, executedPanel, failedPanel, gonePanel, outcomeWords, refusedPanel } from './outcome.ts';
import { readOn, type PanelAside } from './read-on.ts';
import type { Panel, ShowPanel } from '../panel-protocol/panels.ts';
import { silentPanel } from './silent.ts';
import { t } from './words.ts';

/** Draws what the editor sent. */
export function app(shown: ShowPanel, post: Post): TemplateResult {
  const { panel, refreshable, cited = [], older, newest, color, ...ways } = shown;
  if (panel.kind === 'audit') {
    return html`
      <div class="hidden" role="status">${announcement(panel)}</div>
      <main class="panel audit">
        <aerodb-audit .log=${panel.log} .heading=${panel.title} .post=${post}></aerodb-audit>
      </main>`;
  }
  if (panel.kind === 'reconstruction') {
    return html`
      <div class="hidden" role="status">${announcement(panel)}</div>
      <main class="panel reconstruction">
        <aerodb-reconstruction .facts=${panel.facts} .heading=${panel.title} .post=${post}></aerodb-reconstruction>
      </main>`;
  }
  const neighbours = { older: older === true, newest: newest === true, post };
  const force = (panel.kind === 'explanation' && panel.explanation.command === 'force_promotion') || 'force' in panel;
  return html`
    <div class="hidden" role="status">${announcement(panel)}</div>
    <main class=${force ? 'panel forced' : 'panel'}>
      ${heading({ ...headingOf(panel, refreshable), ways, color }, post)}
      ${content(panel, refreshable, cited, neighbours, { ...shown, post })}
    </main>`;
}

function headingOf(panel: Panel, refreshable: boolean): Omit<Heading, 'ways' | 'color'> {
  const refresh =
    panel.kind === 'asking' && panel.requestId === undefined ? 'running' : refreshable ? 'possible' : 'none';
  const copy = panel.kind !== 'asking' && panel.kind !== 'gone' && panel.kind !== 'refused';
  if (panel.kind === 'explanation')
    return { title: panel.explanation.title, cluster: panel.explanation.cluster, refresh, copy };
  return { title: panel.title, cluster: 'cluster' in panel ? panel.cluster : null, refresh, copy };
}

/** What a screen reader announces when the panel changes. */
function announcement(panel: Panel): string {
  switch (panel.kind) {
    case 'asking':
      return t('{0}: asking the kernel', panel.title);
    case 'answer':
      return t('{0}: answered by {1}', panel.title, panel.source.endpoint);
    case 'comparison':
      return t('{0}: two readings compared', panel.title);
    case 'explanation':
      return t('{0}: explanation of what is to be confirmed', panel.explanation.title);
    case 'silent':
      return t('{0}: no answer came from {1}', panel.title, panel.name);
    case 'executed':
      return t('{0}: executed', panel.title);
    case 'failed':
      return `${panel.title}: ${outcomeWords(panel)}`;
    case 'audit':
      return `${panel.title}: ${verdictWords(panel.log)}`;
    case 'reconstruction':
      return t('{0}: {1} entries from {2} sources', panel.title, panel.facts.entries, panel.facts.sources.length);
    case 'refused':
      return `${panel.title}: ${panel.message}`;
    case 'gone':
      return t('{0}: what was shown here is gone', panel.title);
  }
}

function content(
  panel: Exclude<Panel, { kind: 'audit' | 'reconstruction' }>,
  refreshable: boolean,
  cited: CitedInvariants,
  ways: DocumentActions,
  aside: PanelAside,
): TemplateResult {
  switch (panel.kind) {
    case 'asking':
      return askingPanel(panel);
    case 'answer':
      return html`
      ${headline(panel.document, cited)}
      ${provenance(panel.source, panel.document)}
      ${documentContent(panel.document, cited, ways)}
      ${readOn(aside)}
      ${record(panel.requestId, panel.recorded)}`;
    case 'explanation':
      return html`${explanationPanel(panel, cited)}${decision(panel.typed ?? 'name', ways.post)}`;
    case 'comparison':
      return comparisonPanel(panel, cited);
    case 'executed':
      return executedPanel(panel, cited, aside);
    case 'failed':
      return failedPanel(panel, cited, aside);
    case 'silent':
      return silentPanel(panel, cited);
    case 'refused':
      return refusedPanel(panel, aside);
    case 'gone':
      return gonePanel(refreshable);
  }
}
