/** Foreign text in JSON: characters that `visible` writes as their numbers are escaped. */
import { replaceUnseen } from './foreign.ts';

/** JSON without steering characters: the same value, with every such character as its escape. */
export function safeJson(value: unknown, indent?: number): string {
  return safeText(JSON.stringify(value, null, indent));
}

/**
 * Runs that may hold a steering character. A character that is visible only because of its neighbours (joiners,
 * pictures) has no ASCII neighbours, so each run can be checked alone; nearly all of a large document is plain ASCII.
 */
const NOT_PLAIN = /[^\n\u0020-\u007e]+/gu;

/** The same for text that already is JSON. */
export function safeText(json: string): string {
  return json.replaceAll(NOT_PLAIN, run => replaceUnseen(run, inJson));
}

/** JSON escapes have 16 bits, so a character above that becomes two of them. */
function inJson(character: string): string {
  return Array.from(
    { length: character.length },
    (_none, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
