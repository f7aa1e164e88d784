/** Kernel events in their order, on a line that is broken where sequence numbers are missing from the answer. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Entry, Label } from '../control-plane/model/document.ts';
import type { Rows } from './cells.ts';
import { words } from './document/cell.ts';
import { code, json, ordinal, text, time, type Content } from './text.ts';
import { t } from './words.ts';

type Event = Extract<Entry, { readonly is: 'event' }>;
type Gap = Extract<Entry, { readonly is: 'gap' }>;

/** Events in the order of the answer, every one with all that the kernel said of it. */
export function eventsTable(entries: readonly Entry[], epoch: Label | null): Rows {
  return {
    caption: t('Events in their order'),
    columns: [
      { title: t('Seq'), width: 12 },
      { title: t('Time'), width: 25 },
      { title: t('Type'), width: 44 },
      ...(epoch === null ? [] : [{ title: words(epoch), number: true as const, width: 8 }]),
      { title: t('Reason'), width: 28 },
      { title: t('Mode'), width: 10 },
      { title: t('Operator'), width: 20 },
      { title: t('Node'), width: 38 },
      { title: t('Request'), width: 38 },
      { title: t('Further fields'), width: 60 },
    ],
    count: entries.length,
    row: index => {
      const entry = entries[index];
      if (entry === undefined) return [];
      return entry.is === 'event' ? eventRow(entry, epoch !== null) : gapRow(entry, epoch !== null);
    },
  };
}

function eventRow(event: Event, hasEpoch: boolean): readonly Content[] {
  const epoch: readonly Content[] = hasEpoch ? [ordinal(event.epoch)] : [];
  return [
    rail('event', mark(event.mark), `#${event.seq}`),
    time(event.time),
    code(event.type),
    ...epoch,
    text(event.reason),
    typeof event.mode === 'object' && event.mode !== null ? none : text(event.mode),
    text(event.operator),
    code(event.nodeId),
    code(event.requestId),
    further(event),
  ];
}

const none: TemplateResult = html`<span class="muted">${t('none')}</span>`;

/** A gap says which numbers are not in this answer, and nothing of why. */
function gapRow({ from, to }: Gap, hasEpoch: boolean): readonly Content[] {
  const missing =
    from === to ? t('#{0} is not in this answer', from) : t('#{0} to #{1} are not in this answer', from, to);
  return [
    rail('gap', svg`<path class="line" d="M8 -2V3L4 6L12 10L8 13V18"/>`, t('gap')),
    '',
    html`<span class="muted">${missing}</span>`,
    ...(hasEpoch ? [''] : []),
    '',
    '',
    '',
    '',
    '',
    '',
  ];
}

/** An end by failure is a square, an end by success a full circle, all else an open circle. */
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
