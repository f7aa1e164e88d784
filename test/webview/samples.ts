/** Panels as the editor sends them, with values as a cluster of three nodes gives them. */
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import { invariant } from '../../src/control-plane/model/invariants.ts';
import {
  explainControl,
  explainDiagnostics,
  explainExecution,
} from '../../src/control-plane/explanation/explanation.ts';
import { kernelRejection, refusal, transportFailure } from '../../src/control-plane/model/errors.ts';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import {
  toWire,
  type ControlResultView,
  type KernelEvent,
  type KernelExplanation,
  type Member,
  type Observed,
  type Reading,
  type ReplicaProgress,
  type SnapshotItem,
  type WalSegment,
} from '../../src/control-plane/model/views.ts';
import type { ControlCommandName } from '../../src/control-plane/commands/commands.ts';
import type { ExplainedReading } from '../../src/control-plane/explanation/words.ts';
import type { Document } from '../../src/control-plane/model/document.ts';
import type { CommandViews } from '../../src/control-plane/model/reads.ts';
import { COST_DOCUMENT, executionDocument, explanationDocument } from '../../src/engines/aerodb/document.ts';
import { aerodbCostWords, aerodbExecution, aerodbWords } from '../../src/engines/aerodb/words.ts';
import type { ClusterLabel, Panel, RecordedAt, ShowPanel, KeptReading } from '../../src/panel-protocol/panels.ts';
import { comparison } from '../../src/control-plane/model/compare.ts';
import { DESCRIBED_BY_AERODB, documented, type Undocumented } from '../support/documents.ts';

function id(number: number): string {
  return `6f0c3b1e-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

export const cluster: ClusterLabel = { name: 'orders', kind: 'aerodb', environment: 'production' };
const config: ClusterConfig = {
  name: 'orders',
  kind: 'aerodb',
  endpoints: ['http://127.0.0.1:9191'],
  environment: 'production',
};
const observed: Observed = {
  snapshot: 'live',
  commitId: 104_233n,
  controlVersion: 17n,
  nodeId: id(1),
  time: '2026-11-21T10:00:00.000Z',
  clock: 'node-system-utc',
};
const REQUEST_ID = '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f';
const recorded: RecordedAt = { seq: '1204', hash: 'ab'.repeat(32) };

/** One reading of a view, by default without anything that was skipped. */
export function reading<T>(view: T, more: Partial<Reading<T>> = {}): Reading<T> {
  return { view, observed, endpoint: 'http://127.0.0.1:9191', skipped: [], notes: [], ...more };
}

/** A member; number 1 is the primary. */
export function member(number: number, more: Partial<Member> = {}): Member {
  const primary = number === 1;
  return {
    nodeId: id(number),
    name: `node-${number}`,
    apiUrl: `http://127.0.0.1:${9190 + number}`,
    role: primary ? 'primary' : 'replica',
    replicationState: primary ? 'PrimaryActive' : 'ReplicaActive',
    haltReason: null,
    health: 'running',
    healthBasis: primary ? 'this node answers' : 'acknowledged within the last round',
    durableOffset: 9_912_345n - BigInt(number) * 1_000n,
    durableCommitId: 104_233n - BigInt(number),
    lagBytes: primary ? null : BigInt(number) * 4_096n,
    lagCommits: primary ? null : BigInt(number),
    lastContact: '2026-11-21T09:59:59.871Z',
    ...more,
  };
}

export const halted: Partial<Member> = {
  role: 'replica',
  health: 'halted',
  replicationState: 'ReplicationHalted',
  haltReason: 'WalGapDetected',
  healthBasis: 'reported by the node',
};
export const silent: Partial<Member> = {
  role: 'unknown',
  health: 'unknown',
  replicationState: 'unknown',
  healthBasis: 'did not answer node-1 in their last exchange; its values are its last report',
  durableOffset: null,
  durableCommitId: null,
  lagBytes: null,
  lagCommits: null,
  lastContact: '2026-11-21T09:41:07.002Z',
};

