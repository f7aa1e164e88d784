/** What stands around every panel's content: whose it is, where it comes from, and where it is recorded. */
import { html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { Observed, Section, SkippedEndpoint, Wire } from '../control-plane/views.ts';
import type { ClusterLabel, PanelRequest, RecordedAt } from './protocol.ts';
import type { Terms } from './terms.ts';
import { code, ordinal, phrase, text, time, verbatim, type Content } from './text.ts';
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
      ${
        cluster === null
          ? nothing
          : html`<p class="cluster"><span class="codicon codicon-database" aria-hidden="true"></span><span class="hidden">${t('Cluster')} </span><strong>${text(cluster.name)}</strong>
        <span class="muted">${text(cluster.kind)}</span>
        ${cluster.environment === null ? nothing : html`<span class="label"><span class="hidden">${t('environment')} </span>${text(cluster.environment)}</span>`}</p>`
      }
      <h1 tabindex="-1">${text(title)}</h1>
    </div>
    <div class="actions">
      ${refresh === 'none' ? nothing : html`<vscode-button secondary ?disabled=${refresh === 'running'} @click=${() => post({ type: 'refresh' })}><span slot="content-before" class="codicon codicon-refresh" aria-hidden="true"></span>${t('Refresh')}</vscode-button>`}
      ${copy ? html`<vscode-button secondary @click=${() => post({ type: 'copy' })}><span slot="content-before" class="codicon codicon-copy" aria-hidden="true"></span>${t('Copy as JSON')}</vscode-button>` : nothing}
    </div>
  </header>`;
}

/** A list of named values. */
export function facts(entries: readonly (readonly [string, Content])[], kind = 'facts'): TemplateResult {
  return html`<dl class=${kind}>${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** A part of a panel under a heading of its own. */
export function section(title: string, content: Content): TemplateResult {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

/** Not the same as unknown. */
const NONE = html`<span class="muted">${t('this engine has none')}</span>`;

/** Where an answer was read. */
export interface Source {
  readonly endpoint: string;
  readonly observed: Wire<Observed>;
  readonly skipped: readonly SkippedEndpoint[];
  readonly notes: readonly string[];
}

/** What an engine says beside, in its own words. */
export function more(sections: readonly Section[] | undefined): readonly TemplateResult[] {
  return (sections ?? []).map(({ name, entries }) =>
    section(
      name,
      entries.length === 0
        ? html`<p class="muted">${t('none')}</p>`
        : facts(
            entries.map(({ key, value }) => [key, verbatim(value)] as const),
            'facts rows',
          ),
    ),
  );
}

/** What some answers say of themselves beside what all say. */
export interface Further {
  readonly epoch?: string | null | undefined;
  /** The name of the node that answered. */
  readonly name?: string | undefined;
}

/**
 * From which node, at which commit, control version and epoch, when and by whose clock. Epoch and name are left out
 * where an answer has none.
 */
export function provenance(
  { endpoint, observed, skipped, notes }: Source,
  { kind, epoch: called }: Terms,
  { epoch, name }: Further,
): TemplateResult {
  return html`<section class="provenance" aria-label=${t('Where and when this was read')}>
    ${facts([
      [t('Read from'), html`${text(endpoint)}`],
      [
        t('Node'),
        name === undefined || name === observed.nodeId
          ? code(observed.nodeId)
          : html`${text(name)} ${code(observed.nodeId)}`,
      ],
      [t('Commit'), kind === 'patroni' ? NONE : ordinal(observed.commitId)],
      [t('Control version'), kind === 'patroni' ? NONE : ordinal(observed.controlVersion)],
      ...(epoch === undefined ? [] : [[called, ordinal(epoch)] as const]),
      [t('At'), time(observed.time)],
      [t('Clock'), text(observed.clock)],
      [t('Snapshot'), text(observed.snapshot)],
    ])}
    ${skipped.length === 0 ? nothing : html`<h2>${t('Asked before, without an answer')}</h2><ul class="plain">${skipped.map(one => html`<li><strong>${text(one.endpoint)}</strong> ${verbatim(one.reason)}</li>`)}</ul>`}
    ${notes.length === 0 ? nothing : html`<h2>${t('Notes')}</h2><ul>${notes.map(note => html`<li>${verbatim(note)}</li>`)}</ul>`}
  </section>`;
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
