/** How far each replica is, as the answering node knows it. */
import { html, type TemplateResult } from 'lit';
import type { ReplicationView, Wire } from '../../control-plane/views.ts';
import type { Table } from '../cells.ts';
import { facts, section } from '../frame.ts';
import { lagBars } from '../pictures/lag.ts';
import { table } from '../table.ts';
import type { Terms } from '../terms.ts';
import { code, number, text, time, type Content } from '../text.ts';
import { replicationState } from './cluster.ts';
import { t } from '../words.ts';

/** Replicas in the order of the answer. */
export function replicationAnswer(view: Wire<ReplicationView>, terms: Terms): TemplateResult {
  const patroni = terms.kind === 'patroni';
  return html`
    ${facts([
      [terms.primary, code(view.primaryId)],
      ...(patroni ? [] : [[t('Committed offset (bytes)'), number(view.committedOffset)] as const]),
      [t('Replicas'), number(view.replicas.length.toString())],
    ])}
    ${view.replicas.length === 0 ? '' : section(t('Lag'), lagBars(view.replicas, patroni ? 'bytes' : 'bytes and commits'))}
    ${section(
      t('Replicas'),
      table(
        patroni
          ? patroniReplicas(view.replicas, terms)
          : {
              caption: t('Replicas'),
              columns: [
                { title: t('Node'), width: 18 },
                { title: t('State'), width: 34 },
                { title: t('Lag (bytes)'), number: true, width: 12 },
                { title: t('Lag (commits)'), number: true, width: 12 },
                { title: t('Received (bytes)'), number: true, width: 14 },
                { title: t('Applied (bytes)'), number: true, width: 14 },
                { title: t('Acknowledged (bytes)'), number: true, width: 16 },
                { title: t('Last acknowledged'), width: 26 },
                { title: t('Node id'), width: 38 },
              ],
              count: view.replicas.length,
              row: index => {
                const replica = view.replicas[index];
                return replica === undefined
                  ? []
                  : [
                      text(replica.name),
                      replicationState(replica.state, replica.haltReason),
                      number(replica.lagBytes),
                      number(replica.lagCommits),
                      number(replica.receivedOffset),
                      number(replica.appliedOffset),
                      number(replica.acknowledgedOffset),
                      time(replica.lastAcknowledgedAt),
                      code(replica.nodeId),
                    ];
              },
            },
        t('The node reports no replicas.'),
      ),
    )}`;
}

function patroniReplicas(replicas: Wire<ReplicationView>['replicas'], { position }: Terms): Table {
  const apart = replicas.some(({ receiveLag }) => receiveLag !== undefined);
  const lags: Table['columns'] = apart
    ? [
        { title: t('Receive lag (bytes)'), number: true, width: 16 },
        { title: t('Replay lag (bytes)'), number: true, width: 16 },
      ]
    : [];
  return {
    caption: t('Replicas'),
    columns: [
      { title: t('Node'), width: 38 },
      { title: t('State'), width: 34 },
      { title: t('Lag (bytes)'), number: true, width: 12 },
      ...lags,
      { title: t('Received'), number: true, width: 14 },
      { title: t('Replayed'), number: true, width: 14 },
    ],
    count: replicas.length,
    row: index => {
      const replica = replicas[index];
      if (replica === undefined) return [];
      const told: readonly Content[] = apart
        ? [number(replica.receiveLag ?? null), number(replica.replayLag ?? null)]
        : [];
      return [
        code(replica.nodeId),
        text(replica.state),
        number(replica.lagBytes),
        ...told,
        position(replica.receivedOffset),
        position(replica.appliedOffset),
      ];
    },
  };
}
