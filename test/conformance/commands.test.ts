/**
 * Each of the ten commands × success, validation failure, refused confirmation and crash, on a real cluster: the real
 * core, boundary and log, and for crashes the terminal program itself. The kernel's own files say what happened to it.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { TERMINAL_WORDS } from '../../src/control-plane/commands/command-line.ts';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../src/control-plane/commands/commands.ts';
import { builtProgram, cleanEnv, closeTerminals, records, scratch, stages, Terminal } from '../support/terminal.ts';
import { consents, failed, openOperator, removeFolders, type Person, type Session } from '../control-plane/session.ts';
import { CutProxy, type Harm } from '../support/proxy.ts';
import { closeAll } from '../support/servers.ts';
import { demote, promotable, promote, TestCluster, textAt, until, type TestNode } from '../support/test-cluster.ts';

const CONFIRMED = COMMAND_NAMES.filter(command => commandSpec(command).confirmation !== 'none');
const READS = COMMAND_NAMES.filter(command => commandSpec(command).confirmation === 'none');
const BEFORE_CONSENT = ['command_requested', 'explanation_presented', 'confirmation_requested'];

/**
 * The control request has left and is held before the kernel has its last byte: only a proxy can say that much, a
 * record of the intent does not.
 */
const WHOLE_REQUEST_HELD: Harm = { how: 'hold', side: 'request', where: { kind: 'end', before: 1 } };
function portOf(node: TestNode): number {
  return Number(new URL(node.url).port);
}

/** Everything that the kernel decides by, as it stands on the disks of its nodes. */
function kernelState(cluster: TestCluster): readonly string[] {
  return cluster.nodes.flatMap(node =>
    ['ledger.log', 'control-version', 'epoch.json'].map(file =>
      readFileSync(join(cluster.directory(node), file), 'utf8'),
    ),
  );
}

/** Waits until every node knows of the same primary: what an earlier test changed has been told everywhere. */
function settled(cluster: TestCluster): Promise<void> {
  return until(
    'every node knows the same primary',
    () =>
      new Set(cluster.nodes.map(node => readFileSync(join(cluster.directory(node), 'epoch.json'), 'utf8'))).size === 1,
  );
}

async function role(node: TestNode): Promise<string> {
  return textAt(await node.member(), 'role');
}

/** The primary and a replica of the moment. */
async function roles(cluster: TestCluster): Promise<{ readonly primary: TestNode; readonly replica: TestNode }> {
  const known = await Promise.all(
    cluster.nodes.filter(({ alive }) => alive).map(async node => ({ node, role: await role(node) })),
  );
  const primary = known.find(one => one.role === 'primary')?.node;
  const replica = known.find(one => one.role === 'replica')?.node;
  assert.ok(primary && replica, JSON.stringify(known.map(one => one.role)));
  return { primary, replica };
}

function open(cluster: TestCluster, person: Person = consents): Promise<Session> {
  return openOperator({ person, cluster: { endpoints: cluster.nodes.map(({ url }) => url) } });
}

function argumentsOf(command: CommandName, node: TestNode): Record<string, string> {
  const { target, reason } = commandSpec(command);
  return {
    cluster: 'orders',
    ...(target === 'none' || target === 'optional-node' ? {} : { node: node.id }),
    ...(reason === 'none' ? {} : { reason: 'the runbook' }),
  };
}

function stagesOf(session: Session, requestId: string): readonly string[] {
  return session
    .records()
    .filter(record => record.request_id === requestId)
    .map(({ stage }) => stage);
}

/** The line of the terminal program for a command at a node. */
function commandWords(command: CommandName, node: Pick<TestNode, 'id' | 'url'>, audit: string): readonly string[] {
  const { target, reason, authority } = commandSpec(command);
  return [
    ...TERMINAL_WORDS[command],
    '--url',
    node.url,
    '--audit-dir',
    audit,
    ...(authority === 'operator' ? ['--operator'] : []),
    ...(target === 'none' || target === 'optional-node' ? [] : ['--node', node.id]),
    ...(reason === 'required' ? ['--reason', 'the runbook'] : []),
  ];
}

/** Opens a line in a terminal; the second value ends the program as a crash would. */
async function crashable(words: readonly string[], home: string): Promise<readonly [Terminal, () => Promise<void>]> {
  const terminal = await Terminal.open(
    words,
    cleanEnv(home, { TERM: 'dumb' }),
    program => `echo pid $$.; exec ${program}`,
  );
  return [
    terminal,
    async () => {
      process.kill(Number(/pid (\d+)\./u.exec(terminal.output)?.[1]), 'SIGKILL');
      await terminal.end();
    },
  ];
}

