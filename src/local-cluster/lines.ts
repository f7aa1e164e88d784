/** The record format of the log, the ledger, snapshots and peers: one checksummed line of JSON for each record. */
import { crc32 } from 'node:zlib';

/**
 * The only record format on disk and between nodes: `<crc32, 8 hex digits> <JSON>\n`. Each checksum continues the one
 * before, so it proves the record and everything before it (P6-S2).
 */
export interface Line {
  readonly json: string;
  /** The chained checksum after this record. */
  readonly chain: number;
  /** Where the record ends, in bytes from the start of the buffer. */
  readonly end: number;
}

export interface DecodedLines {
  readonly lines: readonly Line[];
  /**
   * `torn`: bytes after the last line end, from an unfinished write. `bad`: a whole line with a wrong checksum, which
   * is corruption.
   */
  readonly rest: 'none' | 'torn' | 'bad';
}

/** A chained checksum as text: 8 hex digits. */
export function chainText(chain: number): string {
  return chain.toString(16).padStart(8, '0');
}

/** One record as bytes; its checksum continues `chain`. */
export function encodeLine(json: string, chain: number): { readonly bytes: Buffer; readonly chain: number } {
  const next = crc32(json, chain);
  return { bytes: Buffer.from(`${chainText(next)} ${json}\n`), chain: next };
}

/**
 * Every whole and valid record from the start of `buffer`, with checksums that continue `chain`, and what follows them.
 */
export function decodeLines(buffer: Buffer, chain: number): DecodedLines {
  const lines: Line[] = [];
  let at = 0;
  let current = chain;
  while (at < buffer.length) {
    const newline = buffer.indexOf(10, at);
    if (newline === -1) return { lines, rest: 'torn' };
    const payload = buffer.subarray(at + 9, newline);
    current = crc32(payload, current);
    if (buffer.toString('latin1', at, at + 9) !== `${chainText(current)} `) return { lines, rest: 'bad' };
    at = newline + 1;
    lines.push({ json: payload.toString('utf8'), chain: current, end: at });
  }
  return { lines, rest: 'none' };
}
