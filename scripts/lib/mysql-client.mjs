/** One statement to a trial's MySQL, by MySQL's own client: by other means than the program under test. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { connect } from 'node:net';
import { commandOf } from './mysql-install.mjs';
import { Failure } from './run.mjs';

/** What the server said, or why it said nothing. */
export class MysqlError extends Failure {
  /** @override */
  name = 'MysqlError';
  /** Its number: 1227; 0 when there was no answer. */
  number;

  /** @param {string} output of the client */
  constructor(output) {
    super(output.trim());
    this.number = Number(/^ERROR (\d+) /mu.exec(output)?.[1] ?? 0);
  }
}

/**
 * @typedef {object} Where
 * @property {string} folder of the member
 * @property {number} port
 * @property {import('./mysql-config.mjs').Login} [login] over TCP; root over the socket without it
 * @property {number} [timeout] milliseconds until the client is killed; the server may go on with the statement
 */

/**
 * @param {import('./mysql-install.mjs').MysqlPrograms} programs
 * @param {Where} where
 * @param {string} statement one that answers with rows, or several of which at most one does
 * @returns {Promise<Record<string, string | null>[]>}
 * @throws {MysqlError}
 */
export function askMysql(programs, { folder, port, login, timeout = 30_000 }, statement) {
  const [file, ...args] = commandOf(programs, 'mysql');
  const way =
    login === undefined
      ? ['-uroot', '-S', join(folder, 's')]
      : ['-h', '127.0.0.1', '-P', String(port), '-u', login.user, '--get-server-public-key'];
  const common = ['--no-defaults', `--character-sets-dir=${join(programs.share, 'charsets')}`, '--xml'];
  const env = { LC_ALL: 'C.UTF-8', ...(login === undefined ? {} : { MYSQL_PWD: login.password }) };
  return new Promise((resolve, reject) => {
    execFile(
      file,
      [...args, ...common, ...way, '-e', statement],
      { env, timeout, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(rowsOf(stdout));
        else reject(new MysqlError(error.killed === true ? `no answer within ${timeout} ms` : stderr || error.message));
      },
    );
  });
}

/**
 * @param {string} xml as the client writes it
 * @returns {Record<string, string | null>[]}
 */
function rowsOf(xml) {
  return [...xml.matchAll(/<row>(.*?)<\/row>/gsu)].map(([, row = '']) =>
    Object.fromEntries(
      [...row.matchAll(/<field name="([^"]*)"(?: xsi:nil="true" \/>|>(.*?)<\/field>)/gsu)].map(
        ([, name = '', value]) => [plain(name), value === undefined ? null : plain(value)],
      ),
    ),
  );
}

/** @param {string} text with XML's entities */
function plain(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

/**
 * @param {string} folder of a member
 * @returns {Promise<boolean>} whether its server greets who connects
 */
export function greets(folder) {
  return new Promise(resolve => {
    const socket = connect(join(folder, 's'));
    const done = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('data', () => done(true))
      .once('error', () => done(false))
      .once('close', () => resolve(false));
    socket.setTimeout(2000, () => done(false));
  });
}
