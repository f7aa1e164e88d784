/** What benchmarks measure on: a folder, the program that ships, a local cluster, a server that does nothing else. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from '../build.mjs';
import { root } from '../lib/paths.mjs';
import { Failure } from '../lib/run.mjs';

/** @returns {{ path: string } & Disposable} a folder that is removed at the end */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'aero-bench-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * @param {string} folder to build in
 * @returns {Promise<string>} the terminal program, as it ships
 */
export async function builtProgram(folder) {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  await build({ release: true, folder: join(folder, 'dist') });
  return join(folder, 'dist/aerodb-control.cjs');
}

/** @typedef {{ url: string, pid: number }} Ready what a server says of itself */

/**
 * Starts a program that says on a line of its own when each of its servers is ready.
 * @param {readonly string[]} args of Node
 * @param {number} [count] of servers
 * @returns {Promise<{ ready: readonly Ready[], stop: () => Promise<void> } & Disposable>}
 */
export async function started(args, count = 1) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  /** @type {Promise<void>} */
  const ended = new Promise(resolve => void child.once('exit', () => resolve()));
  const kill = () => void child.kill('SIGTERM');
  const stop = () => {
    kill();
    return ended;
  };
  /** @type {Ready[]} */
  const ready = [];
  for await (const line of createInterface({ input: child.stdout })) {
    ready.push(JSON.parse(line));
    if (ready.length === count) return { ready, stop, [Symbol.dispose]: kill };
  }
  throw new Failure(`${args[0] ?? ''} ended before it was ready`);
}

/**
 * @param {string} data folder
 * @param {readonly string[]} [flags]
 * @returns {Promise<{ urls: readonly string[] } & Disposable>} a local cluster of three nodes
 */
export async function localNodes(data, flags = []) {
  const program = join(root, 'src/local-cluster/main.ts');
  const cluster = await started([program, '--nodes', '3', '--port', '0', '--data', data, ...flags], 3);
  return { urls: cluster.ready.map(({ url }) => url), [Symbol.dispose]: cluster[Symbol.dispose] };
}

/** Answers every request with the bytes of a file; with a second argument, after that much was written and flushed. */
export const BARE_SERVER = `
import { createServer } from 'node:http';
import { fdatasync, openSync, readFileSync, write } from 'node:fs';
const [, , file, log] = process.argv;
const bytes = readFileSync(file);
const fd = log === undefined ? -1 : openSync(log, 'a');
const end = response => {
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
};
createServer((request, response) => {
  if (request.method === 'GET') return end(response);
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', () => write(fd, Buffer.concat(parts), () => fdatasync(fd, () => end(response))));
}).listen(0, '127.0.0.1', function () {
  const url = 'http://127.0.0.1:' + this.address().port;
  process.stdout.write(JSON.stringify({ url, pid: process.pid }) + '\\n');
});
`;
