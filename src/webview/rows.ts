/** A table of which only the rows in sight are in the document: ten thousand rows scroll like ten. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { cells, head, type Rows } from './cells.ts';
import { t } from './words.ts';

/** CSS pixels; `styles/tables.css` gives rows of such a table exactly this height. */
const ROW = 26;
/** Rows beyond the visible ones, so that scrolling meets rows that are drawn already. */
const MARGIN = 8;
/** CSS pixels per character of a column, and around it. */
const CHARACTER = 7.4;
const PADDING = 24;

class LongTable extends LitElement {
  static override properties = { shown: { attribute: false }, first: { state: true }, visible: { state: true } };
  declare shown: Rows | undefined;
  declare first: number;
  declare visible: number;

  constructor() {
    super();
    this.first = 0;
    this.visible = 40;
  }

  /** The page's own styles apply inside. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const count = this.shown?.count ?? 0;
    if (changed.has('shown') && this.first >= count) this.first = 0;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { shown } = this;
    if (shown === undefined) return nothing;
    const from = Math.max(0, this.first - MARGIN);
    const to = Math.min(shown.count, this.first + this.visible + MARGIN);
    const widths = shown.columns.map(({ title, width }) =>
      Math.ceil(Math.max(width, title.length) * CHARACTER + PADDING),
    );
    const total = widths.reduce((sum, width) => sum + width, 0);
    return html`<p class="muted">${t('{0} rows', shown.count)}</p>
    <div class="table long" role="region" tabindex="0" aria-label=${shown.caption}
        @scroll=${(event: Event) => this.scrolled(event)}>
      <table aria-rowcount=${shown.count + 1} .style=${`min-width:${total}px`}>
        <caption class="hidden">${shown.caption}</caption>
        <colgroup>${widths.map(width => html`<col width=${width}>`)}</colgroup>
        <thead><tr aria-rowindex="1">${shown.columns.map(column => head(column))}</tr></thead>
        <tbody>
          ${space(from * ROW, shown.columns.length)}
          ${Array.from({ length: to - from }, (_none, offset) => row(shown, from + offset))}
          ${space((shown.count - to) * ROW, shown.columns.length)}
        </tbody>
      </table>
    </div>`;
  }

  private scrolled(event: Event): void {
    if (!(event.currentTarget instanceof HTMLElement)) return;
    const { scrollTop, clientHeight } = event.currentTarget;
    const first = Math.floor(scrollTop / ROW);
    // Only every few rows something new has to be drawn.
    if (Math.abs(first - this.first) >= MARGIN / 2 || first === 0) this.first = first;
    this.visible = Math.ceil(clientHeight / ROW);
  }
}

function row(shown: Rows, index: number): TemplateResult {
  return html`<tr aria-rowindex=${index + 2} class=${index % 2 === 0 ? 'even' : nothing}>${cells(shown, index)}</tr>`;
}

function space(height: number, columns: number): TemplateResult | typeof nothing {
  return height === 0
    ? nothing
    : html`<tr aria-hidden="true" class="space"><td colspan=${columns} height=${height}></td></tr>`;
}

customElements.define('aerodb-rows', LongTable);
