/** Compares the OpenAPI document with what real nodes answer. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import * as z from 'zod';
import {
  type Answer,
  type Control,
  type TestCluster,
  type TestNode,
  ask,
  at,
  demote,
  listAt,
  promote,
  textAt,
  until,
  withCluster,
} from '../support/test-cluster.ts';

const DOCUMENT_PATH = resolve(import.meta.dirname, '../../openapi/aerodb-kernel-v1.json');
const refusal = z.strictObject({
  code: z.string(),
  status: z.string(),
  outcomes: z.array(z.enum(['executed', 'not_executed', 'unknown'])).min(1),
  proves: z.string(),
});
const schema = z.looseObject({
  openapi: z.literal('3.1.0'),
  'x-control-refusals': z.array(refusal),
  components: z.looseObject({
    schemas: z.looseObject({
      Error: z.looseObject({
        properties: z.object({
          error: z.looseObject({ properties: z.looseObject({ code: z.object({ enum: z.array(z.string()) }) }) }),
        }),
      }),
    }),
  }),
  paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) }))),
});
const document = schema.parse(JSON.parse(readFileSync(DOCUMENT_PATH, 'utf8')));

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addVocabulary([
  'openapi',
  'jsonSchemaDialect',
  'info',
  'servers',
  'security',
  'paths',
  'components',
  'x-control-refusals',
]);
ajv.addSchema({ ...document, $id: 'kernel' });

function pointer(...parts: readonly string[]): string {
  return parts.map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
}

/** What the document says of an answer; the test fails where it says nothing of that status or lacks a field. */
const seen = new Set<string>();
function conforms(method: 'get' | 'post', template: string, answer: Answer): Answer {
  const status = String(answer.status);
  assert.ok(
    document.paths[template]?.[method]?.responses[status],
    `the document does not know ${method} ${template} ${status}: ${answer.text}`,
  );
  const validate = ajv.compile({
    $ref: `kernel#/${pointer('paths', template, method, 'responses', status, 'content', 'application/json', 'schema')}`,
  });
  assert.ok(
    validate(answer.body),
    `${method} ${template} ${status}: ${ajv.errorsText(validate.errors)}\n${answer.text}`,
  );
  if (method === 'post' && status !== '200') {
    const row = document['x-control-refusals'].find(({ code }) => code === at(answer.body, 'error.code'));
    assert.ok(
      row?.status === status && row.outcomes.some(outcome => outcome === at(answer.body, 'error.outcome')),
      `the document does not say that this may be answered: ${answer.text}`,
    );
  }
  seen.add(`${method} ${template} ${status}`);
  return answer;
}

async function get(node: TestNode, template: string, query = '', id = node.id): Promise<Answer> {
  return conforms('get', template, await node.get(template.replace('{id}', id) + query));
}

async function promotion(node: TestNode, control: Control = {}): Promise<Answer> {
  return conforms('post', '/v1/control/promotions', await promote(node, control));
}

async function demotion(node: TestNode, control: Control = {}): Promise<Answer> {
  return conforms('post', '/v1/control/demotions', await demote(node, control));
}

async function readAll(cluster: TestCluster): Promise<void> {
  for (const node of cluster.nodes) {
    for (const template of [
      '/v1/status',
      '/v1/cluster',
      '/v1/replication',
      '/v1/promotion',
      '/v1/wal',
      '/v1/snapshots',
      '/v1/diagnostics/cost',
      '/v1/diagnostics',
    ]) {
      assert.equal((await get(node, template)).status, 200, template);
    }
    for (const other of cluster.nodes) assert.equal((await get(node, '/v1/nodes/{id}', '', other.id)).status, 200);
    for (const mode of ['validated', 'forced'])
      assert.equal((await get(node, '/v1/explain/promotion', `?target=${node.id}&mode=${mode}`)).status, 200);
    assert.equal((await get(node, '/v1/explain/demotion', `?target=${node.id}`)).status, 200);
  }
}

