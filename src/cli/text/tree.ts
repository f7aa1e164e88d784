/** A JSON value of unknown shape, one member on each line, in its own order. Its content is foreign text. */
import { visible } from '../../text/foreign.ts';
import { facts, paragraph } from './layout.ts';
import { known } from './safe.ts';

const DEEPEST_INDENT = 24;

/** The members of an object, or the entries of a list. */
export function tree(value: Readonly<Record<string, unknown>> | readonly unknown[], indent: number): readonly string[] {
  const at = Math.min(indent, DEEPEST_INDENT);
  return Object.entries(value).flatMap(([key, member]: readonly [string, unknown]) => {
    const name = Array.isArray(value) ? `${Number(key) + 1}.` : visible(key);
    if (typeof member !== 'object' || member === null) return facts([[name, scalar(member)]], at);
    return Object.keys(member).length === 0
      ? facts([[name, 'none']], at)
      : [...paragraph(name, at), ...tree(member as Readonly<Record<string, unknown>>, at + 2)];
  });
}

function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
    ? known(value)
    : typeof value;
}
