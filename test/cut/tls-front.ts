/**
 * A server that speaks TLS for a node that does not, as a load balancer would: what it decrypts goes to the node, byte
 * for byte.
 */
import { connect, type Socket } from 'node:net';
import { createServer, type SecureVersion, type Server } from 'node:tls';
import { listening } from '../support/listening.ts';
import { allClosed } from '../support/proxy.ts';

/** With what the servers identify themselves, and by which CA the client knows them. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly caFile: string;
  readonly version: SecureVersion;
}

export class TlsFront {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Starts one before the port `target`. */
  static async before(target: number, { cert, key, version }: TlsIdentity): Promise<TlsFront> {
    const server = createServer({ cert, key, minVersion: version, maxVersion: version });
    const port = await listening(server);
    const front = new TlsFront(server, port);
    server.on('tlsClientError', () => undefined);
    server.on('connection', (socket: Socket) => front.#keep(socket));
    server.on('secureConnection', client => {
      const node = connect({ port: target, host: '127.0.0.1', noDelay: true });
      front.#keep(node);
      client.on('error', () => undefined);
      client.pipe(node).pipe(client);
      client.on('close', () => node.end().resume());
      node.on('close', () => client.destroySoon());
    });
    return front;
  }

  /** Resolves when every connection is over on both sides. */
  async idle(): Promise<void> {
    await allClosed(this.#sockets);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
