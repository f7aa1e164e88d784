/**
 * Which of a kernel's checks are shown first, in panels and terminal alike: those that did not pass, in the kernel's
 * own words.
 */

/** The part of a check that decides its place. */
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
 * What the kernel observed in checks that failed or stayed unknown, each text once; empty if it reports nothing. None
 * of them is singled out, because the answer does not say which one gave the kernel's reason.
 */
export function seenAgainst(checks: readonly Check[]): readonly string[] {
  const seen = checks.filter(({ result }) => result === 'fail' || result === 'unknown').map(({ observed }) => observed);
  return [...new Set(seen)].filter(text => text.trim() !== '');
}
