/** From Patroni's words for a member to the views of the control plane. Unknown stays unknown. */
import type { Health, Member, PatroniMember, Section } from '../../control-plane/views.ts';
import { lsn } from '../../control-plane/lsn.ts';
import { isLeader, type ClusterWire, type MemberWire, type NodeWire } from './schema.ts';

/** Who holds the leader key, as `/cluster` says. */
export function leaderOf({ members }: ClusterWire): MemberWire | undefined {
  return members.find(isLeader);
}

/** The members of `/cluster`, in its order. */
export function membersOf({ members }: ClusterWire): readonly Member[] {
  return members.map((member) => ({
    ...common(member.name, member.api_url, member.role, member.state),
    healthBasis: 'what the member last wrote to the configuration store; a dead one stays there until its time to live ends',
    // The leader has no lag, and says none.
    lagBytes: member.lag ?? null,
    patroni: {
      role: member.role, timeline: member.timeline ?? null, written: null, received: member.receive_lsn ?? null, replayed: member.replay_lsn ?? null, marks: marks(member),
    },
  }));
}

/** A member as it speaks for itself in `/patroni`. `apiUrl` is the address under which `/cluster` lists it. */
export function memberOf(name: string, apiUrl: string, node: NodeWire): Member {
  return {
    ...common(name, apiUrl, node.role, node.state),
    healthBasis: 'its own answer',
    lagBytes: null,
    patroni: {
      role: node.sync_standby === true ? 'sync_standby' : node.role, timeline: node.timeline ?? null, ...positionsOf(node), marks: marks(node),
    },
  };
}

/** Positions of `/patroni`: a primary has one that it writes at, a replica what it received and what it replayed. */
export function positionsOf({ xlog }: NodeWire): Pick<PatroniMember, 'written' | 'received' | 'replayed'> {
  return { written: xlog?.location ?? null, received: xlog?.received_location ?? null, replayed: xlog?.replayed_location ?? null };
}

function common(name: string, apiUrl: string, role: string, state: string): Omit<Member, 'healthBasis' | 'lagBytes' | 'patroni'> {
  return {
    nodeId: name, name, apiUrl, role: ROLES[role] ?? 'unknown', replicationState: state === '' ? 'unknown' : state, haltReason: null, health: HEALTH[state] ?? 'unknown',
    durableOffset: null, durableCommitId: null, lagCommits: null, lastContact: null,
  };
}

/** The leader of a standby cluster leads, and writes nothing of its own. */
const ROLES: Readonly<Record<string, Member['role']>> = {
  leader: 'primary', master: 'primary', primary: 'primary', standby_leader: 'replica', replica: 'replica', sync_standby: 'replica', quorum_standby: 'replica',
};

const HEALTH: Readonly<Record<string, Health>> = { running: 'running', streaming: 'running', 'in archive recovery': 'running', stopped: 'halted', crashed: 'halted', 'start failed': 'halted' };

function marks({ tags, pending_restart: pending, scheduled_restart: scheduled }: Pick<MemberWire, 'tags' | 'pending_restart' | 'scheduled_restart'>): string | null {
  const all = [
    ...Object.entries(tags ?? {}).map(([tag, value]) => `${tag}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
    ...(pending === true ? ['restart pending'] : []),
    ...(scheduled === undefined ? [] : [`restart scheduled: ${JSON.stringify(scheduled)}`]),
  ];
  return all.length === 0 ? null : all.join(', ');
}

/** All else that a node says of itself. */
export function detailsOf(node: NodeWire): readonly Section[] {
  const known: readonly (readonly [string, string | number | boolean | null | undefined])[] = [
    ['database system identifier', node.database_system_identifier], ['Patroni version', node.patroni.version], ['scope', node.patroni.scope],
    ['PostgreSQL version', node.server_version], ['started', node.postmaster_start_time], ['paused cluster', node.pause],
    ['replay paused', node.xlog?.paused], ['last replayed transaction', node.xlog?.replayed_timestamp], ['cluster unlocked (no leader known)', node.cluster_unlocked],
    ['failsafe mode active', node.failsafe_mode_is_active], ['watchdog failed', node.watchdog_failed],
    ['configuration store last seen, epoch seconds', node.dcs_last_seen],
  ];
  const entries = known.filter((entry): entry is readonly [string, string | number | boolean] => entry[1] !== undefined && entry[1] !== null);
  return [
    { name: 'As the node reports', entries: entries.map(([key, value]) => ({ key, value: String(value) })) },
    ...(node.replication === undefined ? [] : [{
      name: 'Connected replicas',
      entries: node.replication.map(({ application_name: replica, client_addr: address, state, sync_state: sync }) => ({ key: replica ?? 'unknown', value: `${state ?? 'unknown'}, ${sync ?? 'unknown'}, from ${address ?? 'unknown'}` })),
    }]),
  ];
}

/** What of `/cluster` concerns all members: each a sentence. */
export function notesOf(cluster: ClusterWire): readonly string[] {
  const scheduled = scheduledSwitchover(cluster);
  return [
    ...(cluster.pause === true ? ['The cluster is paused: Patroni replaces no leader that fails.'] : []),
    ...(scheduled === null ? [] : [`A switchover is scheduled: ${scheduled}.`]),
    ...(leaderOf(cluster) === undefined ? ['Patroni reports no leader.'] : []),
    ...(cluster.pause === true && cluster.members.some(({ role }) => role === 'standby_leader') ? ['While the cluster is paused, the role "standby_leader" follows the configuration and need not be what PostgreSQL does.'] : []),
  ];
}

/** When and from whom to whom a switchover is scheduled, as Patroni reports it. */
export function scheduledSwitchover({ scheduled_switchover: scheduled }: ClusterWire): string | null {
  return scheduled === undefined ? null : `at ${scheduled.at}, from ${scheduled.from ?? 'unknown'} to ${scheduled.to ?? 'a member of Patroni\'s own choice'}`;
}

/** `lsn` of a position that may be unknown. */
export function lsnOr(position: bigint | null): string {
  return position === null ? 'unknown' : lsn(position);
}
