/** How a MySQL server is reached, and what can come of it. */
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

/** `body`: the answer as text, for records. An OK of the server is no result set: its `rows` are null. */
export type Answered =
  | { readonly ok: true; readonly rows: readonly Row[] | null; readonly body: string }
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
