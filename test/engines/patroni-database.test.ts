/**
 * What stands between this side and PostgreSQL: every byte that it gets before its certificate was verified, and what
 * each of its answers means.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import tlsModule, { TLSSocket, type ConnectionOptions, type TLSSocketOptions } from 'node:tls';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { ControlError } from '../../src/control-plane/model/errors.ts';
import type { Timeouts } from '../../src/engines/connect.ts';
import { temporaryFolder } from '../support/folders.ts';
import { issue, type Issued } from '../support/certificates.ts';
import { cluster, json, type Cluster } from './patroni.ts';
import { closeAll, closedPort, rawServer } from '../support/servers.ts';
import { errorOf, PATIENT } from '../support/wire.ts';

const DAY = 24 * 60 * 60 * 1000;
const PASSWORD = 'canary-password-Zx81';
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');
/** On Linux it leads to this machine, and by its name it does not say so. */
const ELSEWHERE = '0.0.0.0';

/** A message of PostgreSQL. */
function message(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
}

const ASKS_FOR_THE_PASSWORD_IN_THE_CLEAR = message('R', Buffer.from([0, 0, 0, 3]));

function refusal(fields: Readonly<Record<string, string>>): Buffer {
  return message(
    'E',
    Buffer.concat([
      ...Object.entries(fields).map(([field, text]) => Buffer.from(`${field}${text}\0`)),
      Buffer.from([0]),
    ]),
  );
}

