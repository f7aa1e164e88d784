/** What Patroni keeps of the past: the timelines that ended. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import type { KernelEvent, PromotionView, Reading } from '../../control-plane/model/views.ts';
import { lsn } from './lsn.ts';
import type { Access } from './ask.ts';
import { askAt, askInOrder } from './endpoints.ts';
import { leaderOf } from './members.ts';
import * as schema from './schema.ts';
import type { HistoryWire } from './schema.ts';
import { clusterReading, inconsistent, moved } from './reads.ts';

/** The timelines so far. Leader, timelines and history are read twice, and refused when they moved in between. */
export async function readPromotion(cluster: ClusterConfig, access: Access): Promise<Result<Reading<PromotionView>>> {
  const first = await askInOrder(cluster, access, '/cluster', schema.cluster);
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
        nextAfter: null,
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
