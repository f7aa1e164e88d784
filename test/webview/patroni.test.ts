/**
 * Panels of a Patroni cluster: its own words, positions as PostgreSQL writes them, and what the engine does not have
 * said as such.
 */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { PATRONI } from '../../src/engines/patroni/engine.ts';
import { kernelRejection } from '../../src/control-plane/model/errors.ts';
import { explainControl, explainExecution } from '../../src/control-plane/explanation/explanation.ts';
import { toWire, type ControlResultView, type Observed, type Reading } from '../../src/control-plane/model/views.ts';
import { changesDocument } from '../../src/engines/documents.ts';
import { TERMS } from '../../src/engines/patroni/terms.ts';
import type { PatroniFacts } from '../../src/engines/patroni/facts.ts';
import type { PatroniExplanation, PatroniMember, PatroniState } from '../../src/engines/patroni/views.ts';
import { patroniExecution, patroniWords } from '../../src/engines/patroni/words.ts';
import type { ShowPanel } from '../../src/panel-protocol/panels.ts';
import { documented, DESCRIBED_BY_PATRONI, type PatroniViews, type Undocumented } from '../support/documents.ts';
import { Bundle, launch, openPanel, type PanelUnderTest } from './page.ts';

const cluster = { name: 'orders', kind: 'patroni', environment: null } as const;
const observed: Observed = {
  snapshot: 'dcs',
  commitId: null,
  controlVersion: null,
  nodeId: 'pg1',
  time: '2026-11-21T07:50:45.000Z',
  clock: 'patroni-http-date',
};
const REQUEST_ID = '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f';
const recorded = { seq: '7', hash: 'ab'.repeat(32) };

function reading<T>(view: T, more: Partial<Reading<T>> = {}): Reading<T> {
  return { view, observed, endpoint: 'https://pg1.example:8008', skipped: [], notes: [], ...more };
}

function member(name: string, role: string, more: Partial<PatroniState> = {}): PatroniMember {
  return {
    nodeId: name,
    name,
    apiUrl: `https://${name}.example:8008/patroni`,
    role: role === 'leader' ? 'primary' : 'replica',
    replicationState: 'running',
    haltReason: null,
    health: 'running',
    healthBasis: 'its own answer',
    durableOffset: null,
    durableCommitId: null,
    lagBytes: role === 'leader' ? null : 4096n,
    lagCommits: null,
    lastContact: null,
    patroni: { role, timeline: 5n, written: null, received: null, replayed: null, marks: null, ...more },
  };
}

const members = [member('pg1', 'leader'), member('pg2', 'sync_standby', { marks: 'nofailover: true' })];

function answer(title: string, shown: Undocumented<PatroniViews>): ShowPanel {
  const { observed: told, endpoint, skipped, notes } = shown.reading;
  const source = toWire({ observed: told, endpoint, skipped, notes });
  const document = documented(DESCRIBED_BY_PATRONI, shown).reading.document();
  return {
    type: 'show',
    refreshable: true,
    panel: { kind: 'answer', title, cluster, source, document, requestId: REQUEST_ID, recorded },
  };
}

const facts: PatroniExplanation = {
  target: 'pg2',
  clusterId: null,
  mode: 'forced',
  decision: null,
  reason: null,
  overriddenInvariants: ['P6-A1'],
  epoch: 5n,
  primaryId: 'pg1',
  members,
  controlVersion: null,
  answerMs: 60_000,
  checks: [
    {
      id: 'old_leader_has_stopped_writing',
      invariant: 'P6-A1',
      result: 'unchecked',
      observed: 'Patroni reports pg1 as the leader',
      message: 'Patroni does not check it.',
    },
  ],
};

