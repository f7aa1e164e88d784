/**
 * The rules one by one, at their edges: what exactly is refused, what exactly is not, and what exactly is recorded of
 * each end.
 */
import assert from 'node:assert/strict';
import { AERODB } from '../../src/engines/aerodb/engine.ts';
import {
  chosenEndpoint,
  invalidArguments,
  parseArguments,
  recordedArguments,
} from '../../src/control-plane/commands/arguments.ts';
import { auditReviewRefused, levelFor, OBSERVER } from '../../src/control-plane/commands/authority.ts';
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../src/control-plane/commands/commands.ts';
import { Confirmations, type ConfirmationBinding } from '../../src/control-plane/request/confirmation.ts';
import {
  failure,
  isOwn,
  kernelRejection,
  refusal,
  transportFailure,
  type ControlError,
  type Result,
} from '../../src/control-plane/model/errors.ts';
import type { Clusters, ConfirmationPrompt, Kernel } from '../../src/control-plane/ports.ts';
import type { ExecutedControl } from '../../src/control-plane/explanation/words.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import { connect } from '../../src/engines/connect.ts';
import { bent, closeAll, kernelServer, truthful } from '../support/servers.ts';
import { clusterOf, PATIENT, N1, N2, REQUEST } from '../support/wire.ts';
import { consents, failed, openOperator, openSession, removeFolders, truthfulServer, type Session } from './session.ts';

const promotion = { cluster: 'orders', node: N2, reason: 'the runbook, page 4' };
function spec(command: CommandName): ReturnType<typeof commandSpec> {
  return commandSpec(command);
}

/** The real kernel, with some of its operations replaced. */
function instead(parts: Partial<Kernel> | ((kernel: Kernel) => Partial<Kernel>)): Clusters['connect'] {
  return async cluster => {
    const kernel = await connect(cluster, { timeouts: PATIENT });
    return kernel.ok
      ? { ok: true, value: { ...kernel.value, ...(typeof parts === 'function' ? parts(kernel.value) : parts) } }
      : kernel;
  };
}

function of(session: Session, requestId: string): ReturnType<Session['records']> {
  return session.records().filter(record => record.request_id === requestId);
}

