/**
 * The terminal program is killed at each of the eight steps of the path of a request: the shipped program in a real
 * pseudo-terminal, before a real cluster. Where it dies is made from outside: before a record of its log, at its
 * question, or while a proxy holds a request or an answer.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditReader } from '../../src/audit/reader.ts';
import { requestEnd } from '../../src/audit/query.ts';
import type { AuditLine } from '../../src/control-plane/model/audit-reader.ts';
import { cleanEnv, cli, closeTerminals, scratch, Terminal } from '../support/terminal.ts';
import { at, demote, promote, TestCluster, until } from '../support/test-cluster.ts';
import type { Where } from '../support/positions.ts';
import { CutProxy, type Harm } from '../support/proxy.ts';

const STOPPED = `--import ${join(import.meta.dirname, 'stopped-before-record.ts')}`;

/** What a scenario works with. */
interface Scene {
  readonly proxy: CutProxy;
  readonly terminal: Terminal;
  readonly kill: () => Promise<void>;
}

interface Death {
  readonly step: string;
  /** Stages of the request that are in the log afterwards. */
  readonly stages: readonly string[];
  readonly executed?: true;
  /** Without it, an Observer asks, and is refused. */
  readonly observer?: true;
  /** It ends before it writes its record of this number; otherwise `die` ends it. */
  readonly diesBefore?: number;
  /** What the first connection suffers. */
  readonly harm?: Harm;
  readonly die: (scene: Scene) => Promise<void>;
}

/** What an Operator's session records, in order; the first two are not of the request. */
const RECORDS = [
  'session_started',
  'authority_changed',
  'command_requested',
  'explanation_presented',
  'confirmation_requested',
  'confirmation_given',
  'dispatch_intent',
  'command_executed',
];
function unrecorded(stage: string): Pick<Death, 'diesBefore' | 'stages'> {
  return {
    diesBefore: RECORDS.indexOf(stage) + 1,
    stages: RECORDS.slice(2, RECORDS.indexOf(stage)),
  };
}

function through(stage: string): readonly string[] {
  return RECORDS.slice(2, RECORDS.indexOf(stage) + 1);
}

async function diesOfItself({ terminal }: Scene): Promise<void> {
  await terminal.end();
}

async function consent({ terminal }: Scene): Promise<void> {
  await terminal.sees('node> ');
  terminal.type('node-1');
}

async function consentAndDie(scene: Scene): Promise<void> {
  await consent(scene);
  await scene.terminal.end();
}

/** Consents, waits until the control request or its answer has come to this place, and kills. */
function killedAt(side: Harm['side'], where: Where): Death['die'] {
  return async scene => {
    await scene.terminal.sees('node> ');
    scene.proxy.arm({ how: 'hold', side, where });
    scene.terminal.type('node-1');
    await scene.proxy.reached;
    await scene.kill();
  };
}

