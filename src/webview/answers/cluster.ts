/** The cluster and one node of it. */
import { html, type TemplateResult } from 'lit';
import type { ClusterView, Member, NodeView, Wire } from '../../control-plane/views.ts';
import type { Table } from '../cells.ts';
import { facts, section } from '../frame.ts';
import { topology } from '../pictures/topology.ts';
import { healthWord, roleWord } from '../shapes.ts';
import { table } from '../table.ts';
import { code, number, ordinal, text, time, type Content } from '../text.ts';

/** Who holds what role, and how far each member is. */
export function clusterAnswer(view: Wire<ClusterView>): TemplateResult {
  const primary = view.members.find(({ nodeId }) => nodeId === view.primaryId);
  return html`
    ${facts([
      ['Cluster', html`${text(view.name)} ${code(view.clusterId)}`],
      ['Primary', primary === undefined ? code(view.primaryId) : html`${text(primary.name)} ${code(primary.nodeId)}`],
      ['Members', number(view.members.length.toString())],
    ])}
    ${section('Topology', topology(view))}
    ${section('Members', table(membersTable(view.members), 'The node reports no members.'))}`;
}

/** The members as rows, in the order of the answer. */
export function membersTable(members: readonly Wire<Member>[]): Table {
  return {
    caption: 'Members',
    columns: [
      { title: 'Node', width: 28 }, { title: 'Role', width: 10 }, { title: 'Replication state', width: 26 }, { title: 'Health', width: 10 },
      { title: 'Lag (bytes)', number: true, width: 12 }, { title: 'Lag (commits)', number: true, width: 12 },
      { title: 'Durable offset (bytes)', number: true, width: 16 }, { title: 'Durable commit', number: true, width: 12 },
      { title: 'Last contact', width: 25 }, { title: 'Health basis', width: 30 }, { title: 'Node id', width: 38 }, { title: 'Address', width: 30 },
    ],
    count: members.length,
    row: (index) => {
      const member = members[index];
      return member === undefined ? [] : [
        text(member.name), roleWord(member), replicationState(member.replicationState, member.haltReason), healthWord(member.health),
        number(member.lagBytes), number(member.lagCommits), number(member.durableOffset), ordinal(member.durableCommitId),
        time(member.lastContact), text(member.healthBasis), code(member.nodeId), code(member.apiUrl),
      ];
    },
  };
}

/** A replication state with the reason of a halt, where one is reported. */
export function replicationState(state: string, haltReason: string | null): Content {
  return haltReason === null ? text(state) : html`<span class="pair">${text(state)}: ${text(haltReason)}</span>`;
}

/** One node, and whether it speaks for itself. */
export function nodeAnswer({ member, source }: Wire<NodeView>): TemplateResult {
  return html`
    ${facts([
      ['Node', html`${text(member.name)} ${code(member.nodeId)}`],
      ['Told by', source === 'self' ? 'the node itself' : 'another node, which reports it'],
    ])}
    ${section('State', facts([
      ['Role', roleWord(member)],
      ['Replication state', text(member.replicationState)],
      ...(member.health === 'halted' || member.haltReason !== null ? [['Halt reason', text(member.haltReason)] as const] : []),
      ['Health', healthWord(member.health)],
      ['Health basis', text(member.healthBasis)],
      ['Last contact', time(member.lastContact)],
      ['Address', code(member.apiUrl)],
    ], 'facts rows'))}
    ${section('Position', facts([
      ['Durable offset (bytes)', number(member.durableOffset)],
      ['Durable commit', ordinal(member.durableCommitId)],
      ['Lag (bytes)', number(member.lagBytes)],
      ['Lag (commits)', number(member.lagCommits)],
    ], 'facts rows'))}`;
}
