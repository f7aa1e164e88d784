/**
 * A TCP proxy on loopback that does one connection harm at one place, and counts what comes after. It knows nothing of
 * the control plane; of HTTP it knows where a message ends, and of what else its clients may speak only by which words
 * a control request is recognised.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listening } from './listening.ts';
import { lengthOf, offsetOf, type Where } from './positions.ts';

/**
 * `close`: both connections end after the place, in order. `reset`: both are reset (RST). `pause`: what follows comes a
 * moment later. `outlast`: what follows comes only when the client has given up. `hold`: nothing more passes until
 * `letGo`.
 */
export type How = 'close' | 'reset' | 'pause' | 'outlast' | 'hold';

export interface Harm {
  readonly how: How;
  readonly side: 'request' | 'response';
  readonly where: Where;
}

const PAUSE_MS = 4;

/** One connection through the proxy, as it was seen. */
export interface Passed {
  /** All that the client sent, and how much of it the server was given. */
  request: Buffer;
  requestPassed: number;
  response: Buffer;
  responsePassed: number;
  /** Where in the response the answer to the first control request begins; null: none has come. */
  answer: number | null;
  /** Whether the place was reached. */
  harmed: boolean;
}

/** One direction of a connection. */
interface Direction {
  readonly side: Harm['side'];
  readonly from: Socket;
  readonly to: Socket;
  stopped: boolean;
}

export class CutProxy implements AsyncDisposable {
  readonly url: string;
  /** Connections since the proxy was armed, in the order in which they came. */
  readonly passed: Passed[] = [];
  readonly #server: Server;
  readonly #target: number;
  readonly #control: RegExp;
  readonly #sockets = new Set<Socket>();
  #harm: Harm | undefined;
  #armed = false;
  #onArrival: () => void = () => undefined;
  #letGo: () => void = () => undefined;
  #reached: () => void = () => undefined;
  /** Resolves when the harm has reached its place. */
  reached: Promise<void> = Promise.resolve();

  private constructor(server: Server, url: string, target: number, control: RegExp) {
    this.#server = server;
    this.#target = target;
    this.#control = control;
    this.url = url;
  }

  /**
   * Starts a proxy before the port `target`, whose clients speak `scheme`; `control` matches once in each control
   * request.
   */
  static async before(target: number, scheme = 'http', control = /POST/u): Promise<CutProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const port = await listening(server);
    const proxy = new CutProxy(server, `${scheme}://127.0.0.1:${port}`, target, control);
    server.on('connection', (client: Socket) => proxy.#take(client));
    return proxy;
  }

  /** The next connection suffers this, those after it nothing; `onArrival` is called before a byte of it is read. */
  arm(harm: Harm | undefined, onArrival: () => void = () => undefined): void {
    this.passed.length = 0;
    this.#harm = harm;
    this.#armed = true;
    this.#onArrival = onArrival;
    this.#letGo = () => undefined;
    this.reached = new Promise(resolve => (this.#reached = resolve));
  }

  /**
   * What is held goes on, to whoever is still there; the bytes of a client that is gone reach the server all the same.
   */
  letGo(): void {
    this.#letGo();
  }

  /** Ends every connection at once, on both sides. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** How many control requests arrived since the proxy was armed, whole or not. */
  get controlRequests(): number {
    const each = new RegExp(this.#control, 'gu');
    return this.passed.reduce((count, { request }) => count + [...request.toString('latin1').matchAll(each)].length, 0);
  }

  /** Resolves when every connection is over on both sides. */
  async idle(): Promise<void> {
    await allClosed(this.#sockets);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise(resolve => this.#server.close(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #take(client: Socket): void {
    const passed: Passed = {
      request: Buffer.alloc(0),
      requestPassed: 0,
      response: Buffer.alloc(0),
      responsePassed: 0,
      answer: null,
      harmed: false,
    };
    const harm = this.#armed && this.passed.length === 0 ? this.#harm : undefined;
    if (this.#armed) {
      this.passed.push(passed);
      this.#onArrival();
    }
    const upstream = connect({ port: this.#target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    const request: Direction = { side: 'request', from: client, to: upstream, stopped: false };
    const response: Direction = { side: 'response', from: upstream, to: client, stopped: false };
    for (const direction of [request, response]) {
      const own = harm?.side === direction.side ? harm : undefined;
      direction.from.on('data', (bytes: Buffer) => {
        passed[direction.side] = Buffer.concat([passed[direction.side], bytes]);
        if (passed.answer === null && this.#control.test(passed.request.toString('latin1')))
          passed.answer = passed.responsePassed;
        this.#pass(direction, passed, own);
      });
      direction.from.on('end', () => {
        if (!direction.stopped) direction.to.end();
      });
      if (own?.side === 'request' && own.where.kind === 'byte' && own.where.n === 0) this.#pass(direction, passed, own);
    }
    // No client here ends only its own side: one that does has given up, or died.
    client.on('end', () => {
      if (harm?.how === 'outlast' || harm?.how === 'hold') client.destroy();
    });
    // A client that is gone takes the server's side with it, but for a server that has a whole request to answer: where
    // it is not known how long that is, the server finds out.
    client.on('close', () => {
      if (harm?.how === 'hold') return;
      if (harm?.how === 'outlast') this.#letGo();
      const isWhole = !this.url.startsWith('http') || passed.requestPassed >= (lengthOf(passed.request) ?? Infinity);
      if (!isWhole) upstream.destroy();
      else upstream.end();
    });
    upstream.on('close', () => {
      if (!response.stopped) client.destroySoon();
    });
  }

  #pass(direction: Direction, passed: Passed, harm: Harm | undefined): void {
    const { side, to } = direction;
    if (direction.stopped) return;
    const bytes = passed[side];
    const counter = side === 'request' ? 'requestPassed' : 'responsePassed';
    const place = harm === undefined || passed.harmed ? null : offsetOf(harm.where, bytes, passed.answer);
    const until = place ?? bytes.length;
    if (until > passed[counter] && to.writable) {
      to.write(bytes.subarray(passed[counter], until));
      passed[counter] = until;
    }
    if (place === null || harm === undefined) return;
    passed.harmed = true;
    this.#reached();
    this.#harmNow(harm.how, direction, passed);
  }

  #harmNow(how: How, direction: Direction, passed: Passed): void {
    const { from, to, side } = direction;
    const [client, upstream] = side === 'request' ? [from, to] : [to, from];
    const goOn = (): void => {
      direction.stopped = false;
      this.#pass(direction, passed, undefined);
      if (from.readableEnded) to.end();
    };
    direction.stopped = true;
    switch (how) {
      case 'reset':
        client.resetAndDestroy();
        upstream.resetAndDestroy();
        return;
      case 'close':
        client.end(() => client.destroySoon());
        upstream.end();
        upstream.resume();
        return;
      case 'pause':
        setTimeout(goOn, PAUSE_MS);
        return;
      case 'outlast':
      case 'hold':
        this.#letGo = goOn;
    }
  }
}

/** Resolves when every socket is closed; rejects with those that are not after ten seconds. */
export async function allClosed(sockets: ReadonlySet<Socket>): Promise<void> {
  const limit = AbortSignal.timeout(10_000);
  try {
    for (const socket of sockets) if (!socket.closed) await once(socket, 'close', { signal: limit });
  } catch (error) {
    const states = [...sockets].map(
      socket =>
        `${socket.localPort ?? 0}: ${socket.readyState}, ended ${socket.readableEnded}, ` +
        `finished ${socket.writableFinished}`,
    );
    throw new Error(`a connection does not end: ${states.join('; ')}`, { cause: error });
  }
}
