/** One question to one endpoint of Patroni's REST API, and the answer as a value or an error (P7-E2, P7-E3). */
import type * as z from 'zod/mini';
import {
  kernelRejection,
  transportFailure,
  type ControlError,
  type Outcome,
  type TransportErrorCode,
} from '../../control-plane/model/errors.ts';
import { parse } from '../../control-plane/model/parse.ts';
import { basicCredentials, basicSecrets, decode, describe, excerpt, readJson, withhold } from '../http/answer.ts';
import { urlOf, type Timeouts } from '../http/endpoint.ts';
import { exchange, type HttpAnswer, type HttpRequest, type TlsIdentity } from '../http/http.ts';
import { oneLine, plain } from '../http/text.ts';

/** What every request to one cluster carries. `login` is a `user:password`. */
export interface Access {
  readonly login: string | undefined;
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
}

/** Patroni's own refusal: a status and a text. */
export interface PatroniRefusal {
  readonly kind: 'rejected';
  readonly status: number;
  readonly body: string;
}

/** Why there is no reply. `reason` is a clause without the address. */
export type NoReply =
  | (PatroniRefusal & { readonly reason: string })
  | { readonly kind: 'failed'; readonly code: TransportErrorCode; readonly sent: boolean; readonly reason: string };

/** An answer, and when it was given by the answering node's clock. */
export interface Reply<T> {
  readonly data: T;
  readonly time: string;
}

export type AskResult<T> =
  | { readonly ok: true; readonly reply: Reply<T> }
  | { readonly ok: false; readonly no: NoReply };

const READ_BODY_BYTES = 16 * 1024 * 1024;
const CONTROL_BODY_BYTES = 64 * 1024;

/** Asks `endpoint` once for JSON. The login is sent only to this configured endpoint. */
export async function ask<T>(
  access: Access,
  endpoint: string,
  path: string,
  schema: () => z.ZodMiniType<T>,
): Promise<AskResult<T>> {
  const reply = await get(access, endpoint, path);
  if (!reply.ok) return reply;
  const read = readJson(reply.answer, basicSecrets(access.login));
  if (!read.ok) return foreign(read.reason);
  const parsed = parse(schema(), read.answer.value);
  if (parsed.ok) return dated(reply.answer, parsed.value);
  const { misfit } = parsed;
  return foreign(
    `not Patroni's answer: ${misfit.path.map(String).join('.')}: ${misfit.message}; ${excerpt(read.answer)}`,
  );
}

/** Asks `endpoint` once for text, the format of `/metrics`. */
export async function askText(access: Access, endpoint: string, path: string): Promise<AskResult<string>> {
  const reply = await get(access, endpoint, path);
  if (!reply.ok) return reply;
  const text = decode(reply.answer.body);
  return text === undefined
    ? foreign("not Patroni's answer: its body is not UTF-8")
    : dated(reply.answer, withhold(text, basicSecrets(access.login)));
}

/** The result of a control request: any complete answer, or none. */
export type SendResult =
  | { readonly ok: true; readonly status: number; readonly own: boolean; readonly body: string }
  | { readonly ok: false; readonly no: NoReply & { readonly kind: 'failed' } };

/**
 * Sends one control request, once (P7-E1, P7-F3), and waits `waitMs` for its answer. `own` says whether Patroni itself
 * answered.
 */
export async function command(
  access: Access,
  endpoint: string,
  path: string,
  body: Readonly<Record<string, string>>,
  waitMs: number,
): Promise<SendResult> {
  const request: HttpRequest = {
    method: 'POST',
    url: urlOf(endpoint, path),
    headers: { ...headers(access), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const exchanged = await exchange(request, access.tls, {
    totalMs: waitMs,
    connectMs: access.timeouts.connectMs,
    bodyBytes: CONTROL_BODY_BYTES,
  });
  if (!exchanged.ok)
    return {
      ok: false,
      no: {
        kind: 'failed',
        ...exchanged.failure,
        reason: withhold(exchanged.failure.reason, basicSecrets(access.login)),
      },
    };
  const text = decode(exchanged.answer.body);
  if (text === undefined)
    return {
      ok: false,
      no: {
        kind: 'failed',
        code: 'PHASE7_INVALID_KERNEL_RESPONSE',
        sent: true,
        reason: "not Patroni's answer: its body is not UTF-8",
      },
    };
  return {
    ok: true,
    status: exchanged.answer.status,
    own: isPatroni(exchanged.answer, text),
    body: withhold(text, basicSecrets(access.login)),
  };
}

function headers(access: Access): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(access.login === undefined ? {} : { authorization: basicCredentials(access.login) }),
  };
}

