/** Snapshots and checkpoints on the WAL axis. Each has its own line while there are few. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Span, Spans } from '../../control-plane/model/document.ts';
import { EDGE, label, nameOf, placing, ROW, type Place } from './axis.ts';
import { picture } from './fit.ts';
import { greatest, grouped, least, positions } from './scale.ts';
import { t } from '../words.ts';

/** With more items than this, they have no labels and share two lanes. */
const LABELLED = 40;

/** Snapshots and checkpoints, drawn over the part of the log that they cover. */
export function snapshotAxis({ spans }: Spans): TemplateResult {
  const all = positions(spans.flatMap(({ first, last }) => [first, last]));
  const axis = { from: least(all) ?? 0n, to: greatest(all) ?? 0n };
  const unplaced = spans.filter(({ first, last }) => first === null && last === null).length;
  const labelled = spans.length <= LABELLED;
  return html`${picture(
    t(
      '{0} snapshots and checkpoints on the WAL axis from {1} to {2} bytes; {3} of unknown position.',
      spans.length,
      axis.from.toString(),
      axis.to.toString(),
      unplaced,
    ),
    width => {
      const place = placing(axis, width);
      const height = 26 + (labelled ? spans.length * ROW : 2 * ROW) + 2;
      const lane = (one: Span, index: number): number => (labelled ? index : one.kind === 'snapshot' ? 0 : 1);
      return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
      ${label(0, 0, width / 2, 'start', grouped(axis.from.toString()))}
      ${label(width / 2, 0, width / 2, 'end', t('{0} bytes', grouped(axis.to.toString())))}
      <path class="axis" d=${`M${EDGE} 20H${width - EDGE}`}/>
      ${spans.map((one, index) => span(one, 26 + lane(one, index) * ROW, width, place, labelled))}
    </svg>`;
    },
  )}
  <ul class="legend"><li>${SNAPSHOT}${t('snapshot')}</li>
    <li>${CHECKPOINT}${t('checkpoint')}</li>
    ${unplaced === 0 ? nothing : html`<li>${UNPLACED}${t('{0} of unknown position', unplaced)}</li>`}</ul>`;
}

const SNAPSHOT = html`<svg width="26" height="14" aria-hidden="true">
  <rect class="span snapshot" x="1" y="2" width="24" height="10"/></svg>`;
const CHECKPOINT = html`<svg width="26" height="14" aria-hidden="true">
  <path class="span checkpoint" d="M1 7L6 2H20L25 7L20 12H6Z"/></svg>`;
const UNPLACED = html`<svg width="26" height="14" aria-hidden="true">
  <rect class="bar-unknown" x="1" y="2" width="24" height="10"/></svg>`;

function span(
  { kind, id, first: begins, last: ends }: Span,
  y: number,
  width: number,
  place: Place,
  labelled: boolean,
): SVGTemplateResult | typeof nothing {
  const known = positions([begins, ends]);
  const first = least(known);
  const last = greatest(known);
  const name = nameOf(kind, id);
  if (first === undefined || last === undefined) {
    return labelled
      ? svg`<rect class="bar-unknown" x=${EDGE} y=${y + 3} width="40" height="10"/>
        ${label(EDGE + 48, y, width - EDGE - 48, 'start', t('{0}: position unknown', name), 'unknown')}`
      : nothing;
  }
  const x = Math.min(place(first), width - EDGE - 3);
  const end = Math.max(x + 3, place(last));
  const drawing = kind === 'snapshot' ? box(x, end, y) : cutBox(x, end, y);
  if (!labelled) return drawing;
  const partly = known.length === 1 ? t(' (one end unknown)') : '';
  const after = width - end - 8;
  return svg`${drawing}${
    after >= 200 || after > x
      ? label(end + 6, y, after, 'start', name + partly)
      : label(0, y, Math.max(0, x - 6), 'end', name + partly)
  }`;
}

function box(x: number, end: number, y: number): SVGTemplateResult {
  return svg`<rect class="span snapshot" x=${x} y=${y + 3} width=${end - x} height="10"/>`;
}

function cutBox(x: number, end: number, y: number): SVGTemplateResult {
  const half = Math.min(5, (end - x) / 2);
  const above = `M${x} ${y + 8}L${x + half} ${y + 3}H${end - half}`;
  return svg`<path class="span checkpoint" d=${`${above}L${end} ${y + 8}L${end - half} ${y + 13}H${x + half}Z`}/>`;
}
