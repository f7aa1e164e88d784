/** Tests reads from an AeroDB kernel: answers become views, and wrong answers are refused. */
import assert from 'node:assert/strict';
import {
  answeringBytes,
  bent,
  closeAll,
  closedPort,
  httpServer,
  json,
  jsonBytes,
  kernelServer,
  rawServer,
  truthful,
} from '../support/servers.ts';
import type { PromotionView, Reading } from '../../src/control-plane/model/views.ts';
import {
  clusterOf,
  dataOf,
  envelope,
  errorOf,
  event,
  PATIENT,
  kernelOf,
  member,
  N1,
  N2,
  N3,
  READS,
  rejection,
  REQUEST,
  valueOf,
} from '../support/wire.ts';

describe('kernel reads', () => {
  afterEach(closeAll);

  it('also P7-D1: every read becomes a view with its origin, 64-bit values exact', async () => {
    const urls: Record<string, string> = {};
    const [one, two] = [await kernelServer(N1, urls), await kernelServer(N2, urls)];
    const kernel = await kernelOf(clusterOf([one.url, `${two.url}/`]));
    const cluster = valueOf(await kernel.readCluster());
    assert.equal(cluster.endpoint, one.url);
    assert.deepEqual(cluster.skipped, []);
    assert.equal(cluster.view.members[0]?.durableOffset, 18446744073709551615n);
    assert.equal(cluster.view.members[0].lagBytes, null);
    assert.deepEqual(cluster.observed, {
      snapshot: 'live',
      commitId: 1042n,
      controlVersion: 17n,
      nodeId: N1,
      time: '2026-11-21T10:00:00.000Z',
      clock: 'node-system-utc',
    });
    for (const [name, read] of Object.entries(READS)) {
      const reading = valueOf(await read(kernel, N2, two.url));
      const nodeLocal = name !== 'readCluster' && name !== 'readReplication';
      assert.equal(reading.observed.nodeId, nodeLocal ? N2 : N1, name);
      assert.equal(reading.endpoint, nodeLocal ? `${two.url}/` : one.url, name);
    }
    const promotion = valueOf(await kernel.readPromotion());
    assert.equal(promotion.view.request, null);
    const { nextBefore, nextAfter, total } = promotion.view;
    assert.deepEqual([nextBefore, nextAfter, total], [9n, null, 12n]);
    assert.equal(promotion.view.events[0]?.operator, 'ann@desk (Operator)');
    assert.equal(
      valueOf(await kernel.readPromotion({ node: N2, requestId: REQUEST })).view.request?.code,
      'AERO_PROMOTION_DENIED',
    );
    const wal = valueOf(await kernel.readWal(N2)).view;
    assert.deepEqual([wal.nextBefore, wal.nextAfter, wal.total], ['77', null, 2n]);
    assert.deepEqual(wal.checkpoints, [{ id: 'c1', commitId: 1000n, offset: 70n }]);
    assert.ok(
      [...one.received, ...two.received].every(({ method }) => method === 'GET'),
      'P7-A1: reads never ask for a change',
    );
  });

  it('a node that leaves the checkpoints out of its log has not said that there are none', async () => {
    const silent = await kernelServer(N2, {}, ({ path }) =>
      path !== '/v1/wal'
        ? undefined
        : {
            status: 200,
            value: envelope(N2, {
              segments: [],
              append_offset: '77',
              durable_offset: '77',
              oldest_offset: '0',
              truncation_offset: null,
              total_bytes: '77',
              checksum_status: 'unchecked',
              verified_to_offset: null,
              next_after: null,
            }),
          },
    );
    assert.equal(valueOf(await (await kernelOf(clusterOf([silent.url]))).readWal(N2)).view.checkpoints, null);
  });

  it(
    'also P7-O1: one event that is not as the API has it hides no other: what is wrong in it is shown as unknown, ' +
      'or it is left out, and both are said',
    async () => {
      const good = event(REQUEST);
      const head = (seq: unknown): unknown => ({ seq, hash: '0'.repeat(64) });
      const told = async (
        events: readonly unknown[],
        spoil: (body: string) => string = body => body,
      ): Promise<Reading<PromotionView>> => {
        const data = dataOf('/v1/promotion', N1, {}) as Record<string, unknown>;
        const server = await answeringBytes(() =>
          jsonBytes(200, spoil(JSON.stringify(envelope(N1, { ...data, events })))),
        );
        const reading = valueOf(await (await kernelOf(clusterOf([server.url]))).readPromotion());
        await server.close();
        return reading;
      };
      const heads = await told([
        { ...good, audit_head: head('007') },
        { ...good, audit_head: head('99999999999999999999') },
        { ...good, audit_head: head(null), operator: 7, reason: ['x'] },
        good,
      ]);
      assert.deepEqual(
        heads.view.events.map(({ auditHead, reason }) => [auditHead?.seq ?? null, reason]),
        [
          [null, 'planned'],
          [null, 'planned'],
          [null, null],
          [4n, 'planned'],
        ],
      );
      assert.deepEqual(heads.notes, [
        'Event 1 of this answer: its audit_head is not as the API has it, and is shown as unknown.',
        'Event 2 of this answer: its audit_head is not as the API has it, and is shown as unknown.',
        'Event 3 of this answer: its operator, reason, audit_head is not as the API has it, and is shown as unknown.',
      ]);
      const left = await told([null, { ...good, seq: 'first' }, { seq: '1' }, good]);
      assert.deepEqual([left.view.events.length, left.view.unreadable], [1, 3n]);
      assert.deepEqual(
        left.notes,
        [1, 2, 3].map(nth => `Event ${nth} of this answer is not as the API has it, and is not shown.`),
      );

      const halves = await told(
        [good, { ...good, reason: 'a half', operator: { id: 'ann', authority: 'Operator' } }],
        body => body.replace('a half', '\\ud83d!').replace('"ann"', '"\\udc00"'),
      );
      assert.deepEqual(
        halves.view.events.map(({ reason, operator }) => [reason, operator]),
        [
          ['planned', 'ann@desk (Operator)'],
          ['\ufffd!', '\ufffd (Operator)'],
        ],
      );
      assert.deepEqual(halves.notes, ['This answer holds text that is not Unicode; U+FFFD stands in its place.']);
    },
  );

  it('also P7-F1: an answer of which more than a hundred events are wrong is none', async () => {
    const data = dataOf('/v1/promotion', N1, {}) as Record<string, unknown>;
    const server = await answeringBytes(() =>
      jsonBytes(200, envelope(N1, { ...data, events: Array.from({ length: 500_000 }, () => 0) })),
    );
    const error = errorOf(await (await kernelOf(clusterOf([server.url]))).readPromotion());
    assert.equal(error.code, 'PHASE7_INVALID_KERNEL_RESPONSE');
    assert.match(error.message, /data\.events\.100: more than 100 events are not as the API has them/);
  });

  it('also P7-D1, freeze/deterministic: the same answer gives the same view', async () => {
    const server = await kernelServer(N1);
    const kernel = await kernelOf(clusterOf([server.url]));
    const [one, other] = [valueOf(await kernel.readCluster()), valueOf(await kernel.readCluster())].map(
      ({ document, ...reading }) => ({ ...reading, shown: document() }),
    );
    assert.deepEqual(one, other);
  });

  it('says which endpoint answered and quotes why the earlier ones did not', async () => {
    const dead = await closedPort();
    const html = await answeringBytes(() =>
      jsonBytes(502, '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>', [
        'content-type: text/html',
      ]),
    );
    const booting = await kernelServer(N2, {}, () => ({ status: 503, value: rejection('AERO_NOT_READY') }));
    const hanging = await rawServer(socket => socket.resume());
    const good = await kernelServer(N1);
    const kernel = await kernelOf(clusterOf([dead.url, html.url, booting.url, hanging.url, good.url]), undefined, {
      ...PATIENT,
      readMs: 3_000,
    });
    const reading = valueOf(await kernel.readCluster());
    assert.equal(reading.endpoint, good.url);
    assert.deepEqual(reading.skipped, [
      { endpoint: dead.url, reason: `no connection (connect ECONNREFUSED 127.0.0.1:${dead.port})` },
      {
        endpoint: html.url,
        reason:
          "not a kernel's answer: its content type is not application/json; status 502, content type text/html, " +
          '"502 Bad Gateway nginx"',
      },
      {
        endpoint: booting.url,
        reason: 'refused with status 503, AERO_NOT_READY: The kernel says AERO_NOT_READY.',
        answered: true,
      },
      { endpoint: hanging.url, reason: 'no complete answer within 3000 ms' },
    ]);
  });

  it('also P7-E3: a kernel that refuses to name its members has decided; the node is not looked for in another way', async () => {
    const server = await kernelServer(N2, {}, ({ path }) =>
      path === '/v1/cluster' ? { status: 403, value: rejection('AERO_FORBIDDEN') } : undefined,
    );
    assert.equal(errorOf(await (await kernelOf(clusterOf([server.url]))).readWal(N2)).code, 'AERO_FORBIDDEN');
    assert.deepEqual(
      server.received.map(({ path }) => path),
      ['/v1/cluster'],
    );
  });

  it('also P7-E3: a kernel that refuses a read has decided; no other endpoint is asked in its place', async () => {
    for (const status of [400, 401, 403, 404, 409]) {
      const refusing = await kernelServer(N1, {}, () => ({
        status,
        value: rejection('AERO_FORBIDDEN', undefined, { why: 'token' }),
      }));
      const willing = await kernelServer(N2);
      const kernel = await kernelOf(clusterOf([refusing.url, willing.url]));
      for (const read of [kernel.readCluster(), kernel.readWal(N2)]) {
        const error = errorOf(await read);
        assert.equal(error.domain, 'KERNEL_REJECTION');
        assert.equal(error.code, 'AERO_FORBIDDEN');
        assert.equal(error.message, 'The kernel says AERO_FORBIDDEN.');
        assert.deepEqual(error.invariants, ['P6-A1']);
        assert.equal(error.outcome, 'not_executed');
        assert.deepEqual(error.kernel, {
          status,
          body: JSON.stringify(rejection('AERO_FORBIDDEN', undefined, { why: 'token' })),
          details: { why: 'token' },
        });
      }
      assert.equal(willing.received.length, 0);
    }
  });

  it('also P7-O2: when nobody answers, one error names each endpoint with its reason', async () => {
    const [dead, deader] = [await closedPort(), await closedPort()];
    const error = errorOf(await (await kernelOf(clusterOf([dead.url, deader.url]))).readCluster());
    assert.equal(error.code, 'PHASE7_CONNECTION_FAILED');
    assert.equal(error.outcome, 'not_executed');
    assert.equal(
      error.message,
      `No endpoint of cluster "orders" answered (${dead.url}: no connection (connect ECONNREFUSED ` +
        `127.0.0.1:${dead.port}); ${deader.url}: no connection (connect ECONNREFUSED 127.0.0.1:${deader.port})). ` +
        'It was a read; nothing was executed.',
    );

    const dropping = await rawServer(socket => socket.on('data', () => socket.destroy()));
    assert.equal(
      errorOf(await (await kernelOf(clusterOf([dead.url, dropping.url]))).readReplication()).code,
      'PHASE7_TRANSPORT_FAILURE',
    );
    const booting = await kernelServer(N1, {}, () => ({ status: 503, value: rejection('AERO_NOT_READY') }));
    const spoken = errorOf(await (await kernelOf(clusterOf([dropping.url, booting.url]))).readPromotion());
    assert.equal(spoken.domain, 'KERNEL_REJECTION');
    assert.equal(spoken.code, 'AERO_NOT_READY');
    assert.match(
      spoken.message,
      new RegExp(
        `${dropping.url}.*${booting.url}: refused with status 503, AERO_NOT_READY: The kernel says AERO_NOT_READY\\.`,
      ),
    );
  });

  it('freeze/addresses, also P7-S3: addresses that a kernel reports are never contacted unless configured', async () => {
    const urls: Record<string, string> = {};
    const stranger = await kernelServer(N2, urls);
    const one = await kernelServer(N1, urls);
    const error = errorOf(await (await kernelOf(clusterOf([one.url]))).readNode(N2));
    assert.equal(error.code, 'PHASE7_CONNECTION_FAILED');
    assert.equal(error.outcome, 'not_executed');
    assert.equal(
      error.message,
      `No configured endpoint of cluster "orders" answers as node ${N2} (${one.url}: is node ${N1}). Its own ` +
        `address, ${stranger.url}, is not configured and was not contacted. Nothing was executed.`,
    );
    assert.equal(stranger.received.length, 0);
  });

  it('finds a node behind another address by asking the configured endpoints who they are', async () => {
    const [one, two] = [
      await kernelServer(N1, { [N1]: 'http://10.0.0.1:1' }),
      await kernelServer(N2, { [N2]: 'http://10.0.0.2:1' }),
    ];
    const dead = await closedPort();
    const kernel = await kernelOf(clusterOf([dead.url, one.url, two.url]));
    const reading = valueOf(await kernel.readWal(N2));
    assert.equal(reading.endpoint, two.url);
    assert.deepEqual(
      reading.skipped.map(({ endpoint }) => endpoint),
      [dead.url, one.url],
    );
    assert.equal(reading.skipped[1]?.reason, `is node ${N1}`);
    valueOf(await kernel.readWal(N2));
    assert.equal(two.received.filter(({ path }) => path === '/v1/status').length, 2, 'what was found out is not kept');
  });

  it('finds a node although another one cannot give the cluster', async () => {
    const urls: Record<string, string> = {};
    const sick = await kernelServer(N1, urls, ({ path }) =>
      path === '/v1/cluster' ? { status: 500, value: rejection('AERO_STORAGE_FAILED') } : undefined,
    );
    const good = await kernelServer(N2, urls, ({ path }) =>
      path === '/v1/cluster' ? { status: 200, value: 'nonsense' } : undefined,
    );
    assert.equal(
      valueOf(await (await kernelOf(clusterOf([sick.url, good.url]))).explainDemotion(N2)).observed.nodeId,
      N2,
    );
  });

  it('also P7-E3: a node that refuses to say who it is has decided', async () => {
    const refusing = await kernelServer(N1, {}, ({ path }) =>
      path === '/v1/cluster'
        ? { status: 500, value: rejection('AERO_STORAGE_FAILED') }
        : { status: 401, value: rejection('AERO_UNAUTHENTICATED') },
    );
    const willing = await kernelServer(N2, {}, ({ path }) =>
      path === '/v1/cluster' ? { status: 500, value: rejection('AERO_STORAGE_FAILED') } : undefined,
    );
    assert.equal(
      errorOf(await (await kernelOf(clusterOf([refusing.url, willing.url]))).readWal(N2)).code,
      'AERO_UNAUTHENTICATED',
    );
    assert.deepEqual(
      willing.received.map(({ path }) => path),
      ['/v1/cluster'],
    );
  });

  it('a node that cannot say who it is speaks for itself', async () => {
    const booting = await kernelServer(N1, { [N1]: 'http://10.0.0.1:1' }, ({ path }) =>
      path === '/v1/status' ? { status: 503, value: rejection('AERO_NOT_READY') } : undefined,
    );
    const error = errorOf(await (await kernelOf(clusterOf([booting.url]))).readWal(N1));
    assert.equal(error.code, 'AERO_NOT_READY');
    assert.equal(error.message, 'The kernel says AERO_NOT_READY.');
  });

  it("also P7-E3: a rejection that is larger than any kernel's is none", async () => {
    const server = await kernelServer(N1, {}, () => ({
      status: 403,
      value: rejection('AERO_FORBIDDEN', 'not_executed', 'x'.repeat(1024 * 1024)),
    }));
    const error = errorOf(await (await kernelOf(clusterOf([server.url]))).readCluster());
    assert.equal(error.code, 'PHASE7_INVALID_KERNEL_RESPONSE');
    assert.match(error.message, /its body is larger than 1048576 bytes; status 403/);
  });

  it('brackets inside of a text are text', async () => {
    const name = `"${'[{'.repeat(100)}\\"`;
    const server = await kernelServer(N1, {}, request =>
      bent(truthful(N1, request), ({ data }) => {
        data['name'] = name;
      }),
    );
    assert.equal(valueOf(await (await kernelOf(clusterOf([server.url]))).readCluster()).view.name, name);
  });

  it('says that a node is unknown, and to whom', async () => {
    const one = await kernelServer(N1);
    const nobody = '99999999-9999-4999-8999-999999999999';
    const error = errorOf(await (await kernelOf(clusterOf([one.url]))).readNode(nobody));
    assert.equal(error.domain, 'OPERATOR_INPUT');
    assert.equal(error.code, 'PHASE7_INVALID_NODE_ID');
    assert.equal(error.field, 'node');
    assert.equal(
      error.message,
      `${nobody} is not a node of cluster "orders", says node ${N1} at ${one.url}, and no configured endpoint is ` +
        `that node (${one.url}: is node ${N1}). Nothing was sent to it.`,
    );
  });

  for (const [name, read] of Object.entries(READS)) {
    if (name === 'readCluster' || name === 'readReplication') continue;
    it(`also P7-E2: ${name} accepts no other node's answer in place of the asked node's`, async () => {
      const urls: Record<string, string> = {};
      const server = await kernelServer(N2, urls, request =>
        request.path === '/v1/cluster' || request.path === '/v1/status'
          ? undefined
          : bent(truthful(N2, request, urls), answer => {
              answer.observed_at['node_id'] = N3;
            }),
      );
      const error = errorOf(await read(await kernelOf(clusterOf([server.url])), N2, server.url));
      assert.equal(error.code, 'PHASE7_INVALID_KERNEL_RESPONSE');
      assert.equal(
        error.message,
        `${server.url}: node ${N3} answered where node ${N2} was asked. It was a read; nothing was executed.`,
      );
    });
  }

  it('also P7-E2: an answer to another question is refused', async () => {
    const urls: Record<string, string> = {};
    const answers: Record<string, (data: Record<string, unknown>) => void> = {
      '/v1/nodes': data => {
        data['node_id'] = N3;
      },
      '/v1/promotion': data => {
        data['request'] = { request_id: N3, known: false, outcome: null, code: null };
      },
      '/v1/explain/promotion': data => {
        data['mode'] = 'forced';
      },
      '/v1/explain/demotion': data => {
        data['target'] = N3;
      },
    };
    const server = await kernelServer(N2, urls, request => {
      const [, change] = Object.entries(answers).find(([path]) => request.path.startsWith(path)) ?? [];
      return change === undefined ? undefined : bent(truthful(N2, request, urls), ({ data }) => change(data));
    });
    const kernel = await kernelOf(clusterOf([server.url]));
    for (const name of ['readNode', 'readPromotion', 'explainPromotion', 'explainDemotion'] as const) {
      assert.equal(errorOf(await READS[name](kernel, N2, server.url)).code, 'PHASE7_INVALID_KERNEL_RESPONSE', name);
    }
  });

  it('set/whole, also P7-D1: a missing or wrong value refuses the whole answer; unknown keys do not', async () => {
    const OPTIONAL = new Set(['mode', 'checkpoints', 'next_before', 'total']);
    const paths: readonly (readonly [keyof typeof READS, string])[] = [
      ['readCluster', '/v1/cluster'],
      ['readReplication', '/v1/replication'],
      ['readWal', '/v1/wal'],
      ['readSnapshots', '/v1/snapshots'],
      ['collectDiagnostics', '/v1/diagnostics'],
      ['explainDemotion', '/v1/explain/demotion'],
    ];
    for (const [name, path] of paths) {
      const keys = Object.keys(dataOf(path, N2, {}) as object).filter(key => !OPTIONAL.has(key));
      for (const key of [...keys, 'an unknown key']) {
        const urls: Record<string, string> = {};
        const server = await kernelServer(N2, urls, request =>
          request.path.startsWith(path) && !request.path.startsWith(`${path}/`)
            ? bent(truthful(N2, request, urls), ({ data }) => {
                if (key in data) Reflect.deleteProperty(data, key);
                else data[key] = 1;
              })
            : undefined,
        );
        const result = await READS[name](await kernelOf(clusterOf([server.url])), N2, server.url);
        if (key === 'an unknown key')
          assert.equal(
            JSON.stringify(valueOf(result), (_key, value: unknown) =>
              typeof value === 'bigint' ? String(value) : value,
            ).includes(key),
            false,
          );
        else if (!result.ok || path !== '/v1/cluster')
          assert.match(
            errorOf(result).message,
            new RegExp(`not a valid answer: data\\.${key}: `),
            `${name} without ${key}`,
          );
        else assert.fail(`${name} was accepted without ${key}`);
        await server.close();
      }
    }
  });

  it('also P7-D1: 64-bit values are exact or refused', async () => {
    for (const [given, expected] of [
      ['0', 0n],
      [0, 0n],
      [9007199254740991, 9007199254740991n],
      ['18446744073709551615', 18446744073709551615n],
    ] as const) {
      const server = await kernelServer(N1, {}, request =>
        bent(truthful(N1, request), ({ data }) => {
          data['epoch'] = given;
        }),
      );
      assert.equal(valueOf(await (await kernelOf(clusterOf([server.url]))).readCluster()).view.epoch, expected);
    }
    for (const given of [
      '9007199254740993e0',
      '9007199254740992',
      '-1',
      '1.5',
      '"-1"',
      '"01"',
      '"1.0"',
      '""',
      '" 1"',
      '"0x1"',
      '"18446744073709551616"',
      '"99999999999999999999999"',
      'null',
      '[]',
      'true',
    ]) {
      const text = JSON.stringify(
        envelope(N1, { ...(dataOf('/v1/cluster', N1, {}) as object), epoch: 'EPOCH' }),
      ).replace('"EPOCH"', given);
      const server = await answeringBytes(() => jsonBytes(200, text));
      const error = errorOf(await (await kernelOf(clusterOf([server.url]))).readCluster());
      assert.equal(error.code, 'PHASE7_INVALID_KERNEL_RESPONSE', given);
      assert.match(error.message, /data\.epoch/);
    }
  });

  it('also P7-D1: a node that is named twice is refused', async () => {
    for (const [read, path, key] of [
      ['readCluster', '/v1/cluster', 'members'],
      ['readReplication', '/v1/replication', 'replicas'],
      ['explainDemotion', '/v1/explain/demotion', 'members'],
    ] as const) {
      const urls: Record<string, string> = {};
      const server = await kernelServer(N2, urls, request =>
        request.path.startsWith(path)
          ? bent(truthful(N2, request, urls), ({ data }) => {
              data[key] = [...(data[key] as unknown[]), (data[key] as unknown[])[1]];
            })
          : undefined,
      );
      assert.match(
        errorOf(await READS[read](await kernelOf(clusterOf([server.url])), N2, server.url)).message,
        /names a node twice/,
      );
    }
  });

  it('carries a cluster of ten thousand members', async () => {
    const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const members = Array.from({ length: 10_000 }, (_, n) => member(id(n), `https://node-${n}.example:9191`));
    const server = await kernelServer(N1, {}, request =>
      bent(truthful(N1, request), ({ data }) => {
        data['members'] = members;
      }),
    );
    assert.equal(
      valueOf(await (await kernelOf(clusterOf([server.url]), undefined, { ...PATIENT, readMs: 20_000 })).readCluster())
        .view.members.length,
      10_000,
    );
  });

  it('shows a state that the kernel does not know as unknown', async () => {
    const server = await kernelServer(N1, {}, request =>
      bent(truthful(N1, request), ({ data }) => {
        data['members'] = [{ ...member(N1, 'http://x'), replication_state: null }];
      }),
    );
    assert.equal(
      valueOf(await (await kernelOf(clusterOf([server.url]))).readCluster()).view.members[0]?.replicationState,
      'unknown',
    );
  });

  it("also freeze/secrets: AeroDB's diagnostics show what is known to be harmless, and withhold everything else by name", async () => {
    const told = [
      {
        name: 'status',
        entries: [
          { key: 'node_id', value: N2 },
          { key: 'started_at', value: '2026-11-21T10:00:00.000Z' },
          { key: 'control_version', value: '18446744073709551615' },
          { key: 'role', value: 'canary==/token' },
        ],
      },
      {
        name: 'storage',
        entries: [
          { key: 'directory', value: '/var/lib/aerodb/node-2' },
          { key: 'bytes', value: '4096' },
          { key: 'backup_command', value: 'push --token canary' },
          { key: 'canary=x', value: '1' },
        ],
      },
      { name: 'canary=x', entries: [] },
    ];
    const server = await kernelServer(N2, {}, request =>
      request.path === '/v1/diagnostics' ? { status: 200, value: envelope(N2, { sections: told }) } : undefined,
    );
    const read = valueOf(await (await kernelOf(clusterOf([server.url]))).collectDiagnostics(N2, server.url));
    assert.deepEqual(read.redacted, ['status.role', 'storage.backup_command', 'storage.[withheld]']);
    assert.deepEqual(
      read.view.sections.flatMap(({ entries }) => entries.map(({ value }) => value)),
      [
        N2,
        '2026-11-21T10:00:00.000Z',
        '18446744073709551615',
        '[withheld]',
        '/var/lib/aerodb/node-2',
        '4096',
        '[withheld]',
        '[withheld]',
      ],
    );
    assert.match(
      read.notes.join(),
      /Withheld, because it is not on the list of what is known to be harmless: status\.role, storage\.backup_command/,
    );
    assert.doesNotMatch(
      JSON.stringify(read, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
      /canary/,
    );
  });

  it('keeps a prefix of the configured address', async () => {
    const server = await httpServer((request, response) =>
      json(response, 200, truthful(N1, { ...request, path: request.path.replace('/aero', '') }).value),
    );
    assert.equal(
      valueOf(await (await kernelOf(clusterOf([`${server.url}/aero/`]))).readCluster()).endpoint,
      `${server.url}/aero/`,
    );
    assert.equal(server.received[0]?.path, '/aero/v1/cluster');
  });
});
