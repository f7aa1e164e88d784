/** Foreign text in a terminal and in JSON for one: what `visible` writes as its number reaches neither as it is. */
import { replaceUnseen, visible } from '../../text/foreign.ts';

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
  return replaceUnseen(json, character => (character === '\n' ? character : inJson(character)));
}

/** A value as shown: `null` is unknown, and unknown is a word, never 0 and never nothing. */
export function known(value: string | bigint | number | boolean | null): string {
  if (value === null) return 'unknown';
  return value === '' ? '(empty)' : visible(String(value));
}

/** JSON knows escapes of 16 bits: what lies above is two of them. */
function inJson(character: string): string {
  return Array.from(
    { length: character.length },
    (_none, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
