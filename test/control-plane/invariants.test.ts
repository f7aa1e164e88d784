/** For each invariant of the control plane: the violation is attempted, and refused. */
import assert from 'node:assert/strict';
import { COMMAND_NAMES, COMMANDS, commandSpec, type CommandName } from '../../src/control-plane/commands/commands.ts';
import { digest } from '../../src/control-plane/model/digest.ts';
import {
  OWN_ERROR_CODES,
  refusal,
  transportFailure,
  type RefusalCode,
  type TransportErrorCode,
} from '../../src/control-plane/model/errors.ts';
import { CONTROL_PLANE_INVARIANTS, invariant } from '../../src/control-plane/model/invariants.ts';
import { AuditUnavailable, type AuditLog, type ConfirmationPrompt } from '../../src/control-plane/ports.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import { bent, closeAll, truthful, type Received } from '../support/servers.ts';
import { N1, N2, REQUEST, rejection } from '../support/wire.ts';
import { anyOf } from '../support/pattern.ts';
import { observedDisk } from './observed-disk.ts';
import { consents, failed, openOperator, openSession, removeFolders, truthfulServer, type Session } from './session.ts';

const promotion = { cluster: 'orders', node: N2, reason: 'the runbook, page 4' };

/** Valid arguments for each command. */
function argumentsOf(command: CommandName): Record<string, string> {
  const { target, reason } = commandSpec(command);
  return {
    cluster: 'orders',
    ...(target === 'none' || target === 'optional-node' ? {} : { node: N2 }),
    ...(reason === 'none' ? {} : { reason: 'because' }),
  };
}

function stages(session: Session, requestId: string): readonly string[] {
  return session
    .records()
    .filter(record => record.request_id === requestId)
    .map(({ stage }) => stage);
}

