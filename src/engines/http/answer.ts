/**
 * Turns bytes into JSON and checks what a complete HTTP answer must be before any schema reads it. Everything else is
 * described for a person in a clause of plain text; a foreign answer is never passed on as received.
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
  /** Whether the text holds half of a surrogate pair; the value then has U+FFFD in its place. */
  readonly isRepaired: boolean;
}

export type ReadAnswer =
  | { readonly ok: true; readonly answer: JsonAnswer }
  | { readonly ok: false; readonly reason: string };

/** Limit in bytes for a rejection or for the answer to a control request; the caller sets the limit of a read. */
export const SMALL_BODY_BYTES = 1024 * 1024;
const WITHHELD = '[access token withheld]';
/** A shorter secret can occur in a text by chance, so it is recognized only where it is echoed as a header value. */
const DISTINCTIVE_LENGTH = 12;

/** The texts that must not be repeated if this is the bearer token. */
export function bearerSecrets(token: string | undefined): readonly string[] {
  return token === undefined ? [] : [token.length >= DISTINCTIVE_LENGTH ? token : `Bearer ${token}`];
}

/** The texts that must not be repeated of a `user:password`, which is sent as one base64 text. */
export function basicSecrets(login: string | undefined): readonly string[] {
  if (login === undefined) return [];
  return [basicCredentials(login), login, ...passwordSecrets(login.slice(login.indexOf(':') + 1))];
}

/**
 * The texts that must not be repeated of a password. A short one is left out: it may be a common word, and removing
 * that word from a text would reveal it.
 */
export function passwordSecrets(password: string): readonly string[] {
  return password.length >= DISTINCTIVE_LENGTH ? [password] : [];
}

/** A `user:password` as the Authorization header carries it. */
export function basicCredentials(login: string): string {
  return `Basic ${Buffer.from(login, 'utf8').toString('base64')}`;
}

/**
 * Accepts `application/json`, unencoded, UTF-8, at most 64 levels deep, which every parser reads alike: no repeated
 * name in an object, no number that loses digits or is infinite, no unpaired surrogates. With `repair`, text values may
 * hold unpaired surrogates, so that one bad text does not hide the rest. `secrets` are removed wherever the peer echoes
 * them, so that no secret reaches a view, an error or the audit log.
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
  if (membersIn(value) !== members) return refused('its body has a key twice');
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

/** The answer in plain text: status and the beginning of the body. */
export function excerpt(answer: JsonAnswer): string {
  return `status ${answer.status}: "${plain(answer.text)}"`;
}

/** Status, content type and the beginning of the body of an answer from which nothing can be concluded. */
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

/** Removes secrets in every form in which they may be written. */
export function withhold(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret === '' ? rest : withoutForms(rest, secret, WITHHELD)), text);
}

/** The body as text; `undefined` if it is not UTF-8. */
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
