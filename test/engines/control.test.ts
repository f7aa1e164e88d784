/** Tests control requests to an AeroDB kernel: one request each, and what each end of it proves. */
import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import type { ControlError } from '../../src/control-plane/model/errors.ts';
import {
  answeringBytes,
  bent,
  closeAll,
  closedPort,
  httpServer,
  json,
  jsonBytes,
  kernelServer,
  parseRequest,
  rawServer,
  truthful,
  type Received,
} from '../support/servers.ts';
import {
  clusterOf,
  controlRequest,
  CONTROLS,
  envelope,
  errorOf,
  executed,
  PATIENT,
  kernelOf,
  N2,
  N3,
  rejection,
  REQUEST,
  valueOf,
} from '../support/wire.ts';

const TAIL =
  'The request was sent once and not repeated; whether it was executed is unknown. Kernel state is authoritative; ' +
  `request id ${REQUEST}.`;

async function controlError(
  url: string,
  operation: keyof typeof CONTROLS = 'promote',
  timeouts = PATIENT,
): Promise<ControlError> {
  return errorOf(await CONTROLS[operation](await kernelOf(clusterOf([url]), undefined, timeouts), N2, url));
}

function assertUnknown(error: ControlError, code: string): void {
  assert.equal(error.domain, 'TRANSPORT_ERROR');
  assert.equal(error.code, code, error.message);
  assert.equal(error.outcome, 'unknown');
  assert.deepEqual(error.invariants, ['P7-E2']);
  assert.ok(error.message.endsWith(TAIL), error.message);
}

