/**
 * Measures what the value of a JSON text no longer shows: how deep the text nests, how many names it writes, how long
 * its numbers are.
 */

export const MAX_DEPTH = 64;
/**
 * A double in its shortest decimal form has at most 24 characters, a 64-bit integer 20. A longer number would silently
 * lose digits, or comes from no honest peer.
 */
const MAX_NUMBER_LENGTH = 32;

/** `hasLongNumber` and `members` cover the part that was read: all of the text, unless it is too deep. */
export interface JsonExtent {
  readonly isTooDeep: boolean;
  readonly hasLongNumber: boolean;
  readonly members: number;
}

/**
 * Reads a text once before it is parsed, so that it cannot overflow the parser. Outside of strings there is one colon
 * for each name.
 */
export function measureJson(text: string): JsonExtent {
  let depth = 0;
  let members = 0;
  let number = 0;
  let hasLongNumber = false;
  let inText = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (inText) {
      if (unit === 0x5c)
        index++; // skips the escaped character
      else if (unit === 0x22) inText = false;
      continue;
    }
    number = isNumeral(unit) ? number + 1 : 0;
    if (number > MAX_NUMBER_LENGTH) hasLongNumber = true;
    if (unit === 0x22) inText = true;
    else if (unit === 0x3a) members++;
    else if (unit === 0x5d || unit === 0x7d) depth--;
    else if ((unit === 0x5b || unit === 0x7b) && ++depth > MAX_DEPTH)
      return { isTooDeep: true, hasLongNumber, members };
  }
  return { isTooDeep: false, hasLongNumber, members };
}

/** A digit, a sign, a point or the E of an exponent. */
function isNumeral(unit: number): boolean {
  return (
    (unit >= 0x30 && unit <= 0x39) || unit === 0x2e || unit === 0x2b || unit === 0x2d || unit === 0x65 || unit === 0x45
  );
}

/** How many names a value holds, at any depth; the depth was limited before. */
export function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly unknown[] = Object.values(value);
  return inner.reduce<number>((sum, each) => sum + membersIn(each), Array.isArray(value) ? 0 : inner.length);
}

/** Whether every number of a value is finite: 1e999 is valid JSON, but is read as infinity. */
export function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinite);
}

/** Whether every text of a JSON value satisfies `holds`; `where` says whether only names count, or values, too. */
export function everyText(
  value: unknown,
  where: 'names' | 'names and values',
  holds: (text: string) => boolean,
): boolean {
  if (typeof value === 'string') return where === 'names' || holds(value);
  if (Array.isArray(value)) return value.every(member => everyText(member, where, holds));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => holds(key) && everyText(member, where, holds));
}

/** The same value with U+FFFD for each half of a surrogate pair in its texts. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  // `fromEntries` defines and does not assign, because a name may be `__proto__`.
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, wellFormed(member)]));
}
