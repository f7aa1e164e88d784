/** The local AeroDB cluster that a person tries the extension on. */
import { join } from 'node:path';
import { nodeForCodeServer } from './code-server-install.mjs';
import { root } from './paths.mjs';
import { startGroup } from './processes.mjs';
import { Failure, lastLines } from './run.mjs';

/** @typedef {{ id: string, name: string, url: string, pid: number }} ClusterNode */

const READY_WITHIN_MS = 30_000;

/**
 * Starts a cluster and waits until every node has said that it is ready.
 * @param {{ nodes: number, port: number, data: string, writesPerSecond: number }} options
 * @returns {{ group: import('./processes.mjs').Group, ready: Promise<ClusterNode[]> }} ready fails with what the
 *   cluster said when it ends before
 */
export function startLocalCluster({ nodes, port, data, writesPerSecond }) {
  const args = ['--nodes', nodes, '--port', port, '--data', data, '--writes-per-second', writesPerSecond].map(String);
  const group = startGroup(nodeForCodeServer(), [join(root, 'src', 'local-cluster', 'main.ts'), ...args], {
    cwd: root,
  });
  const ready = new Promise((resolve, reject) => {
    let printed = '';
    const fail = (/** @type {string} */ why) =>
      reject(new Failure(`The local cluster ${why}\n${lastLines(group.output(), 15)}`));
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    group.child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      printed += chunk.toString();
      const found = printed.split('\n').slice(0, -1).flatMap(nodeOf);
      if (found.length < nodes) return;
      clearTimeout(timer);
      resolve(found);
    });
    void group.ended.then(how => {
      clearTimeout(timer);
      fail(`ended with ${how}`);
    });
  });
  return { group, ready };
}

/**
 * @param {string} line
 * @returns {ClusterNode[]} one, or none when the line is about something else
 */
function nodeOf(line) {
  try {
    const value = JSON.parse(line);
    return typeof value.url === 'string' && typeof value.id === 'string' ? [value] : [];
  } catch {
    return [];
  }
}
