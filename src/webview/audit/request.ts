/**
 * One request, unfolded into its stages. Each shows everything that was recorded; the explanation and the kernel state
 * look as the operator saw them.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { explanationPanel } from '../explanation.ts';
import { facts } from '../frame.ts';
import type { AuditMessage, AuditStage } from '../../panel-protocol/audit.ts';
import { table } from '../table.ts';
import { code, json, ordinal, phrase, text, time, verbatim, type Content } from '../text.ts';
import { commandWords, endWords, outcomeWord, stageWords, UNDER_WAY, UNKNOWN_OUTCOME } from './words.ts';
import { t } from '../words.ts';

export type UnfoldedRequest = Extract<AuditMessage, { part: 'request' }>;

/** Members that have their own form, or are in the heading of a stage. */
const DRAWN = new Set([
  'v',
  'seq',
  'prev',
  'hash',
  'time',
  'stage',
  'request_id',
  'command',
  'cluster',
  'target',
  'outcome',
  'operator',
  'authority',
  'clock',
  'session',
  'n',
]);

/** The actions of the pane. */
export interface PaneActions {
  readonly close: () => void;
  readonly reconstruct: (requestId: string) => void;
}

/** The pane beside the table. */
export function requestPane(unfolded: UnfoldedRequest, { close, reconstruct }: PaneActions): TemplateResult {
  const { requestId, stages, further } = unfolded;
  const first = stages[0]?.row;
  const keyed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
  };
  return html`<section class="audit-request" role="region" tabindex="-1" aria-labelledby="audit-request-title"
      @keydown=${keyed}>
    <div class="audit-request-head">
      <h2 id="audit-request-title">${titleOf(unfolded)}</h2>
      <div class="actions">
        ${
          requestId === null
            ? nothing
            : html`<vscode-button secondary aria-label=${t('Reconstruct this request')}
          @click=${() => reconstruct(requestId)}>${t('Reconstruct…')}</vscode-button>`
        }
        <vscode-button secondary aria-label=${t('Close the unfolded request')}
          @click=${close}>${t('Close')}</vscode-button>
      </div>
    </div>
    ${
      requestId === null
        ? html`<p class="muted">${t('This line belongs to no request.')}</p>`
        : html`
      ${facts([
        [t('Request'), code(requestId)],
        [t('Cluster'), text(first?.cluster ?? null)],
        ...(first === undefined || first.target === null ? [] : [[t('Node id'), code(first.target)] as const]),
        [t('Stages'), `${stages.length + further}`],
      ])}
      ${ending(unfolded)}`
    }
    <ol class="audit-stages">${stages.map(
      stage => html`<li>${stageBlock(stage, stage.row.line === unfolded.line)}</li>`,
    )}</ol>
    ${further === 0 ? nothing : html`<p class="muted">${leftOut(further)}</p>`}
  </section>`;
}

function titleOf({ requestId, line, stages }: UnfoldedRequest): Content {
  if (requestId === null) return t('Line {0}', line);
  const first = stages[0]?.row;
  const command = first === undefined || first.command === null ? t('request') : commandWords(first.command);
  const target = nodeIn(stages) ?? first?.target ?? null;
  return target === null ? command : phrase('{0} on {1}', command, text(target));
}

/** The node's name in the explanation. */
function nodeIn(stages: readonly AuditStage[]): string | undefined {
  return stages.find(({ explanation }) => explanation !== null)?.explanation?.explanation.target.name;
}

function leftOut(further: number): string {
  return t('{0} further lines carry this request id. They stand in the table; the raw file has all of them.', further);
}

function ending({ end, underWay }: UnfoldedRequest): TemplateResult | typeof nothing {
  if (end === null) return nothing;
  if (end.kind !== 'ended' && underWay) return html`<p class="audit-end">${endWords(end, underWay)}. ${UNDER_WAY}</p>`;
  if (end.kind === 'unknown') return html`<p class="audit-unknown">${outcomeWord('unknown')} ${UNKNOWN_OUTCOME}</p>`;
  const stage = html`<strong>${text(stageWords(end.stage))}</strong>`;
  if (end.kind === 'unfinished')
    return html`<p class="audit-end">${phrase(
      'No end is recorded: the request stopped, or still waits, at {0}. No control request was sent.',
      stage,
    )}</p>`;
  return html`<p class="audit-end">${phrase('It ended at {0}:', stage)} ${endWords(end, underWay)}</p>`;
}

