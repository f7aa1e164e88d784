/** The cluster and one node of it. */
import { html, type TemplateResult } from 'lit';
import type { ClusterView, Member, NodeView, Wire } from '../../control-plane/views.ts';
import type { Table } from '../cells.ts';
import { facts, more, section } from '../frame.ts';
import { topology } from '../pictures/topology.ts';
import { healthWord, roleWord } from '../shapes.ts';
import { table } from '../table.ts';
import type { Terms } from '../terms.ts';
import { code, number, ordinal, text, time, type Content } from '../text.ts';

/** Who holds what role, and how far each member is. */
export function clusterAnswer(view: Wire<ClusterView>, terms: Terms): TemplateResult {
  const primary = view.members.find(({ nodeId }) => nodeId === view.primaryId);
  return html`
    ${facts([
      ['Cluster', view.clusterId === null ? text(view.name) : html`${text(view.name)} ${code(view.clusterId)}`],
      [terms.primary, primary === undefined ? code(view.primaryId) : node(primary)],
      ['Members', number(view.members.length.toString())],
    ])}
    ${section('Topology', topology(view))}
    ${section('Members', table(membersTable(view.members, terms), 'The node reports no members.'))}`;
}

/** By its name, and by its id where that is another. */
function node({ name, nodeId }: Pick<Member, 'name' | 'nodeId'>): Content {
  return name === nodeId ? code(nodeId) : html`${text(name)} ${code(nodeId)}`;
}

/** The members as rows, in the order of the answer. */
export function membersTable(members: readonly Wire<Member>[], terms: Terms): Table {
  if (terms.kind === 'patroni') return patroniMembers(members, terms);
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

const POSITIONS = [['written', 'Written'], ['received', 'Received'], ['replayed', 'Replayed']] as const;

function patroniMembers(members: readonly Wire<Member>[], { position }: Terms): Table {
  // Most versions of Patroni say no positions here at all.
  const positions = POSITIONS.filter(([key]) => members.some(({ patroni }) => (patroni?.[key] ?? null) !== null));
  return {
    caption: 'Members',
    columns: [
      { title: 'Node', width: 28 }, { title: 'Role', width: 14 }, { title: 'State', width: 18 }, { title: 'Timeline', number: true, width: 8 }, { title: 'Lag (bytes)', number: true, width: 12 },
      ...positions.map(([, title]) => ({ title, number: true, width: 14 } as const)),
      { title: 'Marks', width: 30 }, { title: 'Health', width: 10 }, { title: 'Health basis', width: 30 }, { title: 'Address', width: 30 },
    ],
    count: members.length,
    row: (index) => {
      const member = members[index];
      return member === undefined ? [] : [
        text(member.name), patroniRole(member), text(member.replicationState), ordinal(member.patroni?.timeline ?? null), number(member.lagBytes),
        ...positions.map(([key]) => position(member.patroni?.[key] ?? null)),
        member.patroni?.marks === null ? html`<span class="muted">none</span>` : text(member.patroni?.marks ?? null), healthWord(member.health), text(member.healthBasis), code(member.apiUrl),
      ];
    },
  };
}

/** The shape of the role, and Patroni's own word for it. */
function patroniRole(member: Wire<Member>): Content {
  const role = member.patroni?.role ?? member.role;
  return role === member.role ? roleWord(member) : html`${roleWord(member)} <span class="muted">(${text(role)})</span>`;
}

/** A replication state with the reason of a halt, where one is reported. */
export function replicationState(state: string, haltReason: string | null): Content {
  return haltReason === null ? text(state) : html`<span class="pair">${text(state)}: ${text(haltReason)}</span>`;
}

/** One node, and whether it speaks for itself. */
export function nodeAnswer({ member, source, sections }: Wire<NodeView>, terms: Terms): TemplateResult {
  if (member.patroni !== undefined) {
    const { timeline, marks, ...at } = member.patroni;
    return html`
      ${facts([['Node', node(member)], ['Told by', source === 'self' ? 'the node itself' : 'the configuration store, which holds what it last wrote there']])}
      ${section('State', facts([
        ['Role', patroniRole(member)],
        ['State', text(member.replicationState)],
        ['Health', healthWord(member.health)],
        ['Health basis', text(member.healthBasis)],
        ['Marks', marks === null ? 'none' : text(marks)],
        ['Address', code(member.apiUrl)],
      ], 'facts rows'))}
      ${section('Position', facts([
        [terms.epoch, ordinal(timeline)],
        ...POSITIONS.filter(([key]) => (key === 'written') === (at.written !== null)).map(([key, title]) => [title, terms.position(at[key])] as const),
        ['Lag (bytes)', number(member.lagBytes)],
      ], 'facts rows'))}
      ${more(sections)}`;
  }
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
