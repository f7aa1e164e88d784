/** Reads JSON and refuses objects in which a name occurs twice. */

/** How many names the text of a JSON value writes: outside of strings there is one colon for each. */
function membersWritten(text: string): number {
  let count = 0;
  let isText = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text[index];
    if (isText && unit === '\\') index += 1;
    else if (unit === '"') isText = !isText;
    else if (!isText && unit === ':') count += 1;
  }
  return count;
}

/** How many names a value has, at any depth; without recursion, because a body may nest as deep as it is long. */
function membersIn(value: unknown): number {
  let count = 0;
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    const inner: readonly unknown[] = Object.values(one);
    if (!Array.isArray(one)) count += inner.length;
    for (const each of inner) open.push(each);
  }
  return count;
}

/**
 * Reads JSON. Throws if the text is not JSON, or if a name occurs twice in an object: parsers differ in which of the
 * two counts, so a proxy could check one while this node obeys the other.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (membersWritten(text) !== membersIn(value)) throw new SyntaxError('an object names a member twice');
  return value;
}
