/** Turns Patroni's words for a member into the views of the control plane. Unknown stays unknown. */
import { isName, WITHHELD } from '../../control-plane/model/plausible.ts';
import type { Health, Member, Section } from '../../control-plane/model/views.ts';
import { isLeader, type ClusterWire, type MemberWire, type NodeWire } from './schema.ts';
import type { PatroniMember, PatroniState } from './views.ts';
import { shownSetting, shownValue } from './harmless.ts';

/** The member that holds the leader key, according to `/cluster`. */
export function leaderOf({ members }: ClusterWire): MemberWire | undefined {
  return members.find(isLeader);
}

/** The members of `/cluster`, in its order. */
export function membersOf({ members }: ClusterWire): readonly PatroniMember[] {
  return members.map(member => ({
    ...common(member.name, member.api_url, member.role, member.state),
    healthBasis:
      'what the member last wrote to the configuration store; the entry of a dead member stays there until ' +
      'its time to live ends',
    // The leader has no lag and reports none.
    lagBytes: member.lag,
    patroni: {
      role: member.role ?? 'unknown',
      timeline: member.timeline,
      written: null,
      received: member.receive_lsn,
      replayed: member.replay_lsn,
      ...lagsApart(member),
      marks: marks(member),
    },
  }));
}

/** A member as it reports itself in `/patroni`. `apiUrl` is its address in `/cluster`. */
export function memberOf(name: string, apiUrl: string | null, node: NodeWire): PatroniMember {
  const synchronous =
    node.quorum_standby === true ? 'quorum_standby' : node.sync_standby === true ? 'sync_standby' : undefined;
  return {
    ...common(name, apiUrl, node.role, node.state),
    healthBasis: 'its own answer',
    lagBytes: null,
    patroni: {
      role: synchronous ?? node.role ?? 'unknown',
      timeline: node.timeline,
      ...positionsOf(node),
      marks: marks(node),
    },
  };
}

/**
 * What a member has not received, and not replayed, if this version reports it; empty if it reports neither for any
 * member.
 */
function lagsApart({
  receive_lag: receiveLag,
  replay_lag: replayLag,
  receive_lsn: received,
  replay_lsn: replayed,
}: MemberWire): Pick<PatroniState, 'receiveLag' | 'replayLag'> {
  return [receiveLag, replayLag, received, replayed].every(value => value === null) ? {} : { receiveLag, replayLag };
}

/**
 * Positions of `/patroni`: a primary has the position that it writes at, a replica what it received and what it
 * replayed.
 */
export function positionsOf({ xlog }: NodeWire): Pick<PatroniState, 'written' | 'received' | 'replayed'> {
  return {
    written: xlog?.location ?? null,
    received: xlog?.received_location ?? null,
    replayed: xlog?.replayed_location ?? null,
  };
}

function common(
  name: string,
  apiUrl: string | null,
  role: string | null,
  state: string | null,
): Omit<Member, 'healthBasis' | 'lagBytes'> {
  return {
    nodeId: name,
    name,
    apiUrl,
    role: ROLES.get(role ?? '') ?? 'unknown',
    replicationState: state === null || state === '' ? 'unknown' : state,
    haltReason: null,
    health: HEALTH.get(state ?? '') ?? 'unknown',
    durableOffset: null,
    durableCommitId: null,
    lagCommits: null,
    lastContact: null,
  };
}

/** The leader of a standby cluster leads, but writes nothing of its own. */
const ROLES: ReadonlyMap<string, Member['role']> = new Map([
  ['leader', 'primary'],
  ['master', 'primary'],
  ['primary', 'primary'],
  ['standby_leader', 'replica'],
  ['replica', 'replica'],
  ['sync_standby', 'replica'],
  ['quorum_standby', 'replica'],
] as const);

const HEALTH: ReadonlyMap<string, Health> = new Map([
  ['running', 'running'],
  ['streaming', 'running'],
  ['in archive recovery', 'running'],
  ['stopped', 'halted'],
  ['crashed', 'halted'],
  ['start failed', 'halted'],
] as const);

/** Tags, and pending or scheduled restarts, in one line. */
function marks({
  tags,
  pending_restart: pending,
  pending_restart_reason: reason,
  scheduled_restart: scheduled,
}: Pick<MemberWire, 'tags' | 'pending_restart' | 'pending_restart_reason' | 'scheduled_restart'>): string | null {
  const all = [
    ...Object.entries(tags ?? {}).map(
      ([tag, value]) => `${isName(tag) ? tag : WITHHELD}: ${shownValue(['tags', tag], textOf(value))}`,
    ),
    ...(pending === true
      ? [
          `restart pending${
            reason === null
              ? ''
              : ` for ${Object.entries(reason)
                  .map(([name, change]) => `${isName(name) ? name : WITHHELD} ${changeOf(name, change)}`)
                  .join(', ')}`
          }`,
        ]
      : []),
    ...(scheduled === undefined || scheduled === null
      ? []
      : [`restart scheduled: ${textOf(harmlessMembers(scheduled))}`]),
  ];
  return all.length === 0 ? null : all.join(', ');
}

