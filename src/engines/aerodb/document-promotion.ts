/** Shows the promotion state of an AeroDB node: its last attempt, a request that was looked up, its events. */
import {
  label,
  sentence,
  type Block,
  type Cell,
  type Document,
  type Fact,
  type Sentence,
} from '../../control-plane/model/document.ts';
import type {
  KernelEvent,
  PromotionAttempt,
  PromotionView,
  RequestFate,
  Wire,
} from '../../control-plane/model/views.ts';
import { detail, fact, facts, history, NONE, plain, section, type EventForms } from '../documents.ts';
import { fateLine } from '../headline.ts';
import { EVENT_WORDS, partBlocks } from '../parts.ts';
import { machine } from './document-machine.ts';
import { TERMS } from './terms.ts';

/**
 * Marks an event as an end by failure, an end by success, or neither. A demotion has no mode, so the mode is absent
 * and not unknown.
 */
export const EVENTS: EventForms = {
  mark: type => {
    if (type.endsWith('_failed') || type.endsWith('.aborted_on_crash')) return 'failure';
    return type.endsWith('.transition_completed') ? 'success' : 'other';
  },
  lacks: type => (type.startsWith('replication.demotion.') ? ['mode'] : []),
};

/** The state machine as the node reports it. */
export function promotionDocument(view: Wire<PromotionView>): Document {
  const { state, pendingNodeId, epoch, lastAttempt, events, nextAfter, unreadable, request } = view;
  return {
    headline: [
      ...fateLine(request),
      sentence('{0}, epoch {1}', plain('strong', state), plain('ordinal', epoch)),
      ...attemptLine(lastAttempt),
    ],
    terms: TERMS,
    epoch,
    sections: [
      section(
        null,
        facts(
          detail(label('State'), plain('strong', state)),
          ...(pendingNodeId === null && state === 'Steady'
            ? []
            : [fact(label('Pending node'), plain('code', pendingNodeId))]),
        ),
      ),
      ...(request === null ? [] : [section(label('Request looked up'), facts(...fate(request)))]),
      // The path of the last attempt follows from the newest events, so only the newest part can show it.
      section(label('State machine'), nextAfter === null ? machine(view) : NOT_DRAWN),
      section(
        label('Last attempt'),
        lastAttempt === null
          ? { is: 'sentence', sentence: sentence('The node reports no attempt.'), muted: true }
          : facts(...attempt(lastAttempt), ...asker(lastAttempt, events)),
      ),
      section(
        label('Events'),
        ...partBlocks(
          view,
          events.map(({ seq }) => plain('ordinal', seq)),
          EVENT_WORDS,
          BigInt(unreadable ?? '0'),
        ),
        history(events, EVENTS, label('The node reports no events.')),
      ),
    ],
  };
}

const NOT_DRAWN = {
  is: 'sentence',
  sentence: sentence('Not drawn: the newest events, which describe the last attempt, are not in this answer.'),
  muted: true,
} as const satisfies Block;

function attemptLine(last: Wire<PromotionAttempt> | null): readonly Sentence[] {
  if (last === null) return [sentence('no attempt is reported')];
  const { kind, mode, outcome, denial } = last;
  const what = plain('text', mode === null ? kind : `${kind} (${mode})`);
  return [
    denial === null
      ? sentence('last attempt: {0}, {1}', what, plain('text', outcome))
      : sentence('last attempt: {0}, {1}: {2}', what, plain('text', outcome), plain('text', denial.reason)),
  ];
}

/** Who asked for the attempt and why, if the answer holds the event that says it. */
function asker({ requestId }: Wire<PromotionAttempt>, events: readonly Wire<KernelEvent>[]): readonly Fact[] {
  const told = (value: (event: Wire<KernelEvent>) => string | null): string | null =>
    events.map(event => (event.requestId === requestId ? value(event) : null)).find(one => one !== null) ?? null;
  const [operator, reason] = [told(event => event.operator), told(event => event.reason)];
  return [
    ...(operator === null ? [] : [fact(label('Operator'), plain('text', operator))]),
    ...(reason === null ? [] : [fact(label('Reason'), plain('verbatim', reason))]),
  ];
}

function attempt({ requestId, kind, mode, target, outcome, denial }: Wire<PromotionAttempt>): readonly Fact[] {
  const denied: Cell =
    denial === null
      ? { is: 'word', word: label('none reported') }
      : {
          is: 'sentence',
          sentence: sentence('{0}, citing {1}', plain('strong', denial.reason), plain('invariant', denial.invariant)),
        };
  return [
    fact(label('Request'), plain('code', requestId)),
    detail(label('Kind'), plain('text', kind)),
    detail(label('Mode'), mode === null && kind === 'demotion' ? NONE : plain('text', mode)),
    fact(label('Target'), plain('code', target)),
    detail(label('Outcome'), plain('text', outcome)),
    fact(label('Denial'), denied),
  ];
}

function fate({ requestId, known, outcome, code }: Wire<RequestFate>): readonly Fact[] {
  return [
    fact(label('Request'), plain('code', requestId)),
    fact(label("In this node's ledger"), {
      is: 'word',
      word: known ? label('yes') : label('no; this says nothing about other nodes'),
    }),
    ...(known
      ? [
          fact(label('Outcome'), plain('text', outcome)),
          ...(code === null && outcome === 'executed' ? [] : [fact(label('Code'), plain('code', code))]),
        ]
      : []),
  ];
}
