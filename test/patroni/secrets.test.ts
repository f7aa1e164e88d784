/**
 * Planted secrets in real sessions with a guarded cluster, whatever becomes of them: no byte that is written or shown
 * holds one.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { MONITOR, type PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import { leaksBelow, leaksIn } from '../support/canary.ts';
import { builtProgram } from '../support/terminal.ts';
import { issue } from '../support/certificates.ts';
import { ANNOUNCED, configure, offerTls, settled, startCluster, until } from './support.ts';
import { Session } from './terminal.ts';

/** Each occurs nowhere else. */
const SECRET = {
  login: 'canary/Zx81+login=="\\q7',
  wrongLogin: 'canary/Wr81+wrong=="\\q7',
  database: 'canary/Db42+pass=="\\w9',
  wrongDatabase: 'canary/Dw42+nopass=="\\w9',
  configuration: 'canary-Cf63-of-the-archive',
} as const;
const AUTH = { username: 'operator', password: SECRET.login };

describe('secrets of a Patroni cluster in a terminal', function () {
  this.timeout(180_000);
  const ca = issue({ name: "the cluster's own CA", ca: true });
  let cluster: PatroniCluster;
  let session: Session | undefined;

  before(
    'start a guarded cluster whose PostgreSQL speaks TLS, and plant a secret in its configuration',
    async function () {
      this.timeout(180_000);
      await builtProgram();
      cluster = await startCluster({ nodes: 2, tls: true, auth: AUTH, announced: ANNOUNCED });
      const leader = await settled(cluster);
      await cluster.sql(leader, `ALTER ROLE ${MONITOR.user} PASSWORD '${SECRET.database}'`);
      for (const { name } of cluster.members)
        await offerTls(cluster, name, issue({ name, issuer: ca, ip: [ANNOUNCED] }));
      await configure(
        cluster,
        {
          postgresql: {
            parameters: { archive_command: `curl -H "token: ${SECRET.configuration}" https://archive.example` },
          },
          archive_token: SECRET.configuration,
        },
        AUTH,
      );
    },
  );
  after(() => cluster.stop());
  afterEach(() => session?.end());

  const token = (password: string): string => `${AUTH.username}:${password}`;
  const sides = async (): Promise<{ readonly leader: string; readonly candidate: string }> => {
    const leader = await settled(cluster);
    return { leader, candidate: cluster.members.find(({ name }) => name !== leader)?.name ?? assert.fail() };
  };

  /**
   * Opens a session, lets it be worked with, and searches all that was shown, and every file but the ones in which the
   * secrets were given.
   */
  async function searched(
    options: ConstructorParameters<typeof Session>[1],
    work: (opened: Session, show: (text: string) => void) => Promise<void>,
  ): Promise<void> {
    session?.end();
    const opened = new Session(cluster, { trusted: ca.cert, ...options });
    session = opened;
    const shown: string[] = [];
    await work(opened, text => shown.push(text));
    for (const verb of ['audit show', 'audit export', 'audit verify']) {
      const { stdout, stderr } = await opened.run(verb, '--auditor');
      shown.push(stdout, stderr);
    }
    const given = ['token', 'password'].map(name => `${join(opened.home, name)}:`);
    let found = 0;
    for (const [what, secret] of Object.entries(SECRET)) {
      for (const text of shown) assert.deepEqual(leaksIn(text, secret), [], `${what}\n${text}`);
      const files = leaksBelow(opened.home, secret);
      assert.ok(files.searched >= 4, 'the log, the configuration and what was given');
      assert.deepEqual(
        files.leaks.filter(leak => !given.some(file => leak.startsWith(file))),
        [],
        what,
      );
      found += files.leaks.length;
    }
    assert.ok(found > 0, 'where they were given, they are found');
  }

  async function run(
    opened: Session,
    show: (text: string) => void,
    code: number,
    verb: string,
    ...more: readonly string[]
  ): Promise<string> {
    const ended = await opened.run(verb, ...more);
    show(ended.stdout);
    show(ended.stderr);
    assert.equal(ended.code, code, `${verb}\n${ended.stdout}${ended.stderr}`);
    return `${ended.stdout}${ended.stderr}`.replaceAll(/\s+/gu, ' ');
  }

  it(
    'also P7-O3, freeze/secrets: what succeeds holds none: every reading, diagnostics with the configuration, a ' +
      'switchover',
    async () => {
      const { leader, candidate } = await sides();
      await searched({ token: token(SECRET.login), database: SECRET.database }, async (opened, show) => {
        for (const format of [[], ['--json']]) {
          for (const verb of ['inspect cluster', 'inspect replication', 'inspect promotion'])
            await run(opened, show, 0, verb, ...format);
          for (const verb of ['inspect node', 'diag wal', 'diag snapshots'])
            await run(opened, show, 0, verb, '--node', leader, ...format);
          const collected = await opened.ask('diag diagnostics', leader, [], ...format);
          show(collected.output);
          assert.equal(collected.code, 0, collected.output);
          assert.match(
            collected.output.replaceAll(/\s+/gu, ' '),
            /Withheld, because it is not on the list of what is known to be harmless: [^:]*archive_token/u,
          );
        }
        const switched = await opened.ask('promote', candidate);
        show(switched.output);
        assert.equal(switched.code, 0, switched.output);
        assert.deepEqual(
          opened
            .records()
            .flatMap(({ redacted }) => (Array.isArray(redacted) ? (redacted as readonly string[]) : []))
            .filter(name => /archive/u.test(name)).length,
          4,
          'what was withheld is named',
        );
      });
      assert.equal(await settled(cluster), candidate, 'the login was really sent');
    },
  );

  it('also P7-O3, freeze/secrets: what is refused holds none: 401, 403, a wrong password to PostgreSQL', async () => {
    const { leader, candidate } = await sides();
    await searched({ token: token(SECRET.wrongLogin), database: SECRET.wrongDatabase }, async (opened, show) => {
      for (const format of [[], ['--json']]) {
        const unknown = await opened.ask('promote', candidate, [], ...format);
        show(unknown.output);
        assert.deepEqual([unknown.code, /PATRONI_HTTP_401/u.test(unknown.output)], [4, true], unknown.output);
        assert.match(await run(opened, show, 4, 'diag snapshots', '--node', leader, ...format), /28P01/u);
      }
    });
    cluster.guard(candidate, { allowlist: ['10.9.9.9'] });
    await until(
      'the allowlist holds',
      async () => (await cluster.ask(candidate, 'POST', '/switchover', { body: '{}', auth: AUTH })).status === 403,
    );
    await searched({ token: token(SECRET.login), database: SECRET.database }, async (opened, show) => {
      const forbidden = await opened.ask('promote', candidate);
      show(forbidden.output);
      assert.deepEqual([forbidden.code, /PATRONI_HTTP_403/u.test(forbidden.output)], [4, true], forbidden.output);
    });
    cluster.guard(candidate, { allowlist: undefined });
    assert.equal(await settled(cluster), leader);
  });

  it(
    'also P7-O3, freeze/secrets: what comes to no answer holds none: TLS that is not trusted, of either kind, and ' +
      'nobody there',
    async () => {
      const { leader, candidate } = await sides();
      await searched({ token: token(SECRET.login), database: SECRET.database, tls: false }, async (opened, show) => {
        for (const verb of ['inspect node', 'diag wal', 'diag snapshots'])
          assert.match(await run(opened, show, 5, verb, '--node', leader), /self-signed certificate/u);
      });
      await searched({ token: token(SECRET.login), database: SECRET.database, trusted: '' }, async (opened, show) => {
        for (const verb of ['diag wal', 'diag snapshots'])
          assert.match(
            await run(opened, show, 5, verb, '--node', leader),
            /unable to (?:verify the first certificate|get local issuer certificate)/u,
          );
      });
      await offerTls(cluster, leader, undefined);
      await searched({ token: token(SECRET.login), database: SECRET.database }, async (opened, show) => {
        assert.match(await run(opened, show, 5, 'diag wal', '--node', leader), /does not support SSL/u);
        await cluster.kill(candidate);
        assert.match(await run(opened, show, 5, 'inspect node', '--node', candidate), /ECONNREFUSED/u);
        assert.match(await run(opened, show, 5, 'diag snapshots', '--node', candidate, '--json'), /ECONNREFUSED/u);
        const unasked = await opened.open('promote', candidate);
        assert.equal(await unasked.end(), 5, unasked.output);
        show(unasked.output);
      });
      cluster.startMember(candidate);
      await settled(cluster);
    },
  );
});
