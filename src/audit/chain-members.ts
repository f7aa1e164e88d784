/**
 * Reads from a record's bytes only what its chain needs, without parsing the rest, because verification spends most of
 * its time here. It understands JSON in the form that the log writes, and leaves everything else to `JSON.parse`.
 */

/** The fields of a record as `JSON.parse` would return them, for a record without `torn_tail`. */
export interface ChainMembers {
  readonly version: number;
  readonly seq: bigint;
  readonly prev: string;
  readonly stage: string | undefined;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const ZERO = 0x30;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;
const LOWER_U = 0x75;

/** Deeper nesting is left to `JSON.parse`, because each container takes one bit of a 32-bit integer. */
const DEEPEST = 30;
const NOT_KNOWN = -1;
/** Every number of so many decimal digits is a safe integer. */
const EXACT_DIGITS = 15;

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');
const PREV = Buffer.from('prev');
const SEQ = Buffer.from('seq');
const STAGE = Buffer.from('stage');
const TORN_TAIL = Buffer.from('torn_tail');
const VERSION = Buffer.from('v');

/**
 * `null` means: let `JSON.parse` decide. That is no verdict. The reason can be white space between fields, a fraction,
 * a version of two digits, an escape in a wanted field, or text that is not JSON. Only certain values are returned, so
 * a forged line is read exactly as a parser reads it: if a name occurs twice, the last one counts.
 */
export function chainMembers(line: Buffer): ChainMembers | null {
  let seq = NOT_KNOWN;
  let prev: string | null = null;
  let stage: string | undefined;
  let version = NOT_KNOWN;
  if (line[0] !== OPEN_OBJECT) return null;
  for (let at = 1; ; at += 1) {
    const value = behindKey(line, at);
    if (value === NOT_KNOWN) return null;
    const end = behindValue(line, value);
    if (end === NOT_KNOWN) return null;
    const key = at + 1;
    // Without the quote and the colon after it.
    const keyEnd = value - 2;
    const first = line[key];
    if (first === PREV[0] && reads(line, key, keyEnd, PREV)) {
      prev = plainText(line, value, end);
      if (prev === null) return null;
    } else if (first === STAGE[0] && reads(line, key, keyEnd, SEQ)) {
      seq = sequence(line, value, end);
      if (seq === NOT_KNOWN) return null;
    } else if (first === STAGE[0] && reads(line, key, keyEnd, STAGE)) {
      const found = plainText(line, value, end);
      if (found === null) return null;
      stage = found;
    } else if (first === VERSION[0] && reads(line, key, keyEnd, VERSION)) {
      version = digit(line, value, end);
      if (version === NOT_KNOWN) return null;
    } else if (first === TORN_TAIL[0] && reads(line, key, keyEnd, TORN_TAIL)) return null;
    else if (!isPlain(line, key, keyEnd)) return null;
    at = end;
    if (line[at] === COMMA) continue;
    return line[at] !== CLOSE_OBJECT ||
      at !== line.length - 1 ||
      seq === NOT_KNOWN ||
      prev === null ||
      version === NOT_KNOWN
      ? null
      : { version, seq: BigInt(seq), prev, stage };
  }
}

/** The offset after the closing quote of the string whose first character is at `from`. */
function behindString(line: Buffer, from: number): number {
  for (let at = from; ; at += 1) {
    // Beyond the end a zero is read, which no string may contain.
    const byte = line[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return NOT_KNOWN;
    if (byte === BACKSLASH) {
      at = behindEscape(line, at + 1) - 1;
      if (at < from) return NOT_KNOWN;
    }
  }
}

/** The offset after the escape whose backslash stands before `at`. */
function behindEscape(line: Buffer, at: number): number {
  const byte = line[at] ?? 0;
  if (byte !== LOWER_U) return '"\\/bfnrt'.includes(String.fromCharCode(byte)) && byte !== 0 ? at + 1 : NOT_KNOWN;
  for (let digitAt = at + 1; digitAt < at + 5; digitAt += 1) if (!isHexDigit(line[digitAt] ?? 0)) return NOT_KNOWN;
  return at + 5;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | SPACE;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** The offset after the value that begins at `from`. */
function behindValue(line: Buffer, from: number): number {
  const byte = line[from] ?? 0;
  if (byte === QUOTE) return behindString(line, from + 1);
  if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) return behindContainer(line, from);
  return behindAtom(line, from);
}

function behindAtom(line: Buffer, from: number): number {
  const byte = line[from] ?? 0;
  for (const word of [TRUE, FALSE, NULL])
    if (byte === word[0]) return reads(line, from, from + word.length, word) ? from + word.length : NOT_KNOWN;
  let at = byte === MINUS ? from + 1 : from;
  const first = line[at] ?? 0;
  if (!isDigit(first)) return NOT_KNOWN;
  at += 1;
  // After a leading zero no digit may follow; a digit there is no comma, so the reading ends.
  if (first !== ZERO) while (isDigit(line[at] ?? 0)) at += 1;
  return at;
}

/** The offset after the object or array that begins at `from`; iterative, so that nesting uses no stack. */
function behindContainer(line: Buffer, from: number): number {
  let objects = 0;
  let depth = 0;
  let at = from;
  for (;;) {
    // A value begins here.
    const byte = line[at] ?? 0;
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (depth === DEEPEST) return NOT_KNOWN;
      const isObject = byte === OPEN_OBJECT;
      depth += 1;
      objects = (objects << 1) | (isObject ? 1 : 0);
      at += 1;
      if (line[at] !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        if (isObject) at = behindKey(line, at);
        if (at === NOT_KNOWN) return NOT_KNOWN;
        continue;
      }
    } else {
      at = byte === QUOTE ? behindString(line, at + 1) : behindAtom(line, at);
      if (at === NOT_KNOWN) return NOT_KNOWN;
    }
    // A value has ended, or an empty container ends here.
    while (line[at] === ((objects & 1) === 1 ? CLOSE_OBJECT : CLOSE_ARRAY)) {
      at += 1;
      depth -= 1;
      objects >>= 1;
      if (depth === 0) return at;
    }
    if (line[at] !== COMMA) return NOT_KNOWN;
    at += 1;
    if ((objects & 1) === 1) at = behindKey(line, at);
    if (at === NOT_KNOWN) return NOT_KNOWN;
  }
}

/** The offset after a name and its colon. */
function behindKey(line: Buffer, from: number): number {
  if (line[from] !== QUOTE) return NOT_KNOWN;
  const at = behindString(line, from + 1);
  return at !== NOT_KNOWN && line[at] === COLON ? at + 1 : NOT_KNOWN;
}

function reads(line: Buffer, from: number, end: number, word: Uint8Array): boolean {
  if (end - from !== word.length) return false;
  for (let at = 0; at < word.length; at += 1) if (line[from + at] !== word[at]) return false;
  return true;
}

/** Whether the bytes are the text: no escape and no character beyond ASCII. */
function isPlain(line: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    const byte = line[at] ?? 0;
    if (byte === BACKSLASH || byte > 0x7e) return false;
  }
  return true;
}

/** The text of a plain string whose opening quote is at `from` and whose closing quote is before `end`. */
function plainText(line: Buffer, from: number, end: number): string | null {
  if (line[from] !== QUOTE || !isPlain(line, from + 1, end - 1)) return null;
  return line.toString('latin1', from + 1, end - 1);
}

/** A sequence number if a JavaScript number holds it exactly. */
function sequence(line: Buffer, from: number, end: number): number {
  if (line[from] !== QUOTE || line[from + 1] === ZERO || end - from - 2 > EXACT_DIGITS || end - from === 2)
    return NOT_KNOWN;
  let value = 0;
  for (let at = from + 1; at < end - 1; at += 1) {
    const byte = line[at] ?? 0;
    if (!isDigit(byte)) return NOT_KNOWN;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

function digit(line: Buffer, from: number, end: number): number {
  return end === from + 1 && isDigit(line[from] ?? 0) && line[from] !== ZERO ? (line[from] ?? 0) - ZERO : NOT_KNOWN;
}
