/**
 * A proxy delivers a control request twice and passes on the second answer: what is reported is what became of the
 * first (P7-F3).
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ControlError, Result } from '../../src/control-plane/model/errors.ts';
import type { Kernel } from '../../src/control-plane/ports.ts';
import type { ExecutedControl } from '../../src/control-plane/explanation/words.ts';
import { TestCluster, promotable } from '../support/test-cluster.ts';
import { closeAll, httpServer, json, kernelServer, type HttpRunning } from '../support/servers.ts';
import {
  clusterOf,
  controlRequest,
  CONTROLS,
  errorOf,
  kernelOf,
  N2,
  N3,
  PATIENT,
  rejection,
  REQUEST,
  valueOf,
  type Wire,
} from '../support/wire.ts';

const DELIVERED =
  'Something in between delivered the request more than once. This is the answer to a later delivery, ' +
  'which did nothing.';

/**
 * Delivers each POST twice to `target`, one after the other or both at once, and passes on the answer that is no
 * success.
 */
async function doublingProxy(target: string, how: 'in turn' | 'at once'): Promise<HttpRunning> {
  return await httpServer(
    (request, response) =>
      void (async (): Promise<void> => {
        const own = ['host', 'connection', 'content-length', 'keep-alive'];
        const headers = Object.entries(request.headers)
          .filter(([name]) => !own.includes(name))
          .map(([name, value]): [string, string] => [name, String(value)]);
        const deliver = async (): Promise<{ readonly status: number; readonly value: unknown }> => {
          const answer = await fetch(target + request.path, {
            method: request.method,
            headers,
            ...(request.method === 'GET' ? {} : { body: request.body }),
          });
          return { status: answer.status, value: await answer.json() };
        };
        const first = deliver();
        if (how === 'in turn') await first;
        const second = request.method === 'GET' ? await first : await deliver();
        const passed = second.status === 200 ? await first : second;
        json(response, passed.status, passed.value);
      })(),
  );
}

describe('a control request that is delivered twice', function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ flags: ['--faults'] });
  });
  after(() => cluster.stop());
  afterEach(closeAll);

  const act = async (
    kernel: Kernel,
    kind: keyof typeof CONTROLS,
    target: string,
  ): Promise<{ readonly id: string; readonly result: Result<ExecutedControl> }> => {
    const { endpoint, view } = valueOf(
      await (kind === 'demote' ? kernel.explainDemotion(target) : kernel.explainPromotion(target, 'validated')),
    );
    const request = {
      ...controlRequest(endpoint, target),
      requestId: randomUUID(),
      controlVersion: view.controlVersion,
    };
    return {
      id: request.requestId,
      result:
        kind === 'demote'
          ? await kernel.demote(request)
          : await kernel.promote({
              ...request,
              mode: 'validated',
              acknowledgedInvariants: [],
              primaryId: view.primaryId,
            }),
    };
  };

  it(
    'also P7-F3, P7-E2: what the first delivery did is what is reported: not executed, executed, and unknown while ' +
      'it is under way',
    async () => {
      const [first, second] = [cluster.node(1), cluster.node(2)];
      const through = async (url: string, how: 'in turn' | 'at once'): Promise<Kernel> =>
        kernelOf(clusterOf([(await doublingProxy(url, how)).url]), undefined, PATIENT);

      const denied = errorOf((await act(await through(second.url, 'in turn'), 'promote', second.id)).result);
      assert.deepEqual(
        [denied.code, denied.outcome, denied.known],
        [
          'AERO_DUPLICATE_REQUEST',
          'not_executed',
          `${DELIVERED} The kernel says of the first delivery: not executed, AERO_PROMOTION_DENIED.`,
        ],
      );

      const demoted = errorOf((await act(await through(first.url, 'in turn'), 'demote', first.id)).result);
      assert.deepEqual(
        [demoted.code, demoted.outcome, demoted.known],
        ['AERO_DUPLICATE_REQUEST', 'executed', `${DELIVERED} The kernel says of the first delivery: executed.`],
      );

      await promotable(second);
      await second.faults({ slow_fsync_ms: 2_000 });
      const running = await act(await through(second.url, 'at once'), 'promote', second.id);
      const error = errorOf(running.result);
      assert.deepEqual(
        [error.code, error.outcome, error.known],
        [
          'AERO_DUPLICATE_REQUEST',
          'unknown',
          `${DELIVERED} The kernel says of the first delivery: unknown. It may still be under way.`,
        ],
      );
      await second.faults();
      const direct = await kernelOf(clusterOf([second.url]));
      for (;;) {
        const { request } = valueOf(await direct.readPromotion({ node: second.id, requestId: running.id })).view;
        if (request?.outcome !== 'unknown') {
          assert.equal(request?.outcome, 'executed', 'it was under way, and came to its end');
          break;
        }
      }
    },
  );
});

