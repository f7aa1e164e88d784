/** What the dry run answered, in one sentence. An explanation begins with it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../control-plane/explanation/explanation.ts';
import type { Wire } from '../control-plane/model/views.ts';
import { seenAgainst } from '../text/checks.ts';
import { invariantWords, type Cited } from './invariants.ts';
import { outcomeShape } from './shapes.ts';
import { phrase, text, type Content } from './text.ts';
import { t } from './words.ts';

type Kernel = NonNullable<Wire<Explanation>['kernel']>;

/**
 * Nothing for a command that reads, because it has no dry run. For an engine without a dry run, what it does not check
 * comes first.
 */
export function answeredBeforehand({ kernel, invariants }: Wire<Explanation>): TemplateResult | typeof nothing {
  if (kernel === null) return nothing;
  return html`<section class="beforehand" aria-label=${t('The answer beforehand')}>
    <p class="kernel-decision">${
      kernel.decision === null
        ? html`${outcomeShape('unchecked')}${unlooked(kernel, invariants)}${t(
            'Not asked beforehand: this engine has no dry run. It decides when the request arrives.',
          )}`
        : html`${decided(kernel)} ${t('It decides again when the request arrives.')}`
    }</p></section>`;
}

function unlooked({ checks }: Kernel, cited: Cited): Content {
  const ids = [...new Set(checks.map(({ invariant }) => invariant))];
  return ids.length === 0
    ? nothing
    : html`<strong>${phrase(
        'Not checked by the engine: {0}.',
        ids.map((id, index) => html`${index === 0 ? '' : ', '}${invariantWords(id, cited)}`),
      )}</strong> `;
}

function decided(kernel: Kernel): Content {
  return kernel.decision === 'approve'
    ? html`${outcomeShape('pass')}${phrase(
        'Asked beforehand, the kernel would {0} this.',
        html`<strong>${t('approve')}</strong>`,
      )}`
    : html`${outcomeShape('fail')}${phrase(
        'Asked beforehand, the kernel would {0} this: {1}.',
        html`<strong>${t('deny')}</strong>`,
        why(kernel),
      )}`;
}

/** The kernel's words first, then its code in parentheses. */
function why({ reason, checks }: Kernel): Content {
  const seen = seenAgainst(checks);
  const coded = reason === null ? t('reason unknown') : text(reason);
  return seen.length === 0
    ? html`<strong>${coded}</strong>`
    : html`<strong>${seen.map((one, index) => html`${index === 0 ? '' : '; '}${text(one)}`)}</strong> (${coded})`;
}
