/**
 * What asking a MySQL group costs. One real group for all of it, and each number beside what does the least of the same
 * kind, in turns: a Node process that sends the bare statement with mysql2, MySQL's own client as a whole process, and
 * the bare statement over a connection of its own.
 */
import { join } from 'node:path';
import * as mysql2 from 'mysql2';
import { compared } from './measure.mjs';
import { inTurns, processTime, time } from './pairs.mjs';
import { builtProgram, temporaryFolder } from './stand.mjs';
import { MysqlCluster } from '../lib/mysql-cluster.mjs';
import { LOGINS } from '../lib/mysql-config.mjs';
import { commandOf, ensureMysql } from '../lib/mysql-install.mjs';
import { root } from '../lib/paths.mjs';
import { Failure, script } from '../lib/run.mjs';
import { connect, DEFAULT_TIMEOUTS } from '../../src/engines/connect.ts';
import { GROUP } from '../../src/engines/mysql/statements.ts';

const PROCESSES = 21;
const EXCHANGES = 201;

const { watch } = LOGINS;
const LOOK = `${watch.user}:${watch.password}`;

/**
 * @param {number} port
 * @returns {Promise<void>} when the group was listed once, on a connection of its own
 */
function bareQuery(port) {
  return new Promise((resolve, reject) => {
    // What the engine uses of it has types; this is the rest.
    const connection = /** @type {any} */ (mysql2).createConnection({
      host: '127.0.0.1',
      port,
      user: watch.user,
      password: watch.password,
    });
    connection.query(GROUP, (/** @type {Error | null} */ error) => {
      connection.destroy();
      if (error === null) resolve();
      else reject(error);
    });
  });
}

await script(async () => {
  using folder = temporaryFolder();
  const programs = await ensureMysql(line => console.log(line));
  const cluster = await MysqlCluster.start({ programs });
  try {
    const program = await builtProgram(folder.path);
    const [first] = cluster.members;
    if (first === undefined) throw new Failure('The group has no members.');
    const { port } = first;
    const endpoints = cluster.members.map(({ address }) => address);
    process.env['AERODB_LOOK_LOGIN'] = LOOK;
    const inspect = [
      program,
      ...['inspect', 'cluster', '--kind', 'mysql', ...endpoints.flatMap(url => ['--url', url])],
      ...['--audit-dir', join(folder.path, 'audit')],
    ];
    const [file, ...args] = commandOf(programs, 'mysql');
    const client = [
      ...args,
      '--no-defaults',
      `--character-sets-dir=${join(programs.share, 'charsets')}`,
      '--get-server-public-key',
      ...['-h127.0.0.1', `-P${port}`, `-u${watch.user}`, `-p${watch.password}`, '-e', GROUP],
    ];
    const own = () => processTime(process.execPath, inspect);
    const bareProgram = bareNode(port);
    compared(
      { name: 'inspect cluster of MySQL, whole process', peer: 'node -e with mysql2', times: 2.5 },
      await inTurns(PROCESSES, own, () => processTime(process.execPath, ['-e', bareProgram])),
    );
    compared(
      { name: 'inspect cluster of MySQL, whole process, beside its own client', peer: 'mysql -e', times: 15 },
      await inTurns(PROCESSES, own, () => processTime(file, client)),
    );
    const kernel = await connect(
      { name: 'bench', kind: 'mysql', endpoints },
      { secrets: { look: LOOK }, timeouts: DEFAULT_TIMEOUTS },
    );
    if (!kernel.ok) throw new Failure(kernel.error.message);
    const read = async () => {
      const answer = await kernel.value.readCluster();
      if (!answer.ok) throw new Failure(answer.error.message);
    };
    compared(
      { name: 'reading a MySQL group', peer: 'the bare statement', times: 2 },
      await inTurns(
        EXCHANGES,
        () => time(read),
        () => time(() => bareQuery(port)),
      ),
    );
  } finally {
    await cluster.stop();
  }
});

/**
 * @param {number} port
 * @returns {string} a program that lists the group once, with mysql2
 */
function bareNode(port) {
  const login = JSON.stringify({ host: '127.0.0.1', port, user: watch.user, password: watch.password });
  const mysql = JSON.stringify(join(root, 'node_modules/mysql2'));
  return (
    `const c = require(${mysql}).createConnection(${login}); ` +
    `c.query(${JSON.stringify(GROUP)}, (error, rows) => { if (error) throw error; console.log(rows); c.destroy(); });`
  );
}
