/** The kernel's checks as it reports them: beforehand in an explanation, and in the details of a rejection. */
import type { TemplateResult } from 'lit';
import type { CheckResult, KernelCheck } from '../control-plane/model/views.ts';
import { invariantCited, type Cited } from './invariants.ts';
import { checkWord } from './shapes.ts';
import { table } from './table.ts';
import { code, text } from './text.ts';
import { t } from './words.ts';

/** Every check with what was observed, in the order in which the kernel made them. */
export function checksTable(checks: readonly KernelCheck[], cited: Cited): TemplateResult {
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
              invariantCited(check.invariant, cited),
            ];
      },
    },
    t('The kernel reports no checks.'),
  );
}

const RESULTS: readonly CheckResult[] = ['pass', 'fail', 'unknown', 'overridden', 'unchecked'];

/**
 * The checks in the details of a rejection; none unless all of them have the form of a check, for the body beside them
 * has everything.
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