/** How often the ledgers of a cluster hold the outcome of the last request in a log. */
function decided(cluster: TestCluster, audit: string): number {
  const requestId = String(records(audit).at(-1)?.['request_id']);
  return kernelState(cluster).join('').split(`"entry":"outcome","request_id":"${requestId}"`).length - 1;
}

describe('the ten commands', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let home: string;
  let count = 0;

  before(async () => {
    home = scratch();
    cluster = await TestCluster.start({ flags: ['--faults'] });
  });
  after(() => cluster.stop());
  beforeEach(() => settled(cluster));
  afterEach(async () => {
    closeTerminals();
    await closeAll();
    removeFolders();
  });

  /** The target that a command is meant for: a promotion is of a replica, a demotion of the primary. */
  const meant = async (command: CommandName): Promise<TestNode> =>
    (await roles(cluster))[commandSpec(command).target === 'replica' ? 'replica' : 'primary'];

  describe('success', () => {
    for (const command of COMMAND_NAMES.filter(name => commandSpec(name).class !== 'control')) {
      it(`${command}/success: answered whole by the kernel, recorded, and the kernel is as it was`, async () => {
        const session = await open(cluster);
        const before = kernelState(cluster);
        const result = await session.plane.execute(command, argumentsOf(command, cluster.node(2)));
        assert.equal(result.kind, 'answered', JSON.stringify(result.kind === 'failed' ? result.error : ''));
        const asked =
          commandSpec(command).confirmation === 'none'
            ? []
            : ['explanation_presented', 'confirmation_requested', 'confirmation_given'];
        assert.deepEqual(stagesOf(session, result.requestId), ['command_requested', ...asked, 'command_answered']);
        assert.deepEqual(kernelState(cluster), before);
      });
    }

    it(
      'request_demotion/success, request_promotion/success: a hand-over, each executed once and recorded as the ' +
        'kernel says it',
      async () => {
        const session = await open(cluster);
        const { primary, replica } = await roles(cluster);
        const down = await session.plane.execute('request_demotion', argumentsOf('request_demotion', primary));
        assert.equal(down.kind, 'executed', JSON.stringify(down.kind === 'failed' ? down.error : ''));
        assert.equal(await role(primary), 'replica');
        await promotable(replica);
        const up = await session.plane.execute('request_promotion', argumentsOf('request_promotion', replica));
        assert.equal(up.kind, 'executed', JSON.stringify(up.kind === 'failed' ? up.error : ''));
        assert.equal(await role(replica), 'primary');
        for (const { requestId } of [down, up]) {
          assert.deepEqual(stagesOf(session, requestId), [
            ...BEFORE_CONSENT,
            'confirmation_given',
            'dispatch_intent',
            'command_executed',
          ]);
          assert.equal(
            kernelState(cluster).join('').split(`"entry":"request","attempt":{"request_id":"${requestId}"`).length - 1,
            1,
            'the ledgers hold the request once',
          );
        }
      },
    );
  });

  describe('validation', () => {
    for (const command of COMMAND_NAMES) {
      it(
        `${command}/validation: what is missing, malformed or too much is refused with its field, recorded, and ` +
          'nothing is sent',
        async () => {
          const session = await open(cluster);
          const good = argumentsOf(command, cluster.node(1));
          const { target, reason } = commandSpec(command);
          const wrong: readonly (readonly [object, string])[] = [
            [{ ...good, cluster: '' }, 'PHASE7_MISSING_ARGUMENT'],
            [{ ...good, cluster: 'elsewhere' }, 'PHASE7_MALFORMED_REQUEST'],
            [{ ...good, force: 'true' }, 'PHASE7_MALFORMED_REQUEST'],
            ...(target === 'node' || target === 'replica' || target === 'primary'
              ? ([
                  [{ ...good, node: '' }, 'PHASE7_MISSING_ARGUMENT'],
                  [{ ...good, node: 'node-1' }, 'PHASE7_INVALID_NODE_ID'],
                ] as const)
              : []),
            ...(target === 'none'
              ? ([[{ ...good, node: cluster.node(1).id }, 'PHASE7_MALFORMED_REQUEST']] as const)
              : []),
            ...(target === 'optional-node'
              ? ([[{ ...good, lookup: 'the last one', node: cluster.node(1).id }, 'PHASE7_MALFORMED_REQUEST']] as const)
              : []),
            ...(reason === 'none' ? ([[{ ...good, reason: 'because' }, 'PHASE7_MALFORMED_REQUEST']] as const) : []),
            ...(reason === 'required' ? ([[{ ...good, reason: ' ' }, 'PHASE7_MISSING_ARGUMENT']] as const) : []),
          ];
          const before = kernelState(cluster);
          for (const [input, code] of wrong) {
            const { error, requestId } = failed(await session.plane.execute(command, { ...input }));
            assert.deepEqual(
              [error.code, error.domain, error.outcome, error.invariants],
              [code, 'OPERATOR_INPUT', 'not_executed', ['P7-A2']],
              JSON.stringify(input),
            );
            assert.equal(typeof error.field, 'string', 'the field is named');
            assert.deepEqual(stagesOf(session, requestId), ['command_requested', 'command_rejected']);
          }
          assert.equal(session.asked.length, 0);
          assert.deepEqual(kernelState(cluster), before);
        },
      );
    }

    for (const [command, of, reason] of [
      ['request_promotion', 'primary', 'ReplicaNotActive'],
      ['request_demotion', 'replica', 'NotPrimary'],
      ['force_promotion', 'replica', 'PrimaryStillActive'],
    ] as const) {
      it(`also ${command}/validation, P7-E3: the kernel denies it (${reason}): in its own words, and nobody's role moves`, async () => {
        const session = await open(cluster);
        const before = await roles(cluster);
        const { error, requestId } = failed(await session.plane.execute(command, argumentsOf(command, before[of])));
        assert.deepEqual([error.domain, error.outcome], ['KERNEL_REJECTION', 'not_executed'], error.message);
        assert.ok(error.kernel?.body.includes(reason), error.kernel?.body);
        assert.equal(stagesOf(session, requestId).at(-1), 'kernel_rejected');
        assert.equal((await roles(cluster)).primary, before.primary);
      });
    }
  });

  describe('refusal', () => {
    const persons: readonly (readonly [string, Person, string])[] = [
      ['confirmation_declined', () => ({ kind: 'declined', at: 'the first question' }), 'PHASE7_CONFIRMATION_DECLINED'],
      ['confirmation_voided', () => ({ kind: 'voided', why: 'The window was closed.' }), 'PHASE7_CONFIRMATION_VOIDED'],
      [
        'command_rejected',
        prompt => ({ kind: 'confirmed', token: prompt.token, typedName: 'node-9', acknowledged: prompt.acknowledge }),
        'PHASE7_CONFIRMATION_MISMATCH',
      ],
      [
        'command_rejected',
        prompt => ({
          kind: 'confirmed',
          token: prompt.requestId,
          typedName: prompt.nodeName,
          acknowledged: prompt.acknowledge,
        }),
        'PHASE7_MISSING_CONFIRMATION',
      ],
    ];
    for (const command of CONFIRMED) {
      it(
        `${command}/refusal, also freeze/no-unconfirmed: declined, gone, the wrong name, an invented token: nothing ` +
          'is executed, and the record says so',
        async () => {
          const node = await meant(command);
          const before = kernelState(cluster);
          for (const [stage, person, code] of persons) {
            const session = await open(cluster, person);
            const { error, requestId } = failed(await session.plane.execute(command, argumentsOf(command, node)));
            assert.deepEqual([error.code, error.outcome], [code, 'not_executed']);
            assert.deepEqual(stagesOf(session, requestId), [...BEFORE_CONSENT, stage]);
          }
          assert.deepEqual(kernelState(cluster), before);
        },
      );
    }
  });

  describe('crash', () => {
    let audit: string;
    beforeEach(() => {
      count += 1;
      audit = join(home, `audit-${count}`);
    });

    const line = (command: CommandName, node: Parameters<typeof commandWords>[1]): readonly string[] =>
      commandWords(command, node, audit);
    const started = (command: CommandName, node: Parameters<typeof commandWords>[1]): ReturnType<typeof crashable> =>
      crashable(line(command, node), home);

    for (const command of READS) {
      it(
        `${command}/crash, also P7-F2: killed while the kernel is being asked: the kernel is as it was, and the log ` +
          'shows the last stage that was reached',
        async () => {
          const node = cluster.node(3);
          const before = kernelState(cluster);
          await node.faults({ pause: true });
          try {
            const child = spawn(process.execPath, [await builtProgram(), ...line(command, node)], {
              env: cleanEnv(home),
              stdio: 'ignore',
            });
            const ended = once(child, 'exit');
            await until('the request is recorded', () => stages(audit).includes('command_requested'));
            child.kill('SIGKILL');
            await ended;
          } finally {
            await node.faults();
          }
          assert.deepEqual(stages(audit), ['session_started', 'command_requested']);
          assert.deepEqual(kernelState(cluster), before);
        },
      );
    }

    for (const command of CONFIRMED) {
      it(
        `also ${command}/crash, P7-F2, freeze/resumes: killed at the question: nothing is executed, then or by the ` +
          'next session',
        async () => {
          const node = await meant(command);
          const before = kernelState(cluster);
          const [terminal, crash] = await started(command, node);
          await terminal.sees('node> ');
          await crash();
          const left = ['session_started', 'authority_changed', ...BEFORE_CONSENT];
          assert.deepEqual(stages(audit), left);
          const next = spawn(process.execPath, [await builtProgram(), ...line('inspect_cluster_state', node)], {
            env: cleanEnv(home),
            stdio: 'ignore',
          });
          await once(next, 'exit');
          assert.deepEqual(stages(audit), [...left, 'session_started', 'command_requested', 'command_answered']);
          assert.equal(records(audit).at(-1)?.['authority'], 'Observer');
          assert.deepEqual(kernelState(cluster), before);
        },
      );
    }

    it('run_diagnostics/crash, also P7-F2: killed while the diagnostics are being collected: the kernel is as it was', async () => {
      const node = cluster.node(3);
      const before = kernelState(cluster);
      const [terminal, crash] = await started('run_diagnostics', node);
      await terminal.sees('node> ');
      await node.faults({ pause: true });
      try {
        terminal.type(node.name);
        await until('the consent is recorded', () => stages(audit).includes('confirmation_given'));
        await crash();
      } finally {
        await node.faults();
      }
      assert.equal(stages(audit).at(-1), 'confirmation_given');
      assert.deepEqual(kernelState(cluster), before);
    });

    for (const command of ['request_promotion', 'request_demotion'] as const) {
      it(
        `${command}/crash, also P7-F2, freeze/resumes: killed after the dispatch: the kernel decides once, alone, ` +
          'and the log holds an intent without an outcome',
        async () => {
          const { primary, replica } = await roles(cluster);
          const node = command === 'request_demotion' ? primary : replica;
          if (command === 'request_promotion') {
            assert.equal((await demote(primary)).status, 200);
            await promotable(replica);
          }
          await using proxy = await CutProxy.before(portOf(node));
          const [terminal, crash] = await started(command, { id: node.id, url: proxy.url });
          await terminal.sees('node> ');
          proxy.arm(WHOLE_REQUEST_HELD);
          terminal.type(node.name);
          await proxy.reached;
          await crash();
          assert.equal(decided(cluster, audit), 0);
          proxy.letGo();
          await until('the kernel has decided', () => decided(cluster, audit) === 1);
          assert.equal(stages(audit).at(-1), 'dispatch_intent');
          assert.equal(await role(node), command === 'request_promotion' ? 'primary' : 'replica');
          if (command === 'request_promotion') return;
          await promotable(primary);
          assert.equal((await promote(primary)).status, 200);
        },
      );
    }
  });
});

