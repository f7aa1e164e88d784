/** The promotion state machine as the node reports it, its last attempt, and its events. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PromotionAttempt, PromotionView, RequestFate, Wire } from '../../control-plane/views.ts';
import { eventsTable } from '../events.ts';
import { facts, section } from '../frame.ts';
import { invariantCited, type Cited } from '../invariants.ts';
import { stateMachine } from '../pictures/state-machine.ts';
import { table } from '../table.ts';
import type { Terms } from '../terms.ts';
import { code, ordinal, text } from '../text.ts';

/** `cited` holds the texts of the invariants that a denial may name. */
export function promotionAnswer(view: Wire<PromotionView>, cited: Cited, { kind, epoch }: Terms): TemplateResult {
  if (kind === 'patroni') {
    return html`
      ${facts([['State', html`<strong>${text(view.state)}</strong>`], ...(view.pendingNodeId === null ? [] : [['Pending node', code(view.pendingNodeId)] as const])])}
      ${section('Timelines that ended', table(eventsTable(view.events, epoch), 'The node reports no timeline that ended.'))}`;
  }
  return html`
    ${facts([
      ['State', html`<strong>${text(view.state)}</strong>`],
      ...(view.pendingNodeId === null && view.state === 'Steady' ? [] : [['Pending node', code(view.pendingNodeId)] as const]),
    ])}
    ${view.request === null ? nothing : section('Request looked up', fate(view.request))}
    ${section('State machine', stateMachine(view))}
    ${section('Last attempt', view.lastAttempt === null ? html`<p class="muted">The node reports no attempt.</p>` : attempt(view.lastAttempt, cited))}
    ${section('Events', html`
      ${view.nextAfter === null ? nothing : html`<p>The answer is one page: the node has more events after #${ordinal(view.nextAfter)}.</p>`}
      ${table(eventsTable(view.events, epoch), 'The node reports no events.')}`)}`;
}

function attempt({ requestId, kind, mode, target, outcome, denial }: Wire<PromotionAttempt>, cited: Cited): TemplateResult {
  return facts([
    ['Request', code(requestId)],
    ['Kind', text(kind)],
    ['Mode', text(mode)],
    ['Target', code(target)],
    ['Outcome', text(outcome)],
    ['Denial', denial === null ? 'none reported' : html`<strong>${text(denial.reason)}</strong>, citing ${invariantCited(denial.invariant, cited)}`],
  ], 'facts rows');
}

function fate(request: Wire<RequestFate>): TemplateResult {
  return facts([
    ['Request', code(request.requestId)],
    ['In this node\'s ledger', request.known ? 'yes' : 'no; this says nothing about other nodes'],
    ...(request.known ? [['Outcome', text(request.outcome)], ['Code', code(request.code)]] as const : []),
  ], 'facts rows');
}
