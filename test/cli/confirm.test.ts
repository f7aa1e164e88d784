/**
 * Consent in a terminal: real pseudo-terminals, the real cluster; afterwards the cluster itself and the log are asked
 * what happened.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { columns, WIDTH } from '../../src/cli/text/layout.ts';
import { CutProxy, type Harm } from '../support/proxy.ts';
import { httpServer, json, truthful } from '../support/servers.ts';
import { N2 } from '../support/wire.ts';
import { document } from './json-shape.ts';
import {
  cleanEnv,
  cli,
  closeTerminals,
  Cluster,
  records,
  scratch,
  stages,
  Terminal,
  type Fields,
  type Node,
} from '../support/terminal.ts';
import { until } from '../support/until.ts';

const ACCOUNT = userInfo().username;
const BEFORE_CONSENT = [
  'session_started',
  'authority_changed',
  'command_requested',
  'explanation_presented',
  'confirmation_requested',
];

describe('consent in a terminal', function () {
  this.timeout(60_000);
  let home: string;
  let cluster: Cluster;
  let audit: string;
  let count = 0;

  before(async () => {
    home = scratch();
    cluster = await Cluster.start(join(home, 'cluster'));
  });
  afterEach(closeTerminals);
  after(() => cluster.stop());
  beforeEach(() => {
    count += 1;
    audit = join(home, `audit-${count}`);
  });

  const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => cleanEnv(home, { TERM: 'dumb', ...more });
  const line = (verb: string, node: Node, ...more: readonly string[]): readonly string[] => [
    ...verb.split(' '),
    '--url',
    node.url,
    '--node',
    node.id,
    '--operator',
    '--audit-dir',
    audit,
    ...more,
  ];
  const open = (verb: string, node: Node, ...more: readonly string[]): Promise<Terminal> =>
    Terminal.open(line(verb, node, ...more), env());
  const replica = async (): Promise<Node> => {
    const primary = await cluster.primary();
    return cluster.nodes.find(({ id }) => id !== primary.id) ?? assert.fail('no replica');
  };
  const last = (): Fields => records(audit).at(-1) ?? assert.fail('no records');
  /** Nothing reached the kernel: the primary is who it was, and the log holds no intent. */
  const nothingSent = async (primary: Node, end: string): Promise<void> => {
    assert.equal((await cluster.primary()).id, primary.id);
    assert.deepEqual(stages(audit), [...BEFORE_CONSENT, end]);
    assert.equal(last()['outcome'], 'not_executed');
  };

  describe('refusals: exit 3', () => {
    for (const [how, shell] of [
      ['piped input', (program: string) => `echo node-2 | ${program}`],
      ['yes |', (program: string) => `yes node-2 | ${program}`],
      ['no input', (program: string) => `${program} < /dev/null`],
      [
        'standard error that nobody reads',
        (program: string) => `${program} 2>/dev/null; code=$?; tail -n 1 $AUDIT/audit.jsonl; exit $code`,
      ],
    ] as const) {
      it(`also P7-A2: ${how}: PHASE7_NO_TERMINAL, recorded, and nobody is asked`, async () => {
        const primary = await cluster.primary();
        for (const [verb, node] of [
          ['demote', primary],
          ['promote', await replica()],
          ['force-promote', await replica()],
          ['diag diagnostics', primary],
        ] as const) {
          const terminal = await Terminal.open(
            line(verb, node, ...(verb === 'force-promote' ? ['--reason', 'x'] : [])),
            env({ AUDIT: audit }),
            shell,
          );
          assert.equal(await terminal.end(), 3, terminal.output);
          assert.match(terminal.output, /PHASE7_NO_TERMINAL/);
          assert.doesNotMatch(terminal.output, /^(?:node|invariant)>/m);
          assert.deepEqual(
            [last()['stage'], stages(audit).includes('explanation_presented')],
            ['command_rejected', false],
          );
        }
        assert.equal((await cluster.primary()).id, primary.id);
      });
    }

    it('also P7-A2: without any terminal, as a script or a cron job would start it', async () => {
      const primary = await cluster.primary();
      const { code, stderr } = await cli(line('demote', primary), env(), `${primary.name}\n`);
      assert.deepEqual([code, /PHASE7_NO_TERMINAL/.test(stderr)], [3, true]);
      assert.equal((await cluster.primary()).id, primary.id);
    });

    it('also P7-A1: without --operator a control command is refused; the answer to a question would not grant it', async () => {
      const primary = await cluster.primary();
      const terminal = await Terminal.open(
        line('demote', primary).filter(word => word !== '--operator'),
        env(),
      );
      assert.equal(await terminal.end(), 3);
      assert.match(terminal.output, /PHASE7_INSUFFICIENT_AUTHORITY/);
      const auditor = await Terminal.open(
        line('demote', primary).map(word => (word === '--operator' ? '--auditor' : word)),
        env(),
      );
      assert.equal(await auditor.end(), 3);
      assert.match(auditor.output, /this session is Auditor/);
    });

    it('also P7-A2, freeze/no-unconfirmed: --yes answers nothing: exit 2, recorded', async () => {
      const terminal = await open('demote', await cluster.primary(), '--yes');
      assert.equal(await terminal.end(), 2);
      assert.match(terminal.output, /"--yes" is not an argument/);
      assert.equal(last()['stage'], 'command_rejected');
    });

    it('a force without a reason is refused before anything is explained', async () => {
      const terminal = await open('force-promote', await replica());
      assert.equal(await terminal.end(), 2);
      assert.match(terminal.output, /PHASE7_MISSING_ARGUMENT/);
    });
  });

  describe('no consent: exit 3', () => {
    for (const [what, keys, stage, code] of [
      ['Enter alone', '\n', 'confirmation_declined', 'PHASE7_CONFIRMATION_DECLINED'],
      ['Ctrl-C', '\u0003', 'confirmation_declined', 'PHASE7_CONFIRMATION_DECLINED'],
      ['the end of input', '\u0004', 'confirmation_voided', 'PHASE7_CONFIRMATION_VOIDED'],
      ['another name', 'node-9\n', 'command_rejected', 'PHASE7_CONFIRMATION_MISMATCH'],
      ['the name in capitals', 'NODE-1\n', 'command_rejected', 'PHASE7_CONFIRMATION_MISMATCH'],
      ['yes', 'yes\n', 'command_rejected', 'PHASE7_CONFIRMATION_MISMATCH'],
    ] as const) {
      it(`also P7-A2: ${what} at the name: nothing is sent, and the record says so`, async () => {
        const primary = await cluster.primary();
        const terminal = await open('demote', primary);
        await terminal.sees('node> ');
        terminal.press(keys);
        assert.equal(await terminal.end(), 3, terminal.output);
        assert.match(terminal.output, new RegExp(code));
        await nothingSent(primary, stage);
      });
    }

    it('also P7-A2: the right name without Enter, then the end of input, is no answer', async () => {
      const primary = await cluster.primary();
      const terminal = await open('demote', primary);
      await terminal.sees('node> ');
      terminal.press(`${primary.name}\u0004\u0004`);
      assert.equal(await terminal.end(), 3, terminal.output);
      await nothingSent(primary, 'confirmation_voided');
    });

    it('also P7-A2: what was typed before the question stood there is no answer to it', async () => {
      const primary = await cluster.primary();
      await cluster.fault(primary, { pause: true });
      try {
        const terminal = await open('demote', primary);
        await until('the request is recorded', () => stages(audit).includes('command_requested'));
        terminal.type(primary.name);
        await terminal.sees(primary.name);
        await cluster.fault(primary, {});
        await terminal.sees('node> ');
        terminal.press('\u0003');
        assert.equal(await terminal.end(), 3, terminal.output);
        await nothingSent(primary, 'confirmation_declined');
      } finally {
        await cluster.fault(primary, {});
      }
    });

    it('also P7-A2: a terminal that sends text without end, as `yes` behind a pseudo-terminal does, is no person', async () => {
      const primary = await cluster.primary();
      const terminal = await open('demote', primary);
      const typing = setInterval(() => terminal.press(`${primary.name}\n`.repeat(400)), 1);
      try {
        await until('the request is over', () => stages(audit).length > BEFORE_CONSENT.length);
      } finally {
        clearInterval(typing); // a pseudo-terminal outlives its program for as long as somebody types
      }
      assert.equal(await terminal.end(), 3, terminal.output);
      await nothingSent(primary, String(last()['stage']));
    });

    it('also P7-F2: a hang-up at the question voids it, with a record', async () => {
      const primary = await cluster.primary();
      const terminal = await open('demote', primary);
      await terminal.sees('node> ');
      terminal.hangUp();
      await until('the record', () => stages(audit).length > BEFORE_CONSENT.length);
      await nothingSent(primary, 'confirmation_voided');
    });

    it(
      'also P7-A2, freeze/voided: the configuration file changed while the question stood there: what was confirmed ' +
        'is not what is configured',
      async () => {
        const primary = await cluster.primary();
        const file = join(home, `clusters-${count}.json`);
        const write = (...clusters: readonly object[]): void => writeFileSync(file, JSON.stringify({ clusters }));
        const local = { name: 'local', kind: 'aerodb', endpoints: [primary.url] };
        for (const [changed, code] of [
          [[{ ...local, observeOnly: true }], 'PHASE7_CONFIRMATION_MISMATCH'],
          [[], 'PHASE7_CONFIRMATION_VOIDED'],
        ] as const) {
          write(local);
          const terminal = await Terminal.open(
            [
              'demote',
              '--cluster',
              'local',
              '--config',
              file,
              '--node',
              primary.id,
              '--operator',
              '--audit-dir',
              audit,
            ],
            env(),
          );
          await terminal.sees('node> ');
          write(...changed);
          terminal.type(primary.name);
          assert.equal(await terminal.end(), 3, terminal.output);
          assert.match(terminal.output, new RegExp(code));
          assert.equal((await cluster.primary()).id, primary.id);
          assert.ok(!stages(audit).includes('dispatch_intent'));
        }
      },
    );

    it(
      'also P7-O1: Ctrl-C while diagnostics are collected does not claim that nothing was sent, and the answer is ' +
        'recorded',
      async () => {
        const [asked, answer] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
        const urls: Record<string, string> = {};
        const server = await httpServer((request, response) => {
          const { status, value } = truthful(N2, request, urls);
          if (request.path === '/v1/diagnostics') asked.resolve(undefined);
          void (request.path === '/v1/diagnostics' ? answer.promise : Promise.resolve()).then(() =>
            json(response, status, value),
          );
        });
        urls[N2] = server.url;
        const terminal = await Terminal.open(
          ['diag', 'diagnostics', '--url', server.url, '--node', N2, '--operator', '--audit-dir', audit],
          env(),
        );
        await terminal.sees('node> ');
        terminal.type('node');
        await asked.promise;
        terminal.press('\u0003');
        await terminal.sees('SIGINT: ');
        answer.resolve(undefined);
        assert.equal(await terminal.end(), 0, terminal.output);
        await server.close();
        assert.doesNotMatch(terminal.output, /nothing was sent/);
        assert.equal(last()['stage'], 'command_answered');
      },
    );

    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) {
      it(`also P7-F2: ${signal} while the kernel is being asked what it would do: no question is asked any more`, async () => {
        const primary = await cluster.primary();
        await cluster.fault(primary, { pause: true });
        try {
          const terminal = await Terminal.open(
            line('demote', primary),
            env(),
            program => `echo pid $$.; exec ${program}`,
          );
          await terminal.sees('pid ');
          await until('the request is recorded', () => stages(audit).includes('command_requested'));
          process.kill(Number(/pid (\d+)\./.exec(terminal.output)?.[1]), signal);
          await terminal.sees('nothing was sent, and nothing will be.');
          await cluster.fault(primary, {});
          assert.equal(await terminal.end(), 3, terminal.output);
          assert.doesNotMatch(terminal.output, /^node>/m);
          assert.equal(last()['stage'], 'confirmation_voided');
          assert.equal((await cluster.primary()).id, primary.id);
        } finally {
          await cluster.fault(primary, {});
        }
      });
    }
  });

  describe('consent', () => {
    const proxies: CutProxy[] = [];
    afterEach(() => Promise.all(proxies.splice(0).map(proxy => proxy.close())));
    /** A node behind a proxy: what is held there was dispatched, which a record of the intent does not say yet. */
    const behind = async (node: Node): Promise<readonly [CutProxy, Node]> => {
      const proxy = await CutProxy.before(Number(new URL(node.url).port));
      proxies.push(proxy);
      return [proxy, { ...node, url: proxy.url }];
    };
    /** Consents, and returns when the control request or its answer has come to the end and is held there. */
    const consentAndHold = async (
      terminal: Terminal,
      proxy: CutProxy,
      node: Node,
      side: Harm['side'],
    ): Promise<void> => {
      await terminal.sees('node> ');
      proxy.arm({ how: 'hold', side, where: { kind: 'end', before: 1 } });
      terminal.type(node.name);
      await proxy.reached;
    };

    it('set/cost: exit 0: the collection of diagnostics, its cost declared first', async () => {
      const node = cluster.node(2);
      const terminal = await Terminal.open(
        line('diag diagnostics', node, '--json'),
        env(),
        program => `exec ${program} > '${join(home, 'diagnostics.json')}'`,
      );
      await terminal.sees('Declared cost');
      await terminal.sees('node> ');
      terminal.type(node.name);
      assert.equal(await terminal.end(), 0, terminal.output);
      const answer = document.parse(JSON.parse(readFileSync(join(home, 'diagnostics.json'), 'utf8')));
      assert.ok(
        answer.kind === 'answered' &&
          answer.command === 'run_diagnostics' &&
          'sections' in answer.view &&
          answer.view.sections.length > 3,
      );
      assert.deepEqual(stages(audit), [...BEFORE_CONSENT, 'confirmation_given', 'command_answered']);
    });

    it("also set/preconditions: exit 4: a promotion while the primary lives is denied, in the kernel's words", async () => {
      const primary = await cluster.primary();
      const node = await replica();
      const terminal = await open('promote', node);
      await terminal.sees('Asked beforehand, the kernel would deny this: ');
      await terminal.sees('(PrimaryStillActive)');
      await terminal.sees('node> ');
      terminal.type(node.name);
      assert.equal(await terminal.end(), 4, terminal.output);
      const { kernel_response: response, stage } = last() as {
        readonly kernel_response: { readonly message: string; readonly body: string };
        readonly stage: string;
      };
      assert.equal(stage, 'kernel_rejected');
      assert.match(terminal.output, /Invariant +P6-A1[^]*AERO_PROMOTION_DENIED \u00b7 P6-A1 \u00b7 recorded as #\d+/u);
      assert.ok(terminal.output.replaceAll(/\s+\|?\s*/g, ' ').includes(response.message), terminal.output);
      assert.equal((await cluster.primary()).id, primary.id);
      for (const shown of terminal.output.split(/\r?\n/))
        assert.ok(columns(shown) <= WIDTH || shown.includes('://'), shown);
      assert.doesNotMatch(terminal.output, /\u001b/);
    });

    it('exit 0: a hand-over is two commands, each explained, confirmed, executed and recorded by itself', async () => {
      const primary = await cluster.primary();
      const successor = await replica();
      const down = await open('demote', primary, '--reason', 'rack move');
      await down.sees('What changes if the kernel executes it');
      await down.sees('Reason     rack move');
      await down.sees('node> ');
      down.type(primary.name);
      assert.equal(await down.end(), 0, down.output);
      assert.match(down.output, /Request Demotion: executed/);
      assert.match(down.output, new RegExp(`role +${primary.name} +primary +replica`));
      await assert.rejects(cluster.primary(), /no node is the primary/);

      const up = await Terminal.open(
        line('promote', successor, '--json'),
        env({ TERM: 'xterm' }),
        program => `exec ${program} > '${join(home, 'executed.json')}'`,
      );
      await up.sees('node> ');
      up.type(successor.name);
      assert.equal(await up.end(), 0, up.output);
      const executed = document.parse(JSON.parse(readFileSync(join(home, 'executed.json'), 'utf8')));
      assert.ok(executed.kind === 'executed' && executed.target.nodeId === successor.id);
      assert.equal((await cluster.primary()).id, successor.id);
      const once = [...BEFORE_CONSENT, 'confirmation_given', 'dispatch_intent', 'command_executed'];
      assert.deepEqual(stages(audit), [...once, ...once]);
      assert.match(up.output, /\u001b\[1m/, 'a capable terminal gets emphasis');
    });

    it(
      'also freeze/not-recorded: exit 7: executed, and the log was taken away before the outcome could be recorded: ' +
        'said exactly so',
      async () => {
        const primary = await cluster.primary();
        const [proxy, node] = await behind(primary);
        const terminal = await Terminal.open(
          line('demote', node, '--json'),
          env(),
          program => `${program} > '${join(home, 'lost.json')}'; echo "exit $?"; cat '${join(home, 'lost.json')}'`,
        );
        await consentAndHold(terminal, proxy, node, 'request');
        renameSync(join(audit, 'audit.jsonl'), join(audit, 'taken.jsonl'));
        mkdirSync(join(audit, 'audit.jsonl'));
        proxy.letGo();
        await terminal.sees('exit 7');
        await terminal.end();
        const json = document.parse(JSON.parse(readFileSync(join(home, 'lost.json'), 'utf8')));
        assert.ok(json.kind === 'executed' && 'notRecorded' in json.recorded);
        await assert.rejects(cluster.primary(), /no node is the primary/);
        const again = await open('promote', primary, '--audit-dir', join(home, 'other'));
        assert.equal(await again.end(), 2, 'an option given twice is not guessed at');
        const restored = await Terminal.open(
          ['promote', '--url', primary.url, '--node', primary.id, '--operator', '--audit-dir', join(home, 'other')],
          env(),
        );
        await restored.sees('node> ');
        restored.type(primary.name);
        assert.equal(await restored.end(), 0, restored.output);
      },
    );

    it(
      'freeze/unknown, also P7-E2: the answer is lost after the kernel executed: exit 6, unknown, never retried, and ' +
        'the ledger tells',
      async () => {
        const primary = await cluster.primary();
        const terminal = await open('demote', primary);
        await terminal.sees('node> ');
        await cluster.fault(primary, { control_answers: 'dropped' });
        terminal.type(primary.name);
        assert.equal(await terminal.end(), 6, terminal.output);
        await cluster.fault(primary, {});
        assert.match(terminal.output, /Request Demotion on \S+, aerodb: OUTCOME UNKNOWN/);
        assert.match(terminal.output, /Not known +whether the kernel executed this request; the kernel's state is/);
        assert.match(
          terminal.output,
          /Authority +Operator ended with this request, because its outcome is not\s+known/,
        );
        assert.deepEqual(stages(audit).slice(-3), ['dispatch_intent', 'outcome_unknown', 'authority_changed']);
        const requestId = String(records(audit).at(-2)?.['request_id']);
        const fate = await cli(
          [
            'inspect',
            'promotion',
            '--url',
            primary.url,
            '--node',
            primary.id,
            '--request-id',
            requestId,
            '--audit-dir',
            audit,
          ],
          env(),
        );
        assert.match(fate.stdout, /In this node's ledger +yes\n +Outcome +executed/);
        const restored = await open('promote', primary);
        await restored.sees('node> ');
        restored.type(primary.name);
        assert.equal(await restored.end(), 0, restored.output);
      },
    );

    it('also P7-E2: Ctrl-C after the dispatch takes nothing back: the answer is awaited and recorded', async () => {
      const [proxy, node] = await behind(await cluster.primary());
      const terminal = await open('demote', node);
      await consentAndHold(terminal, proxy, node, 'request');
      terminal.press('\u0003');
      await terminal.sees('cannot be taken back');
      proxy.letGo();
      assert.equal(await terminal.end(), 0, terminal.output);
      assert.equal(last()['stage'], 'command_executed');
    });

    it(
      'P7-F2, also freeze/resumes: killed after the dispatch, the log holds an intent without an outcome, shown as ' +
        'unknown; so does a second Ctrl-C, exit 6',
      async () => {
        const node = cluster.node(0);
        for (const [index, end] of ['kill', 'ctrl-c'].entries()) {
          const [proxy, target] = await behind(index === 0 ? node : await cluster.primary());
          const terminal = await Terminal.open(
            line(index === 0 ? 'promote' : 'demote', target),
            env(),
            program => `echo pid $$.; exec ${program}`,
          );
          await consentAndHold(terminal, proxy, target, end === 'kill' ? 'request' : 'response');
          if (end === 'kill') {
            process.kill(Number(/pid (\d+)\./.exec(terminal.output)?.[1]), 'SIGKILL');
            await terminal.end();
            proxy.letGo();
          } else {
            terminal.press('\u0003');
            await terminal.sees('cannot be taken back');
            terminal.press('\u0003');
            assert.equal(await terminal.end(), 6, terminal.output);
            assert.match(terminal.output, /OUTCOME UNKNOWN/);
          }
          assert.equal(last()['stage'], 'dispatch_intent');
          if (end === 'kill')
            await until(
              'the kernel finished by itself',
              async () => (await cluster.primary().catch(() => undefined))?.id === node.id,
            );
        }
        const shown = await cli(['audit', 'show', '--auditor', '--audit-dir', audit], env());
        assert.equal(shown.stdout.split('OUTCOME UNKNOWN').length - 1, 2);
        const restored = await open('promote', cluster.node(0));
        await restored.sees('node> ');
        restored.type(cluster.node(0).name);
        assert.equal(await restored.end(), 0, restored.output);
      },
    );
  });
});

describe('force in a terminal', function () {
  this.timeout(60_000);
  let home: string;
  let audit: string;
  let cluster: Cluster;
  let dead: Node;
  let target: Node;

  before(async () => {
    home = scratch();
    audit = join(home, 'audit');
    cluster = await Cluster.start(join(home, 'cluster'));
    dead = await cluster.primary();
    target = cluster.nodes.find(({ id }) => id !== dead.id) ?? assert.fail('no replica');
  });
  afterEach(closeTerminals);
  after(() => cluster.stop());

  const open = (verb: string): Promise<Terminal> =>
    Terminal.open(
      [
        verb,
        '--url',
        target.url,
        '--node',
        target.id,
        '--operator',
        '--audit-dir',
        audit,
        '--reason',
        'db1 burned down',
      ],
      cleanEnv(home, { NO_COLOR: '1' }),
    );

  it('exit 4: a force that would override nothing is denied by the kernel', async () => {
    const terminal = await open('force-promote');
    await terminal.sees('FORCE PROMOTION of');
    await terminal.sees('node> ');
    terminal.type(target.name);
    await terminal.sees('account> ');
    terminal.type(ACCOUNT);
    assert.equal(await terminal.end(), 4, terminal.output);
    assert.equal((await cluster.primary()).id, dead.id);
  });

  describe('with the primary killed', () => {
    before(() => {
      process.kill(dead.pid, 'SIGKILL');
    });

    it('exit 4: with the primary killed, a plain promotion is denied: not being reachable is never proof of death', async () => {
      const terminal = await open('promote');
      await terminal.sees('node> ');
      terminal.type(target.name);
      assert.equal(await terminal.end(), 4, terminal.output);
      assert.match(terminal.output, /AuthorityAmbiguous/);
    });

    for (const [question, answers, stop] of [
      ['invariant> ', [], '\u0003'],
      ['invariant> ', [], 'yes\n'],
      ['invariant> ', [], '\n'],
      ['invariant> ', [], '\u0004'],
      ['node> ', ['P6-A1'], '\u0003'],
      ['node> ', ['P6-A1'], 'node-9\n'],
      ['account> ', ['P6-A1', 'NAME'], '\u0003'],
      ['account> ', ['P6-A1', 'NAME'], 'yes\n'],
      ['account> ', ['P6-A1', 'NAME'], '\n'],
    ] as const) {
      it(`also P7-A2: ${JSON.stringify(stop)} at "${question.trim()}" after ${answers.length} answers: nothing is sent`, async () => {
        const before = stages(audit).length;
        const terminal = await open('force-promote');
        for (const [index, answer] of answers.entries()) {
          await terminal.sees(index === 0 ? 'invariant> ' : 'node> ');
          terminal.type(answer === 'NAME' ? target.name : answer);
        }
        await terminal.sees(question);
        terminal.press(stop);
        assert.equal(await terminal.end(), 3, terminal.output);
        const ended = stages(audit).slice(before);
        assert.deepEqual(ended.slice(0, -1), BEFORE_CONSENT);
        assert.match(String(ended.at(-1)), /^(?:confirmation_declined|confirmation_voided|command_rejected)$/);
        assert.equal(records(audit).at(-1)?.['outcome'], 'not_executed');
      });
    }

    it('also P7-A2: answers pasted all at once count for the first question only', async () => {
      const terminal = await open('force-promote');
      await terminal.sees('invariant> ');
      terminal.press(`P6-A1\n${target.name}\n${ACCOUNT}\n`);
      await terminal.sees('node> ');
      terminal.press('\u0003');
      assert.equal(await terminal.end(), 3, terminal.output);
      assert.equal(stages(audit).at(-1), 'confirmation_declined');
    });

    it(
      'set/risk, also set/overridden: exit 0: forced, each overridden invariant acknowledged by itself, ' +
        'responsibility taken by name',
      async () => {
        const terminal = await open('force-promote');
        await terminal.sees('!'.repeat(80));
        await terminal.sees('OVERRIDDEN. Single write authority');
        await terminal.sees('Overridden invariant 1 of 1: P6-A1');
        await terminal.sees('invariant> ');
        terminal.type('P6-A1');
        await terminal.sees('node> ');
        terminal.type(target.name);
        await terminal.sees(`Responsibility for this forced promotion passes to ${ACCOUNT}@`);
        await terminal.sees('db1 burned down');
        await terminal.sees('account> ');
        terminal.type(ACCOUNT);
        assert.equal(await terminal.end(), 0, terminal.output);
        assert.doesNotMatch(terminal.output, /\u001b/);
        assert.equal((await cluster.primary()).id, target.id);
        const intent = records(audit).findLast(({ stage }) => stage === 'dispatch_intent') as {
          readonly confirmation: { readonly type: string; readonly acknowledged: readonly string[] };
        };
        assert.deepEqual([intent.confirmation.type, intent.confirmation.acknowledged], ['enhanced', ['P6-A1']]);
      },
    );
  });
});
