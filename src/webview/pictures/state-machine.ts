/**
 * The kernel's state machine with the present state, and the way of the last attempt as far as its events are in the
 * answer.
 */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { KernelEvent, PromotionView, Wire } from '../../control-plane/views.ts';
import { phrase, text, type Content } from '../text.ts';
import { picture } from './fit.ts';
import { t } from '../words.ts';

type Kind = 'promotion' | 'demotion';

/** States from top to bottom; the denial stands beside the validation, and can still come of the transition. */
const STATES = {
  promotion: {
    main: [
      'Steady',
      'PromotionRequested',
      'PromotionValidating',
      'PromotionApproved',
      'AuthorityTransitioning',
      'PromotionSucceeded',
    ],
    denied: 'PromotionDenied',
  },
  demotion: {
    main: [
      'Steady',
      'DemotionRequested',
      'DemotionValidating',
      'DemotionApproved',
      'AuthorityReleasing',
      'DemotionSucceeded',
    ],
    denied: 'DemotionDenied',
  },
} as const;

/** The state that an event says was entered, as an index of `main` or the denial. */
const ENTERED: ReadonlyMap<string, number | 'denied'> = new Map<string, number | 'denied'>([
  ['requested', 1],
  ['validation_started', 2],
  ['validation_succeeded', 3],
  ['validation_failed', 'denied'],
  ['transition_started', 4],
  ['transition_completed', 5],
]);

/**
 * The state in which a majority adopts the new epoch: when it cannot be had after all, the attempt is denied from here.
 */
const TRANSITION = 4;

const BOX = { widest: 240, gap: 20, left: 26, between: 40 } as const;
/** Where a name does not fit on one line it has two, and the boxes are higher for it. */
const ONE_LINE = { from: 165, height: 46 } as const;
const TWO_LINES = { height: 64 } as const;

/** Draws the machine of the attempt that is under way or was the last. */
export function stateMachine(view: Wire<PromotionView>): TemplateResult {
  const kind = machineOf(view);
  if (kind === undefined)
    return html`<p>${phrase('{0} is not a state of the machine that this version draws.', html`<strong>${text(view.state)}</strong>`)}</p>`;
  const { main, denied } = STATES[kind];
  const steps = stepsOf(view, kind);
  const aborted = eventsOf(view, kind).find(({ type }) => type.endsWith('.aborted_on_crash'));
  const denial = view.lastAttempt?.denial ?? null;
  const passed = (state: number | 'denied'): Wire<KernelEvent> | undefined => steps.get(state);
  const words = [...steps.values()].map(({ type }) => type).join(', ');
  const line = (state: string, event: Wire<KernelEvent> | undefined): string =>
    [
      ...(state === view.state ? [t('present state')] : []),
      ...(event === undefined ? [] : [`#${event.seq} ${event.time}`]),
    ].join(', ');
  return html`
    ${picture(
      [
        t('State machine of a {0}. Present state: {1}.', kind, view.state),
        words === ''
          ? t('No event of the last attempt is in this answer.')
          : t('Events of the last attempt: {0}.', words),
        ...(denial === null ? [] : [t('Denied: {0}, {1}.', denial.reason, denial.invariant)]),
      ].join(' '),
      width => {
        const wide = Math.min(BOX.widest, Math.floor((width - BOX.left - BOX.between - 3) / 2));
        const beside = BOX.left + wide + BOX.between;
        const tall = wide < ONE_LINE.from ? TWO_LINES.height : ONE_LINE.height;
        const inset = wide < ONE_LINE.from ? 18 : 28;
        const height = main.length * (tall + BOX.gap) - BOX.gap + 4;
        return html`<svg width=${width} height=${height}>
        ${edges(kind, wide, tall, beside, passed)}
        ${main.map((state, index) => box(BOX.left, top(index, tall), wide, tall, state, line(state, passed(index)), state === view.state, index === 0 ? steps.size > 0 : passed(index) !== undefined))}
        ${box(beside, top(2, tall), wide, tall, denied, line(denied, passed('denied')), denied === view.state, passed('denied') !== undefined)}
        ${
          denial === null
            ? nothing
            : svg`<foreignObject x=${beside + inset} y=${top(3, tall) - BOX.gap + 6} width=${width - beside - inset} height=${tall}>${html`
          <div class="label-in-picture node-name wrapped" title=${denial.reason}>${breakable(denial.reason)}</div><div class="label-in-picture" title=${denial.invariant}>${text(denial.invariant)}</div>`}</foreignObject>`
        }
      </svg>`;
      },
    )}
    ${aborted === undefined ? nothing : html`<p>${t('The last attempt was aborted by a crash (event #{0}).', aborted.seq)}</p>`}
    ${view.lastAttempt !== null && steps.size === 0 ? html`<p class="muted">${t('No event of the last attempt is in this answer, so its way is not drawn.')}</p>` : nothing}
    <ul class="legend"><li><svg width="26" height="16" aria-hidden="true"><rect class="state present" x="1.5" y="1.5" width="23" height="13" rx="2"/></svg>${t('present state')}</li>
      ${steps.size === 0 ? nothing : html`<li><svg width="26" height="16" aria-hidden="true"><rect class="state passed" x="1.5" y="1.5" width="23" height="13" rx="2"/></svg>${t('passed by the last attempt')}</li>`}</ul>`;
}

