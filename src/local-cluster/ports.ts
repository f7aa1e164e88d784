/** Finds free ports for nodes without a configured port. */
import { createServer } from 'node:net';
import { UsageError } from './config.ts';

/**
 * The range of free ports, without the highest. Not lower: Fetch refuses port 10080, so no browser and no script could
 * reach a node there (https://fetch.spec.whatwg.org/#port-blocking; the highest such port). Not higher: systems use
 * ports from 32768 on for outgoing connections, and could take one before its node listens, or while the node is down.
 */
export const FREE_PORTS = { lowest: 11_000, highest: 20_000 };

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

async function freePort(host: string): Promise<number> {
  const { lowest, highest } = FREE_PORTS;
  for (let tries = 0; tries < 1_000; tries += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await isFree(host, port)) return port;
  }
  throw new UsageError(`No free port was found between ${lowest} and ${highest}. Choose one with --port.`);
}

/**
 * `count` different ports on which nobody listens.
 * @throws {UsageError} if none is found
 */
export async function freePorts(host: string, count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(host));
  return [...ports];
}
