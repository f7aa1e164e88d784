/**
 * Reads in PostgreSQL itself, with a login that may only read (`pg_monitor`): one connection, one read-only
 * transaction, fixed statements. The password is sent only to configured addresses, over verified TLS unless the
 * address is loopback (P7-F1, P7-S3).
 */
import type { ConnectionOptions } from 'node:tls';
import * as z from 'zod/mini';
import { isLoopback } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import { parse } from '../../control-plane/model/parse.ts';
import type { Timeouts } from '../http/endpoint.ts';
import { lazily, list } from '../http/forms.ts';
import type { TlsIdentity } from '../http/http.ts';
import { oneLine } from '../http/text.ts';
import { failed, notItsAnswer, type Progress } from './database-failure.ts';
import type { DatabaseLogin } from './login.ts';
import type { MemberWire } from './schema.ts';

/** How to log in to this cluster's PostgreSQL. */
export interface Login {
  readonly database: DatabaseLogin;
  readonly password: string;
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
}

/** One row; every statement casts its columns to text. */
export type Row = Readonly<Record<string, string | null>>;

const rows = lazily(() => list(z.record(z.string(), z.nullable(z.string()))));

/**
 * What pg would otherwise take from PostgreSQL's environment variables. An empty text does not help: pg treats it as
 * not given.
 */
const PG_OPTIONS = {
  options: '-c default_transaction_read_only=on',
  client_encoding: 'UTF8',
  replication: 'false',
  sslnegotiation: 'postgres',
} as const;

/** The rows of each statement, all from one transaction that cannot write; or why there are none. */
export async function query(
  login: Login,
  member: MemberWire,
  statements: readonly string[],
): Promise<Result<readonly (readonly Row[])[]>> {
  const host = member.host ?? '';
  const address = `${host.includes(':') ? `[${host}]` : host}:${member.port ?? ''}`;
  const { database, password, timeouts } = login;
  if (!database.addresses.includes(address)) {
    return failure(
      refusal(
        'PHASE7_SCOPE_VIOLATION',
        `PostgreSQL of member ${oneLine(member.name, 200)} is at ${oneLine(address, 200)}, which is not among ` +
          'the configured database addresses, so it was not contacted.',
        'database.addresses',
      ),
    );
  }
  const progress: Progress = {
    address,
    password,
    hasCertificate: login.tls.hasCertificate === true,
    connected: false,
    expired: undefined,
  };
  const { default: Client } = await import('pg/lib/client.js');
  const client = new Client({
    host,
    port: member.port ?? 0,
    user: database.user,
    password,
    database: database.name ?? 'postgres',
    ssl: isLoopback(host)
      ? false
      : await verified(login.tls, host, () => {
          progress.connected = true;
        }),
    // `statement_timeout` ends what runs on in PostgreSQL after this program has gone; the limits below end this
    // program's side earlier.
    ...PG_OPTIONS,
    application_name: 'aerodb-control',
    statement_timeout: timeouts.readMs + 1_000,
  });
  const { stream: socket } = client.connection; // the plain socket, also below TLS
  if (isLoopback(host))
    socket.once('connect', () => {
      progress.connected = true;
    });
  // A connection that ends by itself rejects the open query; without a listener, its error event would end the process.
  client.on('error', () => undefined);
  const limited = (limit: number, applies: () => boolean): NodeJS.Timeout =>
    setTimeout(() => {
      if (!applies()) return;
      progress.expired ??= limit;
      socket.destroy();
    }, limit);
  const limits = [limited(timeouts.connectMs, () => !progress.connected), limited(timeouts.readMs, () => true)];
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ');
    const answers: (readonly Row[])[] = [];
    for (const statement of statements) {
      const answered = parse(rows(), (await client.query(statement)).rows);
      if (!answered.ok)
        return failure(
          notItsAnswer(progress, `${answered.misfit.path.map(String).join('.')}: ${answered.misfit.message}`),
        );
      answers.push(answered.value);
    }
    return success(answers);
  } catch (error) {
    const told = failed(error, progress, socket.destroyed);
    // A peer that breaks the protocol gets no orderly goodbye, which could wait for it.
    if (told.domain === 'TRANSPORT_ERROR') socket.destroy();
    return failure(told);
  } finally {
    await client.end().catch(() => undefined); // the connection may be gone already
    for (const limit of limits) clearTimeout(limit);
    socket.destroy();
  }
}

/**
 * TLS with the same CA, client certificate and server name as for the REST API. `done`: the certificate is trusted and
 * carries the name.
 */
async function verified(
  { context, ca, serverName }: TlsIdentity,
  host: string,
  done: () => void,
): Promise<ConnectionOptions> {
  const { checkServerIdentity } = await import('node:tls');
  return {
    rejectUnauthorized: true, // never depend on NODE_TLS_REJECT_UNAUTHORIZED
    minVersion: 'TLSv1.2',
    ...(context === undefined ? {} : { secureContext: context }),
    // An extension host can add the machine's own CAs to every connection that names no CA. If a CA is configured, only
    // that one counts.
    ...(ca === undefined ? {} : { ca }),
    // Node calls this only after it verified the chain, and always, because no session is ever resumed here.
    checkServerIdentity: (_host, certificate) => {
      const wrong = checkServerIdentity(serverName ?? host, certificate);
      if (wrong === undefined) done();
      return wrong;
    },
  };
}
