/**
 * A proxy before one node that delivers a control request more often than it was sent, or out of order. Everything else
 * passes as it is.
 */
import { once } from 'node:events';
import {
  createServer,
  request as send,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { listening } from '../support/listening.ts';

/**
 * What happens to the next POST: `doubled` delivers it twice at once and passes on the answer to the second; `late`
 * delivers a copy after it was answered; `reordered` delivers the copy only when the next POST has passed; `restarted`
 * restarts the node between two deliveries and passes on the answer to the second.
 */
export type Delivery = 'doubled' | 'late' | 'reordered' | 'restarted';

interface Delivered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class DeliveriesProxy {
  readonly url: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #copies: (() => void)[] = [];
  readonly #open = new Set<Promise<unknown>>();
  #next: { readonly how: Delivery; readonly restart: () => Promise<void> } | undefined;

  private constructor(server: Server, url: string, target: URL) {
    this.#server = server;
    this.url = url;
    this.#target = target;
  }

  /** Starts a proxy before a node on a loopback port. */
  static async before(target: string): Promise<DeliveriesProxy> {
    const server = createServer();
    const port = await listening(server);
    const proxy = new DeliveriesProxy(server, `http://127.0.0.1:${port}`, new URL(target));
    server.on(
      'request',
      (incoming: IncomingMessage, response: ServerResponse) =>
        void proxy.#pass(incoming, response).catch(() => response.destroy()),
    );
    return proxy;
  }

  /** The next control request suffers this. */
  arm(how: Delivery, restart: () => Promise<void>): void {
    this.#next = { how, restart };
  }

  /** Nothing that comes from here on suffers anything; copies that were kept are delivered now. */
  disarm(): void {
    this.#next = undefined;
    for (const copy of this.#copies.splice(0)) copy();
  }

  /**
   * Resolves when every delivery has its answer, or has none to expect: to be waited for when nothing is wrong with the
   * node any more.
   */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#open);
  }

  async close(): Promise<void> {
    this.disarm();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const deliver = (): Promise<Delivered> => this.#deliver(incoming, body);
    const armed = incoming.method === 'POST' ? this.#next : undefined;
    if (armed !== undefined) this.#next = undefined;
    const kept = incoming.method === 'POST' ? this.#copies.splice(0) : [];
    const { status, headers, body: answer } = await this.#delivered(deliver, armed);
    for (const copy of kept) copy();
    response.writeHead(status, headers);
    response.end(answer);
  }

  async #delivered(
    deliver: () => Promise<Delivered>,
    armed: { readonly how: Delivery; readonly restart: () => Promise<void> } | undefined,
  ): Promise<Delivered> {
    switch (armed?.how) {
      case undefined:
        return deliver();
      case 'doubled': {
        const first = deliver();
        first.catch(() => undefined);
        const second = deliver();
        return second;
      }
      case 'late': {
        const answer = await deliver();
        void deliver().catch(() => undefined);
        return answer;
      }
      case 'reordered': {
        this.#copies.push(() => void deliver().catch(() => undefined));
        return deliver();
      }
      case 'restarted': {
        await deliver().catch(() => undefined);
        await armed.restart();
        return deliver();
      }
    }
  }

  #deliver({ method, url = '/', headers: own }: IncomingMessage, body: Buffer): Promise<Delivered> {
    const delivered = new Promise<Delivered>((resolve, reject) => {
      const outgoing = send(
        new URL(url, this.#target),
        { method: method ?? 'GET', headers: { ...own, host: this.#target.host }, agent: false },
        answer => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () => {
            const { ...headers } = answer.headers;
            delete headers['transfer-encoding'];
            if (answer.complete) resolve({ status: answer.statusCode ?? 502, headers, body: Buffer.concat(parts) });
            else reject(new Error('the answer was cut off'));
          });
        },
      );
      outgoing.on('error', reject);
      // A node that is killed in the middle of its answer may end it without a word.
      outgoing.on('close', () => reject(new Error('the connection was closed before the answer was whole')));
      outgoing.end(body);
    });
    this.#open.add(delivered);
    void delivered.catch(() => undefined).finally(() => this.#open.delete(delivered));
    return delivered;
  }
}
