/** How far each replica is, as text. */
import type { ReplicaProgress, ReplicationView } from '../../control-plane/views.ts';
import { facts, paragraph, table, type Column } from './layout.ts';
import { known } from './safe.ts';
import type { Terms } from './terms.ts';

/** Replicas in the order of the answer. */
export function replicationView(
  { primaryId, epoch, committedOffset, replicas }: ReplicationView,
  terms: Terms,
): readonly string[] {
  const patroni = terms.kind === 'patroni';
  const head = facts([
    [terms.primary, primaryId === null ? 'none known' : known(primaryId)],
    [terms.epoch, known(epoch)],
    ...(patroni ? [] : [['Committed offset, bytes', known(committedOffset)] as const]),
    ['Replicas', known(replicas.length)],
  ]);
  if (replicas.length === 0) return [...head, '', ...paragraph('The kernel reported no replicas.', 2)];
  if (patroni) {
    const apart = replicas.some(({ receiveLag }) => receiveLag !== undefined);
    const lags: readonly Column[] = apart
      ? [
          { title: 'RECEIVE LAG', right: true },
          { title: 'REPLAY LAG', right: true },
        ]
      : [];
    return [
      ...head,
      '',
      ...table(
        [
          { title: 'NODE' },
          { title: 'STATE' },
          { title: 'LAG BYTES', right: true },
          ...lags,
          { title: 'RECEIVED' },
          { title: 'REPLAYED' },
        ],
        replicas.map(
          ({ nodeId, state, lagBytes, receiveLag = null, replayLag = null, receivedOffset, appliedOffset }) => [
            known(nodeId),
            known(state),
            known(lagBytes),
            ...(apart ? [known(receiveLag), known(replayLag)] : []),
            terms.position(receivedOffset),
            terms.position(appliedOffset),
          ],
        ),
      ),
    ];
  }
  // A name stands for its node where each replica has one of its own; the ids are then beside the names, once.
  const named =
    replicas.some(({ nodeId, name }) => name !== null && name !== nodeId) &&
    new Set(replicas.map(called)).size === replicas.length;
  const key = { title: named ? 'NODE' : 'NODE ID' };
  const node = (replica: ReplicaProgress): string => known(named ? called(replica) : replica.nodeId);
  return [
    ...head,
    '',
    ...table(
      [key, { title: 'STATE' }, { title: 'LAG BYTES', right: true }, { title: 'LAG COMMITS', right: true }],
      replicas.map(replica => [node(replica), ...[replica.state, replica.lagBytes, replica.lagCommits].map(known)]),
    ),
    '',
    ...(named
      ? [
          ...table(
            [key, { title: 'NODE ID' }],
            replicas.map(replica => [node(replica), known(replica.nodeId)]),
          ),
          '',
        ]
      : []),
    ...table(
      [
        key,
        { title: 'RECEIVED', right: true },
        { title: 'APPLIED', right: true },
        { title: 'ACKNOWLEDGED', right: true },
      ],
      replicas.map(replica => [
        node(replica),
        ...[replica.receivedOffset, replica.appliedOffset, replica.acknowledgedOffset].map(known),
      ]),
    ),
    '',
    ...table(
      [key, { title: 'LAST ACKNOWLEDGED AT' }, { title: 'HALTED BY' }],
      replicas.map(replica => [
        node(replica),
        known(replica.lastAcknowledgedAt),
        replica.haltReason === null ? '-' : known(replica.haltReason),
      ]),
    ),
  ];
}

function called({ name, nodeId }: ReplicaProgress): string {
  return name ?? nodeId;
}