describe('control plane invariants', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it(
    'P7-A1, freeze/no-restored-authority: a session starts as Observer, and an Observer is refused every operator ' +
      'command before any traffic',
    async () => {
      const session = await openSession();
      assert.deepEqual(session.plane.authority, { level: 'Observer' });
      for (const command of COMMAND_NAMES.filter(name => COMMANDS[name].authority === 'operator')) {
        const { error, requestId } = failed(await session.plane.execute(command, argumentsOf(command)));
        assert.equal(error.code, 'PHASE7_INSUFFICIENT_AUTHORITY');
        assert.deepEqual(error.invariants, ['P7-A1']);
        assert.deepEqual(stages(session, requestId), ['command_requested', 'command_rejected']);
      }
      assert.equal(session.server.received.length, 0);
      assert.equal(session.asked.length, 0);
    },
  );

  it('also P7-A1: Operator of one cluster is Observer of every other', async () => {
    const session = await openOperator();
    const orders = session.clusters.get('orders');
    assert.ok(orders);
    session.clusters.set('billing', { ...orders, name: 'billing' });
    const { error } = failed(await session.plane.execute('request_promotion', { ...promotion, cluster: 'billing' }));
    assert.equal(error.code, 'PHASE7_INSUFFICIENT_AUTHORITY');
    assert.equal(session.server.received.length, 0);
  });

  it('also P7-A1: an Auditor is refused, cannot become Operator, and an Operator cannot become Auditor', async () => {
    const session = await openOperator();
    const toAuditor = await session.plane.changeAuthority({ level: 'Auditor' });
    assert.ok(!toAuditor.ok);
    assert.equal(session.plane.authority.level, 'Operator');
    assert.ok((await session.plane.changeAuthority({ level: 'Observer' })).ok);
    assert.ok((await session.plane.changeAuthority({ level: 'Auditor' })).ok);
    const toOperator = await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
    assert.ok(!toOperator.ok);
    assert.equal(session.plane.authority.level, 'Auditor');
    assert.equal(
      failed(await session.plane.execute('request_demotion', argumentsOf('request_demotion'))).error.code,
      'PHASE7_INSUFFICIENT_AUTHORITY',
    );
    assert.equal(
      failed(await session.plane.execute('run_diagnostics', argumentsOf('run_diagnostics'))).error.code,
      'PHASE7_INSUFFICIENT_AUTHORITY',
    );
    assert.equal(session.server.received.length, 0);
  });

  it('also P7-A1, freeze/observe-only: an observe-only cluster has no Operator, not even one who was Operator before it became observe-only', async () => {
    const session = await openOperator();
    const orders = session.clusters.get('orders');
    assert.ok(orders);
    session.clusters.set('orders', { ...orders, observeOnly: true });
    assert.equal(failed(await session.plane.execute('force_promotion', promotion)).error.code, 'PHASE7_OBSERVE_ONLY');
    await session.plane.changeAuthority({ level: 'Observer' });
    const again = await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
    assert.equal(again.ok ? '' : again.error.code, 'PHASE7_OBSERVE_ONLY');
  });

  it('P7-A2, freeze/no-unconfirmed: without consent nothing is sent: declined, dialog gone, dialog that fails', async () => {
    const cases = [
      [
        () => ({ kind: 'declined' as const, at: 'the first dialog' }),
        'PHASE7_CONFIRMATION_DECLINED',
        'confirmation_declined',
      ],
      [
        () => ({ kind: 'voided' as const, why: 'The window was closed.' }),
        'PHASE7_CONFIRMATION_VOIDED',
        'confirmation_voided',
      ],
      [
        () => {
          throw new Error('no screen');
        },
        'PHASE7_CONFIRMATION_VOIDED',
        'confirmation_voided',
      ],
    ] as const;
    for (const [person, code, stage] of cases) {
      const session = await openOperator({ person });
      for (const command of ['run_diagnostics', 'request_promotion', 'request_demotion', 'force_promotion'] as const) {
        const { error, requestId } = failed(await session.plane.execute(command, argumentsOf(command)));
        assert.equal(error.code, code);
        assert.equal(error.outcome, 'not_executed');
        assert.deepEqual(stages(session, requestId), [
          'command_requested',
          'explanation_presented',
          'confirmation_requested',
          stage,
        ]);
      }
      assert.deepEqual(session.controls(), []);
      assert.ok(
        session.server.received.every(({ path }) => !path.startsWith('/v1/diagnostics?') && path !== '/v1/diagnostics'),
        'the collection itself was not asked for',
      );
    }
  });

  it('freeze/no-reuse, also P7-A2: a confirmation counts once, and only for what it was given for', async () => {
    const seen: ConfirmationPrompt[] = [];
    const session = await openOperator({
      person: prompt => {
        seen.push(prompt);
        return {
          kind: 'confirmed',
          token: (seen[0] ?? prompt).token,
          typedName: prompt.nodeName,
          acknowledged: prompt.acknowledge,
        };
      },
    });
    assert.equal((await session.plane.execute('request_promotion', promotion)).kind, 'executed');
    const reused = failed(await session.plane.execute('request_promotion', promotion));
    assert.equal(reused.error.code, 'PHASE7_CONFIRMATION_REUSED');
    const invented = await openOperator({
      person: prompt => ({ kind: 'confirmed', token: REQUEST, typedName: prompt.nodeName, acknowledged: [] }),
    });
    assert.equal(
      failed(await invented.plane.execute('request_promotion', promotion)).error.code,
      'PHASE7_MISSING_CONFIRMATION',
    );
    assert.equal(session.controls().length + invented.controls().length, 1);
  });

  it(
    'also P7-A2, freeze/bound: a token of one request is refused for another that is pending beside it, and both are ' +
      'void',
    async () => {
      const prompts: ConfirmationPrompt[] = [];
      const bothAsked = Promise.withResolvers<undefined>();
      const session = await openOperator({
        person: async prompt => {
          prompts.push(prompt);
          if (prompts.length === 2) bothAsked.resolve(undefined);
          await bothAsked.promise;
          const other = prompts.find(asked => asked !== prompt) ?? prompt;
          return {
            kind: 'confirmed',
            token: other.token,
            typedName: prompt.nodeName,
            acknowledged: prompt.acknowledge,
          };
        },
      });
      const results = await Promise.all([
        session.plane.execute('request_promotion', promotion),
        session.plane.execute('request_demotion', promotion),
      ]);
      assert.deepEqual(results.map(result => failed(result).error.code).sort(), [
        'PHASE7_CONFIRMATION_MISMATCH',
        'PHASE7_CONFIRMATION_VOIDED',
      ]);
      assert.deepEqual(session.controls(), []);
    },
  );

  it('also P7-A2, freeze/bound: a wrong name, a missing or a surplus acknowledgement is no consent', async () => {
    const server = await truthfulServer(overriding(['P6-A1', 'P6-S1']));
    const persons = [
      [
        (prompt: ConfirmationPrompt) => ({
          kind: 'confirmed' as const,
          token: prompt.token,
          typedName: 'node-1',
          acknowledged: prompt.acknowledge,
        }),
        'PHASE7_CONFIRMATION_MISMATCH',
      ],
      [
        (prompt: ConfirmationPrompt) => ({
          kind: 'confirmed' as const,
          token: prompt.token,
          typedName: prompt.nodeName,
          acknowledged: ['P6-A1'],
        }),
        'PHASE7_INCOMPLETE_ENHANCED_CONFIRMATION',
      ],
      [
        (prompt: ConfirmationPrompt) => ({
          kind: 'confirmed' as const,
          token: prompt.token,
          typedName: prompt.nodeName,
          acknowledged: ['P6-A1', 'P6-S1', 'P6-S3'],
        }),
        'PHASE7_INCOMPLETE_ENHANCED_CONFIRMATION',
      ],
    ] as const;
    for (const [person, code] of persons) {
      const session = await openOperator({ server, person });
      const { error } = failed(await session.plane.execute('force_promotion', promotion));
      assert.equal(error.code, code);
      assert.deepEqual(session.controls(), []);
    }
  });

  it('also P7-A2, freeze/no-unconfirmed: no argument stands for a confirmation', async () => {
    const session = await openOperator({ person: () => ({ kind: 'declined', at: 'the first dialog' }) });
    for (const extra of [
      { confirmed: 'true' },
      { yes: 'true' },
      { force: 'true' },
      { token: REQUEST },
      { acknowledged: 'P6-A1' },
    ]) {
      assert.equal(
        failed(await session.plane.execute('request_promotion', { ...promotion, ...extra })).error.code,
        'PHASE7_MALFORMED_REQUEST',
      );
    }
    assert.equal(session.asked.length, 0);
    assert.equal(session.server.received.length, 0);
  });

  it(
    'freeze/voided, also P7-A2: a change of authority or of the clusters while the dialog is open voids it, even ' +
      'where the person agrees afterwards',
    async () => {
      const changes: readonly ((session: Session) => unknown)[] = [
        session => session.plane.changeAuthority({ level: 'Observer' }),
        session => session.plane.clusterChanged(),
        session => session.plane.end(),
      ];
      for (const change of changes) {
        const holder: { session?: Session } = {};
        holder.session = await openOperator({
          person: async (prompt, voided) => {
            assert.ok(holder.session);
            await change(holder.session);
            assert.ok(voided.aborted);
            return consents(prompt, voided);
          },
        });
        const { error } = failed(await holder.session.plane.execute('request_promotion', promotion));
        assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
        assert.deepEqual(holder.session.controls(), []);
      }
    },
  );

  it('also P7-A2, freeze/voided: authority given up while the intent is being written stops the request before it is sent', async () => {
    const holder: { session?: Session } = {};
    holder.session = await openOperator({
      audit: log => ({
        append: async entry => {
          const position = await log.append(entry);
          if (entry.stage === 'dispatch_intent') void holder.session?.plane.changeAuthority({ level: 'Observer' });
          return position;
        },
      }),
    });
    const { error, requestId } = failed(await holder.session.plane.execute('request_promotion', promotion));
    assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
    assert.deepEqual(stages(holder.session, requestId).slice(-2), ['dispatch_intent', 'dispatch_failed']);
    assert.deepEqual(holder.session.controls(), []);
  });

  it('also P7-A2, freeze/bound: a cluster that was repointed under the open dialog is not what was confirmed', async () => {
    const elsewhere = await truthfulServer();
    const holder: { session?: Session } = {};
    holder.session = await openOperator({
      person: (prompt, voided) => {
        const orders = holder.session?.clusters.get('orders');
        assert.ok(orders);
        holder.session?.clusters.set('orders', { ...orders, endpoints: [elsewhere.url] });
        return consents(prompt, voided);
      },
    });
    const { error } = failed(await holder.session.plane.execute('request_promotion', promotion));
    assert.equal(error.code, 'PHASE7_CONFIRMATION_MISMATCH');
    assert.match(error.message, /clusterDigest/);
    assert.equal(holder.session.controls().length + elsewhere.received.length, 0);
  });

  it(
    'set/preconditions, also P7-A3: what the kernel would deny is still asked for when the person asks: the kernel ' +
      'decides, not the control plane',
    async () => {
      const session = await openOperator();
      const result = await session.plane.execute('request_promotion', promotion);
      assert.equal(session.asked[0]?.explanation.kernel?.decision, 'deny');
      assert.equal(result.kind, 'executed');
      assert.equal(session.controls().length, 1);
    },
  );

  it('P7-A3, freeze/no-judgement: explanations state facts and recommend nothing', async () => {
    const session = await openOperator();
    for (const command of ['run_diagnostics', 'request_promotion', 'request_demotion', 'force_promotion'] as const)
      await session.plane.execute(command, argumentsOf(command));
    for (const { explanation } of session.asked) {
      const words = JSON.stringify(toWire({ ...explanation, kernel: null, source: null }));
      assert.doesNotMatch(
        words,
        anyOf(
          /\b(should|recommend\w*|safe to|better|best|prefer\w*|suggest\w*)\b/i,
          /\b(likely|probably|will succeed|guarantee\w*|you may want)\b/i,
        ),
        explanation.command,
      );
    }
  });

  it('P7-E1, also freeze/one-request: one control command is one request, to one path, and no follow-up', async () => {
    const paths = {
      request_promotion: '/v1/control/promotions',
      request_demotion: '/v1/control/demotions',
      force_promotion: '/v1/control/promotions',
    } as const;
    for (const [command, path] of Object.entries(paths)) {
      const session = await openOperator({
        server: await truthfulServer(command === 'force_promotion' ? overriding(['P6-A1']) : undefined),
      });
      assert.equal((await session.plane.execute(command, promotion)).kind, 'executed');
      assert.deepEqual(
        session.controls().map(request => request.path),
        [path],
      );
      assert.equal(session.server.received.at(-1)?.method, 'POST', 'nothing follows the control request');
    }
  });

  it('set/operation, also P7-E1: each command of the table maps to exactly one operation, and no two to the same', () => {
    const operations = COMMAND_NAMES.map(name => `${COMMANDS[name].operation} ${String(COMMANDS[name].forced)}`);
    assert.equal(new Set(operations).size, 10);
  });

  it('P7-E2, also freeze/unknown: an answer that never comes back whole is unknown, never executed and never failed', async () => {
    const session = await openOperator({
      server: await truthfulServer(({ method }) =>
        method === 'POST' ? { status: 502, value: 'Bad Gateway' } : undefined,
      ),
    });
    const { error, requestId } = failed(await session.plane.execute('request_promotion', promotion));
    assert.equal(error.outcome, 'unknown');
    assert.equal(error.code, 'PHASE7_INVALID_KERNEL_RESPONSE');
    assert.deepEqual(stages(session, requestId).slice(-2), ['dispatch_intent', 'outcome_unknown']);
  });

  it("P7-E3, freeze/verbatim: the kernel's rejection arrives verbatim, byte for byte, in the result and in the log", async () => {
    const answer = rejection('AERO_PROMOTION_DENIED', 'not_executed', {
      reason: 'PrimaryStillActive',
      checks: ['ü', '<b>'],
    });
    const session = await openOperator({
      server: await truthfulServer(({ method }) => (method === 'POST' ? { status: 409, value: answer } : undefined)),
    });
    const { error, requestId } = failed(await session.plane.execute('request_promotion', promotion));
    assert.equal(error.domain, 'KERNEL_REJECTION');
    assert.equal(error.message, 'The kernel says AERO_PROMOTION_DENIED.');
    assert.equal(error.kernel?.body, JSON.stringify(answer));
    const last = session.records().findLast(record => record.request_id === requestId);
    assert.equal(last?.stage, 'kernel_rejected');
    assert.equal(last.kernel_response?.body, JSON.stringify(answer));
  });

  it(
    'freeze/seen-state, also P7-E3: what the operator typed reaches the kernel verbatim, with the state that was ' +
      'seen and the position of its intent',
    async () => {
      const session = await openOperator();
      const reason = '  spaces kept, ünïcode, "quotes"\tand <tags> ';
      const result = await session.plane.execute('request_promotion', { ...promotion, reason });
      const [request] = session.controls();
      assert.ok(request);
      const body = JSON.parse(request.body) as Record<string, unknown>;
      const intent = session.records().find(({ stage }) => stage === 'dispatch_intent');
      assert.equal(body['reason'], reason);
      assert.deepEqual(body['audit_head'], { seq: intent?.seq, hash: intent?.hash });
      assert.equal(body['request_id'], result.requestId);
      assert.equal(request.headers['if-match'], '"17"');
      assert.equal(request.headers['idempotency-key'], result.requestId);
      assert.deepEqual(body['operator'], { id: 'ann@desk', authority: 'Operator' });
    },
  );

  it('P7-F1, also freeze/no-retry: a kernel that is not ready gets no second try and no other endpoint', async () => {
    const other = await truthfulServer();
    const server = await truthfulServer(({ method }) =>
      method === 'POST' ? { status: 503, value: rejection('AERO_NOT_READY') } : undefined,
    );
    const session = await openOperator({ server, cluster: { endpoints: [server.url, other.url] } });
    const { error } = failed(await session.plane.execute('request_demotion', promotion));
    assert.equal(error.code, 'AERO_NOT_READY');
    assert.equal(session.controls().length, 1);
    assert.ok(other.received.every(({ method }) => method === 'GET'));
  });

  it('also P7-F1, freeze/consistent: an explanation that contradicts itself is not shown and nothing is asked', async () => {
    const server = await truthfulServer(request =>
      request.path.startsWith('/v1/explain')
        ? bent(truthful(N2, request), answer => {
            answer.data['control_version'] = '16';
          })
        : undefined,
    );
    const session = await openOperator({ server });
    assert.equal(
      failed(await session.plane.execute('request_promotion', promotion)).error.code,
      'PHASE7_INCONSISTENT_SNAPSHOT',
    );
    assert.equal(session.asked.length, 0);
    assert.deepEqual(session.controls(), []);
  });

  it(
    'freeze/resumes, also P7-F2: a session that ends in the middle of a confirmation completes nothing, and a new ' +
      'one knows nothing of it',
    async () => {
      const asked = Promise.withResolvers<ConfirmationPrompt>();
      const session = await openOperator({
        person: prompt => {
          asked.resolve(prompt);
          return new Promise(() => undefined);
        },
      });
      const pending = session.plane.execute('request_promotion', promotion);
      const prompt = await asked.promise;
      session.plane.end();
      assert.equal(failed(await pending).error.code, 'PHASE7_CONFIRMATION_VOIDED');
      const after = await openOperator({
        server: session.server,
        person: fresh => ({ kind: 'confirmed', token: prompt.token, typedName: fresh.nodeName, acknowledged: [] }),
      });
      assert.equal(
        failed(await after.plane.execute('request_promotion', promotion)).error.code,
        'PHASE7_MISSING_CONFIRMATION',
      );
      assert.deepEqual(session.controls(), []);
    },
  );

  it('set/duplicates, also P7-F3: the same command twice at once is refused the second time', async () => {
    const release = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    const session = await openOperator({
      person: async (prompt, voided) => {
        asked.resolve(undefined);
        await release.promise;
        return consents(prompt, voided);
      },
    });
    const first = session.plane.execute('request_promotion', promotion);
    await asked.promise;
    assert.equal(
      failed(await session.plane.execute('request_promotion', promotion)).error.code,
      'PHASE7_DUPLICATE_REQUEST',
    );
    release.resolve(undefined);
    assert.equal((await first).kind, 'executed');
    assert.equal(session.controls().length, 1);
  });

  it('also P7-F3, set/duplicates: a request id is never used twice in a session', async () => {
    let count = 0;
    const session = await openSession({ ids: () => (count++ === 0 ? N1 : REQUEST) });
    assert.equal((await session.plane.execute('inspect_cluster_state', { cluster: 'orders' })).kind, 'answered');
    assert.equal(
      failed(await session.plane.execute('inspect_cluster_state', { cluster: 'orders' })).error.code,
      'PHASE7_DUPLICATE_REQUEST',
    );
  });

  it('P7-D1, freeze/deterministic: the same facts and arguments give the same explanation and the same digest', async () => {
    const session = await openOperator();
    await session.plane.execute('request_promotion', promotion);
    await session.plane.execute('request_promotion', promotion);
    const [first, second] = session.asked;
    assert.ok(first && second);
    assert.deepEqual(first.explanation, second.explanation);
    assert.equal(first.explanationDigest, second.explanationDigest);
    assert.equal(first.explanationDigest, digest(first.explanation));
    assert.notEqual(first.token, second.token);
    await session.plane.execute('request_promotion', { ...promotion, reason: 'another' });
    assert.notEqual(session.asked[2]?.explanationDigest, first.explanationDigest);
  });

  it('P7-D2, also freeze/deterministic: the same request in the same state is refused with the same words', async () => {
    const session = await openSession();
    for (const [command, args] of [
      ['request_promotion', promotion],
      ['inspect_node', { cluster: 'orders', node: 'nonsense' }],
      ['inspect_node', { cluster: 'elsewhere', node: N2 }],
      ['no_such', {}],
    ] as const) {
      const [first, second] = [
        await session.plane.execute(command, args),
        await session.plane.execute(command, args),
      ].map(result => failed(result).error);
      assert.deepEqual(first, second);
    }
  });

  it('P7-O1, freeze/audit-every-attempt: every stage of an executed request stands in the log, in order, one chain', async () => {
    const session = await openOperator();
    const { requestId } = await session.plane.execute('request_promotion', promotion);
    assert.deepEqual(stages(session, requestId), [
      'command_requested',
      'explanation_presented',
      'confirmation_requested',
      'confirmation_given',
      'dispatch_intent',
      'command_executed',
    ]);
    const records = session.records();
    assert.deepEqual(records.map(({ stage, authority }) => `${stage} ${authority}`).slice(0, 2), [
      'session_started Observer',
      'authority_changed Operator',
    ]);
    assert.deepEqual(
      records.map(({ n }) => n),
      records.map((_record, index) => `${index + 1}`),
    );
    assert.deepEqual(
      records.map(({ seq }) => seq),
      records.map((_record, index) => `${index + 1}`),
    );
  });

  it('also P7-F1, P7-O1: what breaks on the way to a kernel, before it is reached, is a recorded refusal and no exception', async () => {
    const session = await openSession({ connect: () => Promise.reject(new Error('the secret store is locked')) });
    const { error, requestId } = failed(await session.plane.execute('inspect_cluster_state', { cluster: 'orders' }));
    assert.deepEqual([error.code, error.outcome], ['PHASE7_CONNECTION_FAILED', 'not_executed']);
    assert.match(error.message, /the secret store is locked/);
    assert.deepEqual(stages(session, requestId), ['command_requested', 'command_rejected']);
    assert.deepEqual([...(await session.plane.unavailable('orders'))], [], 'a row of the tree is drawn all the same');
  });

  it('P7-O2, set/errors: every error of ours names an invariant that the catalogue explains', () => {
    for (const code of OWN_ERROR_CODES) {
      const transport: readonly string[] = [
        'PHASE7_CONNECTION_FAILED',
        'PHASE7_TIMEOUT',
        'PHASE7_TRANSPORT_FAILURE',
        'PHASE7_INVALID_KERNEL_RESPONSE',
      ];
      const error = transport.includes(code)
        ? transportFailure(code as TransportErrorCode, 'x', 'unknown')
        : refusal(code as RefusalCode, 'x');
      assert.equal(error.invariants.length, 1);
      assert.notEqual(invariant(error.invariants[0] ?? '').name, error.invariants[0], code);
    }
    assert.equal(CONTROL_PLANE_INVARIANTS.length, 17);
  });

  it('freeze/audit-down, also P7-O3: with the log unavailable all ten commands are refused before any traffic', async () => {
    const broken: AuditLog = {
      append: () => Promise.reject(new AuditUnavailable('/var/log/audit.jsonl: no space left on device.')),
    };
    let works = true;
    const session = await openOperator({ audit: log => ({ append: entry => (works ? log : broken).append(entry) }) });
    works = false;
    for (const command of COMMAND_NAMES) {
      const { error, recorded } = failed(await session.plane.execute(command, argumentsOf(command)));
      assert.equal(error.code, 'PHASE7_AUDIT_UNAVAILABLE');
      assert.match(error.message, /audit\.jsonl: no space left/);
      assert.equal(recorded.position, null);
    }
    assert.equal(session.server.received.length, 0);
    works = true;
    assert.equal(
      (await session.plane.execute('inspect_cluster_state', { cluster: 'orders' })).kind,
      'answered',
      'the next command works without a new session',
    );
  });

  it(
    'freeze/audit-first, also P7-O3: a control request arrives when its intent is the last record and is flushed, ' +
      'and never when the flush fails',
    async () => {
      for (const command of ['request_promotion', 'request_demotion', 'force_promotion'] as const) {
        const answers = command === 'force_promotion' ? overriding(['P6-A1']) : () => undefined;
        const disk = observedDisk();
        const arrivals: unknown[] = [];
        const server = await truthfulServer(request => {
          const last = session.records().at(-1);
          if (request.method !== 'GET') arrivals.push([last?.stage, last?.request_id, disk.isFlushed()]);
          return answers(request);
        });
        const session = await openOperator({ server, files: disk.files });
        const result = await session.plane.execute(command, promotion);
        assert.equal(result.kind, 'executed', command);
        assert.deepEqual(arrivals, [['dispatch_intent', result.requestId, true]], command);

        const unlucky = await openOperator({
          server: await truthfulServer(answers),
          files: observedDisk('dispatch_intent').files,
        });
        const { error } = failed(await unlucky.plane.execute(command, promotion));
        assert.equal(error.code, 'PHASE7_AUDIT_UNAVAILABLE', command);
        assert.deepEqual(unlucky.controls(), [], command);
      }
    },
  );

  it('also freeze/audit-first, P7-O3: if the log fails at any record before the dispatch, nothing is sent', async () => {
    for (const stage of ['explanation_presented', 'confirmation_requested', 'confirmation_given', 'dispatch_intent']) {
      const session = await openOperator({
        audit: log => ({
          append: entry =>
            entry.stage === stage ? Promise.reject(new AuditUnavailable('disk gone.')) : log.append(entry),
        }),
      });
      const { error } = failed(await session.plane.execute('request_promotion', promotion));
      assert.equal(error.code, 'PHASE7_AUDIT_UNAVAILABLE', stage);
      assert.deepEqual(session.controls(), [], stage);
    }
  });

  it('freeze/not-recorded, also P7-O3: executed but not recorded is said exactly so', async () => {
    const session = await openOperator({
      audit: log => ({
        append: entry =>
          entry.stage === 'command_executed' ? Promise.reject(new AuditUnavailable('disk gone.')) : log.append(entry),
      }),
    });
    const result = await session.plane.execute('request_promotion', promotion);
    assert.equal(result.kind, 'executed');
    assert.deepEqual(result.recorded, { position: null, cause: 'disk gone.' });
  });

  it('also P7-O3: Operator authority that cannot be recorded is not assumed; giving it up never depends on the log', async () => {
    let works = false;
    const session = await openSession({
      audit: log => ({
        append: entry => (works ? log.append(entry) : Promise.reject(new AuditUnavailable('disk gone.'))),
      }),
    });
    const refused = await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
    assert.equal(refused.ok ? '' : refused.error.code, 'PHASE7_AUDIT_UNAVAILABLE');
    assert.equal(session.plane.authority.level, 'Observer');
    works = true;
    await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
    works = false;
    const given = await session.plane.changeAuthority({ level: 'Observer' });
    assert.ok(given.ok);
    assert.equal(given.value.position, null);
    assert.equal(session.plane.authority.level, 'Observer');
    assert.ok((await session.plane.changeAuthority({ level: 'Auditor' })).ok);
  });

  it('freeze/responsible, also P7-O3: nobody can be made responsible for a control command without an account', async () => {
    const session = await openOperator({ account: '' });
    for (const command of ['request_promotion', 'request_demotion', 'force_promotion'] as const) {
      assert.equal(failed(await session.plane.execute(command, promotion)).error.code, 'PHASE7_OPERATOR_UNKNOWN');
    }
    assert.equal(session.server.received.length, 0);
  });

  it(
    'P7-S1, set/presentation, also freeze/no-background: opening a session, changing authority and ending it contact ' +
      'nobody',
    async () => {
      const session = await openOperator();
      session.plane.clusterChanged();
      await session.plane.changeAuthority({ level: 'Observer' });
      await session.plane.changeAuthority({ level: 'Auditor' });
      session.plane.end();
      assert.equal(session.server.received.length, 0);
    },
  );

  it('set/reads-only, also P7-S2: everything that is not a confirmed control command only reads', async () => {
    const session = await openOperator();
    for (const command of COMMAND_NAMES.filter(name => COMMANDS[name].class !== 'control')) {
      assert.equal((await session.plane.execute(command, argumentsOf(command))).kind, 'answered', command);
    }
    assert.deepEqual(session.controls(), []);
  });

  it('P7-S3, set/closed: there is no eleventh command', async () => {
    assert.equal(COMMAND_NAMES.length, 10);
    const session = await openOperator();
    for (const name of ['rebalance', 'promote', '__proto__', 'constructor', 'INSPECT_NODE', '']) {
      const { error, requestId } = failed(await session.plane.execute(name, { cluster: 'orders' }));
      assert.equal(error.code, 'PHASE7_SCOPE_VIOLATION');
      assert.deepEqual(error.invariants, ['P7-S3']);
      assert.deepEqual(stages(session, requestId), ['command_requested', 'command_rejected']);
    }
    assert.equal(session.server.received.length, 0);
  });
});

/** Makes the kernel's explanation name overridden invariants, and its answer the force that it executed. */
function overriding(
  ids: readonly string[],
): (request: Received) => { readonly status: number; readonly value: unknown } | undefined {
  return request => {
    if (request.path.startsWith('/v1/explain'))
      return bent(truthful(N2, request), answer => {
        answer.data['overridden_invariants'] = ids;
      });
    return request.method === 'POST'
      ? bent(truthful(N2, request), answer => {
          answer.data['mode'] = 'forced';
        })
      : undefined;
  };
}
