/**
 * A real MySQL Group Replication cluster on loopback, in single-primary mode. Every server works below the cluster's
 * own folder: by that, and no name, it is found and ended, whatever was killed before. The system kills each server
 * with the process that started it.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate } from './certificate.mjs';
import { endAbandoned, newClusterFolder, signal } from './cluster-folder.mjs';
import { askMysql, greets, MysqlError } from './mysql-client.mjs';
import { RECOVERY } from './mysql-config.mjs';
import { healGroup, isHealthy, ownViews } from './mysql-group.mjs';
import { ensureMysqlSeed } from './mysql-seed.mjs';
import { endMysqlCluster, prepareMember, spawnServer } from './mysql-server.mjs';
import { claimRange, freePorts } from './ports.mjs';
import { processes, until } from './processes.mjs';
import { Failure, lastLines } from './run.mjs';

/** @typedef {import('./mysql-config.mjs').MysqlMember} MysqlMember */

/**
 * @typedef {object} MysqlClusterOptions
 * @property {import('./mysql-install.mjs').MysqlPrograms} programs
 * @property {number} [nodes]
 * @property {number} [joined] how many of them take part in the group; all by default, the others only run
 * @property {number} [port] the first of its ports, or of the next that are free; a random one by default
 * @property {boolean} [tls] the servers offer TLS, under a certificate of their own; without it they have none
 * @property {Readonly<Record<string, string | number>>} [settings] further ones of each server, which win
 * @property {(line: string) => void} [log] is told what takes long
 */

const PREFIX = 'aerodb-mysql-';
const READY_WITHIN_MS = 90_000;

/** A running cluster. Members are counted from 0. */
export class MysqlCluster {
  /** @type {readonly MysqlMember[]} */
  members;
  /** Holds a folder for each member: data, `error.log`, `my.cnf`, the socket `s`. */
  folder;
  /** @type {{ ca: string, cert: string, key: string } | undefined} */
  tls;
  /** Of MySQL: `9.7.4`. */
  version;
  #programs;
  #settings;
  #group = randomUUID();
  #seed = '';
  /** @type {(() => void) | undefined} */
  #release;
  /** @type {Map<number, import('node:child_process').ChildProcess>} */
  #children = new Map();

