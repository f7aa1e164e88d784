/** Kernel events as a table. */
import { html, nothing } from 'lit';
import type { KernelEvent, Wire } from '../control-plane/views.ts';
import type { Table } from './cells.ts';
import { code, json, number, text, time, type Content } from './text.ts';

/** Events in the order of the answer, every one with all that the kernel said of it. */
export function eventsTable(events: readonly Wire<KernelEvent>[]): Table {
  return {
    caption: 'Events',
    columns: [
      { title: 'Seq', number: true, width: 8 }, { title: 'Type', width: 42 }, { title: 'Time', width: 25 }, { title: 'Epoch', number: true, width: 8 },
      { title: 'Node', width: 38 }, { title: 'Mode', width: 10 }, { title: 'Operator', width: 20 }, { title: 'Reason', width: 28 },
      { title: 'Request', width: 38 }, { title: 'Further fields', width: 40 },
    ],
    count: events.length,
    row: (index) => {
      const event = events[index];
      return event === undefined ? [] : [
        number(event.seq), code(event.type), time(event.time), number(event.epoch), code(event.nodeId), text(event.mode), text(event.operator),
        text(event.reason), code(event.requestId), further(event),
      ];
    },
  };
}

function further({ fields, auditHead }: Wire<KernelEvent>): Content {
  const entries = Object.entries(fields);
  if (entries.length === 0 && auditHead === null) return html`<span class="muted">none</span>`;
  return html`<ul class="pairs">${entries.map(([key, value]) => html`<li>${text(key)} = ${value === null ? text(null) : json(value)}</li>`)}
    ${auditHead === null ? nothing : html`<li>audit head = #${number(auditHead.seq)} ${code(auditHead.hash)}</li>`}</ul>`;
}
