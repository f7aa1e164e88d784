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
import { t } from '../words.ts';

/** Who holds what role, and how far each member is. */
export function clusterAnswer(view: Wire<ClusterView>, terms: Terms): TemplateResult {
  const primary = view.members.find(({ nodeId }) => nodeId === view.primaryId);
  return html`
    ${facts([
      // Some versions of Patroni do not say here how they call the cluster.
      ...(view.clusterId === null && view.name === null
        ? []
        : [
            [
              t('Cluster'),
              view.clusterId === null ? text(view.name) : html`${text(view.name)} ${code(view.clusterId)}`,
            ] as const,
          ]),
      [terms.primary, primary === undefined ? code(view.primaryId) : node(primary)],
      [t('Members'), number(view.members.length.toString())],
    ])}
    ${section(t('Topology'), topology(view))}
    ${section(t('Members'), table(membersTable(view.members, terms), t('The node reports no members.')))}`;
}

/** By its name, and by its id where that is another. */
function node({ name, nodeId }: Pick<Member, 'name' | 'nodeId'>): Content {
  return name === nodeId ? code(nodeId) : html`${text(name)} ${code(nodeId)}`;
}

/** The members as rows, in the order of the answer. */
export function membersTable(members: readonly Wire<Member>[], terms: Terms): Table {
  if (terms.kind === 'patroni') return patroniMembers(members, terms);
  return {
    caption: t('Members'),
    columns: [
      { title: t('Node'), width: 28 },
      { title: t('Role'), width: 10 },
      { title: t('Replication state'), width: 26 },
      { title: t('Health'), width: 13 },
      { title: t('Lag (bytes)'), number: true, width: 12 },
      { title: t('Lag (commits)'), number: true, width: 12 },
      { title: t('Durable offset (bytes)'), number: true, width: 16 },
      { title: t('Durable commit'), number: true, width: 12 },
      { title: t('Last contact'), width: 25 },
      { title: t('Health basis'), width: 30 },
      { title: t('Node id'), width: 38 },
      { title: t('Address'), width: 30 },
    ],
    count: members.length,
    row: index => {
      const member = members[index];
      return member === undefined
        ? []
        : [
            text(member.name),
            roleWord(member),
            replicationState(member.replicationState, member.haltReason),
            healthWord(member.health),
            number(member.lagBytes),
            number(member.lagCommits),
            number(member.durableOffset),
            ordinal(member.durableCommitId),
            time(member.lastContact),
            text(member.healthBasis),
            code(member.nodeId),
            code(member.apiUrl),
          ];
    },
  };
}

const POSITIONS = [
  ['written', t('Written')],
  ['received', t('Received')],
  ['replayed', t('Replayed')],
] as const;
const LAGS = [
  ['receiveLag', t('Receive lag (bytes)')],
  ['replayLag', t('Replay lag (bytes)')],
] as const;

function patroniMembers(members: readonly Wire<Member>[], { position }: Terms): Table {
  // Most versions of Patroni say no positions here at all.
  const positions = POSITIONS.filter(([key]) => members.some(({ patroni }) => (patroni?.[key] ?? null) !== null));
  const lags = LAGS.filter(([key]) => members.some(({ patroni }) => patroni?.[key] !== undefined));
  return {
    caption: t('Members'),
    columns: [
      { title: t('Node'), width: 28 },
      { title: t('Role'), width: 26 },
      { title: t('State'), width: 18 },
      { title: t('Timeline'), number: true, width: 8 },
      { title: t('Lag (bytes)'), number: true, width: 12 },
      ...lags.map(([, title]) => ({ title, number: true, width: 16 }) as const),
      ...positions.map(([, title]) => ({ title, number: true, width: 14 }) as const),
      { title: t('Marks'), width: 30 },
      { title: t('Health'), width: 13 },
      { title: t('Health basis'), width: 30 },
      { title: t('Address'), width: 30 },
    ],
    count: members.length,
    row: index => {
      const member = members[index];
      return member === undefined
        ? []
        : [
            text(member.name),
            patroniRole(member),
            text(member.replicationState),
            ordinal(member.patroni?.timeline ?? null),
            followers(member, member.lagBytes, number),
            ...lags.map(([key]) => followers(member, member.patroni?.[key] ?? null, number)),
            ...positions.map(([key]) =>
              key === 'written'
                ? leaders(member, member.patroni?.[key] ?? null, position)
                : followers(member, member.patroni?.[key] ?? null, position),
            ),
            member.patroni?.marks === null
              ? html`<span class="muted">${t('none')}</span>`
              : text(member.patroni?.marks ?? null),
            healthWord(member.health),
            text(member.healthBasis),
            code(member.apiUrl),
          ];
    },
  };
}

