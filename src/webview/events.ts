/** Kernel events in order, on a line that is broken where sequence numbers are missing from the answer. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Block, Label } from '../control-plane/model/document.ts';
import type { AbsentValue, Entry } from '../control-plane/model/entries.ts';
import type { Rows } from './cells.ts';
import { words } from './document/cell.ts';
import { code, json, ordinal, text, time, type Content } from './text.ts';
import { t } from './words.ts';

type Events = Extract<Block, { readonly is: 'events' }>;
type Event = Extract<Entry, { readonly is: 'event' }>;
type Gap = Extract<Entry, { readonly is: 'gap' }>;

/** A column of events. A value that no event has gets no column. */
interface EventColumn {
  readonly title: string;
  readonly width: number;
  readonly isNumber?: true;
  readonly cell: (event: Event) => Content;
}

const FIELDS = ['reason', 'mode', 'operator', 'nodeId', 'requestId'] as const;
type Field = (typeof FIELDS)[number];

/** Events in order, each with everything that the kernel said about it. */
export function eventsTable({ entries, isNewestFirst }: Events, epoch: Label | null): Rows {
  const columns = columnsOf(entries, epoch);
  return {
    caption: isNewestFirst === true ? t('Events, the newest first') : t('Events in their order'),
    columns: columns.map(({ title, width, isNumber }) => ({
      title,
      width,
      ...(isNumber === undefined ? {} : { number: isNumber }),
    })),
    count: entries.length,
    row: index => {
      const entry = entries[index];
      if (entry === undefined) return [];
      return entry.is === 'event' ? columns.map(({ cell }) => cell(entry)) : gapRow(entry, columns.length);
    },
  };
}

function columnsOf(entries: readonly Entry[], epoch: Label | null): readonly EventColumn[] {
  const has = (field: Field): boolean =>
    entries.every(({ is }) => is === 'gap') || entries.some(entry => entry.is === 'event' && !isAbsent(entry[field]));
  const all: Readonly<Record<Field, EventColumn>> = {
    reason: { title: t('Reason'), width: 28, cell: ({ reason }) => (isAbsent(reason) ? none : text(reason)) },
    mode: { title: t('Mode'), width: 10, cell: ({ mode }) => (isAbsent(mode) ? none : text(mode)) },
    operator: { title: t('Operator'), width: 20, cell: ({ operator }) => (isAbsent(operator) ? none : text(operator)) },
    nodeId: { title: t('Node'), width: 38, cell: nodeOf },
    requestId: {
      title: t('Request'),
      width: 38,
      cell: ({ requestId }) => (isAbsent(requestId) ? none : code(requestId)),
    },
  };
  return [
    { title: t('Seq'), width: 12, cell: event => rail('event', mark(event.mark), `#${event.seq}`) },
    { title: t('Time'), width: 25, cell: event => time(event.time) },
    { title: t('Type'), width: 44, cell: event => code(event.type) },
    ...(epoch === null
      ? []
      : [{ title: words(epoch), width: 8, isNumber: true, cell: (event: Event) => ordinal(event.epoch) } as const]),
    ...FIELDS.filter(has).map(field => all[field]),
    { title: t('Further fields'), width: 60, cell: further },
  ];
}

function isAbsent(value: string | null | AbsentValue): value is AbsentValue {
  return typeof value === 'object' && value !== null;
}

function nodeOf({ nodeId, nodeName }: Event): Content {
  if (isAbsent(nodeId)) return none;
  return nodeName === undefined ? code(nodeId) : html`${text(nodeName)} ${code(nodeId)}`;
}

const none: TemplateResult = html`<span class="muted">${t('none')}</span>`;

/** A gap says which numbers are not in this answer. It does not say why. */
function gapRow({ from, to }: Gap, columns: number): readonly Content[] {
  const missing =
    from === to ? t('#{0} is not in this answer', from) : t('#{0} to #{1} are not in this answer', from, to);
  return [
    rail('gap', svg`<path class="line" d="M8 -2V3L4 6L12 10L8 13V18"/>`, t('gap')),
    '',
    html`<span class="muted">${missing}</span>`,
    ...Array.from({ length: columns - 3 }, () => ''),
  ];
}

/** A square for an end by failure, a full circle for an end by success, an open circle for everything else. */
function mark(end: Event['mark']): SVGTemplateResult {
  switch (end) {
    case 'failure':
      return svg`<rect class="line ground" x="3" y="3" width="10" height="10"/>
        <path class="line" d="M5.5 5.5l5 5M10.5 5.5l-5 5"/>`;
    case 'success':
      return svg`<circle class="fill" cx="8" cy="8" r="5.5"/>`;
    case 'other':
      return svg`<circle class="line ground" cx="8" cy="8" r="4.5"/>`;
  }
}

function rail(kind: 'event' | 'gap', drawing: SVGTemplateResult, label: string): TemplateResult {
  const shape = html`<svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${drawing}</svg>`;
  return html`<span class=${`rail ${kind}`}>${shape}${label}</span>`;
}

function further({ fields, auditHead }: Event): Content {
  const entries = Object.entries(fields);
  if (entries.length === 0 && auditHead === null) return none;
  const one = ([key, value]: readonly [string, unknown]): TemplateResult =>
    html`<li>${text(key)} = ${value === null ? text(null) : json(value)}</li>`;
  return html`<ul class="pairs">${entries.map(one)}
    ${auditHead === null ? nothing : html`<li>${t('audit head')} = #${auditHead.seq} ${code(auditHead.hash)}</li>`}
  </ul>`;
}
