/**
 * The terminal program against the shared cluster: one cluster for all files of this suite, one audit log for each
 * test.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { MONITOR, type PatroniCluster } from '../../scripts/lib/patroni-cluster.mjs';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';
import { builtProgram, cleanEnv, cli, records, stages, Terminal, type Ended } from '../support/terminal.ts';
import { document, type Document } from '../cli/json-shape.ts';
import { startCluster } from './support.ts';

export const ACCOUNT = userInfo().username;
export const BEFORE_CONSENT = [
  'session_started',
  'authority_changed',
  'command_requested',
  'explanation_presented',
  'confirmation_requested',
];
export const CONSENT_AND_INTENT = [...BEFORE_CONSENT, 'confirmation_given', 'dispatch_intent'];

/** The login that the guarded cluster asks for. */
export const LOGIN = { username: 'operator', password: 'between: us' };

let shared: Promise<readonly [PatroniCluster, PatroniCluster]> | undefined;
after('stop the shared clusters', async () => {
  const [open, guarded] = (await shared?.catch(() => undefined)) ?? [];
  await Promise.all([open?.stop(), guarded?.stop()]);
});

/**
 * The clusters that the files of this suite share: one of three members, and a guarded one of two, with TLS and a
 * login.
 */
export function sharedClusters(): Promise<readonly [open: PatroniCluster, guarded: PatroniCluster]> {
  shared ??= Promise.all([startCluster(), startCluster({ nodes: 2, tls: true, auth: LOGIN })]);
  return shared;
}

/** What a session of one test works with. */
export class Session {
  readonly cluster: PatroniCluster;
  readonly home = temporaryFolder('aerodb-patroni-home-', '/tmp');
  readonly audit = join(this.home, 'audit');
  private readonly terminals: Terminal[] = [];
  private readonly env: Readonly<Record<string, string>>;
  private readonly config = join(this.home, 'clusters.json');

  /**
   * `only`: the one member whose address is configured; `database`: the password of the login that may look, and `user`
   * its name; `token`: the login of the REST API; `endpoints`: in place of the members' own addresses; `trusted`: PEM
   * certificates beside that of the REST API, where `tls` is not false; `env`: what the environment says beside.
   */
  constructor(
    cluster: PatroniCluster,
    {
      database,
      user = MONITOR.user,
      token,
      only,
      endpoints,
      tls = true,
      trusted = '',
      serverName,
      env = {},
    }: {
      readonly only?: string;
      readonly database?: string;
      readonly user?: string;
      readonly token?: string;
      readonly tls?: boolean;
      readonly trusted?: string;
      readonly serverName?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly endpoints?: ClusterConfig['endpoints'];
    } = {},
  ) {
    this.cluster = cluster;
    this.env = env;
    process.on('exit', this.end);
    const secret = (name: string, text: string): string => {
      const file = join(this.home, name);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    };
    const certificates = (cluster.tls === undefined ? '' : readFileSync(cluster.tls.ca, 'utf8')) + trusted;
    writeFileSync(
      this.config,
      JSON.stringify({
        clusters: [
          {
            name: 'trial',
            kind: 'patroni',
            endpoints: endpoints ?? cluster.members.filter(({ name }) => name === (only ?? name)).map(({ url }) => url),
            ...(tls && certificates !== ''
              ? { tls: { ca: secret('ca.pem', certificates), ...(serverName === undefined ? {} : { serverName }) } }
              : {}),
            ...(database === undefined
              ? {}
              : { database: { user, addresses: cluster.members.map(({ postgresAddress }) => postgresAddress) } }),
          },
        ],
        ...(token === undefined ? {} : { tokenFiles: { trial: secret('token', token) } }),
        ...(database === undefined ? {} : { databasePasswordFiles: { trial: secret('password', database) } }),
      }),
    );
  }