describe('records', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it('P7-O3: each record of an executed force holds what was asked, shown, acknowledged, sent and answered', async () => {
    const overridden = ['P6-A1', 'P6-S1'];
    const server = await truthfulServer(request =>
      request.path.startsWith('/v1/explain')
        ? bent(truthful(N2, request), answer => {
            answer.data['overridden_invariants'] = overridden;
          })
        : request.method === 'POST'
          ? bent(truthful(N2, request), answer => {
              answer.data['mode'] = 'forced';
            })
          : undefined,
    );
    const session = await openOperator({ server });
    const { requestId, kind } = await session.plane.execute('force_promotion', promotion);
    assert.equal(kind, 'executed');
    const [requested, presented, asked, given, intent, executed] = of(session, requestId);
    const [prompt] = session.asked;
    const [control] = session.controls();
    assert.ok(requested && presented && asked && given && intent && executed && prompt && control);
    for (const record of of(session, requestId)) {
      assert.deepEqual(
        [record.command, record['cluster'], record['target'], record.authority],
        ['force_promotion', 'orders', N2, 'Operator'],
        record.stage,
      );
      assert.deepEqual(record['operator'], { account: 'ann', host: 'desk', name: null });
      assert.deepEqual(record.args, record.stage === requested.stage ? promotion : undefined, record.stage);
      assert.equal(record.outcome, record.stage === executed.stage ? 'executed' : 'pending', record.stage);
    }
    assert.deepEqual(presented['explanation'], toWire(prompt.explanation));
    const seen = presented['kernel_state'] as {
      readonly node: string;
      readonly commit_id: string;
      readonly control_version: string;
      readonly members: readonly { readonly durable_offset: string }[];
    };
    assert.deepEqual([seen.node, seen.commit_id, seen.control_version, seen.members.length], [N2, '1042', '17', 3]);
    assert.equal(seen.members[0]?.durable_offset, '18446744073709551615');
    assert.deepEqual(intent['kernel_state'], seen);
    const bound = { type: 'enhanced', explanation_digest: prompt.explanationDigest };
    assert.deepEqual(asked['confirmation'], { ...bound, acknowledged: [] });
    assert.deepEqual(given['confirmation'], { ...bound, acknowledged: overridden });
    assert.deepEqual(intent['confirmation'], { ...bound, acknowledged: overridden });
    assert.deepEqual((JSON.parse(control.body) as Record<string, unknown>)['acknowledged_invariants'], overridden);
    assert.equal((JSON.parse(control.body) as Record<string, unknown>)['mode'], 'forced');
  });

  it('also P7-E2: a dispatched request is recorded by what is proven about it', async () => {
    const kernel = { status: 409, body: '{}', details: null };
    const ends: readonly (readonly [ControlError, string])[] = [
      [kernelRejection('AERO_X', 'no', ['P6-S2', 'P6-A1'], 'not_executed', kernel), 'kernel_rejected'],
      [kernelRejection('AERO_X', 'no', ['P6-S2'], 'unknown', kernel), 'outcome_unknown'],
      [kernelRejection('AERO_X', 'no', ['P6-S2'], 'executed', kernel), 'command_executed'],
      [transportFailure('PHASE7_TIMEOUT', 'late', 'unknown'), 'outcome_unknown'],
      [transportFailure('PHASE7_CONNECTION_FAILED', 'nobody', 'not_executed'), 'dispatch_failed'],
      [refusal('PHASE7_SCOPE_VIOLATION', 'elsewhere'), 'dispatch_failed'],
    ];
    for (const [error, stage] of ends) {
      const session = await openOperator({ connect: instead({ promote: () => Promise.resolve(failure(error)) }) });
      const result = failed(await session.plane.execute('request_promotion', promotion));
      assert.deepEqual(result.error, error);
      const last = of(session, result.requestId).at(-1);
      assert.deepEqual([last?.stage, last?.outcome, last?.error?.code], [stage, error.outcome, error.code]);
      assert.deepEqual(
        last?.kernel_response,
        error.kernel === undefined
          ? undefined
          : { accepted: false, code: 'AERO_X', invariant: 'P6-S2', message: 'no', body: '{}' },
      );
    }
  });

  it(
    'also P7-E2: a boundary that throws has proven nothing: unknown for a control request, not executed for a read, ' +
      'recorded as what it was',
    async () => {
      const broken = (): Promise<never> => Promise.reject(new Error('a bug'));
      const thrown = (): never => {
        throw new Error('a bug');
      };
      const session = await openOperator({
        connect: instead({ promote: broken, demote: thrown, readReplication: broken, collectDiagnostics: thrown }),
      });
      for (const [command, input, outcome, stage] of [
        ['request_promotion', promotion, 'unknown', 'outcome_unknown'],
        ['request_demotion', promotion, 'unknown', 'outcome_unknown'],
        ['run_diagnostics', { cluster: 'orders', node: N2 }, 'not_executed', 'read_failed'],
        ['inspect_replication_status', { cluster: 'orders' }, 'not_executed', 'read_failed'],
      ] as const) {
        await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
        const { error, requestId } = failed(await session.plane.execute(command, input));
        assert.deepEqual([error.code, error.outcome], ['PHASE7_TRANSPORT_FAILURE', outcome], command);
        const last = of(session, requestId).at(-1);
        assert.deepEqual([last?.stage, last?.outcome], [stage, outcome], command);
      }
      const unexplained = await openOperator({ connect: instead({ explainDemotion: broken }) });
      const { requestId } = failed(await unexplained.plane.execute('request_demotion', promotion));
      assert.equal(of(unexplained, requestId).at(-1)?.stage, 'read_failed');
    },
  );

  it(
    'also P7-E2: what breaks after the kernel has said that it executed the request, and after that is recorded, ' +
      'makes it neither unknown nor undone',
    async () => {
      const session = await openOperator({
        connect: instead({ promote: () => Promise.resolve({ ok: true, value: { body: '{}' } as ExecutedControl }) }),
      });
      const { error, requestId, recorded } = failed(await session.plane.execute('request_promotion', promotion));
      assert.deepEqual([error.outcome, error.code], ['executed', 'PHASE7_TRANSPORT_FAILURE']);
      assert.match(error.message, /^The kernel executed the request; what it answered could not be shown: /);
      const last = of(session, requestId).at(-1);
      assert.deepEqual(
        [last?.stage, last?.outcome, last?.seq],
        ['command_executed', 'executed', recorded.position?.seq.toString()],
      );
      assert.equal(session.plane.authority.level, 'Operator');
    },
  );

  it(
    'freeze/authority-after-unknown, also P7-A1, P7-E2: a control request whose outcome is unknown ends Operator ' +
      'authority, recorded; it has to be assumed anew before the next one',
    async () => {
      const late = transportFailure('PHASE7_TIMEOUT', 'late', 'unknown');
      let kernelSays: () => Promise<Result<ExecutedControl>> = () => Promise.resolve(failure(late));
      const waiting: AbortSignal[] = [];
      const session = await openOperator({
        connect: instead({ promote: () => kernelSays() }),
        person: (prompt, voided) =>
          prompt.explanation.command === 'request_demotion'
            ? new Promise(() => waiting.push(voided))
            : consents(prompt, voided),
      });
      const pending = session.plane.execute('request_demotion', promotion);
      const first = failed(await session.plane.execute('request_promotion', promotion));
      assert.equal(session.plane.authority.level, 'Observer');
      assert.equal(
        failed(await pending).error.code,
        'PHASE7_CONFIRMATION_VOIDED',
        'what was being confirmed was no decision under this knowledge',
      );
      const own = session
        .records()
        .findIndex(({ request_id: id, stage }) => id === first.requestId && stage === 'outcome_unknown');
      const ended = session
        .records()
        .slice(own)
        .find(({ stage }) => stage === 'authority_changed');
      assert.deepEqual(
        [ended?.authority, ended?.['detail']],
        ['Observer', `Operator of orders became Observer: the outcome of request ${first.requestId} is unknown`],
      );
      assert.deepEqual(first.authorityEnded?.position, { seq: BigInt(ended?.seq ?? 0), hash: ended?.hash });
      assert.equal(
        failed(await session.plane.execute('request_promotion', promotion)).error.code,
        'PHASE7_INSUFFICIENT_AUTHORITY',
      );

      for (const [answer, level] of [
        [
          failure(kernelRejection('AERO_X', 'no', ['P6-S2'], 'not_executed', { status: 409, body: '', details: null })),
          'Operator',
        ],
        [
          failure(kernelRejection('AERO_X', 'no', ['P6-S2'], 'executed', { status: 409, body: '', details: null })),
          'Operator',
        ],
        [failure(transportFailure('PHASE7_CONNECTION_FAILED', 'nobody', 'not_executed')), 'Operator'],
        [
          failure(kernelRejection('AERO_X', 'no', ['P6-S2'], 'unknown', { status: 409, body: '', details: null })),
          'Observer',
        ],
        [{ ok: true, value: { body: '{}' } as ExecutedControl }, 'Operator'],
      ] as const) {
        await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
        kernelSays = () => Promise.resolve(answer);
        const result = failed(await session.plane.execute('request_promotion', promotion));
        assert.equal(session.plane.authority.level, level, result.error.message);
        assert.equal(result.authorityEnded !== undefined, level === 'Observer');
      }
    },
  );

  it(
    'also P7-A1: authority over another cluster, assumed meanwhile, does not end; where the end cannot be recorded ' +
      'it ends all the same, and that is said',
    async () => {
      const late = failure(transportFailure('PHASE7_TIMEOUT', 'late', 'unknown'));
      let refusing = false;
      const session: Session = await openOperator({
        connect: instead({
          promote: async () => {
            session.clusters.set('other', clusterOf(['http://127.0.0.1:1']));
            await session.plane.changeAuthority(
              refusing ? session.plane.authority : { level: 'Operator', cluster: 'other' },
            );
            return late;
          },
        }),
        audit: log => ({
          append: entry =>
            refusing && entry.stage === 'authority_changed' ? Promise.reject(new Error('full')) : log.append(entry),
        }),
      });
      const elsewhere = failed(await session.plane.execute('request_promotion', promotion));
      assert.deepEqual(
        [session.plane.authority, elsewhere.authorityEnded],
        [{ level: 'Operator', cluster: 'other' }, undefined],
      );
      await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
      refusing = true;
      const unrecorded = failed(await session.plane.execute('request_promotion', promotion));
      assert.deepEqual(
        [session.plane.authority.level, unrecorded.authorityEnded],
        ['Observer', { position: null, cause: 'full' }],
      );
    },
  );

  it(
    'also P7-O3: records of one session are numbered without gaps in the order in which they were asked for, ' +
      'whatever runs at once',
    async () => {
      const session = await openOperator();
      await Promise.all(
        [...Array(8).keys()].map(() => session.plane.execute('inspect_cluster_state', { cluster: 'orders' })),
      );
      const records = session.records();
      assert.deepEqual(
        records.map(({ n }) => n),
        records.map((_record, index) => `${index + 1}`),
      );
      assert.equal(records.filter(({ stage }) => stage === 'session_started').length, 1);
      const fresh = await openSession();
      await Promise.all(
        [...Array(8).keys()].map(() => fresh.plane.execute('inspect_cluster_state', { cluster: 'orders' })),
      );
      assert.deepEqual(
        fresh.records().map(({ n }) => n),
        fresh.records().map((_record, index) => `${index + 1}`),
      );
      assert.equal(fresh.records().filter(({ stage }) => stage === 'session_started').length, 1);
    },
  );

  it(
    'also P7-O3: the recorded authority is the one that counts for the cluster, and a refused change is on disk ' +
      'before it is told',
    async () => {
      const session = await openOperator();
      session.clusters.set('Orders', { ...clusterOf([session.server.url]), name: 'Orders' });
      const { error, requestId } = failed(
        await session.plane.execute('request_promotion', { ...promotion, cluster: 'Orders' }),
      );
      assert.equal(error.code, 'PHASE7_INSUFFICIENT_AUTHORITY', 'names differ by their case too');
      assert.deepEqual(
        of(session, requestId).map(({ authority }) => authority),
        ['Observer', 'Observer'],
      );
      assert.equal(levelFor({ level: 'Operator', cluster: 'orders' }, 'orders'), 'Operator');
      assert.ok(!(await session.plane.changeAuthority({ level: 'Auditor' })).ok);
      assert.equal(session.records().at(-1)?.stage, 'command_rejected');
      session.plane.end();
      assert.deepEqual(session.plane.authority, OBSERVER);
    },
  );
});

