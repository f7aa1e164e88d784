/**
 * The way to a MySQL server: one connection, statements one after the other, every value as text. User name and password
 * leave over verified TLS only, except to loopback where no TLS is configured (P7-F1, P7-S3). Nothing is sent twice
 * (P7-F3).
 */
import type { TransportErrorCode } from '../../control-plane/model/errors.ts';
import type { Timeouts } from '../http/endpoint.ts';
import type { TlsIdentity } from '../http/http.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** One row: every value as text, null for NULL. Bytes that are no text are hexadecimal digits behind `0x`. */
export type Row = Readonly<Record<string, string | null>>;

/** Why there is no answer. No text of it holds the password. */
export type No =
  /** The server's own error packet, after the connection was trusted. `atLogin`: it came while logging in. */
  | {
      readonly kind: 'refused';
      readonly errno: number;
      readonly sqlState: string | null;
      readonly message: string;
      readonly atLogin: boolean;
    }
  /** `sent` is false only where it is proven that no byte of the statement left (P7-E2). */
  | { readonly kind: 'failed'; readonly code: TransportErrorCode; readonly sent: boolean; readonly reason: string };

/** `body`: the answer as text, for records. An OK of the server has no rows. */
export type Answered =
  | { readonly ok: true; readonly rows: readonly Row[]; readonly body: string }
  | { readonly ok: false; readonly no: No };

/** Sends one statement as it is. */
export type Ask = (statement: string) => Promise<Answered>;

/** How a server is reached. `connectMs` covers its greeting, TLS and the login. */
export interface Way {
  /** `mysql://host:port`; 3306 where no port is given. */
  readonly endpoint: string;
  readonly login: Login;
  readonly tls: TlsIdentity;
  readonly timeouts: Pick<Timeouts, 'connectMs'>;
}

export type Session<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly no: No };

/**
 * One connection of its own, destroyed at the end. `limitMs` is for each statement; at its end the connection is
 * destroyed, and what is asked after that fails unsent. Throws only what `use` throws.
 */
export async function session<T>(way: Way, limitMs: number, use: (ask: Ask) => Promise<T>): Promise<Session<T>> {
  const { open } = await import('./connection.ts');
  const opened = await open(way);
  if (!opened.ok) return opened;
  let last: Promise<unknown> = Promise.resolve();
  try {
    const value = await use(statement => {
      const answered = last.then(() => opened.ask(statement, limitMs));
      last = answered;
      return answered;
    });
    return { ok: true, value };
  } finally {
    opened.close();
  }
}
