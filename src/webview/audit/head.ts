/** The head of the audit log: what verification found and how, and what can be done with what is selected. */
import { html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { CheckResult } from '../../control-plane/views.ts';
import { facts } from '../frame.ts';
import type { AuditLogFacts } from '../../panel-protocol/audit.ts';
import { outcomeShape } from '../shapes.ts';
import { code, number, phrase, text, time } from '../text.ts';
import { t } from '../words.ts';

type Verdict = NonNullable<AuditLogFacts['verdict']>;

const VERDICTS: Readonly<Record<Verdict['kind'], { readonly words: string; readonly drawn: CheckResult }>> = {
  intact: { words: t('Intact'), drawn: 'pass' },
  torn_tail: { words: t('Torn tail'), drawn: 'overridden' },
  record_edited: { words: t('Record edited'), drawn: 'fail' },
  records_missing: { words: t('Records missing'), drawn: 'fail' },
  forked: { words: t('Forked'), drawn: 'fail' },
  truncated: { words: t('Truncated'), drawn: 'fail' },
  replaced: { words: t('Replaced'), drawn: 'fail' },
  unreadable: { words: t('Unreadable'), drawn: 'unknown' },
};

const CHANGES: Readonly<Record<AuditLogFacts['change'], string>> = {
  opened: '',
  same: t('Nothing was appended since.'),
  grown: t('Records were appended since.'),
  replaced: t('THE FILE WAS REPLACED OR SHORTENED since it was last read.'),
};

/** The verdict in the words that a screen reader says. */
export function verdictWords({ verdict }: AuditLogFacts): string {
  return verdict === null ? t('being verified') : `${VERDICTS[verdict.kind].words}. ${verdict.message}`;
}

/** The verdict with the command line that finds the same. */
export function verdictSection(log: AuditLogFacts): TemplateResult {
  const { verdict, knownHead } = log;
  return html`<section class=${`provenance audit-verdict ${verdict?.kind ?? 'running'}`} aria-label=${t('Verification')}>
    <p class="audit-verdict-words">${
      verdict === null
        ? html`<strong>${t('Verifying…')}</strong> <span class="muted">${t('The records below can be read meanwhile.')}</span>`
        : html`${outcomeShape(VERDICTS[verdict.kind].drawn)}<strong>${VERDICTS[verdict.kind].words}.</strong> ${text(verdict.message)}
        ${verdict.line === null ? nothing : html`<span class="muted">${phrase('Line {0}', number(verdict.line))}${verdict.seq === null ? nothing : html`, #${number(verdict.seq)}`}</span>`}`
    }</p>
    ${facts(
      [
        [t('File'), code(log.path)],
        [t('Lines'), number(log.lines.toString())],
        [
          t('Read at'),
          html`${time(log.readAt)} ${log.change === 'replaced' ? html`<strong>${CHANGES.replaced}</strong>` : html`<span class="muted">${CHANGES[log.change]}</span>`}`,
        ],
        [
          t('Held against'),
          knownHead === null
            ? html`<span class="muted">${t('the chain alone; this editor has kept no position yet')}</span>`
            : phrase('#{0}, kept by this editor', number(knownHead.seq)),
        ],
      ],
      'facts line',
    )}
    <p class="audit-command"><span class="muted">${t('Verified as by')}</span> ${code(log.command)}</p>
  </section>`;
}

/** What the head can be asked for. */
export interface HeadActions {
  readonly reload: () => void;
  readonly exportAs: (format: 'jsonl' | 'csv') => void;
  readonly raw: () => void;
}

/** Title and actions. */
export function auditHeading(title: string, actions: HeadActions): TemplateResult {
  return html`<header>
    <div class="names"><h1 tabindex="-1">${title}</h1><p class="muted">${t('Read only: records are evidence. Nothing refreshes by itself.')}</p></div>
    <div class="actions">
      <vscode-button secondary @click=${actions.reload}><span slot="content-before" class="codicon codicon-refresh" aria-hidden="true"></span>${t('Reload')}</vscode-button>
      <vscode-button secondary @click=${() => actions.exportAs('jsonl')}><span slot="content-before" class="codicon codicon-export" aria-hidden="true"></span>${t('Export JSONL…')}</vscode-button>
      <vscode-button secondary @click=${() => actions.exportAs('csv')}><span slot="content-before" class="codicon codicon-export" aria-hidden="true"></span>${t('Export CSV…')}</vscode-button>
      <vscode-button secondary @click=${actions.raw}><span slot="content-before" class="codicon codicon-go-to-file" aria-hidden="true"></span>${t('Raw File')}</vscode-button>
    </div>
  </header>`;
}
