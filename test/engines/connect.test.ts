/** Tests how the boundary is set up for a cluster: nobody is contacted, and wrong configuration is refused. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../scripts/lib/processes.mjs';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import type { DatabaseLogin, PatroniCluster } from '../../src/engines/patroni/login.ts';
import { temporaryFolder } from '../support/folders.ts';
import { answeringBytes, closeAll, closedPort, kernelServer, rawServer } from '../support/servers.ts';
import { clusterOf, CONTROLS, errorOf, PATIENT, kernelOf, N1, N2, READS, valueOf } from '../support/wire.ts';

const OPTIONS = { timeouts: DEFAULT_TIMEOUTS };

function withDatabase(cluster: PatroniCluster, database: DatabaseLogin): PatroniCluster {
  return { ...cluster, database };
}

describe('connecting to a cluster', () => {
  let folder = '';
  before(() => {
    folder = temporaryFolder('connect-');
  });
  afterEach(closeAll);

  it('also P7-A1: contacts nobody', async () => {
    const server = await kernelServer(N1);
    valueOf(await connect(clusterOf([server.url]), OPTIONS));
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(server.received.length, 0);
  });

  it('also P7-F1, freeze/transport: plain HTTP to another machine, and credentials in an address, are refused once more', async () => {
    const insecure = errorOf(await connect(clusterOf(['http://127.0.0.1:1', 'http://10.0.0.1:9191']), OPTIONS));
    assert.equal(insecure.code, 'PHASE7_INSECURE_TRANSPORT');
    assert.equal(insecure.outcome, 'not_executed');
    const credentials = errorOf(await connect(clusterOf(['https://ann:canary-password@db.example']), OPTIONS));
    assert.equal(credentials.code, 'PHASE7_MALFORMED_REQUEST');
    assert.doesNotMatch(JSON.stringify(credentials), /canary/);
  });

  it('also P7-S3: a database login is for a Patroni cluster only, and its addresses are host:port', async () => {
    const database = { user: 'monitor', addresses: ['127.0.0.1:5432'] };
    assert.equal(
      errorOf(await connect(withDatabase(clusterOf(['http://127.0.0.1:8008']), database), OPTIONS)).field,
      'database',
    );
    const patroni = { ...clusterOf(['http://127.0.0.1:8008']), kind: 'patroni' } as const;
    for (const address of [
      '127.0.0.1',
      'monitor@127.0.0.1:5432',
      'postgres://127.0.0.1:5432',
      '127.0.0.1:0',
      '127.0.0.1:65536',
      '::1:5432',
      '127.0.0.1:5432/x',
    ]) {
      assert.equal(
        errorOf(await connect(withDatabase(patroni, { ...database, addresses: [address] }), OPTIONS)).field,
        'database.addresses.0',
        address,
      );
    }
    for (const address of ['127.0.0.1:5432', 'db-1.example:65535', '[::1]:5432'])
      valueOf(await connect(withDatabase(patroni, { ...database, addresses: [address] }), OPTIONS));
  });

  it('also P7-F1: the access to a Patroni cluster is a user:password, and nothing of it is told when it is not', async () => {
    const patroni = { ...clusterOf(['http://127.0.0.1:8008']), kind: 'patroni' } as const;
    for (const token of ['canary', ':canary', 'canary:', 'ca:nary\n', '']) {
      const error = errorOf(await connect(patroni, { ...OPTIONS, secrets: { token } }));
      assert.deepEqual([error.code, error.field], ['PHASE7_MALFORMED_REQUEST', 'token']);
      assert.doesNotMatch(error.message, /canary|nary/);
    }
    for (const token of ['admin:secret', 'admin:with:colon', 'ädmin:pässword with spaces'])
      valueOf(await connect(patroni, { ...OPTIONS, secrets: { token } }));
  });

  it('also P7-F1: a TLS file that cannot be used is named, and nothing of it is told', async () => {
    const path = (name: string): string => join(folder, name);
    writeFileSync(path('garbage'), 'canary-file-content');
    writeFileSync(path('large'), Buffer.alloc(1024 * 1024 + 1));
    mkdirSync(path('folder'));
    const rows: readonly (readonly [Parameters<typeof clusterOf>[1], string, RegExp])[] = [
      [{ ca: path('missing') }, 'tls.ca', /missing \(ca\) cannot be read: ENOENT/],
      [{ ca: path('folder') }, 'tls.ca', /folder \(ca\) cannot be read: it is not a regular file/],
      [{ ca: '/dev/zero' }, 'tls.ca', /\/dev\/zero \(ca\) cannot be read: it is not a regular file/],
      [{ ca: path('large') }, 'tls.ca', /large \(ca\) cannot be read: it is larger/],
      [{ ca: path('garbage') }, 'tls.ca', /garbage \(ca\) holds no PEM certificate/],
      [{ cert: path('garbage'), key: path('garbage') }, 'tls.cert', /garbage \(cert\) cannot be used: no start line/],
      [{ cert: path('garbage') }, 'tls', /needs both "cert" and "key"/],
      [{ key: path('garbage') }, 'tls', /needs both "cert" and "key"/],
    ];
    for (const [tls, field, message] of rows) {
      const error = errorOf(await connect(clusterOf(['https://db.example'], tls), OPTIONS));
      assert.equal(error.code, 'PHASE7_MALFORMED_REQUEST');
      assert.equal(error.field, field);
      assert.match(error.message, message);
      assert.match(error.message, /Nothing was sent\.$/);
      assert.doesNotMatch(error.message, /canary/);
    }
  });

  it('refuses a token that no header can carry without repeating it, and time limits that are none', async () => {
    for (const token of ['', 'canary token', 'canary\r\nx-injected: 1', 'canary-ü']) {
      const error = errorOf(await connect(clusterOf(['http://127.0.0.1:1']), { ...OPTIONS, secrets: { token } }));
      assert.equal(error.field, 'token');
      assert.doesNotMatch(JSON.stringify(error), /canary/);
    }
    for (const value of [0, -1, 1.5, NaN, Infinity]) {
      assert.equal(
        errorOf(await connect(clusterOf(['http://127.0.0.1:1']), { timeouts: { ...DEFAULT_TIMEOUTS, readMs: value } }))
          .field,
        'readMs',
      );
    }
  });

  it("freeze/shared, also P7-S2: loading and using the boundary leaves the host's global dispatcher as it is", async () => {
    const server = await kernelServer(N1);
    const file = new URL('../../src/engines/connect.ts', import.meta.url).href;
    const cluster = { name: 'x', kind: 'aerodb', endpoints: [server.url] };
    const timeouts = { connectMs: 500, readMs: 2000, controlMs: 2000 };
    const script = `
      const symbols = () => Object.getOwnPropertySymbols(globalThis).map(String).sort().join();
      const before = symbols();
      const { connect } = await import(${JSON.stringify(file)});
      const kernel = await connect(${JSON.stringify(cluster)}, ${JSON.stringify({ timeouts })});
      const read = await kernel.value.readCluster();
      const found = Object.getOwnPropertySymbols(globalThis).filter((symbol) => String(symbol).includes('undici'));
      console.log(JSON.stringify({ ok: read.ok, same: symbols() === before, found: found.map(String) }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    assert.deepEqual(JSON.parse(stdout), { ok: true, same: true, found: [] });
  });

  it('also P7-S3, freeze/addresses: a proxy of the environment is not used', async () => {
    const proxy = await kernelServer(N1);
    const dead = await closedPort();
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    const before = names.map(name => process.env[name]);
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url;
    try {
      assert.equal(
        errorOf(await (await kernelOf(clusterOf([dead.url]))).readCluster()).code,
        'PHASE7_CONNECTION_FAILED',
      );
    } finally {
      names.forEach((name, index) => {
        const value = before[index];
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      });
    }
    assert.equal(proxy.received.length, 0);
  });

  it('also P7-S2: undici is imported in one file, and only the three files of it that touch no global', () => {
    const root = new URL('../../src/', import.meta.url);
    const imports = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .flatMap(name =>
        [
          ...readFileSync(new URL(name, root), 'utf8').matchAll(/(?:from|import|require)[\s(]*['"](undici[^'"]*)['"]/g),
        ].map(([, what]) => `${name}: ${String(what)}`),
      );
    assert.deepEqual(imports.sort(), [
      'engines/http/http.ts: undici/lib/api/api-request.js',
      'engines/http/http.ts: undici/lib/core/connect.js',
      'engines/http/http.ts: undici/lib/dispatcher/client.js',
    ]);
  });
});

describe('limits of an answer', () => {
  afterEach(closeAll);

  it('also P7-F1: a body of 100 MB is given up at the limit', async () => {
    let written = 0;
    const server = await rawServer(socket =>
      socket.once('data', () => {
        const total = 100 * 1024 * 1024;
        socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${total}\r\n\r\n`);
        const chunk = Buffer.alloc(64 * 1024, 0x20);
        const more = (): void => {
          while (!socket.destroyed && written < total) {
            written += chunk.length;
            if (!socket.write(chunk)) return void socket.once('drain', more);
          }
        };
        more();
      }),
    );
    const error = errorOf(
      await (await kernelOf(clusterOf([server.url]), undefined, { ...PATIENT, readMs: 20_000 })).readCluster(),
    );
    assert.equal(error.code, 'PHASE7_INVALID_KERNEL_RESPONSE');
    assert.match(error.message, /the answer is larger than 16777216 bytes/);
    assert.ok(written < 40 * 1024 * 1024, `${written} bytes were taken`);
  });

  it('also P7-F1: an endless body, an endless drip and endless headers end in time', async () => {
    const endless: readonly ((write: (text: string) => void) => void)[] = [
      write => write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'),
      write => write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{'),
      write => write('HTTP/1.1 200 OK\r\nx-'),
      write => write('HTTP/1.1 1'),
      () => undefined,
    ];
    for (const begin of endless) {
      const server = await rawServer(socket =>
        socket.once('data', () => {
          begin(text => socket.write(text));
          const drip = setInterval(() => socket.write('1\r\n \r\n'.slice(0, 1)), 10);
          socket.on('close', () => clearInterval(drip));
        }),
      );
      const kernel = await kernelOf(clusterOf([server.url]), undefined, { ...PATIENT, readMs: 200, controlMs: 200 });
      for (const result of [await kernel.readCluster(), await CONTROLS.promote(kernel, N2, server.url)]) {
        const error = errorOf(result);
        assert.ok(['PHASE7_TIMEOUT', 'PHASE7_INVALID_KERNEL_RESPONSE'].includes(error.code), error.message);
      }
      await server.close();
    }
    const hints = await rawServer(socket =>
      socket.once('data', () => {
        const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 5);
        socket.on('close', () => clearInterval(drip));
      }),
    );
    assert.equal(
      errorOf(await (await kernelOf(clusterOf([hints.url]), undefined, { ...PATIENT, readMs: 200 })).readCluster())
        .code,
      'PHASE7_TIMEOUT',
    );
  });

  it('also P7-F1: millions of wrong values cost one complaint', async () => {
    const head = JSON.stringify({
      api_version: 'v1',
      observed_at: {
        snapshot: 'live',
        commit_id: null,
        control_version: null,
        node_id: N1,
        time: '2026-11-21T10:00:00Z',
        clock: 'c',
      },
      notes: [],
    });
    const data = JSON.stringify({ cluster_id: 'c', name: 'n', epoch: '1', primary_id: null });
    const members = `[${'1,'.repeat(7_000_000)}1]`;
    const body = `${head.slice(0, -1)},"data":${data.slice(0, -1)},"members":${members}}}`;
    const server = await answeringBytes(
      () => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const error = errorOf(
      await (await kernelOf(clusterOf([server.url]), undefined, { ...PATIENT, readMs: 30_000 })).readCluster(),
    );
    assert.match(error.message, /data\.members\.0: Invalid input/);
  });

  it('also P7-F1: an address that swallows packets is given up within the time to connect', async () => {
    const started = performance.now();
    const dead = await closedPort();
    // 192.0.2.0/24 is for documentation: nobody answers there. Where the network says so at once, that is a failure to
    // connect too.
    const kernel = await kernelOf(clusterOf(['https://192.0.2.1:9', dead.url]), undefined, {
      connectMs: 300,
      readMs: 5_000,
      controlMs: 5_000,
    });
    const error = errorOf(await READS.readCluster(kernel, N1, dead.url));
    assert.equal(error.code, 'PHASE7_CONNECTION_FAILED');
    assert.match(error.message, /192\.0\.2\.1:9: no connection \(/);
    assert.ok(performance.now() - started < 30_000, 'the system itself would wait for two minutes');
  });

  it('also P7-S1: a thousand reads leave no socket and no timer behind', async () => {
    const server = await kernelServer(N1);
    const kernel = await kernelOf(clusterOf([server.url]));
    const resources = (): number =>
      process.getActiveResourcesInfo().filter(name => name !== 'TCPServerWrap' && name !== 'PipeWrap').length;
    valueOf(await kernel.readCluster());
    const before = resources();
    for (let n = 0; n < 1_000; n++) valueOf(await kernel.readCluster());
    // The last sockets may still be closing.
    assert.ok(
      await until(() => resources() <= before + 2, { timeout: 10_000 }),
      process.getActiveResourcesInfo().join(),
    );
  });
});
