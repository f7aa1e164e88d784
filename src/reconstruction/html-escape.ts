/** Text in HTML. Whatever a log or a kernel says is text and stays text. */
import { visible } from '../text/foreign.ts';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Markup that contains no unescaped text of others. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** Markup with values in it; a value is escaped unless it is markup already. */
export function html(
  pieces: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  return new Html(pieces.reduce((made, piece, index) => made + markupOf(values[index - 1] ?? '') + piece));
}

function markupOf(value: string | number | Html | readonly Html[]): string {
  if (value instanceof Html) return value.markup;
  if (typeof value === 'object') return value.map(each => each.markup).join('');
  return visible(String(value)).replaceAll(/[&<>"']/g, character => ENTITIES.get(character) ?? '');
}
