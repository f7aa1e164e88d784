/**
 * What a kernel answered, as text: one function per view. Values as they are, unknown as "unknown", no judgement
 * (P7-A3).
 */
import type { AnsweredView } from '../../control-plane/reads.ts';
import type {
  ClusterView,
  DiagnosticsView,
  KernelEvent,
  Member,
  NodeView,
  PromotionView,
  Reading,
  Section,
  SnapshotsView,
  StateChange,
  WalView,
} from '../../control-plane/views.ts';
import { facts, paragraph, table, type Column, type Fact } from './layout.ts';
import { replicationView } from './replication.ts';
import { known, safeJson } from './safe.ts';
import type { Terms } from './terms.ts';

/**
 * From which node, endpoint and state an answer is, at which time and by whose clock, and who did not answer before.
 */
export function provenance(
  { observed, endpoint, skipped, notes }: Omit<Reading<unknown>, 'view'>,
  { kind }: Terms,
): readonly string[] {
  return facts([
    ['Observed by node', known(observed.nodeId)],
    ['Endpoint', known(endpoint)],
    [
      'State',
      kind === 'patroni'
        ? `snapshot ${known(observed.snapshot)}; this engine has neither commit ids nor control versions`
        : `commit ${known(observed.commitId)}, control version ${known(observed.controlVersion)}, ` +
          `snapshot ${known(observed.snapshot)}`,
    ],
    ['Time', `${known(observed.time)} (clock ${known(observed.clock)})`],
    ...skipped.map((before): Fact => ['Asked before', `${known(before.endpoint)}: ${known(before.reason)}`]),
    ...notes.map((note): Fact => ['Note', known(note)]),
  ]);
}

/** The body of an answer. */
export function answer(answered: AnsweredView, terms: Terms): readonly string[] {
  switch (answered.command) {
    case 'inspect_cluster_state':
      return clusterView(answered.reading.view, terms);
    case 'inspect_node':
      return nodeView(answered.reading.view, terms);
    case 'inspect_replication_status':
      return replicationView(answered.reading.view, terms);
    case 'inspect_promotion_state':
      return promotionView(answered.reading.view, terms);
    case 'run_diagnostics':
      return diagnosticsView(answered.reading.view);
    case 'inspect_wal':
      return walView(answered.reading.view, terms);
    case 'inspect_snapshots':
      return snapshotsView(answered.reading.view, terms);
  }
}

function clusterView({ clusterId, name, epoch, primaryId, members }: ClusterView, terms: Terms): readonly string[] {
  const primary = members.find(member => member.nodeId === primaryId);
  return [
    ...facts([
      // Patroni has no cluster id, and most of its versions do not say here how they call the cluster.
      ...(terms.kind === 'patroni' ? [] : [['Cluster id', known(clusterId)] as const]),
      ...(terms.kind === 'patroni' && name === null ? [] : [['Cluster name', known(name)] as const]),
      [terms.epoch, known(epoch)],
      [terms.primary, primaryId === null ? 'none known' : primary === undefined ? known(primaryId) : named(primary)],
      ['Members', known(members.length)],
    ]),
    '',
    ...memberTables(members, terms),
  ];
}

/** Members in the kernel's order: state first, then who and where they are, then where that is known from. */
export function memberTables(members: readonly Member[], terms: Terms): readonly string[] {
  if (members.length === 0) return paragraph('The kernel named no members.', 2);
  if (terms.kind === 'patroni') return patroniTables(members, terms);
  return [
    ...table(
      [
        { title: 'NODE' },
        { title: 'ROLE' },
        { title: 'STATE' },
        { title: 'HEALTH' },
        { title: 'DURABLE', right: true },
        { title: 'COMMIT', right: true },
        { title: 'LAG BYTES', right: true },
        { title: 'LAG COMMITS', right: true },
      ],
      members.map(member =>
        [
          member.name,
          member.role,
          member.replicationState,
          member.health,
          member.durableOffset,
          member.durableCommitId,
          member.lagBytes,
          member.lagCommits,
        ].map(known),
      ),
    ),
    '',
    ...table(
      [{ title: 'NODE' }, { title: 'NODE ID' }, { title: 'API' }],
      members.map(member => [known(member.name), known(member.nodeId), known(member.apiUrl)]),
    ),
    '',
    ...table(
      [{ title: 'NODE' }, { title: 'LAST CONTACT' }, { title: 'HEALTH KNOWN FROM' }, { title: 'HALTED BY' }],
      members.map(member => [known(member.name), known(member.lastContact), known(member.healthBasis), halted(member)]),
    ),
  ];
}

const POSITIONS = [
  ['written', 'Written'],
  ['received', 'Received'],
  ['replayed', 'Replayed'],
] as const;
const LAGS = [
  ['receiveLag', 'Receive lag'],
  ['replayLag', 'Replay lag'],
] as const;

