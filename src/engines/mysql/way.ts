/** How a MySQL server is reached, and the possible results. */
import type { TransportErrorCode } from '../../control-plane/model/errors.ts';
import type { Timeouts } from '../http/endpoint.ts';
import type { TlsIdentity } from '../http/http.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** One row: every value as text, null for NULL. Bytes that are not text become hexadecimal digits after `0x`. */
export type Row = Readonly<Record<string, string | null>>;

/** Why there is no answer. None of its texts contains the password. */
export type StatementFailure =
  /** The server's own error packet, after the connection was trusted. `atLogin`: it arrived during the login. */
  | {
      readonly kind: 'refused';
      readonly errno: number;
      readonly sqlState: string | null;
      readonly message: string;
      readonly atLogin: boolean;
    }
  /** `sent` is false only where it is proven that no byte of the statement left (P7-E2). */
  | { readonly kind: 'failed'; readonly code: TransportErrorCode; readonly sent: boolean; readonly reason: string };

/** `body`: the answer as text, for records. An OK of the server has no result set: its `rows` are null. */
export type StatementResult =
  | { readonly ok: true; readonly rows: readonly Row[] | null; readonly body: string }
  | { readonly ok: false; readonly no: StatementFailure };

/** Sends one statement unchanged. */
export type Ask = (statement: string) => Promise<StatementResult>;

/** How a server is reached. `connectMs` covers its greeting, TLS and the login. */
export interface ServerRoute {
  /** `mysql://host:port`; the default port is 3306. */
  readonly endpoint: string;
  readonly login: Login;
  readonly tls: TlsIdentity;
  readonly timeouts: Pick<Timeouts, 'connectMs'>;
}
