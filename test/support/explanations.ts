/**
 * Explanations of every command of every engine, for a cluster of three members, in the engines' own words. For AeroDB,
 * the checks come from the kernel itself.
 */
import { digest } from '../../src/control-plane/model/digest.ts';
import {
  explainControl,
  explainDiagnostics,
  type Explanation,
} from '../../src/control-plane/explanation/explanation.ts';
import { COMMANDS, type ControlCommandName } from '../../src/control-plane/commands/commands.ts';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { Engine } from '../../src/control-plane/engine.ts';
import type { Document } from '../../src/control-plane/model/document.ts';
import type { KernelExplanation, Member, Reading } from '../../src/control-plane/model/views.ts';
import type { CostWords, Words } from '../../src/control-plane/explanation/words.ts';
import type { ConfirmationPrompt } from '../../src/control-plane/ports.ts';
import { consentText } from '../../src/control-plane/request/consent-text.ts';
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import { aerodbCostWords, aerodbWords } from '../../src/engines/aerodb/words.ts';
import { MYSQL } from '../../src/engines/mysql/engine.ts';
import type { MysqlFacts } from '../../src/engines/mysql/facts.ts';
import type { MysqlMember } from '../../src/engines/mysql/views.ts';
import { mysqlCostWords, mysqlWords } from '../../src/engines/mysql/words.ts';
import { PATRONI } from '../../src/engines/patroni/engine.ts';
import type { PatroniFacts } from '../../src/engines/patroni/facts.ts';
import type { PatroniMember } from '../../src/engines/patroni/views.ts';
import { patroniCostWords, patroniWords } from '../../src/engines/patroni/words.ts';
import type { Testimony } from '../../src/local-cluster/testimony.ts';
import { validateDemotion, validatePromotion } from '../../src/local-cluster/validation.ts';
import type { Mode } from '../../src/local-cluster/vocabulary.ts';

const REQUEST_ID = '0b8f9a52-2d3c-4a3f-9d4e-6b7a1c2d3e4f';
const TIME = '2026-11-21T10:00:00.000Z';
export const REASON = 'node-1 lost power; the data centre confirmed it by phone, ticket OPS-1182';

/** A prompt for an explanation, with the document that its engine shows. */
export function promptOf(explanation: Explanation, document: Document): ConfirmationPrompt {
  return {
    requestId: REQUEST_ID,
    token: 'token',
    explanation,
    document,
    explanationDigest: digest(explanation),
    type: COMMANDS[explanation.command].confirmation === 'enhanced' ? 'enhanced' : 'standard',
    nodeName: explanation.target.name,
    toType: consentText(explanation),
    acknowledge: explanation.acknowledge,
    operator: { account: 'maria', host: 'ops-1', name: null },
  };
}

function config(engine: Engine): ClusterConfig {
  return { name: 'orders', kind: engine.id, endpoints: ['https://db1.example.net:7443'], environment: 'production' };
}

function reading<T>(view: T, nodeId: string, controlVersion: bigint | null): Reading<T> {
  const observed = { snapshot: 'live', commitId: null, controlVersion, nodeId, time: TIME, clock: 'node-system-utc' };
  return { view, observed, endpoint: 'https://db2.example.net:7443', skipped: [], notes: [] };
}

function control(
  engine: Engine,
  command: ControlCommandName,
  view: KernelExplanation,
  words: Words,
): ConfirmationPrompt {
  const args = { cluster: 'orders', node: view.target, reason: REASON };
  const read = { ...reading(view, view.target, view.controlVersion), words };
  return promptOf(explainControl(command, args, config(engine), read, engine), words.document);
}

function collection(
  engine: Engine,
  node: string,
  name: string,
  cost: { readonly files: bigint; readonly bytes: bigint } | { readonly requests: bigint },
  words: CostWords,
): ConfirmationPrompt {
  const read = { ...reading({ ...cost, name }, node, null), words };
  return promptOf(explainDiagnostics({ cluster: 'orders', node }, config(engine), read, engine), words.document);
}

