/**
 * Emphasis for headings and questions: weight only, never a judgement. None where NO_COLOR or a dumb terminal says so.
 */

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
