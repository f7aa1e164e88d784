/** A peer's words inside of sentences of ours. */

const EXCERPT_CHARACTERS = 200;

/** The beginning of a foreign page: letters to read, nothing to render. */
export function plain(text: string): string {
  const words = text.slice(0, 16 * 1024).replace(/<(style|script)\b.*?<\/\1\s*>/gis, ' ').replace(/<[^>]*>?/g, ' ').replaceAll('>', ' ');
  return oneLine(words, EXCERPT_CHARACTERS);
}

/** One line without control or direction characters, at most `most` characters. */
export function oneLine(text: string, most: number): string {
  const words = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return words.length <= most ? words : `${words.slice(0, most).replace(/\p{Cs}$/u, '')}…`;
}
