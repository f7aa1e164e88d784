/** What Patroni keeps of the past: the timelines that ended. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { KernelEvent, PromotionView } from '../../control-plane/model/views.ts';
import type { ToldReading } from '../documents.ts';
import { lsn } from './lsn.ts';
import type { Access } from './ask.ts';
import {
  askAt,
  askMember,
  findMember,
  endpointAnswer,
  listChosen,
  notContacted,
  type EndpointAnswer,
} from './endpoints.ts';
import { leaderOf } from './members.ts';
import * as schema from './schema.ts';
import type { ClusterWire, HistoryWire } from './schema.ts';
import { clusterReading, inconsistent, moved } from './reads.ts';

/**
 * The timelines so far. Leader, timelines and history are read twice; if they changed in between, the reading is
 * refused.
 */
export async function readPromotion(
  cluster: ClusterConfig,
  access: Access,
  node: string | undefined,
  chosen?: string,
): Promise<Result<ToldReading<PromotionView>>> {
  const first = await listed(cluster, access, node, chosen);
  if (!first.ok) return first;
  const { endpoint } = first.value;
  const before = await askAt(access, endpoint, '/history', schema.history);
  if (!before.ok) return before;
  const second = await askAt(access, endpoint, '/cluster', schema.cluster);
  if (!second.ok) return second;
  const after = await askAt(access, endpoint, '/history', schema.history);
  if (!after.ok) return after;
  if (moved(first.value.data, second.value.data) || before.value.data.length !== after.value.data.length)
    return failure(inconsistent(endpoint));
  const { data } = second.value;
  const leader = leaderOf(data);
  const unreadable = after.value.data.filter(line => line === null).length;
  return success(
    clusterReading(
      cluster,
      { ...second.value, skipped: first.value.skipped },
      {
        state:
          data.scheduled_switchover !== undefined
            ? 'switchover scheduled'
            : leader === undefined
              ? 'no leader'
              : 'leader known',
        pendingNodeId: data.scheduled_switchover?.to ?? null,
        epoch: leader?.timeline ?? null,
        lastAttempt: null,
        events: after.value.data.flatMap(line => (line === null ? [] : [endOfTimeline(line)])),
        nextBefore: null,
        nextAfter: null,
        total: BigInt(after.value.data.length),
        ...(unreadable === 0 ? {} : { unreadable: BigInt(unreadable) }),
        request: null,
      },
      [
        'Patroni has no promotion state machine and keeps no record of attempts. It keeps the timelines that ' +
          'ended: where, why, when and who led next.',
        ...(unreadable === 0
          ? []
          : [`${unreadable} of ${after.value.data.length} lines of the history cannot be read and are not shown.`]),
      ],
    ),
  );
}

/** `/cluster` from the named member itself; otherwise from the chosen or the first endpoint. */
async function listed(
  cluster: ClusterConfig,
  access: Access,
  node: string | undefined,
  chosen: string | undefined,
): Promise<Result<EndpointAnswer<ClusterWire>>> {
  if (node === undefined) return await listChosen(cluster, access, chosen);
  const found = await findMember(cluster, access, node);
  if (!found.ok) return found;
  const { member, located, cluster: before } = found.value;
  if (located.endpoint === undefined) return failure(notContacted(cluster, member, located.why));
  const self = endpointAnswer(located.endpoint, await askMember(access, located.endpoint, node, before.data.scope));
  if (!self.ok) return self;
  const own = await askAt(access, located.endpoint, '/cluster', schema.cluster);
  return own.ok ? success({ ...own.value, skipped: before.skipped }) : own;
}

function endOfTimeline({ timeline, end, reason, time, leader }: NonNullable<HistoryWire[number]>): KernelEvent {
  return {
    seq: timeline,
    type: 'timeline ended',
    time,
    epoch: timeline,
    requestId: null,
    nodeId: leader,
    mode: null,
    operator: null,
    reason,
    auditHead: null,
    fields: { ended_at: end === null ? 'unknown' : lsn(end), ...(leader === null ? {} : { next_leader: leader }) },
  };
}