describe('refusals', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it('also P7-F3: the same command for another node is another request; both are carried out', async () => {
    const urls: Record<string, string> = {};
    const [first, second] = [await kernelServer(N1, urls), await kernelServer(N2, urls)];
    const both = Promise.withResolvers<undefined>();
    let asked = 0;
    const session = await openOperator({
      server: first,
      cluster: { endpoints: [first.url, second.url] },
      person: async (prompt, voided) => {
        asked += 1;
        if (asked === 2) both.resolve(undefined);
        await both.promise;
        return consents(prompt, voided);
      },
    });
    const results = await Promise.all(
      [N1, N2].map(node => session.plane.execute('request_promotion', { ...promotion, node })),
    );
    assert.deepEqual(
      results.map(({ kind }) => kind),
      ['executed', 'executed'],
    );
  });

  it('also P7-A2, freeze/voided: a token that was declined or voided, or whose cluster is gone, is void ever after', async () => {
    for (const first of [
      { kind: 'declined', at: 'the first dialog' },
      { kind: 'voided', why: 'The panel was closed.' },
    ] as const) {
      const prompts: ConfirmationPrompt[] = [];
      const session = await openOperator({
        person: prompt => {
          prompts.push(prompt);
          return prompts.length === 1
            ? first
            : { kind: 'confirmed', token: prompts[0]?.token ?? '', typedName: prompt.nodeName, acknowledged: [] };
        },
      });
      await session.plane.execute('request_promotion', promotion);
      const { error, requestId } = failed(await session.plane.execute('request_promotion', promotion));
      assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
      assert.equal(of(session, requestId).at(-1)?.stage, 'confirmation_voided');
    }
    const holder: { session?: Session } = {};
    holder.session = await openOperator({
      person: (prompt, voided) => {
        holder.session?.clusters.delete('orders');
        return consents(prompt, voided);
      },
    });
    const gone = failed(await holder.session.plane.execute('request_promotion', promotion));
    assert.equal(gone.error.code, 'PHASE7_CONFIRMATION_VOIDED');
    assert.match(gone.error.message, /no longer configured/);
    assert.deepEqual(holder.session.controls(), []);
  });

  it('also P7-A2, freeze/voided: the dialogs are told at once when what they ask for is void', async () => {
    for (const change of [
      (session: Session) => void session.plane.changeAuthority({ level: 'Observer' }),
      (session: Session) => session.plane.clusterChanged(),
      (session: Session) => session.plane.end(),
    ]) {
      const holder: { session?: Session } = {};
      const told: string[] = [];
      holder.session = await openOperator({
        person: (_prompt, voided) =>
          new Promise(() => {
            voided.addEventListener('abort', () => told.push(String(voided.reason)));
            if (holder.session !== undefined) change(holder.session);
          }),
      });
      assert.equal(
        failed(await holder.session.plane.execute('request_promotion', promotion)).error.code,
        'PHASE7_CONFIRMATION_VOIDED',
      );
      assert.equal(told.length, 1);
    }
  });

  it('freeze/bound, also P7-A2: a token counts once, and only where nothing that it is bound to differs', () => {
    const binding: ConfirmationBinding = {
      requestId: REQUEST,
      command: 'request_promotion',
      argumentsDigest: 'a',
      explanationDigest: 'e',
      controlVersion: '17',
      clusterDigest: 'c',
      authoritySession: 's/1',
    };
    for (const key of Object.keys(binding) as (keyof ConfirmationBinding)[]) {
      const confirmations = new Confirmations();
      confirmations.issue('t', binding);
      const refused = confirmations.consume('t', { ...binding, [key]: key === 'controlVersion' ? null : 'other' });
      assert.equal(refused?.code, 'PHASE7_CONFIRMATION_MISMATCH');
      assert.match(refused.message, new RegExp(`\\(${key} differ\\)`));
      assert.equal(
        confirmations.consume('t', binding)?.code,
        'PHASE7_CONFIRMATION_REUSED',
        'consumed, whatever came of it',
      );
    }
    const confirmations = new Confirmations();
    const signal = confirmations.issue('t', binding);
    assert.equal(confirmations.consume('t', binding), undefined);
    confirmations.voidAll('later');
    assert.ok(!signal.aborted, 'what was consumed is not void');
    assert.equal(confirmations.consume('t', binding)?.code, 'PHASE7_CONFIRMATION_REUSED');
  });

  it('also P7-A2: the typed name counts as it stands: no other case, no space more, no letter less', async () => {
    for (const typedName of ['NODE-2', ' node-2', 'node-2 ', 'node-', 'node-2\u200b', '', N2]) {
      const session = await openOperator({
        person: ({ token }) => ({ kind: 'confirmed', token, typedName, acknowledged: [] }),
      });
      assert.equal(
        failed(await session.plane.execute('request_promotion', promotion)).error.code,
        'PHASE7_CONFIRMATION_MISMATCH',
        JSON.stringify(typedName),
      );
      assert.deepEqual(session.controls(), []);
    }
  });

  it('also P7-A2: where nobody can be asked nothing is read or asked that would need it, and everything else is answered', async () => {
    const session = await openOperator({ unavailable: refusal('PHASE7_NO_TERMINAL', 'Nobody was asked.') });
    for (const command of ['run_diagnostics', 'request_promotion', 'request_demotion', 'force_promotion'] as const) {
      const input = command === 'run_diagnostics' ? { cluster: 'orders', node: N2 } : promotion;
      assert.equal(failed(await session.plane.execute(command, input)).error.code, 'PHASE7_NO_TERMINAL');
    }
    assert.equal(session.server.received.length, 0);
    assert.equal((await session.plane.execute('inspect_cluster_state', { cluster: 'orders' })).kind, 'answered');
  });

  it(
    "also P7-A1: who may what, at the edges: diagnostics are no Observer's and no observe-only cluster's; the log " +
      "is an Operator's and an Auditor's",
    async () => {
      const session = await openOperator();
      const orders = session.clusters.get('orders');
      assert.ok(orders);
      session.clusters.set('orders', { ...orders, observeOnly: true });
      assert.equal(
        failed(await session.plane.execute('run_diagnostics', { cluster: 'orders', node: N2 })).error.code,
        'PHASE7_OBSERVE_ONLY',
      );
      assert.equal(session.server.received.length, 0);
      assert.equal(auditReviewRefused(OBSERVER)?.code, 'PHASE7_INSUFFICIENT_AUTHORITY');
      assert.equal(auditReviewRefused({ level: 'Auditor' }), undefined);
      assert.equal(auditReviewRefused({ level: 'Operator', cluster: 'orders' }), undefined);
      assert.ok((await session.plane.changeAuthority({ level: 'Observer' })).ok);
      assert.ok((await session.plane.changeAuthority({ level: 'Auditor' })).ok);
      assert.ok((await session.plane.changeAuthority({ level: 'Observer' })).ok, 'an Auditor may become Observer');
    },
  );

  it('also P7-O3: diagnostics need nobody to be responsible; a control command does', async () => {
    const session = await openOperator({ account: '' });
    assert.equal((await session.plane.execute('run_diagnostics', { cluster: 'orders', node: N2 })).kind, 'answered');
  });

  it(
    'also P7-E1: what the engine cannot do is refused before anything is read, whichever of the two operations of a ' +
      'command it is',
    async () => {
      for (const operation of ['explainPromotion', 'promote'] as const) {
        const session = await openOperator({ connect: instead({ unsupported: { [operation]: 'It cannot.' } }) });
        const { error, requestId } = failed(await session.plane.execute('request_promotion', promotion));
        assert.equal(error.code, 'PHASE7_OPERATION_UNSUPPORTED');
        assert.deepEqual(
          of(session, requestId).map(({ stage }) => stage),
          ['command_requested', 'command_rejected'],
        );
        assert.equal(session.server.received.length, 0);
      }
    },
  );

  it('also P7-F1: an explanation without a control version sends nothing to an engine that counts them', async () => {
    const session = await openOperator({
      connect: instead(kernel => ({
        explainPromotion: async (...asked) => {
          const read = await kernel.explainPromotion(...asked);
          return read.ok
            ? {
                ok: true,
                value: {
                  ...read.value,
                  observed: { ...read.value.observed, controlVersion: null },
                  view: { ...read.value.view, controlVersion: null },
                },
              }
            : read;
        },
      })),
    });
    const { error, requestId } = failed(await session.plane.execute('request_promotion', promotion));
    assert.equal(error.code, 'PHASE7_INCONSISTENT_SNAPSHOT');
    assert.ok(!of(session, requestId).some(({ stage }) => stage === 'dispatch_intent'));
  });

  it('also P7-D1: an explanation of an older or of a newer state than its answer contradicts itself', async () => {
    for (const version of ['16', '18']) {
      const server = await truthfulServer(request =>
        request.path.startsWith('/v1/explain')
          ? bent(truthful(N2, request), answer => {
              answer.data['control_version'] = version;
            })
          : undefined,
      );
      const session = await openOperator({ server });
      assert.equal(
        failed(await session.plane.execute('request_promotion', promotion)).error.code,
        'PHASE7_INCONSISTENT_SNAPSHOT',
      );
    }
  });
});

