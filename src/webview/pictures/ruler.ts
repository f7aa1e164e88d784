/**
 * Positions on the WAL axis. The label of every mark has its own line, so that labels never overlap, however close the
 * marks are.
 */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Mark, Ruler } from '../../control-plane/model/document.ts';
import { words } from '../document/cell.ts';
import { diamond, EDGE, label, nameOf, placing, ROW, type Axis } from './axis.ts';
import { picture } from './fit.ts';
import { grouped } from './scale.ts';
import { t } from '../words.ts';

/** The top of the first label, in CSS pixels. */
const TOP = 40;
/** CSS pixels that the text with the number of segments takes inside its bar. */
const LONGEST_WORDS = 200;

/** A part of a log, its segments, and marks. A mark outside of this part has no place on the axis. */
export function walRuler({ from, to, parts, shown, ends, marks, unnamed, beside }: Ruler): TemplateResult {
  const axis: Axis = { from: BigInt(from), to: BigInt(to) };
  const besideWords = beside === null ? '' : words(beside.words).replace('{0}', beside.count ?? '');
  const told = [
    ...marks.map(one => `${markName(one)} ${one.at ?? t('unknown')}`),
    ...(beside === null ? [] : [besideWords]),
  ].join(', ');
  const count = partWords(parts, shown);
  const about =
    shown === null
      ? t('WAL ruler in bytes: {0}; {1} segments.', told, parts)
      : t('WAL ruler in bytes: {0}; {1}.', told, count);
  return picture(about, width => {
    const lines = marks.length + (beside === null ? 0 : 1);
    const height = TOP + (lines + (shown === null ? 0 : 1)) * ROW + 4;
    const place = placing(axis, width);
    const placed = marks.map((one, index) => mark(one, TOP + index * ROW, width, axis));
    const below = TOP + marks.length * ROW;
    return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
      ${shown === null ? nothing : outsideOf(shown, width, axis)}
      ${segments(ends, parts, width, axis, shown)}
      <path class="axis" d=${`M${EDGE} 28H${width - EDGE}`}/>
      ${unnamed
        .map(at => BigInt(at))
        .filter(at => at >= axis.from && at <= axis.to)
        .map(at => diamond(place(at)))}
      ${placed.map(([line]) => line)}
      ${placed.map(([, said]) => said)}
      ${
        beside === null
          ? nothing
          : svg`${unnamed.length > 0 ? diamond(EDGE + 9, below + 8) : placeless(below)}
            ${label(EDGE + 24, below, width - EDGE - 24, 'start', besideWords, beside.isKnown ? '' : 'unknown')}`
      }
      ${
        shown === null
          ? nothing
          : svg`<rect class="bar-unknown" x=${EDGE} y=${TOP + lines * ROW + 3} width="18" height="10"/>
            ${label(
              EDGE + 24,
              TOP + lines * ROW,
              width - EDGE - 24,
              'start',
              `${t('segments that are not in this answer')} (${count})`,
            )}`
      }
    </svg>`;
  });
}

/** The number of drawn parts, and of all parts. */
function partWords(parts: number, shown: Ruler['shown']): string {
  const { total } = shown ?? {};
  if (total === undefined) return t('{0} segments', parts);
  return total === null ? t('{0} segments, and others', parts) : t('{0} of {1} segments', parts, total);
}

/** The stretches whose parts are not in the answer. */
function outsideOf({ from, to }: NonNullable<Ruler['shown']>, width: number, axis: Axis): readonly SVGTemplateResult[] {
  const [begin, end] = [placing(axis, width)(BigInt(from)), placing(axis, width)(BigInt(to))];
  return [
    [EDGE, begin],
    [end, width - EDGE],
  ].flatMap(([left = 0, right = 0]) =>
    right - left < 1 ? [] : [svg`<rect class="bar-unknown" x=${left} y="8" width=${right - left} height="20"/>`],
  );
}

/** The parts of the log, or only their number when they would be too narrow to see. */
function segments(
  ends: Ruler['ends'],
  parts: number,
  width: number,
  axis: Axis,
  shown: Ruler['shown'],
): readonly SVGTemplateResult[] | SVGTemplateResult {
  const place = placing(axis, width);
  if (ends.length < parts || parts > width / 5) {
    const [begin, end] = shown === null ? [axis.from, axis.to] : [BigInt(shown.from), BigInt(shown.to)];
    const [left, right] = [place(begin), place(end)];
    return svg`<rect class="segment even" x=${left} y="8" width=${Math.max(1, right - left)} height="20"/>
      ${right - left < LONGEST_WORDS ? nothing : inside((left + right) / 2, partWords(parts, shown))}`;
  }
  return ends.map(({ first, end }, index) => {
    const x = place(BigInt(first));
    const wide = Math.max(1, place(BigInt(end)) - x);
    return svg`<rect class=${`segment ${index % 2 === 0 ? 'even' : 'odd'}`} x=${x} y="8" width=${wide} height="20"/>`;
  });
}

function inside(middle: number, words: string): SVGTemplateResult {
  return svg`<text class="inside" x=${middle} y="22" text-anchor="middle">${words}</text>`;
}

function markName({ name, id }: Mark): string {
  return id === undefined ? words(name) : nameOf(words(name), id);
}

function placeless(y: number): SVGTemplateResult {
  return svg`<path class="guide none" d=${`M${EDGE} ${y + 8}h18`}/>`;
}

/** The line to a mark's place, and its label. Labels are drawn after all lines, so that no line crosses them. */
function mark(shown: Mark, y: number, width: number, axis: Axis): readonly [SVGTemplateResult, SVGTemplateResult] {
  const { at: value, shape } = shown;
  const name = markName(shown);
  const outside = (why: string): readonly [SVGTemplateResult, SVGTemplateResult] => [
    placeless(y),
    label(EDGE + 24, y, width - EDGE - 24, 'start', `${name}${why}`, 'unknown grounded'),
  ];
  if (value === null) return outside(`: ${t('unknown')}`);
  if (BigInt(value) < axis.from) return outside(t(' {0}, before what is retained', grouped(value)));
  if (BigInt(value) > axis.to) return outside(t(' {0}, beyond what is written', grouped(value)));
  const x = placing(axis, width)(BigInt(value));
  const said = `${name} ${grouped(value)}`;
  return [
    svg`<path class="guide" d=${`M${x} 4V${y + 8}`}/>
      ${shape === 'diamond' ? diamond(x) : svg`<path class="tick" d=${`M${x} 4V32`}/>`}`,
    x > width / 2
      ? label(0, y, Math.max(0, x - 6), 'end', said, 'grounded')
      : label(x + 6, y, width - x - 6, 'start', said, 'grounded'),
  ];
}
