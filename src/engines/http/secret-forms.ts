/**
 * Finds a secret in every form in which a peer may echo it by accident: as it is; escaped for JSON, HTML, a URL or a
 * form, even several times and only in some letters; in hexadecimal; in base64 of either alphabet. Text is compared as
 * it would be decoded, so that a mixture of forms is found, too. A secret never becomes a regular expression, because
 * an error about an expression quotes it.
 */

/** In base64 and in hexadecimal a text of fewer letters can occur by chance. */
const MOST_CHANCE = 8;

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['quot', '"'],
  ['apos', "'"],
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
]);
function utf8(code: number): string {
  return code <= 0x10_ffff ? Buffer.from(String.fromCodePoint(code)).toString('latin1') : '';
}

/**
 * One way to write a secret: its first byte if that is not escaped, and where a match ends, or -1. Texts are bytes
 * here, one character each.
 */
interface Matcher {
  readonly begins: string;
  readonly end: (text: string, from: number) => number;
}

/** Replaces every form of `secret` in `text`. */
export function withoutForms(text: string, secret: string, mark: string): string {
  const bytes = Buffer.from(text).toString('latin1');
  const matchers = matchersOf(secret);
  const mayBegin = new Uint8Array(256);
  const firsts = new Set(matchers.flatMap(({ begins }) => [begins, begins.toLowerCase(), begins.toUpperCase()]));
  for (const byte of [...ESCAPES, ...firsts]) mayBegin[byte.charCodeAt(0)] = 1;
  const kept: string[] = [];
  let done = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    // In a run of backslashes only the first one is tried.
    if (mayBegin[bytes.charCodeAt(at)] === 0 || (bytes[at] === '\\' && bytes[at - 1] === '\\' && at > done)) continue;
    const escaped = firsts.has(bytes[at] ?? '') ? undefined : (escape(bytes, at, false)?.bytes ?? '-');
    if (escaped !== undefined && escaped !== '' && !firsts.has(escaped[0] ?? '')) continue;
    const end = matchers.reduce((furthest, matcher) => Math.max(furthest, matcher.end(bytes, at)), -1);
    if (end <= at) continue;
    kept.push(bytes.slice(done, at), mark);
    done = end;
    at = end - 1;
  }
  return done === 0 ? text : Buffer.from([...kept, bytes.slice(done)].join(''), 'latin1').toString();
}

function matchersOf(secret: string): readonly Matcher[] {
  const bytes = Buffer.from(secret).toString('latin1');
  // A backslash may be escaped any number of times, so both sides are compared without backslashes.
  const spelled = [bytes.replaceAll('\\', '')]
    .filter(form => form !== '')
    .map((form): Matcher => ({ begins: form[0] ?? '', end: (text, from) => decoded(text, from, form, false) }));
  const base64 = inBase64(secret).map(
    (form): Matcher => ({ begins: form[0] ?? '', end: (text, from) => decoded(text, from, form, true) }),
  );
  return [
    ...spelled,
    ...base64,
    ...(bytes.length * 2 < MOST_CHANCE ? [] : [hexadecimal(Buffer.from(secret).toString('hex'))]),
  ];
}

/** The letters that base64 makes from the secret alone, at each of the three positions in a text. */
function inBase64(secret: string): readonly string[] {
  const forms = [0, 1, 2].flatMap(before => {
    const whole = Math.floor((before + Buffer.byteLength(secret)) / 3) * 4;
    return (['base64', 'base64url'] as const).map(encoding =>
      Buffer.from('\0'.repeat(before) + secret)
        .toString(encoding)
        .slice(before === 0 ? 0 : 4, whole),
    );
  });
  return [...new Set(forms)].filter(form => form.length >= MOST_CHANCE);
}

/**
 * Where a match of `wanted` ends, each byte as it is or escaped. `wrapped`: line ends may stand inside, as in base64.
 */
