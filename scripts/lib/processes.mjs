/**
 * Starting groups of processes and ending them for certain: by id, never by name. Packages that end a tree (tree-kill,
 * execa) walk from parent to child and miss those whose parent died first; they are still in the group.
 */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * @param {number} pid
 * @returns {boolean}
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * @param {unknown} error
 * @returns {unknown} the `code` of a system error
 */
export function errorCode(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/**
 * Waits until a condition holds, looking again every `every` milliseconds.
 * @param {() => boolean | Promise<boolean>} condition
 * @param {{ timeout: number, every?: number }} limits milliseconds
 * @returns {Promise<boolean>} false when the time ran out
 */
export async function until(condition, { timeout, every = 50 }) {
  const deadline = performance.now() + timeout;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(every);
  }
  return true;
}

/**
 * Calls back each time when this program is asked to end, and once when the npm that runs it was killed and could not
 * ask. A signal to the whole group comes twice, because npm passes its own on: that is one request.
 * @param {() => void} callback
 * @returns {void}
 */
export function whenAskedToEnd(callback) {
  let last = -Infinity;
  const asked = () => {
    if (performance.now() - last < 500) return;
    last = performance.now();
    callback();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, asked);
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    callback();
  }, 500);
  watch.unref();
}

/**
 * @typedef {object} Group
 * @property {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable,
 *   import('node:stream').Readable>} child
 * @property {number} pid of its first process, which is also the id of the group
 * @property {Promise<string>} ended how the first process ended, in words
 * @property {() => string} output the last part of what it printed
 * @property {(timeout: number) => Promise<boolean>} vanished waits until nothing of the group is left; false when
 *   something still is
 * @property {(grace?: number) => Promise<void>} stop SIGTERM, then after `grace` milliseconds SIGKILL, for the whole
 *   group; returns when
 *   nothing of it is left
 */

/**
 * Starts a program as the leader of its own process group: a terminal's Ctrl-C does not reach it, and it ends with all
 * its helpers.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Group}
 */
export function startGroup(command, args, options = {}) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const collect = (/** @type {Buffer} */ chunk) => {
    text = (text + chunk.toString()).slice(-200_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  /** @type {Promise<string>} */
  const ended = new Promise(resolve => {
    child.once('error', error => resolve(error.message));
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : signal;
      // Its last words may still be on their way; helpers that hold the same pipes may keep them open for good.
      const timer = setTimeout(() => resolve(how), 500);
      child.once('close', () => {
        clearTimeout(timer);
        resolve(how);
      });
    });
  });
  const pid = child.pid ?? 0;
  const vanished = (/** @type {number} */ timeout) => until(() => !groupIsAlive(pid), { timeout, every: 20 });
  return {
    child,
    pid,
    ended,
    output: () => text,
    vanished,
    stop: (grace = 5000) => (pid === 0 ? Promise.resolve() : endGroup(pid, grace)),
  };
}

/**
 * Ends a whole process group and waits until none of it is left.
 * @param {number} group
 * @param {number} grace milliseconds between SIGTERM and SIGKILL
 * @returns {Promise<void>}
 */
export async function endGroup(group, grace) {
  signalGroup(group, 'SIGTERM');
  if (await until(() => !groupIsAlive(group), { timeout: grace, every: 20 })) return;
  signalGroup(group, 'SIGKILL');
  await until(() => !groupIsAlive(group), { timeout: 5000, every: 20 });
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 * @returns {void}
 */
export function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/**
 * A group whose members are all zombies counts as gone: only their parent can remove those.
 * @param {number} group
 * @returns {boolean}
 */
function groupIsAlive(group) {
  const members = processes().filter(entry => entry.group === group);
  return members.length > 0
    ? members.some(entry => entry.state !== 'Z')
    : process.platform !== 'linux' && isAlive(-group);
}

/**
 * @typedef {object} ProcessEntry
 * @property {number} pid
 * @property {number} parent
 * @property {number} group
 * @property {string} state one letter, as in proc(5)
 * @property {string} started ticks since boot: with the pid, the identity of a process
 */

/**
 * @param {string} pid
 * @returns {ProcessEntry | undefined}
 */
function processEntry(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      pid: Number(pid),
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      started: fields[19] ?? '',
    };
  } catch {
    return undefined;
  }
}

/** @returns {ProcessEntry[]} all processes of this machine (Linux; elsewhere none) */
export function processes() {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter(name => /^\d+$/u.test(name))
    .flatMap(pid => processEntry(pid) ?? []);
}

/**
 * Identifies a process beyond its pid, which the system may give to another one later.
 * @param {number} pid
 * @returns {string | undefined} nothing when there is no such process
 */
export function identity(pid) {
  if (process.platform !== 'linux') return isAlive(pid) ? 'alive' : undefined;
  const entry = processEntry(String(pid));
  return entry === undefined || entry.state === 'Z' ? undefined : entry.started;
}

/**
 * @param {number} ancestor
 * @returns {{ pid: number, commandLine: string }[]} every process below it
 */
export function descendants(ancestor) {
  const all = processes();
  /** @type {number[]} */
  const found = [ancestor];
  for (const pid of found) found.push(...all.filter(entry => entry.parent === pid).map(entry => entry.pid));
  return found.slice(1).map(pid => ({ pid, commandLine: commandLine(pid) }));
}

/**
 * @param {number} pid
 * @returns {string} arguments separated by spaces; empty when it is gone
 */
function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
