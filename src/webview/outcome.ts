/** What became of a request: executed, failed, being asked, or shown once and gone. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ErrorDomain, Outcome } from '../control-plane/errors.ts';
import { changeTable } from './changes.ts';
import { checksIn, checksTable } from './checks.ts';
import { eventsTable } from './events.ts';
import { facts, record, section } from './frame.ts';
import { invariantList, type Cited } from './invariants.ts';
import type { Panel } from './protocol.ts';
import { outcomeShape } from './shapes.ts';
import { table } from './table.ts';
import { termsOf } from './terms.ts';
import { code, named, ordinal, text, verbatim } from './text.ts';

type Shown<K extends Panel['kind']> = Extract<Panel, { kind: K }>;

/** The kernel executed the request: what changed, from its own answer. */
export function executedPanel({ execution, target, cluster, requestId, recorded }: Shown<'executed'>): TemplateResult {
  const patroni = termsOf(cluster.kind).kind === 'patroni';
  return html`
    <p class="action">${outcomeShape('pass')}${text(execution.sentence)}</p>
    ${facts([
      ['Target', named(target)],
      ...(patroni ? [] : [['Epoch', ordinal(execution.epoch)], ['Control version', ordinal(execution.controlVersion)]] as const),
    ])}
    ${section('Before and after', changeTable(execution.changes, new Map([[target.nodeId, target.name]]), 'Before and after'))}
    ${patroni ? nothing : section('Events', table(eventsTable(execution.events, 'Epoch'), 'The kernel reports no events.'))}
    ${record(requestId, recorded)}`;
}

const OUTCOMES: Readonly<Record<Outcome, { readonly words: string; readonly drawn: 'pass' | 'fail' | 'unknown' }>> = {
  not_executed: { words: 'NOT EXECUTED.', drawn: 'fail' },
  unknown: { words: 'OUTCOME UNKNOWN.', drawn: 'unknown' },
  executed: { words: 'EXECUTED.', drawn: 'pass' },
};

const ENDED: Readonly<Record<ErrorDomain, string>> = {
  OPERATOR_INPUT: 'The control plane refused the request.',
  VALIDATION_ERROR: 'The control plane refused the request.',
  KERNEL_REJECTION: 'The kernel refused the request.',
  TRANSPORT_ERROR: 'The request could not be delivered, or not be answered.',
};

function ended({ outcome, domain }: Shown<'failed'>['error']): string {
  if (outcome === 'unknown') return 'Whether the kernel executed the request is not known here. Kernel state is authoritative.';
  return outcome === 'executed' ? 'The kernel executed the request and answered with an error.' : ENDED[domain];
}

/** Why it failed, in the words of whoever refused, and what is proven about the kernel's action. */
export function failedPanel({ error, target, requestId, recorded }: Shown<'failed'>, cited: Cited): TemplateResult {
  const { words, drawn } = OUTCOMES[error.outcome];
  const checks = checksIn(error.kernel?.details);
  return html`
    <p class="action">${outcomeShape(drawn)}<strong>${words}</strong> ${ended(error)}${error.outcome === 'unknown' ? html` Request id: ${code(requestId)}` : nothing}</p>
    ${facts([
      ...(target === null ? [] : [['Target', text(target)] as const]),
      ['Domain', code(error.domain)],
      ['Code', html`<strong>${code(error.code)}</strong>`],
      ...(error.field === undefined ? [] : [['Field', code(error.field)] as const]),
    ])}
    ${section(error.kernel === undefined ? 'Message' : 'The kernel\'s message', html`<p class="message">${verbatim(error.message)}</p>`)}
    ${section('Invariants', error.invariants.length === 0 ? html`<p class="muted">The kernel named none.</p>` : invariantList(error.invariants, cited))}
    ${checks.length === 0 ? nothing : section('The kernel\'s own checks', checksTable(checks, cited))}
    ${error.kernel === undefined ? nothing : section('The kernel\'s answer, verbatim', html`
      ${facts([['HTTP status', ordinal(error.kernel.status.toString())]])}
      <pre tabindex="0" role="region" aria-label="The kernel's answer, verbatim">${verbatim(error.kernel.body)}</pre>`)}
    ${record(requestId, recorded)}`;
}

/** A request is in flight; nothing is shown of what was there before, because it would be old. */
export function askingPanel(): TemplateResult {
  return html`<div class="asking"><div class="progress" aria-hidden="true"></div><p class="action">Asking the kernel…</p><p class="muted">Nothing is shown until it answers.</p></div>`;
}

/** Nothing remains of what the session may no longer see. */
export function refusedPanel({ code: refusal, message }: Shown<'refused'>): TemplateResult {
  return html`<p class="action">${text(message)}</p>
    ${facts([['Code', html`<strong>${code(refusal)}</strong>`]])}
    <p class="muted">What stood here was taken away with the authority to see it.</p>`;
}

/** After a reload: old state is never restored as if it were true. */
export function gonePanel(refreshable: boolean): TemplateResult {
  return html`<p class="action">What was shown here is gone.</p>
    <p>It was read before the window was reloaded and may no longer be true, so it was not kept. ${refreshable ? 'Refresh asks for it again.' : 'It has to be asked for again.'}</p>`;
}
