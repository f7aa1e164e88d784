/** A switchover and a failover: one request each, and what each answer of Patroni proves (P7-E1, P7-E2, P7-F3). */
import assert from 'node:assert/strict';
import type { Outcome } from '../../src/control-plane/model/errors.ts';
import { connect } from '../../src/engines/connect.ts';
import { cluster, json, page, promotion, text, type Answer, type Cluster } from './patroni.ts';
import { closeAll, closedPort } from '../support/servers.ts';
import { errorOf, PATIENT, valueOf } from '../support/wire.ts';

describe('asking Patroni for a switchover or a failover', () => {
  let demo: Cluster;
  beforeEach(async () => {
    demo = await cluster();
  });
  afterEach(closeAll);

  it('also P7-E1: a switchover names leader and candidate, a failover the candidate alone; each is one request', async () => {
    const kernel = await demo.kernel({ token: 'admin:secret' });
    demo.pg2.answer = ({ path }) =>
      text(200, path === '/failover' ? 'Successfully failed over to "pg2"' : 'Successfully switched over to "pg2"');
    const switched = valueOf(await kernel.promote(promotion(demo.pg2.url, 'validated')));
    assert.deepEqual(
      [switched.result.kind, switched.result.outcome, switched.result.epoch, switched.result.controlVersion],
      ['switchover', 'executed', null, null],
    );
    assert.deepEqual(switched.result.changes, [{ component: 'leader', nodeId: null, before: 'pg1', after: 'pg2' }]);
    assert.equal(switched.body, 'Successfully switched over to "pg2"');
    const failed = valueOf(await kernel.promote(promotion(demo.pg2.url, 'forced', null)));
    assert.deepEqual([failed.result.kind, failed.result.changes[0]?.before], ['failover', null]);
    assert.deepEqual(
      demo.all().map(({ method, path, body, headers }) => [method, path, body, headers['authorization']]),
      [
        ['POST', '/switchover', '{"leader":"pg1","candidate":"pg2"}', 'Basic YWRtaW46c2VjcmV0'],
        ['POST', '/failover', '{"candidate":"pg2"}', 'Basic YWRtaW46c2VjcmV0'],
      ],
    );
  });

  it('also P7-E1: a failover that is asked for while a leader is known names the candidate and nothing else', async () => {
    demo.pg2.answer = () => text(200, 'Successfully failed over to "pg2"');
    valueOf(await (await demo.kernel()).promote(promotion(demo.pg2.url, 'forced', 'pg1')));
    assert.equal(demo.pg2.received[0]?.body, '{"candidate":"pg2"}');
  });

  const rows: readonly (readonly [
    what: string,
    answer: Answer,
    domain: 'KERNEL_REJECTION' | 'TRANSPORT_ERROR',
    code: string,
    outcome: Outcome,
  ])[] = [
    [
      'another leader, which may be the work of this very request',
      text(412, 'leader name does not match'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'unknown',
    ],
    [
      'an unknown candidate',
      text(412, 'candidate does not exists'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'not_executed',
    ],
    [
      'no good candidate',
      text(412, 'switchover is not possible: no good candidates have been found'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'not_executed',
    ],
    [
      'not a synchronous standby',
      text(412, 'candidate name does not match with sync_standby'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'not_executed',
    ],
    ['no login', text(401, 'no auth header received'), 'KERNEL_REJECTION', 'PATRONI_HTTP_401', 'not_executed'],
    ['an address that may not', text(403, 'Access is denied'), 'KERNEL_REJECTION', 'PATRONI_HTTP_403', 'not_executed'],
    [
      'a bad request',
      text(400, 'Switchover could be performed only from a specific leader'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_400',
      'not_executed',
    ],
    ['a bad request as a page', page(400, 'Bad Request'), 'KERNEL_REJECTION', 'PATRONI_HTTP_400', 'not_executed'],
    [
      'taken back, which two reads of a ZooKeeper do not prove',
      text(503, 'Switchover failed'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_503',
      'unknown',
    ],
    [
      'leader and candidate are the same (4.0)',
      text(400, 'Switchover target and source are the same'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_400',
      'not_executed',
    ],
    [
      "a refusal under Patroni's own name (restapi.server_tokens)",
      {
        ...(text(412, 'switchover is not possible: no good candidates have been found') as Exclude<Answer, string>),
        headers: ['Server: Patroni/4.1.5'],
      },
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'not_executed',
    ],
    [
      'the same without a version',
      { ...(text(412, 'any words') as Exclude<Answer, string>), headers: ['Server: Patroni'] },
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'not_executed',
    ],
    [
      "Patroni's words behind a proxy that puts its name on them",
      { ...(text(412, 'candidate does not exists') as Exclude<Answer, string>), headers: ['Server: nginx'] },
      'KERNEL_REJECTION',
      'PATRONI_HTTP_412',
      'not_executed',
    ],
    [
      "Patroni's words with no name on them",
      { ...(text(403, 'Access is denied') as Exclude<Answer, string>), headers: [] },
      'KERNEL_REJECTION',
      'PATRONI_HTTP_403',
      'not_executed',
    ],
    [
      'other words behind a proxy',
      { ...(text(412, 'precondition failed') as Exclude<Answer, string>), headers: ['Server: nginx'] },
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'a server that only begins like it',
      { ...(text(412, 'no') as Exclude<Answer, string>), headers: ['Server: Patroniesque'] },
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'its word for what was taken back, with another status',
      text(500, 'Switchover failed'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_500',
      'unknown',
    ],
    ['the word of the other action', text(503, 'Failover failed'), 'KERNEL_REJECTION', 'PATRONI_HTTP_503', 'unknown'],
    [
      'status unknown (trap 2)',
      text(503, 'Switchover status unknown'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_503',
      'unknown',
    ],
    [
      'a store that did not say whether it wrote',
      text(503, 'failed to write switchover key into DCS'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_503',
      'unknown',
    ],
    [
      'a conflict that may have been applied (trap 4)',
      page(409, 'Conflict'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_409',
      'unknown',
    ],
    ['a server error', page(500, 'Internal Server Error'), 'KERNEL_REJECTION', 'PATRONI_HTTP_500', 'unknown'],
    [
      'another winner (trap 3)',
      text(200, 'Switched over to "pg3" instead of "pg2"'),
      'KERNEL_REJECTION',
      'PATRONI_HTTP_200',
      'unknown',
    ],
    [
      'success of another candidate',
      text(200, 'Successfully switched over to "pg3"'),
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'success of the other action',
      text(200, 'Successfully failed over to "pg2"'),
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'success with another status',
      text(202, 'Successfully switched over to "pg2"'),
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'success that is cut',
      text(200, 'Successfully switched over to "pg2'),
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'success with more behind it',
      text(200, 'Successfully switched over to "pg2" not'),
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'a schedule that nobody asked for',
      text(202, 'Switchover scheduled'),
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    ['JSON', json({ outcome: 'executed' }), 'TRANSPORT_ERROR', 'PHASE7_INVALID_KERNEL_RESPONSE', 'unknown'],
    [
      "a proxy's page",
      { ...(page(412, 'Precondition Failed') as Exclude<Answer, string>), headers: ['Server: nginx'] },
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    [
      'a redirect',
      { status: 307, body: '', headers: ['Server: BaseHTTP/0.6', 'Location: http://127.0.0.1:1/'] },
      'TRANSPORT_ERROR',
      'PHASE7_INVALID_KERNEL_RESPONSE',
      'unknown',
    ],
    ['an empty reply', 'nothing', 'TRANSPORT_ERROR', 'PHASE7_TRANSPORT_FAILURE', 'unknown'],
    ['silence', 'silence', 'TRANSPORT_ERROR', 'PHASE7_TIMEOUT', 'unknown'],
  ];
  for (const [what, answer, domain, code, outcome] of rows) {
    it(`also P7-E2, P7-F3: ${what}: ${outcome.replace('_', ' ')}, after one request`, async () => {
      demo.pg2.answer = () => answer;
      const timeouts = { ...PATIENT, ...(answer === 'silence' ? { controlMs: 1_500 } : {}) };
      const error = errorOf(await (await demo.kernel({ timeouts })).promote(promotion(demo.pg2.url, 'validated')));
      assert.deepEqual([error.domain, error.code, error.outcome], [domain, code, outcome], error.message);
      if (domain === 'KERNEL_REJECTION' && typeof answer !== 'string')
        assert.deepEqual([error.kernel?.body, error.kernel?.status], [answer.body, answer.status], 'verbatim');
      if (domain === 'TRANSPORT_ERROR')
        assert.match(error.message, /sent once and not repeated.*Patroni does not know request ids/);
      assert.doesNotMatch(error.message, /[<>]/);
      assert.equal(demo.all().length, 1);
    });
  }

  it('also P7-E2: where no connection was made, nothing was executed', async () => {
    const gone = await closedPort();
    const connected = await connect({ name: 'demo', kind: 'patroni', endpoints: [gone.url] }, { timeouts: PATIENT });
    const error = errorOf(await valueOf(connected).promote(promotion(gone.url, 'validated')));
    assert.deepEqual([error.code, error.outcome], ['PHASE7_CONNECTION_FAILED', 'not_executed']);
  });

  it('also P7-S3: nothing goes to an endpoint that is not configured, and no switchover without a leader', async () => {
    const kernel = await demo.kernel();
    assert.equal(errorOf(await kernel.promote(promotion(demo.pg3.url, 'validated'))).code, 'PHASE7_SCOPE_VIOLATION');
    assert.equal(
      errorOf(await kernel.promote(promotion(demo.pg2.url, 'validated', null))).code,
      'PHASE7_OPERATION_UNSUPPORTED',
    );
    assert.equal(demo.all().length, 0);
  });
});