/**
 * What a member has only while it follows another one: a leader has no lag and receives nothing, which is not unknown.
 */
function followers({ role }: Wire<Member>, value: string | null, content: (value: string | null) => Content): Content {
  return role === 'primary' && value === null ? html`<span class="muted">–</span>` : content(value);
}

/** What only a leader has: a replica writes nothing of its own. */
function leaders({ role }: Wire<Member>, value: string | null, content: (value: string | null) => Content): Content {
  return role === 'replica' && value === null ? html`<span class="muted">–</span>` : content(value);
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
      ${facts([
        [t('Node'), node(member)],
        [
          t('Told by'),
          source === 'self' ? t('the node itself') : t('the configuration store, which holds what it last wrote there'),
        ],
      ])}
      ${section(
        t('State'),
        facts(
          [
            [t('Role'), patroniRole(member)],
            [t('State'), text(member.replicationState)],
            [t('Health'), healthWord(member.health)],
            [t('Health basis'), text(member.healthBasis)],
            [t('Marks'), marks === null ? t('none') : text(marks)],
            [t('Address'), code(member.apiUrl)],
          ],
          'facts rows',
        ),
      )}
      ${section(
        t('Position'),
        facts(
          [
            [terms.epoch, ordinal(timeline)],
            ...POSITIONS.filter(([key]) => key !== 'written' || member.role !== 'replica').map(
              ([key, title]) =>
                [
                  title,
                  key === 'written' ? terms.position(at[key]) : followers(member, at[key], terms.position),
                ] as const,
            ),
            [
              t('Lag (bytes)'),
              source === 'self' && member.role !== 'primary'
                ? t('not said by a node of itself')
                : followers(member, member.lagBytes, number),
            ],
            ...LAGS.filter(([key]) => at[key] !== undefined).map(
              ([key, title]) => [title, followers(member, at[key] ?? null, number)] as const,
            ),
          ],
          'facts rows',
        ),
      )}
      ${more(sections)}`;
  }
  return html`
    ${facts([
      [t('Node'), html`${text(member.name)} ${code(member.nodeId)}`],
      [t('Told by'), source === 'self' ? t('the node itself') : t('another node, which reports it')],
    ])}
    ${section(
      t('State'),
      facts(
        [
          [t('Role'), roleWord(member)],
          [t('Replication state'), text(member.replicationState)],
          ...(member.health === 'halted' || member.haltReason !== null
            ? [[t('Halt reason'), text(member.haltReason)] as const]
            : []),
          [t('Health'), healthWord(member.health)],
          [t('Health basis'), text(member.healthBasis)],
          [t('Last contact'), time(member.lastContact)],
          [t('Address'), code(member.apiUrl)],
        ],
        'facts rows',
      ),
    )}
    ${section(
      t('Position'),
      facts(
        [
          [t('Durable offset (bytes)'), number(member.durableOffset)],
          [t('Durable commit'), ordinal(member.durableCommitId)],
          [t('Lag (bytes)'), number(member.lagBytes)],
          [t('Lag (commits)'), number(member.lagCommits)],
        ],
        'facts rows',
      ),
    )}`;
}
