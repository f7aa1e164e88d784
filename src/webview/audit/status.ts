/**
 * The line above the table of the log: how many lines there are, how many match, and which intents have no recorded
 * outcome.
 */
import { html, type TemplateResult } from 'lit';
import type { AuditLogFacts } from '../../panel-protocol/audit.ts';
import { t } from '../words.ts';

/** What is selected now. */
export interface SelectionStatus {
  readonly searching: boolean;
  readonly dangling: boolean;
  readonly by: 'requests' | 'records';
  readonly isFiltered: boolean;
  readonly count: number;
  /** The number of rows without a filter. */
  readonly total: number;
}

/** Switches between the intents without a recorded outcome and all records. */
export function danglingButton(count: number, pressed: boolean, toggle: () => void): TemplateResult {
  const some =
    count === 1 ? t('Show 1 Intent of Unknown Outcome') : t('Show {0} Intents of Unknown Outcome', grouped(count));
  return html`<vscode-button secondary aria-pressed=${pressed ? 'true' : 'false'}
            @click=${toggle}>
          ${pressed ? t('Show All Records') : some}</vscode-button>`;
}

/** Switches between one row for each record, as it is in the file, and one row for each request. */
export function everyRecordButton(pressed: boolean, toggle: () => void): TemplateResult {
  return html`<vscode-button secondary aria-pressed=${pressed ? 'true' : 'false'}
            @click=${toggle}>${pressed ? t('One Row for a Request') : t('Every Record')}</vscode-button>`;
}

/** The number of selected rows, and of all rows, in words. */
export function statusText(
  log: AuditLogFacts,
  { by, searching, dangling, isFiltered, count, total }: SelectionStatus,
): string {
  if (searching) return t('Searching…');
  const all = log.lines === 1 ? t('1 line') : t('{0} lines', grouped(log.lines));
  const unknown =
    log.danglingIntents === 0
      ? t(' Every intent has a recorded outcome.')
      : log.danglingIntents === null
        ? ''
        : log.danglingIntents === 1
          ? t(' 1 intent has no recorded outcome: unknown.')
          : t(' {0} intents have no recorded outcome: unknown.', grouped(log.danglingIntents));
  if (by === 'requests') {
    const rows = total === 1 ? t('1 row') : t('{0} rows', grouped(total));
    return isFiltered || dangling
      ? t('{0} of {1} match; {2}.', grouped(count), rows, all) + unknown
      : `${t('{0}, one for each request and for each line that belongs to no request; {1}.', rows, all)}${unknown}`;
  }
  if (dangling)
    return count === 1
      ? t('1 intent of unknown outcome, of {0}.', all)
      : t('{0} intents of unknown outcome, of {1}.', grouped(count), all);
  return isFiltered ? t('{0} of {1} match.', grouped(count), all) + unknown : `${all}.${unknown}`;
}

function grouped(count: number): string {
  return count.toString().replaceAll(/\B(?=(?:\d{3})+$)/gu, '\u2009');
}
