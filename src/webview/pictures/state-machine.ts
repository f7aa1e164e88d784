/** The states, the present state, and the path of the last attempt as far as its events are in the answer. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { State, States, Transition } from '../../control-plane/model/document.ts';
import { text, type Content } from '../text.ts';
import { picture } from './fit.ts';
import { t } from '../words.ts';

const BOX = { widest: 240, gap: 20, left: 26, between: 40 } as const;
/** A name that does not fit on one line takes two, and the boxes are then higher. */
const ONE_LINE = { from: 165, height: 46 } as const;
const TWO_LINES = { height: 64 } as const;
/** The row of the state that stands beside the others. */
const BESIDE = 2;

/** The places of the boxes, in CSS pixels. */
interface Layout {
  readonly wide: number;
  readonly tall: number;
  /** The left edge of the box beside the others. */
  readonly beside: number;
  readonly last: number;
}

/** Draws the states of the attempt that is running or was the last. */
export function stateMachine(shown: States): TemplateResult {
  const { main, beside: other, denial, aborted, hasAttempt } = shown;
  const isPassed = main.some(state => state.isPassed) || other.isPassed;
  return html`
    ${picture(description(shown), width => {
      const wide = Math.min(BOX.widest, Math.floor((width - BOX.left - BOX.between - 3) / 2));
      const beside = BOX.left + wide + BOX.between;
      const tall = wide < ONE_LINE.from ? TWO_LINES.height : ONE_LINE.height;
      const inset = wide < ONE_LINE.from ? 18 : 28;
      const height = main.length * (tall + BOX.gap) - BOX.gap + 4;
      const layout: Layout = { wide, tall, beside, last: main.length - 1 };
      return html`<svg width=${width} height=${height}>
        ${shown.transitions.map(one => edge(one, layout))}
        ${main.map((state, index) => box(BOX.left, top(index, tall), wide, tall, state))}
        ${box(beside, top(BESIDE, tall), wide, tall, other)}
        ${
          denial === null
            ? nothing
            : svg`<foreignObject x=${beside + inset} y=${top(BESIDE + 1, tall) - BOX.gap + 6}
              width=${width - beside - inset} height=${tall}>${denialLabel(denial)}</foreignObject>`
        }
      </svg>`;
    })}
    ${aborted === null ? nothing : html`<p>${t('The last attempt was aborted by a crash (event #{0}).', aborted)}</p>`}
    ${hasAttempt && !isPassed ? html`<p class="muted">${NOT_DRAWN}</p>` : nothing}
    <ul class="legend"><li>${sample('present')}${t('present state')}</li>
      ${isPassed ? html`<li>${sample('passed')}${t('passed by the last attempt')}</li>` : nothing}</ul>`;
}

const NOT_DRAWN = t('No event of the last attempt is in this answer, so its path is not drawn.');

function sample(kind: 'present' | 'passed'): TemplateResult {
  return html`<svg width="26" height="16" aria-hidden="true">
    <rect class=${`state ${kind}`} x="1.5" y="1.5" width="23" height="13" rx="2"/></svg>`;
}

function denialLabel({ reason, invariant }: NonNullable<States['denial']>): TemplateResult {
  return html`<div class="label-in-picture node-name wrapped" title=${reason}>${breakable(reason)}</div>
    <div class="label-in-picture" title=${invariant}>${text(invariant)}</div>`;
}

function description({ machine, present, path, denial }: States): string {
  return [
    t('State machine of a {0}. Present state: {1}.', machine, present),
    path.length === 0
      ? t('No event of the last attempt is in this answer.')
      : t('Events of the last attempt: {0}.', path.join(', ')),
    ...(denial === null ? [] : [t('Denied: {0}, {1}.', denial.reason, denial.invariant)]),
  ].join(' ');
}

function top(index: number, tall: number): number {
  return index * (tall + BOX.gap) + 2;
}

/** An arrow: down to the next state, to or from the box beside the others, or from the end back to the beginning. */
function edge({ from, to, isTaken }: Transition, { wide, tall, beside, last }: Layout): SVGTemplateResult {
  const half = tall / 2;
  const right = BOX.left + wide;
  if (to === 'beside') {
    if (from === BESIDE)
      return arrow(
        `M${right} ${top(BESIDE, tall) + half}H${beside - 4}`,
        beside - 1,
        top(BESIDE, tall) + half,
        0,
        isTaken,
      );
    const row = from === 'beside' ? BESIDE : from;
    const line = `M${right} ${top(row, tall) + half}H${beside + 14}V${top(BESIDE, tall) + tall + 4}`;
    return arrow(line, beside + 14, top(BESIDE, tall) + tall + 1, -90, isTaken);
  }
  if (from === 'beside') {
    const line = `M${beside + wide / 2} ${top(BESIDE, tall)}V${top(to, tall) + half}H${right + 4}`;
    return arrow(line, right + 1, top(to, tall) + half, 180, isTaken);
  }
  if (from === last && to !== last) {
    const line = `M${BOX.left} ${top(last, tall) + half}H10V${top(to, tall) + half}H${BOX.left - 4}`;
    return svg`<path class="edge" d=${`M${BOX.left} ${top(1, tall) + half}H10`}/>
      ${arrow(line, BOX.left - 1, top(to, tall) + half, 0, isTaken)}`;
  }
  const middle = BOX.left + wide / 2;
  const line = `M${middle} ${top(from, tall) + tall}v${BOX.gap - 3}`;
  return arrow(line, middle, top(to, tall) - 1, 90, isTaken);
}

function arrow(line: string, x: number, y: number, turn: number, taken: boolean): SVGTemplateResult {
  const kind = taken ? ' taken' : '';
  return svg`<path class=${`edge${kind}`} d=${line}/>
    <path class=${`tip${kind}`} d="M-7 -4L0 0L-7 4Z" transform=${`translate(${x} ${y}) rotate(${turn})`}/>`;
}

function box(x: number, y: number, wide: number, tall: number, state: State): SVGTemplateResult {
  const { name, isPresent, isPassed, entered } = state;
  const line = [
    ...(isPresent ? [t('present state')] : []),
    ...(entered === null ? [] : [`#${entered.seq} ${entered.time ?? t('unknown')}`]),
  ].join(', ');
  const kind = `label-in-picture middle wrapped${isPresent ? ' node-name' : ''}`;
  const below = html`<div class="label-in-picture middle node-state" title=${line}>${text(line)}</div>`;
  const inside = html`<div class="box-in-picture">
    <div class=${kind} title=${name}>${breakable(name)}</div>
    ${line === '' ? nothing : below}</div>`;
  const drawn = `state${isPassed ? ' passed' : ''}${isPresent ? ' present' : ''}`;
  return svg`<rect class=${drawn} x=${x} y=${y} width=${wide} height=${tall} rx="3"/>
    <foreignObject x=${x + 4} y=${y + 3} width=${wide - 8} height=${tall - 6}>${inside}</foreignObject>`;
}

/** The name of a state or reason, which may break before a capital letter. */
function breakable(name: string): readonly Content[] {
  return name.split(/(?=[A-Z])/u).map(part => html`${text(part)}<wbr>`);
}