const patroni: PatroniFacts = {
  versions: [
    { node: 'pg1', version: '4.1.5' },
    { node: 'pg2', version: '4.1.5' },
  ],
  behaviour: {
    series: '4.1',
    quorumCommit: true,
    failoverToAsynchronous: 'executed',
    standbyClusterIsSynchronous: false,
    failoverPriority: true,
    waitsForLostStandby: null,
  },
  replication: { mode: 'synchronous', strict: false },
  standbyCluster: false,
  failsafeMode: false,
  candidate: { role: 'sync_standby', nofailover: null },
  leaderSilent: null,
  patroniWaits: 20,
  paused: false,
  scheduledSwitchover: null,
  settings: {
    endpoint: 'https://pg2.example:8008',
    time: observed.time,
    shown: [{ name: 'synchronous_mode', value: 'true' }],
    maximumLagOnFailover: '1048576',
  },
  positions: [
    { node: 'pg1', unknown: 'it did not answer' },
    {
      node: 'pg2',
      endpoint: 'https://pg2.example:8008',
      time: observed.time,
      timeline: 5n,
      written: null,
      received: 83886408n,
      replayed: 83886080n,
    },
  ],
};

const switched: ControlResultView = {
  requestId: REQUEST_ID,
  kind: 'switchover',
  mode: 'validated',
  target: 'pg2',
  outcome: 'executed',
  epoch: null,
  controlVersion: null,
  changes: [{ component: 'leader', nodeId: null, before: 'pg1', after: 'pg2' }],
  events: [],
};
const switchover = explainExecution({
  result: switched,
  body: 'Successfully switched over to "pg2"',
  sentence: patroniExecution('pg2', 'orders', 'Successfully switched over to "pg2"'),
  document: () => changesDocument(TERMS, toWire(switched), { nodeId: 'pg2', name: 'pg2' }),
});

const forced = patroniWords('force_promotion', facts, patroni);

