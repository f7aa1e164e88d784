/**
 * The head of the audit log: the result of the verification and how it was made, and what a person can do with the
 * selection.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { CheckResult } from '../../control-plane/model/views.ts';
import { facts } from '../frame.ts';
import type { AuditLogFacts } from '../../panel-protocol/audit.ts';
import { outcomeShape } from '../shapes.ts';
import { code, number, phrase, text, time } from '../text.ts';
import { t } from '../words.ts';

type Verdict = NonNullable<AuditLogFacts['verdict']>;
type Copy = NonNullable<AuditLogFacts['copy']>;

const VERDICTS: Readonly<Record<Verdict['kind'], { readonly words: string; readonly drawn: CheckResult }>> = {
  intact: { words: t('Intact'), drawn: 'pass' },
  intact_selection: { words: t('Intact, as a part of a log'), drawn: 'pass' },
  torn_tail: { words: t('Torn tail'), drawn: 'overridden' },
  record_edited: { words: t('Record edited'), drawn: 'fail' },
  records_missing: { words: t('Records missing'), drawn: 'fail' },
  forked: { words: t('Forked'), drawn: 'fail' },
  truncated: { words: t('Truncated'), drawn: 'fail' },
  replaced: { words: t('Replaced'), drawn: 'fail' },
  export_edited: { words: t('Export edited'), drawn: 'fail' },
  unreadable: { words: t('Unreadable'), drawn: 'unknown' },
};

const CHANGES: Readonly<Record<AuditLogFacts['change'], string>> = {
  opened: '',
  same: t('Nothing was appended since.'),
  grown: t('Records were appended since.'),
  replaced: t('THE FILE WAS REPLACED OR SHORTENED since it was last read.'),
};

const READ_ONLY = t('Read only: records are evidence. Nothing refreshes by itself.');

/** The verdict in words, for a screen reader. */
export function verdictWords({ verdict }: AuditLogFacts): string {
  return verdict === null ? t('being verified') : `${VERDICTS[verdict.kind].words}. ${verdict.message}`;
}

/** Whether the verification found a file unchanged, as far as the file alone can show that. */
export function isIntact(kind: Verdict['kind']): boolean {
  return VERDICTS[kind].drawn === 'pass';
}

/** A verdict in a word or two, with its shape. */
export function verdictOf(kind: Verdict['kind']): TemplateResult {
  const { words, drawn } = VERDICTS[kind];
  return html`<span class="verdict-word">${outcomeShape(drawn)}<strong>${words}.</strong></span>`;
}

/** The verdict, with the command line for the same verification. */
export function verdictSection(log: AuditLogFacts): TemplateResult {
  const { verdict, knownHead } = log;
  return html`<section class=${`provenance audit-verdict ${verdict?.kind ?? 'running'}`}
      aria-label=${t('Verification')}>
    <p class="audit-verdict-words">${verdict === null ? verifying() : found(verdict)}</p>
    ${facts(
      [
        [t('File'), code(log.path)],
        [t('Lines'), number(log.lines.toString())],
        [t('Read at'), html`${time(log.readAt)} ${changed(log.change)}`],
        [
          t('Checked against'),
          knownHead === null
            ? html`<span class="muted">${t('the chain alone; this editor has kept no position yet')}</span>`
            : phrase('#{0}, kept by this editor', number(knownHead.seq)),
        ],
      ],
      'facts line',
    )}
    ${log.copy === null ? nothing : secondCopy(log.copy)}
    ${log.notRecorded === null ? nothing : notRecorded(log.notRecorded)}
    <p class="audit-command"><span class="muted">${t('The same check in a terminal')}</span> ${code(log.command)}</p>
  </section>`;
}

const COPIES: Readonly<Record<Copy['kind'], CheckResult>> = {
  same: 'pass',
  behind: 'overridden',
  differs: 'fail',
  longer: 'fail',
  unreadable: 'unknown',
};

function secondCopy({ kind, message, path }: Copy): TemplateResult {
  return html`<p class=${`audit-copy ${kind}`}>${outcomeShape(COPIES[kind])}<strong>${t('Second copy')}</strong>
    ${text(message)} ${code(path)}</p>`;
}

/** The log is readable even when the reading could not be recorded; this warning says that the record is missing. */
function notRecorded(cause: string): TemplateResult {
  return html`<p role="alert" class="audit-not-recorded"><strong>${t('This reading is not recorded.')}</strong>
    ${text(cause)}</p>`;
}

function verifying(): TemplateResult {
  const meanwhile = t('The records below can be read meanwhile.');
  return html`<strong>${t('Verifying…')}</strong> <span class="muted">${meanwhile}</span>`;
}

/** The verdict, and the place in the log that it concerns. */
function found({ kind, message, line, seq }: Verdict): TemplateResult {
  const { words, drawn } = VERDICTS[kind];
  const record = seq === null ? nothing : html`, #${number(seq)}`;
  return html`${outcomeShape(drawn)}<strong>${words}.</strong> ${text(message)}
        ${line === null ? nothing : html`<span class="muted">${phrase('Line {0}', number(line))}${record}</span>`}`;
}

function changed(change: AuditLogFacts['change']): TemplateResult {
  return change === 'replaced'
    ? html`<strong>${CHANGES.replaced}</strong>`
    : html`<span class="muted">${CHANGES[change]}</span>`;
}

/** The actions of the head. */
export interface HeadActions {
  readonly reload: () => void;
  readonly exportAs: (format: 'jsonl' | 'csv' | 'bundle') => void;
  readonly raw: () => void;
  readonly reconstruct: () => void;
}

const OF_FILTER = t('Reconstructs what happened, for the request, the cluster and the period of the filter.');

/** Title and actions. */
export function auditHeading(title: string, actions: HeadActions): TemplateResult {
  return html`<header>
    <div class="names"><h1 tabindex="-1">${title}</h1><p class="muted">${READ_ONLY}</p></div>
    <div class="actions">
      ${button('codicon-refresh', t('Reload'), actions.reload)}
      ${button('codicon-export', t('Export JSONL…'), () => actions.exportAs('jsonl'))}
      ${button('codicon-export', t('Export CSV…'), () => actions.exportAs('csv'))}
      ${button('codicon-export', t('Export Bundle…'), () => actions.exportAs('bundle'))}
      ${button('codicon-go-to-file', t('Raw File'), actions.raw)}
      ${button('codicon-history', t('Reconstruct…'), actions.reconstruct, OF_FILTER)}
    </div>
  </header>`;
}

function button(icon: string, label: string, pressed: () => void, title?: string): TemplateResult {
  return html`<vscode-button secondary title=${ifDefined(title)} @click=${pressed}><span slot="content-before"
        class="codicon ${icon}" aria-hidden="true"></span>${label}</vscode-button>`;
}