function member(nodeId: string, name: string, primary: boolean, silent: boolean): Member {
  return {
    nodeId,
    name,
    apiUrl: `https://${name}.example.net:7443`,
    role: silent ? 'unknown' : primary ? 'primary' : 'replica',
    replicationState: silent ? 'unknown' : primary ? 'PrimaryActive' : 'ReplicaActive',
    haltReason: null,
    health: silent ? 'unknown' : 'running',
    healthBasis: silent ? `no answer since ${TIME}` : 'acknowledged within the last round',
    durableOffset: silent ? null : 9_911_345n,
    durableCommitId: silent ? null : 104_233n,
    lagBytes: silent || primary ? null : 4_096n,
    lagCommits: silent || primary ? null : 1n,
    lastContact: TIME,
  };
}

function id(number: number): string {
  return `6f0c3b1e-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

function testimony(number: number, primary: number): Testimony {
  const position = { offset: 9_911_345n, chain: 7, epoch: 5n, commitId: 104_233n };
  return {
    nodeId: id(number),
    role: number === primary ? 'primary' : 'replica',
    state: number === primary ? 'PrimaryActive' : 'ReplicaActive',
    haltReason: null,
    epoch: 5n,
    candidate: id(1),
    primary: { epoch: 5n, node_id: id(1) },
    serving: null,
    position,
    durable: position,
    applied: position,
    visible: position,
  };
}

/** The kernel's own answer about node 2. `silent`: members that do not answer. `primary: 0`: node 1 was demoted. */
function aerodb(
  command: ControlCommandName,
  mode: Mode,
  { primary = 1, silent = [] }: { readonly primary?: number; readonly silent?: readonly number[] } = {},
): ConfirmationPrompt {
  const target = command === 'request_demotion' ? 1 : 2;
  const decision =
    command === 'request_demotion'
      ? validateDemotion(testimony(1, primary))
      : validatePromotion({
          mode,
          memberCount: 3,
          target: testimony(2, primary),
          others: [1, 3].map(number => ({
            nodeId: id(number),
            name: `node-${number}`,
            testimony: silent.includes(number) ? null : testimony(number, primary),
            isPrefix: silent.includes(number) ? null : true,
          })),
        });
  const view: KernelExplanation = {
    target: id(target),
    clusterId: id(999),
    mode: command === 'request_demotion' ? null : mode,
    decision: decision.decision,
    reason: decision.reason,
    checks: decision.checks,
    overriddenInvariants: decision.overridden,
    epoch: 5n,
    primaryId: primary === 0 ? null : id(1),
    members: [1, 2, 3].map(number => member(id(number), `node-${number}`, number === primary, silent.includes(number))),
    controlVersion: 17n,
    answerMs: null,
  };
  return control(AERODB, command, view, aerodbWords(command, view, `node-${target}`));
}

const PATRONI_FACTS: PatroniFacts = {
  versions: ['pg1', 'pg2'].map(node => ({ node, version: '4.1.5' })),
  behaviour: {
    series: '4.1',
    quorumCommit: true,
    failoverToAsynchronous: 'executed',
    standbyClusterIsSynchronous: false,
    failoverPriority: true,
    waitsForLostStandby: null,
  },
  replication: { mode: 'asynchronous' },
  standbyCluster: false,
  failsafeMode: false,
  candidate: { role: 'replica', nofailover: null },
  leaderSilent: null,
  patroniWaits: 20,
  paused: false,
  scheduledSwitchover: null,
  settings: {
    endpoint: 'https://pg2.example.net:8008',
    time: TIME,
    shown: [
      'loop_wait 10',
      'ttl 30',
      'maximum_lag_on_failover 1048576',
      'synchronous_mode false',
      'check_timeline',
    ].map(setting => ({ name: setting.split(' ')[0] ?? '', value: setting.split(' ')[1] ?? null })),
    maximumLagOnFailover: '1048576',
  },
  positions: ['pg1', 'pg2'].map(node => ({
    node,
    endpoint: `https://${node}.example.net:8008`,
    time: TIME,
    timeline: 5n,
    written: node === 'pg1' ? 83_886_408n : null,
    received: node === 'pg1' ? null : 83_886_408n,
    replayed: node === 'pg1' ? null : 83_886_080n,
  })),
};