/** Kills a process; one that has just ended by itself, its last word spoken, is as dead. */
function endAtOnce(pid: number): void {
  assert.ok(pid > 0);
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const DEATHS: readonly Death[] = [
  { step: '1, received: before that is recorded', ...unrecorded('command_requested'), die: diesOfItself },
  {
    step: '1, received: recorded, the kernel not asked yet',
    stages: through('command_requested'),
    harm: { how: 'hold', side: 'request', where: { kind: 'byte', n: 0 } },
    die: async ({ proxy, kill }) => {
      await proxy.reached;
      await kill();
    },
  },
  {
    step: '2, refused: before the refusal is recorded',
    observer: true,
    diesBefore: 3,
    stages: through('command_requested'),
    die: diesOfItself,
  },
  {
    step: '3, explained: what the kernel says is on its way',
    stages: through('command_requested'),
    harm: { how: 'hold', side: 'response', where: { kind: 'end', before: 1 } },
    die: async ({ proxy, kill }) => {
      await proxy.reached;
      await kill();
    },
  },
  {
    step: '3, explained: before the explanation is recorded',
    ...unrecorded('explanation_presented'),
    die: diesOfItself,
  },
  {
    step: '4, confirmation requested: before that is recorded',
    ...unrecorded('confirmation_requested'),
    die: diesOfItself,
  },
  {
    step: '5, the person is asked',
    stages: through('confirmation_requested'),
    die: async ({ terminal, kill }) => {
      await terminal.sees('node> ');
      await kill();
    },
  },
  { step: '5, confirmed: before that is recorded', ...unrecorded('confirmation_given'), die: consentAndDie },
  { step: '6, intent: before it is recorded', ...unrecorded('dispatch_intent'), die: consentAndDie },
  {
    step: '7, dispatched: no byte of the request has passed',
    stages: through('dispatch_intent'),
    die: killedAt('request', { kind: 'byte', n: 0 }),
  },
  {
    step: '7, dispatched: half of the request has reached the kernel',
    stages: through('dispatch_intent'),
    die: killedAt('request', { kind: 'body', n: 10 }),
  },
  {
    step: '7, dispatched: the last byte reaches the kernel after the death',
    stages: through('dispatch_intent'),
    executed: true,
    die: async scene => {
      await killedAt('request', { kind: 'end', before: 1 })(scene);
      scene.proxy.letGo();
    },
  },
  {
    step: '7, dispatched: executed, the answer on its way',
    stages: through('dispatch_intent'),
    executed: true,
    die: killedAt('response', { kind: 'end', before: 1 }),
  },
  {
    step: '8, outcome: answered, before that is recorded',
    ...unrecorded('command_executed'),
    executed: true,
    die: consentAndDie,
  },
  {
    step: '8, outcome: recorded',
    stages: through('command_executed'),
    executed: true,
    die: async scene => {
      await consent(scene);
      await scene.terminal.sees('executed');
      await scene.kill();
    },
  },
];

describe('the terminal program killed at every step', function () {
  this.timeout(120_000);
  let home: string;
  let cluster: TestCluster;
  let proxy: CutProxy;
  let count = 0;

  before('start a cluster and a proxy', async () => {
    home = scratch();
    cluster = await TestCluster.start();
    proxy = await CutProxy.before(Number(new URL(cluster.node(1).url).port));
  });
  afterEach(closeTerminals);
  after(async () => {
    await proxy.close();
    await cluster.stop();
  });

  const linesOf = async (audit: string): Promise<readonly AuditLine[]> => {
    const lines: AuditLine[] = [];
    if (existsSync(join(audit, 'audit.jsonl')))
      for await (const line of openAuditReader({ directory: audit }).lines()) lines.push(line);
    return lines;
  };
  const fateOf = async (requestId: string): Promise<unknown> =>
    at((await cluster.node(1).get(`/v1/promotion?limit=1&request_id=${requestId}`)).body, 'data.request.outcome');
  const lastAttempt = async (): Promise<unknown> =>
    at((await cluster.node(1).get('/v1/promotion?limit=1')).body, 'data.last_attempt.request_id');

  for (const { step, stages, executed, observer, diesBefore, harm, die } of DEATHS) {
    it(
      'also P7-F2, P7-O3: killed ' +
        `at ${step}: ${executed === true ? 'executed once, as the kernel says' : 'nothing is executed'}, nothing is ` +
        'resumed, nothing is invented',
      async () => {
        const node = cluster.node(1);
        const attempted = await lastAttempt();
        const audit = join(home, `audit-${(count += 1)}`);
        const env = cleanEnv(home, { TERM: 'dumb' });
        proxy.arm(harm);
        const words = [
          'demote',
          '--url',
          proxy.url,
          '--node',
          node.id,
          '--audit-dir',
          audit,
          ...(observer === true ? [] : ['--operator']),
        ];
        const terminal = await Terminal.open(
          words,
          diesBefore === undefined ? env : { ...env, NODE_OPTIONS: STOPPED, DIES_BEFORE_RECORD: String(diesBefore) },
          program => `echo pid $$.; exec ${program}`,
        );
        await terminal.sees('pid ');
        await die({
          proxy,
          terminal,
          kill: async () => {
            endAtOnce(Number(/pid (\d+)\./.exec(terminal.output)?.[1]));
            await terminal.end();
          },
        });

        // What is in the log, and what the next reading makes of it.
        const lines = await linesOf(audit);
        const own = lines.filter(line => line.record?.['command'] === 'request_demotion');
        assert.deepEqual(
          own.map(line => line.record?.['stage']),
          stages,
          terminal.output,
        );
        const requestId = String(own[0]?.record?.['request_id']);
        const intent = stages.includes('dispatch_intent');
        const ended = stages.includes('command_executed');
        if (own.length > 0) assert.equal(requestEnd(own).kind, ended ? 'ended' : intent ? 'unknown' : 'unfinished');

        // What the kernel did: nothing without an intent, and no more than was sent.
        if (executed === true)
          await until('the kernel has executed', async () => (await fateOf(requestId)) === 'executed');
        else assert.equal(await lastAttempt(), attempted);
        assert.equal(at(await node.member(), 'role'), executed === true ? 'replica' : 'primary');
        assert.ok(executed !== true || intent, 'P7-O3: executed without an intent');

        // The next runs resume nothing, send nothing, add nothing, and show what is unknown as unknown.
        proxy.arm(undefined);
        const shown = await cli(['audit', 'show', '--auditor', '--audit-dir', audit], env);
        assert.equal(shown.stdout.includes('OUTCOME UNKNOWN'), intent && !ended, shown.stdout);
        const looked = await cli(['inspect', 'cluster', '--url', proxy.url, '--audit-dir', audit], env);
        assert.equal(looked.code, 0, looked.stderr);
        assert.equal(proxy.controlRequests, 0, 'P7-F2: nothing is resumed');
        const later = await linesOf(audit);
        assert.deepEqual(
          later.slice(0, lines.length).map(({ text }) => text),
          lines.map(({ text }) => text),
        );
        assert.equal(
          later.filter(line => line.record?.['request_id'] === requestId).length,
          own.length,
          'P7-F2: nothing is added to the request',
        );
        const { kind, message } = await openAuditReader({ directory: audit }).verify(null);
        assert.equal(kind, 'intact', message);
        if (executed === true) {
          assert.equal(await fateOf(requestId), 'executed');
          const restored = await promote(node);
          assert.equal(restored.status, 200, restored.text);
        }
      },
    );
  }

  it(
    'also P7-O3, P7-F1: as long as the intent cannot be recorded, not even a connection is made, and what cannot be ' +
      'recorded at all is refused',
    async () => {
      const audit = join(home, 'audit-waiting');
      const env = cleanEnv(home, {
        TERM: 'dumb',
        NODE_OPTIONS: STOPPED,
        WAITS_BEFORE_RECORD: String(RECORDS.indexOf('dispatch_intent') + 1),
      });
      const terminal = await Terminal.open(
        ['demote', '--url', proxy.url, '--node', cluster.node(1).id, '--audit-dir', audit, '--operator'],
        env,
      );
      await terminal.sees('node> ');
      proxy.arm(undefined);
      terminal.type('node-1');
      assert.notEqual(await terminal.end(), 0);
      assert.match(terminal.output, /PHASE7_AUDIT_UNAVAILABLE/);
      assert.equal(proxy.passed.length, 0);
      assert.deepEqual(
        (await linesOf(audit)).map(({ record }) => record?.['stage']),
        RECORDS.slice(0, RECORDS.indexOf('dispatch_intent')),
      );
      assert.equal(at(await cluster.node(1).member(), 'role'), 'primary');
    },
  );

  it('the cluster still obeys: one demotion, executed once', async () => {
    assert.equal((await demote(cluster.node(1))).status, 200);
    assert.equal((await promote(cluster.node(1))).status, 200);
  });
});
