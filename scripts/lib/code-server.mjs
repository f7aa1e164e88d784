/** Running code-server: one server, its extension hosts and helpers, ended together. */
import { Failure, lastLines, run } from './run.mjs';
import { startGroup } from './processes.mjs';

/**
 * @typedef {object} CodeServerOptions
 * @property {import('./code-server-install.mjs').CodeServerProgram} program
 * @property {string} userData folder; keep its path short, sockets are made in it
 * @property {string} extensions folder
 * @property {string} config path of the configuration file that code-server writes when it is missing
 * @property {number} port 0 for any free one
 * @property {string} [password] without one, everybody who reaches the port is let in
 * @property {NodeJS.ProcessEnv} [env] in addition to this process's own
 * @property {readonly string[]} [flags]
 * @property {(pid: number) => void} [started] told the group of its processes before anything is waited for
 */

/**
 * @typedef {object} CodeServer
 * @property {string} url
 * @property {number} port
 * @property {number} pid
 * @property {() => string} output what it printed last
 * @property {Promise<string>} ended
 * @property {() => Promise<void>} stop
 */

const READY_WITHIN_MS = 30_000;

/**
 * Starts code-server on loopback.
 * @param {CodeServerOptions} options
 * @returns {Promise<CodeServer>} once it listens
 * @throws {Failure} when it ends or does not listen in time
 */
export async function startCodeServer(options) {
  const auth = options.password === undefined ? 'none' : 'password';
  const args = [
    ...['--bind-addr', `127.0.0.1:${options.port}`, '--auth', auth],
    ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
    ...options.program.flags,
    ...(options.flags ?? []),
  ];
  const group = startGroup(options.program.node, [options.program.entry, ...common(options), ...args], {
    env: environment(options),
  });
  options.started?.(group.pid);
  const listening = /HTTP server listening on (http:\/\/[\d.]+:(\d+))/u;
  /** @type {Promise<RegExpExecArray>} */
  const ready = new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ why) =>
      reject(new Failure(`code-server ${why}\n${lastLines(group.output(), 15)}`));
    const timer = setTimeout(() => fail(`did not listen within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    const look = () => {
      const match = listening.exec(group.output());
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    group.child.stdout.on('data', look);
    group.child.stderr.on('data', look);
    void group.ended.then(how => {
      clearTimeout(timer);
      fail(`ended with ${how}`);
    });
  });
  try {
    const [, url = '', port = ''] = await ready;
    return {
      url,
      port: Number(port),
      pid: group.pid,
      output: group.output,
      ended: group.ended,
      stop: () => group.stop(),
    };
  } catch (error) {
    await group.stop(0);
    throw error;
  }
}

/**
 * Installs extensions into a folder of extensions.
 * @param {CodeServerOptions} options
 * @param {readonly string[]} vsix
 * @returns {Promise<void>}
 */
export async function installExtension(options, ...vsix) {
  const wanted = vsix.flatMap(file => ['--install-extension', file]);
  await run(options.program.node, [options.program.entry, ...common(options), ...wanted, '--force'], {
    env: environment(options),
  });
}

/**
 * @param {CodeServerOptions} options
 * @returns {string[]}
 */
function common({ config, userData, extensions }) {
  return ['--config', config, '--user-data-dir', userData, '--extensions-dir', extensions];
}

/**
 * The person's environment without what would point this server at another editor, let another password in, or make it
 * faster than a person's.
 * @param {CodeServerOptions} options
 * @returns {NodeJS.ProcessEnv}
 */
function environment(options) {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) =>
        !/^(VSCODE_|CODE_SERVER_|npm_|PORT$|PASSWORD$|HASHED_PASSWORD$|NODE_OPTIONS$|NODE_COMPILE_CACHE$)/u.test(key),
    ),
  );
  return {
    ...env,
    EXTENSIONS_GALLERY: '{}',
    ...options.env,
    ...(options.password === undefined ? {} : { PASSWORD: options.password }),
  };
}
