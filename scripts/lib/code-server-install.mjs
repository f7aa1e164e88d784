/**
 * code-server, the real VS Code workbench as an npm package. Nearly a gigabyte, so it is no dependency: it is fetched when first needed
 * into the person's cache folder. A folder of that name is complete or absent, however many runs build it at once.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { nodeOfDependencies } from './dependencies.mjs';
import { npm } from './npm.mjs';
import { cacheFolder, root } from './paths.mjs';
import { isAlive } from './processes.mjs';
import { Failure, lastLines, onPath } from './run.mjs';

export const codeServerVersion = '4.139.1';
const integrity = 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==';
const nodeMajor = '24';

/**
 * `none`: there were no tools to build them; `failed`: the build failed and would fail again.
 * @typedef {'built' | 'none' | 'failed'} Natives
 */

/**
 * @typedef {object} CodeServerProgram
 * @property {string} node the Node that runs it
 * @property {string} entry its entry file
 */

/** @returns {string} a Node of the one major version that code-server supports */
export function nodeForCodeServer() {
  const own = nodeOfDependencies(root);
  if (existsSync(own)) return own;
  if (process.versions.node.split('.')[0] === nodeMajor) return process.execPath;
  throw new Failure(`code-server ${codeServerVersion} needs Node ${nodeMajor}; this is Node ${process.versions.node}: install Node ${nodeMajor}.`);
}

/** @returns {boolean} whether native modules can be built here */
const canBuild = () => ['g++', 'make', 'python3'].every((tool) => onPath(tool) !== undefined);

/**
 * Returns code-server, fetching it when the cache does not hold it.
 * @param {(line: string) => void} say
 * @returns {Promise<CodeServerProgram>}
 */
export async function ensureCodeServer(say) {
  const node = nodeForCodeServer();
  const cache = cacheFolder();
  const home = join(cache, `code-server-${codeServerVersion}`);
  if (!isComplete(home)) {
    const started = Date.now();
    say(`Fetching code-server ${codeServerVersion} (the VS Code workbench, 600 MB) into ${home} …`);
    mkdirSync(cache, { recursive: true });
    removeAbandoned(cache);
    await buildAside(cache, home, node);
    say(`code-server installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  }
  const { natives } = stateOf(home);
  if (natives === 'none') say('Without g++, make and python3 the log channels of the editor stay empty (Debian: apt-get install g++ make python3).');
  if (natives === 'failed') say(`The log channels of the editor stay empty: building @vscode/spdlog failed, see ${join(home, 'natives.log')}`);
  return { node, entry: join(home, 'node_modules', 'code-server', 'out', 'node', 'entry.js') };
}

/**
 * @param {string} home
 * @returns {{ natives: Natives | undefined }}
 */
function stateOf(home) {
  const file = join(home, 'installed.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { natives: undefined };
}

/**
 * @param {string} home
 * @returns {boolean} false also when it was installed without build tools that are there now
 */
function isComplete(home) {
  const { natives } = stateOf(home);
  return natives !== undefined && !(natives === 'none' && canBuild());
}

/**
 * @param {string} cache
 * @param {string} home
 * @param {string} node
 * @returns {Promise<void>}
 */
async function buildAside(cache, home, node) {
  const aside = join(cache, `building-${process.pid}-${randomUUID()}`);
  mkdirSync(aside);
  try {
    writeFileSync(join(aside, 'package.json'), '{ "private": true }\n');
    await npm(['install', '--ignore-scripts', '--omit=dev', '--save-exact', `code-server@${codeServerVersion}`], { cwd: aside, node });
    verify(aside);
    const vscode = join(aside, 'node_modules', 'code-server', 'lib', 'vscode');
    await npm(['install', '--ignore-scripts', '--omit=dev'], { cwd: vscode, node });
    /** @type {{ natives: Natives }} */
    const state = { natives: await buildNatives(aside, vscode, node) };
    writeFileSync(join(aside, 'installed.json'), `${JSON.stringify(state)}\n`);
    putInPlace(aside, home);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * @param {string} aside
 * @returns {void}
 */
function verify(aside) {
  const record = JSON.parse(readFileSync(join(aside, 'node_modules', '.package-lock.json'), 'utf8'));
  const got = record.packages['node_modules/code-server']?.integrity;
  if (got !== integrity) throw new Failure(`code-server ${codeServerVersion} is not the package this project was tested with (${got}); nothing was installed.`);
}

/**
 * The only two native modules without a prebuilt binary. npm's setting `nodedir` names the headers: this one wins over whatever the
 * person's own npm settings name, because headers of another Node give a module that does not load.
 * @param {string} aside
 * @param {string} vscode
 * @param {string} node
 * @returns {Promise<Natives>}
 */
async function buildNatives(aside, vscode, node) {
  if (!canBuild()) return 'none';
  const headers = dirname(dirname(node));
  const settings = { jobs: 'max', ...(existsSync(join(headers, 'include', 'node', 'node.h')) ? { nodedir: headers } : {}) };
  try {
    await npm(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], { cwd: vscode, node, settings });
    return 'built';
  } catch (error) {
    writeFileSync(join(aside, 'natives.log'), lastLines(String(error), 200));
    return 'failed';
  }
}

/**
 * One rename puts it there. When another run was faster, its result is as good and this one is dropped.
 * @param {string} aside
 * @param {string} home
 * @returns {void}
 */
function putInPlace(aside, home) {
  if (existsSync(home) && !isComplete(home)) {
    const old = join(dirname(home), `building-${process.pid}-${randomUUID()}`);
    renameSync(home, old);
    rmSync(old, { recursive: true, force: true });
  }
  try {
    renameSync(aside, home);
  } catch (error) {
    if (!isComplete(home)) throw error;
  }
}

/**
 * Removes what runs that were killed have left.
 * @param {string} cache
 * @returns {void}
 */
function removeAbandoned(cache) {
  for (const entry of readdirSync(cache)) {
    const pid = /^building-(\d+)-/u.exec(entry)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(cache, entry), { recursive: true, force: true });
  }
}
