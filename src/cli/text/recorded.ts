/** Members of a record as words. A record is foreign text: any member may be missing or have the wrong type. */
import { visible } from '../../text/foreign.ts';

type Members = Readonly<Record<string, unknown>>;

/** A member that is a text; `undefined` for anything else. */
export function word(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? visible(value) : undefined;
}

/** A member that is an object. */
export function inner(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

/** The texts in a list. */
export function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap(each => word(each) ?? []) : [];
}

/** "account@host", with the configured name before it where there is one. */
export function who(operator: Members | undefined): string {
  const id = `${word(operator?.['account']) ?? '?'}@${word(operator?.['host']) ?? '?'}`;
  const name = word(operator?.['name']);
  return name === undefined ? id : `${name} (${id})`;
}

/** A reading of the log: how it was read, which files, and with which filter. */
export function logReading(read: Members | undefined): string | undefined {
  if (read === undefined) return undefined;
  const filter = Object.entries(inner(read['filter']) ?? {}).map(
    ([name, value]) => `${visible(name)} ${word(value) ?? '?'}`,
  );
  const named = [word(read['action']) ?? '?', ...words(read['files'])].join(' ');
  return filter.length === 0 ? named : `${named}, only ${filter.join(', ')}`;
}
