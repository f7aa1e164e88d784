/** The facts on which the explanation of a switchover or a failover rests. */
import type { Fact } from '../../control-plane/explanation/words.ts';
import type { PatroniFacts, PatroniPosition } from './facts.ts';
import { lsn } from './lsn.ts';

/** What Patroni reported, with where and when each fact was read. */
export function factsOf(
  { paused, scheduledSwitchover, settings, positions, versions, candidate, standbyCluster }: PatroniFacts,
  leader: string | null,
): readonly Fact[] {
  const read = { endpoint: settings.endpoint, time: settings.time };
  return [
    ...positions.map(position => positionFact(position, position.node === leader ? 'leader' : 'candidate')),
    ...versions.map(({ node, version }) => ({ name: `Patroni on ${node}`, value: version ?? 'unknown', origin: null })),
    { name: 'Role of the candidate', value: candidate.role ?? 'unknown', origin: null },
    { name: 'Paused', value: paused === null ? 'unknown' : paused ? 'yes' : 'no', origin: null },
    { name: 'Scheduled switchover', value: scheduledSwitchover ?? 'none', origin: null },
    { name: 'Standby cluster', value: standbyCluster ? 'yes' : 'no', origin: read },
    {
      name: 'Settings',
      value: settings.shown.map(({ name, value }) => `${name} ${value ?? 'not set'}`).join(', '),
      origin: read,
    },
  ];
}

function positionFact(position: PatroniPosition, role: string): Fact {
  const name = `Last known position of the ${role} ${position.node}`;
  if ('unknown' in position) return { name, value: `unknown: ${position.unknown}`, origin: null };
  const { timeline, written, received, replayed, endpoint, time } = position;
  const at = (what: string, value: bigint | null): string => `${what} ${value === null ? 'unknown' : lsn(value)}`;
  const where = written === null ? [at('received', received), at('replayed', replayed)] : [at('written', written)];
  return {
    name,
    value: [`timeline ${timeline?.toString() ?? 'unknown'}`, ...where].join(', '),
    origin: { endpoint, time },
  };
}
