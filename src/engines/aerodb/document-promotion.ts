/** The promotion state of an AeroDB node as it is shown: its last attempt, a request that was looked up, its events. */
import {
  label,
  sentence,
  type Block,
  type Cell,
  type Document,
  type Fact,
} from '../../control-plane/model/document.ts';
import type { PromotionAttempt, PromotionView, RequestFate, Wire } from '../../control-plane/model/views.ts';
import { entries, fact, facts, NONE, plain, section, type EventForms } from '../documents.ts';
import { machine } from './document-machine.ts';
import { TERMS } from './terms.ts';

/** An end by failure, an end by success, or neither; a demotion has no mode, and that is known. */
export const EVENTS: EventForms = {
  mark: type => {
    if (type.endsWith('_failed') || type.endsWith('.aborted_on_crash')) return 'failure';
    return type.endsWith('.transition_completed') ? 'success' : 'other';
  },
  lacks: type => (type.startsWith('replication.demotion.') ? ['mode'] : []),
};

/** The state machine as the node reports it. */
export function promotionDocument(view: Wire<PromotionView>): Document {
  const { state, pendingNodeId, epoch, lastAttempt, events, nextAfter, request } = view;
  return {
    terms: TERMS,
    epoch,
    sections: [
      section(
        null,
        facts(
          fact(label('State'), plain('strong', state)),
          ...(pendingNodeId === null && state === 'Steady'
            ? []
            : [fact(label('Pending node'), plain('code', pendingNodeId))]),
        ),
      ),
      ...(request === null ? [] : [section(label('Request looked up'), facts(...fate(request)))]),
      section(label('State machine'), machine(view)),
      section(
        label('Last attempt'),
        lastAttempt === null
          ? { is: 'sentence', sentence: sentence('The node reports no attempt.'), muted: true }
          : facts(...attempt(lastAttempt)),
      ),
      section(label('Events'), ...(nextAfter === null ? [] : [moreEvents(nextAfter)]), {
        is: 'events',
        entries: entries(events, EVENTS),
        empty: label('The node reports no events.'),
      }),
    ],
  };
}

function moreEvents(after: string): Block {
  const page = sentence('The answer is one page: the node has more events after #{0}.', plain('ordinal', after));
  return { is: 'sentence', sentence: page };
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
    fact(label('Kind'), plain('text', kind)),
    fact(label('Mode'), mode === null && kind === 'demotion' ? NONE : plain('text', mode)),
    fact(label('Target'), plain('code', target)),
    fact(label('Outcome'), plain('text', outcome)),
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
