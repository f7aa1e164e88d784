/** AeroDB's promotion state machine: the current state, and the path of the last attempt as far as events show it. */
import { sentence, type Block, type State, type Transition } from '../../control-plane/model/document.ts';
import type { KernelEvent, PromotionView, Wire } from '../../control-plane/model/views.ts';
import { plain } from '../documents.ts';

type Kind = 'promotion' | 'demotion';
type Place = number | 'beside';
type Event = Wire<KernelEvent>;

/** States in their order. A denial comes from the validation, or later from the transition. */
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

/** The state that the node entered, by the type of the event. */
const ENTERED: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['requested', 1],
  ['validation_started', 2],
  ['validation_succeeded', 3],
  ['validation_failed', 'beside'],
  ['transition_started', 4],
  ['transition_completed', 5],
]);

const VALIDATION = 2;
/** Here a majority adopts the new epoch; without a majority, the attempt is denied from here. */
const TRANSITION = 4;

/** The machine of the current or the last attempt. */
export function machine(view: Wire<PromotionView>): Block {
  const kind = kindOf(view);
  if (kind === undefined) {
    return {
      is: 'sentence',
      sentence: sentence('{0} is not a state of the machine that this version draws.', plain('strong', view.state)),
    };
  }
  const { main, denied } = STATES[kind];
  const steps = stepsOf(view, kind);
  const state = (name: string, at: Place): State => {
    const event = steps.get(at);
    return {
      name,
      isPresent: name === view.state,
      isPassed: at === 0 ? steps.size > 0 : event !== undefined,
      entered: event === undefined ? null : { seq: event.seq, time: event.time },
    };
  };
  return {
    is: 'states',
    states: {
      machine: kind,
      present: view.state,
      main: main.map(state),
      beside: state(denied, 'beside'),
      transitions: transitions(kind, main.length, steps),
      path: [...steps.values()].map(({ type }) => type),
      denial: view.lastAttempt?.denial ?? null,
      aborted: eventsOf(view, kind).find(({ type }) => type.endsWith('.aborted_on_crash'))?.seq ?? null,
      hasAttempt: view.lastAttempt !== null,
    },
  };
}

function kindOf({ state, lastAttempt }: Wire<PromotionView>): Kind | undefined {
  const holds = (kind: Kind): boolean => STATES[kind].denied === state || STATES[kind].main.some(one => one === state);
  if (lastAttempt?.kind === 'demotion' && holds('demotion')) return 'demotion';
  return (['promotion', 'demotion'] as const).find(holds);
}

function eventsOf({ events, lastAttempt }: Wire<PromotionView>, kind: Kind): readonly Event[] {
  return lastAttempt === null
    ? []
    : events.filter(
        ({ requestId, type }) => requestId === lastAttempt.requestId && type.startsWith(`replication.${kind}.`),
      );
}

function stepsOf(view: Wire<PromotionView>, kind: Kind): ReadonlyMap<Place, Event> {
  return new Map(
    eventsOf(view, kind).flatMap(event => {
      const state = ENTERED.get(event.type.slice(event.type.lastIndexOf('.') + 1));
      return state === undefined ? [] : [[state, event] as const];
    }),
  );
}

/** The transitions: from state to state, to the denial and back to the beginning, and from the end to the beginning. */
function transitions(kind: Kind, count: number, steps: ReadonlyMap<Place, Event>): readonly Transition[] {
  const isDenied = steps.has('beside');
  const isLate = isDenied && steps.has(TRANSITION);
  return [
    ...Array.from({ length: count - 1 }, (_none, from) => ({ from, to: from + 1, isTaken: steps.has(from + 1) })),
    { from: VALIDATION, to: 'beside', isTaken: isDenied && !isLate },
    ...(kind === 'promotion' || isLate ? [{ from: TRANSITION, to: 'beside', isTaken: isLate } as const] : []),
    { from: 'beside', to: 0, isTaken: isDenied },
    { from: count - 1, to: 0, isTaken: steps.has(count - 1) },
  ];
}
