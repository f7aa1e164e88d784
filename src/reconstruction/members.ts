/** Reads fields of records whose form is not known: anybody may have written the log. */

/** A record of a log. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** A field that is text, or `null`. */
export function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member : null;
}

/** A field of a value that may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function isObject(value: unknown): value is LogRecord {
  return typeof value === 'object' && value !== null;
}

/** The texts of a field that is a list. */
export function textsOf(value: unknown, name: string): readonly string[] {
  const member = memberOf(value, name);
  return Array.isArray(member) ? member.filter(each => typeof each === 'string') : [];
}

/** The items of a field that is a list. */
export function itemsOf(value: unknown, name: string): readonly unknown[] {
  const member = memberOf(value, name);
  return Array.isArray(member) ? member : [];
}

/** Who a record says the operator is: `account@host`, and the configured name. */
export function whoOf(record: LogRecord): string {
  const operator = record['operator'];
  const id = `${textOf(operator, 'account') ?? '?'}@${textOf(operator, 'host') ?? '?'}`;
  const name = textOf(operator, 'name');
  return name === null ? id : `${name} (${id})`;
}

/** Requires an offset: without one, the text would be a time in the zone of the machine that reads it. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds of an RFC 3339 text; `null` for anything else. */
export function instantOf(time: string | null): number | null {
  const at = time === null || !TIME.test(time) ? Number.NaN : Date.parse(time);
  return Number.isNaN(at) ? null : at;
}