describe('the OpenAPI document', () => {
  it(
    'also P7-O2: every live answer of every endpoint, success and error, is what the document says, and has no field ' +
      'that it lacks',
    () =>
      withCluster({}, async cluster => {
        const [first, second, third] = [cluster.node(1), cluster.node(2), cluster.node(3)];
        await readAll(cluster);
        for (const template of ['/v1/promotion', '/v1/wal', '/v1/snapshots'])
          for (const query of ['?after=0&limit=1', '?before=1', '?before=2&limit=1'])
            assert.equal((await get(first, template, query)).status, 200, template + query);

        for (const [template, query] of [
          ['/v1/wal', '?limit=0'],
          ['/v1/wal', '?after=-1'],
          ['/v1/wal', '?after=1&before=2'],
          ['/v1/snapshots', '?before=0'],
          ['/v1/promotion', '?request_id=x'],
          ['/v1/cluster', '?x=1'],
          ['/v1/snapshots', '?limit=1&limit=2'],
          ['/v1/explain/promotion', `?target=${first.id}`],
          ['/v1/explain/demotion', '?target=x'],
        ] as const) {
          assert.equal((await get(first, template, query)).status, 400, template + query);
        }
        assert.equal((await get(first, '/v1/nodes/{id}', '', 'x')).status, 400);
        assert.equal((await get(first, '/v1/nodes/{id}', '', randomUUID())).status, 404);
        assert.equal((await get(first, '/v1/explain/promotion', `?target=${second.id}&mode=validated`)).status, 404);
        assert.equal((await get(first, '/v1/explain/demotion', `?target=${second.id}`)).status, 404);
        assert.equal(at((await first.get('/v1/nothing')).body, 'error.code'), 'AERO_NOT_FOUND');

        const id = randomUUID();
        assert.equal((await promotion(second, { id })).status, 409);
        assert.equal((await promotion(second, { id })).status, 409);
        assert.equal((await get(second, '/v1/promotion', `?request_id=${id}&after=1&limit=1`)).status, 200);
        assert.equal((await promotion(second, { version: '1' })).status, 412);
        assert.equal((await promotion(second, { over: { target: first.id } })).status, 404);
        assert.equal((await promotion(second, { headers: { 'idempotency-key': randomUUID() } })).status, 400);
        assert.equal((await promotion(second, { acknowledged: ['P6-X9'] })).status, 400);
        assert.equal((await promotion(second, { over: { surprise: 1 } })).status, 400);
        assert.equal((await promotion(second, { over: { reason: 'x'.repeat(70_000) } })).status, 413);
        assert.equal((await demotion(second)).status, 409);
        assert.equal((await demotion(first, { over: { mode: 'forced' } })).status, 400);
        const bare = {
          request_id: id,
          target: first.id,
          mode: 'validated',
          acknowledged_invariants: [],
          reason: '',
          operator: { id: 'x', authority: 'Operator' },
          audit_head: { seq: '0', hash: '0'.repeat(64) },
        };
        const unconditional = await ask(`${first.url}/v1/control/promotions`, {
          method: 'POST',
          headers: { 'idempotency-key': id },
          body: JSON.stringify(bare),
        });
        assert.equal(conforms('post', '/v1/control/promotions', unconditional).status, 428);

        await first.write('a');
        assert.equal((await demotion(first)).status, 200);
        await until(
          'node-2 has everything',
          async () =>
            at(
              (await get(second, '/v1/explain/promotion', `?target=${second.id}&mode=validated`)).body,
              'data.decision',
            ) === 'approve',
        );
        assert.equal((await promotion(second)).status, 200);
        await readAll(cluster);
        await cluster.kill(second);
        await until('the death is seen', async () => at(await third.member(second.id), 'health') === 'unknown');
        await get(third, '/v1/cluster');
        assert.equal((await promotion(third, { mode: 'forced' })).status, 422);
        assert.equal((await promotion(third, { mode: 'forced', acknowledged: ['P6-A1'] })).status, 200);
        await cluster.restart(second);
        await until('the stale primary halts', async () => at(await second.member(), 'health') === 'halted');
        await readAll(cluster);
      }),
  );

  it(
    'also P6-F1: tokens: none 401, an observer reads and may not control (403), an operator does both; the refusals ' +
      "are the document's",
    () =>
      withCluster(
        { nodes: 1, env: { AERODB_OPERATOR_TOKEN: 'operators-secret', AERODB_OBSERVER_TOKEN: 'observers-secret' } },
        async cluster => {
          const node = cluster.node(1);
          const as = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
          assert.equal((await get(node, '/v1/cluster')).status, 401);
          assert.equal(
            conforms('get', '/v1/cluster', await ask(`${node.url}/v1/cluster`, { headers: as('guess') })).status,
            401,
          );
          assert.equal(
            conforms('get', '/v1/cluster', await ask(`${node.url}/v1/cluster`, { headers: as('observers-secret') }))
              .status,
            200,
          );
          assert.equal((await demotion(node, { version: '1', headers: as('observers-secret') })).status, 403);
          assert.equal((await demotion(node, { version: '999', headers: as('operators-secret') })).status, 412);
          assert.equal((await promotion(node, { version: '1' })).status, 401);
          assert.equal((await promotion(node, { version: '1', headers: as('observers-secret') })).status, 403);
          assert.equal((await ask(`${node.url}/peer/state`, { headers: as('operators-secret') })).status, 403);
        },
      ),
  );

  it('also P7-S2: a thousand observed members are shown, labelled as synthetic, conform, and count for nothing', () =>
    withCluster({ flags: ['--observed', '1000'] }, async cluster => {
      const first = cluster.node(1);
      const answer = await get(first, '/v1/cluster');
      assert.equal(listAt(answer.body, 'data.members').length, 1_003);
      assert.match(textAt(answer.body, 'notes.0'), /1000 members are synthetic/);
      const ids = listAt(answer.body, 'data.members').map(member => textAt(member, 'node_id'));
      assert.deepEqual(ids, [...ids].sort(), 'ordered by id');
      assert.equal(listAt((await get(first, '/v1/replication')).body, 'data.replicas').length, 1_002);
      const synthetic = listAt(answer.body, 'data.members').find(member => textAt(member, 'name') === 'observed-7');
      assert.equal(
        at((await get(first, '/v1/nodes/{id}', '', textAt(synthetic, 'node_id'))).body, 'data.source'),
        'reported',
      );
      assert.equal((await first.write('two of three')).status, 200, 'a majority of the real members');
      assert.equal((await demotion(first)).status, 200);
    }));

  it(
    'also P7-F3, P7-E2: the document says of every code what it proves of a control request, and each where its ' +
      'status is described',
    () => {
      const rows = document['x-control-refusals'];
      assert.deepEqual(
        rows.map(({ code }) => code).toSorted(),
        document.components.schemas.Error.properties.error.properties.code.enum.toSorted(),
      );
      for (const [template, methods] of Object.entries(document.paths).filter(([path]) =>
        path.startsWith('/v1/control/'),
      )) {
        const statuses = Object.keys(methods['post']?.responses ?? {}).filter(status => status !== '200');
        const described = rows.filter(
          ({ code }) =>
            code !== (template.endsWith('promotions') ? 'AERO_DEMOTION_DENIED' : 'AERO_PROMOTION_DENIED') &&
            (template.endsWith('promotions') || code !== 'AERO_ACKNOWLEDGEMENT_INCOMPLETE'),
        );
        assert.deepEqual([...new Set(described.map(({ status }) => status))].toSorted(), statuses.toSorted(), template);
      }
    },
  );

  it('names no endpoint and no refusal that the tests above have not seen, storage and readiness apart', () => {
    const described = Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).flatMap(([method, { responses }]) =>
        Object.keys(responses).map(status => `${method} ${template} ${status}`),
      ),
    );
    const shared = / (400|401|500|503)$|demotions (404|413|428)$/;
    assert.deepEqual(
      described.filter(one => !seen.has(one) && !shared.test(one)),
      [],
    );
  });
});
