/**
 * One question to one endpoint: the request in the form of the contract, and the answer as a value or an error (P7-E2,
 * P7-E3).
 */
import type * as z from 'zod/mini';
import {
  kernelRejection,
  transportFailure,
  type ControlError,
  type Outcome,
  type TransportErrorCode,
} from '../../control-plane/model/errors.ts';
import { parse, type Misfit } from '../../control-plane/model/parse.ts';
import type { Observed } from '../../control-plane/model/views.ts';
import type { Names } from '../named.ts';
import { bearerSecrets, excerpt, readJson, withhold, type JsonAnswer } from '../http/answer.ts';
import { urlOf, type Timeouts } from '../http/endpoint.ts';
import { exchange, type HttpRequest, type TlsIdentity } from '../http/http.ts';
import { oneLine } from '../http/text.ts';
import { envelope, errorForm } from './schema.ts';

/** What every request to one cluster carries. */
export interface Access {
  readonly token: string | undefined;
  readonly tls: TlsIdentity;
  readonly timeouts: Timeouts;
}

/** A valid answer to a question. */
export interface Reply<T> {
  readonly data: T;
  readonly observed: Observed;
  readonly notes: readonly string[];
  readonly names: Names;
  readonly body: string;
}

/**
 * Why there is no reply: the kernel refused in its own form, or nothing valid arrived. `reason` is a clause without the
 * address.
 */
export type NoReply =
  | {
      readonly kind: 'rejected';
      readonly answer: JsonAnswer;
      readonly error: z.output<ReturnType<typeof errorForm>>['error'];
      readonly reason: string;
    }
  | { readonly kind: 'failed'; readonly code: TransportErrorCode; readonly sent: boolean; readonly reason: string };

export type AskResult<T> =
  | { readonly ok: true; readonly reply: Reply<T> }
  | { readonly ok: false; readonly no: NoReply };

/** Limit in bytes for the answer of a read; several times what ten thousand members need. */
const READ_BODY_BYTES = 16 * 1024 * 1024;
const CONTROL_BODY_BYTES = 1024 * 1024;

/** Asks `endpoint` once. The token goes to this configured endpoint and nowhere else. */
export async function ask<T>(
  access: Access,
  endpoint: string,
  path: string,
  schema: () => z.ZodMiniType<T>,
): Promise<AskResult<T>> {
  const request: HttpRequest = { method: 'GET', url: urlOf(endpoint, path), headers: headers(access), body: null };
  return await send(access, request, { totalMs: access.timeouts.readMs, bodyBytes: READ_BODY_BYTES }, schema);
}

/** Sends one control request, once (P7-E1, P7-F3). */
export async function command<T>(
  access: Access,
  endpoint: string,
  path: string,
  own: Readonly<Record<string, string>>,
  body: unknown,
  schema: () => z.ZodMiniType<T>,
): Promise<AskResult<T>> {
  const request: HttpRequest = {
    method: 'POST',
    url: urlOf(endpoint, path),
    headers: { ...headers(access), 'content-type': 'application/json', ...own },
    body: JSON.stringify(body),
  };
  return await send(access, request, { totalMs: access.timeouts.controlMs, bodyBytes: CONTROL_BODY_BYTES }, schema);
}

function headers(access: Access): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(access.token === undefined ? {} : { authorization: `Bearer ${access.token}` }),
  };
}

async function send<T>(
  access: Access,
  request: HttpRequest,
  limits: { readonly totalMs: number; readonly bodyBytes: number },
  schema: () => z.ZodMiniType<T>,
): Promise<AskResult<T>> {
  const exchanged = await exchange(request, access.tls, { ...limits, connectMs: access.timeouts.connectMs });
  if (!exchanged.ok)
    return {
      ok: false,
      no: {
        kind: 'failed',
        ...exchanged.failure,
        reason: withhold(exchanged.failure.reason, bearerSecrets(access.token)),
      },
    };
  // In a read, one bad text must not hide the rest, so it is repaired. The answer to a control request is accepted only
  // without repair.
  const read = readJson(exchanged.answer, bearerSecrets(access.token), request.method === 'GET');
  if (!read.ok) return foreign(read.reason);
  return read.answer.status === 200 ? accepted(read.answer, schema) : rejected(read.answer);
}

function accepted<T>(answer: JsonAnswer, schema: () => z.ZodMiniType<T>): AskResult<T> {
  const outer = parse(envelope(), answer.value);
  if (!outer.ok) return foreign(`not a kernel's answer: ${misfitText(outer.misfit, [])}; ${excerpt(answer)}`);
  const inner = parse(schema(), outer.value.data);
  if (!inner.ok) return foreign(`not a valid answer: ${misfitText(inner.misfit, ['data'])}`);
  const notes = answer.isRepaired ? [...outer.value.notes, NOT_UNICODE] : outer.value.notes;
  const { observed_at: observed, names } = outer.value;
  return { ok: true, reply: { data: inner.value, observed, notes, names, body: answer.text } };
}

const NOT_UNICODE = 'This answer holds text that is not Unicode; U+FFFD stands in its place.';

function rejected(answer: JsonAnswer): AskResult<never> {
  const form = answer.status >= 400 ? parse(errorForm(), answer.value) : undefined;
  if (form?.ok !== true) return foreign(`not a kernel's answer: ${excerpt(answer)}`);
  const { error } = form.value;
  return {
    ok: false,
    no: {
      kind: 'rejected',
      answer,
      error,
      reason: `refused with status ${answer.status}, ${oneLine(error.code, 200)}: ${oneLine(error.message, 2_000)}`,
    },
  };
}

/** An answer from which nothing can be concluded. */
export function foreign(reason: string): { readonly ok: false; readonly no: NoReply } {
  return { ok: false, no: { kind: 'failed', code: 'PHASE7_INVALID_KERNEL_RESPONSE', sent: true, reason } };
}

function misfitText({ path, message }: Misfit, at: readonly string[]): string {
  return `${[...at, ...path].map(String).join('.')}: ${message}`;
}

/** The error of a read. A read changes nothing, so nothing was executed, whatever the kernel says. */
export function readError(endpoint: string, no: NoReply): ControlError {
  return no.kind === 'rejected'
    ? rejection(no, no.error.message, 'not_executed')
    : transportFailure(no.code, `${endpoint}: ${no.reason}. It was a read; nothing was executed.`, 'not_executed');
}

/** The kernel's rejection in its own words (P7-E3). */
export function rejection(
  no: NoReply & { readonly kind: 'rejected' },
  message: string,
  outcome: Outcome,
): ControlError {
  const { error, answer } = no;
  return kernelRejection(error.code, message, error.invariant === null ? [] : [error.invariant], outcome, {
    status: answer.status,
    body: answer.text,
    details: error.details,
  });
}