describe('errors', () => {
  it('also P7-E3: a kernel that calls its rejection by a name of ours is not taken for us: its words stay its own', () => {
    const kernel = { status: 409, body: '{}', details: null };
    for (const code of ['PHASE7_CONFIRMATION_DECLINED', 'PHASE7_AUDIT_UNAVAILABLE'] as const) {
      assert.ok(isOwn(refusal(code, 'ours'), code));
      assert.ok(!isOwn(kernelRejection(code, "the kernel's", [], 'unknown', kernel), code));
      assert.ok(!isOwn(refusal('PHASE7_NO_TERMINAL', 'another'), code));
    }
  });
});

describe('arguments', () => {
  const code = (input: Readonly<Record<string, unknown>>): string | undefined => {
    const parsed = parseArguments(input);
    return parsed.ok ? undefined : `${parsed.error.code} ${parsed.error.field ?? ''}`;
  };
  const invalid = (command: CommandName, args: object): string | undefined => {
    const error = invalidArguments(spec(command), { cluster: 'orders', ...args }, AERODB);
    return error === undefined ? undefined : `${error.code} ${error.field ?? ''}`;
  };

  it('also P7-A2: as long as may be, and not one character longer; text and nothing else', () => {
    for (const [field, most] of [
      ['cluster', 200],
      ['node', 200],
      ['lookup', 36],
      ['before', 200],
      ['from', 1000],
      ['reason', 2000],
    ] as const) {
      assert.equal(code({ cluster: 'c', [field]: 'x'.repeat(most) }), undefined, field);
      assert.equal(code({ cluster: 'c', [field]: 'x'.repeat(most + 1) }), `PHASE7_MALFORMED_REQUEST ${field}`);
      for (const value of [1, true, null, ['x'], { x: 1 }])
        assert.equal(code({ cluster: 'c', [field]: value }), `PHASE7_MALFORMED_REQUEST ${field}`);
    }
    assert.equal(code({}), 'PHASE7_MISSING_ARGUMENT cluster');
    assert.equal(code({ cluster: '' }), 'PHASE7_MISSING_ARGUMENT cluster');
    assert.equal(code({ cluster: 'c', yes: 'true' }), 'PHASE7_MALFORMED_REQUEST yes');
  });

  it('also P7-A2: what a command does not take is refused, not dropped; what it needs is not made up', () => {
    assert.equal(invalid('inspect_cluster_state', { node: N2 }), 'PHASE7_MALFORMED_REQUEST node');
    assert.equal(invalid('inspect_node', { node: N2, lookup: REQUEST }), 'PHASE7_MALFORMED_REQUEST lookup');
    assert.equal(invalid('run_diagnostics', { node: N2, reason: 'why' }), 'PHASE7_MALFORMED_REQUEST reason');
    assert.equal(invalid('inspect_promotion_state', { node: N2 }), undefined);
    assert.equal(invalid('inspect_promotion_state', { lookup: REQUEST }), 'PHASE7_MISSING_ARGUMENT node');
    assert.equal(invalid('inspect_promotion_state', { lookup: 'x', node: N2 }), 'PHASE7_MALFORMED_REQUEST lookup');
    assert.equal(invalid('inspect_promotion_state', { lookup: REQUEST, node: N2 }), undefined);
    assert.equal(invalid('inspect_promotion_state', {}), undefined);
    assert.equal(invalid('request_promotion', {}), 'PHASE7_MISSING_ARGUMENT node');
    assert.equal(invalid('force_promotion', { node: N2 }), 'PHASE7_MISSING_ARGUMENT reason');
    assert.equal(invalid('force_promotion', { node: N2, reason: ' \t\u00a0' }), 'PHASE7_MISSING_ARGUMENT reason');
    assert.equal(invalid('force_promotion', { node: N2, reason: 'x' }), undefined);
    assert.equal(invalid('inspect_node', { node: 'node-2' }), 'PHASE7_INVALID_NODE_ID node');
  });

  it('also P7-A2: an older part is asked for by a position, of one node, and only where there are parts', () => {
    const PAGED: readonly CommandName[] = ['inspect_promotion_state', 'inspect_wal', 'inspect_snapshots'];
    for (const command of COMMAND_NAMES) {
      const args = spec(command).target === 'none' ? {} : { node: N2, reason: 'x' };
      if (spec(command).reason === 'none') Reflect.deleteProperty(args, 'reason');
      assert.equal(
        invalid(command, { ...args, before: '413' }),
        PAGED.includes(command) ? undefined : 'PHASE7_MALFORMED_REQUEST before',
        command,
      );
    }
    assert.equal(invalid('inspect_promotion_state', { before: '413' }), 'PHASE7_MISSING_ARGUMENT node');
    assert.equal(invalid('inspect_promotion_state', { node: N2, lookup: REQUEST, before: '413' }), undefined);
    for (const before of ['0', '18446744073709551615', '1795908321529294', '2026-11-28T23:25:21.530567Z', 'wal-010006'])
      assert.equal(invalid('inspect_wal', { node: N2, before }), undefined, before);
    for (const before of [
      'hunter2!',
      'Summer2024!Xy',
      '-1',
      '1e3',
      '0x10',
      'a\nb',
      '1'.repeat(31),
      'eyJhbGciOiJIUzI1NiJ9.e30.x',
      N2,
    ]) {
      assert.equal(invalid('inspect_wal', { node: N2, before }), 'PHASE7_MALFORMED_REQUEST before', before);
      assert.ok(
        !JSON.stringify(
          invalidArguments(spec('inspect_wal'), { cluster: 'orders', node: N2, before }, AERODB),
        ).includes(before),
        'not repeated',
      );
      assert.deepEqual(recordedArguments({ before }), { args: { before: '[withheld]' }, withheld: ['before'] });
    }
  });

  it('also P7-S3: an endpoint is chosen by its address or its member, where endpoints are asked in configured order', () => {
    const ORDERED: readonly CommandName[] = [
      'inspect_cluster_state',
      'inspect_replication_status',
      'inspect_promotion_state',
    ];
    for (const command of COMMAND_NAMES) {
      const node = spec(command).target === 'none' || spec(command).target === 'optional-node' ? {} : { node: N2 };
      const reason = spec(command).reason === 'none' ? {} : { reason: 'x' };
      assert.equal(
        invalid(command, { ...node, ...reason, from: 'http://127.0.0.1:9191' }),
        ORDERED.includes(command) ? undefined : 'PHASE7_MALFORMED_REQUEST from',
        command,
      );
    }
    assert.equal(invalid('inspect_promotion_state', { node: N2, from: 'x' }), 'PHASE7_MALFORMED_REQUEST from');
    const cluster = {
      name: 'orders',
      kind: 'aerodb',
      endpoints: ['http://a:1', { url: 'http://b:1/', member: 'pg2' }, { url: 'http://c:1', member: 'http://a:1' }],
    };
    const chosen = (from?: string): string | undefined => {
      const found = chosenEndpoint({ cluster: 'orders', ...(from === undefined ? {} : { from }) }, cluster);
      return found.ok ? found.value : `${found.error.code} ${found.error.field ?? ''}`;
    };
    assert.deepEqual([undefined, 'http://b:1', 'http://b:1/', 'pg2', 'http://c:1'].map(chosen), [
      undefined,
      'http://b:1/',
      'http://b:1/',
      'http://b:1/',
      'http://c:1',
    ]);
    for (const from of ['http://a:1', 'pg3', 'http://d:1', 'b', 'hunter2!Xy9', 'https://b:1'])
      assert.equal(chosen(from), 'PHASE7_MALFORMED_REQUEST from', from);
    const withheld = chosenEndpoint({ cluster: 'orders', from: 'Summer2024!Xy' }, cluster);
    assert.ok(!withheld.ok && !JSON.stringify(withheld.error).includes('Summer2024'), 'not repeated');
    assert.deepEqual(recordedArguments({ from: 'Summer2024!Xy' }), {
      args: { from: '[withheld]' },
      withheld: ['from'],
    });
    assert.deepEqual(recordedArguments({ from: 'http://b:1' }).args, { from: 'http://b:1' });
  });

  it('also P7-O3: what was typed is recorded as text, and cut only where it is longer than any argument may be', () => {
    assert.deepEqual(recordedArguments({ reason: 'x'.repeat(4000), none: undefined }), {
      args: { reason: 'x'.repeat(4000) },
      withheld: [],
    });
    assert.equal(recordedArguments({ reason: 'x'.repeat(4001) }).args['reason']?.length, 4000);
    assert.deepEqual(recordedArguments({ node: 7 }), { args: { node: 'number 7' }, withheld: [] });
  });
});
