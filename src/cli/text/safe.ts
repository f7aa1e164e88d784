/** Foreign text in a terminal: what `visible` writes as its number does not reach it as it is. */
import { visible } from '../../text/foreign.ts';

/** Foreign text with its own line breaks, line by line; each line has to be set apart from ours. */
export function visibleLines(value: string): readonly string[] {
  return value.split(/\r?\n/u).map(visible);
}

/** A value as shown: `null` is unknown, and unknown is a word, never 0 and never nothing. */
export function known(value: string | bigint | number | boolean | null): string {
  if (value === null) return 'unknown';
  return value === '' ? '(empty)' : visible(String(value));
}
