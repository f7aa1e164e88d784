/** The members of a cluster in the form of the contract, as one node knows them. */
import type { ClusterMember } from './config.ts';
import type { LocalNode } from './node.ts';
import type { Testimony } from './testimony.ts';

function behind(primary: bigint | null, own: bigint | null): bigint | null {
  return primary === null || own === null ? null : primary > own ? primary - own : 0n;
}

/**
 * The end of the primary's log as this node knows it: its own if it is the primary, otherwise what the primary last
 * reported while it answers.
 */
function primaryEnd(node: LocalNode): Testimony['durable'] | null {
  const { primaryId, self, peers } = node;
  if (primaryId === self.id) return node.wal.durable;
  const known = primaryId === null ? null : peers.known(primaryId);
  return known?.isReachable === true ? (known.testimony?.durable ?? null) : null;
}

interface MemberView {
  readonly testimony: Testimony | null;
  readonly isCurrent: boolean;
  readonly lastContact: string | null;
}

/** What this node knows about a member: its own current state, or another member's last report. */
function viewOf(node: LocalNode, member: ClusterMember): MemberView {
  if (member.id === node.self.id)
    return { testimony: node.testimony(), isCurrent: true, lastContact: new Date().toISOString() };
  const { testimony, isReachable, lastContact } = node.peers.known(member.id);
  return { testimony, isCurrent: isReachable, lastContact };
}

function basis(node: LocalNode, member: ClusterMember, { isCurrent, lastContact }: MemberView): string {
  if (member.id === node.self.id) return 'this node itself';
  if (isCurrent) return `answered ${node.self.name} in their last exchange`;
  return lastContact === null
    ? `has not answered ${node.self.name} since ${node.self.name} started`
    : `did not answer ${node.self.name} in their last exchange; its values are its last report`;
}

/** A `Member` of the contract. */
function memberOf(node: LocalNode, member: ClusterMember): object {
  const view = viewOf(node, member);
  const { testimony, isCurrent } = view;
  const end = primaryEnd(node);
  return {
    node_id: member.id,
    name: member.name,
    api_url: member.url,
    role: testimony?.role ?? 'unknown',
    replication_state: testimony?.state ?? null,
    halt_reason: testimony?.haltReason ?? null,
    health: !isCurrent ? 'unknown' : testimony?.state === 'ReplicationHalted' ? 'halted' : 'running',
    health_basis: basis(node, member, view),
    durable_offset: testimony?.durable.offset ?? null,
    durable_commit_id: testimony?.durable.commitId ?? null,
    lag_bytes: isCurrent ? behind(end?.offset ?? null, testimony?.durable.offset ?? null) : null,
    lag_commits: isCurrent ? behind(end?.commitId ?? null, testimony?.durable.commitId ?? null) : null,
    last_contact: view.lastContact,
  };
}

/** One entry of `/v1/replication`. */
function replicaOf(node: LocalNode, member: ClusterMember): object {
  const { testimony, isCurrent } = viewOf(node, member);
  const end = primaryEnd(node);
  const acknowledged = node.serving?.acknowledged(member.id) ?? null;
  return {
    node_id: member.id,
    name: member.name,
    state: testimony?.state ?? null,
    halt_reason: testimony?.haltReason ?? null,
    received_offset: testimony?.position.offset ?? null,
    applied_offset: testimony?.applied.offset ?? null,
    acknowledged_offset: acknowledged?.offset ?? null,
    lag_bytes: isCurrent ? behind(end?.offset ?? null, testimony?.durable.offset ?? null) : null,
    lag_commits: isCurrent ? behind(end?.commitId ?? null, testimony?.durable.commitId ?? null) : null,
    last_acknowledged_at: acknowledged?.at ?? null,
  };
}

interface ListedMember {
  readonly id: string;
  readonly shown: object;
}

function ordered(node: LocalNode, own: readonly ListedMember[], kind: 'member' | 'replica'): readonly object[] {
  const end = primaryEnd(node);
  const synthetic = node.observed.map(
    (one): ListedMember => ({ id: one.id, shown: one[kind](end?.offset ?? null, end?.commitId ?? null) }),
  );
  return [...own, ...synthetic].sort((a, b) => (a.id < b.id ? -1 : 1)).map(one => one.shown);
}

/** All members in full, in the order of their ids. */
export function allMembers(node: LocalNode): readonly object[] {
  return ordered(
    node,
    node.cluster.members.map(member => ({ id: member.id, shown: memberOf(node, member) })),
    'member',
  );
}

/** All members but the primary, in the order of their ids. */
export function allReplicas(node: LocalNode): readonly object[] {
  const others = node.cluster.members.filter(member => member.id !== node.primaryId);
  return ordered(
    node,
    others.map(member => ({ id: member.id, shown: replicaOf(node, member) })),
    'replica',
  );
}

/** One member and the epoch that it is known to be in; null if no member has this id. */
export function memberById(
  node: LocalNode,
  id: string,
): { readonly shown: object; readonly epoch: bigint | null } | null {
  const member = node.cluster.members.find(one => one.id === id);
  if (member !== undefined)
    return { shown: memberOf(node, member), epoch: viewOf(node, member).testimony?.epoch ?? null };
  const end = primaryEnd(node);
  const synthetic = node.observed.find(one => one.id === id);
  return synthetic === undefined
    ? null
    : { shown: synthetic.member(end?.offset ?? null, end?.commitId ?? null), epoch: node.authority.adopted.epoch };
}
