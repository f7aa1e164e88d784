/** An axis of positions: the place of a position, the diamond of a checkpoint, and labels that end in an ellipsis. */
import { html, svg, type SVGTemplateResult } from 'lit';
import { text } from '../text.ts';
import { fraction } from './scale.ts';

/** The margin at both ends of an axis, and of a line of labels, in CSS pixels. */
export const EDGE = 6;
/** The height of a line of labels, in CSS pixels. */
export const ROW = 22;

/** The place of a position, in CSS pixels. */
export type Place = (position: bigint) => number;

/** The first and the last position of an axis. */
export interface Axis {
  readonly from: bigint;
  readonly to: bigint;
}

export function placing({ from, to }: Axis, width: number): Place {
  return position => EDGE + fraction(position, from, to) * (width - 2 * EDGE);
}

/** The mark of a checkpoint. */
export function diamond(x: number, y = 18): SVGTemplateResult {
  return svg`
    <path class="span checkpoint" d=${`M${x - 5} ${y}L${x} ${y - 5}L${x + 5} ${y}L${x} ${y + 5}Z`}/>`;
}

/** The name of an item: its kind and its id. The kind is left out where the id already begins with it. */
export function nameOf(kind: string, id: string): string {
  return id.toLowerCase().startsWith(kind.toLowerCase()) ? id : `${kind} ${id}`;
}

/** Labels in a picture are HTML, so that a long name, in any script, ends in an ellipsis inside its own place. */
export function label(
  x: number,
  y: number,
  width: number,
  side: 'start' | 'end',
  content: string,
  kind = '',
): SVGTemplateResult {
  const inside = html`<div class=${`label-in-picture ${side} ${kind}`} title=${content}>${text(content)}</div>`;
  return svg`<foreignObject x=${x} y=${y} width=${Math.max(0, width)} height="18">${inside}</foreignObject>`;
}
