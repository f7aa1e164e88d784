/**
 * What a terminal can show: how wide its lines are, and emphasis, which is weight only, never a judgement. None where
 * NO_COLOR or a dumb terminal says so.
 */

/** Columns of a line where nobody says how wide the terminal is. */
const USUAL = 100;
/** Fewer hold no table. */
const LEAST = 40;

/** Columns of a line on this stream: as COLUMNS says, else as wide as the terminal is, else the usual ones. */
export function lineWidth(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number {
  const told = /^[1-9]\d{0,3}$/u.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : undefined;
  const width = told ?? (stream.isTTY === true ? stream.columns : undefined) ?? 0;
  return width === 0 ? USUAL : Math.max(LEAST, width);
}

/** How emphasised text is written. */
export interface Paint {
  readonly strong: (text: string) => string;
}

/** No emphasis: for files, pipes, NO_COLOR and dumb terminals. */
export const PLAIN: Paint = { strong: text => text };

const BOLD: Paint = { strong: text => `\u001b[1m${text}\u001b[22m` };

/** Emphasis for one stream: only a capable terminal gets any. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const refused = (env['NO_COLOR'] ?? '') !== '' || (env['TERM'] ?? 'dumb') === 'dumb';
  return stream.isTTY === true && !refused ? BOLD : PLAIN;
}
