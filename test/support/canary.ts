/** A secret that must not be found anywhere: the forms in which it could be written, and the search for them. */
import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/**
 * Every form of `secret` as bytes: as it is, as JSON writes it, once and twice, as URLs do, in base64 at any place, as
 * hexadecimal, in UTF-16.
 */
export function formsOf(secret: string): ReadonlyMap<string, Buffer> {
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const texts: Record<string, string> = {
    plain: secret,
    json: json(secret),
    'json in json': json(json(secret)),
    'json with slashes': json(secret).replaceAll('/', '\\/'),
    url: encodeURIComponent(secret),
    form: new URLSearchParams({ '': secret }).toString().slice(1),
    hex: Buffer.from(secret).toString('hex'),
    HEX: Buffer.from(secret).toString('hex').toUpperCase(),
    html: secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
    'json codes': Array.from(secret, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  };
  for (const before of [0, 1, 2]) {
    // What stands before and after shifts the letters: those that depend on the secret alone are the same wherever it
    // stands.
    const length = Math.floor((before + Buffer.byteLength(secret)) / 3) * 4;
    for (const encoding of ['base64', 'base64url'] as const)
      texts[`${encoding}, ${before} before`] = Buffer.from('\0'.repeat(before) + secret)
        .toString(encoding)
        .slice(before === 0 ? 0 : 4, length);
  }
  const forms = new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const));
  return forms.set('utf-16', Buffer.from(secret, 'utf16le'));
}

/** Names of the forms in which `content` holds `secret`. */
export function leaksIn(content: string | Uint8Array, secret: string): readonly string[] {
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return [...formsOf(secret)].filter(([, form]) => bytes.includes(form)).map(([name]) => name);
}

/** What is there; undefined where it has just gone, as files and folders of a running program do. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The files below a folder in which somebody may be at work, with what they hold. */
export function* contentsBelow(folder: string): Generator<readonly [file: string, content: Buffer]> {
  for (const entry of ifThere((): readonly Dirent[] => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* contentsBelow(path);
    if (!entry.isFile()) continue;
    const content = ifThere(() => readFileSync(path));
    if (content !== undefined) yield [path, content];
  }
}

/** Files below `folder` that hold `secret` in some form, and how many were searched. */
export function leaksBelow(
  folder: string,
  secret: string,
): { readonly searched: number; readonly leaks: readonly string[] } {
  const leaks: string[] = [];
  let searched = 0;
  for (const [file, content] of contentsBelow(folder)) {
    searched += 1;
    for (const form of leaksIn(content, secret)) leaks.push(`${file}: ${form}`);
  }
  return { searched, leaks };
}
