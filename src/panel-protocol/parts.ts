/** Cuts a message with long lists into messages of the same form with short ones, so that no check takes long. */

/** The most elements of a list in one part. */
const PART = 100;

/** A part of a message. */
export interface Part {
  readonly value: unknown;
  /** Where something in this part is in the whole message. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** Whether a message has a list that is longer than a part. */
export function hasParts(message: unknown): boolean {
  return longest(message) > PART;
}

/** All parts of a message. Each element of a long list is in exactly one of them, everything else in each. */
export function* partsOf(message: unknown): Generator<Part, void> {
  for (let from = 0, end = longest(message); from < end; from += PART) {
    const start = from;
    yield { value: cut(message, start), placeOf: path => placeIn(message, path, start) };
  }
}

/** The length of the longest list, 0 without one. */
function longest(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value) && value.length > PART) return value.length;
  const start = Array.isArray(value) ? value.length : 0;
  return Object.values(value).reduce<number>((most, one) => Math.max(most, longest(one)), start);
}

function cut(value: unknown, from: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.length > PART ? value.slice(from, from + PART) : value.map(one => cut(one, from));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cut(one, from)]));
}

function placeIn(message: unknown, path: readonly PropertyKey[], from: number): string {
  let at = message;
  const places = path.map(key => {
    const place = Array.isArray(at) && at.length > PART ? Number(key) + from : key;
    at = Reflect.get(Object(at), place);
    return String(place);
  });
  return places.join('.');
}
