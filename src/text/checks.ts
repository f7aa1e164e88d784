/** What is told first of a kernel's checks: what did not pass, in the kernel's own words. Panels and terminal alike. */

/** As much of a check as its place depends on. */
interface Check {
  readonly result: string;
  readonly observed: string;
}

/** The checks that did not pass before those that did; each part in the kernel's own order. */
export function byResult<C extends Check>(
  checks: readonly C[],
): { readonly first: readonly C[]; readonly passed: readonly C[] } {
  return {
    first: checks.filter(({ result }) => result !== 'pass'),
    passed: checks.filter(({ result }) => result === 'pass'),
  };
}

/**
 * What the kernel saw where a check failed or stayed unknown, each text once; empty where it says nothing. None of them
 * is singled out: which of them gave the kernel's reason is not in its answer.
 */
export function seenAgainst(checks: readonly Check[]): readonly string[] {
  const seen = checks.filter(({ result }) => result === 'fail' || result === 'unknown').map(({ observed }) => observed);
  return [...new Set(seen)].filter(text => text.trim() !== '');
}
