/**
 * Positions on the WAL axis. Every mark has a line of its own for its label, so that labels never meet, however close
 * the marks are.
 */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { SnapshotItem, WalView, Wire } from '../../control-plane/views.ts';
import { text } from '../text.ts';
import { picture } from './fit.ts';
import { fraction, greatest, grouped, least, positions } from './scale.ts';
import { t } from '../words.ts';

const EDGE = 6;
const ROW = 22;
/** Above this many, items have no label each and share two lanes. */
const LABELLED = 40;
/** Above this many, checkpoints have no line each below the ruler; their places on it and the table stay. */
const LABELLED_CHECKPOINTS = 8;

/**
 * The log of one node, from the oldest offset that it retains to where it appends. What lies outside of that has no
 * place on it.
 */
export function walRuler(view: Wire<WalView>): TemplateResult {
  const own = view.checkpoints ?? [];
  const labelled = own.length <= LABELLED_CHECKPOINTS;
  const marks: readonly Mark[] = [
    { name: t('oldest retained'), at: view.oldestOffset },
    ...(labelled
      ? own.map(
          (checkpoint): Mark => ({
            name: nameOf(t('checkpoint'), checkpoint.id),
            at: checkpoint.offset,
            checkpoint: true,
          }),
        )
      : []),
    { name: t('truncation'), at: view.truncationOffset },
    { name: t('verified up to'), at: view.verifiedToOffset },
    { name: t('durable'), at: view.durableOffset },
    { name: t('append'), at: view.appendOffset },
  ];
  const beside =
    view.checkpoints === null
      ? `${t('checkpoints')}: ${t('unknown')}`
      : own.length === 0
        ? t('no checkpoint')
        : labelled
          ? ''
          : t('{0} checkpoints', own.length);
  const segments = view.segments ?? [];
  const all = positions([
    view.oldestOffset,
    view.durableOffset,
    view.appendOffset,
    ...segments.flatMap(({ firstOffset, endOffset }) => [firstOffset, endOffset]),
  ]);
  const axis = { from: least(all) ?? 0n, to: greatest(all) ?? 0n };
  const words = [
    ...marks.map(({ name, at }) => `${name} ${at ?? t('unknown')}`),
    ...(beside === '' ? [] : [beside]),
  ].join(', ');
  return picture(t('WAL ruler in bytes: {0}; {1} segments.', words, segments.length), width => {
    const top = 40;
    const height = top + (marks.length + (beside === '' ? 0 : 1)) * ROW + 4;
    const place = placing(axis, width);
    const drawn = segments.length <= width / 5;
    const placed = marks.map((one, index) => mark(one, top + index * ROW, width, axis));
    return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
      ${
        drawn
          ? segments.map(({ firstOffset, endOffset }, index) => {
              const x = place(BigInt(firstOffset));
              return svg`<rect class=${`segment ${index % 2 === 0 ? 'even' : 'odd'}`} x=${x} y="8" width=${Math.max(1, place(BigInt(endOffset)) - x)} height="20"/>`;
            })
          : svg`<rect class="segment even" x=${EDGE} y="8" width=${width - 2 * EDGE} height="20"/><text class="inside" x=${width / 2} y="22" text-anchor="middle">${t('{0} segments', segments.length)}</text>`
      }
      <path class="axis" d=${`M${EDGE} 28H${width - EDGE}`}/>
      ${
        labelled
          ? nothing
          : positions(own.map(({ offset }) => offset))
              .filter(offset => offset >= axis.from && offset <= axis.to)
              .map(offset => diamond(place(offset)))
      }
      ${placed.map(([line]) => line)}
      ${placed.map(([, words]) => words)}
      ${beside === '' ? nothing : svg`${view.checkpoints === null || own.length === 0 ? svg`<path class="leader none" d=${`M${EDGE} ${top + marks.length * ROW + 8}h18`}/>` : diamond(EDGE + 9, top + marks.length * ROW + 8)}${label(EDGE + 24, top + marks.length * ROW, width - EDGE - 24, 'start', beside, view.checkpoints === null ? 'unknown' : '')}`}
    </svg>`;
  });
}

interface Mark {
  readonly name: string;
  readonly at: string | null;
  readonly checkpoint?: boolean;
}

/** What an id that says its kind already is called. */
function nameOf(kind: string, id: string): string {
  return id.toLowerCase().startsWith(kind.toLowerCase()) ? id : `${kind} ${id}`;
}

type Place = (position: bigint) => number;

interface Axis {
  readonly from: bigint;
  readonly to: bigint;
}

function placing({ from, to }: Axis, width: number): Place {
  return position => EDGE + fraction(position, from, to) * (width - 2 * EDGE);
}

function diamond(x: number, y = 18): SVGTemplateResult {
  return svg`<path class="span checkpoint" d=${`M${x - 5} ${y}L${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}Z`}/>`;
}

/** The line to a mark's place, and its label: labels are drawn above all lines, so that none is crossed out. */
function mark(
  { name, at: value, checkpoint = false }: Mark,
  y: number,
  width: number,
  axis: Axis,
): readonly [SVGTemplateResult, SVGTemplateResult] {
  const placeless = (words: string): readonly [SVGTemplateResult, SVGTemplateResult] => [
    svg`<path class="leader none" d=${`M${EDGE} ${y + 8}h18`}/>`,
    label(EDGE + 24, y, width - EDGE - 24, 'start', `${name}${words}`, 'unknown grounded'),
  ];
  if (value === null) return placeless(`: ${t('unknown')}`);
  if (BigInt(value) < axis.from) return placeless(t(' {0}, before what is retained', grouped(value)));
  if (BigInt(value) > axis.to) return placeless(t(' {0}, beyond what is written', grouped(value)));
  const x = placing(axis, width)(BigInt(value));
  const words = `${name} ${grouped(value)}`;
  return [
    svg`<path class="leader" d=${`M${x} 4V${y + 8}`}/>${checkpoint ? diamond(x) : svg`<path class="tick" d=${`M${x} 4V32`}/>`}`,
    x > width / 2
      ? label(0, y, Math.max(0, x - 6), 'end', words, 'grounded')
      : label(x + 6, y, width - x - 6, 'start', words, 'grounded'),
  ];
}

/** Snapshots and checkpoints by the part of the log that they cover. */
export function snapshotAxis(items: readonly Wire<SnapshotItem>[]): TemplateResult {
  const all = positions(items.flatMap(({ walFirstOffset, walEndOffset }) => [walFirstOffset, walEndOffset]));
  const axis = { from: least(all) ?? 0n, to: greatest(all) ?? 0n };
  const unplaced = items.filter(
    ({ walFirstOffset, walEndOffset }) => walFirstOffset === null && walEndOffset === null,
  ).length;
  const labelled = items.length <= LABELLED;
  return html`${picture(
    t(
      '{0} snapshots and checkpoints on the WAL axis from {1} to {2} bytes; {3} of unknown position.',
      items.length,
      axis.from.toString(),
      axis.to.toString(),
      unplaced,
    ),
    width => {
      const place = placing(axis, width);
      const height = 26 + (labelled ? items.length * ROW : 2 * ROW) + 2;
      return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
      ${label(0, 0, width / 2, 'start', grouped(axis.from.toString()))}
      ${label(width / 2, 0, width / 2, 'end', t('{0} bytes', grouped(axis.to.toString())))}
      <path class="axis" d=${`M${EDGE} 20H${width - EDGE}`}/>
      ${items.map((item, index) => span(item, 26 + (labelled ? index : item.kind === 'snapshot' ? 0 : 1) * ROW, width, place, labelled))}
    </svg>`;
    },
  )}
  <ul class="legend"><li><svg width="26" height="14" aria-hidden="true"><rect class="span snapshot" x="1" y="2" width="24" height="10"/></svg>${t('snapshot')}</li>
    <li><svg width="26" height="14" aria-hidden="true"><path class="span checkpoint" d="M1 7L6 2H20L25 7L20 12H6Z"/></svg>${t('checkpoint')}</li>
    ${unplaced === 0 ? nothing : html`<li><svg width="26" height="14" aria-hidden="true"><rect class="bar-unknown" x="1" y="2" width="24" height="10"/></svg>${t('{0} of unknown position', unplaced)}</li>`}</ul>`;
}

function span(
  item: Wire<SnapshotItem>,
  y: number,
  width: number,
  place: Place,
  labelled: boolean,
): SVGTemplateResult | typeof nothing {
  const known = positions([item.walFirstOffset, item.walEndOffset]);
  const first = least(known);
  const last = greatest(known);
  const name = nameOf(item.kind, item.id);
  if (first === undefined || last === undefined) {
    return labelled
      ? svg`<rect class="bar-unknown" x=${EDGE} y=${y + 3} width="40" height="10"/>${label(EDGE + 48, y, width - EDGE - 48, 'start', t('{0}: position unknown', name), 'unknown')}`
      : nothing;
  }
  const x = Math.min(place(first), width - EDGE - 3);
  const end = Math.max(x + 3, place(last));
  const half = Math.min(5, (end - x) / 2);
  const drawing =
    item.kind === 'snapshot'
      ? svg`<rect class="span snapshot" x=${x} y=${y + 3} width=${end - x} height="10"/>`
      : svg`<path class="span checkpoint" d=${`M${x} ${y + 8}L${x + half} ${y + 3}H${end - half}L${end} ${y + 8}L${end - half} ${y + 13}H${x + half}Z`}/>`;
  if (!labelled) return drawing;
  const partly = known.length === 1 ? t(' (one end unknown)') : '';
  const after = width - end - 8;
  return svg`${drawing}${after >= 200 || after > x ? label(end + 6, y, after, 'start', name + partly) : label(0, y, Math.max(0, x - 6), 'end', name + partly)}`;
}

function label(
  x: number,
  y: number,
  width: number,
  side: 'start' | 'end',
  content: string,
  kind = '',
): SVGTemplateResult {
  return svg`<foreignObject x=${x} y=${y} width=${Math.max(0, width)} height="18">${html`<div class=${`label-in-picture ${side} ${kind}`} title=${content}>${text(content)}</div>`}</foreignObject>`;
}
