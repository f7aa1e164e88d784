/** A reconstruction in its panel. Requests the visible rows and the unfolded sheets from the editor. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Post } from '../frame.ts';
import { Pages } from '../pages.ts';
import { rowsMoved } from '../row-keys.ts';
import type {
  ReconstructionFacts,
  ReconstructionMessage,
  ReconstructionRow,
} from '../../panel-protocol/reconstruction.ts';
import { t } from '../words.ts';
import { entryPane } from './entry.ts';
import { drawn, ROW, course, type Sight } from './grid.ts';
import { given, problems, reconstructionHeading, sourceList } from './head.ts';
import { sheetList, type Sheet } from './sheets.ts';

const KEYS = t('Arrows, Page Up/Down, Home, End choose an entry · every row shows its relation to that entry');
/** The HTML file and the terminal use the same words. */
const BLOCKS = t(
  'Inside a source, entries are in its own order. Between two sources nothing is ordered by time: only an entry that ' +
    'says "after" is proven to be later, by what stands beside it. A rule between two entries means that everything ' +
    'above it is proven to be earlier than everything below it. Everything else stands side by side, order unknown. ' +
    'What nobody recorded is not here.',
);

const NOTHING = html`<p class="muted">${t('Nothing in the given sources belongs to it.')}</p>`;

export class ReconstructionElement extends LitElement {
  static override properties = {
    facts: { attribute: false },
    heading: { attribute: false },
    post: { attribute: false },
    active: { state: true },
    unfolded: { state: true },
    allSheets: { state: true },
    scrollTopNow: { state: true },
    viewHeight: { state: true },
  };
  declare facts: ReconstructionFacts | undefined;
  declare heading: string;
  declare post: Post;
  declare active: number;
  declare unfolded: ReadonlyMap<number, Sheet | null>;
  declare allSheets: boolean;
  declare scrollTopNow: number;
  declare viewHeight: number;
  readonly #pages = new Pages<ReconstructionRow>();
  readonly #resized = new ResizeObserver(() => this.#measure());
  /** The row of the chosen entry, which may be out of view. */
  #chosen: ReconstructionRow | undefined;
  #scrollTo: number | null = null;

  constructor() {
    super();
    this.heading = '';
    this.post = () => undefined;
    this.active = 0;
    this.unfolded = new Map();
    this.allSheets = false;
    this.scrollTopNow = 0;
    this.viewHeight = 480;
  }

  /** Takes an answer of the editor. Ignores answers that belong to an earlier result. */
  receive(message: ReconstructionMessage): void {
    if (message.made !== this.facts?.made) return;
    if (message.part === 'page') {
      this.#pages.add(message.from, message.rows);
      this.#choose();
      this.requestUpdate();
    } else if (this.unfolded.has(message.sheet)) {
      this.unfolded = new Map(this.unfolded).set(message.sheet, message);
    }
  }

  /** Without a shadow root, so that the page's styles apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('facts') || this.facts === undefined || changed.get('facts')?.made === this.facts.made) return;
    // Another result is another list: its entries have other numbers.
    this.#pages.begin(this.facts.entries, false);
    this.#chosen = undefined;
    this.active = 0;
    this.unfolded = new Map();
    this.#scrollTo = 0;
    this.scrollTopNow = 0;
  }

  protected override updated(): void {
    const element = this.#grid();
    if (element !== null) {
      this.#resized.observe(element);
      if (this.#scrollTo !== null) {
        element.scrollTop = this.#scrollTo;
        this.#scrollTo = null;
      }
    }
    const { facts } = this;
    if (facts === undefined) return;
    const inSight = this.#pages.missing(drawn(this.#sight()));
    const ofActive = this.#pages.missing({ from: this.active, to: Math.min(facts.entries, this.active + 1) });
    for (const from of [...inSight, ...ofActive])
      this.post({ type: 'reconstruction-page', made: facts.made, from, count: Pages.size });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { facts } = this;
    if (facts === undefined) return nothing;
    const chosen = this.#chosen?.entry;
    return html`
      ${reconstructionHeading(this.heading, facts, this.post)}
      ${problems(facts)}
      ${given(facts, this.post)}
      ${sheetList({
        heads: facts.requests,
        isWhole: this.allSheets,
        unfolded: this.unfolded,
        toggle: at => this.#toggle(at),
        showAll: () => {
          this.allSheets = true;
        },
      })}
      <section class="course-part" aria-labelledby="course-title">
        <h2 id="course-title">${t('Course of events')}</h2>
        <p class="blocks">${BLOCKS}</p>
        ${facts.entries === 0 ? NOTHING : this.#course(facts)}
        ${
          chosen === undefined
            ? nothing
            : entryPane(
                chosen,
                facts.sources.find(({ id }) => id === chosen.source),
                n => this.#goTo(n),
              )
        }
      </section>
      ${sourceList(facts.sources)}`;
  }

  #course({ sources }: ReconstructionFacts): TemplateResult {
    return html`<p class="muted course-keys">${KEYS}</p>
      ${course({
        sources,
        sight: this.#sight(),
        active: this.active,
        chosen: this.#chosen?.entry,
        row: index => this.#pages.row(index),
        scrolled: event => this.#scrolled(event),
        keyed: event => this.#keyed(event),
        clicked: index => this.#move(index),
      })}`;
  }

  #sight(): Sight {
    return { count: this.facts?.entries ?? 0, scrollTop: this.scrollTopNow, height: this.viewHeight };
  }

  #toggle(at: number): void {
    const unfolded = new Map(this.unfolded);
    if (unfolded.delete(at)) {
      this.unfolded = unfolded;
      return;
    }
    this.unfolded = unfolded.set(at, null);
    if (this.facts !== undefined) this.post({ type: 'reconstruction-sheet', made: this.facts.made, sheet: at });
  }

  #keyed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.viewHeight / ROW) - 1);
    const step = rowsMoved(event.key, page);
    if (step === undefined || event.altKey || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    this.#move(this.active + step);
  }

  #goTo(n: number): void {
    this.#move(n - 1);
    this.#grid()?.focus();
  }

  #move(to: number): void {
    this.active = Math.max(0, Math.min((this.facts?.entries ?? 1) - 1, to));
    this.#choose();
    const [top, bottom] = [this.active * ROW, (this.active + 1) * ROW];
    const wanted =
      top < this.scrollTopNow ? top : bottom > this.scrollTopNow + this.viewHeight ? bottom - this.viewHeight : null;
    if (wanted === null) return;
    this.#scrollTo = wanted;
    this.scrollTopNow = wanted;
  }

  /** Chooses the active entry as soon as it has arrived; the marks of all rows refer to it. */
  #choose(): void {
    const row = this.#pages.row(this.active);
    if (row === undefined && this.#chosen?.entry.n === this.active + 1) return;
    this.#chosen = row;
  }

  #scrolled(event: Event): void {
    if (event.currentTarget instanceof HTMLElement) this.scrollTopNow = event.currentTarget.scrollTop;
  }

  #measure(): void {
    const element = this.#grid();
    const heads = element?.querySelector('.course-heads')?.clientHeight ?? 0;
    if (element !== null && element.clientHeight > 0) this.viewHeight = Math.max(ROW, element.clientHeight - heads);
  }

  #grid(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.course');
  }
}

customElements.define('aerodb-reconstruction', ReconstructionElement);
