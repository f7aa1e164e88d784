/** Calling npm from inside an npm script without inheriting that script's own settings. */
import { dirname, delimiter } from 'node:path';
import { run } from './run.mjs';

/**
 * Runs npm quietly. Settings of the person (registry, proxy, certificates) stay in force.
 * @param {readonly string[]} args
 * @param {{ cwd: string, node?: string, settings?: Record<string, string> }} options `node`: the Node that runs npm and
 *   for which
 *   native modules are built; `settings`: npm settings that win over every other source
 * @returns {Promise<string>}
 */
export function npm(args, { cwd, node = process.execPath, settings = {} }) {
  /** @type {NodeJS.ProcessEnv} */
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^npm_(?:lifecycle_|package_|config_local_prefix$)/u.test(key)),
  );
  env['PATH'] = `${dirname(node)}${delimiter}${process.env['PATH'] ?? ''}`;
  const fixed = { loglevel: 'error', audit: 'false', fund: 'false', update_notifier: 'false', ...settings };
  for (const [key, value] of Object.entries(fixed)) env[`npm_config_${key}`] = value;
  const cli = process.env['npm_execpath'];
  return cli !== undefined && /\.c?js$/u.test(cli)
    ? run(node, [cli, ...args], { cwd, env })
    : run('npm', args, { cwd, env });
}
