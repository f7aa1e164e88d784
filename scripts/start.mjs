/**
 * Opens a real VS Code on a real cluster: `npm start [-- --fresh --port N --cluster-port N]`. Runs until Ctrl-C, which
 * ends all of it. What the cluster and the editor hold is kept for the next run; `--fresh` forgets it. The audit log is
 * the person's own and is never removed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { watchOverThisRun } from './lib/after-death.mjs';
import { ensureCodeServer } from './lib/code-server-install.mjs';
import { installExtension, startCodeServer } from './lib/code-server.mjs';
import { findDesktop, openDesktop } from './lib/desktop.mjs';
import { configure } from './lib/editor-settings.mjs';
import { startLocalCluster } from './lib/local-cluster.mjs';
import { OneRun } from './lib/one-run.mjs';
import { dataFolder } from './lib/paths.mjs';
import { freePorts, portOf } from './lib/ports.mjs';
import { signalGroup, whenAskedToEnd } from './lib/processes.mjs';
import { Failure } from './lib/run.mjs';
import { newSecret, startSignIn } from './lib/sign-in.mjs';
import { packageExtension, packageFirstScreen } from './package.mjs';
import { defaultAuditDirectory, LOG_FILE } from '../src/audit/location.ts';

const started = performance.now();
function seconds() {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

function say(/** @type {string} */ line) {
  return console.log(line);
}

// Where nobody reads what it says, nobody is there to press Ctrl-C either.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => void end(1));

const data = dataFolder();
/** By which the first screen knows that it is a new run. */
const firstScreen = { AERODB_START_RUN: newSecret() };
const one = new OneRun(data);

/** Process groups that end with this run. */
/** @type {{ name: string, pid: number, stop: () => Promise<void> }[]} */
const parts = [];
/** @type {Promise<void> | undefined} */
let ending;
/** @type {ReturnType<typeof watchOverThisRun> | undefined} */
let watch;

/**
 * From now on this part ends with the run, and the run with this part.
 * @param {string} name
 * @param {{ pid: number, ended: Promise<string>, stop: () => Promise<void> }} part
 * @param {string} [farewell] when it is normal for the part to end
 */
function keep(name, part, farewell) {
  parts.push({ name, pid: part.pid, stop: part.stop });
  one.owns(part.pid);
  void part.ended.then(how => {
    if (ending !== undefined) return;
    say(farewell ?? `${name} ended with ${how}.`);
    void end(farewell === undefined ? 1 : 0);
  });
}

/**
 * Ends everything, in the reverse order of its start; parts that were killed meanwhile take no time.
 * @param {number} code
 * @returns {Promise<void>}
 */
function end(code) {
  ending ??= (async () => {
    for (const { stop } of parts.toReversed()) await stop();
    one.release();
    await watch?.allEnded();
    process.exit(code);
  })();
  return ending;
}

whenAskedToEnd(() => {
  if (ending === undefined) {
    say('\nEnding the editor and the cluster … (Ctrl-C again ends them at once)');
    void end(0);
    return;
  }
  for (const { pid } of parts) signalGroup(pid, 'SIGKILL');
});

function options() {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        port: { type: 'string', default: '9190' },
        'cluster-port': { type: 'string', default: '9191' },
      },
    });
    return {
      fresh: values.fresh,
      port: portOf(values.port, '--port'),
      clusterPort: portOf(values['cluster-port'], '--cluster-port'),
    };
  } catch (error) {
    if (error instanceof TypeError)
      throw new Failure(`${error.message}\nUsage: npm start [-- --fresh --port N --cluster-port N]`);
    throw error;
  }
}

/**
 * @param {number} preferred
 * @param {number} count
 * @param {string} what
 * @returns {Promise<number>}
 */
async function ports(preferred, count, what) {
  const first = await freePorts(preferred, count);
  if (first !== preferred) say(`Port ${preferred} is taken: ${what} from port ${first} on.`);
  return first;
}

/**
 * @param {number} preferred
 * @returns {Promise<string[]>} the endpoints of the nodes
 */
async function startCluster(preferred) {
  const port = await ports(preferred, 3, 'the nodes listen');
  const { group, ready } = startLocalCluster({ nodes: 3, port, data: join(data, 'cluster'), writesPerSecond: 5 });
  keep('The local cluster', group);
  const nodes = await ready;
  say(`Cluster "local" is up (${seconds()}):`);
  for (const { name, url, pid, id } of nodes) say(`  ${name ?? id}  ${url}  pid ${pid}`);
  return nodes.map(({ url }) => url);
}

/**
 * @param {string} code
 * @param {readonly string[]} vsix
 * @param {readonly string[]} endpoints
 */
async function startDesktop(code, vsix, endpoints) {
  const [userData, extensions] = [join(data, 'desktop', 'user'), join(data, 'desktop', 'extensions')];
  configure({ userData, endpoints, machineFile: false, say });
  keep(
    'VS Code',
    await openDesktop({ code, userData, extensions, vsix, env: firstScreen }),
    'The VS Code window was closed.',
  );
  one.isAt('in the VS Code window that it opened');
  say(`VS Code opens with a profile of its own (${seconds()}).`);
}

/**
 * @param {number} preferred
 * @param {readonly string[]} vsix
 * @param {readonly string[]} endpoints
 * @param {import('./lib/code-server-install.mjs').CodeServerProgram} program
 */
async function startBrowserEditor(preferred, vsix, endpoints, program) {
  const port = await ports(preferred, 1, 'the editor listens');
  const password = newSecret();
  const home = join(data, 'editor');
  const server = {
    program,
    userData: home,
    extensions: join(home, 'extensions'),
    config: join(home, 'config.yaml'),
    port,
    password,
    env: firstScreen,
    started: (/** @type {number} */ pid) => one.owns(pid),
  };
  configure({ userData: home, endpoints, machineFile: true, say });
  await installExtension(server, ...vsix);
  const editor = await startCodeServer(server);
  keep('code-server', editor);
  const signIn = await startSignIn({
    port: await freePorts(Math.max(port, 9194) + 1, 1),
    editor: editor.url,
    password,
  });
  one.isAt(signIn.url);
  say(`VS Code is ready (${seconds()}). Open this address in a browser on this machine:\n\n  ${signIn.url}\n`);
  say(`It signs you in to ${editor.url}, which lets nobody in without this run's password: ${password}`);
}

async function main() {
  const { fresh, port, clusterPort } = options();
  const other = await one.claim();
  if (other !== undefined)
    throw new Failure(
      `npm start is running already (process ${other.pid}): ${other.where}. End it with Ctrl-C where it runs, ` +
        'then start again.',
    );
  watch = watchOverThisRun(data);
  if (fresh)
    for (const folder of ['cluster', 'editor', 'desktop']) rmSync(join(data, folder), { recursive: true, force: true });
  const code = findDesktop();
  const [endpoints, { file }, opener, program] = await Promise.all([
    startCluster(clusterPort),
    packageExtension(),
    packageFirstScreen(),
    code === undefined ? ensureCodeServer(say) : undefined,
  ]);
  const vsix = [file, opener];
  if (code !== undefined) await startDesktop(code, vsix, endpoints);
  else if (program !== undefined) await startBrowserEditor(port, vsix, endpoints, program);
  rmSync(opener);
  say(
    `\nData is kept in ${data} (npm start -- --fresh forgets it); the audit log ` +
      `is ${join(defaultAuditDirectory(), LOG_FILE)}.\nCtrl-C ends the editor and the cluster.`,
  );
}

await main().catch(error => {
  if (ending !== undefined) return undefined;
  console.error(error instanceof Failure ? error.message : error);
  return end(1);
});
