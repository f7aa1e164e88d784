/** Foreign text in JSON: what `visible` writes as its number does not get there as it is. */
import { replaceUnseen } from './foreign.ts';

/** JSON that holds no steering character: the same value, every such character as its escape. */
export function safeJson(value: unknown, indent?: number): string {
  return safeText(JSON.stringify(value, null, indent));
}

/**
 * What may hold a steering character. What is seen in its neighbourhood only (joiners, pictures) has none in ASCII, so
 * each run can be looked at alone: nearly all of a large document is none.
 */
const NOT_PLAIN = /[^\n\u0020-\u007e]+/gu;

/** The same for text that is JSON already. */
export function safeText(json: string): string {
  return json.replaceAll(NOT_PLAIN, run => replaceUnseen(run, inJson));
}

/** JSON knows escapes of 16 bits: what lies above is two of them. */
function inJson(character: string): string {
  return Array.from(
    { length: character.length },
    (_none, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
