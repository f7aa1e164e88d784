/** The inspections: which answer of Patroni becomes which view, and when two answers do not belong together (P7-D1). */
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal, success, type ControlError, type Result } from '../../control-plane/model/errors.ts';
import type { Reading, WalView } from '../../control-plane/model/views.ts';
import { lsn } from './lsn.ts';
import type { Access } from './ask.ts';
import {
  askAt,
  askMember,
  findMember,
  from,
  listChosen,
  memberAt,
  notContacted,
  notContactedNote,
  reading,
  type From,
} from './endpoints.ts';
import type { ToldReading } from '../documents.ts';
import { listedTeller, ownTeller } from './teller.ts';
import type { PatroniClusterView, PatroniNodeView, PatroniReplicationView } from './views.ts';
import { detailsOf, leaderOf, memberOf, membersOf, notesOf, positionsOf, scheduledSwitchover } from './members.ts';
import * as schema from './schema.ts';
import type { ClusterWire, MemberWire, NodeWire } from './schema.ts';

const ANSWERED_BY_OTHER_ADDRESS =
  'It is not known which member answered: no single member reports this address, and the endpoint names none.';

/** `/cluster` as a reading: one snapshot of the configuration store. */
export function clusterReading<V>(
  cluster: ClusterConfig,
  from: From<ClusterWire>,
  view: V,
  notes: readonly string[] = [],
): ToldReading<V> {
  const node = memberAt(cluster, from.data, from.endpoint);
  const told = reading(from, view, 'dcs', node, [
    ...notesOf(from.data),
    ...notes,
    ...(node === null ? [ANSWERED_BY_OTHER_ADDRESS] : []),
  ]);
  return { ...told, teller: listedTeller(membersOf(from.data), node) };
}

/** Members, roles, timelines and lag. `unavailable` says what this cluster does not support. */
export async function readCluster(
  cluster: ClusterConfig,
  access: Access,
  unavailable: readonly string[],
  chosen?: string,
): Promise<Result<ToldReading<PatroniClusterView>>> {
  const read = await listChosen(cluster, access, chosen);
  if (!read.ok) return read;
  const { data } = read.value;
  const leader = leaderOf(data);
  return success(
    clusterReading(
      cluster,
      read.value,
      {
        clusterId: null,
        name: data.scope,
        epoch: leader?.timeline ?? null,
        primaryId: leader?.name ?? null,
        members: membersOf(data),
      },
      [...notContactedNote(cluster, data), ...unavailable],
    ),
  );
}

/** How far each replica is behind, according to the configuration store. */
export async function readReplication(
  cluster: ClusterConfig,
  access: Access,
  chosen?: string,
): Promise<Result<ToldReading<PatroniReplicationView>>> {
  const read = await listChosen(cluster, access, chosen);
  if (!read.ok) return read;
  const { data } = read.value;
  const leader = leaderOf(data);
  const replicas = membersOf(data)
    .filter(({ nodeId }) => nodeId !== leader?.name)
    .map(({ nodeId, replicationState, lagBytes, patroni }) => ({
      nodeId,
      name: null,
      state: patroni.role === 'replica' ? replicationState : `${replicationState}, ${patroni.role}`,
      haltReason: null,
      receivedOffset: patroni.received,
      appliedOffset: patroni.replayed,
      acknowledgedOffset: null,
      lagBytes,
      lagCommits: null,
      lastAcknowledgedAt: null,
      ...(patroni.receiveLag === undefined
        ? {}
        : { receiveLag: patroni.receiveLag, replayLag: patroni.replayLag ?? null }),
    }));
  const apart = replicas.some(({ receiveLag }) => receiveLag !== undefined);
  return success(
    clusterReading(
      cluster,
      read.value,
      { primaryId: leader?.name ?? null, epoch: leader?.timeline ?? null, committedOffset: null, replicas },
      [
        apart
          ? 'Lag is WAL in bytes, as the members last wrote it to the configuration store. Receive lag is ' +
            'what a replica has not received; replay lag is what it has not replayed.'
          : 'Lag is WAL in bytes, as the members last wrote it to the configuration store. It does not ' +
            'include what a replica has received but not replayed.',
        ...(replicas.some(({ receivedOffset, appliedOffset }) => receivedOffset === null || appliedOffset === null)
          ? [
              'This answer does not say what each replica received and replayed; each replica reports that ' +
                'itself (inspect_node).',
            ]
          : []),
      ],
    ),
  );
}

/** One node as it reports itself, or according to `/cluster` if its address is not configured. */
export async function readNode(
  cluster: ClusterConfig,
  access: Access,
  name: string,
): Promise<Result<ToldReading<PatroniNodeView>>> {
  const found = await findNode(cluster, access, name);
  if (!found.ok) return found;
  if ('reported' in found.value) {
    const from = found.value.reported;
    const member = membersOf(from.data).find(({ nodeId }) => nodeId === name);
    if (member === undefined) throw new Error(`${name} was found among the members and is missing now`);
    return success(
      clusterReading(cluster, from, { member, source: 'reported', epoch: member.patroni.timeline }, [
        `This is what the configuration store holds about ${name}, not its own report: ${found.value.why}.`,
      ]),
    );
  }
  const { node, apiUrl } = found.value;
  const member = memberOf(name, apiUrl, node.data);
  const told = reading(
    node,
    { member, source: 'self' as const, epoch: node.data.timeline, sections: detailsOf(node.data) },
    'live',
    name,
    pauseNote(node.data),
  );
  return success({ ...told, teller: ownTeller(member, node.data) });
}

