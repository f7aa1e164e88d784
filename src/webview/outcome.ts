/** What happened to a request: executed, failed, being asked, refused, or gone after a reload. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ErrorDomain, Outcome } from '../control-plane/model/errors.ts';
import type { Force } from '../control-plane/request/flow.ts';
import { checksByResult, checksIn } from './checks.ts';
import { documentContent } from './document/document.ts';
import { facts, record, recordedText, section } from './frame.ts';
import { invariantCited, invariantList, type Cited } from './invariants.ts';
import type { Panel } from '../panel-protocol/panels.ts';
import { offered, readOn, type Aside } from './read-on.ts';
import { outcomeShape } from './shapes.ts';
import { code, ordinal, phrase, text, verbatim } from './text.ts';
import { t } from './words.ts';

type Shown<K extends Panel['kind']> = Extract<Panel, { kind: K }>;

/** The kernel executed the request: what changed, according to its own answer. */
export function executedPanel(
  { sentence, document, requestId, recorded, force }: Shown<'executed'>,
  cited: Cited,
  aside: Aside,
): TemplateResult {
  return html`
    ${
      force === undefined ? nothing : forceTold(t('This was forced by {0} at {1}.', force.by, force.time), force, cited)
    }
    <p class="action">${outcomeShape('pass')}${text(sentence)}</p>
    ${documentContent(document, cited)}
    ${readOn(aside)}
    ${record(requestId, recorded)}`;
}

/** Who forced it, when, why, and which invariants were acknowledged. Every forced command looks like this. */
function forceTold(sentence: string, { reason, acknowledged }: Force, cited: Cited): TemplateResult {
  return html`<div class="force"><div class="stripes" aria-hidden="true"></div>
    <p><strong>${text(sentence)}</strong></p>
    ${facts([
      [t('Reason'), verbatim(reason)],
      [t('Acknowledged'), acknowledged.length === 0 ? t('nothing') : acknowledged.map(id => invariantCited(id, cited))],
    ])}</div>`;
}

type Failed = Shown<'failed'>;

const OUTCOMES: Readonly<Record<Outcome, { readonly words: string; readonly drawn: 'pass' | 'fail' | 'unknown' }>> = {
  not_executed: { words: t('NOT EXECUTED.'), drawn: 'fail' },
  unknown: { words: t('OUTCOME UNKNOWN.'), drawn: 'unknown' },
  executed: { words: t('EXECUTED.'), drawn: 'pass' },
};

const ENDED: Readonly<Record<ErrorDomain, string>> = {
  OPERATOR_INPUT: t('The control plane refused the request.'),
  VALIDATION_ERROR: t('The control plane refused the request.'),
  KERNEL_REJECTION: t('The kernel refused the request.'),
  TRANSPORT_ERROR: t('The request could not be delivered, or no kernel answered.'),
};

/** What a failed read did not do. A read executes nothing, so "not executed" would be wrong. */
const UNREAD: Readonly<Record<ErrorDomain, string>> = {
  OPERATOR_INPUT: t('The control plane refused the request, and nothing was sent.'),
  VALIDATION_ERROR: t('The control plane refused the request, and nothing was sent.'),
  KERNEL_REJECTION: t('The kernel refused to answer.'),
  TRANSPORT_ERROR: t('No kernel answered, and nothing was read.'),
};

/** The first words of a failure: the outcome. */
export function outcomeWords({ error, reads }: Failed): string {
  if (declined(error)) return t('You did nothing.');
  if (voided(error)) return t('Nothing was sent.');
  if (reads !== true || error.outcome !== 'not_executed') return OUTCOMES[error.outcome].words;
  return error.domain === 'TRANSPORT_ERROR' ? t('No answer.') : t('Not read.');
}

function ended({ error, reads }: Failed): string {
  if (error.outcome === 'unknown')
    return t('Whether the kernel executed the request is not known here. Kernel state is authoritative.');
  if (error.outcome === 'executed') return t('The kernel executed the request and answered with an error.');
  return reads === true ? UNREAD[error.domain] : ENDED[error.domain];
}

/** Checks domain and code together, because a kernel may use the same code for an error of its own. */
function declined({ domain, code: own }: Failed['error']): boolean {
  return domain !== 'KERNEL_REJECTION' && own === 'PHASE7_CONFIRMATION_DECLINED';
}

function voided({ domain, code: own }: Failed['error']): boolean {
  return domain !== 'KERNEL_REJECTION' && own === 'PHASE7_CONFIRMATION_VOIDED';
}

