/** Makes text from a kernel or a person harmless in places where the editor would interpret it. */
import { visible } from '../text/foreign.ts';

/**
 * Notifications and the prompts of input boxes turn `[text](target)` into links, even links that run commands, and
 * quick picks turn `$(name)` into icons. An invisible word joiner between the two characters prevents this and does not
 * change how the text looks.
 */
export function inert(text: string): string {
  return visible(text).replaceAll('](', ']\u2060(').replaceAll('$(', '$\u2060(');
}

/**
 * The title of a tab: in one line, and short enough to leave room for other tabs. The panel itself shows the whole
 * title.
 */
export function tabTitle(title: string): string {
  const characters = Array.from(visible(title.replaceAll(/\s+/gu, ' ')));
  return characters.length <= 80 ? characters.join('') : `${characters.slice(0, 79).join('')}…`;
}
