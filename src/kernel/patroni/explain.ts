/**
 * The facts before a switchover or a failover. Patroni has no dry run, so nothing is decided here: leader, roles and timelines
 * are read twice around the positions, and refused when they moved in between (P7-D1).
 */
import type { ClusterConfig } from '../../control-plane/cluster.ts';
import { failure, refusal, success, type Result } from '../../control-plane/errors.ts';
import type { KernelCheck, KernelExplanation, PatroniPosition, Reading } from '../../control-plane/views.ts';
import type { Access } from './ask.ts';
import { askAt, findMember, notConfigured, ownEndpoint } from './endpoints.ts';
import { leaderOf, membersOf, positionsOf, scheduledSwitchover } from './members.ts';
import { clusterReading, inconsistent, moved } from './reads.ts';
import * as schema from './schema.ts';
import type { MemberWire } from './schema.ts';

/** Reads what an explanation needs; the request will go to the candidate's own endpoint, from which most of it is read. */
export async function explainPromotion(
  cluster: ClusterConfig, access: Access, target: string, mode: 'validated' | 'forced',
): Promise<Result<Reading<KernelExplanation>>> {
  const found = await findMember(cluster, access, target);
  if (!found.ok) return found;
  const { endpoint, member: candidate, cluster: first } = found.value;
  if (endpoint === undefined) return failure(notConfigured(cluster, candidate));
  const leader = leaderOf(first.data);
  if (mode === 'validated' && leader === undefined) {
    return failure(refusal('PHASE7_OPERATION_UNSUPPORTED', `Patroni reports no leader of cluster "${cluster.name}" (${first.endpoint}, at ${first.time}). A switchover names leader and candidate, so there is none to ask for. Nothing was sent.`));
  }
  const asked = leader === undefined || leader.name === candidate.name ? [candidate] : [leader, candidate];
  const [positions, settings] = await Promise.all([
    Promise.all(asked.map((member) => positionOf(cluster, access, member))), askAt(access, endpoint, '/config', schema.anything),
  ]);
  if (!settings.ok) return settings;
  const second = await askAt(access, endpoint, '/cluster', schema.cluster);
  if (!second.ok) return second;
  if (moved(first.data, second.value.data)) return failure(inconsistent(endpoint));

  const { data, time } = settings.value;
  const synchronousMode = setting(data['synchronous_mode']);
  const synchronous = synchronousMode !== null && synchronousMode !== 'false' && isSynchronous(candidate);
  const checks = mode === 'forced' ? unchecked(leader, candidate, synchronous) : [];
  return success(clusterReading(cluster, { ...second.value, skipped: first.skipped }, {
    target, mode, decision: null, reason: null, checks, overriddenInvariants: checks.map(({ invariant }) => invariant),
    epoch: leader?.timeline ?? null, primaryId: leader?.name ?? null, members: membersOf(second.value.data), controlVersion: null,
    patroni: {
      paused: second.value.data.pause === true, scheduledSwitchover: scheduledSwitchover(second.value.data),
      settings: { endpoint, time, synchronousMode, maximumLagOnFailover: setting(data['maximum_lag_on_failover']) }, positions,
    },
  }));
}

function isSynchronous({ role }: MemberWire): boolean {
  return role === 'sync_standby' || role === 'quorum_standby';
}

/** A value of `/config` as it is written there; `null` where it is not set. */
function setting(value: unknown): string | null {
  return value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value);
}

/** A member that cannot be asked, or does not answer, has no known position; that is a fact of its own and no error. */
async function positionOf(cluster: ClusterConfig, access: Access, member: MemberWire): Promise<PatroniPosition> {
  const endpoint = ownEndpoint(cluster, member);
  if (endpoint === undefined) return { node: member.name, unknown: 'its address is not configured, so it was not asked' };
  const node = await askAt(access, endpoint, '/patroni', schema.node);
  return node.ok
    ? { node: member.name, endpoint, time: node.value.time, timeline: node.value.data.timeline ?? null, ...positionsOf(node.value.data) }
    : { node: member.name, unknown: node.error.message };
}

/** What Patroni does not look at before a failover: to be acknowledged one by one. */
function unchecked(leader: MemberWire | undefined, candidate: MemberWire, synchronous: boolean): readonly KernelCheck[] {
  return [
    {
      id: 'old_leader_has_stopped_writing', invariant: 'P6-A1', result: 'unchecked',
      observed: leader === undefined ? 'Patroni reports no leader; what PostgreSQL does on the old one is unknown' : `Patroni reports ${leader.name} as the leader, state ${leader.state === '' ? 'unknown' : leader.state}`,
      message: 'Patroni does not check that the PostgreSQL of the old leader has stopped accepting writes. Where only the agent beside it is dead, two members accept writes.',
    },
    ...(synchronous ? [] : [{
      id: 'acknowledged_writes_are_on_the_candidate', invariant: 'P6-S1', result: 'unchecked',
      observed: `Patroni reports the lag of ${candidate.name} as ${candidate.lag?.toString() ?? 'unknown'}`,
      message: 'Patroni does not check that every write that the old leader acknowledged is on the candidate. What is not there is lost to the new timeline.',
    } as const]),
  ];
}
