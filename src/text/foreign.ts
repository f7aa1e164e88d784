/**
 * What text of others may not do where it is shown: end a line of ours, steer a terminal, turn its neighbours around,
 * or hide. The one home of that rule for tree, dialogs, panels and terminal. By Unicode's own properties, over all code
 * points: controls, format characters, surrogates that stand alone, private use and what is not assigned yet, line and
 * paragraph separators, and everything that is drawn as nothing.
 */

/** No property names the empty braille pattern, and it is drawn as nothing. */
const UNSEEN = String.raw`\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800`;

/** Scripts whose letters are joined or parted by a joiner between them. */
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

/** A joiner inside such a word, and one that makes a single picture of several, is seen by what it does. */
const JOINER_IN_A_WORD = String.raw`(?<=[${JOINED}])[\u200c\u200d](?=[${JOINED}])`;
const PICTURE_BEFORE = String.raw`(?<=\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?)`;
const JOINER_OF_PICTURES = String.raw`${PICTURE_BEFORE}\u200d(?=\p{Extended_Pictographic})`;
const STYLE_OF_A_PICTURE = String.raw`(?<=\p{Extended_Pictographic})\ufe0f`;
const SEEN = [JOINER_IN_A_WORD, JOINER_OF_PICTURES, STYLE_OF_A_PICTURE].join('|');

/** Compiled by its first use: most runs of the terminal show plain names only. */
let compiled: RegExp | undefined;

/** Matches one character that is not seen, and captures it. */
function unseen(): RegExp {
  compiled ??= new RegExp(`((?!${SEEN})[${UNSEEN}])`, 'gu');
  return compiled;
}

/** Printable ASCII, which most of what is shown is. */
const PLAIN = /^[\u0020-\u007e]*$/u;

/** Whether every character is seen as what it is, and none of them ends a line. */
export function isSeen(text: string): boolean {
  return PLAIN.test(text) || text.search(unseen()) < 0;
}

/** The text with every character that is not seen replaced. */
export function replaceUnseen(text: string, by: (character: string) => string): string {
  return PLAIN.test(text) ? text : text.replaceAll(unseen(), character => by(character));
}

/** The text in parts: every second one is a single character that is not seen. */
export function parts(text: string): readonly string[] {
  return PLAIN.test(text) ? [text] : text.split(unseen());
}

/** A character as its number: "U+202E". */
export function numberOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * One line of foreign text: what is not seen is written as its number, a line break too, so that it cannot begin a line
 * of ours.
 */
export function visible(text: string): string {
  return replaceUnseen(text, character => `<${numberOf(character)}>`);
}
