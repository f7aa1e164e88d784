/** What became of a request: executed, failed, being asked, or shown once and gone. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ErrorDomain, Outcome } from '../control-plane/model/errors.ts';
import { checksIn, checksTable } from './checks.ts';
import { documentContent } from './document/document.ts';
import { facts, record, recordedText, section } from './frame.ts';
import { invariantList, type Cited } from './invariants.ts';
import type { Panel } from '../panel-protocol/panels.ts';
import { outcomeShape } from './shapes.ts';
import { code, ordinal, text, verbatim } from './text.ts';
import { t } from './words.ts';

type Shown<K extends Panel['kind']> = Extract<Panel, { kind: K }>;

/** The kernel executed the request: what changed, from its own answer. */
export function executedPanel(
  { sentence, document, requestId, recorded }: Shown<'executed'>,
  cited: Cited,
): TemplateResult {
  return html`
    <p class="action">${outcomeShape('pass')}${text(sentence)}</p>
    ${documentContent(document, cited)}
    ${record(requestId, recorded)}`;
}

const OUTCOMES: Readonly<Record<Outcome, { readonly words: string; readonly drawn: 'pass' | 'fail' | 'unknown' }>> = {
  not_executed: { words: t('NOT EXECUTED.'), drawn: 'fail' },
  unknown: { words: t('OUTCOME UNKNOWN.'), drawn: 'unknown' },
  executed: { words: t('EXECUTED.'), drawn: 'pass' },
};

const ENDED: Readonly<Record<ErrorDomain, string>> = {
  OPERATOR_INPUT: t('The control plane refused the request.'),
  VALIDATION_ERROR: t('The control plane refused the request.'),
  KERNEL_REJECTION: t('The kernel refused the request.'),
  TRANSPORT_ERROR: t('The request could not be delivered, or no answer of a kernel came.'),
};

function ended({ outcome, domain }: Shown<'failed'>['error']): string {
  if (outcome === 'unknown')
    return t('Whether the kernel executed the request is not known here. Kernel state is authoritative.');
  return outcome === 'executed' ? t('The kernel executed the request and answered with an error.') : ENDED[domain];
}

const AUTHORITY_ENDED = t(
  'Operator authority ended with this request, because its outcome is not known. It has to be assumed anew.',
);

/** Why it failed, in the words of whoever refused, and what is proven about the kernel's action. */
export function failedPanel(
  { error, target, requestId, recorded, authorityEnded }: Shown<'failed'>,
  cited: Cited,
): TemplateResult {
  const { words, drawn } = OUTCOMES[error.outcome];
  const checks = checksIn(error.kernel?.details);
  const body = error.kernel?.body ?? '';
  return html`
    <p class="action">${outcomeShape(drawn)}<strong>${words}</strong> ${ended(error)}${
      error.outcome === 'unknown' ? html` ${t('Request id')}: ${code(requestId)}` : nothing
    }</p>
    ${authorityEnded === undefined ? nothing : html`<p>${AUTHORITY_ENDED} ${recordedText(authorityEnded)}</p>`}
    ${facts([
      ...(target === null ? [] : [[t('Target'), text(target)] as const]),
      [t('Domain'), code(error.domain)],
      [t('Code'), html`<strong>${code(error.code)}</strong>`],
      ...(error.field === undefined ? [] : [[t('Field'), code(error.field)] as const]),
    ])}
    ${
      error.known === undefined
        ? nothing
        : section(
            error.outcome === 'unknown'
              ? t('What is known nevertheless')
              : t("What is known beside the kernel's words"),
            html`<p>${verbatim(error.known)}</p>`,
          )
    }
    ${section(
      error.kernel === undefined ? t('Message') : t("The kernel's message"),
      html`<p class="message">${verbatim(error.message)}</p>`,
    )}
    ${section(
      t('Invariants'),
      error.invariants.length === 0
        ? html`<p class="muted">${t('The kernel named none.')}</p>`
        : invariantList(error.invariants, cited),
    )}
    ${checks.length === 0 ? nothing : section(t("The kernel's own checks"), checksTable(checks, cited))}
    ${
      error.kernel === undefined
        ? nothing
        : section(
            t("The kernel's answer, verbatim"),
            html`
      ${error.kernel.status === null ? nothing : facts([[t('HTTP status'), ordinal(error.kernel.status.toString())]])}
      <pre tabindex="0" role="region" aria-label=${t("The kernel's answer, verbatim")}>${verbatim(body)}</pre>`,
          )
    }
    ${record(requestId, recorded)}`;
}

/**
 * A request is in flight; nothing is shown of what was there before, because it would be old. What a control request
 * does is not known meanwhile, and that is said.
 */
export function askingPanel({ requestId }: Shown<'asking'>): TemplateResult {
  return html`<div class="asking"><div class="progress" aria-hidden="true"></div>
    <p class="action">${t('Asking the kernel…')}</p>${
      requestId === undefined
        ? html`<p class="muted">${t('Nothing is shown until it answers.')}</p>`
        : html`<p>${SENT_ONCE}</p>
      ${facts([[t('Request'), code(requestId)]])}`
    }</div>`;
}

const SENT_ONCE = t(
  'The request is confirmed. It is sent once and not repeated. Until the kernel answers, it is not known here ' +
    'whether it was executed.',
);

/** Nothing remains of what the session may no longer see. */
export function refusedPanel({ code: refusal, message }: Shown<'refused'>): TemplateResult {
  return html`<p class="action">${text(message)}</p>
    ${facts([[t('Code'), html`<strong>${code(refusal)}</strong>`]])}
    <p class="muted">${t('What stood here was taken away with the authority to see it.')}</p>`;
}

/**
 * After a reload: old state is never restored as if it were true, and nobody is told to confirm again what may have
 * been executed.
 */
export function gonePanel(refreshable: boolean): TemplateResult {
  return html`<p class="action">${t('What was shown here is gone.')}</p>
    <p>${t('It was read before the window was reloaded and may no longer be true, so it was not kept.')} ${
      refreshable ? t('Refresh asks for it again.') : ASK_AGAIN
    }</p>`;
}

const ASK_AGAIN = t(
  'An inspection has to be asked for again. A confirmed request was not repeated; the audit log says how far it came.',
);