/** What a member told before it stopped to answer. */
export const lastReport: Partial<Member> = {
  health: 'unknown',
  healthBasis: 'did not answer node-2 in their last exchange; its values are its last report',
  lastContact: '2026-11-21T09:41:07.002Z',
};

/** Members in node order, some halted and some silent where there are many. */
export function members(count: number): readonly Member[] {
  return Array.from({ length: count }, (_none, index) =>
    member(index + 1, count > 3 && index % 17 === 5 ? halted : count > 3 && index % 29 === 11 ? silent : {}),
  );
}

type Bend = <T>(value: T) => T;

/** How a panel's document is rebuilt from a bent answer of the kernel. */
const DESCRIBED = new WeakMap<Panel, (bend: Bend) => Document>();

/** The two panels that one compares. */
const COMPARED = new WeakMap<Panel, readonly [ShowPanel, ShowPanel]>();

/** The same panel as if the kernel had answered otherwise: what the engine says of the answer is not bent. */
export function bent(message: ShowPanel, bend: Bend): ShowPanel {
  const compared = COMPARED.get(message.panel);
  if (compared !== undefined) return comparisonPanel(bent(compared[0], bend), bent(compared[1], bend));
  const describe = DESCRIBED.get(message.panel);
  const shown = bend(message);
  if (describe === undefined) return shown;
  const document = describe(bend);
  const { panel } = shown;
  return panel.kind === 'answer' || panel.kind === 'executed' || panel.kind === 'explanation'
    ? { ...shown, panel: { ...panel, document } }
    : shown;
}

/** Wraps an answer as the panel of its command. */
export function answer(title: string, shown: Undocumented<CommandViews>): ShowPanel {
  const describe = (bend: Bend): Document =>
    documented(DESCRIBED_BY_AERODB, bend(toWire(shown)) as Undocumented<CommandViews>).reading.document();
  const { observed: told, endpoint, skipped, notes, isChosen } = shown.reading;
  const source = toWire({ observed: told, endpoint, skipped, notes, ...(isChosen === undefined ? {} : { isChosen }) });
  const document = describe(value => value);
  const panel: Panel = { kind: 'answer', title, cluster, source, document, requestId: REQUEST_ID, recorded };
  DESCRIBED.set(panel, describe);
  return { type: 'show', panel, refreshable: true };
}

export function clusterPanel(
  all: readonly Member[],
  primaryId: string | null = id(1),
  more: Partial<Reading<never>> = {},
): ShowPanel {
  return answer('Inspect Cluster State', {
    command: 'inspect_cluster_state',
    reading: { ...reading({ clusterId: id(999), name: 'orders', epoch: 5n, primaryId, members: all }), ...more },
  });
}

export function replicationPanel(replicas: readonly ReplicaProgress[]): ShowPanel {
  return answer('Inspect Replication Status', {
    command: 'inspect_replication_status',
    reading: reading({ primaryId: id(1), epoch: 5n, committedOffset: 9_911_345n, replicas }),
  });
}

export function replica(number: number, more: Partial<ReplicaProgress> = {}): ReplicaProgress {
  return {
    nodeId: id(number),
    name: `node-${number}`,
    state: 'ReplicaActive',
    haltReason: null,
    receivedOffset: 9_911_000n,
    appliedOffset: 9_910_000n,
    acknowledgedOffset: 9_910_500n,
    lagBytes: BigInt(number) * 4_096n,
    lagCommits: BigInt(number),
    lastAcknowledgedAt: '2026-11-21T09:59:59.871Z',
    ...more,
  };
}

