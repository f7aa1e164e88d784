/** The rows of the log. Only the visible rows are in the document, however long the log is. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AuditRow, RequestRow } from '../../panel-protocol/audit.ts';
import { text, time, type Content } from '../text.ts';
import { commandWords, endWords, outcomeWord, stageWords } from './words.ts';
import { t } from '../words.ts';

/** In CSS pixels. `audit/grid.css` gives rows exactly this height. */
export const ROW = 24;
/**
 * Browsers cannot draw more than about 33 million pixels. A longer log scrolls in larger steps with the mouse; the
 * keyboard still moves row by row.
 */
const TALLEST = 24_000_000;
const MARGIN = 10;

/** What part of the table is visible. */
export interface Window {
  readonly count: number;
  readonly scrollTop: number;
  readonly height: number;
}

/** The height of all rows, in CSS pixels. */
export function tall({ count }: Pick<Window, 'count'>): number {
  return Math.min(count * ROW, TALLEST);
}

/** The first visible row. */
export function firstVisible(window: Window): number {
  const { count, scrollTop, height } = window;
  if (count * ROW <= TALLEST) return Math.floor(scrollTop / ROW);
  const share = scrollTop / Math.max(1, TALLEST - height);
  return Math.round(Math.min(1, share) * Math.max(0, count - Math.floor(height / ROW)));
}

/** The scroll position that makes a row the first visible one. */
export function scrollFor(first: number, window: Pick<Window, 'count' | 'height'>): number {
  const { count, height } = window;
  if (count * ROW <= TALLEST) return first * ROW;
  return (first / Math.max(1, count - Math.floor(height / ROW))) * (TALLEST - height);
}

/** The rows to draw: the visible ones and a margin. */
export function drawn(window: Window): { readonly from: number; readonly to: number } {
  const first = firstVisible(window);
  return {
    from: Math.max(0, first - MARGIN),
    to: Math.min(window.count, first + Math.ceil(window.height / ROW) + MARGIN),
  };
}

/** A row of the table, by requests or by records. */
export type GridRow = AuditRow | RequestRow;

const BY_REQUESTS = [
  t('Time (UTC)'),
  t('Who'),
  t('Command'),
  t('Cluster'),
  t('Node'),
  t('Outcome'),
  t('Reason'),
] as const;

const BY_RECORDS = [
  t('Record'),
  t('Time (UTC)'),
  t('Stage'),
  t('Outcome'),
  t('Command'),
  t('Cluster'),
  t('Target'),
  t('Operator'),
  t('Authority'),
  t('Request'),
] as const;

/** The id of a row's element, for `aria-activedescendant`. */
export function rowId(index: number): string {
  return `audit-row-${index}`;
}

export interface Grid {
  readonly window: Window;
  readonly active: number;
  readonly unfolded: number | null;
  readonly by: 'requests' | 'records';
  readonly row: (index: number) => GridRow | undefined;
  readonly scrolled: (event: Event) => void;
  readonly keyed: (event: KeyboardEvent) => void;
  readonly chosen: (index: number) => void;
}

/** The table. It is one stop of the Tab key; arrows move inside it, Enter unfolds a row. */
export function grid({ window, active, unfolded, by, row, scrolled, keyed, chosen }: Grid): TemplateResult {
  const { from, to } = drawn(window);
  const first = firstVisible(window);
  const above = window.count * ROW <= TALLEST ? from * ROW : Math.max(0, window.scrollTop - (first - from) * ROW);
  const complete = row(active) !== undefined && active >= from && active < to;
  const titles = by === 'requests' ? BY_REQUESTS : BY_RECORDS;
  const columns = titles.map(title => html`<span role="columnheader">${title}</span>`);
  const label = by === 'requests' ? t('Requests and other records of the audit log') : t('Records of the audit log');
  return html`<div class=${`audit-grid by-${by}`} role="grid" tabindex="0" aria-label=${label}
      aria-readonly="true" aria-rowcount=${window.count + 1} aria-colcount=${titles.length}
      aria-activedescendant=${complete ? rowId(active) : nothing} @scroll=${scrolled} @keydown=${keyed}>
    <div role="rowgroup" class="audit-columns">
      <div role="row" aria-rowindex="1" class="audit-row">${columns}</div>
    </div>
    <div role="rowgroup" class="audit-body" .style=${`height:${tall(window)}px`}>
      <div role="presentation" class="audit-window" .style=${`transform:translateY(${above}px)`}>
        ${Array.from({ length: to - from }, (_none, offset) => {
          const index = from + offset;
          const shown = row(index);
          const isActive = index === active;
          return html`<div role="row" id=${rowId(index)} aria-rowindex=${index + 2}
            aria-selected=${isActive ? 'true' : 'false'} class=${rowClasses(shown, isActive, unfolded)}
            @click=${() => chosen(index)}>${shown === undefined ? NOT_YET : gridCells(shown)}</div>`;
        })}
      </div>
    </div>
  </div>`;
}

function rowClasses(row: GridRow | undefined, isActive: boolean, unfolded: number | null): string {
  const active = isActive ? ' active' : '';
  const dangling = row !== undefined && isUnknown(row) ? ' dangling' : '';
  const isUnfolded = row !== undefined && row.line === unfolded;
  return `audit-row${active}${dangling}${isUnfolded ? ' unfolded' : ''}`;
}

function isRequest(row: GridRow): row is RequestRow {
  return 'end' in row;
}

/** P7-E2: the row has an intent without a recorded outcome. */
function isUnknown(row: GridRow): boolean {
  if (row.underWay) return false;
  return isRequest(row) ? row.end?.kind === 'unknown' : row.dangling;
}

/** A row that has not arrived yet. */
const NOT_YET = html`<span role="gridcell" class="muted">…</span>`;

function gridCells(row: GridRow): readonly TemplateResult[] {
  const all = isRequest(row) ? requestCells(row) : recordCells(row);
  return all.map(cell => html`<span role="gridcell">${cell}</span>`);
}

function optional(value: string | null): Content {
  return value === null ? '' : text(value);
}

function requestCells(row: RequestRow): readonly Content[] {
  const { end, underWay } = row;
  if (row.damaged !== null) return ['', '', html`<strong>${t('not a record')}</strong>`, '', '', '', text(row.damaged)];
  return [
    row.time === null ? '' : time(row.time),
    optional(row.operator),
    end === null ? (row.stage === null ? text(null) : text(stageWords(row.stage))) : commandWords(row.command),
    optional(row.cluster),
    optional(row.nodeName ?? row.target),
    end === null ? '' : endWords(end, underWay),
    optional(end === null ? row.detail : row.reason),
  ];
}

function recordCells(row: AuditRow): readonly Content[] {
  if (row.damaged !== null)
    return [
      t('line {0}', row.line),
      '',
      html`<strong>${t('not a record')}</strong>`,
      '',
      text(row.damaged),
      '',
      '',
      '',
      '',
      '',
    ];
  return [
    html`#${text(row.seq)}`,
    row.time === null ? '' : time(row.time),
    row.stage === null ? text(null) : text(stageWords(row.stage)),
    row.dangling && row.underWay
      ? html`<strong>${t('under way')}</strong>`
      : row.dangling
        ? html`${outcomeWord('unknown')}<span class="hidden">${t(', no outcome is recorded')}</span>`
        : row.outcome === null
          ? ''
          : outcomeWord(row.outcome),
    optional(row.command),
    optional(row.cluster),
    optional(row.target),
    optional(row.operator),
    optional(row.authority),
    optional(row.requestId),
  ];
}
