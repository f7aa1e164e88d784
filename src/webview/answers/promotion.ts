/** The promotion state machine as the node reports it, its last attempt, and its events. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PromotionAttempt, PromotionView, RequestFate, Wire } from '../../control-plane/views.ts';
import { eventsTable, noMode } from '../events.ts';
import { facts, section } from '../frame.ts';
import { invariantCited, type Cited } from '../invariants.ts';
import { stateMachine } from '../pictures/state-machine.ts';
import { table } from '../table.ts';
import type { Terms } from '../terms.ts';
import { code, ordinal, phrase, text } from '../text.ts';
import { t } from '../words.ts';

/** `cited` holds the texts of the invariants that a denial may name. */
export function promotionAnswer(view: Wire<PromotionView>, cited: Cited, { kind, epoch }: Terms): TemplateResult {
  if (kind === 'patroni') {
    return html`
      ${facts([[t('State'), html`<strong>${text(view.state)}</strong>`], ...(view.pendingNodeId === null ? [] : [[t('Pending node'), code(view.pendingNodeId)] as const])])}
      ${section(t('Timelines that ended'), table(eventsTable(view.events, epoch), t('The node reports no timeline that ended.')))}`;
  }
  return html`
    ${facts([
      [t('State'), html`<strong>${text(view.state)}</strong>`],
      ...(view.pendingNodeId === null && view.state === 'Steady'
        ? []
        : [[t('Pending node'), code(view.pendingNodeId)] as const]),
    ])}
    ${view.request === null ? nothing : section(t('Request looked up'), fate(view.request))}
    ${section(t('State machine'), stateMachine(view))}
    ${section(t('Last attempt'), view.lastAttempt === null ? html`<p class="muted">${t('The node reports no attempt.')}</p>` : attempt(view.lastAttempt, cited))}
    ${section(
      t('Events'),
      html`
      ${view.nextAfter === null ? nothing : html`<p>${phrase('The answer is one page: the node has more events after #{0}.', ordinal(view.nextAfter))}</p>`}
      ${table(eventsTable(view.events, epoch), t('The node reports no events.'))}`,
    )}`;
}

function attempt(
  { requestId, kind, mode, target, outcome, denial }: Wire<PromotionAttempt>,
  cited: Cited,
): TemplateResult {
  return facts(
    [
      [t('Request'), code(requestId)],
      [t('Kind'), text(kind)],
      [t('Mode'), mode === null && kind === 'demotion' ? noMode : text(mode)],
      [t('Target'), code(target)],
      [t('Outcome'), text(outcome)],
      [
        t('Denial'),
        denial === null
          ? t('none reported')
          : phrase(
              '{0}, citing {1}',
              html`<strong>${text(denial.reason)}</strong>`,
              invariantCited(denial.invariant, cited),
            ),
      ],
    ],
    'facts rows',
  );
}

function fate(request: Wire<RequestFate>): TemplateResult {
  return facts(
    [
      [t('Request'), code(request.requestId)],
      [t("In this node's ledger"), request.known ? t('yes') : t('no; this says nothing about other nodes')],
      ...(request.known
        ? ([
            [t('Outcome'), text(request.outcome)],
            ...(request.code === null && request.outcome === 'executed'
              ? []
              : [[t('Code'), code(request.code)] as const]),
          ] as const)
        : []),
    ],
    'facts rows',
  );
}
