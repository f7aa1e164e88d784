/**
 * A table whose rows unfold. When there are many rows, only the visible ones are in the document, so that ten thousand
 * scroll as fast as ten.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { cells, head, type Rows } from './cells.ts';
import { columnWidths } from './column-widths.ts';
import { copyButtons } from './copy-name.ts';
import { facts } from './frame.ts';
import { rowsMoved } from './row-keys.ts';
import { ROW, RowPlaces } from './row-places.ts';
import { short } from './text.ts';
import { t } from './words.ts';

/** With more rows than this, only the visible ones are in the document. */
const WHOLE = 150;
/** Up to this number, each row is a stop of the Tab key. With more rows there is one stop, and the arrows move it. */
const STOPS = 12;
/** Rows that are drawn beyond the visible ones, so that scrolling shows rows at once. */
const MARGIN = 8;

/** Whether only the visible rows are drawn. */
export function isLong({ count }: Pick<Rows, 'count'>): boolean {
  return count > WHOLE;
}

class RowsTable extends LitElement {
  static override properties = {
    shown: { attribute: false },
    first: { state: true },
    visible: { state: true },
    unfolded: { state: true },
    marked: { state: true },
    active: { state: true },
  };
  declare shown: Rows | undefined;
  declare first: number;
  declare visible: number;
  declare unfolded: ReadonlySet<number>;
  declare marked: readonly number[];
  /** The row that is the stop of the Tab key. */
  declare active: number;
  private places = new RowPlaces(0, 0);
  private hadFocus = false;

  constructor() {
    super();
    this.first = 0;
    this.visible = 40;
    this.unfolded = new Set();
    this.marked = [];
    this.active = 0;
  }

  /** Marks the rows of these nodes and goes to the first of them. Returns `false` when there is none. */
  lead(nodeIds: ReadonlySet<string>): boolean {
    const nodes = this.shown?.folded?.nodes ?? [];
    const found = nodes.flatMap(({ nodeId }, index) => (nodeIds.has(nodeId) ? [index] : []));
    const [first] = found;
    if (first === undefined) return false;
    this.marked = found;
    void this.goTo(first);
    return true;
  }

