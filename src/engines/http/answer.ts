/**
 * From bytes to JSON: what a complete HTTP answer has to be before any schema looks at it. Everything else is
 * described in a clause of plain text, for a person; a foreign answer is never passed on as it came.
 */
import type { HttpAnswer } from './http.ts';
import { everyText, isFinite, MAX_DEPTH, membersIn, wellFormed, written } from './json-text.ts';
import { withoutForms } from './secret-forms.ts';
import { plain } from './text.ts';

/** JSON as the kernel sent it: the whole body as text, and its value. */
export interface JsonAnswer {
  readonly status: number;
  readonly text: string;
  readonly value: unknown;
  /** Whether the text holds half of a surrogate pair, for which U+FFFD stands in the value. */
  readonly isRepaired: boolean;
}

export type ReadAnswer =
  | { readonly ok: true; readonly answer: JsonAnswer }
  | { readonly ok: false; readonly reason: string };

/** Bytes of a rejection or of an answer to a control request; a read's own limit is its caller's. */
export const SMALL_BODY_BYTES = 1024 * 1024;
const WITHHELD = '[access token withheld]';
/** A shorter secret also occurs in texts by chance; it is recognised where it is echoed as a header value. */
const DISTINCTIVE_LENGTH = 12;

/** What must not be repeated of a bearer token. */
export function bearerSecrets(token: string | undefined): readonly string[] {
  return token === undefined ? [] : [token.length >= DISTINCTIVE_LENGTH ? token : `Bearer ${token}`];
}

/** What must not be repeated of a `user:password`, which travels as one base64 text. */
export function basicSecrets(login: string | undefined): readonly string[] {
  if (login === undefined) return [];
  return [basicCredentials(login), login, ...passwordSecrets(login.slice(login.indexOf(':') + 1))];
}

/**
 * What must not be repeated of a password: a short one may be a word of any honest text, and to blot it out there would
 * tell it.
 */
export function passwordSecrets(password: string): readonly string[] {
  return password.length >= DISTINCTIVE_LENGTH ? [password] : [];
}

/** A `user:password` as the Authorization header carries it. */
export function basicCredentials(login: string): string {
  return `Basic ${Buffer.from(login, 'utf8').toString('base64')}`;
}

/**
 * Accepts `application/json`, unencoded, UTF-8, at most 64 levels deep, that every parser reads alike: no member twice,
 * no number that loses digits or is infinite, no unpaired surrogates. With `repair` the values of texts may hold some:
 * then one bad text hides nothing else. `secrets` are removed wherever the peer echoes them: a secret never reaches a
 * view, an error or the audit log.
 */
export function readJson(answer: HttpAnswer, secrets: readonly string[], repair = false): ReadAnswer {
  const text = decode(answer.body);
  const refused = (what: string): ReadAnswer => ({
    ok: false,
    reason: `not a kernel's answer: ${what}; ${describe(answer, text ?? '', secrets)}`,
  });
  const encoding = answer.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return refused('its body is encoded, which was not asked for');
  const type = answer.headers['content-type'];
  if (typeof type !== 'string' || !/^application\/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?$/i.test(type))
    return refused('its content type is not application/json');
  if (answer.status !== 200 && answer.body.length > SMALL_BODY_BYTES)
    return refused(`its body is larger than ${SMALL_BODY_BYTES} bytes`);
  if (text === undefined) return refused('its body is not UTF-8');
  const shown = withhold(text, secrets);
  const { isTooDeep, hasLongNumber, members } = written(shown);
  if (isTooDeep) return refused(`its body is nested deeper than ${MAX_DEPTH} levels`);
  if (hasLongNumber) return refused('its body holds a number that is longer than any number can be');
  const parsed = parse(shown);
  if (!parsed.ok) return refused('its body is not JSON');
  const { value } = parsed;
  if (membersIn(value) !== members) return refused('its body names a member twice');
  if (!isFinite(value)) return refused('its body holds a number that is larger than any number can be');
  const escapes = text.includes('\\');
  const isUnicode = (where: 'names' | 'names and values'): boolean =>
    !escapes || everyText(value, where, member => member.isWellFormed());
  const isWhole = isUnicode('names and values');
  if (!isWhole && !(repair && isUnicode('names'))) return refused('its body holds text that is not Unicode');
  if (escapes && !everyText(value, 'names and values', member => !secrets.some(secret => member.includes(secret)))) {
    return {
      ok: false,
      reason: `not a kernel's answer: it repeats the access token; status ${answer.status}, body withheld`,
    };
  }
  return {
    ok: true,
    answer: { status: answer.status, text: shown, value: isWhole ? value : wellFormed(value), isRepaired: !isWhole },
  };
}

/** What came, in plain text: status, content type and the beginning of the body. */
export function excerpt(answer: JsonAnswer): string {
  return `status ${answer.status}: "${plain(answer.text)}"`;
}

/** Status, content type and the beginning of the body of an answer that nothing can be concluded from. */
export function describe(answer: HttpAnswer, text: string, secrets: readonly string[]): string {
  const type = answer.headers['content-type'];
  const named =
    type === undefined
      ? 'no content type'
      : `content type ${plain(withhold(Array.isArray(type) ? type.join(' and ') : String(type), secrets))}`;
  const body =
    answer.body.length === 0
      ? 'an empty body'
      : text === ''
        ? `${answer.body.length} bytes`
        : `"${plain(withhold(text, secrets))}"`;
  return `status ${answer.status}, ${named}, ${body}`;
}

/** Removes secrets in every form in which they may have been written. */
export function withhold(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : withoutForms(rest, secret, WITHHELD)), text);
}

/** The body as text, or `undefined` where it is not UTF-8. */
export function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parse(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch {
    return { ok: false };
  }
}
