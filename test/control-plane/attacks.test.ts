/**
 * What happens between two steps of a request, and what a part that breaks does to it: each is tried at every place at
 * which it can.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Authority } from '../../src/control-plane/commands/authority.ts';
import type { AuditLog } from '../../src/control-plane/ports.ts';
import type { Stage } from '../../src/control-plane/model/record.ts';
import { connect } from '../../src/engines/connect.ts';
import { bent, closeAll, truthful } from '../support/servers.ts';
import { PATIENT, N1, N2, rejection } from '../support/wire.ts';
import { failed, openOperator, openSession, removeFolders, truthfulServer, type Session } from './session.ts';

const promotion = { cluster: 'orders', node: N2, reason: 'the runbook, page 4' };
const diagnostics = { cluster: 'orders', node: N2 };

/** A log that lets `act` happen once the stage is on disk, before whoever waits for it goes on. */
function after(stage: Stage, act: () => unknown): (log: AuditLog) => AuditLog {
  return log => ({
    append: async entry => {
      const position = await log.append(entry);
      if (entry.stage === stage) await act();
      return position;
    },
  });
}

function stages(session: Session, requestId: string): readonly string[] {
  return session
    .records()
    .filter(record => record.request_id === requestId)
    .map(({ stage }) => stage);
}

function collections(session: Session): number {
  return session.server.received.filter(({ path }) => path === '/v1/diagnostics').length;
}

/** What may happen to a session while something is being written. */
const HAPPENINGS: Readonly<Record<string, (session: Session) => void>> = {
  'authority given up': session => void session.plane.changeAuthority({ level: 'Observer' }),
  'the session ended': session => session.plane.end(),
  'the cluster became observe-only': session => edit(session, { observeOnly: true }),
  'the cluster was repointed': session => edit(session, { endpoints: ['http://127.0.0.1:9'] }),
  'the cluster was removed': session => {
    session.clusters.delete('orders');
    session.plane.clusterChanged();
  },
};

function edit(session: Session, change: object): void {
  const orders = session.clusters.get('orders');
  assert.ok(orders);
  session.clusters.set('orders', { ...orders, ...change });
  session.plane.clusterChanged();
}

describe('between two steps of a request', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  for (const [what, happen] of Object.entries(HAPPENINGS)) {
    for (const stage of [
      'command_requested',
      'explanation_presented',
      'confirmation_requested',
      'confirmation_given',
      'dispatch_intent',
    ] as const) {
      it(`also P7-A1, P7-A2, freeze/voided: ${what} after ${stage} was written: no control request is sent`, async () => {
        const holder: { session?: Session } = {};
        holder.session = await openOperator({
          audit: after(stage, () => (holder.session === undefined ? undefined : happen(holder.session))),
        });
        const { error, requestId } = failed(await holder.session.plane.execute('request_promotion', promotion));
        assert.equal(error.outcome, 'not_executed');
        assert.deepEqual(holder.session.controls(), []);
        assert.notEqual(stages(holder.session, requestId).at(-1), stage, 'how it ended is recorded');
      });
    }

    it(`also P7-A1, P7-A2: ${what} while the confirmation of a collection is written: it is not asked for`, async () => {
      const holder: { session?: Session } = {};
      holder.session = await openOperator({
        audit: after('confirmation_given', () => (holder.session === undefined ? undefined : happen(holder.session))),
      });
      const { error, requestId } = failed(await holder.session.plane.execute('run_diagnostics', diagnostics));
      assert.equal(error.code, 'PHASE7_CONFIRMATION_VOIDED');
      assert.deepEqual(stages(holder.session, requestId).slice(-2), ['confirmation_given', 'confirmation_voided']);
      assert.equal(collections(holder.session), 0);
    });
  }

  it('also P7-A1: authority that was given up and taken again is another one, though it is the same object', async () => {
    const operator: Authority = { level: 'Operator', cluster: 'orders' };
    const holder: { session?: Session } = {};
    holder.session = await openSession({
      connect: async cluster => {
        await holder.session?.plane.changeAuthority({ level: 'Observer' });
        await holder.session?.plane.changeAuthority(operator);
        return connect(cluster, { timeouts: PATIENT });
      },
    });
    const { plane } = holder.session;
    await plane.changeAuthority(operator);
    for (const [command, input] of [
      ['request_promotion', promotion],
      ['run_diagnostics', diagnostics],
    ] as const) {
      assert.equal(failed(await plane.execute(command, input)).error.code, 'PHASE7_CONFIRMATION_VOIDED');
    }
    assert.equal(holder.session.asked.length, 0);
    assert.equal(holder.session.controls().length + collections(holder.session), 0);
  });

  it('also P7-A1, P7-F2: a session that ends while Operator authority is being recorded has none afterwards', async () => {
    const holder: { session?: Session } = {};
    holder.session = await openSession({ audit: after('authority_changed', () => holder.session?.plane.end()) });
    const changed = await holder.session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
    assert.ok(!changed.ok);
    assert.equal(holder.session.plane.authority.level, 'Observer');
  });

  it('also P7-O3: Operator authority that was overtaken while it was being recorded is recorded as not taken', async () => {
    const holder: { session?: Session } = {};
    let first = true;
    holder.session = await openSession({
      audit: after('authority_changed', () => {
        if (first) void holder.session?.plane.changeAuthority({ level: 'Auditor' });
        first = false;
      }),
    });
    const changed = await holder.session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
    assert.equal(changed.ok ? '' : changed.error.code, 'PHASE7_INSUFFICIENT_AUTHORITY');
    assert.equal(holder.session.plane.authority.level, 'Auditor');
    const last = holder.session.records().at(-1);
    assert.deepEqual(
      [last?.stage, last?.authority, last?.error?.code],
      ['command_rejected', 'Auditor', 'PHASE7_INSUFFICIENT_AUTHORITY'],
    );
  });
});