function patroniTables(members: readonly Member[], { position }: Terms): readonly string[] {
  // Most versions of Patroni say no positions here at all.
  const positions = POSITIONS.filter(([key]) => members.some(({ patroni }) => (patroni?.[key] ?? null) !== null));
  const lags = LAGS.filter(([key]) => members.some(({ patroni }) => patroni?.[key] !== undefined));
  const columns: readonly Column[] = [
    ...lags.map(([, title]): Column => ({ title: title.toUpperCase(), right: true })),
    ...positions.map(([, title]): Column => ({ title: title.toUpperCase() })),
  ];
  return [
    ...table(
      [
        { title: 'NODE' },
        { title: 'ROLE' },
        { title: 'STATE' },
        { title: 'TIMELINE', right: true },
        { title: 'LAG BYTES', right: true },
        ...columns,
      ],
      members.map(({ name, role, replicationState, lagBytes, patroni }) => [
        known(name),
        known(patroni?.role ?? role),
        known(replicationState),
        known(patroni?.timeline ?? null),
        followers(role, lagBytes, known),
        ...lags.map(([key]) => followers(role, patroni?.[key] ?? null, known)),
        ...positions.map(([key]) =>
          key === 'written'
            ? leaders(role, patroni?.[key] ?? null, position)
            : followers(role, patroni?.[key] ?? null, position),
        ),
      ]),
    ),
    '',
    ...table(
      [{ title: 'NODE' }, { title: 'API' }, { title: 'MARKS' }],
      members.map(({ name, apiUrl, patroni }) => [
        known(name),
        known(apiUrl),
        patroni?.marks === null ? '-' : known(patroni?.marks ?? null),
      ]),
    ),
    '',
    ...table(
      [{ title: 'NODE' }, { title: 'HEALTH' }, { title: 'KNOWN FROM' }],
      members.map(({ name, health, healthBasis }) => [name, health, healthBasis].map(known)),
    ),
  ];
}

/**
 * What a member has only while it follows another one: a leader has no lag and receives nothing, which is not unknown.
 */
function followers(role: Member['role'], value: bigint | null, text: Terms['position']): string {
  return role === 'primary' && value === null ? '-' : text(value);
}

/** What only a leader has: a replica writes nothing of its own. */
function leaders(role: Member['role'], value: bigint | null, text: Terms['position']): string {
  return role === 'replica' && value === null ? '-' : text(value);
}

function nodeView({ member, source, epoch, sections }: NodeView, terms: Terms): readonly string[] {
  if (member.patroni !== undefined) {
    const { role, timeline, marks, ...at } = member.patroni;
    const ownLag =
      source === 'self' && member.role !== 'primary'
        ? 'not said by a node of itself'
        : followers(member.role, member.lagBytes, known);
    const told: readonly Fact[] = LAGS.filter(([key]) => at[key] !== undefined).map(([key, title]) => [
      `${title}, bytes`,
      followers(member.role, at[key] ?? null, known),
    ]);
    const positions: readonly Fact[] = POSITIONS.filter(([key]) => key !== 'written' || member.role !== 'replica').map(
      ([key, title]) => [
        title,
        key === 'written' ? terms.position(at[key]) : followers(member.role, at[key], terms.position),
      ],
    );
    return [
      ...facts([
        ['Node', named(member)],
        [
          'Told by',
          source === 'self' ? 'the node itself' : 'the configuration store, which holds what it last wrote there',
        ],
        ['API', known(member.apiUrl)],
        ['Role', known(role)],
        ['State', known(member.replicationState)],
        ['Health', `${known(member.health)} (known from: ${known(member.healthBasis)})`],
        [terms.epoch, known(timeline)],
        ...positions,
        ['Lag, bytes', ownLag],
        ...told,
        ['Marks', marks === null ? '-' : known(marks)],
      ]),
      ...more(sections),
    ];
  }
  return facts([
    ['Node', named(member)],
    ['Told by', source === 'self' ? 'the node itself' : 'another node, which reports it'],
    ['API', known(member.apiUrl)],
    ['Role', known(member.role)],
    ['Replication state', known(member.replicationState)],
    ['Halted by', halted(member)],
    ['Health', `${known(member.health)} (known from: ${known(member.healthBasis)})`],
    ['Epoch', known(epoch)],
    ['Durable offset, bytes', known(member.durableOffset)],
    ['Durable commit', known(member.durableCommitId)],
    ['Lag, bytes', known(member.lagBytes)],
    ['Lag, commits', known(member.lagCommits)],
    ['Last contact', known(member.lastContact)],
  ]);
}

