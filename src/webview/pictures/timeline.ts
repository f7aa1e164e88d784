/** Events in their order on a line that is broken where sequence numbers are missing from the answer. */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { KernelEvent, Wire } from '../../control-plane/views.ts';
import { table } from '../table.ts';
import { code, number, time, type Content } from '../text.ts';

type Entry = { readonly event: Wire<KernelEvent> } | { readonly from: bigint; readonly to: bigint };

/** A mark per event; a gap says which numbers are not in this answer, and nothing of why. */
export function timeline(events: readonly Wire<KernelEvent>[]): TemplateResult {
  const entries = withGaps(events);
  return table({
    caption: 'Timeline of events',
    columns: [{ title: 'Seq', width: 14 }, { title: 'Time', width: 26 }, { title: 'Event', width: 46 }, { title: 'Request', width: 38 }],
    count: entries.length,
    row: (index) => {
      const entry = entries[index];
      return entry === undefined ? [] : row(entry);
    },
  }, '');
}

function withGaps(events: readonly Wire<KernelEvent>[]): readonly Entry[] {
  return events.flatMap((event, index): readonly Entry[] => {
    const before = events[index - 1];
    const expected = before === undefined ? undefined : BigInt(before.seq) + 1n;
    const seq = BigInt(event.seq);
    return expected !== undefined && seq > expected ? [{ from: expected, to: seq - 1n }, { event }] : [{ event }];
  });
}

function row(entry: Entry): readonly Content[] {
  if ('from' in entry) {
    const span = entry.from === entry.to ? html`#${number(entry.from.toString())} is` : html`#${number(entry.from.toString())} to #${number(entry.to.toString())} are`;
    return [rail('gap', svg`<path class="line" d="M8 -2V3L4 6L12 10L8 13V18"/>`, html`<span class="muted">gap</span>`), '', html`<span class="muted">${span} not in this answer</span>`, ''];
  }
  const { event } = entry;
  return [rail('event', mark(event.type), html`#${number(event.seq)}`), time(event.time), code(event.type), code(event.requestId)];
}

/** An end by failure is a square, an end by success a full circle, all else an open circle. */
function mark(type: string): SVGTemplateResult {
  if (type.endsWith('_failed') || type.endsWith('.aborted_on_crash')) return svg`<rect class="line ground" x="3" y="3" width="10" height="10"/><path class="line" d="M5.5 5.5l5 5M10.5 5.5l-5 5"/>`;
  if (type.endsWith('.transition_completed')) return svg`<circle class="fill" cx="8" cy="8" r="5.5"/>`;
  return svg`<circle class="line ground" cx="8" cy="8" r="4.5"/>`;
}

function rail(kind: 'event' | 'gap', drawing: SVGTemplateResult, content: Content): Content {
  return html`<span class=${`rail ${kind}`}><svg class="shape" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${drawing}</svg>${content}</span>`;
}
