/** GTID sets, as MySQL writes them: `uuid:1-3:7,uuid:tag:1-2`. */

const INTERVAL = /^(\d{1,19})(?:-(\d{1,19}))?$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/i;

/** How many transactions a set holds; `null` if the set is unknown or malformed. */
export function countOf(set: string | null): bigint | null {
  if (set === null) return null;
  let count = 0n;
  for (const part of set.split(',').map(text => text.trim())) {
    if (part === '') continue;
    const [source = '', ...rest] = part.split(':').map(text => text.trim());
    if (!UUID.test(source) || rest.length === 0) return null;
    for (const text of rest) {
      if (TAG.test(text)) continue;
      const [, first, last] = INTERVAL.exec(text) ?? [];
      if (first === undefined) return null;
      const length = BigInt(last ?? first) - BigInt(first) + 1n;
      if (length < 1n) return null;
      count += length;
    }
  }
  return count;
}

/** A set on one line, without the line breaks that MySQL puts between its parts. */
export function onOneLine(set: string): string {
  return set.replaceAll(/\s+/g, '');
}
