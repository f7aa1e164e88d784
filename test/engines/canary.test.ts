/** A planted secret, every operation, every way of failing: nothing that leaves the boundary holds it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { connect } from '../../src/engines/connect.ts';
import { temporaryFolder } from '../support/folders.ts';
import { issue } from '../support/certificates.ts';
import {
  answeringBytes,
  bent,
  closeAll,
  closedPort,
  httpServer,
  jsonBytes,
  kernelServer,
  rawServer,
  truthful,
  type Received,
  type Running,
} from '../support/servers.ts';
import { clusterOf, CONTROLS, errorOf, PATIENT, kernelOf, N1, N2, READS, rejection, valueOf } from '../support/wire.ts';

const CANARY = 'canary/Zx81+secret=="\\q';
const ESCAPED = JSON.stringify(CANARY).slice(1, -1);
const SLASHED = ESCAPED.replaceAll('/', '\\/');
const CODED = Array.from(CANARY, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** Everything that a value shows: as JSON, as JSON inside of JSON, and as Node would print it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) => (typeof member === 'bigint' ? String(member) : member));
  const strings: string[] = [];
  JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === 'string') {
      strings.push(member);
      try {
        strings.push(shown(JSON.parse(member)));
      } catch {
        /* not JSON */
      }
    }
    return typeof member === 'bigint' ? String(member) : member;
  });
  return [text, ...strings, inspect(value, { depth: 20, showHidden: true })].join('\n');
}

function assertSecret(value: unknown, what: string, secret = CANARY): void {
  const text = shown(value);
  for (const form of new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ])) {
    assert.equal(text.includes(form), false, `${what}: ${text.slice(0, 2_000)}`);
  }
}

