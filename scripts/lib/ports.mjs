/**
 * Ports of loopback: the preferred ones, or the next that are free. get-port finds single ports for one process; the
 * nodes of a cluster have ports in a row, and two runs at the same time must not be given the same.
 */
import { createServer } from 'node:net';
import { Failure } from './run.mjs';

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * @param {number} preferred
 * @param {number} count how many in a row
 * @returns {Promise<number>} the first of them
 * @throws {Failure} when there are none in the next hundred
 */
export async function freePorts(preferred, count) {
  for (let first = preferred; first < preferred + 100 && first + count <= 65_536; first += 1) {
    const row = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (row.every(Boolean)) return first;
  }
  throw new Failure(
    `No ${count} free ports in a row from ${preferred} on: name others with --port and --cluster-port.`,
  );
}

/**
 * @param {string} text
 * @param {string} option
 * @returns {number}
 * @throws {Failure}
 */
export function portOf(text, option) {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Failure(`${option} takes a port between 1 and 65535, not "${text}".`);
  return port;
}

/**
 * Where clusters look for their ports: each in a range of its own, because those of one that is just starting are free
 * until it listens. Below the ports that connections take for themselves: a member that is restarted needs its own
 * again.
 */
const RANGES = { first: 20_000, size: 200, count: 50 };

/**
 * Takes a range that no other process on this machine has: who listens on its first port has it, and the system takes
 * it back from a process that was killed.
 * @returns {Promise<{ first: number, release: () => void }>} the first port after that
 */
export async function claimRange() {
  const from = Math.floor(Math.random() * RANGES.count);
  for (let tried = 0; tried < RANGES.count; tried += 1) {
    const port = RANGES.first + RANGES.size * ((from + tried) % RANGES.count);
    const server = createServer().unref();
    const isOurs = await new Promise(resolve => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isOurs) return { first: port + 1, release: () => server.close() };
  }
  throw new Failure(`Each of ${RANGES.count} ranges of ports from ${RANGES.first} on is taken by a cluster.`);
}
