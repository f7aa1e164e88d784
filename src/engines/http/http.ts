/**
 * One HTTP exchange on one connection. Only this file uses undici, and only the three files of it that do not change
 * the host's global dispatcher. There is no retry, redirect, reuse or proxy here (P7-F3, P7-S2).
 */
import type { SecureContext } from 'node:tls';
import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import type { TransportErrorCode } from '../../control-plane/model/errors.ts';
import { peerOf } from './endpoint.ts';
import { cause, clientCertificate, codeOf } from './text.ts';

/** Limits of one exchange, in milliseconds and bytes. `totalMs` covers everything, including connecting. */
export interface Limits {
  readonly connectMs: number;
  readonly totalMs: number;
  readonly bodyBytes: number;
}

/**
 * How a TLS peer is verified; `serverName` replaces the URL's host name in this check. Without `context`, no TLS is
 * configured.
 */
export interface TlsIdentity {
  readonly context: SecureContext | undefined;
  /** The configured CA, which is also part of the context. */
  readonly ca: string | undefined;
  readonly serverName: string | undefined;
  /** Whether the context holds a client certificate. */
  readonly hasCertificate?: boolean;
  /** Changes when the text of the CA, the certificate or the key changes. */
  readonly fingerprint: string;
  /**
   * The certificate names of single endpoints, by the `peerOf` of their address; takes precedence over `serverName`.
   */
  readonly serverNames?: ReadonlyMap<string, string>;
}

/** One request as it goes out. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A complete answer. A header that was sent more than once is a list. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** There is no complete answer. `sent` is false only if it is proven that no byte of the request left (P7-E2). */
export interface HttpFailure {
  readonly code: TransportErrorCode;
  readonly sent: boolean;
  /** A clause for a person, without the address, because the address stands beside it. */
  readonly reason: string;
}

export type Exchange =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: HttpFailure };

const MAX_HEADER_BYTES = 16 * 1024;

/** Sends `outgoing` at most once and resolves with the answer or the failure; never rejects. */
export async function exchange(outgoing: HttpRequest, tls: TlsIdentity, limits: Limits): Promise<Exchange> {
  const progress: Progress = { connected: false, alert: undefined };
  const expired = new Error('expired');
  const serverName = tls.serverNames?.get(peerOf(outgoing.url)) ?? tls.serverName;
  const dial = buildConnector({
    timeout: limits.connectMs,
    maxCachedSessions: 0,
    allowH2: false,
    rejectUnauthorized: true, // never depend on NODE_TLS_REJECT_UNAUTHORIZED
    ...(tls.context === undefined ? {} : { secureContext: tls.context }),
    // An extension host can add the machine's own CAs to every connection that names no CA. If a CA is configured, only
    // that one counts.
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  const client = new Client(outgoing.url.origin, {
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: limits.bodyBytes,
    headersTimeout: 0, // one timer, the deadline below, covers the whole exchange
    bodyTimeout: 0,
    // In TLS 1.3 a server checks the client's certificate after the client has sent data. undici then reports only that
    // the server closed the connection, so the alert is read from the socket.
    connect: (options, done) =>
      dial(options, (error, socket) => {
        socket?.once('error', alert => {
          progress.alert ??= alert;
        });
        done(error, socket);
      }),
  });
  // undici reports a connection before it writes the first byte to it.
  client.on('connect', () => {
    progress.connected = true;
  });
  // P7-F3: undici would open a second connection if the first ends before the request is written. Destroying the client
  // prevents that.
  for (const ending of ['disconnect', 'connectionError'] as const) {
    client.on(ending, (_origin, _targets, reason) => void client.destroy(reason));
  }
  const deadline = setTimeout(() => void client.destroy(expired), limits.totalMs);
  try {
    const response = await request.call(client, {
      path: outgoing.url.pathname + outgoing.url.search,
      method: outgoing.method,
      headers: outgoing.headers,
      body: outgoing.body,
      reset: true,
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) if (chunk instanceof Uint8Array) chunks.push(chunk);
    return {
      ok: true,
      answer: { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) },
    };
  } catch (error) {
    if (error !== expired)
      return { ok: false, failure: failureOf(error, progress, limits, tls.hasCertificate === true) };
    const reason = `no complete answer within ${limits.totalMs} ms`;
    return {
      ok: false,
      failure: progress.connected
        ? { code: 'PHASE7_TIMEOUT', sent: true, reason }
        : noConnection(`nothing within ${limits.totalMs} ms`),
    };
  } finally {
    clearTimeout(deadline);
    await client.destroy(expired);
  }
}

interface Progress {
  connected: boolean;
  /** The error of the connection itself. */
  alert: Error | undefined;
}

function failureOf(
  error: unknown,
  { connected, alert }: Progress,
  limits: Limits,
  hasCertificate: boolean,
): HttpFailure {
  const judged = clientCertificate(alert ?? error, hasCertificate);
  const code = codeOf(error);
  if (!connected)
    return noConnection(
      code === 'UND_ERR_CONNECT_TIMEOUT' ? `nothing within ${limits.connectMs} ms` : (judged ?? cause(error)),
    );
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return invalid(`the answer is larger than ${limits.bodyBytes} bytes`);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return invalid(`the answer's headers are larger than ${MAX_HEADER_BYTES} bytes`);
  const unparsed = error instanceof Error && error.name === 'HTTPParserError';
  if (unparsed && !error.message.includes(ENDED)) return invalid('the answer is not HTTP/1.1');
  const why =
    judged ?? (codeOf(alert).startsWith('ERR_SSL') ? cause(alert) : unparsed ? 'other side closed' : cause(error));
  return {
    code: 'PHASE7_TRANSPORT_FAILURE',
    sent: true,
    reason: `the connection ended before the answer was complete (${why})`,
  };
}

/** What undici's parser says if the connection ends inside an answer. The outcome is then unknown, too. */
const ENDED = 'Invalid EOF state';

function noConnection(why: string): HttpFailure {
  return { code: 'PHASE7_CONNECTION_FAILED', sent: false, reason: `no connection (${why})` };
}

function invalid(reason: string): HttpFailure {
  return { code: 'PHASE7_INVALID_KERNEL_RESPONSE', sent: true, reason };
}
