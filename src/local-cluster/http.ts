/** The HTTP server of a node: limits, authorization and typed errors around its routes. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { ApiError, invalid, storageFailed } from './errors.ts';
import { type Faults, faults, notPaused } from './faults.ts';
import { parseJson } from './json.ts';
import { toJson, UUID } from './vocabulary.ts';
import { StorageError } from './wal.ts';

/** The largest bodies in bytes: of a control request or a write, and of a peer's request. */
const BODY_LIMIT_BYTES = 64 * 1024;
const PEER_BODY_LIMIT_BYTES = 1024 * 1024;

export interface Tokens {
  readonly observer: string | null;
  readonly operator: string | null;
  readonly peer: string;
}

export interface ApiRequest {
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Reply {
  readonly status: number;
  readonly body: object | Buffer;
  /** What accompanies a body of bytes. */
  readonly about?: object;
  /** The content type of a body of bytes; by default application/octet-stream. */
  readonly type?: string;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  /** Who may ask: any reader, an operator, or another member. */
  readonly needs: 'read' | 'control' | 'peer';
  /** The allowed query parameters; any other is refused. */
  readonly query?: readonly string[];
  readonly answer: (asked: ApiRequest) => Reply | Promise<Reply>;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isToken(given: string, wanted: string | null): boolean {
  return wanted !== null && timingSafeEqual(digest(given), digest(wanted));
}

/**
 * Refuses an unknown token with 401 and an insufficient one with 403. If no tokens are configured, everybody on this
 * machine may ask.
 */
function authorize(needs: Route['needs'], headers: IncomingMessage['headers'], tokens: Tokens): void {
  if (needs === 'peer') {
    const given = headers['x-aerodb-peer'];
    if (typeof given !== 'string' || !isToken(given, tokens.peer))
      throw new ApiError(403, 'AERO_FORBIDDEN', 'Only members of the cluster may ask this.');
    return;
  }
  if (tokens.observer === null && tokens.operator === null) return;
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  if (isToken(given, tokens.operator)) return;
  if (!isToken(given, tokens.observer))
    throw new ApiError(401, 'AERO_UNAUTHENTICATED', 'A bearer token that this node knows is needed.');
  if (needs === 'control') throw new ApiError(403, 'AERO_FORBIDDEN', 'This token may read; it may not control.');
}

/** The connection ends without an answer: a fault was requested, or the client is gone. */
class DroppedConnection extends Error {}

async function readBody(request: IncomingMessage, limit: number): Promise<unknown> {
  const tooLarge = new ApiError(413, 'AERO_BODY_TOO_LARGE', `The body may have ${limit} bytes.`, {
    details: { limit: String(limit) },
  });
  // Requires a JSON type, which a browser does not send to another origin without a preflight: so no web page can write
  // here.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw invalid('Content-Type', 'The body must be application/json.');
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge;
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > limit) throw tooLarge;
      parts.push(part);
    }
  } catch (error) {
    // The client left before its request was complete: nothing was begun, and nobody can be answered.
    if (error === tooLarge) throw tooLarge;
    throw new DroppedConnection();
  }
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch {
    throw invalid('body', 'The body is not JSON in UTF-8 in which no object names a member twice.');
  }
}

function find(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: readonly string[] } {
  for (const route of routes) {
    const match = route.path.exec(path);
    if (match !== null && route.method === method) return { route, params: match.slice(1) };
  }
  throw new ApiError(404, 'AERO_NOT_FOUND', `There is no ${method} ${path}.`);
}

const HOST = /^host$/i;

/**
 * Refuses a host name, because a browser may have resolved a stranger's name to this machine (DNS rebinding). An
 * address or localhost means this machine. Also refuses a request without a Host header, or with two.
 */
function checkHost({ headers: { host = '' }, rawHeaders }: IncomingMessage): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (HOST.test(rawHeaders[at] ?? '')) hosts += 1;
  if (hosts > 1 || !/^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host))
    throw invalid('Host', 'The node is asked by its address, in one Host header.');
}

function distorted(reply: Reply, how: Faults['control_answers']): Reply {
  if (how === 'dropped') throw new DroppedConnection();
  if (how === 'html')
    return { status: 502, body: Buffer.from('<html><body>Bad Gateway</body></html>'), type: 'text/html' };
  return how === 'garbage'
    ? { status: 200, body: Buffer.from('{"api_version":"v1","observed_at":'), type: 'application/json' }
    : reply;
}

/** What a URL parser makes of letters, digits and hyphens between single slashes: the same. */
const PLAIN_PATH = /^(?:\/[\w-]+)+$/;

