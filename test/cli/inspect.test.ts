/** Reads end to end: the program as a process, the real cluster, the real log. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { columns } from '../../src/cli/text/layout.ts';
import { document, jsonSchema, type Document } from './json-shape.ts';
import { listening } from '../support/listening.ts';
import {
  builtProgram,
  cleanEnv,
  cli,
  Cluster,
  records,
  ROOT,
  run,
  scratch,
  stages,
  type Ended,
} from '../support/terminal.ts';

describe('reading from a terminal program', function () {
  this.timeout(30_000);
  let home: string;
  let cluster: Cluster;
  let audit: string;
  let count = 0;

  before(async () => {
    home = scratch();
    cluster = await Cluster.start(join(home, 'cluster'));
    mkdirSync(join(home, '.config/aerodb'), { recursive: true });
    writeFileSync(
      join(home, '.config/aerodb/clusters.json'),
      JSON.stringify({
        clusters: [
          { name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url), environment: 'test bench' },
          { name: 'watched', kind: 'aerodb', endpoints: ['https://127.0.0.1:2'], observeOnly: true },
          { name: 'insecure', kind: 'aerodb', endpoints: ['http://db.example:9191'] },
          { name: 'twice', kind: 'aerodb', endpoints: ['https://a.example'] },
          { name: 'twice', kind: 'aerodb', endpoints: ['https://b.example'] },
        ],
        operatorName: 'Anna',
      }),
    );
  });
  after(() => cluster.stop());
  beforeEach(() => {
    count += 1;
    audit = join(home, `audit-${count}`);
  });

  const ask = (...args: readonly string[]): Promise<Ended> => cli([...args, '--audit-dir', audit], cleanEnv(home));
  const asked = async (...args: readonly string[]): Promise<Document> =>
    document.parse(JSON.parse((await ask(...args, '--json')).stdout));
  const READS = (): readonly (readonly [name: string, args: readonly string[]])[] => {
    const at = ['--cluster', 'local', '--node', cluster.node(1).id];
    return [
      ['inspect_cluster_state', ['inspect', 'cluster', '--cluster', 'local']],
      ['inspect_node', ['inspect', 'node', ...at]],
      ['inspect_replication_status', ['inspect', 'replication', '--cluster', 'local']],
      ['inspect_promotion_state', ['inspect', 'promotion', '--cluster', 'local']],
      [
        'inspect_promotion_state',
        ['inspect', 'promotion', ...at, '--request-id', '11111111-2222-4333-8444-555555555555'],
      ],
      ['inspect_wal', ['diag', 'wal', ...at]],
      ['inspect_snapshots', ['diag', 'snapshots', ...at]],
    ];
  };

  it('also P7-O1, freeze/audit-every-attempt: every read is answered with its source, in 100 columns, and recorded', async () => {
    for (const [command, args] of READS()) {
      const { code, stdout, stderr } = await ask(...args);
      assert.deepEqual([code, stderr], [0, ''], `${command}: ${stderr}`);
      assert.match(stdout, /^local \(test bench\) · .+\n(?:.+\n)?Read from \S+ at \d{4}-\d\d-\d\d [\d:]{8} UTC/u);
      assert.match(stdout, /^Request [0-9a-f-]{36} · Audit record \d+ · --wide: more\n$/mu);
      for (const line of stdout.split('\n')) assert.ok(columns(line) <= 100, line);
      assert.doesNotMatch(stdout, /\u001b/);
      const wide = await ask(...args, '--wide');
      for (const label of [
        'Observed by node',
        'Endpoint',
        'State +commit \\d+, control version \\d+',
        'Time +.+ \\(clock ',
        'Request',
        'Audit record',
      ])
        assert.match(wide.stdout, new RegExp(`^ {2}${label}`, 'm'));
    }
    assert.deepEqual(new Set(stages(audit)), new Set(['session_started', 'command_requested', 'command_answered']));
    assert.deepEqual(new Set(records(audit).map(({ authority }) => authority)), new Set(['Observer']));
    assert.equal(JSON.stringify(records(audit)[0]?.['operator']).includes('"name":"Anna"'), true);
  });

  it('also P7-S3, P7-O3: --from asks that endpoint and no other, and is recorded; a stranger is refused before any traffic', async function () {
    this.timeout(90_000); // a dozen programs one after the other
    const [first, second, third] = cluster.nodes.map(({ url }) => url);
    for (const verb of ['cluster', 'replication', 'promotion']) {
      const answer = await asked('inspect', verb, '--cluster', 'local', '--from', `${second ?? ''}/`);
      assert.ok(answer.kind === 'answered', JSON.stringify(answer));
      assert.deepEqual([answer.endpoint, answer.isChosen, answer.skipped], [second, true, []]);
    }
    const text = await ask('inspect', 'cluster', '--cluster', 'local', '--from', third ?? '');
    assert.match(text.stdout, /asked by choice/);
    assert.ok(!(await ask('inspect', 'cluster', '--cluster', 'local')).stdout.includes('asked by choice'));
    const requested = records(audit).filter(({ stage, args }) => stage === 'command_requested' && args !== undefined);
    assert.deepEqual(
      requested.map(({ args }) => (args as Readonly<Record<string, string>>)['from']),
      [`${second ?? ''}/`, `${second ?? ''}/`, `${second ?? ''}/`, third, undefined],
    );
    for (const stranger of ['http://127.0.0.1:2', 'node-9', `${first ?? ''}0`]) {
      const refused = await ask('inspect', 'cluster', '--cluster', 'local', '--from', stranger);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /is not a configured endpoint of cluster "local"/);
    }
    const secret = await ask('inspect', 'cluster', '--cluster', 'local', '--from', 'Summer2024!Xy');
    assert.equal(secret.code, 2);
    assert.ok(!`${secret.stderr}${JSON.stringify(records(audit))}`.includes('Summer2024'));
    const both = await ask(
      ...['inspect', 'promotion', '--cluster', 'local', '--from', second ?? ''],
      '--node',
      cluster.node(1).id,
    );
    assert.equal(both.code, 2, both.stderr);
    assert.equal((await ask('inspect', 'node', '--cluster', 'local', '--from', second ?? '')).code, 2);
  });

  it('--json is one document of the documented shape, with the same facts', async () => {
    for (const [command, args] of READS()) {
      const answer = await asked(...args);
      assert.ok(answer.kind === 'answered' && answer.command === command, JSON.stringify(answer));
      assert.equal(answer.exitCode, 0);
      assert.deepEqual(answer.cluster, { name: 'local', kind: 'aerodb', environment: 'test bench' });
    }
    assert.equal(
      readFileSync(join(ROOT, 'docs/terminal.schema.json'), 'utf8'),
      jsonSchema(),
      'docs/terminal.schema.json is not what `npm run docs` writes',
    );
  });

  it('also P7-D1: two runs on the same state differ in observation time and request id, and in nothing else', async () => {
    const vary = (text: string): string =>
      text
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
        .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|\d\d:\d\d:\d\d UTC/g, 'TIME')
        .replaceAll(/(Request +|"requestId": ")[0-9a-f-]{36}/g, '$1ID')
        .replaceAll(/"hash": "[0-9a-f]{64}"/g, '"hash": "HASH"');
    for (const [index, [command, args]] of READS().entries()) {
      // Text is as wide as the terminal, so the terminal is the same; what a program reads knows none.
      const twice = (json: readonly string[]): readonly Promise<Ended>[] =>
        ['one', 'two'].map((run, at) =>
          cli(
            [...args, ...json, '--audit-dir', join(audit, run, String(index), String(json.length))],
            cleanEnv(home, { TERM: 'dumb', COLUMNS: json.length === 0 ? '90' : String(60 + 60 * at) }),
          ),
        );
      const [one, two, three, four] = (await Promise.all([...twice([]), ...twice(['--json'])])).map(({ stdout }) =>
        vary(stdout),
      );
      assert.ok(one !== '' && three !== '');
      assert.deepEqual([two, four], [one, three], command);
    }
  });

  it('addresses alone are enough, and an address that the file knows is not one of them', async () => {
    const other = join(home, 'empty.json');
    writeFileSync(other, '{}');
    const alone = await ask('inspect', 'cluster', ...cluster.urls, '--config', other);
    assert.equal(alone.code, 0, alone.stderr);
    assert.match(alone.stdout, new RegExp(`^${cluster.node(0).url} · \\S+ is primary`, 'u'));
    const known = await ask('inspect', 'cluster', ...cluster.urls);
    assert.equal(known.code, 2);
    assert.match(known.stderr.replaceAll(/\s+/g, ' '), /belongs to cluster "local"/);
  });

  it('says which endpoint answered, and why the earlier ones did not', async () => {
    const other = join(home, 'skipping.json');
    writeFileSync(
      other,
      JSON.stringify({
        clusters: [{ name: 'half', kind: 'aerodb', endpoints: ['http://127.0.0.1:1', cluster.node(2).url] }],
      }),
    );
    const { code, stdout } = await ask('inspect', 'cluster', '--cluster', 'half', '--config', other);
    assert.equal(code, 0);
    assert.match(stdout, /^Read from node-3 at /mu);
    assert.match(stdout, /^Asked before: http:\/\/127\.0\.0\.1:1: /mu);
  });

  it(
    'exit 2, operator input: a missing cluster, node or request, an id that is none, an option that is none; all ' +
      'recorded',
    async () => {
      const at = ['--cluster', 'local'];
      for (const [args, expected] of [
        [['inspect', 'cluster'], /^Name a cluster with --cluster \(local, .*\) or --url URL\. No cluster was named/],
        [
          ['inspect', 'cluster', '--cluster', 'lokal'],
          /^The configured clusters are local, .*No cluster called "lokal"/,
        ],
        [['inspect', 'cluster', '--cluster', 'twice'], /two clusters are called "twice"/],
        [['inspect', 'node', ...at], /^Name a node with --node NODE, by its name or its id\. .*none was named/],
        [
          ['inspect', 'node', ...at, '--node', 'node-9'],
          /^No member is called "node-9"\. The members are node-1, node-2/,
        ],
        [['inspect', 'cluster', ...at, '--node', cluster.node(0).id], /"node" is not an argument of/],
        [['inspect', 'promotion', ...at, '--node', cluster.node(0).id, '--request-id', 'x'], /request ids are UUIDs/],
        [['inspect', 'cluster', ...at, '--refresh'], /"--refresh" is not an argument/],
        [['inspect', 'cluster', ...at, '--config', join(home, 'none.json')], /cannot be read \(ENOENT\)/],
      ] as const) {
        const { code, stdout, stderr } = await ask(...args);
        assert.deepEqual([code, stdout], [2, ''], stderr);
        assert.match(stderr.replaceAll(/\s+/g, ' '), expected);
        assert.match(stderr, /^PHASE7_[A-Z_]+ \u00b7 P7-A2 \u00b7 .*recorded as #\d+$/mu);
        assert.equal(records(audit).at(-1)?.['stage'], 'command_rejected', String(args));
      }
    },
  );

  it('exit 2 for a line that cannot be read or a limit that is none: no request, and so no record', async () => {
    for (const args of [
      ['inspect'],
      ['failover', '--cluster', 'local'],
      ['inspect', 'node', '--node'],
      ['inspect', 'cluster', '--cluster', 'local', '--timeout', 'soon'],
      ['inspect', 'cluster', '--cluster', 'local', '--timeout', '0'],
    ]) {
      const answer = await ask(...args);
      assert.deepEqual([answer.code, answer.stdout], [2, ''], answer.stderr);
      const json = await asked(...args);
      assert.ok(json.kind === 'failed' && json.requestId === null && json.exitCode === 2);
    }
    assert.equal(existsSync(audit), false);
  });

  it('exit 2: a configuration file that is no JSON, holds a stranger or a bad cluster says which and where', async () => {
    const file = join(home, 'bad.json');
    for (const [text, expected] of [
      ['{', /is not JSON/],
      ['[]', /one object/],
      ['{"cluster":[]}', /unknown member "cluster"/],
      ['{"clusters":{}}', /must be a list/],
      ['{"tokenFiles":{"a":1}}', /one file per cluster/],
      ['{"clusters":[{"name":"a","kind":"oracle","endpoints":["https://x"]}]}', /kind/],
      [
        '{"clusters":[{"name":"a","kind":"aerodb","endpoints":["https://anna:s3cret@x"]}]}',
        /endpoints\.0: must not hold credentials/,
      ],
      [
        '{"clusters":[{"name":"a","kind":"aerodb","endpoints":["db.example:9191/"]}]}',
        /endpoints\.0: is not an address such as https:\/\/host:port/,
      ],
      [
        '{"clusters":[{"name":"a","kind":"aerodb","endpoints":["nowhere"]}]}',
        /endpoints\.0: is not an address such as https:\/\/host:port/,
      ],
    ] as const) {
      writeFileSync(file, text);
      const { code, stderr } = await ask('inspect', 'cluster', '--cluster', 'a', '--config', file);
      assert.equal(code, 2, stderr);
      assert.match(stderr.replaceAll(/\s+/g, ' '), expected);
      assert.doesNotMatch(stderr + JSON.stringify(records(audit)), /s3cret/);
    }
  });

  it(
    'exit 3, validation: plain HTTP to another machine, diagnostics without Operator, Operator where only looking ' +
      'is allowed',
    async () => {
      const insecure = await ask('inspect', 'cluster', '--cluster', 'insecure');
      assert.deepEqual([insecure.code, /PHASE7_INSECURE_TRANSPORT[^]*P7-F1/.test(insecure.stderr)], [3, true]);
      const observer = await ask('diag', 'diagnostics', '--cluster', 'local', '--node', cluster.node(0).id);
      assert.deepEqual([observer.code, /PHASE7_INSUFFICIENT_AUTHORITY[^]*P7-A1/.test(observer.stderr)], [3, true]);
      for (const args of [
        ['inspect', 'cluster'],
        ['promote', '--node', cluster.node(0).id],
      ]) {
        const watched = await ask(...args, '--cluster', 'watched', '--operator');
        assert.deepEqual([watched.code, /PHASE7_OBSERVE_ONLY/.test(watched.stderr)], [3, true]);
        assert.equal(records(audit).at(-1)?.['stage'], 'command_rejected');
      }
    },
  );

  it(
    'also P7-O3, freeze/audit-down: exit 3 for all ten commands while the log cannot be written, and nothing is ' +
      'asked of a kernel',
    async () => {
      mkdirSync(join(audit, 'audit.jsonl'), { recursive: true });
      for (const args of [
        ...READS().map(([, read]) => read),
        ...['promote', 'demote', 'force-promote'].map(verb => [
          verb,
          '--cluster',
          'local',
          '--node',
          cluster.node(0).id,
          '--operator',
        ]),
      ]) {
        const { code, stdout, stderr } = await ask(...args);
        assert.deepEqual([code, stdout], [3, '']);
        assert.match(stderr, /PHASE7_AUDIT_UNAVAILABLE[^]*P7-O3/);
      }
    },
  );

  it('exit 5, transport, nothing executed: nobody there, no kernel, no answer in time', async () => {
    const html = createServer((_request, response) => void response.end('<html>login</html>'));
    const silent = createServer(() => undefined);
    const address = async (server: typeof html): Promise<string> => `http://127.0.0.1:${await listening(server)}`;
    for (const [url, seconds, expected] of [
      ['http://127.0.0.1:1', '20', /PHASE7_CONNECTION_FAILED/],
      [await address(html), '20', /PHASE7_INVALID_KERNEL_RESPONSE/],
      [await address(silent), '1', /PHASE7_TIMEOUT/],
    ] as const) {
      const { code, stdout, stderr } = await ask('inspect', 'cluster', '--url', url, '--timeout', seconds);
      assert.deepEqual([code, stdout], [5, ''], stderr);
      assert.match(stderr, expected);
      assert.match(stderr, /not read \(no kernel/);
      assert.doesNotMatch(stderr, /not executed|\bat .*\.ts:\d+|Error:/);
      assert.equal(records(audit).at(-1)?.['stage'], 'read_failed');
    }
    html.close();
    silent.close();
    silent.closeAllConnections();
  });

  it('a reader that has gone away is no error of the command', async () => {
    const inspect = `inspect cluster --cluster local --audit-dir '${audit}'`;
    const program = `'${process.execPath}' '${await builtProgram()}' ${inspect}`;
    const { stdout, stderr } = await run(
      '/bin/bash',
      ['-c', `${program} | true; echo "\${PIPESTATUS[0]}"; ${program} >&-; echo $?`],
      cleanEnv(home),
    );
    assert.deepEqual([stdout, stderr], ['0\n0\n', '']);
  });
});

describe('access tokens', function () {
  this.timeout(30_000);
  const token = 'operator-token-of-this-test';
  let home: string;
  let cluster: Cluster;

  before(async () => {
    home = scratch();
    cluster = await Cluster.start(join(home, 'cluster'), {
      AERODB_OPERATOR_TOKEN: token,
      AERODB_OBSERVER_TOKEN: 'observer-token-of-this-test',
    });
  });
  after(() => cluster.stop());

  const ask = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    cli(['inspect', 'cluster', ...args, '--audit-dir', join(home, 'audit')], cleanEnv(home, env));

  it('come from the variable or from a file that nobody else can read; without one, the kernel refuses', async () => {
    const file = join(home, 'token');
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
    const config = join(home, 'clusters.json');
    writeFileSync(
      config,
      JSON.stringify({
        clusters: [{ name: 'local', kind: 'aerodb', endpoints: cluster.nodes.map(({ url }) => url) }],
        tokenFiles: { local: file },
      }),
    );
    assert.equal((await ask(cluster.urls, { AERODB_TOKEN: token })).code, 0);
    assert.equal((await ask([...cluster.urls, '--token-file', file])).code, 0);
    assert.equal((await ask(['--cluster', 'local', '--config', config])).code, 0);
    assert.equal((await ask(cluster.urls)).code, 4);
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      chmodSync(file, mode);
      const open = await ask([...cluster.urls, '--token-file', file]);
      assert.equal(open.code, 2);
      assert.match(open.stderr, /mode 06\d\d/);
    }
    for (const bad of [join(home, 'none'), home])
      assert.equal((await ask([...cluster.urls, '--token-file', bad])).code, 2);
    assert.equal((await ask(cluster.urls, { AERODB_TOKEN: 'no\nheader-token-of-this-test' })).code, 2);
    assert.doesNotMatch(JSON.stringify(records(join(home, 'audit'))), /token-of-this-test/);
  });

  it("exit 4, kernel rejection: the kernel's words, verbatim", async () => {
    const direct = await (await fetch(`${cluster.node(0).url}/v1/cluster`)).text();
    const { code, stdout, stderr } = await ask([...cluster.urls, '--json']);
    const json = document.parse(JSON.parse(stdout));
    assert.ok(json.kind === 'failed' && json.error.kernel !== null);
    assert.deepEqual(
      [code, json.error.domain, json.error.code, json.error.kernel.body],
      [4, 'KERNEL_REJECTION', 'AERO_UNAUTHENTICATED', direct],
    );
    assert.ok(stderr.includes(`  | ${json.error.message}\n`), stderr);
  });
});
