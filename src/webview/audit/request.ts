/** One request unfolded into its stages, each with all that was recorded: the explanation and the kernel state as the operator saw them. */
import { html, nothing, type TemplateResult } from 'lit';
import { explanationPanel } from '../explanation.ts';
import { facts } from '../frame.ts';
import type { AuditMessage, AuditStage } from '../protocol.ts';
import { table } from '../table.ts';
import { code, json, ordinal, text, time, verbatim, type Content } from '../text.ts';
import { outcomeWord, stageWords, UNKNOWN_OUTCOME } from './words.ts';

export type Unfolded = Extract<AuditMessage, { part: 'request' }>;

/** Members that are shown in a form of their own, or stand in the heading of a stage. */
const DRAWN = new Set(['v', 'seq', 'prev', 'hash', 'time', 'stage', 'request_id', 'command', 'cluster', 'target', 'outcome', 'operator', 'authority', 'clock', 'session', 'n']);

/** The pane beside the table. */
export function requestPane(unfolded: Unfolded, close: () => void): TemplateResult {
  const { requestId, stages, further } = unfolded;
  const first = stages[0]?.row;
  return html`<section class="audit-request" role="region" tabindex="-1" aria-labelledby="audit-request-title" @keydown=${(event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
  }}>
    <div class="audit-request-head">
      <h2 id="audit-request-title">${requestId === null ? `Line ${unfolded.line}` : html`${text(first?.command ?? 'request')}${first?.target === null || first?.target === undefined ? nothing : html` on ${text(first.target)}`}`}</h2>
      <vscode-button secondary aria-label="Close the unfolded request" @click=${close}>Close</vscode-button>
    </div>
    ${requestId === null ? html`<p class="muted">This line belongs to no request.</p>` : html`
      ${facts([['Request', code(requestId)], ['Cluster', text(first?.cluster ?? null)], ['Stages', `${stages.length + further}`]])}
      ${ending(unfolded)}`}
    <ol class="audit-stages">${stages.map((stage) => html`<li>${stageBlock(stage, stage.row.line === unfolded.line)}</li>`)}</ol>
    ${further === 0 ? nothing : html`<p class="muted">${further} further lines carry this request id. They stand in the table; the raw file has all of them.</p>`}
  </section>`;
}

function ending({ end }: Unfolded): TemplateResult | typeof nothing {
  if (end === null) return nothing;
  if (end.kind === 'unknown') return html`<p class="audit-unknown">${outcomeWord('unknown')} ${UNKNOWN_OUTCOME}</p>`;
  if (end.kind === 'unfinished') return html`<p class="audit-end">It stopped, or stands, at <strong>${text(stageWords(end.stage))}</strong>: nothing was sent.</p>`;
  return html`<p class="audit-end">It ended at <strong>${text(stageWords(end.stage))}</strong>: ${outcomeWord(end.outcome)}</p>`;
}

function stageBlock(stage: AuditStage, chosen: boolean): TemplateResult {
  const { row, record, kernelState, explanation } = stage;
  if (row.damaged !== null) return html`<div class="audit-stage damaged"><h3>Line ${row.line} is not a record</h3>${whole(stage, true)}</div>`;
  return html`<div class=${chosen ? 'audit-stage chosen' : 'audit-stage'}>
    <h3>${text(row.stage === null ? null : stageWords(row.stage))} <span class="muted">#${text(row.seq)}</span></h3>
    <p class="audit-stage-line">${time(row.time)} · ${text(row.operator)} · ${text(row.authority)}${row.outcome === null ? nothing : html` · ${outcomeWord(row.dangling ? 'unknown' : row.outcome)}`}</p>
    ${row.dangling ? html`<p class="audit-unknown">${UNKNOWN_OUTCOME}</p>` : nothing}
    ${record === null ? nothing : facts(further(record, stage), 'facts rows')}
    ${kernelState === null ? nothing : html`<details><summary>Kernel state as the operator saw it</summary>${state(kernelState)}</details>`}
    ${explanation === null ? nothing : html`<details><summary>Explanation as the operator saw it</summary><div class="audit-explanation">
      ${explanationPanel({ kind: 'explanation', explanation: explanation.explanation, digest: explanation.digest, requestId: row.requestId ?? '', operator: row.operator ?? '', terminal: explanation.explanation.commandLine })}</div></details>`}
    ${whole(stage, record === null)}
  </div>`;
}

/** Everything that has no form of its own, member by member, so that nothing recorded is left out. */
function further(record: Readonly<Record<string, unknown>>, { kernelState, explanation }: AuditStage): readonly (readonly [string, Content])[] {
  const drawn = (name: string): boolean => DRAWN.has(name) || (name === 'kernel_state' && kernelState !== null) || (name === 'explanation' && explanation !== null);
  return Object.entries(record).filter(([name]) => !drawn(name)).flatMap(([name, value]) => {
    const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
    return members === null ? [[label(name), one(value)] as const] : members.map(([member, inner]) => [`${label(name)}: ${label(member)}`, one(inner)] as const);
  });
}

function one(value: unknown): Content {
  if (value === null) return html`<span class="muted">none</span>`;
  if (Array.isArray(value) && value.length === 0) return html`<span class="muted">none</span>`;
  return typeof value === 'string' ? verbatim(value) : json(value);
}

function label(name: string): string {
  return name.replaceAll('_', ' ');
}

function state(seen: NonNullable<AuditStage['kernelState']>): TemplateResult {
  return html`${facts([
    ['Node', code(seen.node)], ['Read from', text(seen.endpoint)], ['Commit', ordinal(seen.commit_id)], ['Control version', ordinal(seen.control_version)],
    ['Epoch', ordinal(seen.epoch)], ['Primary', code(seen.primary)], ['At', time(seen.time)], ['Clock', text(seen.clock)],
  ])}
  ${table({
    caption: 'Members as the operator saw them',
    columns: [{ title: 'Node', width: 38 }, { title: 'Role', width: 12 }, { title: 'State', width: 20 }, { title: 'Durable offset (bytes)', number: true, width: 22 }],
    count: seen.members.length,
    row: (index) => {
      const member = seen.members[index];
      return member === undefined ? [] : [code(member.node), text(member.role), text(member.state), ordinal(member.durable_offset)];
    },
  }, 'The node reported no members.')}`;
}

/** The line itself, byte for byte as far as text can show it. */
function whole({ text: line, left, row }: AuditStage, open: boolean): TemplateResult {
  return html`<details ?open=${open}><summary>Line ${row.line} as it stands in the file</summary>
    <pre tabindex="0" role="region" aria-label=${`Line ${row.line} as it stands in the file`} class="audit-raw">${verbatim(line)}</pre>
    ${left === 0 ? nothing : html`<p class="muted">${left} further characters are in the raw file.</p>`}
  </details>`;
}
