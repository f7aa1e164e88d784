/**
 * What differs between the versions of Patroni, as far as an operator is told of it. A version that is not here is not
 * known: nothing is said of it that holds for one version only, and it counts as the least safe. `docs/patroni.md`
 * shows this table; a test compares the two.
 */
import type { PatroniBehaviour } from './facts.ts';

/** What each known series does, and the release of it that is tested. */
export const KNOWN_VERSIONS = [
  {
    series: '3.0',
    tested: '3.0.2',
    quorumCommit: false,
    failoverToAsynchronous: 'refused by a living leader',
    standbyClusterIsSynchronous: true,
    failoverPriority: false,
    waitsForLostStandby: 'Patroni 3.0',
  },
  {
    series: '4.0',
    tested: '4.0.7',
    quorumCommit: true,
    failoverToAsynchronous: 'executed',
    standbyClusterIsSynchronous: false,
    failoverPriority: true,
    waitsForLostStandby: 'Patroni 4.0 before 4.0.6',
  },
  {
    series: '4.1',
    tested: '4.1.5',
    quorumCommit: true,
    failoverToAsynchronous: 'executed',
    standbyClusterIsSynchronous: false,
    failoverPriority: true,
    waitsForLostStandby: null,
  },
] as const satisfies readonly (PatroniBehaviour & { readonly tested: string })[];

/** What the version of an answer does, by its first two numbers; `null` for one that is not known. */
export function behaviourOf(version: string | null): PatroniBehaviour | null {
  const series = /^(\d+\.\d+)(?:\.|$)/.exec(version ?? '')?.[1];
  return KNOWN_VERSIONS.find(known => known.series === series) ?? null;
}

/**
 * What all of these members do: they take part in one request, each with its own version. `null` where that is not
 * known, or not one thing.
 */
export function commonBehaviour(versions: readonly (string | null)[]): PatroniBehaviour | null {
  const [first = null, ...others] = versions.map(behaviourOf);
  return others.every(other => other?.series === first?.series) ? first : null;
}
