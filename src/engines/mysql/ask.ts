/**
 * Sends statements to one address, and says what a missing answer means. A session is one connection; a read is asked
 * once, and its answer is checked before it is used.
 */
import type * as z from 'zod/mini';
import {
  kernelRejection,
  refusal,
  transportFailure,
  type ControlError,
  type Outcome,
  type TransportErrorCode,
} from '../../control-plane/model/errors.ts';
import { parse } from '../../control-plane/model/parse.ts';
import type { Timeouts } from '../http/endpoint.ts';
import type { TlsIdentity } from '../http/http.ts';
import { session, type Login, type No, type Way } from './client.ts';
import { missingRight } from './rights.ts';

/** What a cluster is reached with. */
export interface Access {
  readonly login: Login;
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
}

/** Why there is no answer: MySQL refused, or no valid answer arrived. */
export type NoReply =
  | {
      readonly kind: 'rejected';
      readonly errno: number;
      readonly message: string;
      /** The refusal in the form in which MySQL's own programs write it. */
      readonly reason: string;
      /** MySQL refused the login, so it had read no statement yet. */
      readonly atLogin: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly code: TransportErrorCode;
      readonly sent: boolean;
      readonly reason: string;
      /** Two readings do not belong together, because something changed in between. */
      readonly moved?: true;
    };

export type Asked<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly no: NoReply };

/** Asks one statement in a session. */
export type Ask = <T>(statement: string, form: () => z.ZodMiniType<T>) => Promise<Asked<T>>;

export function wayTo(endpoint: string, { login, tls, timeouts }: Access): Way {
  return { endpoint, login, tls, timeouts };
}

/** One connection to an address, for reads. */
export async function reads<T>(
  endpoint: string,
  access: Access,
  use: (ask: Ask) => Promise<Asked<T>>,
): Promise<Asked<T>> {
  const answered = await session(wayTo(endpoint, access), access.timeouts.readMs, async ask =>
    use(async (statement, form) => {
      const told = await ask(statement);
      if (!told.ok) return { ok: false, no: noReply(told.no) };
      if (told.rows === null) return foreign("not MySQL's answer: it has no rows");
      const parsed = parse(form(), told.rows);
      if (parsed.ok) return { ok: true, data: parsed.value };
      const { path, message } = parsed.misfit;
      return foreign(`not MySQL's answer: ${[...path.map(String), message].join(': ')}`);
    }),
  );
  return answered.ok ? answered.value : { ok: false, no: noReply(answered.no) };
}

/** What arrived does not have the required form. */
export function foreign(reason: string): { readonly ok: false; readonly no: NoReply } {
  return { ok: false, no: { kind: 'failed', code: 'PHASE7_INVALID_KERNEL_RESPONSE', sent: true, reason } };
}

/**
 * The one row in which a server reports about itself. If `node` was asked and another server answered, the row is
 * refused.
 */
export async function askServer<T extends { readonly self: string }>(
  ask: Ask,
  statement: string,
  form: () => z.ZodMiniType<readonly T[]>,
  node: string | null,
): Promise<Asked<T>> {
  const told = await ask(statement, form);
  if (!told.ok) return told;
  const [row] = told.data;
  if (row === undefined) return foreign("not MySQL's answer: no row");
  return node === null || row.self === node
    ? { ok: true, data: row }
    : foreign(`server ${row.self} answered where server ${node} was asked`);
}

export function noReply(no: No): NoReply {
  if (no.kind === 'failed') return no;
  const { errno, sqlState, message, atLogin } = no;
  return { kind: 'rejected', errno, message, atLogin, reason: `ERROR ${errno} (${sqlState ?? '?????'}): ${message}` };
}

/** MySQL's own refusal (P7-E3), and the missing right if the message tells it. */
export function rejection(
  { errno, message, reason }: Omit<Extract<NoReply, { readonly kind: 'rejected' }>, 'atLogin'>,
  words: string,
  outcome: Outcome,
): ControlError {
  const known = missingRight(errno, message);
  return {
    ...kernelRejection(`MYSQL_${errno}`, words, [], outcome, { status: null, body: reason, details: null }),
    ...(known === undefined ? {} : { known }),
  };
}

/** The error of a read. Two readings that do not belong together are no failure of the transport (P7-D1). */
export function readError(endpoint: string, no: NoReply): ControlError {
  if (no.kind === 'rejected') return rejection(no, no.message, 'not_executed');
  return no.moved === true
    ? refusal(
        'PHASE7_INCONSISTENT_SNAPSHOT',
        `${endpoint}: ${no.reason}. Neither is shown. These were reads; nothing was executed.`,
      )
    : transportFailure(no.code, `${endpoint}: ${no.reason}. It was a read; nothing was executed.`, 'not_executed');
}
