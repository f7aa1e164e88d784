/** Where a server of a test listens. */
import { once } from 'node:events';
import type { Server } from 'node:net';

/** Lets the server listen on a free port of an address of this machine, and returns the port. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