function patroni(
  command: 'request_promotion' | 'force_promotion',
  more: Partial<PatroniFacts> = {},
  leader: string | null = 'pg1',
): ConfirmationPrompt {
  const checks =
    command === 'request_promotion'
      ? []
      : [
          {
            id: 'old_leader_has_stopped_writing',
            invariant: 'P6-A1',
            result: 'unchecked' as const,
            observed: 'Patroni reports pg1 as the leader, state running',
            message:
              'Patroni does not check that the PostgreSQL of the old leader has stopped accepting writes. ' +
              'If only the agent beside it is dead, two members can accept writes.',
          },
          {
            id: 'acknowledged_writes_are_on_the_candidate',
            invariant: 'P6-S1',
            result: 'unchecked' as const,
            observed: 'Patroni reports pg2 as replica, lag 4096 bytes',
            message:
              'Patroni does not check that every write that the old leader acknowledged is on the ' +
              'candidate. What is not there is missing from the new timeline.',
          },
        ];
  const members = ['pg1', 'pg2', 'pg3'].map(
    (name, index): PatroniMember => ({
      ...member(name, name, name === leader, false),
      patroni: {
        role: name === leader ? 'leader' : 'replica',
        timeline: 5n,
        written: null,
        received: index === 0 ? null : 83_886_408n,
        replayed: index === 0 ? null : 83_886_080n,
        marks: null,
      },
    }),
  );
  const view = {
    target: 'pg2',
    clusterId: '7563402345098723451',
    mode: command === 'force_promotion' ? 'forced' : 'validated',
    decision: null,
    reason: null,
    checks,
    overriddenInvariants: checks.map(({ invariant }) => invariant),
    epoch: 5n,
    primaryId: leader,
    members,
    controlVersion: null,
    answerMs: 60_000,
  };
  return control(PATRONI, command, view, patroniWords(command, view, { ...PATRONI_FACTS, ...more }));
}

function mysqlFacts(forced: boolean): MysqlFacts {
  return {
    groupView: '17637182039182736:9',
    primaryName: 'db1',
    target: {
      name: 'db2',
      state: 'ONLINE',
      superReadOnly: true,
      notApplied: 'aaaaaaaa-0000-4000-8000-000000000001:1041-1044',
      waiting: 4n,
      localAddress: 'db2.example.net:33061',
      forceMembers: '',
    },
    members: ['db1', 'db2', 'db3'].map(name => ({
      name,
      isTarget: name === 'db2',
      state: forced && name !== 'db2' ? 'UNREACHABLE' : 'ONLINE',
      version: '8.4.6',
    })),
    unreachable: forced ? 2 : 0,
    open: forced
      ? null
      : { endpoint: 'mysql://db1.example.net:3306', time: TIME, count: 3n, longest: 41n, channels: [] },
    settings: [
      { name: 'group_replication_autorejoin_tries', value: '3' },
      { name: 'group_replication_unreachable_majority_timeout', value: '0' },
      { name: 'group_replication_consistency', value: 'BEFORE_ON_PRIMARY_FAILOVER' },
    ],
  };
}