function harmlessMembers(scheduled: unknown): unknown {
  if (typeof scheduled !== 'object' || scheduled === null) return WITHHELD;
  return Object.fromEntries(
    Object.entries(scheduled).map(([name, value]: [string, unknown]) => [
      name,
      shownValue(['scheduled_restart', name], textOf(value)) === WITHHELD ? WITHHELD : value,
    ]),
  );
}

/** A setting that waits for a restart: its current and its future value. */
function changeOf(name: string, change: unknown): string {
  if (typeof change !== 'object' || change === null || !('old_value' in change) || !('new_value' in change))
    return '(change unknown)';
  const [from, to] = [change.old_value, change.new_value].map(value => shownSetting(name, textOf(value)));
  return `${from ?? 'unknown'} → ${to ?? 'unknown'}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Everything else that a node reports about itself. */
export function detailsOf(node: NodeWire): readonly Section[] {
  const known: readonly (readonly [string, string | boolean | null | undefined])[] = [
    ['database system identifier', node.database_system_identifier],
    ['Patroni version', node.patroni?.version],
    ['scope', node.patroni?.scope],
    ['PostgreSQL version', node.server_version === null ? null : serverVersion(node.server_version)],
    ['started', moment(node.postmaster_start_time)],
    ['paused cluster', node.pause],
    ['replication state', node.replication_state],
    ['replay paused', node.xlog?.paused],
    ['last replayed transaction', moment(node.xlog?.replayed_timestamp ?? null)],
    ['cluster unlocked (no leader known)', node.cluster_unlocked],
    ['failsafe mode active', node.failsafe_mode_is_active],
    ['watchdog failed', node.watchdog_failed],
    ['configuration store last seen', node.dcs_last_seen === null ? null : moment(node.dcs_last_seen * 1000)],
  ];
  const entries = known.filter(
    (entry): entry is readonly [string, string | boolean] => entry[1] !== undefined && entry[1] !== null,
  );
  return [
    {
      name: 'As the node reports',
      entries: entries.map(([key, value]) => ({
        key,
        value: typeof value === 'boolean' ? (value ? 'yes' : 'no') : value,
      })),
    },
    ...(node.replication === null
      ? []
      : [
          {
            name: 'Connected replicas',
            entries: node.replication.map(replica => ({
              key: replica?.application_name ?? 'unknown',
              value:
                `${replica?.state ?? 'unknown'}, ${replica?.sync_state ?? 'unknown'}, ` +
                `from ${replica?.client_addr ?? 'unknown'}`,
            })),
          },
        ]),
  ];
}

/** PostgreSQL's version as people write it: "15.18" for 150018, "9.6.24" for 90624. */
export function serverVersion(number: number): string {
  return number >= 100_000
    ? `${Math.floor(number / 10_000)}.${number % 10_000}`
    : [10_000, 100, 1].map(part => Math.floor(number / part) % 100).join('.');
}

/** A time as RFC 3339 in UTC, from milliseconds or from Python's text; a text that is no time stays unchanged. */
export function moment(time: number | string | null): string | null {
  if (time === null) return null;
  const read = new Date(typeof time === 'string' ? time.replace(' ', 'T') : time);
  return Number.isNaN(read.getTime()) ? String(time) : read.toISOString();
}

/** What `/cluster` reports about the whole cluster, one sentence each. */
export function notesOf(cluster: ClusterWire): readonly string[] {
  const scheduled = scheduledSwitchover(cluster);
  return [
    ...(cluster.pause === true ? ['The cluster is paused: Patroni does not replace a leader that fails.'] : []),
    ...(cluster.pause === null
      ? ['Whether the cluster is paused is unknown: "pause" in this answer cannot be read.']
      : []),
    ...(scheduled === null ? [] : [`A switchover is scheduled: ${scheduled}.`]),
    ...(leaderOf(cluster) === undefined ? ['Patroni reports no leader.'] : []),
    ...roleless(cluster),
    ...(cluster.pause === true && cluster.members.some(({ role }) => role === 'standby_leader')
      ? [
          'While the cluster is paused, the role "standby_leader" follows the configuration and need not be what ' +
            'PostgreSQL does.',
        ]
      : []),
  ];
}

function roleless({ members }: ClusterWire): readonly string[] {
  const count = members.filter(({ role }) => role === null).length;
  return count === 0 ? [] : [`The role of ${count} of ${members.length} members cannot be read in this answer.`];
}

/** When and from whom to whom a switchover is scheduled, as Patroni reports it. */
export function scheduledSwitchover({ scheduled_switchover: scheduled }: ClusterWire): string | null {
  if (scheduled === undefined) return null;
  return scheduled === null
    ? 'unknown ("scheduled_switchover" in this answer cannot be read)'
    : `at ${scheduled.at ?? 'an unknown time'}, from ${scheduled.from ?? 'unknown'} ` +
        `to ${scheduled.to ?? "a member of Patroni's own choice"}`;
}
