/** The fields of the audit log's filter, and the filter that they make. */
import { html, type TemplateResult } from 'lit';
import type { AuditFilter } from '../../control-plane/model/audit-reader.ts';
import type { Outcome } from '../../control-plane/model/errors.ts';
import type { Stage } from '../../control-plane/model/record.ts';
import type { AuditRequest } from '../../panel-protocol/messages.ts';
import { COMMAND_TITLES } from './words.ts';
import { t } from '../words.ts';

/** The fields as typed. */
export type Fields = Readonly<Partial<Record<keyof AuditFilter, string>>>;

const ASKS: Readonly<Record<'changes' | 'reads', string>> = { changes: t('asks for a change'), reads: t('reads') };
const OUTCOMES: Readonly<Record<Outcome | 'pending', string>> = {
  executed: 'executed',
  not_executed: 'not executed',
  unknown: 'unknown',
  pending: t('before any outcome'),
};
/** In a record, "pending" means "written before the outcome"; for a whole request, that no end is recorded. */
const ENDS = { ...OUTCOMES, pending: t('no end recorded') };
const STAGES: Readonly<Record<Stage, true>> = {
  session_started: true,
  authority_changed: true,
  log_read: true,
  command_requested: true,
  command_rejected: true,
  command_answered: true,
  read_failed: true,
  explanation_presented: true,
  confirmation_requested: true,
  confirmation_given: true,
  confirmation_declined: true,
  confirmation_voided: true,
  dispatch_intent: true,
  dispatch_failed: true,
  command_executed: true,
  kernel_rejected: true,
  outcome_unknown: true,
  torn_tail_found: true,
};

interface Field {
  readonly name: keyof AuditFilter;
  readonly title: string;
  readonly hint?: string;
  readonly choices?: readonly string[];
  /** Labels of choices that are not shown as they are recorded. */
  readonly words?: Readonly<Record<string, string>>;
  /** The labels in the table by requests, where they differ. */
  readonly ofRequests?: Readonly<Record<string, string>>;
}

const FIELDS: readonly Field[] = [
  { name: 'text', title: t('Free text'), hint: t('anywhere in a record') },
  { name: 'command', title: t('Command'), choices: Object.keys(COMMAND_TITLES), words: COMMAND_TITLES },
  { name: 'stage', title: t('Stage'), choices: Object.keys(STAGES) },
  { name: 'asks', title: t('Kind'), choices: Object.keys(ASKS), words: ASKS },
  { name: 'outcome', title: t('Outcome'), choices: Object.keys(OUTCOMES), words: OUTCOMES, ofRequests: ENDS },
  { name: 'cluster', title: t('Cluster'), hint: t('its whole name') },
  { name: 'operator', title: t('Operator'), hint: t('account, account@host or name') },
  { name: 'requestId', title: t('Request id'), hint: t('the whole id') },
  { name: 'from', title: t('From (UTC)'), hint: '2026-01-31 09:00' },
  { name: 'to', title: t('To (UTC)'), hint: '2026-01-31 17:30' },
];

const WRONG_TIME = t('Write a time as 2026-01-31 09:00, or only the beginning of it.');
const EARLIEST = '0000-01-01T00:00:00.000Z';
const LATEST = '9999-12-31T23:59:59.999Z';
const TIME = /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d(?::\d\d(?::\d\d(?:\.\d{1,3})?)?)?)?)?)?$/u;

/** The filter that the fields make, and the names of the fields that are not valid. */
export function filterOf(fields: Fields): {
  readonly filter: AuditFilter;
  readonly wrong: readonly (keyof AuditFilter)[];
} {
  const given = Object.entries(fields)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== '');
  const times = { from: completed(fields.from, EARLIEST), to: completed(fields.to, LATEST) };
  const wrong = (['from', 'to'] as const).filter(name => times[name] === null);
  const filter: AuditFilter = Object.fromEntries(
    given.map(([name, value]) => [name, name === 'from' || name === 'to' ? (times[name] ?? value) : value]),
  );
  return { filter, wrong };
}

