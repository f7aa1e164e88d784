/**
 * A real MySQL Group Replication cluster to try the control plane on: `npm run cluster -- mysql [options]`. Runs until
 * Ctrl-C, which ends all of it and removes its data. If this program is killed, the system kills its servers, and the
 * next run removes what is left.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MysqlCluster } from './lib/mysql-cluster.mjs';
import { LOGINS } from './lib/mysql-config.mjs';
import { ensureMysql } from './lib/mysql-install.mjs';
import { portOf } from './lib/ports.mjs';
import { Failure, script } from './lib/run.mjs';
import { say, startUntilAskedToEnd, whole } from './lib/trial.mjs';

const USAGE = `Usage: npm run cluster -- mysql [OPTIONS]
  --nodes N   1 to 9 members, 3 by default
  --joined N  how many of them take part in the group: all by default, the others only run
  --port N    the first of its ports on 127.0.0.1, or of the next that are free: 33061 by default
  --tls       the servers offer TLS, under a certificate made for this run; without it they have none`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        nodes: { type: 'string', default: '3' },
        joined: { type: 'string' },
        port: { type: 'string', default: '33061' },
        tls: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const nodes = whole(values.nodes, '--nodes', 1, 9);
    return {
      ...values,
      nodes,
      joined: values.joined === undefined ? nodes : whole(values.joined, '--joined', 0, nodes),
      port: portOf(values.port, '--port'),
    };
  } catch (error) {
    if (error instanceof TypeError) throw new Failure(`${error.message}\n${USAGE}`);
    throw error;
  }
}

await script(async () => {
  const { help, nodes, joined, port, tls } = options();
  if (help) return say(USAGE);
  const programs = await ensureMysql(say);
  const started = performance.now();
  const cluster = await startUntilAskedToEnd(() =>
    MysqlCluster.start({ programs, nodes, joined, port, tls, log: say }),
  );
  const primary = await cluster.primary();
  say(
    `A MySQL ${cluster.version} group runs (${((performance.now() - started) / 1000).toFixed(1)} s). Ctrl-C ends it ` +
      'and removes its data.\n',
  );
  for (const [index, { name, id, pid, xcomPort, folder }] of cluster.members.entries())
    say(
      `  ${name}  ${id}  process ${pid}  XCom 127.0.0.1:${xcomPort}  ${folder}${index === primary ? '  primary' : ''}`,
    );
  describe(cluster);
});

/** @param {MysqlCluster} cluster */
function describe(cluster) {
  const setting = {
    name: 'mysql-trial',
    kind: 'mysql',
    endpoints: cluster.members.map(({ address }) => address),
    ...(cluster.tls === undefined ? {} : { tls: { ca: cluster.tls.ca } }),
  };
  const config = join(cluster.folder, 'clusters.json');
  const file = {
    clusters: [setting],
    lookLoginFiles: { [setting.name]: loginFile(cluster, 'look', LOGINS.watch) },
    controlLoginFiles: { [setting.name]: loginFile(cluster, 'control', LOGINS.switch) },
  };
  writeFileSync(config, `${JSON.stringify(file, undefined, 2)}\n`);
  const [first, second] = cluster.members;
  say(`\nSetting of the editor (settings.json):\n  "aerodb.clusters": ${JSON.stringify([setting])}\n`);
  say(
    `Logins from 127.0.0.1: ${textOf(LOGINS.watch)} may look, ${textOf(LOGINS.switch)} may also switch and force, ` +
      `${textOf(LOGINS.nothing)} may do nothing.\n`,
  );
  const trial = `--config ${config} --cluster ${setting.name}`;
  say(
    [
      'Terminal:',
      `  aerodb-control inspect cluster ${trial}`,
      `  aerodb-control promote ${trial} --node ${second?.id ?? first?.id ?? ''} --operator`,
    ].join('\n'),
  );
  say(
    `\nA member that dies: kill -9 ${first?.pid ?? 0}. One that is cut off: kill -STOP ${first?.pid ?? 0}, and ` +
      `kill -CONT ${first?.pid ?? 0}.`,
  );
}

/** @param {import('./lib/mysql-config.mjs').Login} login */
function textOf({ user, password }) {
  return `${user}:${password}`;
}

/**
 * @param {MysqlCluster} cluster
 * @param {string} name
 * @param {import('./lib/mysql-config.mjs').Login} login
 * @returns {string} the file that holds the login, as the terminal program takes it
 */
function loginFile(cluster, name, login) {
  const file = join(cluster.folder, name);
  writeFileSync(file, `${textOf(login)}\n`, { mode: 0o600 });
  return file;
}
