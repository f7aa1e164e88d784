/** Many shapes in rows. Only the rows in sight are drawn, so that ten thousand scroll as fast as ten. */
import { html, LitElement, nothing, svg, type PropertyValues, type SVGTemplateResult, type TemplateResult } from 'lit';
import { nodeGlyph, type NodeShape } from '../shapes.ts';

/** The place of one shape, in CSS pixels. */
const PLACE = 24;
/** What is left for the numbers at the left. */
const LEFT = 56;
/** Rows that are drawn together. */
const STRIP = 4;
/** How far beyond the visible part is drawn. */
const MARGIN = '100px';

/** One shape; `title` is made when it is drawn. */
export interface GridItem {
  readonly shape: NodeShape;
  readonly title: () => string;
}

class Grid extends LitElement {
  static override properties = { items: { attribute: false }, width: {}, inSight: { state: true } };
  declare items: readonly GridItem[] | undefined;
  declare width: number;
  /** The strips that are in sight, by their number. */
  declare inSight: ReadonlySet<number>;
  private readonly observer = new IntersectionObserver(changes => this.moved(changes), { rootMargin: MARGIN });

  constructor() {
    super();
    this.inSight = new Set();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
  }

  /** Without a shadow root, so that the page's styles apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { items = [], width } = this;
    const fitting = Math.floor((width - LEFT) / PLACE);
    const columns = fitting >= 10 ? fitting - (fitting % 10) : Math.max(1, fitting);
    const inStrip = columns * STRIP;
    return html`${Array.from({ length: Math.ceil(items.length / inStrip) }, (_none, strip) => {
      const from = strip * inStrip;
      const part = items.slice(from, from + inStrip);
      const height = Math.ceil(part.length / columns) * PLACE;
      return html`<svg data-strip=${strip} width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
        ${this.inSight.has(strip) ? drawn(part, from, columns) : nothing}
      </svg>`;
    })}`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('items') && !changed.has('width')) return;
    this.observer.disconnect();
    for (const strip of this.querySelectorAll('svg[data-strip]')) this.observer.observe(strip);
  }

  private moved(changes: readonly IntersectionObserverEntry[]): void {
    const inSight = new Set(this.inSight);
    for (const { target, isIntersecting } of changes) {
      const strip = Number(target.getAttribute('data-strip'));
      if (isIntersecting) inSight.add(strip);
      else inSight.delete(strip);
    }
    this.inSight = inSight;
  }
}

/** The shapes of one strip; `from`: the number of the first. At the left of each row stands the number of its first. */
function drawn(items: readonly GridItem[], from: number, columns: number): readonly SVGTemplateResult[] {
  return items.map(({ shape, title }, at) => {
    const [column, y] = [at % columns, Math.floor(at / columns) * PLACE];
    const number = svg`<text class="muted" x=${LEFT - 12} y=${y + 16} text-anchor="end">${from + at + 1}</text>`;
    const place = `translate(${LEFT + column * PLACE + 4} ${y + 4})`;
    return svg`${column === 0 ? number : nothing}
      <g transform=${place}><title>${title()}</title>${nodeGlyph(shape)}</g>`;
  });
}

customElements.define('aerodb-grid', Grid);

/** Draws shapes in rows of a width in CSS pixels. */
export function grid(items: readonly GridItem[], width: number): TemplateResult {
  return html`<aerodb-grid .items=${items} .width=${width}></aerodb-grid>`;
}
