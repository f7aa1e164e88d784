/** Foreign text in a terminal. Characters that could control it are replaced by their numbers (see `visible`). */
import { visible } from '../../text/foreign.ts';

/** Foreign text, split at its own line breaks. The caller must set each line apart from ours. */
export function visibleLines(value: string): readonly string[] {
  return value.split(/\r?\n/u).map(visible);
}

/** A value as shown. `null` means unknown and is shown as that word, never as 0 or as nothing (freeze/never-zero). */
export function known(value: string | bigint | number | boolean | null): string {
  if (value === null) return 'unknown';
  return value === '' ? '(empty)' : visible(String(value));
}
