/** Sends wrong, endless and malformed requests to a node and checks what they cost and how they are refused. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import {
  TestCluster,
  type TestNode,
  ask,
  at,
  demote,
  errorCode,
  listAt,
  OPERATOR,
  promote,
  textAt,
  until,
} from '../support/test-cluster.ts';

function portOf(node: TestNode): number {
  return Number(new URL(node.url).port);
}

function opened(node: TestNode): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(node), '127.0.0.1');
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Sends raw bytes and collects what comes back until the node ends the connection. */
async function raw(node: TestNode, bytes: string): Promise<string> {
  const socket = await opened(node);
  let answer = '';
  socket.on('data', (part: Buffer) => (answer += part.toString()));
  socket.write(bytes);
  await new Promise<void>(done => socket.once('close', () => done()));
  return answer;
}

async function rss(node: TestNode): Promise<number> {
  const sections = listAt((await node.get('/v1/diagnostics')).body, 'data.sections');
  const entries = listAt(
    sections.find(section => at(section, 'name') === 'process'),
    'entries',
  );
  return Number(
    textAt(
      entries.find(entry => at(entry, 'key') === 'rss_bytes'),
      'value',
    ),
  );
}

describe('bad input', function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  let version: string;

  before(async () => {
    cluster = await TestCluster.start();
    version = await cluster.node(1).controlVersion();
  });
  after(() => cluster.stop());

  afterEach('it had no effect', async () => {
    const node = cluster.node(1);
    assert.equal(await node.controlVersion(), version);
    const kept = (await node.get('/v1/promotion')).body;
    assert.equal(at(kept, 'data.last_attempt'), null);
    assert.equal(listAt(kept, 'data.events').length, 0);
    assert.equal((await node.write('still works')).status, 200);
  });

  it('also P7-A2: a control request with anything wrong in it is refused with the field that is wrong', async () => {
    const wrong: readonly (readonly [Readonly<Record<string, unknown>>, string])[] = [
      [{ request_id: 'x' }, 'request_id'],
      [{ target: 7 }, 'target'],
      [{ reason: null }, 'reason'],
      [{ reason: 'x'.repeat(5_000) }, 'reason'],
      [{ operator: 'me' }, 'operator'],
      [{ operator: { ...OPERATOR, extra: 1 } }, 'operator.extra'],
      [{ operator: { id: '', authority: 'Operator' } }, 'operator.id'],
      [{ audit_head: { seq: '-1', hash: '0'.repeat(64) } }, 'audit_head.seq'],
      [{ audit_head: { seq: '123456789012345678901', hash: '0'.repeat(64) } }, 'audit_head.seq'],
      [{ audit_head: { seq: '007', hash: '0'.repeat(64) } }, 'audit_head.seq'],
      [{ audit_head: { seq: '00', hash: '0'.repeat(64) } }, 'audit_head.seq'],
      [{ audit_head: { seq: '12345678901234567890', hash: '0'.repeat(64) } }, 'audit_head.seq'],
      [{ reason: 'half \ud83d of a pair' }, 'reason'],
      [{ operator: { ...OPERATOR, id: '\udc00' } }, 'operator.id'],
      [{ operator: { ...OPERATOR, authority: 'Operator\ud800' } }, 'operator.authority'],
      [{ audit_head: { seq: 1, hash: '0'.repeat(64) } }, 'audit_head.seq'],
      [{ audit_head: { seq: '0', hash: 'zz' } }, 'audit_head.hash'],
      [{ mode: 'forced' }, 'mode'],
      [{ __proto__x: 1 }, '__proto__x'],
    ];
    for (const [over, field] of wrong) {
      const refused = await demote(cluster.node(1), { over });
      assert.deepEqual(
        [
          refused.status,
          errorCode(refused),
          at(refused.body, 'error.details.field'),
          at(refused.body, 'error.outcome'),
        ],
        [400, 'AERO_INVALID_REQUEST', field, 'not_executed'],
        JSON.stringify(over),
      );
    }
    for (const over of [
      { mode: 'maybe' },
      { mode: undefined },
      { acknowledged_invariants: 'P6-A1' },
      { acknowledged_invariants: ['P9'] },
    ])
      assert.equal((await promote(cluster.node(1), { over })).status, 400);
    for (const match of ['1', '*', '"-1"', '"1e3"', '"99999999999999999999999"', 'W/"1"']) {
      const refused = await demote(cluster.node(1), { headers: { 'if-match': match } });
      assert.equal(at(refused.body, 'error.details.field'), 'If-Match', match);
    }
    const upper = randomUUID().toUpperCase();
    const shouted = await demote(cluster.node(1), { id: upper });
    assert.deepEqual(
      [shouted.status, at(shouted.body, 'error.details.field')],
      [400, 'request_id'],
      'an id that could not be looked up is not kept',
    );
    assert.equal((await demote(cluster.node(1), { version: '18446744073709551615', id: randomUUID() })).status, 412);
  });

  it(
    'malformed JSON, other types, wrong encodings and bodies that are too large are refused, and the connection is ' +
      'not reused',
    async () => {
      const node = cluster.node(1);
      const path = '/v1/control/promotions';
      for (const body of ['{', '', 'null', '[]', '"x"', '{"a":1}}', '['.repeat(60_000)]) {
        const refused = await ask(node.url + path, { method: 'POST', body });
        assert.deepEqual([refused.status, errorCode(refused)], [400, 'AERO_INVALID_REQUEST'], body.slice(0, 20));
      }
      assert.equal(
        (await ask(node.url + path, { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } })).status,
        400,
      );
      const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n`;
      assert.match(
        await raw(node, `${head}Content-Length: 9999999999\r\n\r\n{`),
        /^HTTP\/1.1 413 .*AERO_BODY_TOO_LARGE/s,
      );
      assert.match(
        await raw(node, `${head}Transfer-Encoding: chunked\r\n\r\n20000\r\n${'x'.repeat(0x20_000)}\r\n`),
        /^HTTP\/1.1 413 .*AERO_BODY_TOO_LARGE/s,
      );
      assert.match(await raw(node, `${head}Content-Length: 2\r\nConnection: close\r\n\r\n\xff\xff`), /^HTTP\/1.1 400 /);
    },
  );

  it(
    'also P7-A2: a body in which an object names a member twice is refused: a proxy may have read the one, and the ' +
      'node would obey the other',
    async () => {
      const node = cluster.node(1);
      const id = randomUUID();
      const body = JSON.stringify({
        request_id: id,
        target: node.id,
        reason: 'a "quoted": reason',
        operator: OPERATOR,
        audit_head: { seq: '0', hash: '0'.repeat(64) },
      });
      const twice = [
        body.replace('{', `{"target":"${randomUUID()}",`),
        body.replace('{', '{"reason":"a","r\\u0065ason":"b",'),
        body.replace('"seq"', '"seq":"1","seq"'),
      ];
      for (const text of twice) {
        const refused = await ask(`${node.url}/v1/control/demotions`, {
          method: 'POST',
          headers: { 'if-match': '"1"', 'idempotency-key': id },
          body: text,
        });
        assert.deepEqual(
          [
            refused.status,
            errorCode(refused),
            at(refused.body, 'error.details.field'),
            at(refused.body, 'error.outcome'),
          ],
          [400, 'AERO_INVALID_REQUEST', 'body', 'not_executed'],
          text,
        );
      }
      assert.equal(
        (await ask(`${node.url}/local/writes`, { method: 'POST', body: '{"key":"a","value":"b","value":"c"}' })).status,
        400,
      );
    },
  );

  it('also P7-A2: numbers of any length, nesting of any depth and endless keys cost no more than their bytes', async () => {
    const node = cluster.node(1);
    const bodies = [
      `{"reason":${'9'.repeat(60_000)}}`,
      `{"reason":1e${'9'.repeat(60_000)}}`,
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      `${'['.repeat(30_000)}${']'.repeat(30_000)}`,
      `{${Array.from({ length: 6_000 }, (_, n) => `"${n}":0`).join()}}`,
    ];
    const before = performance.now();
    for (const body of bodies)
      assert.deepEqual(
        errorCode(await ask(`${node.url}/v1/control/demotions`, { method: 'POST', body })),
        'AERO_INVALID_REQUEST',
        body.slice(0, 20),
      );
    assert.ok(performance.now() - before < 5_000);
  });

  it('also P7-A2: a request without a Host header, with two, or with one that is no address is refused and named', async () => {
    const node = cluster.node(1);
    for (const [version, hosts] of [
      ['1.1', []],
      ['1.0', []],
      ['1.1', ['']],
      ['1.1', ['127.0.0.1', '127.0.0.1']],
      ['1.1', ['127.0.0.1', 'evil.example']],
      ['1.1', ['a b']],
      ['1.1', ['evil.example@127.0.0.1']],
      ['1.1', ['127.0.0.1/x']],
      ['1.1', ['[::1']],
      ['1.1', ['127.0.0.1:99999999']],
      ['1.0', ['evil.example']],
    ] as const) {
      const answer = await raw(
        node,
        [`GET /v1/cluster HTTP/${version}`, ...hosts.map(host => `Host: ${host}`), 'Connection: close', '', ''].join(
          '\r\n',
        ),
      );
      assert.match(answer, /^HTTP\/1.1 400 .*AERO_INVALID_REQUEST.*"field":"Host"/s, `${version} ${hosts.join()}`);
    }
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST:1', '[::1]:9191', `127.0.0.1:${portOf(node)}`])
      assert.match(
        await raw(node, `GET /v1/status HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
        /^HTTP\/1.1 200 /,
        host,
      );
    assert.match(await raw(node, 'GET /v1/status HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n'), /^HTTP\/1.1 200 /);
  });

  it('what is not HTTP, hosts that are names, unknown paths and methods get a typed error', async () => {
    const node = cluster.node(1);
    assert.match(await raw(node, 'HELLO\r\n\r\n'), /^HTTP\/1.1 400 .*AERO_INVALID_REQUEST/s);
    assert.match(
      await raw(node, `GET /v1/cluster HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
      /^HTTP\/1.1 400 .*AERO_INVALID_REQUEST/s,
    );
    assert.match(
      await raw(node, 'GET /v1/cluster HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      /AERO_INVALID_REQUEST.*Host/s,
    );
    for (const [method, path] of [
      ['DELETE', '/v1/cluster'],
      ['POST', '/v1/cluster'],
      ['GET', '/'],
      ['GET', '/v1/control/promotions'],
      ['GET', '/v1/%ff'],
    ] as const)
      assert.equal(errorCode(await ask(node.url + path, { method })), 'AERO_NOT_FOUND', `${method} ${path}`);
    for (const query of [
      '?limit=1001',
      '?limit=-1',
      '?limit=1e3',
      '?after=0x10',
      '?after=123456789012345678901',
      '?nonsense=1',
    ])
      assert.equal((await node.get(`/v1/promotion${query}`)).status, 400, query);
    assert.equal((await ask(`${node.url}/peer/state`)).status, 403);
    assert.equal(
      (await ask(`${node.url}/peer/adopt`, { method: 'POST', body: '{}', headers: { 'x-aerodb-peer': 'guess' } }))
        .status,
      403,
    );
  });

  it('a thousand idle connections and clients that never finish a request cost little and stop nobody', async () => {
    const node = cluster.node(1);
    const before = await rss(node);
    const idle = await Promise.all(Array.from({ length: 1_000 }, () => opened(node)));
    for (const socket of idle) socket.on('error', () => undefined);
    const slow = await Promise.all(Array.from({ length: 50 }, () => opened(node)));
    for (const socket of slow) {
      socket.on('error', () => undefined);
      socket.resume();
      socket.write('GET /v1/cluster HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    }
    assert.equal((await node.get('/v1/cluster')).status, 200);
    assert.equal((await node.write('in between')).status, 200);
    assert.ok((await rss(node)) - before < 64 * 1024 * 1024, 'memory is bounded');
    await until('clients that never finish are let go', () => slow.every(socket => socket.closed), 30_000);
    for (const socket of [...idle, ...slow]) socket.destroy();
  });

  it('writes that are too large or not writes are refused', async () => {
    const node = cluster.node(1);
    for (const body of [
      {},
      { key: '', value: '' },
      { key: 'k', value: 1 },
      { key: 'k', value: 'x'.repeat(20_000) },
      { key: 'k', value: 'v', more: 1 },
    ]) {
      assert.equal((await ask(`${node.url}/local/writes`, { method: 'POST', body: JSON.stringify(body) })).status, 400);
    }
  });
});
