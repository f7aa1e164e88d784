/** The audit log in its panel: requests the visible lines, and keeps the reader's place when the log is reloaded. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { AuditQuery } from '../../control-plane/model/audit-reader.ts';
import type { Post } from '../frame.ts';
import type { AuditLogFacts, AuditMessage } from '../../panel-protocol/audit.ts';
import { filterFields, filterOf, partOf, type Fields, type ReconstructedPart } from './filters.ts';
import { drawn, firstVisible, grid, ROW, scrollFor, type GridRow, type Window } from './grid.ts';
import { auditHeading, verdictSection } from './head.ts';
import { Pages } from '../pages.ts';
import { rowsMoved } from '../row-keys.ts';
import { danglingButton, everyRecordButton, statusText, type SelectionStatus } from './status.ts';
import { requestPane, type UnfoldedRequest } from './request.ts';
import { text } from '../text.ts';
import { t } from '../words.ts';

const KEYS = t('Arrows, Page Up/Down, Home, End move · Enter unfolds the request');

export class AuditLogElement extends LitElement {
  static override properties = {
    log: { attribute: false },
    heading: { attribute: false },
    post: { attribute: false },
    by: { state: true },
    fields: { state: true },
    filtersOpen: { state: true },
    dangling: { state: true },
    searching: { state: true },
    active: { state: true },
    unfolded: { state: true },
    trouble: { state: true },
    scrollTopNow: { state: true },
    viewHeight: { state: true },
  };
  declare log: AuditLogFacts | undefined;
  declare heading: string;
  declare post: Post;
  declare by: 'requests' | 'records';
  declare fields: Fields;
  declare filtersOpen: boolean;
  declare dangling: boolean;
  declare searching: boolean;
  declare active: number;
  declare unfolded: UnfoldedRequest | null;
  declare trouble: string | null;
  declare scrollTopNow: number;
  declare viewHeight: number;
  readonly #pages = new Pages<GridRow>();
  readonly #resized = new ResizeObserver(() => this.#measure());
  #selection = 0;
  /** The number of rows without a filter. */
  #total = 0;
  /** The place to return to when the requested selection arrives: the end at first, later where the reader was. */
  #place: { readonly first: number; readonly active: number } | 'end' = 'end';
  #scrollTo: number | null = null;
  #focusPane = false;

  constructor() {
    super();
    this.heading = '';
    this.post = () => undefined;
    this.by = 'requests';
    this.fields = {};
    this.filtersOpen = false;
    this.dangling = false;
    this.searching = false;
    this.active = 0;
    this.unfolded = null;
    this.trouble = null;
    this.scrollTopNow = 0;
    this.viewHeight = 480;
  }

  /** Takes an answer of the editor. Ignores answers that belong to an earlier selection. */
  receive(message: AuditMessage): void {
    if (message.part === 'trouble') {
      this.trouble = message.message;
      this.searching = false;
    } else if (message.part === 'request') {
      this.unfolded = message;
      this.trouble = null;
    } else if (message.selection === this.#selection) {
      if (message.part === 'page') this.#pages.add(message.from, message.rows);
      else this.#selected(message.count, message.total);
      this.requestUpdate();
    }
  }

  /** Without a shadow root, so that the page's styles apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('log') || this.log === undefined) return;
    const before = changed.get('log');
    if (before?.reading !== this.log.reading) {
      if (before !== undefined && this.log.change === 'replaced') this.unfolded = null;
      this.#place =
        before === undefined || this.log.change === 'replaced'
          ? 'end'
          : { first: firstVisible(this.#window()), active: this.active };
      if (this.log.requestId !== undefined) this.#filter({ requestId: this.log.requestId });
      else this.#select();
    } else if (before.danglingIntents !== this.log.danglingIntents) {
      // The rows were drawn before it was known which intents have no recorded outcome.
      this.#pages.refresh();
      if (this.unfolded !== null) this.post({ type: 'audit-unfold', line: this.unfolded.line });
    }
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
    if (this.#focusPane && this.unfolded !== null) {
      this.#focusPane = false;
      this.querySelector<HTMLElement>('.audit-request')?.focus();
    }
    if (!this.searching)
      for (const from of this.#pages.missing(drawn(this.#window())))
        this.post({ type: 'audit-page', selection: this.#selection, from, count: Pages.size });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { log, trouble, unfolded } = this;
    if (log === undefined) return nothing;
    const none = log.lines === 0 ? t('The log holds no lines.') : t('No record matches.');
    return html`
      ${auditHeading(this.heading, {
        reload: () => this.post({ type: 'refresh' }),
        exportAs: format => this.post({ type: 'audit-export', format, sought: this.#sought() }),
        raw: () => this.post({ type: 'audit-raw' }),
        reconstruct: () => this.#reconstruct(partOf(this.fields)),
      })}
      ${verdictSection(log)}
      ${filterFields({
        fields: this.fields,
        by: this.by,
        isOpen: this.filtersOpen,
        fold: () => {
          this.filtersOpen = !this.filtersOpen;
        },
        changed: (name, value) => this.#filter({ ...this.fields, [name]: value }),
        clear: () => this.#filter({}),
      })}
      <div class="audit-status">
        <p role="status">${statusText(log, this.#found())}</p>
        ${everyRecordButton(this.by === 'records', () => this.#toggleRecords())}
        ${
          log.danglingIntents === null || (log.danglingIntents === 0 && !this.dangling)
            ? nothing
            : danglingButton(log.danglingIntents, this.dangling, () => this.#toggleDangling())
        }
        ${unfolded !== null ? nothing : html`<p class="muted audit-keys">${KEYS}</p>`}
      </div>
      ${trouble === null ? nothing : html`<p role="alert" class="audit-trouble">${text(trouble)}</p>`}
      <div class=${unfolded === null ? 'audit-split' : 'audit-split open'}>
        ${
          this.#pages.count === 0 && !this.searching
            ? html`<p class="muted audit-none">${none}</p>`
            : grid({
                window: this.#window(),
                active: this.active,
                unfolded: unfolded?.line ?? null,
                by: this.by,
                row: index => this.#pages.row(index),
                scrolled: event => this.#scrolled(event),
                keyed: event => this.#keyed(event),
                chosen: index => this.#unfold(index, false),
              })
        }
        ${unfolded === null ? nothing : requestPane(unfolded, this.#pane)}
      </div>`;
  }

  #found(): SelectionStatus {
    const isFiltered = Object.keys(filterOf(this.fields).filter).length > 0;
    const { by, searching, dangling } = this;
    return { by, searching, dangling, isFiltered, count: this.#pages.count, total: this.#total };
  }

  #window(): Window {
    return { count: this.#pages.count, scrollTop: this.scrollTopNow, height: this.viewHeight };
  }

  #sought(): AuditQuery {
    return this.dangling ? 'dangling_intents' : filterOf(this.fields).filter;
  }

  #select(): void {
    this.#selection += 1;
    this.searching = true;
    this.post({ type: 'audit-select', selection: this.#selection, by: this.by, sought: this.#sought() });
  }

  #selected(count: number, total: number): void {
    this.#total = total;
    this.#pages.begin(count, this.#place !== 'end');
    this.searching = false;
    this.trouble = null;
    const place =
      this.#place === 'end'
        ? { first: Math.max(0, count - Math.floor(this.viewHeight / ROW)), active: count - 1 }
        : this.#place;
    this.active = Math.max(0, Math.min(place.active, count - 1));
    this.#scrollTo = scrollFor(Math.min(place.first, Math.max(0, count - 1)), { count, height: this.viewHeight });
    this.scrollTopNow = this.#scrollTo;
  }

  #filter(fields: Fields): void {
    this.fields = fields;
    this.dangling = false;
    this.#place = 'end';
    if (filterOf(fields).wrong.length === 0) this.#select();
  }

  #toggleRecords(): void {
    this.by = this.by === 'records' ? 'requests' : 'records';
    this.#place = 'end';
    this.#select();
  }

  #toggleDangling(): void {
    this.dangling = !this.dangling;
    this.#place = 'end';
    this.#select();
  }

  readonly #pane = {
    close: (): void => this.#fold(),
    reconstruct: (requestId: string): void => this.#reconstruct({ requestId }),
  };

  #reconstruct(of: ReconstructedPart | null): void {
    if (of !== null) this.post({ type: 'audit-reconstruct', of });
  }

  #unfold(index: number, byKey: boolean): void {
    this.active = index;
    const row = this.#pages.row(index);
    if (row === undefined) return;
    this.#focusPane = byKey;
    this.post({ type: 'audit-unfold', line: row.line });
  }

  #fold(): void {
    this.unfolded = null;
    this.#grid()?.focus();
  }

  #keyed(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(this.viewHeight / ROW) - 2);
    const step = rowsMoved(event.key, page);
    if (event.key === 'Enter' || event.key === ' ') this.#unfold(this.active, true);
    else if (step === undefined || event.altKey || event.metaKey) return;
    else this.#move(Math.max(0, Math.min(this.#pages.count - 1, this.active + step)));
    event.preventDefault();
  }

  #move(to: number): void {
    this.active = to;
    const inSight = Math.max(1, Math.floor(this.viewHeight / ROW) - 1);
    const first = firstVisible(this.#window());
    const wanted = to < first ? to : to >= first + inSight ? to - inSight + 1 : null;
    if (wanted === null) return;
    this.#scrollTo = scrollFor(wanted, { count: this.#pages.count, height: this.viewHeight });
    this.scrollTopNow = this.#scrollTo;
  }

  #scrolled(event: Event): void {
    if (event.currentTarget instanceof HTMLElement) this.scrollTopNow = event.currentTarget.scrollTop;
  }

  /** Keeps the active row visible when the height changes: in a long log, one pixel stands for many rows. */
  #measure(): void {
    const element = this.#grid();
    if (element === null || element.clientHeight === 0) return;
    const first = firstVisible(this.#window());
    const isInSight = this.active >= first && this.active <= first + Math.ceil(this.viewHeight / ROW);
    // The header takes the height of one row.
    this.viewHeight = Math.max(ROW, element.clientHeight - ROW);
    if (isInSight) this.#move(this.active);
  }

  #grid(): HTMLElement | null {
    return this.querySelector<HTMLElement>('.audit-grid');
  }
}

customElements.define('aerodb-audit', AuditLogElement);
