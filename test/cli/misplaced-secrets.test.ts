/**
 * Every way in which a person puts a secret where a name, a path or an address belongs, in settings and on command
 * lines: no byte that is shown or recorded holds it.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINES } from '../../src/engines/registry.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import type { Clusters } from '../../src/control-plane/ports.ts';
import { toWire } from '../../src/control-plane/model/views.ts';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import { auditDirectoryIn, configuredIn, findIn, operatorNameIn } from '../../src/vscode/configured.ts';
import { leaksBelow, leaksIn } from '../support/canary.ts';
import { issue } from '../support/certificates.ts';
import { N2 } from '../support/wire.ts';
import { builtProgram, cleanEnv, cli, records, scratch, type Ended } from '../support/terminal.ts';

/** Always the same, and as if it were drawn. */
function drawn(seed: string, encoding: 'base64' | 'base64url' | 'hex'): string {
  return createHash('sha256').update(seed).digest(encoding);
}
const KEY = issue({ name: 'operator' }).key;
const SECRETS = {
  key: KEY,
  token: drawn('token', 'base64url'),
  base64: `q+${drawn('base64', 'base64')}`,
  jwt: `eyJhbGciOiJIUzI1NiJ9.${drawn('claims', 'base64url')}.${drawn('signature', 'base64url')}`,
  hex: drawn('hex', 'hex'),
  password: 'zX9!wq#Lm4$vT2',
  login: 'operator:zX9wqLm4vT2kkP',
  phrase: 'Passw0rd-zX9wqLm4vT2kkQ',
} as const;
const ALL = Object.values(SECRETS);

/** What of a secret must be found nowhere: all of it, or each line of a key. */
function parts(secret: string): readonly string[] {
  return secret === KEY ? KEY.split('\n').filter(line => line.length > 20 && !line.includes('-----')) : [secret];
}

interface Way {
  readonly what: string;
  readonly secrets: readonly string[];
  readonly args: (secret: string) => readonly string[];
  readonly env?: (secret: string) => NodeJS.ProcessEnv;
  /** The code of the line's end where it is none of a refusal. */
  readonly code?: number;
}

