/**
 * The form of a record on disk. A line holds the record's canonical bytes (RFC 8785) without `hash`; its last `}` is
 * replaced by `,"hash":"…"}`. So a verifier hashes raw bytes and need not canonicalize.
 */
import crypto from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AuditPosition } from '../control-plane/model/audit-position.ts';
import type { AuditEntry } from '../control-plane/model/record.ts';
import { chainMembers } from './chain-members.ts';

export const FORMAT_VERSION = 1;
/** `prev` of the first record. */
export const NO_PREVIOUS = '0'.repeat(64);
export const NEWLINE = 0x0a;
/**
 * Largest size of one line in bytes, so that memory stays bounded. A longer line is refused when written and counts as
 * damage when read.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

const SUFFIX_BYTES = ',"hash":""}'.length + 64;
/** The length of a record's end (its hash and newline). Without it, the text before it is not a record. */
export const RECORD_END_BYTES = SUFFIX_BYTES + 1;
const HASH_NAME = Buffer.from(',"hash":"');
const QUOTE = 0x22;
const CLOSING_BRACE = 0x7d;
/** Hashing in one call is twice as fast as in steps, but the oldest releases of Node 20 do not have it. */
const oneShotHash: typeof crypto.hash | undefined = crypto.hash;
/** The buffer in which the hashed bytes are put together. Longer records are hashed in steps. */
const BODY = new Uint8Array(64 * 1024);
const SEQ = /^[1-9][0-9]*$/;

/**
 * What an interrupted write left behind: all bytes between the last complete record and the record that reports them.
 */
export interface TornTail {
  /** Size as a decimal string. */
  readonly bytes: string;
  readonly sha256: string;
}

/** An entry as the log writes it; `torn_tail` is present exactly in the stage `torn_tail_found`. */
export interface LogEntry extends AuditEntry {
  readonly torn_tail?: TornTail;
}

/** One encoded record. */
export interface EncodedRecord {
  /** The line with its newline. */
  readonly line: Buffer;
  readonly position: AuditPosition;
}

/** What the chain needs from a line that is a record. */
export interface ParsedRecord {
  readonly version: unknown;
  readonly seq: bigint;
  readonly prev: string;
  readonly hash: string;
  readonly stage: unknown;
  readonly tornTail: unknown;
}

/** Puts an entry at its place in the chain. Throws if the entry has no canonical form or is too long. */
export function encodeRecord(entry: LogEntry, after: AuditPosition | null): EncodedRecord {
  const seq = (after?.seq ?? 0n) + 1n;
  const body =
    canonicalize(wellFormed({ ...entry, v: FORMAT_VERSION, seq: seq.toString(), prev: after?.hash ?? NO_PREVIOUS })) ??
    '{}';
  const hash = oneShotHash?.('sha256', body, 'hex') ?? crypto.createHash('sha256').update(body).digest('hex');
  const line = Buffer.from(`${body.slice(0, -1)},"hash":"${hash}"}\n`);
  if (line.length > MAX_LINE_BYTES) throw new RangeError(`the record is larger than ${MAX_LINE_BYTES} bytes`);
  return { line, position: { seq, hash } };
}

/** Reads one line, without its newline. `null`: the line is not a record, or its hash does not match its bytes. */
export function parseLine(line: Buffer): ParsedRecord | null {
  const end = line.length - SUFFIX_BYTES;
  if (end < 2) return null;
  const hash = bodyHash(line, end);
  if (line.toString('latin1', end) !== `,"hash":"${hash}"}`) return null;
  const members = chainMembers(line);
  if (members !== null) {
    const { version, seq, prev, stage } = members;
    return { version, seq, prev, hash, stage, tornTail: undefined };
  }
  const record = parseObject(line.toString());
  if (record === null) return null;
  const { v: version, seq, prev, stage, torn_tail: tornTail } = record;
  if (typeof seq !== 'string' || !SEQ.test(seq) || typeof prev !== 'string') return null;
  return { version, seq: BigInt(seq), prev, hash, stage, tornTail };
}

/** The hash of a line's first `end` bytes and of the brace that the hash replaced. */
function bodyHash(line: Buffer, end: number): string {
  if (oneShotHash === undefined || end >= BODY.length)
    return crypto.createHash('sha256').update(line.subarray(0, end)).update('}').digest('hex');
  BODY.set(line.length <= BODY.length ? line : line.subarray(0, end));
  BODY[end] = CLOSING_BRACE;
  return oneShotHash('sha256', BODY.subarray(0, end + 1), 'hex');
}

/** Whether a line ends as a record does, without checking its hash; enough to skip fragments. */
export function endsAsRecord(line: Buffer): boolean {
  const from = line.length - SUFFIX_BYTES;
  if (from < 1 || line[line.length - 1] !== CLOSING_BRACE || line[line.length - 2] !== QUOTE) return false;
  for (let at = 0; at < HASH_NAME.length; at += 1) if (line[from + at] !== HASH_NAME[at]) return false;
  for (let at = from + HASH_NAME.length; at < line.length - 2; at += 1)
    if (!isLowerHexDigit(line[at] ?? 0)) return false;
  return true;
}

function isLowerHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
}

/** A JSON object, or `null` for anything else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Half a surrogate pair has no UTF-8 bytes. The typed text is recorded anyway, with U+FFFD instead of the half. */
function wellFormed(value: unknown): unknown {
  return isWellFormed(value) ? value : mended(value);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isWellFormed);
  if (!isObject(value)) return true;
  for (const [key, member] of Object.entries(value)) if (!key.isWellFormed() || !isWellFormed(member)) return false;
  return true;
}

function mended(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(mended);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toWellFormed(), mended(member)]));
}
