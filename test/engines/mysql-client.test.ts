/**
 * What stands between this side and MySQL: every byte that a server gets before it was verified, and what each of its
 * answers means. `0.0.0.0` leads to this machine on Linux, and by its name it does not say so.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import tlsModule, { type ConnectionOptions } from 'node:tls';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import type { TlsIdentity } from '../../src/engines/http/http.ts';
import { tlsIdentity } from '../../src/engines/http/tls.ts';
import { session, type Answered, type No, type Session } from '../../src/engines/mysql/client.ts';
import { LARGEST_ANSWER_BYTES } from '../../src/engines/mysql/wire.ts';
import { temporaryFolder } from '../support/folders.ts';
import { seedFrom } from '../support/seed.ts';
import { until } from '../support/until.ts';
import { issue, type Issued } from '../support/certificates.ts';
import {
  authSwitch,
  CACHING,
  error,
  flight,
  greeting,
  MORE_RESULTS,
  moreAuthData,
  mysqlServer,
  NATIVE,
  nativeToken,
  ok,
  packet,
  resultSet,
  type MysqlServer,
  type Script,
} from './mysql-server.ts';
import { closeAll, closedPort } from '../support/servers.ts';

const DAY = 24 * 60 * 60 * 1000;
const USER = 'canary-user-operator';
const PASSWORD = 'canary-password-Zx81';
const STATEMENT = 'SELECT group_replication_set_as_primary(?) AS answer';
const SWITCHED = 'Primary server switched to: 7cc57474-ec48-11f1-bf63-02fc00000001';
const SEED = seedFrom('MYSQL_SEED');
const CASES = Number(process.env['MYSQL_CASES'] ?? 2000);

describe('the way to MySQL', () => {
  let folder = '';
  const ca = issue({ name: "the cluster's own CA", ca: true });
  const otherCa = issue({ name: 'another CA', ca: true });
  const issued = { name: 'db', issuer: ca, ip: ['0.0.0.0'] };
  const good = issue(issued);

  before(() => {
    folder = temporaryFolder('mysql-');
  });
  afterEach(closeAll);

  function file(name: string, content: string): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  async function identity(endpoints: ClusterConfig['endpoints'], tls?: ClusterConfig['tls']): Promise<TlsIdentity> {
    const read = await tlsIdentity({ name: 'c', kind: 'mysql', endpoints, ...(tls === undefined ? {} : { tls }) });
    return read.ok ? read.value : assert.fail(read.error.message);
  }

  interface How {
    readonly tls?: ClusterConfig['tls'];
    readonly serverName?: string;
    readonly connectMs?: number;
    readonly limitMs?: number;
    readonly password?: string;
  }

  async function use<T>(
    url: string,
    how: How,
    talk: (ask: (statement: string) => Promise<Answered>) => Promise<T>,
  ): Promise<Session<T>> {
    const { tls, serverName, connectMs = 10_000, limitMs = 10_000, password = PASSWORD } = how;
    const endpoints = [serverName === undefined ? url : { url, serverName }];
    return await session(
      {
        endpoint: url,
        login: { user: USER, password },
        tls: await identity(endpoints, tls),
        timeouts: { connectMs },
      },
      limitMs,
      talk,
    );
  }

  /** One statement, by the address that needs TLS. */
  async function over(server: MysqlServer, how: How = { tls: { ca: file('ca.pem', ca.cert) } }): Promise<Answered> {
    return await one(`mysql://0.0.0.0:${server.port}`, how);
  }

  /** One statement to loopback without TLS. */
  async function plain(server: MysqlServer, how: How = {}): Promise<Answered> {
    return await one(server.endpoint, how);
  }

  async function one(url: string, how: How): Promise<Answered> {
    const done = await use(url, how, ask => ask(STATEMENT));
    return done.ok ? done.value : done;
  }

  function noOf(answered: Answered): No {
    assert.ok(!answered.ok, JSON.stringify(answered));
    assert.doesNotMatch(JSON.stringify(answered), new RegExp(PASSWORD));
    return answered.no;
  }

  function failed(answered: Answered, code: string, sent: boolean, reason: RegExp): void {
    const no = noOf(answered);
    assert.ok(no.kind === 'failed', JSON.stringify(no));
    assert.match(no.reason, reason);
    assert.deepEqual([no.code, no.sent], [code, sent], no.reason);
    assert.doesNotMatch(no.reason, /\p{C}/u);
  }

  const noConnection = (answered: Answered, reason: RegExp): void =>
    failed(answered, 'PHASE7_CONNECTION_FAILED', false, reason);

  /** That nothing of the login was told. */
  function toldNothing(server: MysqlServer): void {
    const told = Buffer.concat([server.clear(), server.inside()]);
    for (const secret of [USER, PASSWORD, nativeToken(PASSWORD)]) assert.equal(told.includes(secret), false);
    assert.deepEqual(server.statements, []);
  }

  const switched: Required<Pick<Script, 'answers'>> = {
    answers: peer => peer.send(...resultSet([{ name: 'answer' }], [[SWITCHED]])),
  };

  it('also P7-F1: beyond loopback the login leaves inside of TLS, and the statement arrives as it was written', async () => {
    for (const plugin of [CACHING, NATIVE]) {
      const server = await mysqlServer({ ...switched, plugin, tls: good });
      assert.deepEqual(await over(server), {
        ok: true,
        rows: [{ answer: SWITCHED }],
        body: JSON.stringify([{ answer: SWITCHED }]),
      });
      assert.deepEqual(server.statements, [STATEMENT]);
      // The wish for TLS, behind which TLS itself may begin, and no byte of MySQL more.
      assert.deepEqual([server.clear()[0], server.clear()[36] ?? 0x16], [32, 0x16]);
      assert.equal(server.inside().includes(USER), true);
      assert.equal(server.connections(), 1);
    }
  });

  it('loopback is spoken to without TLS where none is configured, and over TLS where it is', async () => {
    const server = await mysqlServer({ ...switched, tls: issue({ ...issued, ip: ['127.0.0.1'] }) });
    assert.equal((await plain(server)).ok, true);
    assert.equal(server.inside().length, 0);
    assert.equal((await plain(server, { tls: { ca: file('ca.pem', ca.cert) } })).ok, true);
    assert.equal(server.inside().includes(PASSWORD), true);
    assert.equal(server.clear().includes(PASSWORD), false);
    const bare = await mysqlServer(switched);
    noConnection(await plain(bare, { tls: { ca: file('ca.pem', ca.cert) } }), /does not support secure connection/);
    noConnection(await plain(bare, { serverName: 'db.example' }), /does not support secure connection/);
    toldNothing(bare);
  });

  it('also P7-F1: what was said before TLS is not believed, and who says it is told nothing', async () => {
    const promises = [greeting(CACHING, true), ok(), ...resultSet([{ name: 'answer' }], [[SWITCHED]])];
    const spoken: readonly (readonly [Buffer, RegExp])[] = [
      [flight(0, promises), /more than its greeting came before TLS/],
      [Buffer.concat([packet(0, promises[0] ?? ok()), flight(2, promises.slice(1))]), /more than its greeting/],
      [Buffer.concat([packet(0, promises[0] ?? ok()), Buffer.from([7])]), /more than its greeting/],
      [packet(0, error(1129, 'HY000', 'Host is blocked')), /before TLS: 1129 Host is blocked/],
      [packet(0, Buffer.from([0xff, 0x10, 0x04, ...Buffer.from('Too many connections')])), /before TLS: 1040 Too many/],
      [packet(0, ok()), /its greeting is another/],
      [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /larger than 65536 bytes/],
    ];
    for (const [said, reason] of spoken) {
      const server = await mysqlServer({ tls: good, greets: peer => peer.raw(said) });
      noConnection(await over(server), reason);
      toldNothing(server);
    }
    // In the place of TLS, once it was asked for.
    for (const instead of [flight(2, promises.slice(1)), packet(2, error(1045, '28000', 'Access denied'))]) {
      const server = await mysqlServer({ tls: good, secures: peer => peer.raw(instead) });
      noConnection(await over(server), /no connection \(/);
      toldNothing(server);
    }
  });

  it('also P7-F1: a server that offers no TLS is told nothing, whatever it asks for', async () => {
    for (const plugin of [CACHING, NATIVE, 'sha256_password', 'mysql_clear_password']) {
      const server = await mysqlServer({ ...switched, plugin });
      noConnection(await over(server), /does not support secure connection, HANDSHAKE_NO_SSL_SUPPORT/);
      assert.equal(server.clear().length, 0, plugin);
    }
  });

  it('also P7-F1, freeze/transport: a certificate of an unknown CA, of another name or out of its time is refused with the reason', async () => {
    const tls = { ca: file('ca.pem', ca.cert) };
    const refusals: readonly (readonly [Issued, How, RegExp])[] = [
      [good, {}, /unable to verify the first certificate|unable to get local issuer certificate/],
      [good, { tls: { ca: file('other.pem', otherCa.cert) } }, /unable to (?:verify the first|get local issuer)/],
      [issue({ name: 'db', ip: ['0.0.0.0'] }), { tls }, /self-signed certificate/],
      [
        issue({ ...issued, notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) }),
        { tls },
        /certificate has expired, CERT_HAS_EXPIRED/,
      ],
      [
        issue({ ...issued, notBefore: new Date(Date.now() + DAY), notAfter: new Date(Date.now() + 9 * DAY) }),
        { tls },
        /certificate is not yet valid/,
      ],
      [issue({ ...issued, ip: ['0.0.0.1'] }), { tls }, /IP: 0\.0\.0\.0 is not in the cert's list: 0\.0\.0\.1/],
      [issue({ ...issued, ip: [], dns: ['localhost'] }), { tls }, /IP: 0\.0\.0\.0 is not in the cert's list/],
      [good, { tls: { ...tls, serverName: 'db.example' } }, /db\.example\. is not cert's CN/],
      [good, { tls, serverName: 'db.example' }, /db\.example\. is not cert's CN/],
      [
        issue({ ...issued, ip: [], dns: ['db.example'] }),
        { tls: { ...tls, serverName: 'db.example' }, serverName: 'other.example' },
        /other\.example\. is not in the cert's altnames/,
      ],
    ];
    for (const [certificate, how, reason] of refusals) {
      const server = await mysqlServer({ ...switched, tls: certificate });
      noConnection(await over(server, how), reason);
      toldNothing(server);
    }
  });

  it('also P7-F1: a server name counts in the place of the address, and that of an endpoint goes first', async () => {
    const tls = { ca: file('ca.pem', ca.cert) };
    const named = issue({ ...issued, ip: [], dns: ['db.example'] });
    const asked: (string | undefined)[] = [];
    for (const how of [
      { tls: { ...tls, serverName: 'db.example' } },
      { tls: { ...tls, serverName: 'other.example' }, serverName: 'db.example' },
    ]) {
      const server = await mysqlServer({
        answers: peer => {
          asked.push(peer.tls()?.name);
          peer.send(ok());
        },
        tls: named,
      });
      assert.deepEqual(await over(server, how), { ok: true, rows: null, body: 'OK' });
    }
    assert.deepEqual(asked, ['db.example', 'db.example']);
  });

  it('also P7-F1: a server name is found whatever the case of the address, and where it leaves out the port', async () => {
    const { serverNames } = await identity([
      { url: 'mysql://DB.example', serverName: 'one' },
      { url: 'mysql://[2001:DB8::1]:3307', serverName: 'two' },
      { url: 'https://db.example', serverName: 'three' },
    ]);
    assert.deepEqual(
      [...(serverNames ?? [])],
      [
        ['db.example:3306', 'one'],
        ['[2001:db8::1]:3307', 'two'],
        ['db.example:443', 'three'],
      ],
    );
  });

  it('also P7-F1: the client certificate is shown where the server asks for one, and its lack is said', async () => {
    const client = issue({ name: 'operator', issuer: ca });
    const shown: (string | undefined)[] = [];
    const script: Script = {
      tls: { ...good, requestCert: true, rejectUnauthorized: true, ca: ca.cert, maxVersion: 'TLSv1.2' },
      answers: peer => {
        shown.push(peer.tls()?.client);
        peer.send(ok());
      },
    };
    const tls = { ca: file('ca.pem', ca.cert) };
    const cert = { cert: file('client.pem', client.cert), key: file('client.key', client.key) };
    assert.equal((await over(await mysqlServer(script), { tls: { ...tls, ...cert } })).ok, true);
    assert.deepEqual(shown, ['operator']);
    const without = await mysqlServer(script);
    noConnection(await over(without, { tls }), /wants a client certificate, and none is configured in "tls.cert"/);
    toldNothing(without);
  });

  it("also P7-F1: an extension host that adds the machine's CAs to what names none adds nothing to a configured CA", async () => {
    const { connect: original } = tlsModule;
    tlsModule.connect = ((options: ConnectionOptions, listener?: () => void) => {
      if (options.ca === undefined)
        (options.secureContext?.context as { addCACert(pem: string): void } | undefined)?.addCACert(otherCa.cert);
      return original(options, listener);
    }) as typeof original;
    try {
      const server = await mysqlServer({ ...switched, tls: issue({ ...issued, issuer: otherCa }) });
      noConnection(await over(server), /unable to/);
      toldNothing(server);
      assert.equal((await over(server, {})).ok, true, "without a configured CA the machine's count");
    } finally {
      tlsModule.connect = original;
    }
  });

  it('also P7-F1: the environment cannot switch verification off', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    const listeners = process.listeners('warning');
    process.removeAllListeners('warning');
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const server = await mysqlServer({ ...switched, tls: issue({ name: 'db', ip: ['0.0.0.0'] }) });
      noConnection(await over(server, {}), /self-signed certificate/);
      toldNothing(server);
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
      for (const listener of listeners) process.on('warning', listener);
    }
  });

  it('the password in the clear is asked for in vain, also inside of TLS', async () => {
    for (const plugin of ['mysql_clear_password', CACHING]) {
      const asks: Script = { plugin, logsIn: peer => peer.send(authSwitch('mysql_clear_password')) };
      const secure = await mysqlServer({ ...asks, tls: good });
      noConnection(await over(secure), /mysql_clear_password/);
      const loopback = await mysqlServer(asks);
      noConnection(await plain(loopback), /mysql_clear_password/);
      for (const server of [secure, loopback])
        assert.equal(Buffer.concat([server.clear(), server.inside()]).includes(PASSWORD), false);
    }
  });

  it('on loopback without TLS the password leaves encrypted to the key of the server, and never as it is', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }));
    let heard = 0;
    const script: Script = {
      ...switched,
      logsIn: (peer, told, nth) => {
        if (nth === 1) peer.send(moreAuthData(Buffer.from([4])));
        else if (nth === 2 && told.equals(Buffer.from([2]))) peer.send(moreAuthData(key));
        else {
          heard = told.length;
          peer.send(ok());
        }
      },
    };
    const server = await mysqlServer(script);
    assert.equal((await plain(server)).ok, true);
    assert.equal(heard, 256);
    assert.equal(server.clear().includes(PASSWORD), false);
  });

  it('a server that asks for a file of this machine gets none, and its answer is none', async () => {
    const path = file('wanted.txt', 'canary-content');
    const server = await mysqlServer({
      answers: peer => peer.send(Buffer.concat([Buffer.from([0xfb]), Buffer.from(path)])),
    });
    failed(await plain(server), 'PHASE7_INVALID_KERNEL_RESPONSE', true, /asks for a file of this machine/);
    assert.equal(server.clear().includes('canary-content'), false);
    const [login] = [server.clear().readUInt32LE(4)];
    assert.equal(login & 0x80, 0, 'local files are not offered');
    assert.equal(login & 0x1_0000, 0, 'nor several statements');
  });

  it('an answer of more than one result is none', async () => {
    const more = [{ name: 'answer' }];
    for (const payloads of [
      resultSet(more, [[SWITCHED]], MORE_RESULTS),
      [...resultSet(more, [[SWITCHED]], MORE_RESULTS), ...resultSet(more, [['two']])],
      [ok(MORE_RESULTS), ok()],
    ]) {
      const server = await mysqlServer({ answers: peer => peer.send(...payloads) });
      failed(await plain(server), 'PHASE7_INVALID_KERNEL_RESPONSE', true, /more than one result/);
    }
  });

  it('what comes before it was asked for, behind an answer or too late is never the answer to a statement', async () => {
    const early = await mysqlServer({
      logsIn: peer => peer.send(moreAuthData(Buffer.from([3])), ok(), ...resultSet([{ name: 'answer' }], [[SWITCHED]])),
    });
    assert.equal((await plain(early)).ok, false);
    assert.deepEqual(early.statements, []);
    const twice = await mysqlServer({ answers: peer => peer.send(ok(), ok()) });
    failed(await plain(twice), 'PHASE7_INVALID_KERNEL_RESPONSE', true, /nobody asked for/);
    // The first answer comes after its limit: the second statement does not leave.
    const late = await mysqlServer({
      answers: peer => void setTimeout(() => peer.send(...resultSet([{ name: 'answer' }], [[SWITCHED]])), 300),
    });
    const done = await use(late.endpoint, { limitMs: 100 }, async ask => {
      const first = await ask('SELECT 1');
      await new Promise(resolve => setTimeout(resolve, 400));
      return [first, await ask('SELECT 2')];
    });
    assert.ok(done.ok);
    const [first, second] = done.value;
    failed(first ?? assert.fail(), 'PHASE7_TIMEOUT', true, /no complete answer within 100 ms/);
    failed(second ?? assert.fail(), 'PHASE7_TRANSPORT_FAILURE', false, /had ended before the statement was sent/);
    assert.deepEqual(late.statements, ['SELECT 1']);
    assert.equal(late.connections(), 1);
  });

  it('statements go one after the other on one connection, which says farewell', async () => {
    const server = await mysqlServer({
      answers: (peer, statement) =>
        statement === 'bad'
          ? peer.send(error(1064, '42000', 'You have an error'))
          : void setTimeout(() => peer.send(...resultSet([{ name: 'said' }], [[statement]])), 20),
    });
    const done = await use(server.endpoint, {}, ask => Promise.all(['a', 'bad', 'c'].map(ask)));
    assert.ok(done.ok);
    assert.deepEqual(
      done.value.map(answered => (answered.ok ? answered.rows : answered.no)),
      [
        [{ said: 'a' }],
        { kind: 'refused', errno: 1064, sqlState: '42000', message: 'You have an error', atLogin: false },
        [{ said: 'c' }],
      ],
    );
    await until('the client says farewell', () => server.farewells() > 0);
    assert.equal(server.connections(), 1);
  });

  it('what is asked when the session is over does not leave, and what was under way then is unknown', async () => {
    const server = await mysqlServer();
    const kept: ((statement: string) => Promise<Answered>)[] = [];
    const running: Promise<Answered>[] = [];
    await use(server.endpoint, {}, async ask => {
      kept.push(ask);
      running.push(ask('SELECT 1'));
      await until('the statement is there', () => server.statements.length > 0);
    });
    failed((await running[0]) ?? assert.fail(), 'PHASE7_TRANSPORT_FAILURE', true, /its session is over/);
    failed((await kept[0]?.('SELECT 2')) ?? assert.fail(), 'PHASE7_TRANSPORT_FAILURE', false, /its session is over/);
    assert.deepEqual(server.statements, ['SELECT 1']);
  });

  it('also P7-E3: a refusal of the login is in the words of the server, made one line', async () => {
    for (const [errno, state, message] of [
      [1045, '28000', `Access denied for user '${USER}'@'localhost' (using password: YES)`],
      [3032, 'HY000', 'The server is currently in offline mode'],
    ] as const) {
      const script: Script = { logsIn: peer => peer.send(error(errno, state, `${message}\n\u202e.`)) };
      const expected = { kind: 'refused', errno, sqlState: state, message: `${message} .`, atLogin: true };
      assert.deepEqual(noOf(await plain(await mysqlServer(script))), expected);
      assert.deepEqual(noOf(await over(await mysqlServer({ ...script, tls: good }))), expected);
    }
    const full = await mysqlServer({
      greets: peer => peer.send(Buffer.from([0xff, 0x10, 0x04, ...Buffer.from('Too many connections')])),
    });
    assert.deepEqual(noOf(await plain(full)), {
      kind: 'refused',
      errno: 1040,
      sqlState: null,
      message: 'Too many connections',
      atLogin: true,
    });
  });

  it('also freeze/secrets: a password that the server repeats is withheld, in errors and in answers', async () => {
    const base64 = Buffer.from(PASSWORD).toString('base64');
    const telling = `no ${PASSWORD}, ${base64}, ${'x'.repeat(3000)}`;
    for (const script of [
      { logsIn: peer => peer.send(error(1045, '28000', telling)) },
      { answers: peer => peer.send(error(1105, 'HY000', telling)) },
      { logsIn: peer => peer.send(authSwitch(PASSWORD)) },
    ] satisfies Script[]) {
      const no = noOf(await plain(await mysqlServer(script)));
      const words = no.kind === 'refused' ? no.message : no.reason;
      assert.match(words, /withheld/);
      assert.equal(words.includes(base64.slice(0, 16)), false);
      assert.ok(words.length < 1200);
    }
    const echoing = await mysqlServer({
      answers: peer => peer.send(...resultSet([{ name: 'a' }, { name: 'b' }], [[PASSWORD, `"${base64}`]])),
    });
    const answered = await plain(echoing);
    assert.equal(answered.ok, true);
    for (const form of [PASSWORD, base64]) assert.equal(JSON.stringify(answered).includes(form), false);
  });

  it('also P7-E2: whoever is not there, or is silent, is said so in time: at the greeting, TLS, the login, the answer', async () => {
    const silent = (): void => undefined;
    noConnection(await one(`mysql://127.0.0.1:${(await closedPort()).port}`, {}), /ECONNREFUSED/);
    for (const [script, tls] of [
      [{ greets: silent }, false],
      [{ greets: silent, tls: good }, true],
      [{ secures: silent, tls: good }, true],
      [{ logsIn: silent, tls: good }, true],
      [{ logsIn: silent }, false],
    ] satisfies [Script, boolean][]) {
      const server = await mysqlServer(script);
      const how = { connectMs: 250 };
      noConnection(
        await (tls ? over(server, { ...how, tls: { ca: file('ca.pem', ca.cert) } }) : plain(server, how)),
        /nothing within 250 ms/,
      );
    }
    failed(
      await plain(await mysqlServer({ answers: silent }), { limitMs: 250 }),
      'PHASE7_TIMEOUT',
      true,
      /no complete answer within 250 ms/,
    );
    for (const endpoint of ['http://127.0.0.1', 'mysql:', 'no address', 'mysql://'])
      noConnection(await one(endpoint, {}), /no address/);
  });

  it('also P7-E2: an answer that is cut at any byte is none', async () => {
    const whole = flight(1, resultSet([{ name: 'answer' }, { name: 'two' }], [[SWITCHED, null]]));
    for (const [how, end] of Object.entries({
      closed: (peer: Parameters<NonNullable<Script['answers']>>[0]) => peer.socket().end(),
      reset: (peer: Parameters<NonNullable<Script['answers']>>[0]) => peer.socket().resetAndDestroy(),
    })) {
      for (let at = 0; at < whole.length; at += 1) {
        const server = await mysqlServer({
          answers: peer => {
            peer.raw(whole.subarray(0, at));
            end(peer);
          },
        });
        const no = noOf(await plain(server));
        assert.deepEqual(
          [no.kind, 'sent' in no && no.sent, 'code' in no && no.code],
          ['failed', true, 'PHASE7_TRANSPORT_FAILURE'],
          `${how} at ${at}`,
        );
        await closeAll();
      }
    }
    const slowly = await mysqlServer({
      answers: peer => {
        const next = (at: number): void => {
          peer.raw(whole.subarray(at, at + 1));
          if (at + 1 < whole.length) setImmediate(next, at + 1);
        };
        next(0);
      },
    });
    assert.equal((await plain(slowly)).ok, true, 'byte by byte it is one');
  });

  it('also P7-E2: an answer that is larger than the limit is ended, in one packet, in many, or only announced', async () => {
    const row = Buffer.from('x'.repeat(60_000));
    const many = Array.from({ length: Math.ceil(LARGEST_ANSWER_BYTES / row.length) + 1 }, () => [row]);
    const announced = Buffer.from([0xff, 0xff, 0xff, 4]);
    const begun = flight(1, resultSet([{ name: 'a' }], []).slice(0, 3));
    for (const bytes of [
      flight(1, resultSet([{ name: 'a' }], many)),
      flight(1, resultSet([{ name: 'a' }], [[Buffer.alloc(LARGEST_ANSWER_BYTES - 16, 'x')]])),
      Buffer.concat([begun, announced]),
    ]) {
      const server = await mysqlServer({ answers: peer => peer.raw(bytes) });
      failed(await plain(server), 'PHASE7_INVALID_KERNEL_RESPONSE', true, /larger than 16777216 bytes/);
    }
  });

  it('every value is a text as the server wrote it, or null', async () => {
    const BINARY = 63;
    const values: readonly (readonly [number, number, string | Buffer | null, string | null])[] = [
      [0x08, BINARY, '18446744073709551615', '18446744073709551615'],
      [0x03, BINARY, '-7', '-7'],
      [0xf6, BINARY, '1.50', '1.50'],
      [0x05, BINARY, '1e100', '1e100'],
      [0x0c, BINARY, '2026-11-29 23:02:40.162996', '2026-11-29 23:02:40.162996'],
      [0x0a, BINARY, '0000-00-00', '0000-00-00'],
      [0x0b, BINARY, '-838:59:59', '-838:59:59'],
      [0x06, BINARY, null, null],
      [0xfd, 255, 'ä\u{1f40b}', 'ä\u{1f40b}'],
      [0xfd, 255, '', ''],
      [0xfd, BINARY, Buffer.from([0, 255]), '0x00ff'],
      [0xfc, BINARY, 'text', '0x74657874'],
      [0xf5, BINARY, '{"a": 12345678901234567890}', '{"a": 12345678901234567890}'],
      [0x10, BINARY, Buffer.from([5]), '0x05'],
      [0xff, BINARY, Buffer.from([1]), '0x01'],
      [0xfc, 255, 'y'.repeat(70_000), 'y'.repeat(70_000)],
    ];
    const names = values.map((_value, nth) => `c${nth}`);
    names[0] = '__proto__x';
    const server = await mysqlServer({
      answers: peer =>
        peer.send(
          ...resultSet(
            values.map(([type, characterSet], nth) => ({ name: names[nth] ?? '', type, characterSet })),
            [values.map(([, , written]) => written)],
          ),
        ),
    });
    const answered = await plain(server);
    const expected = Object.fromEntries(values.map(([, , , text], nth) => [names[nth] ?? '', text] as const));
    assert.deepEqual(answered, { ok: true, rows: [expected], body: JSON.stringify([expected]) });
  });

  it('also P7-E2: what is not of the form of an answer is none, although mysql2 would read it', async () => {
    const columns = [{ name: 'answer' }];
    const set = resultSet(columns, [[SWITCHED]]);
    const bent = (nth: number, change: (payload: Buffer) => Buffer): Buffer =>
      flight(
        1,
        set.map((payload, at) => (at === nth ? change(Buffer.from(payload)) : payload)),
      );
    const mysteries: readonly (readonly [Buffer, RegExp])[] = [
      [flight(0, set), /out of order/],
      [flight(2, set), /out of order/],
      [bent(0, () => Buffer.from([1, 1])), /number of columns/],
      [bent(0, () => Buffer.from([0xfc, 0xff, 0xff])), /number of columns/],
      [bent(1, payload => payload.subarray(0, -1)), /describes a column/],
      [bent(1, payload => Buffer.concat([payload, Buffer.from([0])])), /describes a column/],
      [bent(2, () => Buffer.from([0xfe])), /columns do not end/],
      [bent(3, payload => payload.subarray(0, -4)), /a row is malformed/],
      [bent(3, payload => Buffer.concat([payload, Buffer.from([1, 65])])), /a row is malformed/],
      [bent(3, () => Buffer.from([0xff, 1])), /its error is malformed/],
      [bent(3, () => Buffer.from([2, 0xc3, 0x28])), /not UTF-8/],
      [bent(4, () => Buffer.from([0, 0, 0])), /a row is malformed/],
      [packet(1, Buffer.from([0, 0])), /its OK is malformed/],
      [flight(1, resultSet([...columns, ...columns], [[SWITCHED, 'x']])), /names a column twice/],
    ];
    for (const [bytes, reason] of mysteries) {
      const server = await mysqlServer({ answers: peer => peer.raw(bytes) });
      failed(await plain(server), 'PHASE7_INVALID_KERNEL_RESPONSE', true, reason);
    }
  });

  it('a process that has asked ends by itself, at once, with an answer or without one', async () => {
    for (const script of [switched, { greets: () => undefined }] satisfies Script[]) {
      const server = await mysqlServer(script);
      const program = `
        import { session } from ${JSON.stringify(new URL('../../src/engines/mysql/client.ts', import.meta.url).href)};
        const { ok } = await session({
          endpoint: ${JSON.stringify(server.endpoint)}, login: { user: 'u', password: 'p' },
          tls: { context: undefined, ca: undefined, serverName: undefined, fingerprint: '' },
          timeouts: { connectMs: 500 },
        }, 60_000, async ask => { await ask('SELECT 1'); });
        console.log(ok);
      `;
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let printed = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          printed += chunk.toString();
        });
      const code = await new Promise<unknown>(resolve => child.on('close', resolve));
      assert.deepEqual([code, printed], [0, `${script === switched}\n`]);
    }
  });

  it(`whatever a server says, a session ends with a value, in time, and prints nothing (seed ${SEED})`, async function () {
    this.timeout(300_000);
    process.stdout.write(`    fuzz: seed ${SEED}, ${CASES} cases; MYSQL_SEED=${SEED} repeats them\n`);
    let state = SEED | 1;
    const draw = (below: number): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return (state >>> 0) % below;
    };
    const bend = (bytes: Buffer): Buffer => {
      const bent = Buffer.from(bytes);
      for (let left = 1 + draw(3); left > 0; left -= 1) {
        const at = draw(bent.length);
        const how = draw(4);
        if (how === 0) return bent.subarray(0, at);
        if (how === 1) return Buffer.concat([bent.subarray(0, at), Buffer.from([draw(256)]), bent.subarray(at)]);
        bent[at] = how === 2 ? draw(256) : ([0, 1, 0xfb, 0xfc, 0xfd, 0xfe, 0xff][draw(7)] ?? 0);
      }
      return bent;
    };
    const printed: unknown[] = [];
    const original = { ...globalThis.console };
    for (const name of ['log', 'warn', 'error', 'trace'] as const)
      globalThis.console[name] = (...words: unknown[]) => void printed.push(words);
    const tally = { ok: 0, refused: 0, failed: 0 };
    const set = [
      ...resultSet(
        [{ name: 'a' }, { name: 'b', type: 8, characterSet: 63 }],
        [
          ['x'.repeat(300), '7'],
          [null, ''],
        ],
      ),
    ];
    let part = 0;
    let said = (bytes: Buffer): Buffer => bytes;
    const raw = (peer: Parameters<NonNullable<Script['greets']>>[0], bytes: Buffer): void => {
      peer.raw(said(bytes));
      if (draw(60) > 0) setImmediate(() => peer.socket().end());
    };
    const server = await mysqlServer({
      greets: peer =>
        part === 0 ? raw(peer, packet(0, greeting(CACHING, false))) : peer.send(greeting(CACHING, false)),
      logsIn: peer => {
        const payloads = [
          [moreAuthData(Buffer.from([3])), ok()],
          [authSwitch(NATIVE)],
          [error(1045, '28000', PASSWORD)],
          [moreAuthData(Buffer.from([4]))],
        ][part === 1 ? draw(4) : 0];
        if (part === 1) raw(peer, flight(2, payloads ?? []));
        else peer.send(...(payloads ?? []));
      },
      answers: peer => raw(peer, flight(1, [set, [ok()], [error(3100, 'HY000', `no ${PASSWORD}`)]][draw(3)] ?? [])),
    });
    try {
      for (let nth = 0; nth < CASES; nth += 1) {
        part = draw(4);
        said = bend;
        const began = performance.now();
        const answered = await plain(server, { connectMs: 150, limitMs: 150 });
        assert.ok(performance.now() - began < 5_000);
        assert.equal(JSON.stringify(answered).includes(PASSWORD), false);
        tally[answered.ok ? 'ok' : answered.no.kind] += 1;
        if (answered.ok)
          for (const value of (answered.rows ?? []).flatMap(row => Object.values(row)))
            assert.ok(value === null || typeof value === 'string');
        else if (answered.no.kind === 'failed' && !answered.no.sent)
          assert.match(answered.no.code, /^PHASE7_(?:CONNECTION_FAILED|TRANSPORT_FAILURE)$/);
      }
    } finally {
      Object.assign(globalThis.console, original);
    }
    process.stdout.write(`    ${JSON.stringify(tally)}\n`);
    assert.deepEqual(printed, []);
    assert.ok(tally.ok > 0 && tally.refused > 0 && tally.failed > tally.ok);
  });
});