describe('the kernel says that it had the request before', () => {
  afterEach(closeAll);

  const told = async (
    details: unknown,
    outcome: unknown = 'not_executed',
    operation: keyof typeof CONTROLS = 'promote',
  ): Promise<ControlError> => {
    const server = await kernelServer(N2, {}, () => ({
      status: 409,
      value: rejection('AERO_DUPLICATE_REQUEST', outcome, details),
    }));
    const error = errorOf(await CONTROLS[operation](await kernelOf(clusterOf([server.url])), N2, server.url));
    assert.equal(server.received.length, 1, 'P7-F3');
    await server.close();
    return error;
  };
  const first = (outcome: unknown, code: unknown = null): Wire => ({ request_id: REQUEST, first: { outcome, code } });

  it(
    "also P7-F3, P7-E3: details.first decides, whatever else the answer says; the kernel's words and its whole " +
      'answer stay',
    async () => {
      for (const operation of ['promote', 'demote'] as const) {
        for (const said of ['executed', 'not_executed', 'unknown', null]) {
          for (const [outcome, code] of [
            ['executed', null],
            ['not_executed', 'AERO_STATE_CHANGED'],
            ['not_executed', null],
            ['unknown', null],
          ] as const) {
            const error = await told(first(outcome, code), said, operation);
            assert.deepEqual(
              [error.domain, error.code, error.message, error.outcome],
              ['KERNEL_REJECTION', 'AERO_DUPLICATE_REQUEST', 'The kernel says AERO_DUPLICATE_REQUEST.', outcome],
            );
            assert.deepEqual(error.kernel?.details, first(outcome, code));
            assert.ok(error.known?.startsWith(DELIVERED));
          }
        }
      }
    },
  );

  it('also P7-E2, P7-F3: without a valid details.first about this very request, nothing is known of it', async () => {
    const invalid: readonly unknown[] = [
      null,
      {},
      [],
      'executed',
      { request_id: REQUEST },
      { first: { outcome: 'executed', code: null } },
      { request_id: N3, first: { outcome: 'executed', code: null } },
      { request_id: REQUEST.toUpperCase(), first: { outcome: 'executed', code: null } },
      { request_id: REQUEST, first: null },
      { request_id: REQUEST, first: 'executed' },
      { request_id: REQUEST, first: { outcome: 'executed' } },
      first('perhaps'),
      first(null),
      first('EXECUTED'),
      first(['executed']),
      first('executed', 7),
      first('not_executed', {}),
      // Executed, and refused: one of the two is wrong.
      first('executed', 'AERO_PROMOTION_DENIED'),
    ];
    for (const details of invalid) {
      for (const said of ['executed', 'not_executed', 'unknown']) {
        const error = await told(details, said);
        assert.deepEqual(
          [error.outcome, error.known],
          [
            'unknown',
            `${DELIVERED} The kernel does not say, in a form that this program knows, what became of the ` +
              'first delivery.',
          ],
          JSON.stringify(details),
        );
      }
    }
  });
});