  /** Without a shadow root, so that the page's styles apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.hadFocus = this.contains(document.activeElement);
    if (changed.has('shown')) {
      const count = this.shown?.count ?? 0;
      this.unfolded = new Set();
      this.marked = [];
      this.active = 0;
      this.places = new RowPlaces(count, this.shown?.folded?.facts(0).length ?? 0);
      if (this.first >= count) this.first = 0;
    }
    this.places.unfold(index => this.unfolded.has(index));
  }

  protected override updated(): void {
    const heights = new Map<number, number>();
    for (const row of this.querySelectorAll<HTMLElement>('tr.unfolded'))
      heights.set(Number(row.dataset['row']), row.offsetHeight);
    if (this.shown !== undefined && isLong(this.shown) && this.places.measured(heights)) this.requestUpdate();
    // A focused row was scrolled out of the document; the table keeps the focus.
    if (this.hadFocus && !this.contains(document.activeElement)) this.region?.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { shown } = this;
    if (shown === undefined) return nothing;
    const long = isLong(shown);
    const from = long ? Math.max(0, this.first - MARGIN) : 0;
    const to = long ? Math.min(shown.count, this.first + this.visible + MARGIN) : shown.count;
    const stop = this.active >= from && this.active < to ? this.active : this.first;
    const widths = long ? columnWidths(shown) : undefined;
    const columns = shown.columns.length;
    const kind = [shown.prose === true ? 'prose' : long ? '' : 'data', shown.folded === undefined ? '' : 'folds'];
    return html`${this.bar(shown)}
    <div class=${long ? 'table long' : 'table'} role="region" tabindex="0" aria-label=${shown.caption}
        @scroll=${() => this.scrolled()} @keydown=${(event: KeyboardEvent) => this.keyed(event)}>
      <table class=${kind.filter(Boolean).join(' ')} aria-rowcount=${long ? shown.count + 1 : nothing}
          .style=${widths === undefined ? '' : `min-width:${widths.least}px`}>
        <caption class="hidden">${shown.caption}</caption>
        ${
          widths === undefined
            ? nothing
            : html`<colgroup>${widths.columns.map(width => html`<col width=${width ?? nothing}>`)}</colgroup>`
        }
        <thead><tr aria-rowindex=${long ? 1 : nothing}>${shown.columns.map(column => head(column))}</tr></thead>
        <tbody>
          ${space(this.places.top(from), columns)}
          ${repeat(
            Array.from({ length: to - from }, (_none, offset) => from + offset),
            index => index,
            index => this.row(shown, index, stop),
          )}
          ${space(long ? this.places.top(shown.count) - this.places.top(to) : 0, columns)}
        </tbody>
      </table>
    </div>`;
  }

  private get region(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.table');
  }

  private bar({ count, folded }: Rows): TemplateResult {
    const isWhole = this.unfolded.size === count;
    const [first] = this.marked;
    return html`<div class="table-bar">
      <span class="muted">${count === 1 ? t('1 row') : t('{0} rows', count)}</span>
      ${
        folded === undefined
          ? nothing
          : html`<button type="button" class="quiet unfold-all" @click=${() => this.unfoldAll(!isWhole)}
            >${isWhole ? t('Fold All') : t('Unfold All')}</button>`
      }
      <span role="status">${first === undefined ? '' : t('{0} of {1} marked', this.marked.length, count)}</span>
      ${
        first === undefined
          ? nothing
          : html`<button type="button" class="quiet" @click=${() => void this.goTo(this.nextMarked(first))}
              >${t('Next Marked')}</button>
            <button type="button" class="quiet" @click=${() => this.unmark()}>${t('Clear Marks')}</button>`
      }
    </div>`;
  }

  private row(shown: Rows, index: number, stop: number): TemplateResult {
    const { folded, count } = shown;
    const long = isLong(shown);
    const open = this.unfolded.has(index);
    const isMarked = this.marked.includes(index);
    const kind = [long && index % 2 === 0 ? 'even' : '', isMarked ? 'marked' : ''].filter(Boolean).join(' ');
    const node = folded?.nodes?.[index];
    const name = node === undefined ? t('row {0}', index + 1) : short(node.name ?? node.nodeId, 200);
    const lead =
      folded === undefined
        ? nothing
        : html`<button type="button" class="unfold" data-row=${index} aria-expanded=${open ? 'true' : 'false'}
            aria-label=${t('Details of {0}', name)} tabindex=${count <= STOPS || index === stop ? 0 : -1}
            @click=${() => this.toggle(index)}
            ><span class=${`codicon codicon-chevron-${open ? 'down' : 'right'}`} aria-hidden="true"></span></button
          >${isMarked ? html`<span class="hidden">${t('marked')} </span>` : nothing}`;
    return html`<tr aria-rowindex=${long ? index + 2 : nothing} class=${kind === '' ? nothing : kind}>
        ${cells(shown, index, lead)}</tr>
      ${
        open && folded !== undefined
          ? html`<tr class="unfolded" data-row=${index}><td colspan=${shown.columns.length}>
            ${facts(folded.facts(index), 'facts rows')} ${node === undefined ? nothing : copyButtons(node)}</td></tr>`
          : nothing
      }`;
  }

  private toggle(index: number): void {
    const next = new Set(this.unfolded);
    if (!next.delete(index)) next.add(index);
    this.unfolded = next;
    this.active = index;
  }

  private unfoldAll(open: boolean): void {
    this.unfolded = new Set(Array.from({ length: open ? (this.shown?.count ?? 0) : 0 }, (_none, index) => index));
  }

  private nextMarked(first: number): number {
    return this.marked.find(index => index > this.active) ?? first;
  }

  private unmark(): void {
    this.marked = [];
    void this.goTo(this.active);
  }

  /** Scrolls to a row and gives it the focus. */
  private async goTo(index: number): Promise<void> {
    this.active = index;
    await this.updateComplete;
    const { region, shown } = this;
    if (region === null || shown === undefined) return;
    if (isLong(shown)) {
      const top = this.places.top(index);
      const header = region.querySelector('thead')?.clientHeight ?? ROW;
      const least = top + header + ROW - region.clientHeight;
      if (region.scrollTop > top || region.scrollTop < least)
        region.scrollTop = Math.max(0, top - (region.clientHeight - header) / 3);
      this.first = this.places.at(region.scrollTop);
      await this.updateComplete;
    }
    this.querySelector<HTMLElement>(`button.unfold[data-row="${index}"]`)?.focus();
  }

  private keyed(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement) || !event.target.classList.contains('unfold')) return;
    const moved = rowsMoved(event.key, Math.max(1, Math.floor((this.region?.clientHeight ?? ROW) / ROW) - 2));
    if (moved === undefined) return;
    event.preventDefault();
    const last = (this.shown?.count ?? 1) - 1;
    void this.goTo(Math.min(last, Math.max(0, Number(event.target.dataset['row']) + moved)));
  }

  private scrolled(): void {
    const { region, shown } = this;
    if (region === null || shown === undefined || !isLong(shown)) return;
    const first = this.places.at(region.scrollTop);
    // Draws again only after several rows, because the margin covers the rows in between.
    if (Math.abs(first - this.first) >= MARGIN / 2 || first === 0) this.first = first;
    this.visible = Math.ceil(region.clientHeight / ROW);
  }
}

function space(height: number, columns: number): TemplateResult | typeof nothing {
  return height === 0
    ? nothing
    : html`<tr aria-hidden="true" class="space"><td colspan=${columns} height=${height}></td></tr>`;
}

customElements.define('aerodb-rows', RowsTable);

/** Goes to the rows of these nodes in the first table that has them. */
export function leadTo(nodeIds: ReadonlySet<string>): void {
  for (const table of document.querySelectorAll('aerodb-rows'))
    if (table instanceof RowsTable && table.lead(nodeIds)) return;
}
