/**
 * Diagnostics: sections to fold and to search. The text searched for is the panel's own and changes nothing that was
 * read.
 */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { DiagnosticsView, Wire } from '../../control-plane/views.ts';
import { table } from '../table.ts';
import { text, verbatim } from '../text.ts';
import { t } from '../words.ts';

type Section = Wire<DiagnosticsView>['sections'][number];

class Diagnostics extends LitElement {
  static override properties = { view: { attribute: false }, sought: { state: true } };
  declare view: Wire<DiagnosticsView> | undefined;
  declare sought: string;

  constructor() {
    super();
    this.sought = '';
  }

  /** The page's own styles apply inside. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { view, sought } = this;
    if (view === undefined) return nothing;
    const sections = view.sections
      .map(section => found(section, sought))
      .filter(({ entries }) => sought === '' || entries.length > 0);
    const count = (all: readonly Section[]): number => all.reduce((sum, { entries }) => sum + entries.length, 0);
    return html`
      <div class="search">
        <label for="sought">${t('Search')}</label>
        <vscode-textfield id="sought" label=${t('Search in keys and values')} placeholder=${t('key or value')} .value=${sought} @input=${(event: Event) => this.searched(event)}></vscode-textfield>
        <span role="status" class="muted">${sought === '' ? t('{0} entries in {1} sections', count(view.sections), view.sections.length) : t('{0} of {1} entries contain this', count(sections), count(view.sections))}</span>
      </div>
      ${sections.map(
        section => html`<details open>
        <summary><h2>${text(section.name)}</h2> <span class="muted">${section.entries.length === 1 ? t('1 entry') : t('{0} entries', section.entries.length)}</span></summary>
        ${table(
          {
            caption: section.name,
            prose: true,
            columns: [
              { title: t('Key'), width: 36 },
              { title: t('Value'), width: 80 },
            ],
            count: section.entries.length,
            row: index => {
              const entry = section.entries[index];
              return entry === undefined ? [] : [text(entry.key), verbatim(entry.value)];
            },
          },
          t('The node reports nothing in this section.'),
        )}
      </details>`,
      )}`;
  }

  private searched(event: Event): void {
    if (event.target instanceof HTMLElement && 'value' in event.target) this.sought = String(event.target.value);
  }
}

function found(section: Section, sought: string): Section {
  const wanted = sought.toLowerCase();
  const matches = (value: string): boolean => value.toLowerCase().includes(wanted);
  return matches(section.name)
    ? section
    : { name: section.name, entries: section.entries.filter(({ key, value }) => matches(key) || matches(value)) };
}

customElements.define('aerodb-diagnostics', Diagnostics);

/** All sections, unfolded, until something is searched for. */
export function diagnosticsAnswer(view: Wire<DiagnosticsView>): TemplateResult {
  return view.sections.length === 0
    ? html`<p class="muted">${t('The node reports no sections.')}</p>`
    : html`<aerodb-diagnostics .view=${view}></aerodb-diagnostics>`;
}
