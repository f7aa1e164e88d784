/**
 * Text that a kernel, a log, a file or a person supplied never reaches a terminal as it is: characters that
 * steer a terminal, or change how their neighbours look without being seen, are written as their number.
 */

const STEERING = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** One line of foreign text; a line break in it is written as its number too, so that it cannot begin a line of ours. */
export function visible(value: string): string {
  return value.replaceAll(STEERING, (character) => `<U+${code(character)}>`);
}

/** Foreign text with its own line breaks, line by line; each line has to be set apart from ours. */
export function visibleLines(value: string): readonly string[] {
  return value.split(/\r?\n/u).map(visible);
}

/** JSON that holds no steering character: the same value, every such character as its escape. */
export function safeJson(value: unknown, indent?: number): string {
  return safeText(JSON.stringify(value, null, indent));
}

/** The same for text that is JSON already. */
export function safeText(json: string): string {
  return json.replaceAll(STEERING, (character) => (character === '\n' ? character : inJson(character)));
}

/** A value as shown: `null` is unknown, and unknown is a word, never 0 and never nothing. */
export function known(value: string | bigint | number | boolean | null): string {
  if (value === null) return 'unknown';
  return value === '' ? '(empty)' : visible(String(value));
}

/** JSON knows escapes of 16 bits: what lies above is two of them. */
function inJson(character: string): string {
  return Array.from({ length: character.length }, (_none, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');
}

function code(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
