/**
 * Text that a kernel or a person wrote, made harmless for places where the editor would read more into it than text.
 */
import { visible } from '../text/foreign.ts';

/**
 * Notifications and the prompts of input boxes make links, even links that run commands, of `[text](target)`, and quick
 * picks make icons of `$(name)`. An invisible word joiner between the two characters keeps the text as it reads and
 * takes that meaning from it.
 */
export function inert(text: string): string {
  return visible(text).replaceAll('](', ']\u2060(').replaceAll('$(', '$\u2060(');
}

/** The title of a tab: on one line, and short enough to leave other tabs their place. The panel itself has it whole. */
export function tabTitle(title: string): string {
  const characters = Array.from(visible(title.replaceAll(/\s+/gu, ' ')));
  return characters.length <= 80 ? characters.join('') : `${characters.slice(0, 79).join('')}…`;
}