function decoded(text: string, from: number, wanted: string, wrapped: boolean): number {
  const follow = (start: number, begin: number): number => {
    let [at, next] = [start, begin];
    while (next < wanted.length) {
      const plain = text[at] === wanted[next];
      if (!plain && !ESCAPES.has(text[at] ?? '') && !(wrapped && next > 0 && /[\r\n]/.test(text[at] ?? ''))) return -1;
      if (plain && !ESCAPES.has(text[at] ?? '')) {
        at += 1;
        next += 1;
        continue;
      }
      if (plain) {
        const end = follow(at + 1, next + 1);
        if (end >= 0) return end;
      }
      const read = escape(text, at, wrapped && next > 0);
      if (read === undefined || !wanted.startsWith(read.bytes, next)) return -1;
      at = read.end;
      next += read.bytes.length;
    }
    return at;
  };
  return follow(from, 0);
}

const ESCAPES = new Set(['\\', '%', '=', '&', '+']);

/** What an escape stands for: bytes, or nothing if it only escapes the next character. */
function escape(
  text: string,
  at: number,
  wrapped: boolean,
): { readonly bytes: string; readonly end: number } | undefined {
  const here = text.slice(at, at + 48);
  const read = (
    pattern: RegExp,
    bytes: (found: string) => string,
  ): { readonly bytes: string; readonly end: number } | undefined => {
    const [whole, found = ''] = pattern.exec(here) ?? [];
    return whole === undefined ? undefined : { bytes: bytes(found).replaceAll('\\', ''), end: at + whole.length };
  };
  const number = (hex: string): number => Number.parseInt(hex, 16);
  switch (here[0] ?? '') {
    case '\\':
      return (
        (wrapped ? read(/^(?:\\{1,16}[rn])+/, () => '') : undefined) ??
        read(/^\\{1,16}u\{0*([0-9a-f]{1,6})\}/i, hex => utf8(number(hex))) ??
        read(/^\\{1,16}u(d[89ab][0-9a-f]{2}\\{1,16}ud[c-f][0-9a-f]{2})/i, pair => {
          const [high = 0, low = 0] = pair.split(/\\+u/i).map(number);
          return utf8(0x1_0000 + (high - 0xd800) * 0x400 + low - 0xdc00);
        }) ??
        read(/^\\{1,16}u([0-9a-f]{4})/i, hex => utf8(number(hex))) ??
        read(/^\\{1,16}x([0-9a-f]{2})/i, hex => String.fromCharCode(number(hex))) ??
        read(/^\\{1,16}/, () => '')
      );
    case '&':
      return (
        read(/^&(?:amp;){0,8}#x0*([0-9a-f]{1,6});/i, hex => utf8(number(hex))) ??
        read(/^&(?:amp;){0,8}#0*(\d{1,7});/, digits => utf8(Number(digits))) ??
        read(/^&(?:amp;){0,8}(quot|apos|lt|gt|amp);/, name => ENTITIES.get(name) ?? '')
      );
    case '+':
      return { bytes: ' ', end: at + 1 };
    case '\r':
    case '\n':
      return wrapped ? { bytes: '', end: at + 1 } : undefined;
    default:
      return read(/^[%=](?:25){0,8}([0-9a-f]{2})/i, hex => String.fromCharCode(number(hex)));
  }
}

/** Bytes as hexadecimal digits, joined or separated as in dumps: `68:75`, `68 75`, `0x68, 0x75`. */
function hexadecimal(digits: string): Matcher {
  const end = (text: string, from: number): number => {
    let at = from;
    for (let next = 0; next < digits.length; next += 2) {
      if (next > 0) at += /^[\s:,;-]{0,2}(?:0x)?/i.exec(text.slice(at, at + 4))?.[0].length ?? 0;
      if (text[at]?.toLowerCase() !== digits[next] || text[at + 1]?.toLowerCase() !== digits[next + 1]) return -1;
      at += 2;
    }
    return at;
  };
  return { begins: digits[0] ?? '', end };
}
