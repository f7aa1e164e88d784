/**
 * The way to a MySQL server: one connection, statements one after the other, every value as text. User name and
 * password are sent over verified TLS only, except to loopback without configured TLS (P7-F1, P7-S3). Nothing is sent
 * twice (P7-F3).
 */
import type { Ask, StatementFailure, ServerRoute } from './way.ts';

export type {
  StatementResult,
  Ask,
  Login,
  StatementFailure,
  Row,
  ServerRoute,
} from './way.ts';

export type Session<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly no: StatementFailure };

/**
 * Opens a connection for `use` and destroys it at the end. `limitMs` limits each statement; when it passes, the
 * connection is destroyed, and later statements fail unsent. Throws only what `use` throws.
 */
export async function session<T>(
  way: ServerRoute,
  limitMs: number,
  use: (ask: Ask) => Promise<T>,
): Promise<Session<T>> {
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
