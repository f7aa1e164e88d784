/**
 * A picture that is drawn for the available width. The layout changes with the panel; the size of the text does not.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';

/** Draws for a width in CSS pixels. */
export type Draw = (width: number) => TemplateResult;

/** A narrower picture scrolls, because it would be unreadable. */
const NARROWEST = 240;

class Fit extends LitElement {
  static override properties = { draw: { attribute: false }, width: { state: true } };
  declare draw: Draw | undefined;
  declare width: number;
  private readonly observer = new ResizeObserver(() => this.measure());

  constructor() {
    super();
    this.width = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.measure();
    this.observer.observe(this);
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
    return this.draw === undefined || this.width === 0 ? nothing : this.draw(this.width);
  }

  private measure(): void {
    const width = Math.floor(this.clientWidth);
    if (width > 0) this.width = Math.max(NARROWEST, width);
  }
}

customElements.define('aerodb-fit', Fit);

/** Places a picture. `label` describes it in words, for people who cannot see it. */
export function picture(label: string, draw: Draw): TemplateResult {
  return html`<aerodb-fit class="picture" role="img" aria-label=${label} .draw=${draw}></aerodb-fit>`;
}
