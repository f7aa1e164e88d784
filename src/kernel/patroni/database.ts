/**
 * Reads in PostgreSQL itself, with a login that may only look (`pg_monitor`): one connection, one read-only transaction, fixed
 * statements. The password goes to configured addresses only, over TLS unless the address is loopback (P7-F1, P7-S3).
 */
import * as z from 'zod/mini';
import type { ClusterConfig } from '../../control-plane/cluster.ts';
import { failure, refusal, success, transportFailure, type Result } from '../../control-plane/errors.ts';
import { parse } from '../../control-plane/parse.ts';
import { withhold } from '../answer.ts';
import type { Timeouts } from '../endpoint.ts';
import { lazily, list } from '../forms.ts';
import type { TlsIdentity } from '../http.ts';
import { oneLine } from '../text.ts';
import type { MemberWire } from './schema.ts';

/** How this cluster's PostgreSQL is logged in to. */
export interface Login {
  readonly database: NonNullable<ClusterConfig['database']>;
  readonly password: string;
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
}

/** One row; every statement casts its columns to text. */
export type Row = Readonly<Record<string, string | null>>;

const rows = lazily(() => list(z.record(z.string(), z.nullable(z.string()))));

/** What pg would take from PostgreSQL's environment variables, were it not said; it takes an empty text for not said. */
const SAID = { options: '-c default_transaction_read_only=on', client_encoding: 'UTF8', replication: 'false', sslnegotiation: 'postgres' } as const;

/** The rows of each statement, all of one transaction that cannot write; or why there are none. */
export async function query(login: Login, member: MemberWire, statements: readonly string[]): Promise<Result<readonly (readonly Row[])[]>> {
  const host = member.host ?? '';
  const address = `${host.includes(':') ? `[${host}]` : host}:${member.port ?? ''}`;
  if (!login.database.addresses.includes(address)) {
    return failure(refusal('PHASE7_SCOPE_VIOLATION', `PostgreSQL of member ${oneLine(member.name, 200)} is at ${oneLine(address, 200)}, which is not among the configured database addresses, so it was not contacted.`, 'database.addresses'));
  }
  const { default: Client } = await import('pg/lib/client.js');
  const client = new Client({
    host, port: member.port ?? 0, user: login.database.user, password: login.password, database: login.database.name ?? 'postgres',
    ssl: isLoopback(host) ? false : { rejectUnauthorized: true, ...(login.tls.context === undefined ? {} : { secureContext: login.tls.context }) },
    ...SAID, application_name: 'aerodb-control',
    connectionTimeoutMillis: login.timeouts.connectMs, statement_timeout: login.timeouts.readMs, query_timeout: login.timeouts.readMs,
  });
  // A connection that ends by itself rejects what is being asked; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ');
    const answers: (readonly Row[])[] = [];
    for (const statement of statements) {
      const answered = parse(rows(), (await client.query(statement)).rows);
      if (!answered.ok) return failed('PHASE7_INVALID_KERNEL_RESPONSE', address, `not PostgreSQL's answer: ${answered.misfit.path.map(String).join('.')}: ${answered.misfit.message}`);
      answers.push(answered.value);
    }
    return success(answers);
  } catch (error) {
    return failed('PHASE7_TRANSPORT_FAILURE', address, withhold(error instanceof Error ? error.message : 'unknown cause', [login.password]));
  } finally {
    await client.end().catch(() => undefined); // the connection may be gone already
  }
}

function failed(code: 'PHASE7_INVALID_KERNEL_RESPONSE' | 'PHASE7_TRANSPORT_FAILURE', address: string, why: string): ReturnType<typeof failure> {
  return failure(transportFailure(code, `PostgreSQL at ${address}: ${oneLine(why, 500)}. It was a read; nothing was executed.`, 'not_executed'));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
