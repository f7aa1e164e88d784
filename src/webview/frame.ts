/** What surrounds the content of every panel: its cluster, where the content was read, and where it is recorded. */
import { html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { Document } from '../control-plane/model/document.ts';
import type { SkippedEndpoint } from '../control-plane/model/views.ts';
import { sentenceOf, words } from './document/cell.ts';
import type { ClusterLabel, RecordedAt, ShowPanel } from '../panel-protocol/panels.ts';
import type { PanelRequest } from '../panel-protocol/messages.ts';
import { code, ordinal, phrase, text, time, verbatim, type Content } from './text.ts';
import type { Source } from '../panel-protocol/readings.ts';
import { visible } from '../text/foreign.ts';
import { t } from './words.ts';

/** Sends a request of the panel to the editor. */
export type Post = (request: PanelRequest) => void;

/** The head of a panel. `subject` is the cluster with the operator's own label for it. */
export interface Heading {
  readonly title: string;
  readonly cluster: ClusterLabel | null;
  readonly refresh: 'possible' | 'running' | 'none';
  readonly copy: boolean;
  readonly ways: Pick<ShowPanel, 'savable' | 'another' | 'comparable' | 'textual'>;
  /** The colour that the person chose for the cluster. */
  readonly color: ShowPanel['color'];
}

/**
 * Cluster, label, title and the panel's buttons. Every kind of panel uses the same element, so that the focus stays
 * where it was.
 */
export function heading({ title, cluster, refresh, copy, ways, color }: Heading, post: Post): TemplateResult {
  const button = (icon: TemplateResult, name: string, type: ButtonRequest): TemplateResult =>
    html`<vscode-button secondary @click=${() => post({ type })}>${icon}${name}</vscode-button>`;
  return html`<header>
    <div class="names">
      ${cluster === null ? nothing : clusterLine(cluster, color)}
      <h1 tabindex="-1">${text(title)}</h1>
    </div>
    <div class="actions">
      ${
        refresh === 'none'
          ? nothing
          : html`<vscode-button secondary ?disabled=${refresh === 'running'} @click=${() => post({ type: 'refresh' })}
            >${REFRESH}${t('Refresh')}</vscode-button>`
      }
      ${ways.another === true ? button(ANOTHER, t('Ask Another Node…'), 'another') : nothing}
      ${ways.comparable === true ? button(COMPARE, t('Compare With…'), 'compare') : nothing}
      ${ways.textual === true ? button(COPY, t('Copy as Text'), 'copy-text') : nothing}
      ${copy ? button(COPY, t('Copy as JSON'), 'copy') : nothing}
      ${ways.savable === true ? button(SAVE, t('Save as Evidence…'), 'save-evidence') : nothing}
    </div>
  </header>`;
}

type ButtonRequest = 'another' | 'compare' | 'copy-text' | 'copy' | 'save-evidence';

const REFRESH = html`<span slot="content-before" class="codicon codicon-refresh" aria-hidden="true"></span>`;
const ANOTHER = html`<span slot="content-before" class="codicon codicon-list-unordered" aria-hidden="true"></span>`;
const COMPARE = html`<span slot="content-before" class="codicon codicon-diff" aria-hidden="true"></span>`;
const COPY = html`<span slot="content-before" class="codicon codicon-copy" aria-hidden="true"></span>`;
const SAVE = html`<span slot="content-before" class="codicon codicon-save" aria-hidden="true"></span>`;
const DATABASE = html`<span class="codicon codicon-database" aria-hidden="true"></span>`;

function clusterLine({ name, kind, environment }: ClusterLabel, color: Heading['color']): TemplateResult {
  const marked = color === undefined ? 'label' : `label colored ${color}`;
  const label = html`<span class=${marked}><span class="hidden">${t('environment')} </span>${text(environment)}</span>`;
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

/** A part of a panel with its own heading. */
export function section(title: Content, content: Content): TemplateResult {
  return html`<section><h2>${title}</h2>${content}</section>`;
}

/** A part that folds. Its title says how much is in it. */
export function folded(title: Content, content: Content): TemplateResult {
  return html`<details class="fold"><summary><h2>${title}</h2></summary>${content}</details>`;
}

/** This is not the same as unknown. */
const NONE = html`<span class="muted">${t('this engine has none')}</span>`;

type Told = Pick<Document, 'terms' | 'epoch' | 'observer' | 'selfReport'>;

/**
 * Who gave the answer, when, and at which epoch, in one line; the details unfold. Never folded are: who was asked
 * before without an answer, the notes, and what the node says about itself, because that affects the whole answer.
 */
export function provenance(
  source: Source,
  document: Told | null,
  label = t('Where and when this was read'),
): TemplateResult {
  const { skipped, notes } = source;
  const { selfReport = [] } = document ?? {};
  return html`<section class="provenance" aria-label=${label}>
    <details>
      <summary>${originLine(source, document)} · <span class="more">${t('Details')}</span></summary>
      ${originFacts(source, document)}
    </details>
    ${selfReport.map(said => html`<p class="self-report">${sentenceOf(said, [])}</p>`)}
    ${skipped.length === 0 ? nothing : html`<h2>${t('Asked before')}</h2>${skippedList(skipped)}`}
    ${notes.length === 0 ? nothing : html`<h2>${t('Notes')}</h2>${noteList(notes)}`}
  </section>`;
}

function originLine({ observed, endpoint, isChosen }: Source, document: Told | null): Content {
  const { epoch, observer, terms } = document ?? {};
  const name = observer !== undefined && observer.nodeId === observed.nodeId ? observer.name : undefined;
  const who = html`<strong>${text(name ?? endpoint)}</strong>`;
  const when = moment(observed);
  const counted = terms?.epoch ?? null;
  const atEpoch =
    counted === null || epoch === undefined
      ? nothing
      : html` · ${sentenceOf({ label: counted.at.label, values: [{ is: 'ordinal', value: epoch }] }, [])}`;
  return html`${
    isChosen === true
      ? phrase('Read from {0}, asked by choice, at {1}', who, when)
      : phrase('Read from {0} at {1}', who, when)
  }${atEpoch}`;
}

/** The time of day, with the date when it is not today (UTC). The tooltip has the whole time and its clock. */
function moment({ time: at, clock }: Source['observed']): Content {
  const [, day, hours] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/u.exec(at) ?? [];
  if (day === undefined || hours === undefined) return time(at);
  const isToday = day === new Date().toISOString().slice(0, 10);
  const title = `${at} (${t('Clock')}: ${visible(clock)})`;
  return html`<time class="digits" title=${title}>${isToday ? '' : `${day} `}${hours} UTC</time>`;
}

/** Says what the engine does not count. Epoch and name are left out when an answer has none. */
function originFacts({ endpoint, observed }: Source, document: Told | null): TemplateResult {
  // Without a document nobody says what the engine counts, so a missing value is shown as unknown.
  const { countsCommits, countsControlVersions } = document?.terms ?? {
    countsCommits: true,
    countsControlVersions: true,
  };
  const { epoch, observer } = document ?? {};
  const counted = document?.terms.epoch ?? null;
  return facts([
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
  ]);
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

/** Where something is recorded, or why it is not. */
export function recordedText(recorded: RecordedAt): TemplateResult {
  return 'notRecorded' in recorded
    ? html`<strong class="not-recorded">${t('NOT RECORDED:')}</strong> ${verbatim(recorded.notRecorded)}`
    : phrase('recorded as {0}', html`<strong>#${ordinal(recorded.seq)}</strong>`);
}
