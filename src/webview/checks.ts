/** The kernel's checks as it reports them: in an explanation, and in the details of a rejection. */
import { html, nothing, type TemplateResult } from 'lit';
import type { CheckResult, KernelCheck } from '../control-plane/model/views.ts';
import { byResult } from '../text/checks.ts';
import { folded } from './frame.ts';
import { citedInvariant, type CitedInvariants } from './invariants.ts';
import { checkWord } from './shapes.ts';
import { table } from './table.ts';
import { code, text } from './text.ts';
import { t } from './words.ts';

/** Every check with what was observed, in the kernel's order. */
function checksTable(checks: readonly KernelCheck[], cited: CitedInvariants): TemplateResult {
  return table(
    {
      caption: t("The kernel's own checks"),
      prose: true,
      columns: [
        { title: t('Check'), width: 24 },
        { title: t('Result'), width: 14 },
        { title: t('Observed'), width: 34 },
        { title: t("In the kernel's words"), width: 44 },
        { title: t('Invariant'), width: 34 },
      ],
      count: checks.length,
      row: index => {
        const check = checks[index];
        return check === undefined
          ? []
          : [
              code(check.id),
              checkWord(check.result),
              text(check.observed),
              text(check.message),
              citedInvariant(check.invariant, cited),
            ];
      },
    },
    t('The kernel reports no checks.'),
  );
}

/** Checks that a person must read one by one: what was observed, the kernel's message, then the name. */
export function checkList(checks: readonly KernelCheck[], cited: CitedInvariants): TemplateResult {
  return html`<ul class="plain checks">${checks.map(
    ({ id, result, observed, message, invariant }) => html`<li>
      <p>${checkWord(result)} <strong>${text(observed)}</strong></p>
      <p>${text(message)}</p>
      <div class="check-name">${code(id)} ${citedInvariant(invariant, cited)}</div></li>`,
  )}</ul>`;
}

const RESULTS: readonly CheckResult[] = ['pass', 'fail', 'unknown', 'overridden', 'unchecked'];

/** Shows at once what did not pass, and folds what passed. */
export function checksByResult(checks: readonly KernelCheck[], cited: CitedInvariants): TemplateResult {
  const { first, passed } = byResult(checks);
  return html`${first.length === 0 ? nothing : checkList(first, cited)}${
    passed.length === 0
      ? html`<p class="muted">${t('No check passes.')}</p>`
      : folded(t('Checks that pass ({0} of {1})', passed.length, checks.length), checksTable(passed, cited))
  }`;
}

/**
 * The checks in the details of a rejection. None when one of them is not a valid check: the answer's body is also shown
 * and has everything.
 */
export function checksIn(details: unknown): readonly KernelCheck[] {
  if (typeof details !== 'object' || details === null || !('checks' in details) || !Array.isArray(details.checks))
    return [];
  const checks: readonly unknown[] = details.checks;
  return checks.every(isCheck) ? checks : [];
}

function isCheck(value: unknown): value is KernelCheck {
  if (typeof value !== 'object' || value === null || !('result' in value)) return false;
  const entries = new Map<string, unknown>(Object.entries(value));
  return (
    ['id', 'invariant', 'observed', 'message'].every(key => typeof entries.get(key) === 'string') &&
    RESULTS.some(result => result === value.result)
  );
}
