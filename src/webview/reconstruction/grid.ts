/** The timeline: one row for each entry, one lane for each source. Only the visible rows are in the document. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReconstructionRow } from '../../panel-protocol/reconstruction.ts';
import type { Entry, Source } from '../../reconstruction/model.ts';
import { text } from '../text.ts';
import { t } from '../words.ts';
import { inLane, orderOf } from './entry.ts';
import { relationMark } from './marks.ts';
import { relationOf } from './relation.ts';

/** In CSS pixels. `grid.css` gives rows exactly this height. */
export const ROW = 64;
const MARGIN = 8;

/** What part of the table is visible. */
export interface Sight {
  readonly count: number;
  readonly scrollTop: number;
  readonly height: number;
}

/** The rows to draw: the visible ones and a margin. */
export function drawn({ count, scrollTop, height }: Sight): { readonly from: number; readonly to: number } {
  const first = Math.floor(scrollTop / ROW);
  return { from: Math.max(0, first - MARGIN), to: Math.min(count, first + Math.ceil(height / ROW) + MARGIN) };
}

export interface Course {
  readonly sources: readonly Source[];
  readonly sight: Sight;
  readonly active: number;
  readonly chosen: Entry | undefined;
  readonly row: (index: number) => ReconstructionRow | undefined;
  readonly scrolled: (event: Event) => void;
  readonly keyed: (event: KeyboardEvent) => void;
  readonly clicked: (index: number) => void;
}

/** The id of a row's element, for `aria-activedescendant`. */
export function rowId(index: number): string {
  return `entry-row-${index}`;
}

/** The table. It is one stop of the Tab key; arrows choose an entry, and every row shows its relation to that entry. */
export function course({ sources, sight, active, chosen, row, scrolled, keyed, clicked }: Course): TemplateResult {
  const { from, to } = drawn(sight);
  return html`<div class="course" role="grid" tabindex="0" aria-label=${t('Course of events')} aria-readonly="true"
      aria-rowcount=${sight.count + 1} aria-colcount=${sources.length + 3} .style=${`--lanes:${sources.length}`}
      aria-activedescendant=${active >= from && active < to ? rowId(active) : nothing}
      @scroll=${scrolled} @keydown=${keyed}>
    <div role="rowgroup" class="course-heads">
      <div role="row" aria-rowindex="1" class="course-row">
        <span role="columnheader">${t('No.')}</span>
        <span role="columnheader">${chosen === undefined ? t('To the chosen one') : t('To entry {0}', chosen.n)}</span>
        ${sources.map(
          ({ id, label }) => html`<span role="columnheader" class="lane"><strong>${id}</strong> ${text(label)}</span>`,
        )}
        <span role="columnheader">${t('Order')}</span>
      </div>
    </div>
    <div role="rowgroup" class="course-body" .style=${`height:${sight.count * ROW}px`}>
      <div role="presentation" class="course-window" .style=${`transform:translateY(${from * ROW}px)`}>
        ${Array.from({ length: to - from }, (_none, offset) => {
          const index = from + offset;
          const shown = row(index);
          return html`<div role="row" id=${rowId(index)} aria-rowindex=${index + 2}
            aria-selected=${index === active ? 'true' : 'false'} class=${classesOf(shown, index === active)}
            @click=${() => clicked(index)}>${shown === undefined ? NOT_YET : cells(shown, sources, chosen)}</div>`;
        })}
      </div>
    </div>
  </div>`;
}

function classesOf(row: ReconstructionRow | undefined, isActive: boolean): string {
  const kind = row === undefined ? '' : ` is-${row.entry.is}${row.isRule ? ' rule' : ''}`;
  return `course-row${kind}${isActive ? ' active' : ''}`;
}

/** A row that has not arrived yet. */
const NOT_YET = html`<span role="gridcell" class="muted">…</span>`;
const RULE = t('All above is proven to be earlier.');

function cells(
  { entry, isRule }: ReconstructionRow,
  sources: readonly Source[],
  chosen: Entry | undefined,
): TemplateResult {
  return html`<span role="gridcell" class="entry-number">${
    isRule ? html`<span class="hidden">${RULE} </span>` : nothing
  }${entry.n}</span>
    <span role="gridcell">${chosen === undefined ? nothing : relationMark(relationOf(entry, chosen))}</span>
    ${sources.map(
      ({ id }) =>
        html`<span role="gridcell" class=${id === entry.source ? `lane ${entry.is}` : 'lane'}>${
          id === entry.source ? inLane(entry) : nothing
        }</span>`,
    )}
    <span role="gridcell" class="entry-order">${orderOf(entry)}</span>`;
}