function stageBlock(stage: AuditStage, chosen: boolean): TemplateResult {
  const { row, record, kernelState, explanation } = stage;
  if (row.damaged !== null) {
    const title = t('Line {0} is not a record', row.line);
    return html`<div class="audit-stage damaged"><h3>${title}</h3>${whole(stage, true)}</div>`;
  }
  const isUnknown = row.dangling && !row.underWay;
  const outcome = row.outcome === null ? nothing : html` · ${outcomeWord(isUnknown ? 'unknown' : row.outcome)}`;
  return html`<div class=${chosen ? 'audit-stage chosen' : 'audit-stage'}>
    <h3>${text(row.stage === null ? null : stageWords(row.stage))} <span class="muted">#${text(row.seq)}</span></h3>
    <p class="audit-stage-line">${time(row.time)} · ${text(row.operator)} · ${text(row.authority)}${outcome}</p>
    ${isUnknown ? html`<p class="audit-unknown">${UNKNOWN_OUTCOME}</p>` : nothing}
    ${record === null ? nothing : facts(further(record, stage), 'facts rows')}
    ${
      kernelState === null
        ? nothing
        : html`<details><summary>${t('Kernel state as the operator saw it')}</summary>${state(kernelState)}</details>`
    }
    ${
      explanation === null
        ? nothing
        : html`<details><summary>${t('Explanation as the operator saw it')}</summary><div class="audit-explanation">
      ${recorded(row, explanation)}</div></details>`
    }
    ${whole(stage, record === null)}
  </div>`;
}

/** An explanation as it was shown, without buttons for a decision. */
function recorded(
  { requestId, operator }: AuditStage['row'],
  { explanation, document, digest }: NonNullable<AuditStage['explanation']>,
): TemplateResult {
  return explanationPanel(
    {
      kind: 'explanation',
      explanation,
      document,
      digest,
      requestId: requestId ?? '',
      operator: operator ?? '',
      terminal: explanation.commandLine,
    },
    explanation.invariants,
  );
}

/** All members without a form of their own, so that nothing recorded is left out. */
function further(
  record: Readonly<Record<string, unknown>>,
  { kernelState, explanation }: AuditStage,
): readonly (readonly [string, Content])[] {
  const drawn = (name: string): boolean =>
    DRAWN.has(name) ||
    (name === 'kernel_state' && kernelState !== null) ||
    (name === 'explanation' && explanation !== null);
  return Object.entries(record)
    .filter(([name]) => !drawn(name))
    .flatMap(([name, value]) => {
      const members =
        typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;
      return members === null
        ? [[label(name), one(value)] as const]
        : members.map(([member, inner]) => [`${label(name)}: ${label(member)}`, one(inner)] as const);
    });
}

function one(value: unknown): Content {
  if (value === null) return html`<span class="muted">${t('none')}</span>`;
  if (Array.isArray(value) && value.length === 0) return html`<span class="muted">${t('none')}</span>`;
  return typeof value === 'string' ? verbatim(value) : json(value);
}

function label(name: string): string {
  return name.replaceAll('_', ' ');
}

function state(seen: NonNullable<AuditStage['kernelState']>): TemplateResult {
  return html`${facts([
    [t('Node'), code(seen.node)],
    [t('Read from'), text(seen.endpoint)],
    [t('Commit'), ordinal(seen.commit_id)],
    [t('Control version'), ordinal(seen.control_version)],
    [t('Epoch'), ordinal(seen.epoch)],
    [t('Primary'), code(seen.primary)],
    [t('At'), time(seen.time)],
    [t('Clock'), text(seen.clock)],
  ])}
  ${table(
    {
      caption: t('Members as the operator saw them'),
      columns: [
        { title: t('Node'), width: 38 },
        { title: t('Role'), width: 12 },
        { title: t('State'), width: 20 },
        { title: t('Durable offset (bytes)'), number: true, width: 22 },
      ],
      count: seen.members.length,
      row: index => {
        const member = seen.members[index];
        return member === undefined
          ? []
          : [code(member.node), text(member.role), text(member.state), ordinal(member.durable_offset)];
      },
    },
    t('The node reported no members.'),
  )}`;
}

/** The line itself, byte for byte as far as text can show it. */
function whole({ text: line, left, row }: AuditStage, open: boolean): TemplateResult {
  const title = t('Line {0} as it stands in the file', row.line);
  return html`<details ?open=${open}><summary>${title}</summary>
    <pre tabindex="0" role="region" aria-label=${title} class="audit-raw">${verbatim(line)}</pre>
    ${left === 0 ? nothing : html`<p class="muted">${t('{0} further characters are in the raw file.', left)}</p>`}
  </details>`;
}
