/** Ports of loopback: the preferred ones, or the next that are free. */
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
