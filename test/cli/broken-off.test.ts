/**
 * What a run says when its own code breaks, or when what it says is not taken: what was sent and recorded is known, and
 * said.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { brokenOff, notWritten } from '../../src/cli/run-state.ts';
import { table } from '../../src/cli/text/layout.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { refusal, transportFailure } from '../../src/control-plane/model/errors.ts';
import { bent, closeAll, kernelServer, truthful, type HttpRunning } from '../support/servers.ts';
import { N2 } from '../support/wire.ts';
import {
  builtProgram,
  cleanEnv,
  cli,
  closeTerminals,
  records,
  run,
  scratch,
  Terminal,
  type Ended,
} from '../support/terminal.ts';

const WORDS = 300_000;
const recorded = { position: { seq: 7n, hash: '0'.repeat(64) }, time: '2026-11-21T10:00:00.000Z' };
const failed: CommandResult = {
  kind: 'failed',
  requestId: 'r-1',
  command: 'request_promotion',
  cluster: 'c',
  target: N2,
  recorded,
  error: refusal('PHASE7_CONFIRMATION_DECLINED', 'Declined.'),
};

describe('a run that breaks off', function () {
  this.timeout(120_000);
  const folder = scratch();
  let server: HttpRunning;

  before(async () => {
    const urls: Record<string, string> = {};
    server = await kernelServer(N2, urls, request =>
      request.method === 'POST'
        ? bent(truthful(N2, request, urls), ({ data }) => {
            data['changes'] = [{ component: 'role', node_id: N2, before: 'replica', after: 'w '.repeat(WORDS) }];
          })
        : undefined,
    );
  });
  after(async () => {
    closeTerminals();
    await closeAll();
  });

  /** A module that is loaded before the program. */
  function preload(name: string, source: string): NodeJS.ProcessEnv {
    const file = join(folder, `${name}.cjs`);
    writeFileSync(file, source);
    return { NODE_OPTIONS: `--require=${file}` };
  }

  async function promote(
    audit: string,
    more: NodeJS.ProcessEnv = {},
    shell?: (program: string) => string,
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    const terminal = await Terminal.open(
      ['promote', '--url', server.url, '--audit-dir', audit, '--node', N2, '--operator', '--reason', 'drill'],
      cleanEnv(folder, more),
      shell,
    );
    await terminal.sees('node> ');
    terminal.type('node-2');
    return { code: await terminal.end(), output: terminal.output.replaceAll(/\s+/g, ' ') };
  }

  it('also P7-E2: lays out an executed promotion whose answer holds 300,000 words', async () => {
    const audit = join(folder, 'large');
    const { code, output } = await promote(audit);
    assert.equal(code, 0, output.slice(-2000));
    assert.match(output, /Request Promotion: executed/);
    assert.ok(output.split(' w').length > WORDS, 'every word is shown');
  });

  it('also P7-E2: says that a promotion was executed and where it is recorded when its result cannot be laid out', async () => {
    const audit = join(folder, 'unshown');
    const broken = preload(
      'layout',
      'const trimEnd = String.prototype.trimEnd; String.prototype.trimEnd = function () { if (this.includes("w w ' +
        'w w w")) throw new RangeError("too large to lay out"); return trimEnd.call(this); };',
    );
    const { code, output } = await promote(audit, broken);
    const last = records(audit).at(-1);
    assert.equal(last?.['stage'], 'command_executed');
    assert.equal(code, 9, output.slice(-2000));
    assert.match(
      output,
      new RegExp(
        `could not be shown: too large to lay out\\. Request ${String(last['request_id'])}: the kernel ` +
          `executed it; its end is audit record ${String(last['seq'])}`,
      ),
    );
    assert.doesNotMatch(output.slice(output.indexOf('Confirmed.')), /unknown|not known|at .*:\d+:\d+/i);
  });

  it('also P7-E2: says that an executed promotion is executed when standard output is a full disk', async () => {
    const audit = join(folder, 'full');
    const { code, output } = await promote(audit, {}, program => `${program} > /dev/full`);
    assert.equal(code, 9, output.slice(-2000));
    assert.match(
      output,
      /Standard output could not be written \(ENOSPC\).*the kernel executed it; its end is audit record \d+/,
    );
  });

  /** Runs the program as a shell would, its standard output redirected. */
  async function redirected(args: readonly string[], shell: (program: string) => string): Promise<Ended> {
    const program = [process.execPath, await builtProgram(), ...args].map(word => `'${word}'`).join(' ');
    return run('bash', ['-c', shell(program)], cleanEnv(folder));
  }

  it(
    'also P7-E2: exits with 9 when a file takes a part of the output, with 0 when nobody reads, and with the code ' +
      'of a failure where there is one',
    async () => {
      const audit = ['--audit-dir', join(folder, 'outputs')];
      const lines: readonly (readonly string[])[] = [
        ['--help'],
        ['completion', 'bash'],
        ['inspect', 'cluster', '--url', server.url, '--wide', ...audit],
        ['inspect', 'cluster', '--url', server.url, '--json', ...audit],
      ];
      for (const line of lines) {
        const file = join(folder, 'part');
        const whole = (await cli(line, cleanEnv(folder))).stdout;
        assert.ok(whole.length > 1024, line.join(' '));
        const full = await redirected(line, program => `${program} > /dev/full`);
        assert.equal(full.code, 9, `${line.join(' ')}: ${full.stderr}`);
        const closed = await redirected(line, program => `set -o pipefail; ${program} | true`);
        assert.deepEqual([closed.code, closed.stderr], [0, ''], line.join(' '));
        if (line.includes('--url')) continue; // below, its log would not fit either
        // A file may grow to 1,024 bytes: the write that goes beyond is taken up to there, without an error of its own.
        const part = await redirected(line, program => `trap '' XFSZ; ulimit -f 1; ${program} > '${file}'`);
        assert.equal(part.code, 9, `${line.join(' ')}: ${part.stderr}`);
        assert.match(part.stderr, /Standard output could not be written \(EFBIG\): the output is not complete\./);
        assert.equal(statSync(file).size, 1024);
      }
      const filled = await redirected(
        ['audit', 'show', '--auditor', '--json', ...audit],
        program => `${program} > /dev/full`,
      );
      assert.equal(filled.code, 9, filled.stderr);
      const exported = await redirected(
        ['audit', 'export', '--auditor', ...audit],
        program => `${program} > /dev/full`,
      );
      assert.equal(exported.code, 9, exported.stderr);
      const refused = await redirected(
        ['inspect', 'cluster', '--json', '--url', 'http://127.0.0.1:1', ...audit],
        program => `${program} > /dev/full`,
      );
      assert.equal(refused.code, 5, 'that the kernel was not reached is worse');
      assert.match(refused.stderr, /Standard output could not be written/);
    },
  );

  it(
    'also P7-E2: what breaks where nobody waits for it is said without a stack trace, and nothing is called unknown ' +
      'that was not sent',
    async () => {
      const broken = preload(
        'late',
        'const { request } = require("node:http"); setImmediate(() => { throw new Error("out of nowhere"); });',
      );
      const { code, stderr } = await cli(
        ['inspect', 'cluster', '--url', server.url, '--audit-dir', join(folder, 'late')],
        cleanEnv(folder, broken),
      );
      assert.equal(code, 3, stderr);
      assert.equal(
        stderr,
        'aerodb-control itself failed: out of nowhere.\nNothing was sent that could change anything.\n',
      );
    },
  );

  it('also P7-E2: an exception while the answer to a promotion is awaited leaves its outcome unknown', async () => {
    const audit = join(folder, 'waiting');
    const broken = preload(
      'waiting',
      'const { Socket } = require("node:net"); const { write } = Socket.prototype; ' +
        'Socket.prototype.write = function (bytes, ...rest) { if (String(bytes).startsWith("POST ")) ' +
        'setTimeout(() => { throw new Error("out of nowhere"); }, 0); return write.call(this, bytes, ...rest); };',
    );
    const terminal = await Terminal.open(
      ['promote', '--url', (await silent()).url, '--audit-dir', audit, '--node', N2, '--operator', '--reason', 'drill'],
      cleanEnv(folder, broken),
    );
    await terminal.sees('node> ');
    terminal.type('node-2');
    assert.equal(await terminal.end(), 6, terminal.output.slice(-2000));
    assert.match(terminal.output, /out of nowhere[\s\S]*OUTCOME UNKNOWN: the request [0-9a-f-]{36} was sent once/);
  });

  /** A kernel that explains and never answers a POST. */
  async function silent(): Promise<HttpRunning> {
    const { httpServer, json } = await import('../support/servers.ts');
    const urls: Record<string, string> = {};
    const running = await httpServer((request, response) => {
      if (request.method === 'POST') return;
      const { status, value } = truthful(N2, request, urls);
      json(response, status, value);
    });
    urls[N2] = running.url;
    return running;
  }

  it('says what is known, for each way in which a command can have ended', () => {
    assert.deepEqual(brokenOff({}, new Error('x')).code, 3);
    const shown = (result: CommandResult): readonly string[] => brokenOff({ result }, new Error('x')).lines;
    assert.match(shown(failed).join(' '), /not executed; its end is audit record 7/);
    assert.equal(brokenOff({ result: failed }, new Error('x')).code, 3, 'a failure keeps its code');
    const unknown: CommandResult = {
      ...failed,
      error: transportFailure('PHASE7_TIMEOUT', '', 'unknown'),
      recorded: { position: null, cause: 'disk full' },
    };
    assert.match(shown(unknown).join(' '), /OUTCOME UNKNOWN.*NOT RECORDED: disk full/);
    assert.equal(notWritten({ result: unknown }, 'ENOSPC', 6).code, 6);
    assert.equal(notWritten({}, 'ENOSPC', 0).code, 9);
  });

  it('lays out tables of any length and width', () => {
    setFlagsFromString('--stack-size=400');
    const lines = table(
      [{ title: 'a' }],
      Array.from({ length: WORDS }, (_, row) => [String(row)]),
    );
    setFlagsFromString('--stack-size=984');
    assert.equal(lines.length, WORDS + 1);
  });

  describe('of an account without a home directory', () => {
    const STRANGER = 54_321;

    /**
     * Runs as a user id that no account has, without HOME. Node itself may lie where only root gets to: it is started
     * as root and gives that up before the program is loaded.
     */
    async function homeless(args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> {
      const program = await builtProgram();
      for (const place of [folder, dirname(dirname(program))]) chmodSync(place, 0o755);
      const { NODE_OPTIONS } = preload(
        'stranger',
        `process.setgroups([]); process.setgid(${STRANGER}); process.setuid(${STRANGER}); delete ` +
          'process.env.NODE_OPTIONS; process.chdir("/");',
      );
      return run(process.execPath, [program, ...args], {
        PATH: process.env['PATH'],
        LANG: 'C.UTF-8',
        NODE_OPTIONS,
        ...more,
      });
    }

    it('works where both places are given, by option or by environment, and otherwise names what is missing', async () => {
      if (process.getuid?.() !== 0) {
        process.stderr.write(
          '      THIS ACCOUNT CANNOT START A PROCESS OF ANOTHER USER: A MISSING HOME DIRECTORY IS NOT TESTED\n',
        );
        return;
      }
      const own = join(folder, 'own');
      mkdirSync(own);
      chmodSync(own, 0o755); // a configuration in a folder that everybody may write to is not believed
      const config = join(own, 'clusters.json');
      writeFileSync(config, JSON.stringify({ clusters: [{ name: 'c', kind: 'aerodb', endpoints: [server.url] }] }), {
        mode: 0o644,
      });
      const state = (name: string): string => {
        const place = join(own, name);
        mkdirSync(place, { mode: 0o700 });
        chmodSync(place, 0o755);
        return place;
      };
      // The directory of the log has to be the stranger's own.
      const audit = join(state('a'), 'log');
      chmodSync(dirname(audit), 0o777);
      const inspect = ['inspect', 'cluster', '--cluster', 'c'];
      const given = await homeless([...inspect, '--config', config, '--audit-dir', audit]);
      assert.equal(given.code, 0, given.stderr);
      assert.equal(readFileSync(join(audit, 'audit.jsonl'), 'utf8').split('\n').length, 4);
      const xdg = join(state('x'), 'aerodb');
      mkdirSync(xdg);
      writeFileSync(join(xdg, 'clusters.json'), readFileSync(config), { mode: 0o644 });
      const environment = await homeless(inspect, { XDG_CONFIG_HOME: dirname(xdg), XDG_STATE_HOME: dirname(audit) });
      assert.equal(environment.code, 0, environment.stderr);
      const noConfig = await homeless([...inspect, '--audit-dir', audit]);
      assert.equal(noConfig.code, 2, noConfig.stderr);
      assert.match(
        noConfig.stderr.replaceAll(/\s+/g, ' '),
        /has no home directory.*--config.*XDG_CONFIG_HOME.*sent\. PHASE7_MALFORMED_REQUEST . P7-A2 . config/,
      );
      const noLog = await homeless([...inspect, '--config', config]);
      assert.equal(noLog.code, 3, noLog.stderr);
      assert.match(
        noLog.stderr.replaceAll(/\s+/g, ' '),
        /has no home directory.*--audit-dir.*XDG_STATE_HOME.*Nothing was sent.*audit-dir/,
      );
    });
  });
});
