/**
 * One HTTP exchange on one connection. This file alone knows undici, and only the three files of it that leave the
 * host's global dispatcher as it is. There is no retry, no redirect, no reuse and no proxy here (P7-F3, P7-S2).
 */
import type { SecureContext } from 'node:tls';
import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import Client from 'undici/lib/dispatcher/client.js';
import type { TransportErrorCode } from '../../control-plane/model/errors.ts';
import { peerOf } from './endpoint.ts';
import { cause, clientCertificate, codeOf } from './text.ts';

/** Limits of one exchange: milliseconds and bytes. `totalMs` covers everything, connecting included. */
export interface Limits {
  readonly connectMs: number;
  readonly totalMs: number;
  readonly bodyBytes: number;
}

/**
 * How a TLS peer is verified; `serverName` replaces the host name of the URL in that. No context: no TLS is configured.
 */
export interface TlsIdentity {
  readonly context: SecureContext | undefined;
  /** The configured CA, which is in the context already. */
  readonly ca: string | undefined;
  readonly serverName: string | undefined;
  /** Whether a client certificate is in the context. */
  readonly hasCertificate?: boolean;
  /** Differs where the text of CA, certificate or key differs. */
  readonly fingerprint: string;
  /** The name in the certificate of single endpoints, by the `peerOf` of their address; it goes before `serverName`. */
  readonly serverNames?: ReadonlyMap<string, string>;
}

/** One request as it goes out. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A complete answer. A header that came more than once is a list. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** No complete answer. `sent` is false only where it is proven that no byte of the request left (P7-E2). */
export interface HttpFailure {
  readonly code: TransportErrorCode;
  readonly sent: boolean;
  /** A clause for a person, without the address: it stands beside it. */
  readonly reason: string;
}

export type Exchange =
  | { readonly ok: true; readonly answer: HttpAnswer }
  | { readonly ok: false; readonly failure: HttpFailure };

const MAX_HEADER_BYTES = 16 * 1024;

/** Sends `outgoing` at most once and resolves with what came of it; never rejects. */
export async function exchange(outgoing: HttpRequest, tls: TlsIdentity, limits: Limits): Promise<Exchange> {
  const progress: Progress = { connected: false, alert: undefined };
  const expired = new Error('expired');
  const serverName = tls.serverNames?.get(peerOf(outgoing.url)) ?? tls.serverName;
  const dial = buildConnector({
    timeout: limits.connectMs,
    maxCachedSessions: 0,
    allowH2: false,
    rejectUnauthorized: true, // not left to NODE_TLS_REJECT_UNAUTHORIZED
    ...(tls.context === undefined ? {} : { secureContext: tls.context }),
    // An extension host can be set to add the machine's own CAs to every connection that names none; a configured CA is
    // the only one.
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  const client = new Client(outgoing.url.origin, {
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: limits.bodyBytes,
    headersTimeout: 0, // one clock, the deadline below, covers the whole exchange
    bodyTimeout: 0,
    // In TLS 1.3 a server judges a client's certificate after that has sent: of what it then says, undici tells only
    // that it closed.
    connect: (options, done) =>
      dial(options, (error, socket) => {
        socket?.once('error', alert => {
          progress.alert ??= alert;
        });
        done(error, socket);
      }),
  });
  // undici announces a connection before it writes the first byte to it.
  client.on('connect', () => {
    progress.connected = true;
  });
  // P7-F3: undici replaces a connection that ends before the request was written to it; here there is no second one.
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
  /** What the connection itself failed with. */
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

/** How undici's parser says that the connection ended inside an answer. Either way it is unknown what was executed. */
const ENDED = 'Invalid EOF state';

function noConnection(why: string): HttpFailure {
  return { code: 'PHASE7_CONNECTION_FAILED', sent: false, reason: `no connection (${why})` };
}

function invalid(reason: string): HttpFailure {
  return { code: 'PHASE7_INVALID_KERNEL_RESPONSE', sent: true, reason };
}
