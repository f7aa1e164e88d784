/**
 * The differences between the versions of Patroni that an operator is told about. A version that is not listed is
 * unknown: nothing is said that is true for some versions only, and it vouches for no candidate (`unchecked` in
 * `explain.ts`). `docs/patroni.md` shows this table; a test compares the two.
 */
import type { PatroniBehaviour } from './facts.ts';

/** What each known series does, and which of its releases is tested. */
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

/** What a version does, found by its first two numbers; `null` if the version is unknown. */
export function behaviourOf(version: string | null): PatroniBehaviour | null {
  const series = /^(\d+\.\d+)(?:\.|$)/.exec(version ?? '')?.[1];
  return KNOWN_VERSIONS.find(known => known.series === series) ?? null;
}

/**
 * What the versions of all these members do, because they all take part in one request; `null` if that is unknown or
 * not the same.
 */
export function commonBehaviour(versions: readonly (string | null)[]): PatroniBehaviour | null {
  const [first = null, ...others] = versions.map(behaviourOf);
  return others.every(other => other?.series === first?.series) ? first : null;
}
