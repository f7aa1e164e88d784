/** Tests TLS against real servers: which certificates are accepted, and how a refusal is reported. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import tlsModule, { createServer as createTlsServer, type ConnectionOptions, type TlsOptions } from 'node:tls';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import { temporaryFolder } from '../support/folders.ts';
import { pattern } from '../support/pattern.ts';
import { issue, type Issued } from '../support/certificates.ts';
import { closeAll, json, listen, receive, truthful, type HttpRunning, type Received } from '../support/servers.ts';
import { clusterOf, CONTROLS, errorOf, kernelOf, N2, valueOf } from '../support/wire.ts';

const DAY = 24 * 60 * 60 * 1000;

const PYTHON = `
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[2])
context.load_verify_locations(sys.argv[3])
context.verify_mode = ssl.CERT_REQUIRED
context.maximum_version = getattr(ssl.TLSVersion, sys.argv[1])
listening = socket.socket()
listening.bind(('127.0.0.1', 0))
listening.listen()
print(listening.getsockname()[1], flush=True)
while True:
    accepted, _ = listening.accept()
    try:
        with context.wrap_socket(accepted, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(b'HTTP/1.0 501 No\\r\\ncontent-length: 0\\r\\n\\r\\n')
    except OSError:
        accepted.close()
`;

/** A server in Python that wants a client certificate of `ca`, over the one version of TLS. */
async function pythonServer(
  version: string,
  identity: string,
  ca: string,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const child = spawn('python3', ['-c', PYTHON, version, identity, ca], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return { url: `https://127.0.0.1:${port.trim()}`, close: () => child.kill() };
}

describe('TLS', () => {
  let folder = '';
  const ca = issue({ name: "the cluster's own CA", ca: true });
  const otherCa = issue({ name: 'another CA', ca: true });
  const good = issue({ name: 'db', issuer: ca, ip: ['127.0.0.1'], dns: ['db.example'] });

  before(() => {
    folder = temporaryFolder('tls-');
  });
  afterEach(closeAll);

  function file(name: string, content: string | Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  const caFile = (): string => file('ca.pem', ca.cert);

  async function tlsKernel({ cert, key }: Issued, options: TlsOptions = {}): Promise<HttpRunning> {
    const received: Received[] = [];
    const server = createHttpsServer(
      { cert, key, ...options },
      (request, response) =>
        void receive(request).then(whole => {
          received.push(whole);
          const answer = truthful(N2, whole);
          json(response, answer.status, answer.value);
        }),
    );
    server.on('tlsClientError', () => undefined);
    return { ...(await listen(server, '127.0.0.1', 'https')), received };
  }

  async function refused(server: HttpRunning, tls: ClusterConfig['tls'], reason: RegExp): Promise<void> {
    const kernel = await kernelOf(clusterOf([server.url], tls), 'canary-token-0123456789');
    for (const result of [await CONTROLS.promote(kernel, N2, server.url), await kernel.readCluster()]) {
      const error = errorOf(result);
      assert.equal(error.code, 'PHASE7_CONNECTION_FAILED');
      assert.equal(error.outcome, 'not_executed');
      assert.match(error.message, reason);
    }
    assert.equal(server.received.length, 0, 'nothing was sent, the token neither');
  }

  it("also P7-F1: the cluster's own CA is accepted, and with it only what it signed", async () => {
    const server = await tlsKernel(good);
    const kernel = await kernelOf(clusterOf([server.url], { ca: caFile() }), 'canary-token-0123456789');
    valueOf(await CONTROLS.promote(kernel, N2, server.url));
    valueOf(await kernel.readWal(N2));
    assert.equal(server.received[0]?.headers.authorization, 'Bearer canary-token-0123456789');
    await refused(
      await tlsKernel(good),
      { ca: file('other.pem', otherCa.cert) },
      /unable to verify the first certificate|unable to get local issuer certificate/,
    );
    await refused(
      await tlsKernel(good),
      undefined,
      /unable to verify the first certificate|unable to get local issuer certificate/,
    );
  });

  it("also P7-F1: an extension host that adds the machine's CAs to what names none adds nothing to a configured CA", async () => {
    const { connect: original } = tlsModule;
    let touched = 0;
    // As VS Code does it under http.experimental.systemCertificatesV2, with another CA in the place of the machine's.
    tlsModule.connect = ((options: ConnectionOptions, listener?: () => void) => {
      if (options.ca === undefined) {
        touched += 1;
        (options.secureContext?.context as { addCACert(pem: string): void } | undefined)?.addCACert(otherCa.cert);
      }
      return original(options, listener);
    }) as typeof original;
    try {
      const other = issue({ name: 'db', issuer: otherCa, ip: ['127.0.0.1'] });
      valueOf(await (await kernelOf(clusterOf([(await tlsKernel(other)).url]))).readCluster());
      assert.equal(touched, 1, "without a configured CA the machine's count");
      await refused(
        await tlsKernel(other),
        { ca: caFile() },
        /unable to verify the first certificate|unable to get local issuer certificate/,
      );
      valueOf(await (await kernelOf(clusterOf([(await tlsKernel(good)).url], { ca: caFile() }))).readCluster());
    } finally {
      tlsModule.connect = original;
    }
  });

  it('freeze/transport, also P7-F1: expired, not yet valid, self-signed and wrong-host certificates are refused with the reason, and so is plain HTTP', async () => {
    const tls = { ca: caFile() };
    const issued = { name: 'db', issuer: ca, ip: ['127.0.0.1'] };
    await refused(
      await tlsKernel(
        issue({ ...issued, notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) }),
      ),
      tls,
      /certificate has expired, CERT_HAS_EXPIRED/,
    );
    await refused(
      await tlsKernel(
        issue({ ...issued, notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 9 * DAY) }),
      ),
      tls,
      /certificate is not yet valid/,
    );
    await refused(await tlsKernel(issue({ name: 'db', ip: ['127.0.0.1'] })), tls, /self-signed certificate/);
    await refused(
      await tlsKernel(issue({ ...issued, ip: ['127.0.0.2'] })),
      tls,
      /IP: 127\.0\.0\.1 is not in the cert's list: 127\.0\.0\.2/,
    );
    await refused(
      await tlsKernel(issue({ name: '127.0.0.1', issuer: ca, dns: ['elsewhere.example'] })),
      tls,
      /not in the cert's list/,
    );
    const plain = await connect(clusterOf(['http://db.example:9191']), { timeouts: DEFAULT_TIMEOUTS });
    assert.equal(errorOf(plain).code, 'PHASE7_INSECURE_TRANSPORT');
  });

  it('also P7-F1, freeze/transport: the environment cannot switch verification off', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    const listeners = process.listeners('warning');
    process.removeAllListeners('warning');
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await refused(await tlsKernel(issue({ name: 'db', ip: ['127.0.0.1'] })), undefined, /self-signed certificate/);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      for (const listener of listeners) process.on('warning', listener);
    }
  });

  it('also P7-F1: a configured server name is what the certificate has to carry', async () => {
    const named = issue({ name: 'db', issuer: ca, dns: ['db.example'] });
    const names: (string | false)[] = [];
    const server = await tlsKernel(named, {
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    valueOf(await (await kernelOf(clusterOf([server.url], { ca: caFile(), serverName: 'db.example' }))).readCluster());
    assert.deepEqual(names, ['db.example']);
    await refused(
      await tlsKernel(named),
      { ca: caFile(), serverName: 'other.example' },
      /other\.example\. is not in the cert's altnames/,
    );
  });

  it('also P7-F1: the server name of an endpoint goes before that of the cluster, and counts at that endpoint alone', async () => {
    const [one, two] = [
      await tlsKernel(issue({ name: 'db1', issuer: ca, dns: ['db1.example'] })),
      await tlsKernel(issue({ name: 'db2', issuer: ca, dns: ['db2.example'] })),
    ];
    const at = (url: string, serverName: string): { readonly url: string; readonly serverName: string } => ({
      url,
      serverName,
    });
    const read = async (...endpoints: ClusterConfig['endpoints']): Promise<string> => {
      const result = await (
        await kernelOf({ ...clusterOf([], { ca: caFile(), serverName: 'db2.example' }), endpoints })
      ).readCluster();
      return result.ok ? result.value.endpoint : result.error.message;
    };
    assert.equal(await read(at(one.url, 'db1.example')), one.url);
    assert.equal(await read(two.url), two.url, 'the name of the cluster where the endpoint has none');
    assert.match(await read(at(two.url, 'db1.example')), /db1\.example\. is not in the cert's altnames/u);
  });

  it('also P7-F1: a client certificate is presented where one is configured, and its lack is an error', async () => {
    const client = issue({ name: 'operator', issuer: ca });
    const tls = { ca: caFile(), cert: file('client.pem', client.cert), key: file('client.key', client.key) };
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await tlsKernel(good, { ca: ca.cert, requestCert: true, rejectUnauthorized: true, maxVersion });
      const kernel = await kernelOf(clusterOf([server.url], tls));
      valueOf(await CONTROLS.demote(kernel, N2, server.url));
      assert.equal(server.received.length, 1);
      const without = errorOf(
        await CONTROLS.demote(await kernelOf(clusterOf([server.url], { ca: tls.ca })), N2, server.url),
      );
      // In TLS 1.3 the client has finished, and sends, before the server judges its certificate: only a connection
      // never made is proof.
      assert.equal(without.outcome, maxVersion === 'TLSv1.2' ? 'not_executed' : 'unknown');
      assert.equal(without.domain, 'TRANSPORT_ERROR');
      assert.equal(server.received.length, 1);
    }
    const wrongKey = errorOf(
      await connect(clusterOf(['https://db.example'], { ...tls, key: file('wrong.key', good.key) }), {
        timeouts: DEFAULT_TIMEOUTS,
      }),
    );
    assert.match(wrongKey.message, /wrong\.key cannot be used with the certificate .*client\.pem: key values mismatch/);
    assert.equal(JSON.stringify(wrongKey).includes(good.key.split('\n')[1] ?? 'BEGIN'), false);
  });

  it(
    'also P7-F1: what people cannot guess is said as what it is: a client certificate that the server wants, or does ' +
      'not accept, whatever the version of TLS',
    async () => {
      if (spawnSync('python3', ['--version']).status !== 0) {
        process.stderr.write(
          '      THERE IS NO PYTHON HERE: A SERVER THAT DOES NOT ACCEPT A CLIENT CERTIFICATE IS NOT TESTED\n',
        );
        return;
      }
      const alien = issue({ name: 'operator', issuer: otherCa });
      const with_ = (one: Issued): ClusterConfig['tls'] => ({
        ca: caFile(),
        cert: file('alien.pem', one.cert),
        key: file('alien.key', one.key),
      });
      for (const version of ['TLSv1_2', 'TLSv1_3'] as const) {
        // As Patroni's own server has it, in Python: it judges the certificate, and says what it thinks of it.
        const server = await pythonServer(version, file('server.pem', good.cert + good.key), caFile());
        try {
          const reason = async (tls: ClusterConfig['tls']): Promise<string> =>
            errorOf(await (await kernelOf(clusterOf([server.url], tls))).readCluster()).message;
          assert.match(
            await reason({ ca: caFile() }),
            /wants a client certificate, and none is configured in "tls\.cert": /,
            version,
          );
          assert.match(
            await reason(with_(alien)),
            /the server does not accept the client certificate of "tls\.cert": .*unknown ca/,
            version,
          );
          assert.match(
            await reason(with_(issue({ name: 'operator', issuer: ca }))),
            /status 501|not a kernel's answer/,
            version,
          );
        } finally {
          server.close();
        }
      }
    },
  );

  it(
    'also P7-F1: what people cannot guess is said as what it is: a key with a passphrase, a byte-order mark, ' +
      'UTF-16, a key in the place of its path',
    async () => {
      const { cert, key } = issue({ name: 'operator', issuer: ca });
      const guarded = (type: 'pkcs8' | 'sec1'): string =>
        String(
          createPrivateKey(key).export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'canary-phrase' }),
        );
      const tls = { ca: caFile(), cert: file('client.pem', cert), key: file('client.key', key) };
      const rows: readonly (readonly [ClusterConfig['tls'], string, RegExp])[] = [
        ...(createPrivateKey(key).asymmetricKeyType === 'ec' ? (['pkcs8', 'sec1'] as const) : (['pkcs8'] as const)).map(
          type =>
            [
              { ...tls, key: file('guarded.key', guarded(type)) },
              'tls.key',
              /guarded\.key is protected by a passphrase\. None is asked for/,
            ] as const,
        ),
        ...(['ca', 'cert', 'key'] as const).flatMap(part => {
          const content = { ca: ca.cert, cert, key }[part];
          return [
            [
              { ...tls, [part]: file(`marked-${part}.pem`, `\ufeff${content}`) },
              `tls.${part}`,
              /marked-\w+\.pem \(\w+\) begins with a byte-order mark \(U\+FEFF\)/,
            ],
            [
              { ...tls, [part]: file(`wide-${part}.pem`, Buffer.from(`\ufeff${content}`, 'utf16le')) },
              `tls.${part}`,
              /wide-\w+\.pem \(\w+\) cannot be read: it is written in UTF-16/,
            ],
            [
              { ...tls, [part]: content },
              `tls.${part}`,
              pattern(
                /^tls\.\w+: what was given is withheld: it is the text of a key or /,
                /a certificate, and the path of the file that holds it belongs there/,
              ),
            ],
          ] as const;
        }),
      ];
      for (const [configured, field, message] of rows) {
        const error = errorOf(
          await connect(clusterOf(['https://db.example'], configured), { timeouts: DEFAULT_TIMEOUTS }),
        );
        assert.deepEqual([error.code, error.field], ['PHASE7_MALFORMED_REQUEST', field]);
        assert.match(error.message, message);
        assert.match(error.message, /Nothing was sent\.$/);
        assert.doesNotMatch(error.message, /canary|BEGIN/);
        for (const line of key.split('\n').filter(each => each.length > 20 && !each.includes('-----')))
          assert.ok(!error.message.includes(line));
      }
    },
  );

  it('also P7-F1, freeze/transport: TLS below 1.2 is refused', async () => {
    const server = await tlsKernel(good, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    await refused(
      server,
      { ca: caFile() },
      /no connection \(.*(protocol version|unsupported protocol|no protocols available)/,
    );
  });

  it('also P7-F3: a TLS server that speaks before it is asked gets one connection', async () => {
    for (const last of [false, true]) {
      let connections = 0;
      const server = createTlsServer({ cert: good.cert, key: good.key }, socket => {
        connections++;
        socket.on('error', () => undefined);
        if (last) socket.end('220 mail.example ESMTP\r\n');
        else socket.write('220 mail.example ESMTP\r\n');
      });
      server.on('tlsClientError', () => undefined);
      const running = await listen(server, '127.0.0.1', 'https');
      for (let n = 1; n <= 20; n++) {
        const error = errorOf(
          await CONTROLS.promote(await kernelOf(clusterOf([running.url], { ca: caFile() })), N2, running.url),
        );
        assert.equal(error.outcome, 'unknown');
        assert.equal(connections, n);
      }
    }
  });
});
