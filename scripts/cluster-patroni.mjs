/**
 * A real Patroni cluster to try the control plane on: `npm run cluster -- patroni [options]`. Runs until Ctrl-C, which
 * ends all of it and removes its data. If this program is killed, the system asks its processes to end, and the next
 * run removes what is left.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MONITOR, PatroniCluster } from './lib/patroni-cluster.mjs';
import { ensurePatroni } from './lib/patroni-install.mjs';
import { patroniLine, RELEASES } from './lib/patroni-versions.mjs';
import { portOf } from './lib/ports.mjs';
import { Failure, script } from './lib/run.mjs';
import { say, startUntilAskedToEnd, whole } from './lib/trial.mjs';

const USAGE = `Usage: npm run cluster -- patroni [OPTIONS]
  --nodes N            1 to 7 members, 3 by default
  --port N             the first of its ports on 127.0.0.1, or of the next that are free: 8008 by default
  --tls                the REST API speaks TLS, under a certificate made for this run
  --auth USER:PASSWORD the REST API asks for this before it changes anything
  --synchronous        commits wait for a synchronous standby
  --patroni VERSION    ${RELEASES.map(({ line }) => line).join(', ')}; fetched where it is not the machine's own,
                       which is the default
  --ttl N              seconds until a silent leader loses its lock: 20 by default`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        nodes: { type: 'string', default: '3' },
        port: { type: 'string', default: '8008' },
        ttl: { type: 'string', default: '20' },
        tls: { type: 'boolean', default: false },
        auth: { type: 'string' },
        synchronous: { type: 'boolean', default: false },
        patroni: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    return {
      ...values,
      nodes: whole(values.nodes, '--nodes', 1, 7),
      port: portOf(values.port, '--port'),
      ttl: whole(values.ttl, '--ttl', 10, 3600),
      auth: values.auth === undefined ? undefined : credentials(values.auth),
      patroni: values.patroni === undefined ? undefined : patroniLine(values.patroni),
    };
  } catch (error) {
    if (error instanceof TypeError) throw new Failure(`${error.message}\n${USAGE}`);
    throw error;
  }
}

/** @param {string} text */
function credentials(text) {
  const at = text.indexOf(':');
  if (at < 1) throw new Failure('--auth takes USER:PASSWORD.');
  return { username: text.slice(0, at), password: text.slice(at + 1) };
}

await script(async () => {
  const { help, nodes, port, tls, auth, synchronous, ttl, patroni } = options();
  if (help) return say(USAGE);
  const programs = await ensurePatroni(say, patroni);
  const started = performance.now();
  const cluster = await startUntilAskedToEnd(() =>
    PatroniCluster.start({
      programs,
      nodes,
      port,
      tls,
      dynamic: { synchronous_mode: synchronous },
      ttl,
      ...(auth === undefined ? {} : { auth }),
    }),
  );
  const leader = await cluster.settled();
  say(
    `A Patroni ${cluster.version} cluster runs (${((performance.now() - started) / 1000).toFixed(1)} s). Ctrl-C ` +
      `ends it and removes its data.\n`,
  );
  for (const { name, url, postgresAddress } of cluster.members) {
    say(
      `  ${name}  ${url}  PostgreSQL ${postgresAddress}  agent ${cluster.pid(name)}  ` +
        `postmaster ${cluster.postmaster(name)}${name === leader ? '  leader' : ''}`,
    );
  }
  say(`  etcd ${cluster.pid('etcd')}; logs in ${join(cluster.folder, 'log')}\n`);
  describe(cluster, auth);
});

/**
 * @param {PatroniCluster} cluster
 * @param {{ username: string, password: string } | undefined} auth
 */
function describe(cluster, auth) {
  const setting = {
    name: 'trial',
    kind: 'patroni',
    endpoints: cluster.members.map(({ url }) => url),
    ...(cluster.tls === undefined ? {} : { tls: { ca: cluster.tls.ca } }),
    database: { user: MONITOR.user, addresses: cluster.members.map(({ postgresAddress }) => postgresAddress) },
  };
  const secret = (/** @type {string} */ name, /** @type {string} */ text) => {
    const file = join(cluster.folder, name);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return { [setting.name]: file };
  };
  const files = {
    ...(auth === undefined ? {} : { tokenFiles: secret('rest-login', `${auth.username}:${auth.password}`) }),
    databasePasswordFiles: secret('database-password', MONITOR.password),
  };
  const config = join(cluster.folder, 'clusters.json');
  writeFileSync(config, `${JSON.stringify({ clusters: [setting], ...files }, undefined, 2)}\n`);
  say(`Setting of the editor (settings.json):\n  "aerodb.clusters": ${JSON.stringify([setting])}\n`);
  say(
    'Its secrets (AeroDB: Set or Clear Access Token…): the password of the database login ' +
      `is ${MONITOR.password}${auth === undefined ? '' : ', the access token is what you gave with --auth'}.\n`,
  );
  say(`Terminal:\n  aerodb-control inspect cluster --config ${config} --cluster ${setting.name}`);
}