/** The part of the log to reconstruct. */
export type ReconstructedPart = Extract<AuditRequest, { type: 'audit-reconstruct' }>['of'];

/** The parts of the filter that a reconstruction also has; `null` when a field is not valid. */
export function partOf(fields: Fields): ReconstructedPart | null {
  const { filter, wrong } = filterOf(fields);
  if (wrong.length > 0) return null;
  const { requestId, cluster, from, to } = filter;
  return {
    ...(requestId === undefined ? {} : { requestId }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/**
 * The first or the last instant of the typed time. It is completed to the form of the log's times, because they are
 * compared as text. `null` when it is no time.
 */
function completed(typed: string | undefined, rest: string): string | null | undefined {
  const value = typed?.trim().replace(/\s+/u, 'T').replace(/Z$/u, '');
  if (value === undefined || value === '') return undefined;
  return TIME.test(value) ? value + rest.slice(value.length) : null;
}

/** The fields and their actions. */
export interface Filters {
  readonly fields: Fields;
  readonly by: 'requests' | 'records';
  /** In a narrow window the fields are folded behind a button that says how many are filled in. */
  readonly isOpen: boolean;
  readonly fold: () => void;
  readonly changed: (name: keyof AuditFilter, value: string) => void;
  readonly clear: () => void;
}

/** The fields with their labels. A change takes effect when the person presses Enter or leaves the field. */
export function filterFields({ fields, by, isOpen, fold, changed, clear }: Filters): TemplateResult {
  const { wrong } = filterOf(fields);
  const active = Object.values(fields).filter(value => value.trim() !== '').length;
  const committed =
    (name: keyof AuditFilter) =>
    (event: Event): void => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)
        changed(name, event.target.value);
    };
  const wordOf = (choice: string, words: Field['words'], ofRequests: Field['ofRequests']): string =>
    (by === 'requests' ? (ofRequests ?? words) : words)?.[choice] ?? choice;
  const icon = isOpen ? 'codicon-chevron-down' : 'codicon-chevron-right';
  return html`<vscode-button class="audit-fold" secondary aria-expanded=${isOpen ? 'true' : 'false'}
      aria-controls="audit-filters" @click=${fold}><span slot="content-before" class=${`codicon ${icon}`}
        aria-hidden="true"></span>${active === 0 ? t('Filters') : t('Filters ({0})', active)}</vscode-button>
  <div
    id="audit-filters"
    class=${isOpen ? 'audit-filters open' : 'audit-filters'}
    role="search"
    aria-label=${t('Filter the audit log')}
  >
    ${FIELDS.map(
      ({ name, title, hint, choices, words, ofRequests }) =>
        html`<div class=${`audit-field field-${name}`}><label for=${`audit-${name}`}>${title}</label>${
          choices === undefined
            ? html`<input id=${`audit-${name}`} type="text" maxlength="1000" spellcheck="false" autocomplete="off"
          placeholder=${hint ?? ''} .value=${fields[name] ?? ''}
          aria-invalid=${wrong.includes(name) ? 'true' : 'false'} @change=${committed(name)}>`
            : html`<select id=${`audit-${name}`} @change=${committed(name)}>
          <option value="" ?selected=${(fields[name] ?? '') === ''}>${t('any')}</option>
          ${choices.map(
            choice =>
              html`<option value=${choice} ?selected=${fields[name] === choice}
                >${wordOf(choice, words, ofRequests)}</option>`,
          )}
        </select>`
        }</div>`,
    )}
    <vscode-button class="audit-clear" secondary ?disabled=${active === 0}
      @click=${clear}>${t('Clear Filters')}</vscode-button>
  </div>
  ${wrong.length === 0 ? '' : html`<p role="alert" class="audit-wrong">${WRONG_TIME}</p>`}`;
}
