/**
 * Makes text of others safe to show: it must not end a line of ours, steer a terminal, reverse its neighbours, or be
 * invisible. The one place of this rule, for tree, dialogs, panels and terminal. It uses Unicode's own properties, over
 * all code points: controls, format characters, unpaired surrogates, private use, unassigned characters, line and
 * paragraph separators, and everything that is drawn as nothing.
 */

/** The empty braille pattern is added by number: it is drawn as nothing, but no property includes it. */
const INVISIBLE = String.raw`\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`;

/** Scripts in which a joiner changes how the letters around it are drawn. */
const JOINED = [
  'Arab',
  'Syrc',
  'Mong',
  'Nkoo',
  'Deva',
  'Beng',
  'Guru',
  'Gujr',
  'Orya',
  'Taml',
  'Telu',
  'Knda',
  'Mlym',
  'Sinh',
  'Khmr',
  'Mymr',
]
  .map(script => String.raw`\p{Script=${script}}`)
  .join('');

/** Kept as they are: a joiner between two letters of such a script, and one that joins several pictures into one. */
const JOINER_IN_A_WORD = String.raw`(?<=[${JOINED}])[\u200c\u200d](?=[${JOINED}])`;
const PICTURE_BEFORE = String.raw`(?<=\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)`;
const JOINER_OF_PICTURES = String.raw`${PICTURE_BEFORE}\u200d(?=\p{Extended_Pictographic})`;
const STYLE_OF_A_PICTURE = String.raw`(?<=\p{Extended_Pictographic})\ufe0f`;
const KEPT = [JOINER_IN_A_WORD, JOINER_OF_PICTURES, STYLE_OF_A_PICTURE].join('|');

/** Compiled at its first use: most runs of the terminal program show plain names only. */
let compiled: RegExp | undefined;

/** Matches and captures one invisible character. */
function unseen(): RegExp {
  compiled ??= new RegExp(`((?!${KEPT})[${INVISIBLE}])`, 'gu');
  return compiled;
}

/** Printable ASCII: the fast path for most texts. */
const PLAIN = /^[\u0020-\u007e]*$/u;

/** Whether every character is visible as what it is, and none of them ends a line. */
export function isSeen(text: string): boolean {
  return PLAIN.test(text) || text.search(unseen()) < 0;
}

/** The text with every invisible character replaced. */
export function replaceUnseen(text: string, by: (character: string) => string): string {
  return PLAIN.test(text) ? text : text.replaceAll(unseen(), character => by(character));
}

/** The text in parts: every second part is a single invisible character. */
export function parts(text: string): readonly string[] {
  return PLAIN.test(text) ? [text] : text.split(unseen());
}

/** A character as its number: "U+202E". */
export function numberOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * One line of foreign text: invisible characters and line breaks are written as their numbers, so that it cannot begin
 * a line of ours.
 */
export function visible(text: string): string {
  return replaceUnseen(text, character => `<${numberOf(character)}>`);
}