/** The path and the query that are asked for; null where they cannot be read. */
function asked(target: string): Pick<URL, 'pathname' | 'searchParams'> | null {
  return PLAIN_PATH.test(target)
    ? { pathname: target, searchParams: new URLSearchParams() }
    : URL.parse(target, 'http://node');
}

async function respond(request: IncomingMessage, routes: readonly Route[], tokens: Tokens): Promise<Reply> {
  const url = asked(request.url ?? '/');
  if (url === null) throw new ApiError(404, 'AERO_NOT_FOUND', 'The path is malformed.');
  checkHost(request);
  const faulty = faults();
  if (url.pathname.startsWith('/peer/') && (faulty.cut === 'incoming' || faulty.cut === 'both'))
    throw new DroppedConnection();
  await notPaused();
  const needs = url.pathname.startsWith('/peer/')
    ? 'peer'
    : url.pathname.startsWith('/v1/control/') || request.method === 'POST'
      ? 'control'
      : 'read';
  authorize(needs, request.headers, tokens);
  const { route, params } = find(routes, request.method ?? '', url.pathname);
  const names = [...url.searchParams.keys()];
  for (const [index, name] of names.entries()) {
    if (route.query?.includes(name) !== true) throw invalid(name, 'This query parameter does not exist.');
    if (names.indexOf(name) !== index) throw invalid(name, 'This query parameter is given twice.');
  }
  const body =
    route.method === 'GET'
      ? null
      : await readBody(request, route.needs === 'peer' ? PEER_BODY_LIMIT_BYTES : BODY_LIMIT_BYTES);
  const reply = await route.answer({ params, query: url.searchParams, headers: request.headers, body });
  if (faulty.late_ms > 0 && url.pathname.startsWith('/v1/')) await after(faulty.late_ms);
  return url.pathname.startsWith('/v1/control/') ? distorted(reply, faulty.control_answers) : reply;
}

/** Whether this node's ledger holds a request of this id. */
export type RequestLookup = (requestId: string) => boolean;

function isControl({ url }: IncomingMessage): boolean {
  return URL.parse(url ?? '/', 'http://node')?.pathname.startsWith('/v1/control/') === true;
}

/** Whether the request has an id that the ledger was asked for and does not hold. */
function isUnseen({ headers }: IncomingMessage, holds: RequestLookup): boolean {
  const id = headers['idempotency-key'];
  return typeof id === 'string' && UUID.test(id) && !holds(id);
}

function write(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  // Node sends a text together with its head, and bytes after it.
  const body = Buffer.isBuffer(reply.body) ? reply.body : toJson(reply.body);
  response.statusCode = reply.status;
  response.setHeader(
    'content-type',
    Buffer.isBuffer(reply.body) ? (reply.type ?? 'application/octet-stream') : 'application/json; charset=utf-8',
  );
  response.setHeader('content-length', Buffer.byteLength(body));
  response.setHeader('cache-control', 'no-store');
  if (reply.about !== undefined) response.setHeader('x-aerodb-about', toJson(reply.about));
  if (reply.status === 401) response.setHeader('www-authenticate', 'Bearer');
  // The rest of a body that was refused unread must not be taken for the next request.
  if (!request.complete) response.setHeader('connection', 'close');
  response.end(body);
}

function errorReply(error: unknown, request: IncomingMessage, holds: RequestLookup): Reply {
  if (error instanceof ApiError)
    return {
      status: error.status,
      body: (isControl(request) ? error.ofRequest(isUnseen(request, holds)) : error).body,
    };
  // A failed disk stops the node, which reports it itself. The stack trace is for errors in this program.
  if (error instanceof StorageError) return { status: 500, body: storageFailed(error.message, 'unknown').body };
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return {
    status: 500,
    body: new ApiError(500, 'AERO_STORAGE_FAILED', 'The node failed while it answered.', {
      invariant: 'P6-F1',
      outcome: 'unknown',
    }).body,
  };
}

function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const body = toJson(
    new ApiError(400, 'AERO_INVALID_REQUEST', 'This is not an HTTP request that this node understands.', {
      outcome: 'unknown',
      details: { field: 'request' },
    }).body,
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json; ` +
      `charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The server of these routes; `holds` asks the ledger for a request id. */
export function createApi(routes: readonly Route[], tokens: Tokens, holds: RequestLookup): Server {
  const server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16 * 1024,
      requireHostHeader: false,
    },
    (request, response) => {
      respond(request, routes, tokens)
        .catch((error: unknown) => {
          if (error instanceof DroppedConnection) throw error;
          return errorReply(error, request, holds);
        })
        .then(reply => write(request, response, reply))
        .catch(() => response.destroy());
    },
  );
  server.on('clientError', refuseMalformed);
  return server;
}
