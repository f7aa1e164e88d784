/**
 * Running a tool quietly: its output is kept and shown only when it fails. It uses no package, because it also runs the
 * `npm ci` of a fresh clone, where none is installed yet.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A failure that has been put into words for the person; its stack would add nothing. */
export class Failure extends Error {
  /** @override */
  name = 'Failure';
  /**
   * The signal by which the program was ended, where that is why it failed.
   * @type {NodeJS.Signals | null}
   */
  signal = null;
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<string>} everything that it printed
 * @throws {Failure} with the end of its output when it cannot be started or does not exit with 0
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', error => reject(new Failure(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(output);
        return;
      }
      const how = signal ?? `exit code ${code}`;
      const failure = new Failure(`${[command, ...args].join(' ')} ended with ${how}\n${lastLines(output, 30)}`);
      failure.signal = signal;
      reject(failure);
    });
  });
}

/**
 * @param {string} text
 * @param {number} count
 * @returns {string}
 */
export function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Finds an executable as the shell would.
 * @param {readonly string[]} names the first that exists wins
 * @returns {string | undefined} its path
 */
export function onPath(...names) {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)) {
      const candidate = join(folder, name);
      try {
        accessSync(candidate, constants.X_OK);
        return candidate;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/**
 * Runs the main function of a script and turns a `Failure` into one message on stderr and exit code 1.
 * @param {() => Promise<void>} main
 * @returns {Promise<void>}
 */
export async function script(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
}
