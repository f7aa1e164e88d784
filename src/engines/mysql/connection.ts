/**
 * One connection to a MySQL server, over mysql2. mysql2 speaks the protocol; this file and `wire.ts` decide which peer,
 * over what, for how long, and which of its answers count.
 */
import { connect, isIP } from 'node:net';
import tls from 'node:tls';
import { createConnection, type Connection } from 'mysql2';
import { isLoopback } from '../../control-plane/clusters/cluster.ts';
import { peerOf } from '../http/endpoint.ts';
import type { TlsIdentity } from '../http/http.ts';
import { textRows } from './answer-rows.ts';
import { failed, isRefusal, refused, type Progress } from './client-failure.ts';
import type { Answered, No, Way } from './way.ts';
import { Wire, type Break } from './wire.ts';

export type Opened =
  | {
      readonly ok: true;
      /** Only one statement at a time. */
      readonly ask: (statement: string, limitMs: number) => Promise<Answered>;
      readonly close: () => void;
    }
  | { readonly ok: false; readonly no: No };

/**
 * Switches off what mysql2 offers to servers by default: local files, and more than one result. A server then has no
 * reason to use either.
 */
const FLAGS = ['-LOCAL_FILES', '-MULTI_RESULTS'];
/** What the server lists this connection as. */
const ATTRIBUTES = { program_name: 'aerodb-control' };
const CLOSED: Break = { code: 'PHASE7_TRANSPORT_FAILURE', why: 'its session has ended' };

/** Connects and logs in, once. Never rejects. */
export async function open(way: Way): Promise<Opened> {
  const { login, tls: identity, timeouts } = way;
  const progress: Progress = {
    password: login.password,
    hasCertificate: identity.hasCertificate === true,
    isTrusted: false,
    isLoggedIn: false,
  };
  const peer = peerFrom(way);
  if (peer === undefined)
    return { ok: false, no: failed({ code: 'PHASE7_CONNECTION_FAILED', why: 'no address' }, progress, false) };
  let broken: Break | undefined;
  let atBreak: (why: Break) => void = () => undefined;
  const wire = new Wire(connect({ host: peer.host, port: peer.port, noDelay: true }), why => {
    broken = why;
    atBreak(why);
  });
  let limit: NodeJS.Timeout | undefined;
  const opening = new Promise<Connection | No>(resolve => {
    limit = setTimeout(
      () => wire.break('PHASE7_CONNECTION_FAILED', `nothing within ${timeouts.connectMs} ms`),
      timeouts.connectMs,
    );
    atBreak = why => resolve(failed(why, progress, false));
    const connection = createConnection({
      stream: () => wire,
      user: login.user,
      password: login.password,
      ssl: peer.isPlain ? undefined : {},
      flags: FLAGS,
      connectTimeout: 0,
      connectAttributes: ATTRIBUTES,
      disableEval: true,
      queryFormat: statement => statement,
    });
    progress.isTrusted = peer.isPlain;
    connection.startTLS = done =>
      wire.secure(socket => {
        const secure = tls.connect({ socket, ...verified(identity, peer.name) });
        secure.once('secureConnect', () => {
          if (!secure.authorized) {
            wire.break('PHASE7_CONNECTION_FAILED', 'its certificate is not verified');
            return;
          }
          progress.isTrusted = true;
          wire.secured();
          done();
        });
        return secure;
      });
    // mysql2 can report an error after a connection has ended; without a listener, that error would be thrown.
    connection.on('error', (error: Error) => {
      if (isRefusal(error) && !progress.isLoggedIn) resolve(refused(error, progress));
      wire.break('PHASE7_INVALID_KERNEL_RESPONSE', error);
    });
    connection.once('connect', () => {
      if (!progress.isTrusted || wire.destroyed) return;
      progress.isLoggedIn = true;
      wire.loggedIn();
      resolve(connection);
    });
  });
  const opened = await opening;
  clearTimeout(limit);
  if ('kind' in opened) {
    wire.close();
    return { ok: false, no: opened };
  }
  return {
    ok: true,
    ask: (statement, limitMs) =>
      new Promise(resolve => {
        const over = broken ?? (wire.destroyed ? CLOSED : undefined);
        if (over !== undefined) {
          resolve({ ok: false, no: failed(over, progress, false) });
          return;
        }
        const timer = setTimeout(
          () => wire.break('PHASE7_TIMEOUT', `no complete answer within ${limitMs} ms`),
          limitMs,
        );
        atBreak = why => {
          clearTimeout(timer);
          resolve({ ok: false, no: failed(why, progress, true) });
        };
        opened.query({ sql: statement, rowsAsArray: true, typeCast: false }, (error, rows, columns) => {
          if (broken !== undefined) return; // reported already
          clearTimeout(timer);
          atBreak = () => undefined;
          if (error !== null && isRefusal(error)) {
            resolve({ ok: false, no: refused(error, progress) });
            return;
          }
          const texts =
            error !== null
              ? ({ ok: false, wrong: error.message } as const)
              : Array.isArray(rows)
                ? textRows(columns ?? [], rows, login.password)
                : ({ ok: true, rows: null, body: 'OK' } as const);
          if (texts.ok) {
            resolve(texts);
            return;
          }
          const why = { code: 'PHASE7_INVALID_KERNEL_RESPONSE', why: `not MySQL's answer: ${texts.wrong}` } as const;
          wire.break(why.code, why.why);
          resolve({ ok: false, no: failed(why, progress, true) });
        });
      }),
    close: () => wire.close(),
  };
}

interface Peer {
  readonly host: string;
  readonly port: number;
  /** The name that the certificate must carry. */
  readonly name: string;
  /** Without TLS: only if the host name itself means this machine and no TLS is configured. */
  readonly isPlain: boolean;
}

function peerFrom({ endpoint, tls: identity }: Way): Peer | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (url.protocol !== 'mysql:' || host === '') return undefined;
  const { ca, hasCertificate = false, serverName, serverNames } = identity;
  const name = serverNames?.get(peerOf(url)) ?? serverName;
  return {
    host,
    port: Number(url.port || '3306'),
    name: name ?? host,
    isPlain: isLoopback(host) && ca === undefined && !hasCertificate && name === undefined,
  };
}

function verified({ context, ca }: TlsIdentity, name: string): tls.ConnectionOptions {
  return {
    rejectUnauthorized: true, // never depend on NODE_TLS_REJECT_UNAUTHORIZED
    minVersion: 'TLSv1.2',
    ...(context === undefined ? {} : { secureContext: context }),
    // An extension host can add the machine's own CAs to every connection that names no CA. If a CA is configured, only
    // that one counts.
    ...(ca === undefined ? {} : { ca }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate),
  };
}
