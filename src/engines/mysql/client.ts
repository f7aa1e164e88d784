/**
 * The way to a MySQL server: one connection, statements one after the other, every value as text. User name and
 * password leave over verified TLS only, except to loopback where no TLS is configured (P7-F1, P7-S3). Nothing is sent
 * twice (P7-F3).
 */
import type { Ask, No, Way } from './way.ts';

export type { Answered, Ask, Login, No, Row, Way } from './way.ts';

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