describe('secrets where names and paths belong', function () {
  this.timeout(240_000);
  const folder = scratch();
  const audit = join(folder, 'audit');
  let files = 0;

  function file(content: string): string {
    files += 1;
    mkdirSync(join(folder, 'given'), { recursive: true });
    const path = join(folder, 'given', `file-${files}.json`);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  const local = ['--url', 'http://127.0.0.1:1'];
  const inspect = ['inspect', 'cluster'];
  const node = ['inspect', 'node', ...local];
  const line =
    (...args: readonly string[]) =>
    (secret: string): readonly string[] =>
      args.map(word => word.replaceAll('SECRET', secret));

  const LINES: readonly Way[] = [
    { what: '--cluster', secrets: ALL, args: line(...inspect, '--cluster=SECRET') },
    {
      what: '--cluster, as an address with a login',
      secrets: [SECRETS.hex, SECRETS.token],
      args: line(...inspect, '--cluster=https://ann:SECRET@db1.example'),
    },
    {
      what: '--cluster --operator',
      secrets: [SECRETS.password, SECRETS.token],
      args: line(...inspect, '--cluster=SECRET', '--operator'),
    },
    { what: '--node', secrets: ALL, args: line(...node, '--node=SECRET') },
    { what: '--node under Patroni', secrets: ALL, args: line(...node, '--kind', 'patroni', '--node=SECRET'), code: 5 },
    {
      what: '--request-id',
      secrets: [SECRETS.token, SECRETS.password],
      args: line('inspect', 'promotion', ...local, '--node', N2, '--request-id=SECRET'),
    },
    {
      what: '--url, its login',
      secrets: [SECRETS.token, SECRETS.hex],
      args: line(...inspect, '--url', 'https://ann:SECRET@db1.example'),
    },
    {
      what: '--url, its query',
      secrets: [SECRETS.token, SECRETS.hex],
      args: line(...inspect, '--url', 'https://db1.example/?token=SECRET'),
    },
    {
      what: '--url, its fragment',
      secrets: [SECRETS.token, SECRETS.hex],
      args: line(...inspect, '--url', 'https://db1.example/#SECRET'),
    },
    {
      what: '--url, its path',
      secrets: [SECRETS.token, SECRETS.hex, SECRETS.jwt],
      args: line(...inspect, '--url', 'https://db1.example/SECRET'),
    },
    {
      what: '--url, its host',
      secrets: [SECRETS.token, SECRETS.hex, SECRETS.jwt],
      args: line(...inspect, '--url', 'https://SECRET'),
    },
    { what: '--url, alone', secrets: ALL, args: line(...inspect, '--url=SECRET') },
    {
      what: '--url, its member',
      secrets: [SECRETS.token, SECRETS.password],
      args: line(...inspect, '--kind', 'patroni', '--url', 'SECRET=https://db1.example'),
    },
    { what: '--kind', secrets: [SECRETS.token], args: line(...inspect, ...local, '--kind=SECRET') },
    { what: '--token-file', secrets: ALL, args: line(...inspect, ...local, '--token-file=SECRET') },
    {
      what: '--config, in the place of its path',
      secrets: ALL,
      args: line(...inspect, '--cluster', 'orders', '--config=SECRET'),
    },
    {
      what: '--config, a file that holds it',
      secrets: ALL,
      args: secret => [...inspect, '--cluster', 'orders', '--config', file(secret)],
    },
    {
      what: '--config, a file that holds it as JSON',
      secrets: ALL,
      args: secret => [...inspect, '--cluster', 'orders', '--config', file(JSON.stringify(secret))],
    },
    {
      what: '--config, a file with a mistake beside it',
      secrets: [SECRETS.token],
      args: secret => [
        ...inspect,
        '--cluster',
        'orders',
        '--config',
        file(`{ "clusters": [],\n  "operatorName": ${secret} }`),
      ],
    },
    { what: '--audit-dir', secrets: ALL, args: line(...inspect, ...local, '--audit-dir=SECRET') },
    { what: 'audit --file', secrets: ALL, args: line('audit', 'show', '--auditor', '--file=SECRET') },
    {
      what: 'audit verify --file',
      secrets: [SECRETS.token],
      args: line('audit', 'verify', '--auditor', '--file=SECRET'),
    },
    { what: 'audit --output', secrets: ALL, args: line('audit', 'export', '--auditor', '--output=SECRET') },
    { what: 'audit --head', secrets: [SECRETS.token], args: line('audit', 'verify', '--auditor', '--head=SECRET') },
    {
      what: 'audit --since',
      secrets: [SECRETS.token, SECRETS.password],
      args: line('audit', 'show', '--auditor', '--since=SECRET'),
    },
    {
      what: '--timeout',
      secrets: [SECRETS.token, SECRETS.password],
      args: line(...inspect, ...local, '--timeout=SECRET'),
    },
    {
      what: 'the name of an option',
      secrets: [SECRETS.token, SECRETS.hex],
      args: line(...inspect, ...local, '--SECRET'),
    },
    {
      what: 'the name of an option of no command',
      secrets: [SECRETS.token, SECRETS.hex],
      args: line('audit', 'show', '--auditor', '--SECRET'),
    },
    {
      what: 'an option that there is not',
      secrets: [SECRETS.token, SECRETS.phrase],
      args: line(...inspect, ...local, '--token=SECRET'),
    },
    { what: 'the command', secrets: [SECRETS.token, SECRETS.password, SECRETS.jwt], args: line('SECRET') },
    { what: 'the rest of a command', secrets: [SECRETS.token, SECRETS.password], args: line('inspect', 'SECRET') },
    { what: 'a word behind a command', secrets: [SECRETS.token], args: line(...inspect, 'SECRET', ...local) },
    {
      what: '--cluster, what AERODB_TOKEN holds',
      secrets: ['correct horse battery', SECRETS.login],
      args: line(...inspect, '--cluster=SECRET'),
      env: secret => ({ AERODB_TOKEN: secret }),
    },
    {
      what: '--node, the password of what AERODB_TOKEN holds',
      secrets: ['correct horse battery'],
      args: line(...node, '--node=SECRET'),
      env: secret => ({ AERODB_TOKEN: `ann:${secret}` }),
    },
    {
      what: '--reason, what AERODB_DATABASE_PASSWORD holds',
      secrets: ['correct horse battery'],
      args: line('promote', ...local, '--node', N2, '--reason', 'with SECRET', '--operator'),
      env: secret => ({ AERODB_DATABASE_PASSWORD: secret }),
    },
    {
      what: 'AERODB_TOKEN with a line break',
      secrets: [SECRETS.token],
      args: line(...inspect, ...local),
      env: secret => ({ AERODB_TOKEN: `${secret}\n` }),
    },
    {
      what: 'a token file of two lines',
      secrets: [SECRETS.token],
      args: secret => [...inspect, ...local, '--token-file', file(`${secret}\n${secret}\n`)],
    },
  ];

  const ORDERS = { name: 'orders', kind: 'aerodb', endpoints: ['https://127.0.0.1:1'] };
  const GUARDED = { name: 'orders', kind: 'patroni', endpoints: ['https://127.0.0.1:1'] };
  /** Members of a configured cluster, in the file as in the editor's setting. */
  const MEMBERS: Readonly<Record<string, readonly [secrets: readonly string[], cluster: (secret: string) => unknown]>> =
    {
      name: [ALL, secret => ({ ...ORDERS, name: secret })],
      environment: [ALL, secret => ({ ...ORDERS, environment: secret })],
      group: [ALL, secret => ({ ...ORDERS, group: secret })],
      color: [ALL, secret => ({ ...ORDERS, color: secret })],
      kind: [ALL, secret => ({ ...ORDERS, kind: secret })],
      identity: [ALL, secret => ({ ...ORDERS, identity: secret })],
      'tls.ca': [ALL, secret => ({ ...ORDERS, tls: { ca: secret } })],
      'tls.cert': [ALL, secret => ({ ...ORDERS, tls: { cert: secret, key: '/tmp/none' } })],
      'tls.key': [ALL, secret => ({ ...ORDERS, tls: { cert: file(issue({ name: 'operator' }).cert), key: secret } })],
      'tls.serverName': [ALL, secret => ({ ...ORDERS, tls: { serverName: secret } })],
      endpoints: [ALL, secret => ({ ...ORDERS, endpoints: [secret] })],
      'endpoints, its login': [
        [SECRETS.token, SECRETS.hex],
        secret => ({ ...ORDERS, endpoints: [`https://ann:${secret}@db1`] }),
      ],
      'endpoints, its path': [
        [SECRETS.token, SECRETS.hex, SECRETS.jwt],
        secret => ({ ...ORDERS, endpoints: [`https://db1/${secret}`] }),
      ],
      'endpoints, its query': [
        [SECRETS.token, SECRETS.hex, SECRETS.jwt],
        secret => ({ ...ORDERS, endpoints: [`https://db1/?token=${secret}`] }),
      ],
      'endpoints, plain http to a host': [
        [SECRETS.token, SECRETS.hex, SECRETS.jwt],
        secret => ({ ...ORDERS, endpoints: [`http://${secret}`] }),
      ],
      'endpoints.member': [
        ALL,
        secret => ({ ...GUARDED, endpoints: [{ url: 'https://127.0.0.1:1', member: secret }] }),
      ],
      'endpoints.serverName': [
        ALL,
        secret => ({ ...ORDERS, endpoints: [{ url: 'https://127.0.0.1:1', serverName: secret }] }),
      ],
      'a member of an endpoint that there is not': [
        [SECRETS.token, SECRETS.password],
        secret => ({ ...ORDERS, endpoints: [{ url: 'https://127.0.0.1:1', [secret]: 'x' }] }),
      ],
      'database.user': [ALL, secret => ({ ...GUARDED, database: { user: secret, addresses: ['127.0.0.1:1'] } })],
      'database.name': [
        ALL,
        secret => ({ ...GUARDED, database: { user: 'monitor', name: secret, addresses: ['127.0.0.1:1'] } }),
      ],
      'database.addresses': [ALL, secret => ({ ...GUARDED, database: { user: 'monitor', addresses: [secret] } })],
      'a member that there is not': [ALL, secret => ({ ...ORDERS, [secret]: 'x' })],
      'a member that there is not, its value': [ALL, secret => ({ ...ORDERS, token: secret })],
    };
  const named = (cluster: unknown): string => (cluster as { readonly name: string }).name;

  /** Members of the terminal's file. */
  const SETTINGS: Readonly<
    Record<string, readonly [secrets: readonly string[], settings: (secret: string) => unknown]>
  > = {
    tokenFiles: [ALL, secret => ({ clusters: [ORDERS], tokenFiles: { orders: secret } })],
    databasePasswordFiles: [
      ALL,
      secret => ({
        clusters: [{ ...GUARDED, database: { user: 'monitor', addresses: ['127.0.0.1:1'] } }],
        databasePasswordFiles: { orders: secret },
      }),
    ],
    operatorName: [ALL, secret => ({ clusters: [ORDERS], operatorName: secret })],
    auditDirectory: [ALL, secret => ({ clusters: [ORDERS], auditDirectory: secret })],
    'a member that there is not': [ALL, secret => ({ clusters: [ORDERS], [secret]: 'x' })],
    'two clusters of one name': [
      [SECRETS.token, SECRETS.password],
      secret => ({
        clusters: [
          { ...ORDERS, name: secret },
          { ...ORDERS, name: secret },
        ],
      }),
    ],
  };

  const WAYS: readonly Way[] = [
    ...LINES,
    ...Object.entries(MEMBERS).map(
      ([what, [secrets, cluster]]): Way => ({
        what: `${what} of a cluster in the file`,
        secrets,
        args: secret => {
          const given = cluster(secret);
          return [...inspect, `--cluster=${named(given)}`, '--config', file(JSON.stringify({ clusters: [given] }))];
        },
      }),
    ),
    ...Object.entries(SETTINGS).map(
      ([what, [secrets, settings]]): Way => ({
        what: `${what} of the file`,
        secrets,
        args: secret => [
          ...inspect,
          `--cluster=${what.startsWith('two') ? secret : 'orders'}`,
          '--config',
          file(JSON.stringify(settings(secret))),
        ],
      }),
    ),
  ];

  function assertNowhere(what: string, secret: string, text: string): void {
    for (const part of parts(secret)) assert.deepEqual(leaksIn(text, part), [], `${what}\n${text}`);
  }

  it(
    'also P7-O3, freeze/secrets: in the terminal, as real processes: not in what is printed, not as JSON, not in the ' +
      'audit log, and not as the name of a file',
    async () => {
      await builtProgram();
      const runs = WAYS.flatMap(way => way.secrets.map(secret => ({ way, secret })));
      const ended: string[] = [];
      const next = async (): Promise<void> => {
        for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
          const { way, secret } = run;
          const args = way.args(secret);
          const where =
            way.what.includes('audit-dir') || way.what.startsWith('auditDirectory') ? [] : ['--audit-dir', audit];
          const { code, stdout, stderr }: Ended = await cli(
            [...args, '--json', ...where],
            cleanEnv(folder, way.env?.(secret)),
          );
          assert.ok(
            code === 2 || code === way.code || (way.what.startsWith('a member') && code === 5),
            `${way.what}: ${code}\n${stderr}${stdout}`,
          );
          assert.match(stdout, /"kind": "failed"/, way.what);
          assertNowhere(way.what, secret, `${stdout}\n${stderr}`);
          ended.push(way.what);
        }
      };
      await Promise.all([next(), next()]);
      const kept = [audit, join(folder, '.local')];
      for (const secret of new Set(WAYS.flatMap(({ secrets }) => secrets))) {
        for (const part of parts(secret))
          for (const directory of kept) assert.deepEqual(leaksBelow(directory, part).leaks, []);
        assert.ok(
          !readdirSync(folder, { recursive: true, encoding: 'utf8' }).some(name => name.includes(secret)),
          'no file is called by it',
        );
      }
      const log = records(audit);
      const says = (test: (record: Readonly<Record<string, unknown>>) => boolean): number => log.filter(test).length;
      assert.ok(
        says(({ redacted }) => Array.isArray(redacted) && redacted.includes('cluster')) > 10,
        'the record says that the cluster is withheld',
      );
      assert.ok(
        says(
          ({ redacted, target }) => Array.isArray(redacted) && redacted.includes('node') && target === '[withheld]',
        ) > 10,
        'the record says that the node is withheld',
      );
      process.stdout.write(`      ${WAYS.length} ways in the terminal, ${ended.length} lines\n`);
      assert.ok(WAYS.length >= 40);
    },
  );

  it(
    'also P7-O3, freeze/secrets: in the editor, from its settings and from whoever calls a command: not in a ' +
      'result, a row, an error or the audit log',
    async () => {
      const directory = join(folder, 'editor');
      let ways = 0;
      let asked = 0;
      const look = async (
        what: string,
        secret: string,
        setting: readonly unknown[],
        input: Readonly<Record<string, unknown>>,
        more: { readonly command?: string; readonly name?: unknown } = {},
      ): Promise<void> => {
        asked += 1;
        const clusters: Clusters = {
          find: name => findIn(configuredIn(setting, ENGINES), name),
          entries: () => setting,
          connect: cluster => connect(cluster, { timeouts: DEFAULT_TIMEOUTS }),
        };
        const session = new ControlPlane({
          engines: ENGINES,
          audit: openAuditLog({ directory }),
          clusters,
          clock: { name: 'test', now: () => '2026-11-29T10:00:00.000Z' },
          ids: { uuid: () => crypto.randomUUID() },
          operator: { account: 'ann', host: 'desk', name: operatorNameIn(more.name) },
          confirmer: {
            unavailable: () => undefined,
            confirm: () => Promise.resolve({ kind: 'declined', at: 'a test' }),
          },
        });
        const rows = configuredIn(setting, ENGINES);
        const cluster = String(input['cluster']);
        const results = [
          await session.execute(more.command ?? 'inspect_cluster_state', input),
          (await session.preflight('inspect_node', cluster)).refusal ?? null,
          [...(await session.unavailable(cluster))],
          rows.map(({ name, config }) => [name, config.ok ? null : config.error]),
          ...(rows[0] === undefined ? [] : [await session.execute('inspect_cluster_state', { cluster: rows[0].name })]),
          await session.changeAuthority({ level: 'Operator', cluster }),
        ];
        assertNowhere(what, secret, JSON.stringify(results.map(result => toWire(result))));
      };
      for (const [what, [secrets, cluster]] of Object.entries(MEMBERS)) {
        ways += 1;
        for (const secret of secrets) {
          await look(what, secret, [cluster(secret)], { cluster: named(cluster(secret)) });
          // The paths of TLS files are looked at with the first connection.
          const [row] = configuredIn([cluster(secret)], ENGINES);
          assert.ok(
            row !== undefined && (what.startsWith('tls.') || !row.config.ok),
            `${what}: such a cluster is refused`,
          );
        }
      }
      const calls: Readonly<
        Record<
          string,
          (
            secret: string,
          ) => readonly [Readonly<Record<string, unknown>>, { readonly command?: string; readonly name?: unknown }?]
        >
      > = {
        'cluster of a call': secret => [{ cluster: secret }],
        'node of a call': secret => [{ cluster: 'orders', node: secret }, { command: 'inspect_node' }],
        'request id of a call': secret => [
          { cluster: 'orders', node: N2, lookup: secret },
          { command: 'inspect_promotion_state' },
        ],
        'an argument that there is not': secret => [{ cluster: 'orders', token: secret }],
        'the name of an argument': secret => [{ cluster: 'orders', [secret]: 'x' }],
        'an object in the place of a name': secret => [{ cluster: { secret } }],
        'the command of a call': secret => [{ cluster: 'orders' }, { command: secret }],
        operatorName: secret => [{ cluster: 'orders' }, { name: secret }],
      };
      for (const [what, call] of Object.entries(calls)) {
        ways += 1;
        for (const secret of ALL) await look(what, secret, [ORDERS], ...call(secret));
      }
      ways += 2;
      for (const secret of ALL) {
        await look(
          'two clusters of one name',
          secret,
          [
            { ...ORDERS, name: secret },
            { ...ORDERS, name: secret },
          ],
          { cluster: secret },
        );
        for (const name of ['audit.directory', 'audit.copyDirectory'] as const) {
          const setting = auditDirectoryIn(name, secret);
          assert.ok('refused' in setting);
          assertNowhere(name, secret, setting.refused);
        }
      }
      for (const secret of ALL)
        for (const part of parts(secret)) assert.deepEqual(leaksBelow(directory, part).leaks, []);
      process.stdout.write(`      ${ways} ways in the editor, ${asked} sessions\n`);
      assert.ok(ways >= 25);
    },
  );
});