const ATTEMPT_ID = '5d7a1e10-9c1b-4d51-8a55-1f2e3d4c5b6a';
export function event(seq: number, type: string, more: Partial<KernelEvent> = {}): KernelEvent {
  return {
    seq: BigInt(seq),
    type: `replication.promotion.${type}`,
    time: `2026-11-21T09:58:${String(seq % 60).padStart(2, '0')}.120Z`,
    epoch: 5n,
    requestId: ATTEMPT_ID,
    nodeId: id(2),
    mode: 'validated',
    operator: 'maria@ops-1',
    reason: null,
    auditHead: null,
    fields: {},
    ...more,
  };
}

const denied = [
  event(11, 'requested', { reason: 'disk of node-1 is failing', auditHead: { seq: 1198n, hash: 'cd'.repeat(32) } }),
  event(12, 'validation_started'),
  event(13, 'validation_failed', { fields: { invariant: 'P6-A1', reason: 'PrimaryStillActive' } }),
];

export function promotionPanel(more: Partial<CommandViews['inspect_promotion_state']> = {}): ShowPanel {
  return {
    ...answer('Inspect Promotion State', {
      command: 'inspect_promotion_state',
      reading: {
        ...reading({
          state: 'Steady',
          pendingNodeId: null,
          epoch: 5n,
          lastAttempt: {
            requestId: ATTEMPT_ID,
            kind: 'promotion',
            mode: 'validated',
            target: id(2),
            outcome: 'denied',
            denial: { reason: 'PrimaryStillActive', invariant: 'P6-A1' },
          },
          events: [
            event(4, 'requested', { requestId: REQUEST_ID }),
            event(5, 'validation_started', { requestId: REQUEST_ID }),
            event(6, 'aborted_on_crash', { requestId: REQUEST_ID }),
            ...denied,
          ],
          nextBefore: null,
          nextAfter: null,
          total: null,
          request: null,
          ...more,
        }),
        names: { [id(1)]: 'node-1', [id(2)]: 'node-2' },
      },
    }),
    cited: [invariant('P6-A1')],
  };
}

export function segments(count: number): readonly WalSegment[] {
  return Array.from({ length: count }, (_none, index) => ({
    id: `wal-${String(index + 7).padStart(6, '0')}`,
    firstOffset: BigInt(index + 6) * 1_048_576n,
    endOffset: BigInt(index + 7) * 1_048_576n,
    bytes: 1_048_576n,
    checksum: index === count - 1 ? null : 'crc32c:9f3a11c0',
  }));
}

export function walPanel(count: number, more: Partial<CommandViews['inspect_wal']> = {}): ShowPanel {
  const end = BigInt(count + 6) * 1_048_576n;
  return answer('Inspect WAL', {
    command: 'inspect_wal',
    reading: reading({
      segments: segments(count),
      appendOffset: end - 12_345n,
      durableOffset: end - 12_345n - 512n,
      oldestOffset: 6n * 1_048_576n,
      truncationOffset: null,
      totalBytes: BigInt(count) * 1_048_576n,
      checksumStatus: 'unchecked',
      verifiedToOffset: null,
      checkpoints:
        count === 0
          ? []
          : [
              { id: 'checkpoint-00090500', commitId: 90_500n, offset: 7n * 1_048_576n + 400_000n },
              { id: 'c2', commitId: null, offset: end - 200_000n },
            ],
      nextBefore: count > 100 ? 'wal-009007' : null,
      nextAfter: null,
      total: BigInt(count > 100 ? 10 * count : count),
      ...more,
    }),
  });
}

export function item(index: number, more: Partial<SnapshotItem> = {}): SnapshotItem {
  const kind = index % 3 === 0 ? 'snapshot' : 'checkpoint';
  return {
    kind,
    id: `${kind}-${String(index).padStart(5, '0')}`,
    commitId: BigInt(90_000 + index * 500),
    walFirstOffset: BigInt(6_000_000 + index * 300_000),
    walEndOffset: BigInt(6_000_000 + index * 300_000 + (kind === 'snapshot' ? 900_000 : 250_000)),
    createdAt: '2026-11-21T08:15:00.000Z',
    durable: true,
    source: 'scheduled',
    ...more,
  };
}