const PANELS: Readonly<Record<string, readonly [ShowPanel, readonly string[], RegExp]>> = {
  cluster: [
    answer('Inspect Cluster State', {
      command: 'inspect_cluster_state',
      reading: reading({ clusterId: null, name: 'orders', epoch: 5n, primaryId: 'pg1', members }),
    }),
    ['Leader', 'Timeline', 'leader', 'sync_standby', 'nofailover: true', '4096', 'this engine has none'],
    /Epoch|commits|Durable/,
  ],
  node: [
    answer('Inspect Node', {
      command: 'inspect_node',
      reading: reading({
        member: member('pg2', 'replica', { received: 83886408n, replayed: 83886080n }),
        source: 'self',
        epoch: 5n,
        sections: [{ name: 'As the node reports', entries: [{ key: 'Patroni version', value: '3.0.2' }] }],
      }),
    }),
    ['Received', '0/5000148', 'Replayed', '0/5000000', 'Patroni version', '3.0.2'],
    /Durable|Written/,
  ],
  wal: [
    answer('Inspect WAL', {
      command: 'inspect_wal',
      reading: reading(
        {
          segments: null,
          appendOffset: null,
          durableOffset: null,
          oldestOffset: null,
          truncationOffset: null,
          totalBytes: null,
          checksumStatus: 'unchecked',
          verifiedToOffset: null,
          checkpoints: null,
          nextBefore: null,
          nextAfter: null,
          total: null,
          sections: [{ name: 'Positions', entries: [{ key: 'received', value: '0/5000148' }] }],
        },
        { notes: ['Segments are not visible: no database login is configured.'] },
      ),
    }),
    ['0/5000148', 'Not visible here', 'no database login is configured'],
    /reports no segments/,
  ],
  leader: [
    answer('Inspect Node', {
      command: 'inspect_node',
      reading: reading({ member: member('pg1', 'leader', { written: 83886408n }), source: 'self', epoch: 5n }),
    }),
    ['Written', '0/5000148', '–'],
    /unknown/,
  ],
  'WAL of a replica': [
    answer('Inspect WAL', {
      command: 'inspect_wal',
      reading: reading({
        segments: [
          {
            id: '000000010000000000000005',
            firstOffset: 83886080n,
            endOffset: 100663296n,
            bytes: 16777216n,
            checksum: null,
          },
        ],
        appendOffset: null,
        durableOffset: 83886408n,
        oldestOffset: 83886080n,
        truncationOffset: null,
        totalBytes: 16777216n,
        checksumStatus: 'unchecked',
        verifiedToOffset: null,
        checkpoints: null,
        nextBefore: null,
        nextAfter: null,
        total: null,
        sections: [],
      }),
    }),
    ['Inserted', '–', '0/5000148'],
    /unknown/,
  ],
  'refused by PostgreSQL': [
    {
      type: 'show',
      refreshable: false,
      panel: {
        kind: 'failed',
        title: 'Inspect WAL',
        cluster,
        target: 'pg2',
        requestId: REQUEST_ID,
        recorded,
        error: kernelRejection('28P01', 'password authentication failed for user "monitor"', [], 'not_executed', {
          status: null,
          body: 'FATAL:  28P01: password authentication failed for user "monitor"',
          details: null,
        }),
      },
    },
    ['28P01', 'password authentication failed for user "monitor"', 'FATAL:  28P01'],
    /HTTP/,
  ],
  promotion: [
    answer('Inspect Promotion State', {
      command: 'inspect_promotion_state',
      reading: reading({
        state: 'leader known',
        pendingNodeId: null,
        epoch: 5n,
        lastAttempt: null,
        nextBefore: null,
        nextAfter: null,
        total: null,
        request: null,
        events: [
          {
            seq: 4n,
            type: 'timeline ended',
            time: null,
            epoch: 4n,
            requestId: null,
            nodeId: 'pg3',
            mode: null,
            operator: null,
            reason: 'no recovery target specified',
            auditHead: null,
            fields: { ended_at: '0/5AEF178' },
          },
        ],
      }),
    }),
    ['Timelines that ended', 'no recovery target specified', '0/5AEF178', 'pg3'],
    /State machine|Last attempt/,
  ],
  force: [
    {
      type: 'show',
      refreshable: false,
      panel: {
        kind: 'explanation',
        digest: 'e1'.repeat(32),
        requestId: REQUEST_ID,
        operator: 'maria@ops-1',
        document: forced.document,
        explanation: toWire(
          explainControl(
            'force_promotion',
            { cluster: 'orders', node: 'pg2', reason: 'pg1 is gone' },
            { name: 'orders', kind: 'patroni', endpoints: ['https://pg1.example:8008'] },
            { ...reading(facts), words: forced },
            PATRONI,
          ),
        ),
      },
    },
    [
      'What the engine does not check',
      'not checked by the engine',
      'timeline 5, received 0/5000148, replayed 0/5000000',
      'unknown: it did not answer',
      '1048576',
      'https://pg2.example:8008',
      'overrides nothing',
    ],
    /would approve|would deny|328/,
  ],
  executed: [
    {
      type: 'show',
      refreshable: false,
      panel: {
        kind: 'executed',
        title: 'Request Promotion',
        cluster,
        requestId: REQUEST_ID,
        recorded,
        sentence: switchover.sentence,
        document: switchover.document(),
      },
    },
    ['Successfully switched over to "pg2"', 'does not say whether', 'pg1'],
    /Control version|Epoch|no events/,
  ],
};

describe('panels of a Patroni cluster', () => {
  let browser: Browser;
  let bundle: Bundle;
  let panel: PanelUnderTest;

  before(async function () {
    this.timeout(180_000);
    [browser, bundle] = await Promise.all([launch(), Bundle.make()]);
    panel = await openPanel(browser, bundle, 'dark');
  });

  after(async () => {
    await browser.close();
    await bundle[Symbol.asyncDispose]();
  });

  for (const [name, [message, shown, absent]] of Object.entries(PANELS)) {
    it(`${name}: in Patroni's own terms`, async () => {
      await panel.show(message);
      // Where it was read is a line that unfolds, and columns of detail are shown where a row is unfolded.
      await panel.page.locator('details').evaluateAll(all => all.forEach(one => one.setAttribute('open', '')));
      for (const unfold of await panel.page.getByRole('button', { name: 'Unfold All' }).all()) await unfold.click();
      const words = await panel.page.locator('main').innerText();
      for (const word of shown) assert.ok(words.includes(word), `${word} is not in:\n${words}`);
      assert.doesNotMatch(words, absent);
      assert.doesNotMatch(words, /\b(?:null|undefined|NaN)\b|\[object/u);
      assert.deepEqual(panel.troubles.splice(0), []);
    });
  }
});