  words(verb: string, more: readonly string[] = []): readonly string[] {
    return [...verb.split(' '), '--config', this.config, '--cluster', 'trial', '--audit-dir', this.audit, ...more];
  }

  /** A reading command. */
  run(verb: string, ...more: readonly string[]): Promise<Ended> {
    return cli(this.words(verb, more), cleanEnv(this.home, this.env));
  }

  /** A reading command's answer as data. */
  async json(verb: string, ...more: readonly string[]): Promise<Document> {
    const { stdout, stderr } = await this.run(verb, ...more, '--json');
    assert.ok(stdout !== '', stderr);
    return document.parse(JSON.parse(stdout));
  }

  /** A command that asks for consent, in a terminal of its own, as Operator. */
  async open(verb: string, node: string, ...more: readonly string[]): Promise<Terminal> {
    const terminal = await Terminal.open(
      this.words(verb, ['--node', node, '--operator', ...more]),
      cleanEnv(this.home, { NO_COLOR: '1' }),
    );
    this.terminals.push(terminal);
    return terminal;
  }

  /** Confirms what a terminal asks: the node's name, and for a force each invariant and the account. */
  async confirm(terminal: Terminal, node: string, invariants: readonly string[] = []): Promise<void> {
    for (const id of invariants) {
      await terminal.sees('invariant> ');
      terminal.type(id);
    }
    await terminal.sees('node> ');
    terminal.type(node);
    if (invariants.length === 0) return;
    await terminal.sees('account> ');
    terminal.type(ACCOUNT);
  }

  /** Asks, confirms, and waits for the end. */
  async ask(
    verb: string,
    node: string,
    invariants: readonly string[] = [],
    ...more: readonly string[]
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    const terminal = await this.open(verb, node, ...more);
    await this.confirm(terminal, node, invariants);
    const code = await terminal.end();
    return { code, output: terminal.output };
  }

  stages(): readonly unknown[] {
    return stages(this.audit);
  }

  records(): ReturnType<typeof records> {
    return records(this.audit);
  }

  /** How the last request ended; that authority ended with it is a record after its own. */
  last(): ReturnType<typeof records>[number] {
    return records(this.audit).findLast(({ stage }) => stage !== 'authority_changed') ?? assert.fail('no records');
  }

  /** Also when the process ends: a run of single tests may end while another session is under way. */
  readonly end = (): void => {
    process.off('exit', this.end);
    for (const terminal of this.terminals) terminal.hangUp();
    removeFolder(this.home);
  };
}

/** Gives each test of a block a session with the shared cluster, which it leaves as it found it: whole. */
export function useSession(options: ConstructorParameters<typeof Session>[1] = {}): {
  readonly cluster: PatroniCluster;
  readonly session: Session;
} {
  let cluster: PatroniCluster | undefined;
  let session: Session | undefined;
  before('build the program and start the cluster', async function () {
    this.timeout(120_000);
    await builtProgram();
    [cluster] = await sharedClusters();
  });
  beforeEach(() => {
    session = new Session(cluster ?? assert.fail(), options);
  });
  afterEach(function () {
    if (this.currentTest?.state === 'failed' && cluster !== undefined)
      for (const { name } of cluster.members) process.stdout.write(`${cluster.log(name)}\n`);
    session?.end();
  });
  return {
    get cluster() {
      return cluster ?? assert.fail('no cluster before the first test');
    },
    get session() {
      return session ?? assert.fail('no session outside a test');
    },
  };
}

/** The requests for a change that the agents of the cluster have received, oldest first, as their logs tell. */
export function received(cluster: PatroniCluster): readonly string[] {
  return cluster.members
    .flatMap(({ name }) =>
      readFileSync(join(cluster.folder, 'log', `${name}.log`), 'utf8')
        .split('\n')
        .filter(line => / received (?:switchover|failover) request /u.test(line)),
    )
    .toSorted()
    .map(line => line.replace(/^.* received /u, ''));
}