describe('force, with the primary dead', function () {
  this.timeout(30_000);
  let cluster: TestCluster;
  let target: TestNode;
  let home: string;

  before(() => {
    home = scratch();
  });
  beforeEach(async () => {
    cluster = await TestCluster.start({ flags: ['--faults'] });
    const { primary, replica } = await roles(cluster);
    target = replica;
    await cluster.kill(primary);
    await until(
      'the kernel would allow it',
      async () =>
        textAt((await target.get(`/v1/explain/promotion?target=${target.id}&mode=forced`)).body, 'data.decision') ===
        'approve',
    );
  });
  afterEach(async () => {
    closeTerminals();
    await Promise.all([cluster.stop(), closeAll()]);
    removeFolders();
  });

  it(
    'force_promotion/success, set/overridden: every overridden invariant is asked for by itself, and acknowledged, ' +
      'forced and recorded',
    async () => {
      const session = await open(cluster);
      const { requestId, kind } = await session.plane.execute(
        'force_promotion',
        argumentsOf('force_promotion', target),
      );
      assert.equal(kind, 'executed');
      assert.deepEqual(session.asked[0]?.acknowledge, ['P6-A1']);
      assert.equal(await role(target), 'primary');
      assert.deepEqual(stagesOf(session, requestId), [
        ...BEFORE_CONSENT,
        'confirmation_given',
        'dispatch_intent',
        'command_executed',
      ]);
    },
  );

  it(
    'force_promotion/crash, also P7-F2, freeze/resumes: killed after the dispatch: the kernel decides once, alone, ' +
      'and the log holds an intent without an outcome',
    async () => {
      const audit = join(home, 'audit');
      await using proxy = await CutProxy.before(portOf(target));
      const [terminal, crash] = await crashable(
        commandWords('force_promotion', { id: target.id, url: proxy.url }, audit),
        home,
      );
      for (const [question, answer] of [
        ['invariant> ', 'P6-A1'],
        ['node> ', target.name],
        ['account> ', userInfo().username],
      ] as const) {
        await terminal.sees(question);
        if (question === 'account> ') proxy.arm(WHOLE_REQUEST_HELD);
        terminal.type(answer);
      }
      await proxy.reached;
      await crash();
      assert.equal(decided(cluster, audit), 0);
      proxy.letGo();
      await until('the kernel has decided', () => decided(cluster, audit) === 1);
      assert.equal(stages(audit).at(-1), 'dispatch_intent');
      assert.equal(await role(target), 'primary');
    },
  );
});