export function snapshotsPanel(items: readonly SnapshotItem[]): ShowPanel {
  return answer('Inspect Snapshots', {
    command: 'inspect_snapshots',
    reading: reading({ items, nextBefore: null, nextAfter: null, total: null }),
  });
}

export function nodePanel(shown: Member): ShowPanel {
  return answer('Inspect Node', {
    command: 'inspect_node',
    reading: reading({ member: shown, source: 'self', epoch: 5n }),
  });
}

export function diagnosticsPanel(
  sections: readonly {
    readonly name: string;
    readonly entries: readonly { readonly key: string; readonly value: string }[];
  }[],
): ShowPanel {
  return answer('Run Diagnostics', { command: 'run_diagnostics', reading: reading({ sections }) });
}

function facts(more: Partial<KernelExplanation>): Reading<KernelExplanation> {
  return reading<KernelExplanation>(
    {
      target: id(2),
      clusterId: null,
      mode: 'validated',
      answerMs: null,
      decision: 'deny',
      reason: 'PrimaryStillActive',
      checks: [
        {
          id: 'target_active',
          invariant: 'P6-A3',
          result: 'pass',
          observed: 'ReplicaActive',
          message: 'The target is an active replica.',
        },
        {
          id: 'write_authority',
          invariant: 'P6-A1',
          result: 'fail',
          observed: `${id(1)} answers as primary at epoch 5`,
          message: 'Another node holds write authority.',
        },
        {
          id: 'majority_position',
          invariant: 'P6-S1',
          result: 'pass',
          observed: '3 of 3 members answer; target at 9 911 345',
          message: 'No member is ahead of the target.',
        },
        {
          id: 'wal_prefix',
          invariant: 'P6-S2',
          result: 'pass',
          observed: 'continues to 9 911 345',
          message: 'The WAL continues theirs.',
        },
        {
          id: 'mvcc_visibility',
          invariant: 'P6-S3',
          result: 'unknown',
          observed: 'no answer',
          message: 'Visible snapshots could not be read.',
        },
      ],
      overriddenInvariants: [],
      epoch: 5n,
      primaryId: id(1),
      members: members(3),
      controlVersion: 17n,
      ...more,
    },
    { endpoint: 'http://127.0.0.1:9192', observed: { ...observed, nodeId: more.target ?? id(2) } },
  );
}

/** What a kernel of AeroDB explains with. */
function explainedBy(command: ControlCommandName, read: Reading<KernelExplanation>): ExplainedReading {
  const { target, members } = read.view;
  const name = members.find(({ nodeId }) => nodeId === target)?.name ?? target;
  return { ...read, words: aerodbWords(command, read.view, name) };
}

function explained(
  command: 'request_promotion' | 'request_demotion' | 'force_promotion',
  more: Partial<KernelExplanation> = {},
  reason?: string,
): ShowPanel {
  const target = more.target ?? id(2);
  const explanation = explainControl(
    command,
    { cluster: 'orders', node: target, ...(reason === undefined ? {} : { reason }) },
    config,
    explainedBy(command, facts(more)),
    AERODB,
  );
  const verb = { request_promotion: 'promote', request_demotion: 'demote', force_promotion: 'force-promote' }[command];
  const describe = (bend: Bend): Document => explanationDocument(bend(toWire(facts(more).view)));
  const panel: Panel = {
    kind: 'explanation',
    explanation: toWire(explanation),
    document: describe(value => value),
    digest: 'e1'.repeat(32),
    requestId: REQUEST_ID,
    operator: 'maria@ops-1',
    terminal: `aerodb-control ${verb} --cluster orders --node ${target}`,
  };
  DESCRIBED.set(panel, describe);
  return { type: 'show', panel, refreshable: false };
}