function machineOf({ state, lastAttempt }: Wire<PromotionView>): Kind | undefined {
  const holds = (kind: Kind): boolean => STATES[kind].denied === state || STATES[kind].main.some(one => one === state);
  if (lastAttempt?.kind === 'demotion' && holds('demotion')) return 'demotion';
  return (['promotion', 'demotion'] as const).find(holds);
}

function eventsOf({ events, lastAttempt }: Wire<PromotionView>, kind: Kind): readonly Wire<KernelEvent>[] {
  return lastAttempt === null
    ? []
    : events.filter(
        ({ requestId, type }) => requestId === lastAttempt.requestId && type.startsWith(`replication.${kind}.`),
      );
}

function stepsOf(view: Wire<PromotionView>, kind: Kind): ReadonlyMap<number | 'denied', Wire<KernelEvent>> {
  return new Map(
    eventsOf(view, kind).flatMap(event => {
      const state = ENTERED.get(event.type.slice(event.type.lastIndexOf('.') + 1));
      return state === undefined ? [] : [[state, event] as const];
    }),
  );
}

function top(index: number, tall: number): number {
  return index * (tall + BOX.gap) + 2;
}

function edges(
  kind: Kind,
  wide: number,
  tall: number,
  denial: number,
  passed: (state: number | 'denied') => unknown,
): SVGTemplateResult {
  const count = STATES[kind].main.length;
  const middle = BOX.left + wide / 2;
  const half = tall / 2;
  const right = BOX.left + wide;
  const denied = passed('denied') !== undefined;
  const late = denied && passed(TRANSITION) !== undefined;
  const done = passed(count - 1) !== undefined;
  return svg`
    ${Array.from({ length: count - 1 }, (_none, index) => arrow(`M${middle} ${top(index, tall) + tall}v${BOX.gap - 3}`, middle, top(index + 1, tall) - 1, 90, passed(index + 1) !== undefined))}
    ${arrow(`M${right} ${top(2, tall) + half}H${denial - 4}`, denial - 1, top(2, tall) + half, 0, denied && !late)}
    ${kind === 'promotion' || late ? arrow(`M${right} ${top(TRANSITION, tall) + half}H${denial + 14}V${top(2, tall) + tall + 4}`, denial + 14, top(2, tall) + tall + 1, -90, late) : nothing}
    ${arrow(`M${denial + wide / 2} ${top(2, tall)}V${top(0, tall) + half}H${right + 4}`, right + 1, top(0, tall) + half, 180, denied)}
    <path class="edge" d=${`M${BOX.left} ${top(1, tall) + half}H10`}/>
    ${arrow(`M${BOX.left} ${top(count - 1, tall) + half}H10V${top(0, tall) + half}H${BOX.left - 4}`, BOX.left - 1, top(0, tall) + half, 0, done)}`;
}

function arrow(line: string, x: number, y: number, turn: number, taken: boolean): SVGTemplateResult {
  const kind = taken ? ' taken' : '';
  return svg`<path class=${`edge${kind}`} d=${line}/><path class=${`tip${kind}`} d="M-7 -4L0 0L-7 4Z" transform=${`translate(${x} ${y}) rotate(${turn})`}/>`;
}

function box(
  x: number,
  y: number,
  wide: number,
  tall: number,
  state: string,
  line: string,
  present: boolean,
  passed: boolean,
): SVGTemplateResult {
  return svg`<rect class=${`state${passed ? ' passed' : ''}${present ? ' present' : ''}`} x=${x} y=${y} width=${wide} height=${tall} rx="3"/>
    <foreignObject x=${x + 4} y=${y + 3} width=${wide - 8} height=${tall - 6}>${html`
      <div class="box-in-picture"><div class=${`label-in-picture middle wrapped${present ? ' node-name' : ''}`} title=${state}>${breakable(state)}</div>
      ${line === '' ? nothing : html`<div class="label-in-picture middle node-state" title=${line}>${text(line)}</div>`}</div>`}</foreignObject>`;
}

/** The name of a state or reason, which may go on in the next line before a capital letter. */
function breakable(name: string): readonly Content[] {
  return name.split(/(?=[A-Z])/u).map(part => html`${text(part)}<wbr>`);
}
