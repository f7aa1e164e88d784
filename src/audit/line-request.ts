/**
 * Finds the request and the stage of a line from its end, where the log writes both, so that a record with a long
 * explanation takes no longer than a short one.
 */
import { STAGES } from '../control-plane/model/record.ts';
import { parseObject } from './chain.ts';
import { topLevelMembers } from './members.ts';

/** A record's request and stage. `id` is its text in the line, one character for each byte. */
export interface LineRequest {
  readonly id: string;
  readonly stage: string;
}

/** `,"hash":"` and `"}` around 64 digits. */
const HASH_BYTES = ',"hash":""}'.length + 64;
const HASH = Buffer.from(',"hash":"');
const REQUEST_ID = Buffer.from('request_id');
const REQUEST_MEMBER = Buffer.from('"request_id"');
const STAGE = Buffer.from('stage');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;

/** The request of the line from `start` to `end`; `null` if the line belongs to no request. */
export function requestOfLine(bytes: Buffer, start: number, end: number): LineRequest | null {
  const body = end - HASH_BYTES;
  if (body <= start || bytes[end - 1] !== CLOSE_OBJECT || !standsAt(bytes, body, HASH))
    return ofAnyObject(bytes.toString('utf8', start, end));
  const found = fromTheEnd(bytes, start, body);
  return found === undefined ? ofRecord(bytes.toString('utf8', start, end)) : found;
}

/** `undefined`: the line does not have the order or the form in which the log writes. */
function fromTheEnd(bytes: Buffer, start: number, body: number): LineRequest | null | undefined {
  let stage = '';
  for (let end = body; ; ) {
    const value = beginOfValue(bytes, start, end);
    if (value < 0 || bytes[value - 1] !== COLON || bytes[value - 2] !== QUOTE) return undefined;
    const keyEnd = value - 2;
    let key = keyEnd;
    while (key > start && bytes[key - 1] !== QUOTE) key -= 1;
    const isText = bytes[value] === QUOTE;
    if (isText && isKey(bytes, key, keyEnd, STAGE)) stage = stageAt(bytes, value + 1, end - 1);
    else if (isText && isKey(bytes, key, keyEnd, REQUEST_ID))
      return stage === '' ? undefined : { id: bytes.toString('latin1', value + 1, end - 1), stage };
    end = key - 2;
    // Fields are sorted by name, so the request cannot stand further to the front.
    if (end <= start || (bytes[key] ?? 0) < (REQUEST_ID[0] ?? 0)) {
      return bytes.subarray(start, body).includes(REQUEST_MEMBER) ? undefined : null;
    }
    if (bytes[end] !== COMMA) return undefined;
  }
}

/**
 * The stages as bytes, by length: a million records have only a handful of stages, so no text is made for each record.
 */
const STAGE_BYTES = new Map<number, { readonly stage: string; readonly bytes: Buffer }[]>();
for (const stage of STAGES) {
  const bytes = Buffer.from(stage);
  STAGE_BYTES.set(bytes.length, [...(STAGE_BYTES.get(bytes.length) ?? []), { stage, bytes }]);
}

function stageAt(bytes: Buffer, from: number, to: number): string {
  for (const known of STAGE_BYTES.get(to - from) ?? []) if (standsAt(bytes, from, known.bytes)) return known.stage;
  return bytes.toString('latin1', from, to);
}

/** Where the text, number or word begins that ends before `end`; -1 for anything else. */
function beginOfValue(bytes: Buffer, start: number, end: number): number {
  const last = bytes[end - 1];
  if (last === CLOSE_OBJECT || last === CLOSE_ARRAY) return -1;
  if (last !== QUOTE) {
    const colon = bytes.lastIndexOf(COLON, end - 1);
    return colon <= start ? -1 : colon + 1;
  }
  for (let at = end - 2; at > start; at -= 1) {
    if (bytes[at] !== QUOTE) continue;
    let backslash = at;
    while (bytes[backslash - 1] === BACKSLASH) backslash -= 1;
    if ((at - backslash) % 2 === 0) return at;
    at = backslash;
  }
  return -1;
}

function isKey(bytes: Buffer, from: number, to: number, key: Buffer): boolean {
  return to - from === key.length && standsAt(bytes, from, key);
}

function standsAt(bytes: Buffer, at: number, word: Buffer): boolean {
  for (let offset = 0; offset < word.length; offset += 1) if (bytes[at + offset] !== word[offset]) return false;
  return true;
}

/** For a line that ends as a record does: reads the fields as every search of the log does. */
function ofRecord(line: string): LineRequest | null {
  if (line.charCodeAt(0) !== OPEN_OBJECT) return null;
  const members = topLevelMembers(line, ['request_id', 'stage']);
  const [id, stage] = [members.get('request_id'), members.get('stage')];
  return id?.startsWith('"') === true ? { id: bytewise(id.slice(1, -1)), stage: stage?.slice(1, -1) ?? '' } : null;
}

function ofAnyObject(line: string): LineRequest | null {
  const { request_id: id, stage } = parseObject(line) ?? {};
  if (typeof id !== 'string') return null;
  return { id: bytewise(JSON.stringify(id).slice(1, -1)), stage: typeof stage === 'string' ? stage : '' };
}

function bytewise(text: string): string {
  return Buffer.from(text).toString('latin1');
}
