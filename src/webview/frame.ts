/** What stands around every panel's content: whose it is, where it comes from, and where it is recorded. */
import { html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { Document } from '../control-plane/model/document.ts';
import type { SkippedEndpoint } from '../control-plane/model/views.ts';
import { words } from './document/cell.ts';
import type { ClusterLabel, RecordedAt } from '../panel-protocol/panels.ts';
import type { PanelRequest } from '../panel-protocol/messages.ts';
import { code, ordinal, phrase, text, time, verbatim, type Content } from './text.ts';
import type { Source } from '../panel-protocol/readings.ts';
import { t } from './words.ts';

/** Sends a request of the panel to the editor. */
export type Post = (request: PanelRequest) => void;

/** The head of a panel. `subject` is the cluster with the operator's own label for it. */
export interface Heading {
  readonly title: string;
  readonly cluster: ClusterLabel | null;
  readonly refresh: 'possible' | 'running' | 'none';
  readonly copy: boolean;
}

/**
 * Cluster, label, title and what can be asked of the panel. The same element for every kind, so that focus stays where
 * it was.
 */
export function heading({ title, cluster, refresh, copy }: Heading, post: Post): TemplateResult {
  return html`<header>
    <div class="names">
      ${cluster === null ? nothing : clusterLine(cluster)}
      <h1 tabindex="-1">${text(title)}</h1>
    </div>
    <div class="actions">
      ${
        refresh === 'none'
          ? nothing
          : html`<vscode-button secondary ?disabled=${refresh === 'running'} @click=${() => post({ type: 'refresh' })}
            >${REFRESH}${t('Refresh')}</vscode-button>`
      }
      ${
        copy
          ? html`<vscode-button secondary @click=${() => post({ type: 'copy' })}
            >${COPY}${t('Copy as JSON')}</vscode-button>`
          : nothing
      }
    </div>
  </header>`;
}

const REFRESH = html`<span slot="content-before" class="codicon codicon-refresh" aria-hidden="true"></span>`;
const COPY = html`<span slot="content-before" class="codicon codicon-copy" aria-hidden="true"></span>`;
const DATABASE = html`<span class="codicon codicon-database" aria-hidden="true"></span>`;

function clusterLine({ name, kind, environment }: ClusterLabel): TemplateResult {
  const label = html`<span class="label"><span class="hidden">${t('environment')} </span>${text(environment)}</span>`;
  return html`<p class="cluster">${DATABASE}<span class="hidden">${t('Cluster')} </span><strong>${text(name)}</strong>
    <span class="muted">${text(kind)}</span>
    ${environment === null ? nothing : label}</p>`;
}

/** A list of named values. */
export function facts(entries: readonly (readonly [Content, Content])[], kind = 'facts'): TemplateResult {
  const one = ([name, value]: readonly [Content, Content]): TemplateResult =>
    html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<dl class=${kind}>${entries.map(one)}</dl>`;
}

/** A part of a panel under a heading of its own. */
export function section(title: Content, content: Content): TemplateResult {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

/** Not the same as unknown. */
const NONE = html`<span class="muted">${t('this engine has none')}</span>`;

/**
 * From which node, at which commit, control version and epoch, when and by whose clock. What an engine does not count
 * is said; epoch and name are left out where an answer has none.
 */
export function provenance(
  { endpoint, observed, skipped, notes }: Source,
  document: Pick<Document, 'terms' | 'epoch' | 'observer'> | null,
): TemplateResult {
  // Where nobody says what the engine counts, what is missing is unknown.
  const { countsCommits, countsControlVersions } = document?.terms ?? {
    countsCommits: true,
    countsControlVersions: true,
  };
  const { epoch, observer } = document ?? {};
  const counted = document?.terms.epoch ?? null;
  return html`<section class="provenance" aria-label=${t('Where and when this was read')}>
    ${facts([
      [t('Read from'), html`${text(endpoint)}`],
      [
        t('Node'),
        observer === undefined || observer.nodeId !== observed.nodeId || observer.name === observed.nodeId
          ? code(observed.nodeId)
          : html`${text(observer.name)} ${code(observed.nodeId)}`,
      ],
      [t('Commit'), countsCommits ? ordinal(observed.commitId) : NONE],
      [t('Control version'), countsControlVersions ? ordinal(observed.controlVersion) : NONE],
      ...(counted === null || epoch === undefined ? [] : [[words(counted.name), ordinal(epoch)] as const]),
      [t('At'), time(observed.time)],
      [t('Clock'), text(observed.clock)],
      [t('Snapshot'), text(observed.snapshot)],
    ])}
    ${skipped.length === 0 ? nothing : html`<h2>${t('Asked before, without an answer')}</h2>${skippedList(skipped)}`}
    ${notes.length === 0 ? nothing : html`<h2>${t('Notes')}</h2>${noteList(notes)}`}
  </section>`;
}

function skippedList(skipped: readonly SkippedEndpoint[]): TemplateResult {
  const one = ({ endpoint, reason }: SkippedEndpoint): TemplateResult =>
    html`<li><strong>${text(endpoint)}</strong> ${verbatim(reason)}</li>`;
  return html`<ul class="plain">${skipped.map(one)}</ul>`;
}

function noteList(notes: readonly string[]): TemplateResult {
  return html`<ul>${notes.map(note => html`<li>${verbatim(note)}</li>`)}</ul>`;
}

/** The request and its place in the audit log. */
export function record(requestId: string, recorded: RecordedAt): TemplateResult {
  return html`<footer aria-label=${t('Audit record')}>${facts(
    [
      [t('Request'), code(requestId)],
      [t('Audit log'), recordedText(recorded)],
    ],
    'facts line',
  )}</footer>`;
}

/** Where something is recorded, or that it is not, and why. */
export function recordedText(recorded: RecordedAt): TemplateResult {
  return 'notRecorded' in recorded
    ? html`<strong class="not-recorded">${t('NOT RECORDED:')}</strong> ${verbatim(recorded.notRecorded)}`
    : phrase('recorded as {0}', html`<strong>#${ordinal(recorded.seq)}</strong>`);
}
