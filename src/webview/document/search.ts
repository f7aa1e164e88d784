/** Named values that a person can fold and search. The search stays in the panel and changes nothing that was read. */
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { Group } from '../../control-plane/model/document.ts';
import { table } from '../table.ts';
import { text, verbatim } from '../text.ts';
import { t } from '../words.ts';

class Search extends LitElement {
  static override properties = { groups: { attribute: false }, sought: { state: true } };
  declare groups: readonly Group[] | undefined;
  declare sought: string;

  constructor() {
    super();
    this.sought = '';
  }

  /** Without a shadow root, so that the page's styles apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { groups, sought } = this;
    if (groups === undefined) return nothing;
    const shown = groups
      .map(group => found(group, sought))
      .filter(({ entries }) => sought === '' || entries.length > 0);
    const count = (all: readonly Group[]): number => all.reduce((sum, { entries }) => sum + entries.length, 0);
    const status =
      sought === ''
        ? t('{0} entries in {1} sections', count(groups), groups.length)
        : t('{0} of {1} entries contain this', count(shown), count(groups));
    return html`
      <div class="search">
        <label for="sought">${t('Search')}</label>
        <vscode-textfield
          id="sought"
          label=${t('Search in keys and values')}
          placeholder=${t('key or value')}
          .value=${sought}
          @input=${(event: Event) => this.searched(event)}
        ></vscode-textfield>
        <span role="status" class="muted">${status}</span>
      </div>
      ${shown.map(group => groupContent(group))}`;
  }

  private searched(event: Event): void {
    if (event.target instanceof HTMLElement && 'value' in event.target) this.sought = String(event.target.value);
  }
}

function groupContent({ name, entries }: Group): TemplateResult {
  const rows = table(
    {
      caption: name,
      prose: true,
      columns: [
        { title: t('Key'), width: 36 },
        { title: t('Value'), width: 80 },
      ],
      count: entries.length,
      row: index => {
        const entry = entries[index];
        return entry === undefined ? [] : [text(entry.key), verbatim(entry.value)];
      },
    },
    t('The node reports nothing in this section.'),
  );
  const count = entries.length === 1 ? t('1 entry') : t('{0} entries', entries.length);
  return html`<details open>
    <summary><h2>${text(name)}</h2> <span class="muted">${count}</span></summary>
    ${rows}
  </details>`;
}

function found({ name, entries }: Group, sought: string): Group {
  const wanted = sought.toLowerCase();
  const matches = (value: string): boolean => value.toLowerCase().includes(wanted);
  return matches(name)
    ? { name, entries }
    : { name, entries: entries.filter(({ key, value }) => matches(key) || matches(value)) };
}

customElements.define('aerodb-diagnostics', Search);

/** Shows all groups unfolded until a person searches. */
export function searchable(groups: readonly Group[], empty: string): TemplateResult {
  return groups.length === 0
    ? html`<p class="muted">${empty}</p>`
    : html`<aerodb-diagnostics .groups=${groups}></aerodb-diagnostics>`;
}