describe('a part that breaks', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it(
    'also P7-F1, P7-O1: ids, configuration, confirmer or clock that throw end the request with a result, and send ' +
      'nothing',
    async () => {
      let asked = 0;
      const session = await openOperator({
        ids: () => {
          asked += 1;
          if (asked === 3) throw new Error('no entropy'); // the session's id, the request's, and then the token
          return randomUUID();
        },
      });
      const { error, requestId } = failed(await session.plane.execute('request_promotion', promotion));
      assert.equal(error.outcome, 'not_executed');
      assert.match(error.message, /no entropy/);
      assert.equal(stages(session, requestId).at(-1), 'command_rejected');
      assert.deepEqual(session.controls(), []);
      assert.equal(
        (await session.plane.execute('request_promotion', promotion)).kind,
        'executed',
        'the next one is not held up by it',
      );
      for (const nth of [1, 2, 3]) {
        const broken = await openOperator();
        const get = broken.clusters.get.bind(broken.clusters);
        let found = 0;
        broken.clusters.get = name => {
          found += 1;
          if (found === nth) throw new Error('settings are gone');
          return get(name);
        };
        const failure = failed(await broken.plane.execute('request_promotion', promotion));
        assert.equal(failure.error.outcome, 'not_executed');
        assert.match(failure.error.message, /settings are gone/);
        assert.equal(broken.records().at(-1)?.stage, 'command_rejected');
        assert.deepEqual(broken.controls(), []);
      }
    },
  );

  it('also P7-O1: whatever a caller passes as an argument is recorded and refused, and nothing is thrown', async () => {
    const session = await openSession();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const thrower = {
      toJSON: () => {
        throw new Error('no text');
      },
    };
    for (const value of [2n ** 64n, circular, Symbol('x'), () => undefined, thrower, Number.NaN, null]) {
      const { error, requestId } = failed(
        await session.plane.execute('inspect_node', { cluster: 'orders', node: value }),
      );
      assert.equal(error.code, 'PHASE7_MALFORMED_REQUEST');
      assert.deepEqual(stages(session, requestId), ['command_requested', 'command_rejected']);
    }
    const polluted = JSON.parse('{"cluster":"orders","__proto__":{"node":"x"}}') as Record<string, unknown>;
    assert.equal(
      failed(await session.plane.execute('inspect_cluster_state', polluted)).error.code,
      'PHASE7_MALFORMED_REQUEST',
    );
    assert.equal(session.server.received.length, 0);
  });

  it('also P7-A1: someone who listens for changes of authority and fails keeps no change from being made and recorded', async () => {
    const session = await openOperator();
    const heard: string[] = [];
    session.plane.onAuthorityChanged(() => {
      throw new Error('the window is gone');
    });
    session.plane.onAuthorityChanged(() => heard.push(session.plane.authority.level));
    const changed = await session.plane.changeAuthority({ level: 'Observer' });
    assert.ok(changed.ok);
    assert.deepEqual(heard, ['Observer']);
    assert.equal(session.records().at(-1)?.stage, 'authority_changed');
  });
});

describe('a kernel that says more than it can know', () => {
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  it('also P7-E2: a read that it rejects was not executed, whatever it claims: nothing was asked for that could be', async () => {
    for (const outcome of ['executed', 'unknown', null]) {
      const server = await truthfulServer(({ path }) =>
        path.startsWith('/v1/explain') || path === '/v1/replication'
          ? { status: 409, value: rejection('AERO_X', outcome) }
          : undefined,
      );
      const session = await openOperator({ server });
      for (const [command, input] of [
        ['request_promotion', promotion],
        ['inspect_replication_status', { cluster: 'orders' }],
      ] as const) {
        const { error, requestId } = failed(await session.plane.execute(command, input));
        assert.deepEqual([error.code, error.outcome], ['AERO_X', 'not_executed']);
        assert.equal(session.records().findLast(record => record.request_id === requestId)?.outcome, 'not_executed');
      }
    }
  });

  it('also P7-A2: a name that two nodes bear names neither: the id is asked for', async () => {
    const server = await truthfulServer(request =>
      request.path.startsWith('/v1/explain')
        ? bent(truthful(N2, request), answer => {
            const members = answer.data['members'] as { node_id: string; name: string }[];
            for (const member of members)
              if (member.node_id === N1) member.name = members.find(({ node_id: id }) => id === N2)?.name ?? '';
          })
        : undefined,
    );
    const byName = await openOperator({ server });
    assert.equal(
      failed(await byName.plane.execute('request_promotion', promotion)).error.code,
      'PHASE7_CONFIRMATION_MISMATCH',
    );
    assert.deepEqual(byName.asked[0]?.toType, { what: 'id', text: N2 });
    const byId = await openOperator({
      server,
      person: ({ token, acknowledge }) => ({ kind: 'confirmed', token, typedName: N2, acknowledged: acknowledge }),
    });
    assert.equal((await byId.plane.execute('request_promotion', promotion)).kind, 'executed');
  });
});