describe('kernel control requests', () => {
  afterEach(closeAll);

  it('also P7-E1: a promotion is one request, as the contract has it, to the endpoint of its explanation', async () => {
    const server = await kernelServer(N2);
    const kernel = await kernelOf(clusterOf(['http://127.0.0.1:1', server.url]), 'operator-token');
    const { result, body } = valueOf(
      await kernel.promote({
        ...controlRequest(server.url, N2),
        mode: 'validated',
        acknowledgedInvariants: ['P6-A1'],
        primaryId: null,
      }),
    );
    assert.equal(result.outcome, 'executed');
    assert.equal(result.epoch, 4n);
    assert.deepEqual(result.changes, [{ component: 'role', nodeId: N2, before: 'replica', after: 'primary' }]);
    assert.equal(body, JSON.stringify(envelope(N2, executed('promotion', REQUEST, N2))));
    assert.equal(server.received.length, 1);
    const [sent] = server.received;
    assert.equal(sent?.method, 'POST');
    assert.equal(sent.path, '/v1/control/promotions');
    assert.equal(sent.headers['if-match'], '"17"');
    assert.equal(sent.headers['idempotency-key'], REQUEST);
    assert.equal(sent.headers['authorization'], 'Bearer operator-token');
    assert.equal(sent.headers['content-type'], 'application/json');
    assert.equal(sent.headers['accept-encoding'], 'identity');
    assert.deepEqual(JSON.parse(sent.body), {
      request_id: REQUEST,
      target: N2,
      reason: 'the runbook says so',
      mode: 'validated',
      acknowledged_invariants: ['P6-A1'],
      operator: { id: 'ann@desk', authority: 'Operator' },
      audit_head: { seq: '4', hash: 'ab'.repeat(32) },
    });
  });

  it('also P7-E1: a demotion is one request, as the contract has it', async () => {
    const server = await kernelServer(N2);
    valueOf(await CONTROLS.demote(await kernelOf(clusterOf([server.url])), N2, server.url));
    const [sent] = server.received;
    assert.equal(server.received.length, 1);
    assert.equal(sent?.path, '/v1/control/demotions');
    assert.equal(sent.headers['authorization'], undefined);
    assert.deepEqual(JSON.parse(sent.body), {
      request_id: REQUEST,
      target: N2,
      reason: 'the runbook says so',
      operator: { id: 'ann@desk', authority: 'Operator' },
      audit_head: { seq: '4', hash: 'ab'.repeat(32) },
    });
  });

  it('also P7-S3: an address that is not configured is refused before anything is sent', async () => {
    const stranger = await kernelServer(N2);
    const kernel = await kernelOf(clusterOf(['http://127.0.0.1:1']));
    for (const call of [
      CONTROLS.promote(kernel, N2, stranger.url),
      CONTROLS.demote(kernel, N2, stranger.url),
      kernel.collectDiagnostics(N2, stranger.url),
    ]) {
      const error = errorOf(await call);
      assert.equal(error.code, 'PHASE7_SCOPE_VIOLATION');
      assert.equal(error.outcome, 'not_executed');
    }
    assert.equal(stranger.received.length, 0);
  });

  it('also P7-E2: a connection that was never made executed nothing, provably', async () => {
    const dead = await closedPort();
    const error = await controlError(dead.url);
    assert.equal(error.code, 'PHASE7_CONNECTION_FAILED');
    assert.equal(error.outcome, 'not_executed');
    assert.equal(
      error.message,
      `${dead.url}: no connection (connect ECONNREFUSED 127.0.0.1:${dead.port}). Nothing was sent and nothing ` +
        `was executed; request id ${REQUEST}.`,
    );
    for (const endpoint of [
      'https://no-such-host.invalid',
      dead.url.replace('http:', 'https:').replace('127.0.0.1', 'localhost'),
    ]) {
      const other = await controlError(endpoint, 'promote', { ...PATIENT, connectMs: 2_000 });
      assert.equal(other.code, 'PHASE7_CONNECTION_FAILED', endpoint);
      assert.equal(other.outcome, 'not_executed');
      // Where no resolver answers, the time to connect ends first.
      assert.match(
        other.message,
        /no connection \((?:getaddrinfo ENOTFOUND|getaddrinfo EAI_AGAIN|connect ECONNREFUSED|nothing within 2000 ms)/,
      );
    }
  });

  it('also P7-E2: a TLS handshake that fails executed nothing, provably', async () => {
    const plain = await rawServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const silent = await rawServer(socket => socket.resume());
    for (const [url, connectMs, reason] of [
      [plain.url, PATIENT.connectMs, /no connection \((?:packet length too long|wrong version number), E/],
      [silent.url, 500, /no connection \(nothing within 500 ms\)/],
    ] as const) {
      const error = await controlError(url.replace('http:', 'https:'), 'promote', { ...PATIENT, connectMs });
      assert.match(error.message, reason);
      assert.equal(error.code, 'PHASE7_CONNECTION_FAILED', error.message);
      assert.equal(error.outcome, 'not_executed');
    }
  });

  it('P7-F3, freeze/no-retry, also freeze/unknown: a dropped connection is reported as unknown and never retried', async () => {
    const drops: Readonly<Record<string, (socket: Socket) => void>> = {
      'at once': socket => socket.destroy(),
      'reset at once': socket => socket.resetAndDestroy(),
      'after the first bytes': socket => socket.once('data', () => socket.destroy()),
      'reset after the first bytes': socket => socket.once('data', () => socket.resetAndDestroy()),
      'in the status line': socket => socket.once('data', () => socket.end('HTTP/1.1 20')),
      'in the headers': socket => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-type: appl')),
      'after the headers': socket =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n'),
        ),
      'in the body': socket =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"a"'),
        ),
      'in a chunk': socket =>
        socket.once('data', () =>
          socket.end(
            'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a"',
          ),
        ),
      'in a chunk, saying so': socket =>
        socket.once('data', () =>
          socket.end(
            'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\ntransfer-encoding: ' +
              'chunked\r\n\r\n5\r\n{"a"',
          ),
        ),
    };
    for (const [when, drop] of Object.entries(drops)) {
      for (const operation of ['promote', 'demote'] as const) {
        let connections = 0;
        const server = await rawServer(socket => {
          connections++;
          drop(socket);
        });
        const error = await controlError(server.url, operation);
        // A reset may arrive while connecting: then nothing was sent.
        if (when === 'reset at once' && error.code === 'PHASE7_CONNECTION_FAILED')
          assert.equal(error.outcome, 'not_executed');
        else assertUnknown(error, 'PHASE7_TRANSPORT_FAILURE');
        assert.equal(connections, 1, `${when}: one connection`);
        await server.close();
      }
    }
  });

  it('also P7-F3: a server that speaks before it is asked gets one connection and at most one request', async () => {
    let connections = 0;
    const server = await rawServer(socket => {
      connections++;
      socket.write('220 mail.example ESMTP\r\n');
      socket.resume();
    });
    const error = await controlError(server.url);
    assert.equal(error.outcome, 'unknown');
    assert.equal(connections, 1);
  });

  it('also P7-F3: bytes that arrive before the request is written do not bring a second connection', async () => {
    let connections = 0;
    const server = await rawServer(socket => {
      connections++;
      socket.on('data', () => socket.end(jsonBytes(500, rejection('AERO_X'))));
    });
    const prototype: { read: Socket['read'] } = Socket.prototype;
    const original = prototype.read;
    let early: Buffer | null = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
    prototype.read = function read(this: Socket, size?: number): unknown {
      const mine = this.remotePort === server.port ? early : null;
      if (mine === null) return original.call(this, size);
      early = null;
      return mine;
    };
    try {
      assertUnknown(await controlError(server.url), 'PHASE7_TRANSPORT_FAILURE');
    } finally {
      prototype.read = original;
    }
    assert.equal(early, null, 'the bytes were seen');
    assert.equal(connections, 1);
  });

  it('also P7-E2: an executed answer whose connection is cut at any byte is unknown until it is whole', async () => {
    const whole = jsonBytes(200, envelope(N2, executed('promotion', REQUEST, N2)));
    const step = Math.ceil(whole.length / 60);
    for (let at = 0; at <= whole.length; at = at === whole.length ? at + 1 : Math.min(whole.length, at + step)) {
      const server = await answeringBytes(() => whole.slice(0, at));
      const result = await CONTROLS.promote(await kernelOf(clusterOf([server.url])), N2, server.url);
      assert.equal(result.ok, at === whole.length, `cut at ${at} of ${whole.length}`);
      if (!result.ok) assert.equal(result.error.outcome, 'unknown');
      assert.equal(server.received.length, 1);
      await server.close();
    }
  });

  it('also P7-E2: an answer that does not come in time is unknown', async () => {
    let requests = 0;
    const hanging = await rawServer(socket =>
      socket.on('data', () => {
        requests++;
      }),
    );
    const timeouts = { ...PATIENT, controlMs: 2_000 };
    const error = errorOf(
      await CONTROLS.promote(await kernelOf(clusterOf([hanging.url]), undefined, timeouts), N2, hanging.url),
    );
    assertUnknown(error, 'PHASE7_TIMEOUT');
    assert.equal(error.message, `${hanging.url}: no complete answer within 2000 ms. ${TAIL}`);
    assert.equal(requests, 1);

    const dripping = await rawServer(socket =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
        const drip = setInterval(() => socket.write(' '), 20);
        socket.on('close', () => clearInterval(drip));
      }),
    );
    assertUnknown(
      errorOf(await CONTROLS.demote(await kernelOf(clusterOf([dripping.url]), undefined, timeouts), N2, dripping.url)),
      'PHASE7_TIMEOUT',
    );
  });

  it("also P7-E3, freeze/verbatim: a rejection is the kernel's own, byte for byte", async () => {
    const rows: readonly (readonly [number, string])[] = [
      [401, 'AERO_UNAUTHENTICATED'],
      [403, 'AERO_FORBIDDEN'],
      [413, 'AERO_BODY_TOO_LARGE'],
      [400, 'AERO_INVALID_REQUEST'],
      [404, 'AERO_UNKNOWN_NODE'],
      [428, 'AERO_PRECONDITION_REQUIRED'],
      [412, 'AERO_STATE_CHANGED'],
      [409, 'AERO_PROMOTION_ALREADY_IN_PROGRESS'],
      [409, 'AERO_PROMOTION_DENIED'],
      [409, 'AERO_DEMOTION_DENIED'],
      [422, 'AERO_ACKNOWLEDGEMENT_INCOMPLETE'],
      [503, 'AERO_NOT_READY'],
      [500, 'AERO_STORAGE_FAILED'],
    ];
    for (const [status, code] of rows) {
      for (const outcome of ['executed', 'not_executed', 'unknown'] as const) {
        const body = JSON.stringify(
          rejection(code, outcome, { reason: 'PrimaryStillActive', ключ: ['ü', 1] }),
          null,
          3,
        );
        const server = await answeringBytes(() =>
          jsonBytes(status, body, ['Content-Type: application/json; charset=UTF-8']),
        );
        const error = await controlError(server.url);
        assert.deepEqual(error, {
          domain: 'KERNEL_REJECTION',
          code,
          message: `The kernel says ${code}.`,
          invariants: ['P6-A1'],
          outcome,
          kernel: { status, body, details: { reason: 'PrimaryStillActive', ключ: ['ü', 1] } },
        });
        assert.equal(server.received.length, 1, 'P7-F3');
        await server.close();
      }
    }
  });

  it('also P7-E2: a rejection that does not say its outcome is unknown for control, not executed for a read', async () => {
    for (const silent of [
      { error: { code: 'AERO_X', message: 'm' } },
      { error: { code: 'AERO_X', message: 'm', outcome: null, invariant: null, details: null } },
    ]) {
      const server = await kernelServer(N2, {}, () => ({ status: 409, value: silent }));
      const error = await controlError(server.url);
      assert.equal(error.domain, 'KERNEL_REJECTION');
      assert.equal(error.outcome, 'unknown');
      assert.deepEqual(error.invariants, []);
      assert.equal(error.kernel?.details, null);
      assert.equal(errorOf(await (await kernelOf(clusterOf([server.url]))).readCluster()).outcome, 'not_executed');
    }
  });

  it("also P7-E2: an answer that is no kernel's is unknown, and says what came", async () => {
    const page =
      '<!doctype html><style>b{}</style><script>alert(1)</script><h1>502 Bad\nGateway</h1>\u202e\u0007<img src=x ' +
      'onerror=alert(1)>';
    const rows: readonly (readonly [string, string | Buffer, string])[] = [
      [
        "a proxy's page",
        jsonBytes(502, page, ['content-type: text/html']),
        "not a kernel's answer: its content type is not application/json; status 502, content type text/html, " +
          '"502 Bad Gateway"',
      ],
      [
        'a login page',
        jsonBytes(200, 'Please log in', ['content-type: text/plain']),
        'its content type is not application/json; status 200, content type text/plain, "Please log in"',
      ],
      [
        'a redirect',
        'HTTP/1.1 302 Found\r\nlocation: http://elsewhere.example/\r\ncontent-length: 0\r\n\r\n',
        'its content type is not application/json; status 302, no content type, an empty body',
      ],
      [
        'another error form',
        jsonBytes(502, { message: 'no upstream' }),
        'not a kernel\'s answer: status 502: "{"message":"no upstream"}"',
      ],
      ['an error form with success', jsonBytes(200, rejection('AERO_X')), "not a kernel's answer: api_version: "],
      [
        'success with an error status',
        jsonBytes(500, envelope(N2, executed('promotion', REQUEST, N2))),
        "not a kernel's answer: status 500",
      ],
      [
        'another success',
        jsonBytes(202, envelope(N2, executed('promotion', REQUEST, N2))),
        "not a kernel's answer: status 202",
      ],
      [
        'an error form with a redirect status',
        jsonBytes(302, rejection('AERO_X')),
        "not a kernel's answer: status 302",
      ],
      ['an invalid outcome', jsonBytes(409, rejection('AERO_X', 'perhaps')), "not a kernel's answer: status 409"],
      ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', 'status 204'],
      [
        'a switch of protocols',
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
        'bad upgrade',
      ],
      [
        'two content types',
        jsonBytes(200, '{}', ['content-type: application/json', 'content-type: text/html']),
        'content type application/json and text/html',
      ],
      [
        'an encoded body',
        jsonBytes(200, '{}', ['content-type: application/json', 'content-encoding: gzip']),
        'its body is encoded',
      ],
      [
        'another charset',
        jsonBytes(200, '{}', ['content-type: application/json; charset=latin1']),
        'its content type is not application/json',
      ],
      [
        'not UTF-8',
        Buffer.concat([Buffer.from(jsonBytes(200, '"  "').slice(0, -3)), Buffer.from([0xff, 0xfe, 0x22])]),
        'its body is not UTF-8',
      ],
      [
        'a byte order mark',
        jsonBytes(200, `\ufeff${JSON.stringify(envelope(N2, executed('promotion', REQUEST, N2)))}`),
        'its body is not JSON',
      ],
      ['no JSON', jsonBytes(200, '{"a":'), 'its body is not JSON'],
      ['deep JSON', jsonBytes(200, '['.repeat(100_000)), 'nested deeper than 64 levels'],
      [
        'half a character',
        jsonBytes(409, JSON.stringify(rejection('AERO_X')).replace('AERO_X.', '\\ud800')),
        'text that is not Unicode',
      ],
      ['no HTTP', '220 mail.example ESMTP\r\n', 'the answer is not HTTP/1.1'],
      [
        'two lengths',
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}',
        'does not match content-length',
      ],
      [
        'two framings',
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: ' +
          'chunked\r\n\r\n{}',
        'does not match content-length',
      ],
      [
        'endless headers',
        `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`,
        "the answer's headers are larger than 16384 bytes",
      ],
      ['a large body', jsonBytes(200, ' '.repeat(1024 * 1024 + 1)), 'the answer is larger than 1048576 bytes'],
    ];
    const brokenOff = new Set(['a switch of protocols', 'two lengths', 'two framings']);
    for (const [what, bytes, reason] of rows) {
      const server = await answeringBytes(() => bytes);
      const error = await controlError(server.url);
      assertUnknown(error, brokenOff.has(what) ? 'PHASE7_TRANSPORT_FAILURE' : 'PHASE7_INVALID_KERNEL_RESPONSE');
      assert.ok(error.message.includes(reason), `${what}: ${error.message}`);
      assert.doesNotMatch(error.message, /<|\p{C}/u, what);
      assert.ok(error.message.length < 700);
      assert.equal(server.received.length, 1, what);
      await server.close();
    }
  });

  it('also P7-E2: an answer to another request, about another node or from another node is no proof', async () => {
    const rows: readonly (readonly [
      string,
      (
        answer: { data: Record<string, unknown>; observed_at: Record<string, unknown> } & Record<string, unknown>,
      ) => void,
      RegExp,
    ])[] = [
      [
        'version of the API',
        answer => {
          answer['api_version'] = 'v2';
        },
        /api_version/,
      ],
      [
        'request',
        ({ data }) => {
          data['request_id'] = N3;
        },
        /answer is to request 3333/,
      ],
      [
        'request, by its case',
        ({ data }) => {
          data['request_id'] = String(data['request_id']).toUpperCase();
        },
        /answer is to request AAAA/,
      ],
      [
        'target',
        ({ data }) => {
          data['target'] = N3;
        },
        /answer is about node 3333/,
      ],
      [
        'kind',
        ({ data }) => {
          data['kind'] = 'checkpoint';
        },
        /answer is about a checkpoint, not a (?:pro|de)motion/,
      ],
      [
        'mode',
        ({ data }) => {
          data['mode'] = 'forced';
        },
        /answer is about mode forced, not/,
      ],
      [
        'node',
        ({ observed_at }) => {
          observed_at['node_id'] = N3;
        },
        /node 3333.* answered where node 2222/,
      ],
      [
        'outcome',
        ({ data }) => {
          data['outcome'] = 'not_executed';
        },
        /data\.outcome/,
      ],
      [
        'no outcome',
        ({ data }) => {
          delete data['outcome'];
        },
        /data\.outcome/,
      ],
      [
        'no control version',
        ({ data }) => {
          delete data['control_version'];
        },
        /data\.control_version/,
      ],
    ];
    for (const [what, change, message] of rows) {
      for (const operation of ['promote', 'demote'] as const) {
        const server = await kernelServer(N2, {}, request => bent(truthful(N2, request), change));
        const error = await controlError(server.url, operation);
        assertUnknown(error, 'PHASE7_INVALID_KERNEL_RESPONSE');
        assert.match(error.message, message, what);
      }
    }
  });

  it('also P7-F3: a redirect is not followed, and the token does not travel', async () => {
    const elsewhere = await kernelServer(N2);
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await httpServer((_request, response) =>
        response.writeHead(status, { location: `${elsewhere.url}/v1/control/promotions` }).end(),
      );
      const kernel = await kernelOf(clusterOf([server.url]), 'a-secret-bearer-token');
      const error = errorOf(await CONTROLS.promote(kernel, N2, server.url));
      assertUnknown(error, 'PHASE7_INVALID_KERNEL_RESPONSE');
      assert.equal(errorOf(await kernel.readCluster()).code, 'PHASE7_INVALID_KERNEL_RESPONSE');
      assert.equal(server.received.length, 2);
    }
    assert.equal(elsewhere.received.length, 0);
  });

  it('freeze/one-request, also P7-E1: every control request has a connection of its own, which ends with it', async () => {
    const ports = new Set<number>();
    let openSockets = 0;
    const requests: Received[] = [];
    const server = await rawServer(socket => {
      openSockets++;
      ports.add(socket.remotePort ?? 0);
      socket.on('close', () => {
        openSockets--;
      });
      socket.on('data', chunk => {
        const request = parseRequest(chunk.toString());
        if (request === undefined) return;
        requests.push(request);
        socket.write(
          jsonBytes(200, truthful(N2, request).value, [
            'content-type: application/json',
            'connection: keep-alive',
            'keep-alive: timeout=600',
          ]),
        );
      });
    });
    const kernel = await kernelOf(clusterOf([server.url]));
    for (let n = 0; n < 3; n++) valueOf(await CONTROLS.demote(kernel, N2, server.url));
    assert.equal(ports.size, 3);
    assert.equal(requests.length, 3);
    assert.ok(requests.every(({ headers }) => headers.connection === 'close'));
    while (openSockets > 0) await new Promise(resolve => setImmediate(resolve));
  });

  it('also P7-F3: an interim answer is not an answer', async () => {
    const server = await answeringBytes(
      request => `HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n${jsonBytes(200, truthful(N2, request).value)}`,
    );
    valueOf(await CONTROLS.promote(await kernelOf(clusterOf([server.url])), N2, server.url));
    const waiting = await answeringBytes(() => 'HTTP/1.1 100 Continue\r\n\r\n');
    assert.equal((await controlError(waiting.url)).outcome, 'unknown');
    assert.equal(waiting.received.length, 1);
  });

  it('also P7-D2: what comes after the answer is not read', async () => {
    const server = await answeringBytes(
      request => `${jsonBytes(200, truthful(N2, request).value)}HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}`,
    );
    valueOf(await CONTROLS.promote(await kernelOf(clusterOf([server.url])), N2, server.url));
    const posted = await httpServer((request, response) => json(response, 200, truthful(N2, request).value));
    valueOf(await CONTROLS.promote(await kernelOf(clusterOf([posted.url])), N2, posted.url));
  });
});
