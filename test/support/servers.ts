/** Real servers on real sockets, which count what reaches them. */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { listening } from './listening.ts';
import { dataOf, envelope, executed, type Wire } from './wire.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Running {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface HttpRunning extends Running {
  /** Requests in the order of their arrival. */
  readonly received: Received[];
}

const open = new Set<Running>();

/** Ends whatever a test has left open. */
export async function closeAll(): Promise<void> {
  await Promise.all([...open].map(server => server.close()));
}

export async function listen(server: Server, host = '127.0.0.1', scheme = 'http'): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  const port = await listening(server, host);
  const running: Running = {
    url: `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      open.delete(running);
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  open.add(running);
  return running;
}

/** A server that treats each connection as it likes, HTTP or not. */
export async function rawServer(onConnection: (socket: Socket, nth: number) => void): Promise<Running> {
  let count = 0;
  return await listen(createTcpServer(socket => onConnection(socket, ++count)));
}

/**
 * A server that reads a whole request and then writes exactly these bytes, ending the connection or leaving it open.
 */
export async function answeringBytes(answer: (request: Received) => string | Buffer, end = true): Promise<HttpRunning> {
  const received: Received[] = [];
  const running = await rawServer(socket => {
    let text = '';
    socket.on('data', chunk => {
      text += chunk.toString('latin1');
      const whole = parseRequest(text);
      if (whole === undefined) return;
      text = '';
      received.push(whole);
      const bytes = answer(whole);
      if (end) socket.end(bytes);
      else socket.write(bytes);
    });
  });
  return { ...running, received };
}

/** One complete HTTP request, or undefined while bytes are missing. */
export function parseRequest(text: string): Received | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return undefined;
  const [first = '', ...lines] = text.slice(0, head).split('\r\n');
  const headers = Object.fromEntries(
    lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(headers['content-length'] ?? 0);
  const body = text.slice(head + 4);
  if (body.length < length) return undefined;
  const [method = '', path = ''] = first.split(' ');
  return { method, path, headers, body };
}

export async function httpServer(handle: (request: Received, response: ServerResponse) => void): Promise<HttpRunning> {
  const received: Received[] = [];
  const running = await listen(handlerServer(received, handle));
  return { ...running, received };
}

export function handlerServer(
  received: Received[],
  handle: (request: Received, response: ServerResponse) => void,
): HttpServer {
  return createHttpServer(
    (request, response) =>
      void receive(request).then(whole => {
        received.push(whole);
        handle(whole, response);
      }),
  );
}

export async function receive(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** The bytes of an HTTP answer with a JSON body. */
export function jsonBytes(
  status: number,
  value: unknown,
  headers: readonly string[] = ['content-type: application/json'],
): string {
  const body = typeof value === 'string' ? value : JSON.stringify(value);
  return [`HTTP/1.1 ${status} X`, ...headers, `content-length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

/** What a truthful node `self` answers to a request. */
export function truthful(
  self: string,
  request: Received,
  urls: Readonly<Record<string, string>> = {},
): { readonly status: number; readonly value: unknown } {
  if (request.method === 'POST') {
    const body = JSON.parse(request.body) as { request_id: string; target: string };
    return {
      status: 200,
      value: envelope(
        self,
        executed(request.path.endsWith('promotions') ? 'promotion' : 'demotion', body.request_id, body.target),
      ),
    };
  }
  const data = dataOf(request.path, self, urls);
  return data === undefined
    ? {
        status: 404,
        value: {
          error: {
            code: 'AERO_NOT_FOUND',
            invariant: null,
            message: 'No such path.',
            outcome: 'not_executed',
            details: {},
          },
        },
      }
    : { status: 200, value: envelope(self, data) };
}

/** A truthful node; `bend` may answer in its place by returning a value. */
export async function kernelServer(
  self: string,
  urls: Record<string, string> = {},
  bend: (request: Received) => { readonly status: number; readonly value: unknown } | undefined = () => undefined,
): Promise<HttpRunning> {
  const server = await httpServer((request, response) => {
    const answer = bend(request) ?? truthful(self, request, urls);
    json(response, answer.status, answer.value);
  });
  urls[self] ??= server.url;
  return server;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<Running> {
  const server = await rawServer(socket => socket.destroy());
  await server.close();
  return server;
}

/** An answer's `data`, bent. */
export function bent(
  answer: { readonly status: number; readonly value: unknown },
  change: (envelope: { data: Wire; observed_at: Wire } & Wire) => void,
): { readonly status: number; readonly value: unknown } {
  const copy = structuredClone(answer.value) as { data: Wire; observed_at: Wire } & Wire;
  change(copy);
  return { status: answer.status, value: copy };
}