function mysql(command: 'request_promotion' | 'force_promotion'): ConfirmationPrompt {
  const forced = command === 'force_promotion';
  const checks = forced
    ? [
        {
          id: 'members_left_out_are_dead_for_good',
          invariant: 'P6-A1',
          result: 'unchecked' as const,
          observed: 'The target lists: db1 UNREACHABLE, db3 UNREACHABLE',
          message:
            'MySQL does not check that the members that are left out are dead and stay dead. Members ' +
            'behind a stopped process, a cut network or a hung machine are still alive: together they can ' +
            'be a majority of the old group, and two groups can take writes.',
        },
        {
          id: 'acknowledged_writes_are_on_the_target',
          invariant: 'P6-S1',
          result: 'unchecked' as const,
          observed:
            'The target has executed aaaaaaaa-0000-4000-8000-000000000001:1-1040; received and not applied: ' +
            'aaaaaaaa-0000-4000-8000-000000000001:1041-1044',
          message:
            'MySQL does not check that every acknowledged write is on the target. A write is acknowledged ' +
            'once a majority has received it; a write that only left-out members hold is lost.',
        },
      ]
    : [];
  const members = ['db1', 'db2', 'db3'].map(
    (name, index): MysqlMember => ({
      ...member(`aaaaaaaa-0000-4000-8000-00000000000${index + 1}`, name, index === 0, forced && index !== 1),
      mysql: {
        role: index === 0 ? 'PRIMARY' : 'SECONDARY',
        version: '8.4.6',
        certifying: 0n,
        applying: 4n,
        applied: 1040n,
      },
    }),
  );
  const view = {
    target: 'aaaaaaaa-0000-4000-8000-000000000002',
    clusterId: 'aaaaaaaa-0000-4000-8000-0000000000ff',
    mode: forced ? 'forced' : 'validated',
    decision: null,
    reason: null,
    checks,
    overriddenInvariants: checks.map(({ invariant }) => invariant),
    epoch: null,
    primaryId: 'aaaaaaaa-0000-4000-8000-000000000001',
    members,
    controlVersion: null,
    answerMs: null,
  };
  return control(MYSQL, command, view, mysqlWords(command, view, mysqlFacts(forced)));
}

/** Every kind of explanation that can precede a confirmation. */
export const EXPLANATIONS: Readonly<Record<string, ConfirmationPrompt>> = {
  'aerodb promotion, approved': aerodb('request_promotion', 'validated', { primary: 0 }),
  'aerodb promotion, denied: the primary answers': aerodb('request_promotion', 'validated'),
  'aerodb promotion, denied: the primary is silent': aerodb('request_promotion', 'validated', { silent: [1] }),
  'aerodb promotion, denied: two are silent': aerodb('request_promotion', 'validated', { silent: [1, 3] }),
  'aerodb demotion': aerodb('request_demotion', 'validated'),
  'aerodb demotion, denied': aerodb('request_demotion', 'validated', { primary: 0 }),
  'aerodb force': aerodb('force_promotion', 'forced', { silent: [1] }),
  'aerodb force that overrides nothing': aerodb('force_promotion', 'forced'),
  'aerodb diagnostics': collection(
    AERODB,
    id(2),
    'node-2',
    { files: 14n, bytes: 9_912_345n },
    aerodbCostWords({ files: 14n, bytes: 9_912_345n }),
  ),
  'patroni switchover': patroni('request_promotion'),
  'patroni switchover, synchronous and paused': patroni('request_promotion', {
    replication: { mode: 'synchronous', strict: false },
    candidate: { role: 'sync_standby', nofailover: 'nofailover: true' },
    paused: true,
    failsafeMode: true,
    leaderSilent: 'https://pg1.example.net:8008: no connection (connect ECONNREFUSED 10.0.0.1:8008)',
  }),
  'patroni failover': patroni('force_promotion'),
  'patroni failover without a leader': patroni('force_promotion', {}, null),
  'patroni diagnostics': collection(PATRONI, 'pg2', 'pg2', { requests: 5n }, patroniCostWords(5n, 'pg2')),
  'mysql switch': mysql('request_promotion'),
  'mysql forced group': mysql('force_promotion'),
  'mysql diagnostics': collection(
    MYSQL,
    'aaaaaaaa-0000-4000-8000-000000000002',
    'db2',
    { requests: 36n },
    mysqlCostWords(36n, 12n, 'db2'),
  ),
};

/** One explanation by its name. */
export function explanation(name: string): ConfirmationPrompt {
  const found = EXPLANATIONS[name];
  if (found === undefined) throw new Error(`There is no explanation named ${name}.`);
  return found;
}
