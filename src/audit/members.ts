/** Reads single fields of a record without parsing all of it, because a filter looks at each of a million records. */

/** Top-level fields of a record by name, each as its JSON text. */
export type Members = ReadonlyMap<string, string>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/** The wanted fields of the JSON object in `text`, which must be one; stops when all are found. */
export function topLevelMembers(text: string, wanted: readonly string[]): Members {
  const found = new Map<string, string>();
  for (let at = 1; found.size < wanted.length && text.charCodeAt(at) === QUOTE; ) {
    const keyEnd = endOfString(text, at);
    const valueEnd = endOfValue(text, keyEnd + 1);
    if (valueEnd <= keyEnd + 1) break;
    for (const name of wanted) {
      if (name.length === keyEnd - at - 2 && text.startsWith(name, at + 1))
        found.set(name, text.slice(keyEnd + 1, valueEnd));
    }
    at = valueEnd + 1;
  }
  return found;
}

/** A field that is text; `null` for anything else. */
export function textMember(line: Buffer, name: string): string | null {
  try {
    const value: unknown = JSON.parse(topLevelMembers(line.toString(), [name]).get(name) ?? 'null');
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** The offset after the value that begins at `at`. */
function endOfValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return endOfString(text, at);
  if (OPENING.includes(first)) return endOfNested(text, at);
  const comma = text.indexOf(',', at);
  return comma < 0 ? text.length - 1 : comma;
}

function endOfNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at) - 1;
    else if (OPENING.includes(code)) depth += 1;
    else if (CLOSING.includes(code)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

/**
 * The offset after the closing quote of the string that begins at `from`: the first quote with an even number of
 * backslashes before it.
 */
function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslash = quote;
    while (text.charCodeAt(backslash - 1) === BACKSLASH) backslash -= 1;
    if ((quote - backslash) % 2 === 0) return quote + 1;
  }
  return text.length;
}
