/** A secret that must not be found anywhere: the forms in which it could be written, and the search for them. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every form of `secret` as bytes: as it is, as JSON writes it, once and twice, as URLs do, in base64 at any place, as hexadecimal, in UTF-16. */
export function formsOf(secret: string): ReadonlyMap<string, Buffer> {
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const texts: Record<string, string> = {
    plain: secret, json: json(secret), 'json in json': json(json(secret)), 'json with slashes': json(secret).replaceAll('/', '\\/'),
    url: encodeURIComponent(secret), form: new URLSearchParams({ '': secret }).toString().slice(1), hex: Buffer.from(secret).toString('hex'), HEX: Buffer.from(secret).toString('hex').toUpperCase(),
    html: secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
    'json codes': Array.from(secret, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  };
  for (const before of [0, 1, 2]) {
    // What stands before and after shifts the letters: those that depend on the secret alone are the same wherever it stands.
    const length = Math.floor((before + Buffer.byteLength(secret)) / 3) * 4;
    for (const encoding of ['base64', 'base64url'] as const) texts[`${encoding}, ${before} before`] = Buffer.from('\0'.repeat(before) + secret).toString(encoding).slice(before === 0 ? 0 : 4, length);
  }
  const forms = new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)] as const));
  return forms.set('utf-16', Buffer.from(secret, 'utf16le'));
}

/** Names of the forms in which `content` holds `secret`. */
export function leaksIn(content: string | Uint8Array, secret: string): readonly string[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return [...formsOf(secret)].filter(([, form]) => bytes.includes(form)).map(([name]) => name);
}

/** Files below `folder` that hold `secret` in some form, and how many were searched. */
export function leaksBelow(folder: string, secret: string): { readonly searched: number; readonly leaks: readonly string[] } {
  const leaks: string[] = [];
  let searched = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!lstatSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    searched += 1;
    for (const form of leaksIn(readFileSync(file), secret)) leaks.push(`${file}: ${form}`);
  }
  return { searched, leaks };
}