describe('the way to PostgreSQL', () => {
  let folder = '';
  const ca = issue({ name: "the cluster's own CA", ca: true });
  const otherCa = issue({ name: 'another CA', ca: true });
  const issued = { name: 'db', issuer: ca, ip: [ELSEWHERE] };

  before(() => {
    folder = temporaryFolder('database-');
  });
  afterEach(closeAll);

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** A cluster whose leader announces PostgreSQL at this host and port. */
  async function at(
    host: string,
    port: number,
    tls?: ClusterConfig['tls'],
    timeouts: Timeouts = PATIENT,
  ): Promise<() => Promise<ControlError>> {
    const demo: Cluster = await cluster({
      database: { user: 'monitor', addresses: [`${host}:${port}`] },
      ...(tls === undefined ? {} : { tls }),
    });
    demo.pg1.answer = ({ path }) => (path === '/cluster' ? json(demo.view({ pg1: { host, port } })) : undefined);
    const kernel = await demo.kernel({ database: PASSWORD, timeouts });
    return async () => errorOf(await kernel.readSnapshots('pg1'));
  }

  /** What takes a connection in PostgreSQL's place, and all that it was told in the clear. */
  async function taking(
    take: (socket: Socket, data: Buffer) => void,
  ): Promise<{ readonly port: number; readonly told: () => Buffer; connections: number }> {
    const told: Buffer[] = [];
    const running = await rawServer(socket => {
      self.connections += 1;
      socket.on('error', () => undefined);
      socket.on('data', data => {
        told.push(data);
        take(socket, data);
      });
    });
    const self = { port: running.port, told: () => Buffer.concat(told), connections: 0 };
    return self;
  }

  /** Agrees to TLS under this certificate; `inside` is what it then heard, `talk` what it says to that. */
  async function behindTls(
    { cert, key }: Issued,
    talk: (socket: TLSSocket, heard: Buffer) => void = socket => socket.write(ASKS_FOR_THE_PASSWORD_IN_THE_CLEAR),
    more: TLSSocketOptions = {},
  ): Promise<{ readonly port: number; readonly inside: () => Buffer }> {
    const inside: Buffer[] = [];
    const server = await rawServer(socket => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('S');
        const secure = new TLSSocket(socket, { isServer: true, cert, key, ...more });
        secure.on('error', () => undefined);
        secure.on('data', (data: Buffer) => {
          inside.push(data);
          talk(secure, data);
        });
      });
    });
    return { port: server.port, inside: () => Buffer.concat(inside) };
  }

  function transport(error: ControlError, code: string, reason: RegExp): void {
    assert.deepEqual(
      [error.domain, error.code, error.outcome],
      ['TRANSPORT_ERROR', code, 'not_executed'],
      error.message,
    );
    assert.match(error.message, reason);
    assert.equal(JSON.stringify(error).includes(PASSWORD), false);
  }

  it(
    'also P7-F1, freeze/secrets: beyond loopback PostgreSQL gets the wish for TLS and not a byte more until its ' +
      'certificate is verified, whatever it says meanwhile',
    async () => {
      for (const [what, first, reason] of [
        ['no TLS', 'N', /does not support SSL.* The password was not sent/],
        [
          'no TLS, and asks for the password',
          Buffer.concat([Buffer.from('N'), ASKS_FOR_THE_PASSWORD_IN_THE_CLEAR]),
          /no connection/,
        ],
        [
          'TLS, and asks for the password before it',
          Buffer.concat([Buffer.from('S'), ASKS_FOR_THE_PASSWORD_IN_THE_CLEAR]),
          /no connection/,
        ],
        ['asks for the password at once', ASKS_FOR_THE_PASSWORD_IN_THE_CLEAR, /no connection/],
        ['refuses', refusal({ S: 'FATAL', C: '53300', M: 'too many' }), /no connection/],
      ] as const) {
        const server = await taking(socket => {
          socket.write(first);
        });
        transport(await (await at(ELSEWHERE, server.port))(), 'PHASE7_CONNECTION_FAILED', reason);
        assert.deepEqual([server.told(), server.connections], [SSL_REQUEST, 1], what);
      }
    },
  );

  it(
    "also P7-F1, freeze/secrets: a certificate that is unknown, expired, not yet valid or another host's is refused " +
      'with the reason, and hears nothing',
    async () => {
      for (const [certificate, tls, reason] of [
        [issue(issued), undefined, /\(unable to verify the first certificate, UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/],
        [
          issue(issued),
          { ca: file('other.pem', otherCa.cert) },
          /unable to (?:verify the first certificate|get local issuer certificate)/,
        ],
        [
          issue({ ...issued, notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) }),
          { ca: file('ca.pem', ca.cert) },
          /certificate has expired, CERT_HAS_EXPIRED/,
        ],
        [
          issue({ ...issued, notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 9 * DAY) }),
          { ca: file('ca.pem', ca.cert) },
          /certificate is not yet valid/,
        ],
        [issue({ name: 'db', ip: [ELSEWHERE] }), { ca: file('ca.pem', ca.cert) }, /self-signed certificate/],
        [
          issue({ ...issued, ip: ['127.0.0.1'] }),
          { ca: file('ca.pem', ca.cert) },
          /IP: 0\.0\.0\.0 is not in the cert's list: 127\.0\.0\.1/,
        ],
        [
          issue({ ...issued, ip: [], dns: ['localhost'] }),
          { ca: file('ca.pem', ca.cert) },
          /IP: 0\.0\.0\.0 is not in the cert's list/,
        ],
        [
          issue({ ...issued, dns: ['db.example'] }),
          { ca: file('ca.pem', ca.cert), serverName: 'other.example' },
          /other\.example\. is not in the cert's altnames/,
        ],
      ] as const) {
        const server = await behindTls(certificate);
        transport(await (await at(ELSEWHERE, server.port, tls))(), 'PHASE7_CONNECTION_FAILED', reason);
        assert.deepEqual(server.inside(), Buffer.alloc(0), `who logs in is not told either: ${String(reason)}`);
      }
    },
  );

  it(
    "also P7-F1: a certificate of the cluster's own CA is accepted, for the announced address or the configured " +
      'server name; then PostgreSQL is logged in to',
    async () => {
      const tls = { ca: file('ca.pem', ca.cert) };
      for (const [certificate, more] of [
        [issue(issued), {}],
        [issue({ name: 'db', issuer: ca, dns: ['db.example'] }), { serverName: 'db.example' }],
      ] as const) {
        const server = await behindTls(certificate, (socket, heard) => {
          if (heard.includes(PASSWORD)) socket.destroy();
          else socket.write(ASKS_FOR_THE_PASSWORD_IN_THE_CLEAR);
        });
        transport(
          await (await at(ELSEWHERE, server.port, { ...tls, ...more }))(),
          'PHASE7_TRANSPORT_FAILURE',
          /the connection ended/,
        );
        assert.match(server.inside().toString('latin1'), new RegExp(`monitor.*${PASSWORD}`, 's'));
      }
    },
  );

  it('also P7-F1: the client certificate of the cluster is shown to PostgreSQL where it asks for one', async () => {
    const client = issue({ name: 'operator of the cluster', issuer: ca });
    const shown: string[] = [];
    const server = await behindTls(
      issue(issued),
      socket => {
        shown.push(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      },
      { requestCert: true, ca: ca.cert },
    );
    await (
      await at(ELSEWHERE, server.port, {
        ca: file('ca.pem', ca.cert),
        cert: file('client.pem', client.cert),
        key: file('client.key', client.key),
      })
    )();
    assert.deepEqual(shown, ['operator of the cluster']);
  });

  it("also P7-F1: an extension host that adds the machine's CAs to what names none adds nothing to a configured CA", async () => {
    const { connect: original } = tlsModule;
    // As VS Code does it under http.experimental.systemCertificatesV2, with another CA in the place of the machine's.
    tlsModule.connect = ((options: ConnectionOptions, listener?: () => void) => {
      if (options.ca === undefined)
        (options.secureContext?.context as { addCACert(pem: string): void } | undefined)?.addCACert(otherCa.cert);
      return original(options, listener);
    }) as typeof original;
    try {
      const server = await behindTls(issue({ ...issued, issuer: otherCa }));
      transport(
        await (await at(ELSEWHERE, server.port, { ca: file('ca.pem', ca.cert) }))(),
        'PHASE7_CONNECTION_FAILED',
        /unable to/,
      );
      assert.deepEqual(server.inside(), Buffer.alloc(0));
    } finally {
      tlsModule.connect = original;
    }
  });

  it(
    'also P7-E2: no connection, a connection that was cut, one that says nothing in time and one that speaks ' +
      'something else are told apart',
    async () => {
      transport(await (await at('127.0.0.1', (await closedPort()).port))(), 'PHASE7_CONNECTION_FAILED', /ECONNREFUSED/);
      const silent = await taking(() => undefined);
      // Long enough for the answers of Patroni that come before.
      transport(
        await (await at(ELSEWHERE, silent.port, undefined, { ...PATIENT, connectMs: 1_500 }))(),
        'PHASE7_CONNECTION_FAILED',
        /nothing within 1500 ms/,
      );
      transport(
        await (await at('127.0.0.1', silent.port, undefined, { ...PATIENT, readMs: 2_500 }))(),
        'PHASE7_TIMEOUT',
        /no complete answer within 2500 ms/,
      );
      const ending = await taking(socket => {
        socket.end();
      });
      transport(
        await (await at('127.0.0.1', ending.port))(),
        'PHASE7_TRANSPORT_FAILURE',
        /the connection ended before the answer was complete/,
      );
      const resetting = await taking(socket => {
        socket.resetAndDestroy();
      });
      transport(await (await at('127.0.0.1', resetting.port))(), 'PHASE7_TRANSPORT_FAILURE', /ECONNRESET/);
      const cutTls = await behindTls(issue(issued), socket => {
        socket.destroy();
      });
      transport(
        await (await at(ELSEWHERE, cutTls.port, { ca: file('ca.pem', ca.cert) }))(),
        'PHASE7_TRANSPORT_FAILURE',
        /the connection ended/,
      );
      const other = await taking(socket => {
        socket.write(message('?', Buffer.from('220 mail.example ESMTP')));
      });
      transport(
        await (await at('127.0.0.1', other.port))(),
        'PHASE7_INVALID_KERNEL_RESPONSE',
        /not PostgreSQL's answer/,
      );
    },
  );

  it('also P7-E3: what PostgreSQL refuses is its own rejection: its SQLSTATE, its message verbatim, its whole answer', async () => {
    const said = 'no pg_hba.conf entry for host "10.0.0.7", user "monitor", database "postgres", no encryption';
    const refusing = await taking(socket => {
      socket.end(refusal({ S: 'FATAL', V: 'FATAL', C: '28000', M: said, D: 'what\nit knows', H: 'what it hints' }));
    });
    const error = await (await at('127.0.0.1', refusing.port))();
    assert.deepEqual(error, {
      domain: 'KERNEL_REJECTION',
      code: '28000',
      message: said,
      invariants: [],
      outcome: 'not_executed',
      kernel: {
        status: null,
        body: `FATAL:  28000: ${said}\nDETAIL:  what\nit knows\nHINT:  what it hints`,
        details: null,
      },
    });
    const echoing = await taking(socket => {
      socket.end(
        refusal({
          S: 'FATAL',
          C: '28P01',
          M: `no such password: ${PASSWORD}`,
          H: Buffer.from(PASSWORD).toString('base64'),
        }),
      );
    });
    const echoed = await (await at('127.0.0.1', echoing.port))();
    assert.equal(echoed.code, '28P01');
    assert.doesNotMatch(JSON.stringify(echoed), /canary|Y2FuYXJ5/);
    const without = await taking(socket => {
      socket.end(refusal({ S: 'FATAL', M: 'no code' }));
    });
    assert.equal(
      (await (await at('127.0.0.1', without.port))()).domain,
      'TRANSPORT_ERROR',
      "a refusal without its code is not of PostgreSQL's form",
    );
  });
});