const forcedFacts: Partial<KernelExplanation> = {
  mode: 'forced',
  decision: 'approve',
  reason: null,
  overriddenInvariants: ['P6-A1'],
  members: [member(1, silent), member(2), member(3)],
  checks: [
    {
      id: 'target_active',
      invariant: 'P6-A3',
      result: 'pass',
      observed: 'ReplicaActive',
      message: 'The target is an active replica.',
    },
    {
      id: 'write_authority',
      invariant: 'P6-A1',
      result: 'overridden',
      observed: `${id(1)} does not answer`,
      message: 'Whether the old primary still holds write authority could not be found out.',
    },
    {
      id: 'majority_position',
      invariant: 'P6-S1',
      result: 'pass',
      observed: '2 of 3 members answer',
      message: 'No member is ahead of the target.',
    },
  ],
};

const details = { reason: 'PrimaryStillActive', checks: facts({}).view.checks };
export const rejection = kernelRejection(
  'AERO_PROMOTION_DENIED',
  'Promotion denied: another node answers as primary.',
  ['P6-A1'],
  'not_executed',
  {
    status: 409,
    details,
    body:
      '{"error":{"code":"AERO_PROMOTION_DENIED","invariant":"P6-A1","message":"Promotion denied: another node ' +
      `answers as primary.","outcome":"not_executed","details":${JSON.stringify(details)}}}`,
  },
);

export function failed(
  error: typeof rejection,
  more: { readonly recorded?: RecordedAt; readonly target?: string | null } = {},
): ShowPanel {
  return {
    type: 'show',
    refreshable: false,
    cited: error.invariants.map(invariant),
    panel: {
      kind: 'failed',
      title: 'Request Promotion',
      cluster,
      target: 'node-2',
      error: toWire(error),
      requestId: REQUEST_ID,
      recorded,
      ...more,
    },
  };
}

const done: ControlResultView = {
  requestId: REQUEST_ID,
  kind: 'promotion',
  mode: 'validated',
  target: id(2),
  outcome: 'executed',
  epoch: 6n,
  controlVersion: 21n,
  changes: [
    { component: 'role', nodeId: id(2), before: 'replica', after: 'primary' },
    { component: 'epoch', nodeId: null, before: '5', after: '6' },
    { component: 'write authority', nodeId: null, before: null, after: 'node-2' },
  ],
  events: ['requested', 'validation_started', 'validation_succeeded', 'transition_started', 'transition_completed'].map(
    (type, index) => event(21 + index, type, { requestId: REQUEST_ID, epoch: index < 4 ? 5n : 6n }),
  ),
};

const promoted = { nodeId: id(2), name: 'node-2' };
const execution = explainExecution({
  result: done,
  body: '{}',
  sentence: aerodbExecution('node-2', 'orders', done),
  document: () => executionDocument(toWire(done), promoted),
});
const executed: ShowPanel = {
  type: 'show',
  refreshable: false,
  panel: {
    kind: 'executed',
    title: 'Request Promotion',
    cluster,
    requestId: REQUEST_ID,
    recorded,
    sentence: execution.sentence,
    document: execution.document(),
  },
};
const notRecorded: ShowPanel = {
  ...executed,
  panel: { ...executed.panel, recorded: { notRecorded: 'ENOSPC: no space left on device, write' } } as Panel,
};
for (const { panel } of [executed, notRecorded])
  DESCRIBED.set(panel, bend => executionDocument(bend(toWire(done)), bend(promoted)));

function comparisonPanel(one: ShowPanel, other: ShowPanel): ShowPanel {
  const kept = ({ panel }: ShowPanel): KeptReading => {
    if (panel.kind !== 'answer') throw new Error('only answers are compared');
    const { source, document, requestId, recorded: at } = panel;
    return { source, document, requestId, recorded: at };
  };
  const [before, after] = [kept(one), kept(other)];
  const differences = comparison(before.document, after.document);
  const title = 'title' in one.panel ? one.panel.title : '';
  const panel: Panel = { kind: 'comparison', title, cluster, before, after, differences };
  COMPARED.set(panel, [one, other]);
  return { type: 'show', refreshable: false, panel };
}

