/** How far each replica is, as the answering node knows it. */
import { html, type TemplateResult } from 'lit';
import type { ReplicationView, Wire } from '../../control-plane/views.ts';
import { facts, section } from '../frame.ts';
import { lagBars } from '../pictures/lag.ts';
import { table } from '../table.ts';
import { code, number, time } from '../text.ts';
import { replicationState } from './cluster.ts';

/** Replicas in the order of the answer. */
export function replicationAnswer(view: Wire<ReplicationView>): TemplateResult {
  return html`
    ${facts([
      ['Primary', code(view.primaryId)],
      ['Committed offset (bytes)', number(view.committedOffset)],
      ['Replicas', number(view.replicas.length.toString())],
    ])}
    ${view.replicas.length === 0 ? '' : section('Lag', lagBars(view.replicas))}
    ${section('Replicas', table({
      caption: 'Replicas',
      columns: [
        { title: 'Node id', width: 38 }, { title: 'State', width: 34 },
        { title: 'Lag (bytes)', number: true, width: 12 }, { title: 'Lag (commits)', number: true, width: 12 },
        { title: 'Received offset', number: true, width: 14 }, { title: 'Applied offset', number: true, width: 14 },
        { title: 'Acknowledged offset', number: true, width: 16 }, { title: 'Last acknowledged', width: 26 },
      ],
      count: view.replicas.length,
      row: (index) => {
        const replica = view.replicas[index];
        return replica === undefined ? [] : [
          code(replica.nodeId), replicationState(replica.state, replica.haltReason), number(replica.lagBytes), number(replica.lagCommits),
          number(replica.receivedOffset), number(replica.appliedOffset), number(replica.acknowledgedOffset), time(replica.lastAcknowledgedAt),
        ];
      },
    }, 'The node reports no replicas.'))}`;
}
