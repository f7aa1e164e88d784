/**
 * Where a connection is cut: places in an HTTP message that are found while its bytes pass, whatever its exact length.
 */

/**
 * A byte; a byte of the answer to a control request, whatever was said before it; a header line (0 is the start line,
 * its end included); a byte of the body; or the end. Places beyond the end are the end.
 */
export type Where =
  | { readonly kind: 'byte'; readonly n: number }
  | { readonly kind: 'answer'; readonly n: number }
  | { readonly kind: 'line'; readonly n: number }
  | { readonly kind: 'body'; readonly n: number }
  | { readonly kind: 'end'; readonly before: number };

const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/**
 * Length of the whole message in bytes, or null where its head has not come yet. Every message here has a
 * content-length.
 */
export function lengthOf(message: Buffer): number | null {
  const head = message.indexOf(HEAD_END);
  if (head === -1) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(message.toString('latin1', 0, head + 2))?.[1];
  return head + HEAD_END.length + Number(length ?? 0);
}

/**
 * How many bytes stand before the place, or null where it lies beyond what has come so far. `answer` is where the
 * answer to a control request begins; null: none has come yet.
 */
export function offsetOf(where: Where, message: Buffer, answer: number | null = null): number | null {
  const length = lengthOf(message);
  const reached = (offset: number): number | null => {
    if (length !== null && offset >= length) return message.length >= length ? length : null;
    return message.length >= offset ? offset : null;
  };
  switch (where.kind) {
    case 'byte':
      return reached(where.n);
    case 'answer':
      return answer === null ? null : reached(answer + where.n);
    case 'line': {
      let end = 0;
      for (let line = 0; line <= where.n; line += 1) {
        const next = message.indexOf(LINE_END, end);
        if (next === -1) return null;
        end = next + LINE_END.length;
      }
      return end;
    }
    case 'body':
      return length === null ? null : reached(message.indexOf(HEAD_END) + HEAD_END.length + where.n);
    case 'end':
      return length === null ? null : reached(length - where.before);
  }
}

/**
 * Every boundary of a message like this one: before it, after each line of its head, after the blank line, in the body,
 * at the end.
 */
export function boundaries(message: Buffer): readonly Where[] {
  const lines = message.toString('latin1', 0, message.indexOf(HEAD_END)).split(LINE_END).length;
  return [
    { kind: 'byte', n: 0 },
    { kind: 'byte', n: 1 },
    ...Array.from({ length: lines }, (_, n): Where => ({ kind: 'line', n })),
    { kind: 'body', n: 0 },
    { kind: 'body', n: 1 },
    { kind: 'end', before: 1 },
    { kind: 'end', before: 0 },
  ];
}

/** A place in words, for a report that can be repeated. */
export function placeText(where: Where): string {
  switch (where.kind) {
    case 'byte':
      return `byte ${where.n}`;
    case 'answer':
      return `byte ${where.n} of the answer`;
    case 'line':
      return where.n === 0 ? 'after the start line' : `after header ${where.n}`;
    case 'body':
      return `byte ${where.n} of the body`;
    case 'end':
      return where.before === 0 ? 'the end' : `${where.before} before the end`;
  }
}
