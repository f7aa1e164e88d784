/** A planted token, every kind of line and every way of failing: no byte that the terminal program writes holds it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { leaksBelow, leaksIn } from '../support/canary.ts';
import { issue } from '../support/certificates.ts';
import {
  answeringBytes,
  bent,
  closeAll,
  closedPort,
  httpServer,
  jsonBytes,
  kernelServer,
  listen,
  rawServer,
  truthful,
  type Received,
} from '../support/servers.ts';
import { N2, rejection } from '../support/wire.ts';
import { builtProgram, cleanEnv, cli, closeTerminals, scratch, Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const CANARY = 'canary/Zx81+secret=="\\q7';
const BEARER = `Bearer ${CANARY}`;

describe('secrets in a terminal', function () {
  this.timeout(120_000);
  const folder = scratch();
  const audit = join(folder, 'audit');
  const shown: { readonly what: string; readonly text: string }[] = [];
  const authorized: string[] = [];
  const note = (request: Received): undefined => {
    authorized.push(request.headers.authorization ?? '');
    return undefined;
  };
  afterEach(closeAll);
  after(closeTerminals);

  async function ask(
    what: string,
    args: readonly string[],
    more: NodeJS.ProcessEnv = { AERODB_TOKEN: CANARY },
  ): Promise<number | null> {
    const { code, stdout, stderr } = await cli([...args, '--audit-dir', audit], cleanEnv(folder, more));
    shown.push({ what: `${what}: ${args.join(' ')}`, text: `${stdout}\n${stderr}` });
    return code;
  }

  function nowhere(): void {
    for (const { what, text } of shown) assert.deepEqual(leaksIn(text, CANARY), [], `${what}\n${text}`);
    const { searched, leaks } = leaksBelow(audit, CANARY);
    assert.ok(searched > 0);
    assert.deepEqual(leaks, []);
  }

  it('freeze/secrets, also P7-O3: neither output, error, JSON nor the log holds it, whatever the other side does with it', async () => {
    const urls: Record<string, string> = {};
    const thief = await httpServer((request, response) => {
      assert.equal(request.headers.authorization, undefined, 'the token travelled with a redirect');
      response.end();
    });
    const echo = (lines: (sent: string) => string | Buffer): ReturnType<typeof answeringBytes> =>
      answeringBytes(request => {
        note(request);
        return lines(request.headers.authorization ?? '');
      });
    const sides = {
      truthful: await kernelServer(N2, urls, note),
      'in a name': await kernelServer(N2, {}, request =>
        bent(truthful(N2, request), answer => {
          answer['notes'] = [CANARY, BEARER];
          answer.data['name'] = CANARY;
        }),
      ),
      page: await echo(sent => jsonBytes(502, `<pre>${sent}</pre>`, ['content-type: text/html'])),
      rejection: await echo(sent =>
        jsonBytes(403, rejection(sent, 'not_executed', { headers: { authorization: sent } })),
      ),
      'in base64': await echo(sent =>
        jsonBytes(
          403,
          rejection('AERO_X', 'not_executed', {
            token: Buffer.from(CANARY).toString('base64'),
            header: Buffer.from(sent).toString('base64'),
            log: Buffer.from(`x ${sent} y`).toString('base64url'),
          }),
        ),
      ),
      'in a location': await echo(
        sent => `HTTP/1.1 307 ${sent}\r\nlocation: ${thief.url}/?t=${encodeURIComponent(CANARY)}\r\n\r\n`,
      ),
      'no HTTP': await echo(sent => `${sent}\r\n\r\n`),
      'in JSON in JSON': await echo(sent =>
        jsonBytes(
          403,
          rejection('AERO_X', 'not_executed', { log: JSON.stringify({ message: JSON.stringify({ sent }) }) }),
        ),
      ),
      cut: await echo(sent => jsonBytes(200, `{"m":${JSON.stringify(sent)}`)),
      dead: await closedPort(),
      silent: await rawServer(socket => socket.resume()),
    };
    const { cert, key } = issue({ name: 'db', ip: ['127.0.0.1'] });
    const selfSigned = await listen(
      createHttpsServer({ cert, key }, (_request, response) => response.end()),
      '127.0.0.1',
      'https',
    );
    await Promise.all(
      Object.entries({ ...sides, 'self-signed': selfSigned }).flatMap(([what, { url }]) => [
        ask(what, ['inspect', 'cluster', '--url', url, '--timeout', '1', '--json']),
        ask(what, ['diag', 'wal', '--url', url, '--node', N2, '--timeout', '1']),
      ]),
    );
    assert.ok(authorized.length > 5 && authorized.every(value => value === BEARER), 'the token was really sent');
    assert.equal(thief.received.length, 0, 'a redirect is not followed');
    nowhere();
  });

  it('also P7-O3, freeze/secrets: lines that ask no kernel, and lines that were mistyped, do not hold it either', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, CANARY, { mode: 0o640 });
    await Promise.all([
      ask('completion', ['completion', 'bash']),
      ask('completion', ['completion', 'zsh']),
      ask('completion', ['completion', 'fish']),
      ask('help', ['help']),
      ask('help', ['promote', '--help']),
      ask('version', ['--version']),
      ask('a file that others can read', ['inspect', 'cluster', '--url', 'http://127.0.0.1:1', '--token-file', file]),
      ask('control characters', ['inspect', 'cluster', '--url', 'http://127.0.0.1:1'], {
        AERODB_TOKEN: `${CANARY}\u0001`,
      }),
      ask('plain HTTP elsewhere', ['inspect', 'cluster', '--url', 'http://db.example:1', '--json']),
      ask('no terminal', ['promote', '--url', 'http://127.0.0.1:1', '--node', N2, '--operator', '--json']),
      ask('the log', ['audit', 'show', '--auditor', '--json']),
      ask('the log', ['audit', 'export', '--auditor']),
      ask('the log', ['audit', 'verify', '--auditor', '--json']),
    ]);
    // What a person types by mistake is no argument, and its value is withheld.
    const before = shown.length;
    for (const args of [
      ['inspect', 'cluster', '--url', 'http://127.0.0.1:1', `--token=${CANARY}`],
      ['inspect', 'cluster', '--token', CANARY, '--url', 'http://127.0.0.1:1'],
      ['--token', CANARY, 'inspect', 'cluster'],
      ['inspect', 'cluster', '--url', `http://ann:${encodeURIComponent(CANARY)}@127.0.0.1:1`],
      ['inspect', 'cluster', '--url', `http://127.0.0.1:1/?token=${encodeURIComponent(CANARY)}`],
    ]) {
      assert.equal(await ask('mistyped', [...args, '--json'], {}), 2);
    }
    for (const [index, { text }] of shown.slice(before).entries())
      shown[before + index] = { what: `mistyped ${index}`, text };
    nowhere();
  });

  it('also P7-O3, freeze/secrets: nor does what a whole promotion in a terminal shows and records, its rejection and its success', async () => {
    let reject = true;
    const urls: Record<string, string> = {};
    const server = await kernelServer(N2, urls, request => {
      note(request);
      if (request.method === 'POST')
        return reject
          ? { status: 409, value: rejection('AERO_PROMOTION_DENIED', 'not_executed', { headers: request.headers }) }
          : undefined;
      return bent(truthful(N2, request, urls), answer => {
        answer['notes'] = [`you sent ${request.headers.authorization ?? ''}`];
        for (const check of (answer.data['checks'] ?? []) as Record<string, unknown>[]) check['observed'] = CANARY;
      });
    });
    for (const outcome of ['Not executed|not_executed', 'Executed|executed']) {
      const terminal = await Terminal.open(
        ['promote', '--url', server.url, '--node', N2, '--operator', '--reason', 'drill', '--audit-dir', audit],
        cleanEnv(folder, { AERODB_TOKEN: CANARY }),
      );
      await terminal.sees('node> ');
      terminal.type('node-2');
      const code = await terminal.end();
      shown.push({ what: outcome, text: terminal.output });
      assert.equal(code, reject ? 4 : 0, terminal.output);
      reject = false;
    }
    assert.ok(leaksIn(authorized.join(), CANARY).length > 0);
    nowhere();
  });

  for (const crash of ['an unhandled rejection', 'an uncaught exception', 'a fatal signal'] as const) {
    it(`also P7-O3: a crash by ${crash} while the kernel is being asked leaves it in no message and no diagnostic report`, async () => {
      const reports = join(folder, `reports-${crash.replaceAll(' ', '-')}`);
      mkdirSync(reports);
      let asked = 0;
      const silent = await rawServer(socket =>
        socket.on('data', () => {
          asked += 1;
        }),
      );
      const fail = crash === 'an unhandled rejection' ? "Promise.reject(new Error('boom'))" : "throw new Error('boom')";
      const options = [
        '--report-on-signal',
        '--report-uncaught-exception',
        '--report-on-fatalerror',
        `--report-directory=${reports}`,
        ...(crash === 'a fatal signal'
          ? []
          : [`--import=data:text/javascript,process.once('SIGUSR1',()=>{${encodeURIComponent(fail)}})`]),
      ];
      const child = spawn(
        process.execPath,
        [
          ...options,
          await builtProgram(),
          'inspect',
          'cluster',
          '--url',
          silent.url,
          '--timeout',
          '60',
          '--audit-dir',
          audit,
        ],
        { env: cleanEnv(folder, { AERODB_TOKEN: CANARY }), stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
      await until('the request', () => asked > 0);
      const ended = once(child, 'close');
      if (crash === 'a fatal signal') {
        child.kill('SIGUSR2');
        await until(
          'the report',
          () =>
            readdirSync(reports).length > 0 &&
            readFileSync(join(reports, readdirSync(reports)[0] ?? ''), 'utf8')
              .trimEnd()
              .endsWith('}'),
        );
        child.kill('SIGKILL');
      } else child.kill('SIGUSR1');
      await ended;
      shown.push({ what: crash, text: output });
      const { searched, leaks } = leaksBelow(reports, CANARY);
      // What the program catches itself makes no report: Node writes one only for what nobody handles.
      assert.equal(searched, crash === 'a fatal signal' ? 1 : 0, output);
      if (crash !== 'a fatal signal')
        assert.equal(output, 'aerodb-control itself failed: boom.\nNothing was sent that could change anything.\n');
      assert.deepEqual(leaks, []);
      nowhere();
    });
  }
});