function pauseNote({ pause }: NodeWire): readonly string[] {
  return pause === true ? ['The cluster is paused: Patroni does not replace a leader that fails.'] : [];
}

/**
 * A node's own answer. Without one (the node was not asked, or another node answered): what `/cluster` holds of it, and
 * why.
 */
export type FoundNode = { readonly member: MemberWire | undefined } & (
  | { readonly node: From<NodeWire>; readonly apiUrl: string | null }
  | { readonly reported: From<ClusterWire>; readonly why: string }
);

/**
 * Asks a node itself at the address in `/cluster`. If `/cluster` cannot be read (the configuration store is down, for
 * instance), only a node that tells its own name can be told from the others.
 */
export async function findNode(cluster: ClusterConfig, access: Access, name: string): Promise<Result<FoundNode>> {
  const found = await findMember(cluster, access, name);
  if (found.ok) {
    const { located, member, cluster: listed } = found.value;
    if (located.endpoint === undefined)
      return success({ member, reported: listed, why: `it was not contacted, because ${located.why}` });
    const asked = await askMember(access, located.endpoint, name, listed.data.scope);
    if (!asked.ok && 'other' in asked)
      return success({ member, reported: listed, why: `at ${located.endpoint} ${asked.other} answered` });
    const node = from(located.endpoint, asked);
    return node.ok
      ? success({ member, node: { ...node.value, skipped: listed.skipped }, apiUrl: member.api_url })
      : node;
  }
  if (!cannotList(found.error)) return found;
  for (const endpoint of urlsOf(cluster)) {
    const node = await askAt(access, endpoint, '/patroni', schema.node);
    if (node.ok && node.value.data.patroni?.name === name)
      return success({
        member: undefined,
        node: { ...node.value, skipped: [{ endpoint: 'GET /cluster', reason: found.error.message }] },
        apiUrl: endpoint,
      });
  }
  return found;
}

/** Whether nobody could list the members: the endpoints are silent, or say that they cannot answer now. */
export function cannotList({ domain, kernel }: ControlError): boolean {
  return domain === 'TRANSPORT_ERROR' || (kernel?.status ?? 0) >= 500;
}

/**
 * Whether two readings of `/cluster` differ in what a decision depends on: the cluster, leader, roles, timelines,
 * pause.
 */
export function moved(one: ClusterWire, other: ClusterWire): boolean {
  const facts = (of: ClusterWire): string =>
    JSON.stringify([
      of.members.map(({ name, role, timeline }) => [name, role, timeline?.toString() ?? null]),
      of.scope,
      of.pause,
      scheduledSwitchover(of),
    ]);
  return facts(one) !== facts(other);
}

/** The refusal of two readings that do not belong together. */
export function inconsistent(endpoint: string): ReturnType<typeof refusal> {
  return refusal(
    'PHASE7_INCONSISTENT_SNAPSHOT',
    `${endpoint}: leader, roles, timelines or pause moved between two readings. Neither is shown. These ` +
      'were reads; nothing was executed.',
  );
}

/**
 * What Patroni itself reports about a node's WAL: only its positions. `why` says why there is no login to read the
 * rest.
 */
export async function readWal(
  cluster: ClusterConfig,
  access: Access,
  name: string,
  why: string,
): Promise<Result<Reading<WalView>>> {
  const found = await findNode(cluster, access, name);
  if (!found.ok) return found;
  if ('reported' in found.value) {
    const { member, reported, why } = found.value;
    return failure(member === undefined ? inconsistent(reported.endpoint) : notContacted(cluster, member, why));
  }
  const { node } = found.value;
  return success(
    reading(
      node,
      {
        segments: null,
        appendOffset: null,
        durableOffset: null,
        oldestOffset: null,
        truncationOffset: null,
        totalBytes: null,
        checksumStatus: 'unchecked',
        verifiedToOffset: null,
        checkpoints: null,
        nextBefore: null,
        nextAfter: null,
        total: null,
        sections: [{ name: 'Positions', entries: positionEntries(node.data) }],
      },
      'live',
      name,
      [`Segments, archiver and replication slots are not visible: Patroni's API does not offer them, and ${why}.`],
    ),
  );
}

function positionEntries(node: NodeWire): readonly { readonly key: string; readonly value: string }[] {
  const { written, received, replayed } = positionsOf(node);
  const lines: readonly (readonly [string, bigint | null])[] =
    written === null
      ? [
          ['received', received],
          ['replayed', replayed],
        ]
      : [['written', written]];
  return [
    { key: 'timeline', value: node.timeline?.toString() ?? 'unknown' },
    ...lines.map(([key, at]) => ({ key, value: at === null ? 'unknown' : lsn(at) })),
  ];
}
