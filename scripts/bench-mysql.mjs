/**
 * What asking a MySQL group costs: `npm run bench:mysql`. One real group for all of it, and each number beside what
 * does the same without this project, in the same rounds: MySQL's own client as a whole process, and the bare statement
 * over a connection of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as mysql2 from 'mysql2';
import { build } from './build.mjs';
import { measured } from './lib/bench.mjs';
import { interleaved, processTime, time } from './lib/bench-time.mjs';
import { MysqlCluster } from './lib/mysql-cluster.mjs';
import { LOGINS } from './lib/mysql-config.mjs';
import { commandOf, ensureMysql } from './lib/mysql-install.mjs';
import { Failure, script } from './lib/run.mjs';
import { connect, DEFAULT_TIMEOUTS } from '../src/engines/connect.ts';
import { GROUP } from '../src/engines/mysql/statements.ts';

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
  const folder = mkdtempSync(join(tmpdir(), 'aerodb-bench-mysql-'));
  const programs = await ensureMysql(line => console.log(line));
  const cluster = await MysqlCluster.start({ programs });
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await build({ release: true, folder: join(folder, 'dist') });
    const [first] = cluster.members;
    if (first === undefined) throw new Failure('The group has no members.');
    const { port } = first;
    const endpoints = cluster.members.map(({ address }) => address);
    process.env['AERODB_LOOK_LOGIN'] = LOOK;
    const inspect = [
      join(folder, 'dist/aerodb-control.cjs'),
      'inspect',
      'cluster',
      '--kind',
      'mysql',
      ...endpoints.flatMap(url => ['--url', url]),
      '--audit-dir',
      join(folder, 'audit'),
    ];
    const [file, ...args] = commandOf(programs, 'mysql');
    const client = [
      ...args,
      '--no-defaults',
      `--character-sets-dir=${join(programs.share, 'charsets')}`,
      '--get-server-public-key',
      '-h127.0.0.1',
      `-P${port}`,
      `-u${watch.user}`,
      `-p${watch.password}`,
      '-e',
      GROUP,
    ];
    const [own, mysql] = await interleaved(
      PROCESSES,
      () => processTime(process.execPath, inspect),
      () => processTime(file, client),
    );

    const kernel = await connect(
      { name: 'bench', kind: 'mysql', endpoints },
      { secrets: { look: LOOK }, timeouts: DEFAULT_TIMEOUTS },
    );
    if (!kernel.ok) throw new Failure(kernel.error.message);
    const [adapted, bare] = await interleaved(
      EXCHANGES,
      () =>
        time(async () => {
          const answer = await kernel.value.readCluster();
          if (!answer.ok) throw new Failure(answer.error.message);
        }),
      () => time(() => bareQuery(port)),
    );

    console.log(
      `Node ${process.versions.node}, ${cpus().length} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}; medians ` +
        `of ${PROCESSES} processes and ${EXCHANGES} exchanges, in milliseconds`,
    );
    const kept = [
      { name: 'inspect cluster of MySQL, whole process, above mysql -e', value: own - mysql, unit: 'ms', limit: 60 },
      { name: 'reading a MySQL group, above the bare query', value: adapted - bare, unit: 'ms', limit: 2 },
    ].map(measure => {
      const within = measured(measure);
      console.log(
        `${measure.name.padEnd(60)} ${measure.value.toFixed(2).padStart(8)}   limit ${measure.limit}: ` +
          (within ? 'kept' : 'MISSED'),
      );
      return within;
    });
    console.log(
      `inspect cluster ${own.toFixed(1)}, mysql -e ${mysql.toFixed(1)}; bare query ${bare.toFixed(2)}, through the ` +
        `adapter ${adapted.toFixed(2)}`,
    );
    process.exitCode = kept.every(Boolean) ? 0 : 1;
  } finally {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