const AUTHORITY_ENDED = t(
  'Operator authority ended with this request, because its outcome is not known. It has to be assumed again.',
);

/** First what happened, in words; then what did not happen; then where to look; codes and rules last. */
export function failedPanel(failed: Failed, cited: Cited, aside: Aside): TemplateResult {
  const { error, requestId, recorded, authorityEnded, force } = failed;
  const checks = checksIn(error.kernel?.details);
  return html`
    ${
      force === undefined
        ? nothing
        : forceTold(t('This forced promotion was requested by {0} at {1}.', force.by, force.time), force, cited)
    }
    ${declined(error) || voided(error) ? neutral(failed) : failure(failed)}
    ${offered(aside)}
    ${authorityEnded === undefined ? nothing : html`<p>${AUTHORITY_ENDED} ${recordedText(authorityEnded)}</p>`}
    ${
      error.known === undefined
        ? nothing
        : section(
            error.outcome === 'unknown'
              ? t('What is known nevertheless')
              : t("What is known besides the kernel's answer"),
            html`<p>${verbatim(error.known)}</p>`,
          )
    }
    ${checks.length === 0 ? nothing : section(t("The kernel's own checks"), checksByResult(checks, cited))}
    ${readOn(aside)}
    ${error.kernel === undefined ? nothing : wholeAnswer(error.kernel)}
    ${codes(failed, cited)}
    ${record(requestId, recorded)}`;
}

function failure(failed: Failed): TemplateResult {
  const { error, requestId } = failed;
  return html`<p class="action">${outcomeShape(OUTCOMES[error.outcome].drawn)}<strong>${outcomeWords(failed)}</strong>
    ${ended(failed)}${error.outcome === 'unknown' ? html` ${t('Request id')}: ${code(requestId)}` : nothing}</p>
    ${section(
      error.kernel === undefined ? t('What happened') : t("The kernel's message"),
      html`<p class="message">${verbatim(error.message)}</p>`,
    )}`;
}

/** A declined or voided confirmation. It is shown without alarm, because nobody made a mistake. */
function neutral(failed: Failed): TemplateResult {
  const { error, recorded } = failed;
  const where =
    'notRecorded' in recorded
      ? recordedText(recorded)
      : phrase('Recorded as {0}.', html`<strong>#${ordinal(recorded.seq)}</strong>`);
  return declined(error)
    ? html`<p class="action">${outcomeWords(failed)} ${t('Nothing was sent.')} ${where}</p>`
    : html`<p class="action">${verbatim(error.message)} ${where}</p>`;
}

/** The codes that programs and documents use. */
function codes({ error, target }: Failed, cited: Cited): TemplateResult {
  return section(
    t('Code and rule'),
    html`${facts([
      ...(target === null ? [] : [[t('Target'), text(target)] as const]),
      [t('Code'), html`<strong>${code(error.code)}</strong>`],
      [t('Domain'), code(error.domain)],
      ...(error.field === undefined ? [] : [[t('Field'), code(error.field)] as const]),
      ...(declined(error) ? [[t('Message'), verbatim(error.message)] as const] : []),
    ])}
    <h3>${t('Invariants')}</h3>
    ${
      error.invariants.length === 0
        ? html`<p class="muted">${t('The kernel named none.')}</p>`
        : invariantList(error.invariants, cited)
    }`,
  );
}

function wholeAnswer({ status, body }: NonNullable<Failed['error']['kernel']>): TemplateResult {
  return section(
    t("The kernel's answer, verbatim"),
    html`
      ${status === null ? nothing : facts([[t('HTTP status'), ordinal(status.toString())]])}
      <pre tabindex="0" role="region" aria-label=${t("The kernel's answer, verbatim")}>${verbatim(body)}</pre>`,
  );
}

/**
 * A request is running. What the panel showed before would be out of date, so it is not shown. For a control request,
 * the panel says that its effect is not known yet.
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

/** Shows nothing of what the session may no longer see. */
export function refusedPanel({ code: refusal, message }: Shown<'refused'>, aside: Aside): TemplateResult {
  return html`<p class="action">${text(message)}</p>
    <p class="muted">${t('The content was removed, because this session no longer has the authority to see it.')}</p>
    ${offered(aside)}
    ${facts([[t('Code'), html`<strong>${code(refusal)}</strong>`]])}`;
}

/**
 * After a reload. Old content is never restored as if it were current, and the person is not told to confirm again what
 * may have been executed.
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
