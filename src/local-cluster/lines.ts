/** The record format that the log, the ledger, snapshots and peers share: one checksummed line of JSON per record. */
import { crc32 } from 'node:zlib';

/**
 * The one record format on disk and between nodes: `<crc32, 8 hex digits> <JSON>\n`. The checksum runs on from the
 * record before, so that it proves the record and everything before it at once (P6-S2).
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
   * `torn`: bytes after the last line end, a write that never finished. `bad`: a whole line whose checksum is wrong:
   * corruption.
   */
  readonly rest: 'none' | 'torn' | 'bad';
}

/** A chained checksum as text: 8 hex digits. */
export function chainText(chain: number): string {
  return chain.toString(16).padStart(8, '0');
}

/** One record as bytes, continuing `chain`. */
export function encodeLine(json: string, chain: number): { readonly bytes: Buffer; readonly chain: number } {
  const next = crc32(json, chain);
  return { bytes: Buffer.from(`${chainText(next)} ${json}\n`), chain: next };
}

/** Every whole and valid record from the start of `buffer`, continuing `chain`, and what follows them. */
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
