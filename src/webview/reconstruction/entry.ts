/** One entry: short in its lane, complete below the table. Foreign words stay unchanged. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Entry, Source } from '../../reconstruction/model.ts';
import { stageWords } from '../audit/words.ts';
import { facts } from '../frame.ts';
import { code, ordinal, phrase, text, time, verbatim, type Content } from '../text.ts';
import { t } from '../words.ts';

/** The entry in its lane: as much as fits into three lines. */
export function inLane(entry: Entry): TemplateResult {
  if (entry.is === 'gap') return html`<span class="gap-word">${t('Gap')}</span> ${text(entry.text)}`;
  const seq = html`<span class="muted">#${text(entry.seq)}</span>`;
  return html`<span class="lane-name"><strong>${nameOf(entry)}</strong> ${seq}</span>
    <span class="lane-line lane-when">${time(entry.time)}</span>
    <span class="lane-line">${entry.text === '' ? nothing : text(entry.text)}</span>`;
}

function nameOf(entry: Exclude<Entry, { is: 'gap' }>): Content {
  return text(entry.is === 'record' ? stageWords(entry.stage) : entry.type);
}

/** In one line: the entries that are proven to be earlier, and those whose order to it is unknown. */
export function orderOf({ after, unordered }: Entry): Content {
  const parts: readonly Content[] = [
    ...after.map(({ entry, why }) => phrase('after {0} ({1})', String(entry), text(why))),
    ...(unordered.length === 0 ? [] : [phrase('order relative to {0} unknown', unordered.map(stretch).join(', '))]),
  ];
  return parts.map((part, index) => (index === 0 ? part : html`; ${part}`));
}

function stretch({ source, from, to }: Entry['unordered'][number]): string {
  return from === to ? `${source} ${from}` : `${source} ${from}–${to}`;
}

/** The whole entry, with a link to each entry that is proven to be earlier. */
export function entryPane(entry: Entry, source: Source | undefined, goTo: (n: number) => void): TemplateResult {
  const from = html`<strong>${entry.source}</strong> ${text(source?.label ?? null)}`;
  return html`<section class="entry-pane" aria-labelledby="entry-title">
    <h3 id="entry-title">${t('Entry {0}', entry.n)}: ${entry.is === 'gap' ? t('a gap') : nameOf(entry)}</h3>
    <p class="entry-text">${entry.text === '' ? nothing : verbatim(entry.text)}</p>
    ${facts([[t('Source'), from], ...membersOf(entry)])}
    ${entry.is === 'gap' ? html`<p class="muted">${NO_ORDER}</p>` : orderList(entry, goTo)}
  </section>`;
}

const NO_ORDER = t('A gap has a place in its own source. What lies in it has no order to other sources.');

function membersOf(entry: Entry): readonly (readonly [Content, Content])[] {
  const given = (name: string, value: string | null, drawn: (value: string) => Content = text) =>
    value === null ? [] : [[name, drawn(value)] as const];
  if (entry.is === 'gap') return [];
  const common = [[t('Number'), html`#${ordinal(entry.seq)}`] as const, [t('Time'), time(entry.time)] as const];
  return entry.is === 'record'
    ? [
        ...common,
        [t('Operator'), text(entry.who)],
        [t('Authority'), text(entry.authority)],
        ...given(t('Request'), entry.requestId, code),
        ...given(t('Command'), entry.command),
        ...given(t('Cluster'), entry.cluster),
        ...given(t('Target'), entry.target),
        ...given(t('Outcome'), entry.outcome),
      ]
    : [
        ...common,
        ...given(t('Epoch'), entry.epoch, ordinal),
        ...given(t('Request'), entry.requestId, code),
        ...given(t('Node'), entry.nodeId, code),
        ...given(t('Operator'), entry.operator),
        ...given(t('Mode'), entry.mode),
      ];
}

const OWN_ORDER = t('Its place follows from its own source.');

function orderList({ after, unordered }: Entry, goTo: (n: number) => void): TemplateResult {
  const one = ({ entry, why }: Entry['after'][number]): TemplateResult =>
    html`<li>${phrase('Proven to be after entry {0}:', link(entry, goTo))} ${text(why)}</li>`;
  return html`<ul>
    ${after.map(one)}
    ${unordered.map(
      each => html`<li>${phrase('Order relative to {0} unknown.', html`<strong>${stretch(each)}</strong>`)}</li>`,
    )}
    ${after.length === 0 && unordered.length === 0 ? html`<li>${OWN_ORDER}</li>` : nothing}
  </ul>`;
}

function link(n: number, goTo: (n: number) => void): TemplateResult {
  return html`<button type="button" class="link" aria-label=${t('Go to entry {0}', n)}
    @click=${() => goTo(n)}>${n}</button>`;
}