describe('secrets', () => {
  let folder = '';
  before(() => {
    folder = temporaryFolder('canary-');
  });
  afterEach(closeAll);

  it('also P7-O3, freeze/secrets: no result, error or printed byte holds the token, whatever a server does with it', async () => {
    const printed: string[] = [];
    const write = { out: process.stdout.write.bind(process.stdout), err: process.stderr.write.bind(process.stderr) };
    const spy = (chunk: string | Uint8Array): boolean => {
      printed.push(String(chunk));
      return true;
    };
    const authorizations: (string | undefined)[] = [];
    const note = (request: Received): void => {
      assert.equal(
        `${request.method} ${request.path} ${request.body}`.includes('canary'),
        false,
        'the token travels in its header only',
      );
      authorizations.push(request.headers['authorization']);
    };
    const urls: Record<string, string> = {};
    const html = (): string =>
      jsonBytes(502, `<pre>Authorization: Bearer ${CANARY}</pre>`, ['content-type: text/html']);
    const servers: Record<string, Running> = {
      dead: await closedPort(),
      html: await answeringBytes(html),
      'in its content type': await answeringBytes(() => jsonBytes(200, '{}', [`content-type: text/${CANARY}`])),
      'in its location': await answeringBytes(
        () => `HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/?token=${CANARY}\r\n\r\n`,
      ),
      'in its status': await answeringBytes(() => `HTTP/1.1 500 ${CANARY}\r\n\r\n`),
      'no HTTP': await answeringBytes(() => `${CANARY}\r\n\r\n`),
      'a header without end': await answeringBytes(() => `HTTP/1.1 200 OK\r\n${CANARY}`),
      'not UTF-8': await answeringBytes(() =>
        Buffer.concat([Buffer.from(jsonBytes(200, `${CANARY} `).slice(0, -1)), Buffer.from([0xff])]),
      ),
      'other JSON': await answeringBytes(() => jsonBytes(502, { message: CANARY })),
      'other JSON, cut': await answeringBytes(() => jsonBytes(200, `{"message":"${CANARY}`)),
      'other JSON, escaped and cut': await answeringBytes(() => jsonBytes(200, `{"message":"${ESCAPED}`)),
      'other JSON, slashed and cut': await answeringBytes(() => jsonBytes(200, `{"message":"${SLASHED}`)),
      'in a link': await answeringBytes(() =>
        jsonBytes(404, `/login?next=${encodeURIComponent(CANARY)}`, ['content-type: text/plain']),
      ),
      'other JSON with codes': await answeringBytes(() => jsonBytes(502, `{"message":"${CODED}"}`)),
      rejecting: await answeringBytes(() =>
        jsonBytes(409, { error: { ...(rejection(CANARY)['error'] as object), details: { [CANARY]: CANARY } } }),
      ),
      'rejecting with slashes': await answeringBytes(() =>
        jsonBytes(409, JSON.stringify(rejection('AERO_X')).replaceAll('AERO_X.', SLASHED)),
      ),
      'rejecting with codes': await answeringBytes(() =>
        jsonBytes(409, JSON.stringify(rejection('AERO_X')).replaceAll('AERO_X.', CODED)),
      ),
      'rejecting with codes in a key': await answeringBytes(() =>
        jsonBytes(409, JSON.stringify(rejection('AERO_X', 'not_executed', { key: 1 })).replace('key', CODED)),
      ),
      dropping: await rawServer(socket => socket.once('data', () => socket.destroy())),
      hanging: await rawServer(socket => socket.resume()),
      truthful: await kernelServer(N2, urls, request => {
        note(request);
        return undefined;
      }),
      'in a name': await kernelServer(N2, {}, request =>
        bent(truthful(N2, request), ({ data }) => {
          data['name'] = CANARY;
          data['state'] = CANARY;
        }),
      ),
      'in a note': await kernelServer(N2, {}, request =>
        bent(truthful(N2, request), answer => {
          answer['notes'] = [CANARY];
        }),
      ),
      'in its node id': await kernelServer(N2, {}, request =>
        bent(truthful(N2, request), ({ observed_at, data }) => {
          observed_at['node_id'] = CANARY;
          data['node_id'] = CANARY;
        }),
      ),
      'in its request id': await kernelServer(N2, {}, request =>
        bent(truthful(N2, request), ({ data }) => {
          data['request_id'] = CANARY;
          data['target'] = CANARY;
        }),
      ),
      redirecting: await httpServer((_request, response) =>
        response.writeHead(307, { location: `${urls[N2] ?? ''}/v1/cluster` }).end(CANARY),
      ),
    };
    const results: [string, unknown][] = [];
    process.stdout.write = spy;
    process.stderr.write = spy;
    try {
      for (const [name, { url }] of Object.entries(servers)) {
        const kernel = await kernelOf(clusterOf([url]), CANARY, { ...PATIENT, readMs: 150, controlMs: 150 });
        results.push([`${name}: the kernel itself`, kernel]);
        for (const [operation, call] of Object.entries({ ...READS, ...CONTROLS }))
          results.push([`${name}: ${operation}`, await call(kernel, N2, url)]);
      }
    } finally {
      process.stdout.write = write.out;
      process.stderr.write = write.err;
    }
    for (const [what, result] of results) assertSecret(result, what);
    assertSecret(printed, 'printed');
    assert.ok(authorizations.length > 0 && authorizations.every(value => value === `Bearer ${CANARY}`));
  });

  it("also P7-E3: a rejection that repeats the token is the kernel's own but for the token", async () => {
    const token = 'canary-0123456789-abcdef';
    const server = await answeringBytes(({ headers }) =>
      jsonBytes(403, rejection('AERO_FORBIDDEN', 'not_executed', { headers })),
    );
    const error = errorOf(await CONTROLS.promote(await kernelOf(clusterOf([server.url]), token), N2, server.url));
    assert.equal(error.code, 'AERO_FORBIDDEN');
    assert.equal(
      (error.kernel?.details as { headers: Record<string, string> }).headers['authorization'],
      'Bearer [access token withheld]',
    );
    assertSecret(error, 'rejection', token);
  });

  it('a short token does not make honest answers unreadable', async () => {
    const server = await kernelServer(N1);
    valueOf(await (await kernelOf(clusterOf([server.url]), 'node')).readCluster());
    const echoing = await answeringBytes(({ headers }) =>
      jsonBytes(403, rejection('AERO_FORBIDDEN', 'not_executed', headers)),
    );
    const error = errorOf(await (await kernelOf(clusterOf([echoing.url]), 'node')).readCluster());
    assert.doesNotMatch(JSON.stringify(error), /Bearer node/);
  });

  it('also P7-O3, freeze/secrets: no error holds anything of a key file', async () => {
    const { cert, key } = issue({ name: 'operator' });
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const lines = key.split('\n').filter(line => line.length > 20 && !line.includes('-----'));
    const broken = key.replace(/\n[^\n-]{20}/, '\n!!!!');
    for (const content of [key.slice(0, -40), broken, key.replaceAll('PRIVATE', 'PUBLIC'), lines.join('\n')]) {
      const result = await connect(
        clusterOf(['https://127.0.0.1:1'], { cert: file('cert.pem', cert), key: file('key.pem', content) }),
        { timeouts: PATIENT },
      );
      for (const line of lines) assertSecret(errorOf(result), 'key', line.slice(20, 50));
    }
    const kernel = await kernelOf(
      clusterOf(['https://127.0.0.1:1'], { cert: file('cert.pem', cert), key: file('key.pem', key) }),
    );
    for (const line of lines) assertSecret([kernel, await kernel.readCluster()], 'kernel', line);
  });
});
