/** Kernel events in their order, on a line that is broken where sequence numbers are missing from the answer. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { KernelEvent, Wire } from '../control-plane/views.ts';
import type { Table } from './cells.ts';
import { code, json, ordinal, text, time, type Content } from './text.ts';
import { t } from './words.ts';

type Event = Wire<KernelEvent>;
type Entry = { readonly event: Event } | { readonly from: bigint; readonly to: bigint };

/** Events in the order of the answer, every one with all that the kernel said of it. */
export function eventsTable(events: readonly Event[], epoch: string): Table {
  const entries = withGaps(events);
  return {
    caption: t('Timeline of events'),
    columns: [
      { title: t('Seq'), width: 12 },
      { title: t('Time'), width: 25 },
      { title: t('Type'), width: 44 },
      { title: epoch, number: true, width: 8 },
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
      return 'event' in entry ? eventRow(entry.event) : gapRow(entry);
    },
  };
}

/** A gap says which numbers are not in this answer, and nothing of why. */
function withGaps(events: readonly Event[]): readonly Entry[] {
  return events.flatMap((event, index): readonly Entry[] => {
    const before = events[index - 1];
    const expected = before === undefined ? undefined : BigInt(before.seq) + 1n;
    const seq = BigInt(event.seq);
    return expected !== undefined && seq > expected ? [{ from: expected, to: seq - 1n }, { event }] : [{ event }];
  });
}

function eventRow(event: Event): readonly Content[] {
  return [
    rail('event', mark(event.type), `#${event.seq}`),
    time(event.time),
    code(event.type),
    ordinal(event.epoch),
    text(event.reason),
    event.mode === null && event.type.startsWith('replication.demotion.') ? noMode : text(event.mode),
    text(event.operator),
    code(event.nodeId),
    code(event.requestId),
    further(event),
  ];
}

/** A demotion has no mode: that is known. */
export const noMode: TemplateResult = html`<span class="muted">${t('none')}</span>`;

function gapRow({ from, to }: { readonly from: bigint; readonly to: bigint }): readonly Content[] {
  const missing =
    from === to
      ? t('#{0} is not in this answer', from.toString())
      : t('#{0} to #{1} are not in this answer', from.toString(), to.toString());
  return [
    rail('gap', svg`<path class="line" d="M8 -2V3L4 6L12 10L8 13V18"/>`, t('gap')),
    '',
    html`<span class="muted">${missing}</span>`,
    '',
    '',
    '',
    '',
    '',
    '',
    '',
  ];
}

/** An end by failure is a square, an end by success a full circle, all else an open circle. */
function mark(type: string): SVGTemplateResult {
  if (type.endsWith('_failed') || type.endsWith('.aborted_on_crash'))
    return svg`<rect class="line ground" x="3" y="3" width="10" height="10"/><path class="line" d="M5.5 5.5l5 5M10.5 5.5l-5 5"/>`;
  if (type.endsWith('.transition_completed')) return svg`<circle class="fill" cx="8" cy="8" r="5.5"/>`;
  return svg`<circle class="line ground" cx="8" cy="8" r="4.5"/>`;
}

function rail(kind: 'event' | 'gap', drawing: SVGTemplateResult, label: string): TemplateResult {
  return html`<span class=${`rail ${kind}`}><svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${drawing}</svg>${label}</span>`;
}

function further({ fields, auditHead }: Event): Content {
  const entries = Object.entries(fields);
  if (entries.length === 0 && auditHead === null) return html`<span class="muted">${t('none')}</span>`;
  return html`<ul class="pairs">${entries.map(([key, value]) => html`<li>${text(key)} = ${value === null ? text(null) : json(value)}</li>`)}
    ${auditHead === null ? nothing : html`<li>${t('audit head')} = #${auditHead.seq} ${code(auditHead.hash)}</li>`}</ul>`;
}