/** A node that is not halted has no reason; that is not unknown. */
function named({ name, nodeId }: Pick<Member, 'name' | 'nodeId'>): string {
  return name === nodeId ? known(name) : `${known(name)} (${known(nodeId)})`;
}

/** What the engine says beside, in its own words. */
function more(sections: readonly Section[] | undefined): readonly string[] {
  return (sections ?? []).flatMap(({ name, entries }) => [
    '',
    ...paragraph(known(name), 2),
    ...(entries.length === 0
      ? paragraph('none', 4)
      : facts(
          entries.map(({ key, value }): Fact => [known(key), known(value)]),
          4,
        )),
  ]);
}

function halted({ health, haltReason }: Pick<Member, 'health' | 'haltReason'>): string {
  return haltReason === null && health === 'running' ? '-' : known(haltReason);
}

function promotionView(
  { state, pendingNodeId, epoch, lastAttempt, events, nextAfter, request }: PromotionView,
  terms: Terms,
): readonly string[] {
  return [
    ...facts([
      ['State', known(state)],
      ['Pending node', pendingNodeId === null ? 'none' : known(pendingNodeId)],
      [terms.epoch, known(epoch)],
    ]),
    '',
    ...(lastAttempt === null
      ? paragraph(
          terms.kind === 'patroni'
            ? 'Last attempt: this engine keeps no record of attempts.'
            : 'Last attempt: the kernel reports none.',
          2,
        )
      : [
          '  Last attempt',
          ...facts(
            [
              ['Request', known(lastAttempt.requestId)],
              [
                'Kind',
                lastAttempt.mode === null
                  ? known(lastAttempt.kind)
                  : `${known(lastAttempt.kind)}, ${known(lastAttempt.mode)}`,
              ],
              ['Target', known(lastAttempt.target)],
              ['Outcome', known(lastAttempt.outcome)],
              [
                'Denied for',
                lastAttempt.denial === null
                  ? '-'
                  : `${known(lastAttempt.denial.reason)} (${known(lastAttempt.denial.invariant)})`,
              ],
            ],
            4,
          ),
        ]),
    ...(request === null
      ? []
      : [
          '',
          '  Request that was looked up',
          ...facts(
            [
              ['Request', known(request.requestId)],
              ['Known to this node', request.known ? 'yes' : 'no; that says nothing about other nodes'],
              ['Outcome', known(request.outcome)],
              ['Code', request.code === null ? '-' : known(request.code)],
            ],
            4,
          ),
        ]),
    '',
    ...eventList(events, true, terms),
    ...(nextAfter === null
      ? []
      : paragraph(`The kernel's answer ends here; it holds more events after number ${known(nextAfter)}.`, 2)),
  ];
}

/** Events in the kernel's order. `details`: with all that they carry, where the view does not say it already. */
export function eventList(events: readonly KernelEvent[], details: boolean, terms: Terms): readonly string[] {
  if (events.length === 0) return paragraph('Events: the kernel reported none.', 2);
  return [
    '  Events',
    ...events.flatMap(event => [
      ...paragraph(`${known(event.seq)}  ${known(event.time)}  ${terms.epoch.toLowerCase()} ${known(event.epoch)}`, 4),
      ...paragraph(known(event.type), 6),
      ...facts(
        !details
          ? []
          : [
              ...optional('node', event.nodeId),
              ...optional('request', event.requestId),
              ...optional('mode', event.mode),
              ...optional('operator', event.operator),
              ...optional('reason', event.reason),
              ...(event.auditHead === null
                ? []
                : [['audit record', `${known(event.auditHead.seq)} ${known(event.auditHead.hash)}`] as const]),
              ...Object.entries(event.fields).map(
                ([key, value]): Fact => [known(key), known(typeof value === 'string' ? value : safeJson(value))],
              ),
            ],
        8,
      ),
    ]),
  ];
}

function optional(label: string, value: string | null): readonly Fact[] {
  return value === null || value === '' ? [] : [[label, known(value)]];
}

function diagnosticsView({ sections }: DiagnosticsView): readonly string[] {
  return sections.flatMap(({ name, entries }, index) => [
    ...(index === 0 ? [] : ['']),
    ...paragraph(known(name), 2),
    ...facts(
      entries.map(({ key, value }): Fact => [known(key), known(value)]),
      4,
    ),
  ]);
}