/** Every kind of panel, by the name that its picture has. */
export const PANELS: Readonly<Record<string, ShowPanel>> = {
  asking: { type: 'show', refreshable: true, panel: { kind: 'asking', title: 'Inspect Cluster State', cluster } },
  'asking-control': {
    type: 'show',
    refreshable: false,
    panel: { kind: 'asking', title: 'Request Demotion: orders, node-1', cluster, requestId: REQUEST_ID },
  },
  gone: { type: 'show', refreshable: true, panel: { kind: 'gone', title: 'Inspect Cluster State' } },
  'gone-request': {
    type: 'show',
    refreshable: false,
    panel: { kind: 'gone', title: 'Request Demotion: orders, node-1' },
  },
  cluster: clusterPanel(members(3)),
  'cluster-troubled': clusterPanel([member(1), member(2, halted), member(3, silent)], id(1), {
    endpoint: 'http://127.0.0.1:9193',
    notes: ['This node has not heard from node-3 since it started.'],
    skipped: [
      { endpoint: 'http://127.0.0.1:9191', reason: 'connect ECONNREFUSED 127.0.0.1:9191' },
      {
        endpoint: 'http://127.0.0.1:9192',
        reason: "The answer is not in the kernel's form: <html>502 Bad Gateway</html>",
      },
    ],
  }),
  'cluster-primary-dead': clusterPanel(
    [member(1, lastReport), member(2, { role: 'primary', replicationState: 'PrimaryActive' }), member(3)],
    id(2),
  ),
  'cluster-no-primary': clusterPanel(
    [member(1, { role: 'replica', replicationState: 'ReplicaActive' }), member(2), member(3)],
    null,
  ),
  'cluster-told-by-halted': {
    ...clusterPanel(
      [
        member(1, { role: 'replica', health: 'halted', haltReason: 'AuthorityAmbiguity' }),
        member(2),
        member(3, silent),
      ],
      id(2),
      { observed: { ...observed, nodeId: id(1) }, isChosen: true },
    ),
    another: true,
    comparable: true,
    textual: true,
  },
  comparison: comparisonPanel(
    clusterPanel(members(3)),
    clusterPanel([member(1, silent), member(2, { lagBytes: 77n }), member(4)], id(2)),
  ),
  'cluster-50': clusterPanel(members(50)),
  'cluster-130': clusterPanel(members(130)),
  'cluster-1000': clusterPanel(members(1000)),
  node: nodePanel(member(2)),
  'node-unknown': nodePanel(member(3, silent)),
  replication: replicationPanel([
    replica(2),
    replica(3, { lagBytes: 0n, lagCommits: 0n }),
    replica(4, {
      state: 'ReplicationHalted',
      haltReason: 'WalGapDetected',
      lagBytes: null,
      lagCommits: null,
      appliedOffset: null,
      receivedOffset: null,
    }),
  ]),
  'replication-1000': replicationPanel(Array.from({ length: 1000 }, (_none, index) => replica(index + 2))),
  promotion: promotionPanel(),
  'promotion-part': { ...promotionPanel({ nextBefore: 4n, total: 412n }), older: true },
  'promotion-older': {
    ...promotionPanel({ nextBefore: 4n, nextAfter: 9n, total: 412n }),
    older: true,
    newest: true,
  },
  'wal-part': { ...walPanel(12, { nextBefore: '6291456', total: 512n, oldestOffset: 1_048_576n }), older: true },
  'wal-older': {
    ...walPanel(12, {
      nextBefore: '6291456',
      nextAfter: '18874368',
      oldestOffset: 0n,
      appendOffset: 40_000_000n,
      total: null,
    }),
    older: true,
    newest: true,
  },
  'promotion-lookup': promotionPanel({
    lastAttempt: null,
    events: [],
    request: { requestId: REQUEST_ID, known: false, outcome: null, code: null },
  }),
  'promotion-running': promotionPanel({
    state: 'PromotionValidating',
    pendingNodeId: id(2),
    lastAttempt: null,
    events: denied.slice(0, 2),
  }),
  'promotion-denied-late': promotionPanel({
    lastAttempt: {
      requestId: ATTEMPT_ID,
      kind: 'promotion',
      mode: 'validated',
      target: id(2),
      outcome: 'denied',
      denial: { reason: 'AuthorityAmbiguous', invariant: 'P6-A1' },
    },
    events: [
      ...denied.slice(0, 2),
      event(13, 'validation_succeeded'),
      event(14, 'transition_started'),
      event(15, 'validation_failed', { fields: { invariant: 'P6-A1', reason: 'AuthorityAmbiguous' } }),
    ],
  }),
  demotion: promotionPanel({
    lastAttempt: {
      requestId: ATTEMPT_ID,
      kind: 'demotion',
      mode: null,
      target: id(1),
      outcome: 'executed',
      denial: null,
    },
    events: [
      'requested',
      'validation_started',
      'validation_succeeded',
      'transition_started',
      'transition_completed',
    ].map((type, index) => event(31 + index, '', { type: `replication.demotion.${type}` })),
  }),
  wal: walPanel(9),
  'wal-10000': walPanel(10_000),
  snapshots: snapshotsPanel([
    item(0),
    item(1),
    item(2),
    item(3, { walFirstOffset: null, walEndOffset: null, commitId: null, createdAt: null, durable: null, source: null }),
    item(4),
    item(6, { walEndOffset: null, durable: false }),
  ]),
  'snapshots-1000': snapshotsPanel(Array.from({ length: 1000 }, (_none, index) => item(index))),
  diagnostics: diagnosticsPanel([
    {
      name: 'status',
      entries: [
        { key: 'lifecycle', value: 'running' },
        { key: 'commit_id', value: '104233' },
      ],
    },
    {
      name: 'wal',
      entries: [
        { key: 'segments', value: '9' },
        { key: 'checksum', value: 'valid to 9911345' },
        { key: 'first lines', value: 'line one\nline two' },
      ],
    },
    {
      name: 'process',
      entries: [
        { key: 'pid', value: '41241' },
        { key: 'uptime_seconds', value: '8123' },
      ],
    },
    { name: 'mvcc', entries: [] },
  ]),
  'explanation-promotion': explained('request_promotion', {}, 'disk of node-1 is failing, ticket OPS-1182'),
  'explanation-demotion': explained('request_demotion', {
    target: id(1),
    decision: 'approve',
    reason: null,
    checks: facts({}).view.checks.slice(0, 1),
  }),
  'explanation-force': explained(
    'force_promotion',
    forcedFacts,
    'node-1 lost power; confirmed by the data centre by phone',
  ),
  'explanation-diagnostics': {
    type: 'show',
    refreshable: false,
    panel: {
      kind: 'explanation',
      document: COST_DOCUMENT,
      explanation: toWire(
        explainDiagnostics(
          { cluster: 'orders', node: id(2) },
          config,
          {
            ...reading({ files: 12n, bytes: 9_437_184n, name: 'node-2' }),
            words: aerodbCostWords({ files: 12n, bytes: 9_437_184n }),
          },
          AERODB,
        ),
      ),
      digest: 'd1'.repeat(32),
      requestId: REQUEST_ID,
      operator: 'maria@ops-1',
    },
  },
  executed,
  rejected: failed(rejection),
  'outcome-unknown': failed(
    transportFailure('PHASE7_TIMEOUT', 'No answer within 30000 ms after the request was sent.', 'unknown'),
  ),
  refused: failed(
    refusal('PHASE7_MISSING_ARGUMENT', '"Request Promotion" needs a node; none was named. Nothing was sent.', 'node'),
    { target: null },
  ),
  'executed-not-recorded': notRecorded,
};
