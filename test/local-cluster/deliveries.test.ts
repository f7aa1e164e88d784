/**
 * One request, delivered more than once: what each answer says of the request, and not only of the delivery that it
 * answers.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  type Answer,
  type Json,
  type TestCluster,
  type TestNode,
  ask,
  at,
  demote,
  errorCode,
  promotable,
  promote,
  withCluster,
} from '../support/test-cluster.ts';

function outcomeOf({ body }: Answer): Json | undefined {
  return at(body, 'error.outcome');
}

/**
 * Delivers demotions again and again while the node starts; what it answered to each before it was ready. A restarted
 * node waits for those that are frozen.
 */
async function deliveredWhileStarting(
  cluster: TestCluster,
  node: TestNode,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Answer[]>> {
  const others = cluster.nodes.filter(one => one !== node);
  for (const other of others) other.freeze();
  const answers = new Map<string, readonly Answer[]>();
  const started = new AbortController();
  const restarted = cluster.restart(node).finally(() => started.abort());
  for (let turn = 0; !started.signal.aborted; turn += 1) {
    const id = ids[turn % ids.length] ?? '';
    const answer = await demote(node, { id, version: '1' }).catch(() => null); // nobody listens yet
    const { body } = await node.get('/v1/status').catch(() => ({ body: null }));
    const lifecycle = at(body, 'data.lifecycle');
    if (answer !== null && (lifecycle === 'booting' || lifecycle === 'recovering'))
      answers.set(id, [...(answers.get(id) ?? []), answer]);
  }
  await restarted;
  for (const other of others) other.thaw();
  return answers;
}

describe('one request, delivered more than once', function () {
  this.timeout(180_000);

  it(
    'also P7-F3, P6-F3: a node that is not ready asks its ledger first: not ready is "not executed" only for an id ' +
      'that is not there',
    () =>
      withCluster({}, async cluster => {
        const first = cluster.node(1);
        const [executed, denied] = [randomUUID(), randomUUID()];
        assert.equal((await demote(first, { id: executed })).status, 200);
        assert.equal((await demote(first, { id: denied })).status, 409);
        const unseen = randomUUID();
        await cluster.kill(first);
        const answers = await deliveredWhileStarting(cluster, first, [executed, denied, unseen]);
        for (const [id, code, outcome, of] of [
          [executed, 'AERO_DUPLICATE_REQUEST', 'executed', { outcome: 'executed', code: null }],
          [denied, 'AERO_DUPLICATE_REQUEST', 'not_executed', { outcome: 'not_executed', code: 'AERO_DEMOTION_DENIED' }],
          [unseen, 'AERO_NOT_READY', 'not_executed', undefined],
        ] as const) {
          assert.ok((answers.get(id) ?? []).length > 0, 'the node was asked before it was ready');
          for (const answer of answers.get(id) ?? [])
            assert.deepEqual(
              [errorCode(answer), outcomeOf(answer), at(answer.body, 'error.details.first')],
              [code, outcome, of],
              answer.text,
            );
        }
      }),
  );

  it(
    'also P7-F3, P6-F3: the second of two deliveries is a duplicate of the first: unknown while that is under way, ' +
      'then as it ended',
    () =>
      withCluster({ flags: ['--faults'] }, async cluster => {
        const [first, second] = [cluster.node(1), cluster.node(2)];
        assert.equal((await demote(first)).status, 200);
        await promotable(second);
        const id = randomUUID();
        const version = await second.controlVersion();
        await second.faults({ slow_fsync_ms: 1_000 });
        const answers: Answer[] = [];
        const ended = new AbortController();
        const executed = promote(second, { id, version }).finally(() => ended.abort());
        while (!ended.signal.aborted) answers.push(await promote(second, { id, version }));
        // Which of the deliveries came first is theirs to settle: one executes, all others are its duplicates.
        const all = [await executed, ...answers];
        assert.equal(all.filter(({ status }) => status === 200).length, 1);
        const others = all.filter(({ status }) => status !== 200);
        assert.ok(
          others.some(answer => outcomeOf(answer) === 'unknown'),
          'one came while the first was under way',
        );
        for (const answer of others)
          assert.deepEqual(
            [errorCode(answer), outcomeOf(answer)],
            ['AERO_DUPLICATE_REQUEST', at(answer.body, 'error.details.first.outcome') ?? 'missing'],
          );
        const last = await promote(second, { id, version });
        assert.deepEqual(
          [errorCode(last), outcomeOf(last), at(last.body, 'error.details')],
          ['AERO_DUPLICATE_REQUEST', 'executed', { request_id: id, first: { outcome: 'executed', code: null } }],
        );
      }),
  );

  it(
    'also P7-F3, P7-E2: what is refused before the ledger could answer is unknown for a request that the ledger ' +
      'holds, and "not executed" for one that it does not',
    () =>
      withCluster(
        { nodes: 1, env: { AERODB_OPERATOR_TOKEN: 'operators-secret', AERODB_OBSERVER_TOKEN: 'observers-secret' } },
        async cluster => {
          const node = cluster.node(1);
          const as = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
          const known = randomUUID();
          const version = '999';
          assert.equal(
            errorCode(await demote(node, { id: known, version, headers: as('operators-secret') })),
            'AERO_STATE_CHANGED',
          );
          const bare = (id: string): Promise<Answer> =>
            ask(`${node.url}/v1/control/demotions`, {
              method: 'POST',
              headers: { ...as('operators-secret'), 'idempotency-key': id },
              body: JSON.stringify({
                request_id: id,
                target: node.id,
                reason: '',
                operator: { id: 'x', authority: 'Operator' },
                audit_head: { seq: '0', hash: '0'.repeat(64) },
              }),
            });
          const deliveries: readonly (readonly [string, (id: string) => Promise<Answer>])[] = [
            ['AERO_UNAUTHENTICATED', id => demote(node, { id, version, headers: as('guess') })],
            ['AERO_FORBIDDEN', id => demote(node, { id, version, headers: as('observers-secret') })],
            [
              'AERO_BODY_TOO_LARGE',
              id =>
                demote(node, { id, version, headers: as('operators-secret'), over: { reason: 'x'.repeat(70_000) } }),
            ],
            [
              'AERO_INVALID_REQUEST',
              id => demote(node, { id, version, headers: as('operators-secret'), over: { surprise: 1 } }),
            ],
            ['AERO_PRECONDITION_REQUIRED', bare],
          ];
          for (const [code, deliver] of deliveries) {
            for (const [id, outcome] of [
              [known, 'unknown'],
              [randomUUID(), 'not_executed'],
            ] as const) {
              const answer = await deliver(id);
              assert.deepEqual([errorCode(answer), outcomeOf(answer)], [code, outcome], answer.text);
            }
          }
          // A delivery that names no request, or two, is not about any one of which something could be proven.
          for (const key of ['no id', known, `${known}, ${known}`]) {
            const unnamed = await demote(node, {
              id: randomUUID(),
              version,
              headers: { ...as('operators-secret'), 'idempotency-key': key },
            });
            assert.deepEqual([errorCode(unnamed), outcomeOf(unnamed)], ['AERO_INVALID_REQUEST', 'unknown'], key);
          }
          const mixed = await demote(node, {
            id: randomUUID(),
            version,
            headers: { ...as('operators-secret') },
            over: { request_id: known },
          });
          assert.deepEqual([errorCode(mixed), outcomeOf(mixed)], ['AERO_INVALID_REQUEST', 'unknown']);
          const elsewhere = await demote(node, {
            id: randomUUID(),
            version,
            headers: as('operators-secret'),
            over: { target: randomUUID() },
          });
          assert.deepEqual(
            [errorCode(elsewhere), outcomeOf(elsewhere)],
            ['AERO_UNKNOWN_NODE', 'unknown'],
            'this node does not know what the target did',
          );
        },
      ),
  );
});