function walView(wal: WalView, terms: Terms): readonly string[] {
  if (terms.kind === 'patroni') return patroniWal(wal, terms);
  const segments = wal.segments ?? [];
  return [
    ...facts([
      ['Oldest offset, bytes', known(wal.oldestOffset)],
      ['Truncation offset', known(wal.truncationOffset)],
      ['Durable offset', known(wal.durableOffset)],
      ['Append offset', known(wal.appendOffset)],
      ['Total bytes', known(wal.totalBytes)],
      [
        'Checksums',
        wal.checksumStatus === 'unchecked'
          ? 'unchecked'
          : `${wal.checksumStatus}, verified to offset ${known(wal.verifiedToOffset)}`,
      ],
      ['Segments', wal.segments === null ? 'not visible' : known(segments.length)],
      ['Checkpoints', known(wal.checkpoints?.length ?? null)],
    ]),
    ...(wal.checkpoints === null || wal.checkpoints.length === 0
      ? []
      : [
          '',
          ...table(
            [{ title: 'CHECKPOINT' }, { title: 'OFFSET', right: true }, { title: 'COMMIT', right: true }],
            wal.checkpoints.map(checkpoint => [checkpoint.id, checkpoint.offset, checkpoint.commitId].map(known)),
          ),
        ]),
    '',
    ...table(
      [
        { title: 'SEGMENT' },
        { title: 'FIRST OFFSET', right: true },
        { title: 'END OFFSET', right: true },
        { title: 'BYTES', right: true },
        { title: 'CHECKSUM' },
      ],
      segments.map(segment =>
        [segment.id, segment.firstOffset, segment.endOffset, segment.bytes, segment.checksum].map(known),
      ),
    ),
    ...(wal.nextAfter === null
      ? []
      : paragraph(`The kernel's answer ends here; it holds more segments after ${known(wal.nextAfter)}.`, 2)),
  ];
}

function patroniWal(wal: WalView, { position }: Terms): readonly string[] {
  return [
    ...facts([
      ...(wal.segments === null
        ? []
        : ([
            ['Oldest retained', position(wal.oldestOffset)],
            ['Flushed', position(wal.durableOffset)],
            // A replica inserts nothing; PostgreSQL says no such position of it.
            ['Inserted', wal.appendOffset === null ? '-' : position(wal.appendOffset)],
            ['Total bytes', known(wal.totalBytes)],
          ] as const)),
      ['Segments', wal.segments === null ? 'not visible' : known(wal.segments.length)],
    ]),
    ...more(wal.sections),
    ...(wal.segments === null
      ? []
      : [
          '',
          ...table(
            [{ title: 'SEGMENT' }, { title: 'FROM' }, { title: 'TO' }, { title: 'BYTES', right: true }],
            wal.segments.map(segment => [
              known(segment.id),
              position(segment.firstOffset),
              position(segment.endOffset),
              known(segment.bytes),
            ]),
          ),
        ]),
  ];
}

function snapshotsView({ items, nextAfter, sections }: SnapshotsView, terms: Terms): readonly string[] {
  if (terms.kind === 'patroni') {
    return [
      ...table(
        [{ title: 'KIND' }, { title: 'ID' }, { title: 'REDO FROM' }, { title: 'WRITTEN AT' }],
        items.map(item => [
          known(item.kind),
          known(item.id),
          terms.position(item.walFirstOffset),
          terms.position(item.walEndOffset),
        ]),
      ),
      '',
      ...table(
        [{ title: 'ID' }, { title: 'CREATED AT' }, { title: 'SOURCE' }],
        items.map(item => [item.id, item.createdAt, item.source].map(known)),
      ),
      ...more(sections),
    ];
  }
  if (items.length === 0) return paragraph('The kernel reported no snapshots and no checkpoints.', 2);
  return [
    ...table(
      [
        { title: 'KIND' },
        { title: 'ID' },
        { title: 'COMMIT', right: true },
        { title: 'WAL FROM', right: true },
        { title: 'WAL TO', right: true },
        { title: 'DURABLE' },
      ],
      items.map(item =>
        [
          item.kind,
          item.id,
          item.commitId,
          item.walFirstOffset,
          item.walEndOffset,
          item.durable === null ? null : item.durable ? 'yes' : 'no',
        ].map(known),
      ),
    ),
    '',
    ...table(
      [{ title: 'ID' }, { title: 'CREATED AT' }, { title: 'SOURCE' }],
      items.map(item => [item.id, item.createdAt, item.source].map(known)),
    ),
    ...(nextAfter === null
      ? []
      : paragraph(`The kernel's answer ends here; it holds more after ${known(nextAfter)}.`, 2)),
  ];
}

/** Before and after of each component. */
export function changeTable(
  changes: readonly StateChange[],
  names: readonly { readonly nodeId: string; readonly name: string }[],
): readonly string[] {
  return table(
    [{ title: 'WHAT' }, { title: 'NODE' }, { title: 'BEFORE' }, { title: 'AFTER' }],
    changes.map(({ component, nodeId, before, after }) => [
      known(component),
      nodeId === null ? '-' : known(names.find(node => node.nodeId === nodeId)?.name ?? nodeId),
      known(before),
      known(after),
    ]),
  );
}