  /**
   * @param {string} folder
   * @param {number} port
   * @param {MysqlClusterOptions} options
   */
  constructor(folder, port, { programs, nodes = 3, tls = false, settings = {} }) {
    this.folder = folder;
    this.version = programs.version;
    this.#programs = programs;
    this.#settings = settings;
    if (tls) this.tls = { ca: join(folder, 'cert.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    this.members = Array.from({ length: nodes }, (_, index) => ({
      index,
      name: `127.0.0.1:${port + index}`,
      id: randomUUID(),
      port: port + index,
      xcomPort: port + nodes + index,
      address: `mysql://127.0.0.1:${port + index}`,
      folder: join(folder, `n${index + 1}`),
      pid: 0,
    }));
  }

  /**
   * Starts a cluster and waits until each member that takes part is ONLINE.
   * @param {MysqlClusterOptions} options
   * @returns {Promise<MysqlCluster>}
   * @throws {Failure} with the ends of the logs
   */
  static async start(options) {
    const { programs, nodes = 3, joined = nodes, log = () => undefined } = options;
    await endAbandoned(PREFIX, endMysqlCluster);
    const seed = await ensureMysqlSeed(programs, log);
    const range = options.port === undefined ? await claimRange() : undefined;
    const port = await freePorts(range?.first ?? options.port ?? 0, 2 * nodes);
    const cluster = new MysqlCluster(newClusterFolder(PREFIX), port, options);
    cluster.#release = range?.release;
    cluster.#seed = seed;
    try {
      await cluster.#launch(joined);
      return cluster;
    } catch (error) {
      const logs = cluster.members.map((_, index) => cluster.log(index)).join('\n');
      await cluster.stop();
      throw error instanceof Failure ? new Failure(`${error.message}\n${logs}`) : error;
    }
  }

  /** @param {number} index */
  member(index) {
    const found = this.members[index];
    if (found === undefined) throw new Failure(`There is no member ${index}.`);
    return found;
  }

  /**
   * @param {number} index
   * @param {number} [lines]
   * @returns {string} the end of the server's own log
   */
  log(index, lines = 12) {
    const { name, folder } = this.member(index);
    const texts = ['error.log', 'out'].map(file => join(folder, file)).filter(existsSync);
    return `── ${name} ──\n${texts.map(file => lastLines(readFileSync(file, 'utf8'), lines)).join('\n')}`;
  }

  /**
   * Runs SQL on a member, by other means than the program under test.
   * @param {number} index
   * @param {string} statement one that answers with rows, or several of which at most one does
   * @param {import('./mysql-config.mjs').Login} [login] over TCP; root over the socket without it
   * @param {number} [timeout] milliseconds
   * @returns {Promise<Record<string, string | null>[]>} rows
   * @throws {MysqlError}
   */
  sql(index, statement, login, timeout = 30_000) {
    const { folder, port } = this.member(index);
    const where = { folder, port, timeout, ...(login === undefined ? {} : { login }) };
    return askMysql(this.#programs, where, statement);
  }

  /**
   * @param {number} index
   * @returns {boolean} whether its server runs, also when it is stopped by a signal
   */
  isRunning(index) {
    const child = this.#children.get(index);
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /**
   * @param {number} index
   * @returns {boolean} whether its server is stopped by a signal
   */
  isPaused(index) {
    const { pid } = this.member(index);
    return this.isRunning(index) && processes().some(each => each.pid === pid && each.state === 'T');
  }

  /**
   * Ends a member's server and waits until it is gone.
   * @param {number} index
   * @param {NodeJS.Signals} [name]
   */
  async kill(index, name = 'SIGKILL') {
    const child = this.#children.get(index);
    if (child === undefined || !this.isRunning(index)) throw new Failure(`Member ${index} does not run.`);
    const ended = once(child, 'exit');
    child.kill(name);
    await ended;
  }

  /**
   * Stops a member's server by a signal: for the others it is as if its network were cut.
   * @param {number} index
   */
  async pause(index) {
    signal(this.member(index).pid, 'SIGSTOP');
    await until(() => this.isPaused(index), { timeout: 5000, every: 5 });
  }

  /** @param {number} index */
  async resume(index) {
    signal(this.member(index).pid, 'SIGCONT');
    await until(() => !this.isPaused(index), { timeout: 5000, every: 5 });
  }

  /**
   * Starts a member's server; after a kill, again, with what it held. It takes part in no group then.
   * @param {number} index
   */
  async startNode(index) {
    const member = this.member(index);
    const child = spawnServer(this.#programs, member.folder);
    this.#children.set(index, child);
    member.pid = child.pid ?? 0;
    const started = async () => !this.isRunning(index) || greets(member.folder);
    const isInTime = await until(started, { timeout: READY_WITHIN_MS, every: 50 });
    if (!isInTime || !this.isRunning(index)) throw new Failure(`Member ${index} did not start.\n${this.log(index)}`);
  }

  /**
   * Makes a running member that is in no group the first one of a group.
   * @param {number} index
   */
  async bootstrap(index) {
    await this.#startGroup(index, ['SET GLOBAL group_replication_bootstrap_group=ON']);
    await this.sql(index, 'SET GLOBAL group_replication_bootstrap_group=OFF');
  }

  /**
   * Lets a running member join the group, and waits until it is ONLINE.
   * @param {number} index
   */
  join(index) {
    return this.#startGroup(index, []);
  }

  /**
   * Lets a member leave the group in order.
   * @param {number} index
   */
  async leave(index) {
    await this.sql(index, 'STOP GROUP_REPLICATION', undefined, 60_000);
  }

  /**
   * Gives a member an empty data folder, under the id that it has, and starts it. It takes part in no group then.
   * @param {number} index
   */
  async rebuild(index) {
    if (this.isRunning(index)) await this.kill(index);
    await this.#prepare(index);
    await this.startNode(index);
  }

  /** Makes every member ONLINE in one group again, from whatever state. What only one of them holds may be lost. */
  async heal() {
    await healGroup(this);
  }

  /** @returns {Promise<number | undefined>} the member that takes writes, by its own word */
  async primary() {
    const views = await ownViews(this);
    const found = views.findIndex(view => view?.role === 'PRIMARY' && !view.isReadOnly && view.hasMajority);
    return found === -1 ? undefined : found;
  }

  /** @returns {Promise<readonly number[]>} the members that say of themselves that they are ONLINE */
  async online() {
    const views = await ownViews(this);
    return [...views.keys()].filter(index => views[index]?.state === 'ONLINE');
  }

  /** Ends everything and removes the folder. */
  async stop() {
    await endMysqlCluster(this.folder);
    this.#release?.();
  }

  /** @param {number} joined */
  async #launch(joined) {
    if (this.tls !== undefined) await makeCertificate(this.tls);
    const all = [...this.members.keys()];
    await Promise.all(
      all.map(async index => {
        await this.#prepare(index);
        await this.startNode(index);
      }),
    );
    if (joined > 0) await this.bootstrap(0);
    await Promise.all(all.slice(1, joined).map(index => this.join(index)));
    const taking = all.slice(0, joined);
    const isReady = await until(() => isHealthy(this, taking), { timeout: READY_WITHIN_MS });
    if (!isReady) throw new Failure(`Not every member came ONLINE within ${READY_WITHIN_MS / 1000} s.`);
  }

  /** @param {number} index */
  async #prepare(index) {
    await prepareMember(this.#programs, this.#seed, this.member(index), {
      group: this.#group,
      xcomPorts: this.members.map(each => each.xcomPort),
      tls: this.tls,
      settings: this.#settings,
    });
  }

  /**
   * @param {number} index
   * @param {readonly string[]} before
   */
  async #startGroup(index, before) {
    const source =
      `CHANGE REPLICATION SOURCE TO SOURCE_USER='${RECOVERY.user}', SOURCE_PASSWORD='${RECOVERY.password}' ` +
      "FOR CHANNEL 'group_replication_recovery'";
    await this.sql(index, [source, ...before, 'START GROUP_REPLICATION'].join('; '), undefined, READY_WITHIN_MS);
    const isOnline = async () => (await ownViews(this, [index]))[0]?.state !== 'RECOVERING';
    await until(isOnline, { timeout: READY_WITHIN_MS, every: 100 });
    const [view] = await ownViews(this, [index]);
    if (view?.state !== 'ONLINE')
      throw new MysqlError(`Member ${index} joined and is ${view?.state ?? 'silent'}, not ONLINE.`);
  }
}