type HttpReply = { readonly ok: true; readonly answer: HttpAnswer } | { readonly ok: false; readonly no: NoReply };

async function get(access: Access, endpoint: string, path: string): Promise<HttpReply> {
  const request: HttpRequest = { method: 'GET', url: urlOf(endpoint, path), headers: headers(access), body: null };
  const exchanged = await exchange(request, access.tls, {
    totalMs: access.timeouts.readMs,
    connectMs: access.timeouts.connectMs,
    bodyBytes: READ_BODY_BYTES,
  });
  if (!exchanged.ok)
    return {
      ok: false,
      no: {
        kind: 'failed',
        ...exchanged.failure,
        reason: withhold(exchanged.failure.reason, basicSecrets(access.login)),
      },
    };
  const { answer } = exchanged;
  if (answer.status === 200) return { ok: true, answer };
  const text = withhold(decode(answer.body) ?? '', basicSecrets(access.login));
  if (answer.status < 400 || !isPatroni(answer, text))
    return foreign(`not Patroni's answer: ${describe(answer, text, [])}`);
  return {
    ok: false,
    no: {
      kind: 'rejected',
      status: answer.status,
      body: text,
      reason: `refused with status ${answer.status}: ${words(text)}`,
    },
  };
}

/** Refuses an answer without a Date header: every view must say from when it is (P7-O3). */
function dated<T>(answer: HttpAnswer, data: T): AskResult<T> {
  const date = answer.headers['date'];
  const time = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  return Number.isNaN(time)
    ? foreign("not Patroni's answer: it does not say when it was given (no Date header)")
    : { ok: true, reply: { data, time: new Date(time).toISOString() } };
}

/**
 * Python's web server, or Patroni under its own name if `restapi.server_tokens` says so (`Patroni/4.1.5`, `Patroni`).
 */
const SERVER = /^(?:BaseHTTP\/|Patroni(?:\/|$))/;

/** Patroni's own words of refusal, which no other HTTP server uses. */
const REFUSALS: readonly RegExp[] = [
  /^leader name does not match$/,
  /^candidate name does not match with sync_standby$/,
  /^candidate does not exists$/,
  /^(?:switchover|failover) is not possible: no good candidates have been found$/,
  /^(?:switchover|failover) is not possible: can not find sync_standby$/,
  /^(?:switchover|failover) is not possible: cluster does not have members except leader$/,
  /^Switchover target and source are the same$/,
  /^(?:Switchover|Failover) could be performed only (?:from a specific leader|to a specific candidate)$/,
  /^(?:Switchover|Failover) is possible only to a specific candidate in a paused state$/,
  /^no auth header received$/,
  /^not authenticated$/,
  /^Access is denied$/,
  /^client certificate required$/,
];

/**
 * Whether Patroni itself answered: its server name says so, or, if a proxy replaced that name, Patroni's own words do.
 * Any other answer with a proxy's name counts as the proxy's, which proves nothing (P7-E2).
 */
function isPatroni({ headers: { server } }: HttpAnswer, body: string): boolean {
  return (
    (Array.isArray(server) ? server : [server]).some(name => typeof name === 'string' && SERVER.test(name)) ||
    REFUSALS.some(refusal => refusal.test(body))
  );
}

/** An answer from which nothing can be concluded. */
export function foreign(reason: string): { readonly ok: false; readonly no: NoReply } {
  return { ok: false, no: { kind: 'failed', code: 'PHASE7_INVALID_KERNEL_RESPONSE', sent: true, reason } };
}

/** Patroni's words as a sentence: plain text unchanged, a page of its web server without the markup. */
export function words(body: string): string {
  return (/^\s*</.test(body) ? plain(body) : oneLine(body, 2_000)) || 'no text';
}

/** Patroni's refusal in its own words. Patroni has no error codes, so the status of its answer is the code. */
export function rejection({ status, body }: PatroniRefusal, message: string, outcome: Outcome): ControlError {
  return kernelRejection(`PATRONI_HTTP_${status}`, message, [], outcome, { status, body, details: null });
}

/** The error of a read. A read changes nothing. */
export function readError(endpoint: string, no: NoReply): ControlError {
  return no.kind === 'rejected'
    ? rejection(no, words(no.body), 'not_executed')
    : transportFailure(no.code, `${endpoint}: ${no.reason}. It was a read; nothing was executed.`, 'not_executed');
}
