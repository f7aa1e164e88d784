/**
 * A real Patroni cluster on loopback: etcd, and PostgreSQL under Patroni, as processes of Debian's packages. Everything
 * that it runs has its working folder below the cluster's own: that, and no name, is how it is found and ended,
 * whatever was killed before.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import pg from 'pg';
import { makeCertificate } from './certificate.mjs';
import { endAbandoned, newClusterFolder, processesIn, signal } from './cluster-folder.mjs';
import { patroniConfig } from './patroni-config.mjs';
import { patroniEnvironment, patroniIn } from './patroni-versions.mjs';
import { claimRange, freePorts } from './ports.mjs';
import { until } from './processes.mjs';
import { Failure, lastLines, run } from './run.mjs';

/** @typedef {import('./patroni-config.mjs').Member} Member */
/** @typedef {import('./patroni-config.mjs').Guard} Guard */

/**
 * @typedef {object} ClusterOptions
 * @property {import('./patroni-install.mjs').PatroniPrograms} programs
 * @property {number} [nodes]
 * @property {number} [port] the first of its ports, or of the next that are free; a random one by default
 * @property {boolean} [tls] the REST API speaks TLS, under a certificate of its own
 * @property {string} [announced] the host by which PostgreSQL is announced; it listens on 127.0.0.1, whatever this says
 * @property {{ username: string, password: string }} [auth] asked for by whatever writes
 * @property {Readonly<Record<string, unknown>>} [dynamic] more of the configuration that all members share
 *   (`bootstrap.dcs`): `{ synchronous_mode: 'quorum' }`, `{ standby_cluster: cluster.asRemote(leader) }`; objects are
 *   merged into what a trial has anyway
 * @property {Readonly<Record<string, Readonly<Record<string, unknown>>>>} [tags] of members by name: `{ pg3: {
 *   nofailover: true } }`
 * @property {number} [ttl] seconds
 * @property {number} [loopWait] seconds
 * @property {number} [retryTimeout] seconds
 */

/**
 * One answer, or what came instead of it.
 * @typedef {object} Answer
 * @property {number} status 0 when there was no answer
 * @property {string} statusText
 * @property {readonly (readonly [string, string])[]} headers as received, in order
 * @property {string} body
 */

const PREFIX = 'aerodb-patroni-';
const READY_WITHIN_MS = 90_000;
const USER = 'postgres';

/** The database login of the trial, which may look and not touch. */
export const MONITOR = { user: 'aerodb_monitor', password: 'monitor-of-the-trial' };

/**
 * Ends whatever runs in a cluster's folder, then removes it. The agents first, so that none restarts its PostgreSQL;
 * PostgreSQL is asked to end at once rather than killed, because only then does it give its shared memory back.
 * @param {string} folder
 * @returns {Promise<void>}
 */
