/** Text that a kernel or a person wrote, made harmless for places where the editor would read more into it than text. */

/** Characters that end lines, steer, or change how their neighbours look without being seen; joiners stay, because emoji and scripts need them. */
const STEERING = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** One line of foreign text for rows, tooltips and dialogs: what could forge a line or turn a name around is written as its number. Panels draw it as a box. */
export function visible(text: string): string {
  return text.replaceAll(STEERING, (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

/**
 * Notifications and the prompts of input boxes make links, even links that run commands, of `[text](target)`, and quick picks make icons of `$(name)`. An invisible word
 * joiner between the two characters keeps the text as it reads and takes that meaning from it.
 */
export function inert(text: string): string {
  return visible(text).replaceAll('](', ']\u2060(').replaceAll('$(', '$\u2060(');
}

/** The title of a tab: on one line, and short enough to leave other tabs their place. The panel itself has it whole. */
export function tabTitle(title: string): string {
  const characters = Array.from(visible(title.replaceAll(/\s+/gu, ' ')));
  return characters.length <= 80 ? characters.join('') : `${characters.slice(0, 79).join('')}…`;
}
