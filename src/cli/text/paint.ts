/**
 * What a terminal can show: the width of its lines, and bold text. Bold marks what is important and never means good or
 * bad. There is none when NO_COLOR is set or the terminal cannot show it.
 */

/** Columns of a line when the width of the terminal is not known. */
const USUAL = 100;
/** Narrower lines cannot hold a table. */
const LEAST = 40;

/** Columns of a line on this stream: COLUMNS, or the terminal's width, or the usual width. */
export function lineWidth(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number {
  const told = /^[1-9]\d{0,3}$/u.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : undefined;
  const width = told ?? (stream.isTTY === true ? stream.columns : undefined) ?? 0;
  return width === 0 ? USUAL : Math.max(LEAST, width);
}

/** How important text is written. */
export interface Paint {
  readonly strong: (text: string) => string;
}

/** No bold text: for files, pipes, NO_COLOR and dumb terminals. */
export const PLAIN: Paint = { strong: text => text };

const BOLD: Paint = { strong: text => `\u001b[1m${text}\u001b[22m` };

/** Bold text only for a terminal that can show it. */
export function paintFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const refused = (env['NO_COLOR'] ?? '') !== '' || (env['TERM'] ?? 'dumb') === 'dumb';
  return stream.isTTY === true && !refused ? BOLD : PLAIN;
}