async function endCluster(folder) {
  const running = () => processesIn(folder);
  const gone = (/** @type {number} */ timeout) => until(() => running().length === 0, { timeout, every: 20 });
  for (const { pid } of running().filter(each => each.folder === folder)) signal(pid, 'SIGKILL');
  for (const { pid } of running()) signal(pid, 'SIGCONT');
  const postmasters = readdirSync(folder)
    .map(name => join(folder, name, 'data', 'postmaster.pid'))
    .filter(existsSync)
    .map(file => Number(readFileSync(file, 'utf8').split('\n')[0]));
  for (const { pid } of running().filter(each => postmasters.includes(each.pid))) signal(pid, 'SIGQUIT');
  if (!(await gone(5000))) for (const { pid } of running()) signal(pid, 'SIGKILL');
  if (!(await gone(5000)))
    throw new Failure(
      `Processes of the Patroni cluster in ${folder} did not end: ${running()
        .map(({ pid }) => pid)
        .join(', ')}.`,
    );
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** A running cluster. */
export class PatroniCluster {
  /** @type {readonly Member[]} */
  members;
  /** Holds data, logs (`log/`) and the process ids (`pids/`). */
  folder;
  /** @type {number} */
  etcdPort;
  /** @type {{ ca: string, cert: string, key: string } | undefined} */
  tls;
  /** Of Patroni: `3.0.2`. */
  version;
  #programs;
  #shape;
  #tags;
  /** @type {(() => void) | undefined} */
  #release;
  /** @type {Map<string, Guard>} */
  #guards = new Map();
  /** @type {Map<string, import('node:child_process').ChildProcess>} */
  #children = new Map();

  /**
   * @param {string} folder
   * @param {number} port
   * @param {ClusterOptions} options
   */
  constructor(folder, port, options) {
    const {
      nodes = 3,
      tls = false,
      announced = '127.0.0.1',
      auth,
      programs,
      dynamic = {},
      tags = {},
      ttl = 20,
      loopWait = 1,
      retryTimeout = 3,
    } = options;
    this.folder = folder;
    this.version = programs.version;
    this.#programs = programs;
    this.#tags = tags;
    this.etcdPort = port + 2 * nodes;
    if (tls)
      this.tls = {
        ca: join(folder, 'rest-cert.pem'),
        cert: join(folder, 'rest-cert.pem'),
        key: join(folder, 'rest-key.pem'),
      };
    this.members = Array.from({ length: nodes }, (_, index) => ({
      name: `pg${index + 1}`,
      folder: join(folder, `pg${index + 1}`),
      restPort: port + index,
      postgresPort: port + nodes + index,
      postgresAddress: `${announced}:${port + nodes + index}`,
      url: `${tls ? 'https' : 'http'}://127.0.0.1:${port + index}`,
    }));
    this.#shape = {
      scope: 'trial',
      etcdPort: this.etcdPort,
      postgres: programs.postgres,
      dynamic,
      ttl,
      loopWait,
      retryTimeout,
    };
    for (const { name } of this.members)
      this.#guards.set(name, {
        ...(auth === undefined ? {} : { auth }),
        ...(this.tls === undefined ? {} : { tls: this.tls }),
      });
  }

  /**
   * Starts a cluster and waits until one leader writes and every replica streams from it.
   * @param {ClusterOptions} options
   * @returns {Promise<PatroniCluster>}
   * @throws {Failure} with the ends of the logs
   */
  static async start(options) {
    await endAbandoned(PREFIX, endCluster);
    const count = 2 * (options.nodes ?? 3) + 2;
    const range = options.port === undefined ? await claimRange() : undefined;
    const port = await freePorts(range?.first ?? options.port ?? 0, count);
    const folder = newClusterFolder(PREFIX);
    const cluster = new PatroniCluster(folder, port, options);
    cluster.#release = range?.release;
    try {
      await cluster.#launch();
      return cluster;
    } catch (error) {
      const logs = ['etcd', ...cluster.members.map(({ name }) => name)].map(name => cluster.log(name)).join('\n');
      await cluster.stop();
      throw error instanceof Failure ? new Failure(`${error.message}\n${logs}`) : error;
    }
  }

  /** Whether its Patroni is at least of a version, by its first two numbers: `cluster.isAtLeast(4, 0)`. */
  isAtLeast(/** @type {number} */ major, /** @type {number} */ minor) {
    const [first = 0, second = 0] = this.version.split('.').map(Number);
    return first > major || (first === major && second >= minor);
  }

  /**
   * @param {string} name of the member to copy and stream from
   * @returns {{ host: string, port: number }} `standby_cluster` in the configuration of another cluster that follows
   *   this one
   */
  asRemote(name) {
    return { host: '127.0.0.1', port: this.member(name).postgresPort };
  }

  /** @param {string} name */
  member(name) {
    const found = this.members.find(each => each.name === name);
    if (found === undefined) throw new Failure(`There is no member ${name}.`);
    return found;
  }

  /**
   * @param {string} name of a member, or `etcd`
   * @returns {number} the process id of its agent
   */
  pid(name) {
    return Number(readFileSync(join(this.folder, 'pids', name), 'utf8'));
  }

  /**
   * @param {string} name of a member
   * @returns {number} the process id of its PostgreSQL
   */
  postmaster(name) {
    return Number(readFileSync(join(this.member(name).folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** @param {string} name of a member, or `etcd` */
  log(name) {
    const file = join(this.folder, 'log', `${name}.log`);
    return existsSync(file)
      ? `── ${name} ──\n${lastLines(readFileSync(file, 'utf8'), 12)}`
      : `── ${name} ── not started`;
  }

  /**
   * Starts the agent of a member; after a kill, again.
   * @param {string} name
   */
  startMember(name) {
    this.#start(
      name,
      [this.#patroni(), join(this.member(name).folder, 'patroni.yml')],
      patroniEnvironment(this.#patroniRoot()),
    );
  }

  /** Starts etcd; after a kill, again, with what it held. */
  startEtcd() {
    const [client, peer] = [`http://127.0.0.1:${this.etcdPort}`, `http://127.0.0.1:${this.etcdPort + 1}`];
    this.#start('etcd', [
      this.#programs.etcd,
      '--name',
      'trial',
      '--data-dir',
      join(this.folder, 'etcd'),
      '--listen-client-urls',
      client,
      '--advertise-client-urls',
      client,
      '--listen-peer-urls',
      peer,
      '--initial-advertise-peer-urls',
      peer,
      '--initial-cluster',
      `trial=${peer}`,
      '--unsafe-no-fsync',
    ]);
  }

  /**
   * Kills an agent and waits until it is gone. A PostgreSQL below it goes on.
   * @param {string} name of a member, or `etcd`
   */
  async kill(name) {
    const child = this.#children.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      throw new Failure(`${name} does not run.`);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /**
   * Changes what guards the REST API of a running member.
   * @param {string} name
   * @param {Guard} change
   */
  guard(name, change) {
    const guard = { ...this.#guards.get(name), ...change };
    this.#guards.set(name, guard);
    this.#configure(this.member(name));
    signal(this.pid(name), 'SIGHUP');
  }

  /**
   * Asks the REST API of a member, by other means than the program under test.
   * @param {string} name
   * @param {string} method
   * @param {string} path
   * @param {{ body?: string | undefined, auth?: { username: string, password: string } | undefined, timeout?: number }}
   *   [options] milliseconds
   * @returns {Promise<Answer>}
   */
  ask(name, method, path, { body, auth, timeout = 30_000 } = {}) {
    const url = new URL(path, this.member(name).url);
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise(resolve => {
      const none = (/** @type {Error} */ error) =>
        resolve({ status: 0, statusText: error.message, headers: [], body: '' });
      const outgoing = send(
        url,
        {
          method,
          agent: false,
          timeout,
          ...(this.tls === undefined ? {} : { ca: readFileSync(this.tls.ca) }),
          ...(auth === undefined ? {} : { auth: `${auth.username}:${auth.password}` }),
          ...(body === undefined
            ? {}
            : { headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }),
        },
        response => {
          let text = '';
          response.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
            text += chunk;
          });
          response.on('error', none);
          response.on('end', () => {
            const raw = response.rawHeaders;
            const headers = raw.flatMap((value, index) =>
              index % 2 === 0 ? [/** @type {const} */ ([value, raw[index + 1] ?? ''])] : [],
            );
            resolve({
              status: response.statusCode ?? 0,
              statusText: response.statusMessage ?? '',
              headers,
              body: text,
            });
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeout} ms`)));
      outgoing.on('error', none);
      outgoing.end(body);
    });
  }

  /**
   * Runs SQL on a member as its superuser, through its socket.
   * @param {string} name
   * @param {string} statement
   * @returns {Promise<string>} rows as unaligned text, as `psql -At` has them
   */
  async sql(name, statement) {
    const { folder, postgresPort } = this.member(name);
    const client = new pg.Client({
      host: folder,
      port: postgresPort,
      user: 'postgres',
      database: 'postgres',
      ssl: false,
    });
    client.on('error', () => undefined); // the query fails as well
    try {
      await client.connect();
      const answer = await client.query({ text: statement, rowMode: 'array', types: AS_TEXT });
      return [answer]
        .flat()
        .flatMap((/** @type {{ rows: (string | null)[][] }} */ { rows }) => rows.map(row => row.join('|')))
        .join('\n')
        .trim();
    } finally {
      // Its types do not know the connection. To end it politely would wait for a server that is frozen.
      const { connection } = /** @type {{ connection: { stream: import('node:net').Socket } }} */ (
        /** @type {unknown} */ (client)
      );
      connection.stream.destroy();
    }
  }

  /**
   * @returns {Promise<Record<string, any> | undefined>} what the first member that answers says of the cluster
   */
  async seen() {
    for (const { name } of this.members) {
      const { status, body } = await this.ask(name, 'GET', '/cluster', { timeout: 2000 });
      if (status === 200) return JSON.parse(body);
    }
    return undefined;
  }

  /**
   * @param {number} [nodes] how many members have to take part; all of them by default
   * @returns {Promise<string | undefined>} the leader's name when it writes (in a standby cluster: when it follows),
   *   every replica streams from it without lag, and all are on one timeline
   */
  async settled(nodes = this.members.length) {
    const members = (await this.seen())?.['members'] ?? [];
    const leader = members.find((/** @type {any} */ each) => each.role === 'leader' || each.role === 'standby_leader');
    if (
      members.length !== nodes ||
      leader === undefined ||
      new Set(members.map((/** @type {any} */ each) => each.timeline)).size !== 1
    )
      return undefined;
    if (members.some((/** @type {any} */ each) => each !== leader && each.lag !== 0)) return undefined;
    const { status, body } = await this.ask(
      leader.name,
      'GET',
      leader.role === 'leader' ? '/primary' : '/standby-leader',
      { timeout: 2000 },
    );
    if (status !== 200) return undefined;
    const own = JSON.parse(body);
    const streaming = (own.replication ?? []).filter((/** @type {any} */ each) => each.state === 'streaming').length;
    return own.timeline === leader.timeline && streaming === nodes - 1 ? leader.name : undefined;
  }

  /**
   * Asks etcd itself.
   * @param {string} path
   * @param {object} body
   * @returns {Promise<Record<string, any>>}
   * @throws {Failure} when it refuses: what it holds is not known then
   */
  async etcd(path, body) {
    const answer = await fetch(`http://127.0.0.1:${this.etcdPort}/v3/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Failure(`etcd answered ${answer.status}: ${text}`);
    return JSON.parse(text);
  }

  /**
   * @param {string} key below the cluster's own
   * @returns {Promise<{ value: string, lease: string } | undefined>} what etcd holds there
   */
  async stored(key) {
    const { kvs } = await this.etcd('kv/range', { key: btoa(`/service/${this.#shape.scope}/${key}`) });
    const [found] = kvs ?? [];
    return found === undefined ? undefined : { value: atob(found.value), lease: found.lease ?? '0' };
  }

  /** Ends everything and removes the folder. */
  async stop() {
    await endCluster(this.folder);
    this.#release?.();
  }

  /**
   * The account that runs it may not reach the cache of the person who started it: an unpacked Patroni is copied into
   * the cluster's folder.
   */
  #patroniRoot() {
    return this.#programs.root === undefined ? undefined : join(this.folder, 'patroni');
  }

  #patroni() {
    const root = this.#patroniRoot();
    return root === undefined ? this.#programs.patroni : patroniIn(root);
  }

  async #launch() {
    const root = process.getuid?.() === 0;
    const account = root ? await accountOf(USER) : undefined;
    const own = (/** @type {string} */ path) => account && chownSync(path, account.uid, account.gid);
    own(this.folder);
    for (const folder of ['pids', 'log', ...this.members.map(({ name }) => name)]) {
      mkdirSync(join(this.folder, folder), { mode: 0o700 });
      own(join(this.folder, folder));
    }
    if (this.tls !== undefined) {
      await makeCertificate(this.tls);
      own(this.tls.key);
      own(this.tls.cert);
      chmodSync(this.tls.key, 0o600);
    }
    const unpacked = this.#patroniRoot();
    if (unpacked !== undefined)
      cpSync(this.#programs.root ?? '', unpacked, { recursive: true, preserveTimestamps: true });
    this.startEtcd();
    await this.#wait('etcd is healthy', async () =>
      (
        await fetch(`http://127.0.0.1:${this.etcdPort}/health`).then(
          answer => answer.text(),
          () => '',
        )
      ).includes('true'),
    );
    for (const member of this.members) {
      this.#configure(member);
      own(join(member.folder, 'patroni.yml'));
      this.startMember(member.name);
    }
    /** @type {string | undefined} */
    let leader;
    await this.#wait(
      'the cluster has a leader and streaming replicas',
      async () => (leader = await this.settled()) !== undefined,
    );
    // A standby cluster takes no writes: it has the roles of the cluster that it follows.
    if (this.#shape.dynamic['standby_cluster'] !== undefined) return;
    await this.sql(leader ?? '', `CREATE ROLE ${MONITOR.user} LOGIN PASSWORD '${MONITOR.password}' IN ROLE pg_monitor`);
  }

  /** @param {Member} member */
  #configure(member) {
    writeFileSync(
      join(member.folder, 'patroni.yml'),
      patroniConfig(member, this.#shape, this.#guards.get(member.name) ?? {}, this.#tags[member.name] ?? {}),
      { mode: 0o600 },
    );
  }

  /**
   * @param {string} what
   * @param {() => Promise<boolean>} condition
   */
  async #wait(what, condition) {
    const ended = () =>
      [...this.#children].find(([, child]) => child.exitCode !== null || child.signalCode !== null)?.[0];
    const came = await until(async () => ended() !== undefined || condition(), { timeout: READY_WITHIN_MS });
    const dead = ended();
    if (dead !== undefined) throw new Failure(`${dead} ended while the cluster was starting.`);
    if (!came) throw new Failure(`Waited ${READY_WITHIN_MS / 1000} s in vain: ${what}.`);
  }

  /**
   * In a session of its own, so that a terminal's Ctrl-C does not reach it; asked to end by the system should this
   * process be killed.
   * @param {string} name
   * @param {readonly string[]} command
   * @param {NodeJS.ProcessEnv} [more] of its environment
   */
  #start(name, command, more = {}) {
    const log = openSync(join(this.folder, 'log', `${name}.log`), 'a');
    const [file = '', ...args] = this.#asUser(command);
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { ...ENVIRONMENT, ...more },
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.on('error', () => undefined); // shows as an agent that does not run
    this.#children.set(name, child);
    writeFileSync(join(this.folder, 'pids', name), String(child.pid));
  }

  /**
   * PostgreSQL refuses to run as root.
   * @param {readonly string[]} command
   * @returns {string[]}
   */
  #asUser(command) {
    const who = process.getuid?.() === 0 ? [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups'] : [];
    return [this.#programs.setpriv, '--pdeathsig=TERM', ...who, '--', ...command];
  }
}

/** Values as PostgreSQL writes them. */
const AS_TEXT = { getTypeParser: () => (/** @type {string} */ value) => value };

/** Nobody's settings; logs tell the time in the one zone in which no hour comes twice. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };

/** @param {string} name */
async function accountOf(name) {
  const id = async (/** @type {string} */ option) => Number(await run('id', [option, name]));
  return { uid: await id('-u'), gid: await id('-g') };
}
