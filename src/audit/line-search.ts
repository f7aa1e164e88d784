/** Reads and searches the lines of an indexed log between any two line starts, in bounded memory. */
import type { FileHandle } from 'node:fs/promises';
import type { AuditLine } from '../control-plane/model/audit-reader.ts';
import { NEWLINE, parseObject } from './chain.ts';
import type { Matcher, NextCandidate } from './filter.ts';
import type { LineIndex } from './line-index.ts';
import type { Members } from './members.ts';

const CHUNK_BYTES = 256 * 1024;

/** An open log, up to the end of its index. */
export interface IndexedLog {
  readonly file: FileHandle;
  readonly index: LineIndex;
}

/** A line that matches. */
export interface Match {
  /** Without its newline; valid only during the call. */
  readonly line: Buffer;
  /** Where the line begins in the file. */
  readonly offset: number;
  /** How many lines of the stretch stand before it, if lines are counted. */
  readonly number: number;
  /** The fields that the filter read. */
  readonly members: Members;
}

/** Lines `from` to `from + count` of a log, counted from 0. */
export async function linesOf({ file, index }: IndexedLog, from: number, count: number): Promise<readonly AuditLine[]> {
  const to = Math.min(index.count, from + count);
  if (from >= to) return [];
  const first = Math.floor(from / index.stride);
  const end = index.startOf(Math.ceil(to / index.stride));
  const lines: AuditLine[] = [];
  let at = first * index.stride;
  for await (const { bytes } of wholeLines(file, index.startOf(first), end)) {
    for (let start = 0; start < bytes.length && at < to; at += 1) {
      const lineEnd = endOfLine(bytes, start);
      if (at >= from) lines.push(auditLine(at, bytes.subarray(start, lineEnd)));
      start = lineEnd + 1;
    }
  }
  return lines;
}

/** A line with its number, counted from 0, in the form for interfaces. */
export function auditLine(number: number, line: Buffer): AuditLine {
  const text = line.toString();
  return { line: BigInt(number) + 1n, text, record: parseObject(text) };
}

/** Where to search: from one line start to another. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Whether to count lines; that takes time if few of them match. */
  readonly numbered: boolean;
}

/** Passes every matching line of a stretch to `take`, in order, until it returns false. */
export async function searchLines(
  file: FileHandle,
  { from, to, numbered }: Stretch,
  match: Matcher,
  take: (found: Match) => boolean,
): Promise<void> {
  let number = 0;
  for await (const { bytes, offset } of wholeLines(file, from, to)) {
    const next = match.candidates(bytes, offset);
    let counted = 0;
    for (let at = next(0); at >= 0 && at < bytes.length; ) {
      const start = startOfLine(bytes, at);
      const end = endOfLine(bytes, at);
      const line = bytes.subarray(start, end);
      const members = match.members(line);
      if (members !== null) {
        if (numbered) number += newlines(bytes, counted, start);
        counted = start;
        if (!take({ line, offset: offset + start, number, members })) return;
      }
      at = end + 1 < bytes.length ? next(end + 1) : -1;
    }
    if (numbered) number += newlines(bytes, counted, bytes.length);
  }
}

/** One line within a buffer of lines. */
export interface BufferedLine {
  /** Holds the line from `start` to `end`, without its newline; valid only during the call. */
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  /** Where it begins in the file. */
  readonly offset: number;
  /** Whether the line contains a place that a search found. */
  readonly isCandidate: boolean;
}

/**
 * Passes every line of a stretch to `take`, in order, until it returns false. `chunkBytes`: how much is read at once.
 */
export async function eachLine(
  file: FileHandle,
  { from, to, chunkBytes }: Pick<Stretch, 'from' | 'to'> & { readonly chunkBytes?: number },
  candidates: (bytes: Buffer, offset: number) => NextCandidate,
  take: (line: BufferedLine) => boolean,
): Promise<void> {
  for await (const { bytes, offset } of wholeLines(file, from, to, chunkBytes)) {
    const next = candidates(bytes, offset);
    let candidate = next(0);
    for (let start = 0; start < bytes.length; ) {
      const end = endOfLine(bytes, start);
      if (candidate >= 0 && candidate < start) candidate = next(start);
      const isCandidate = candidate >= 0 && candidate < end;
      if (!take({ bytes, start, end, offset: offset + start, isCandidate })) return;
      start = end + 1;
    }
  }
}

/**
 * As many whole lines at once as fit; the very last one may lack its newline. Valid until the next ones are requested.
 */
async function* wholeLines(
  file: FileHandle,
  from: number,
  to: number,
  chunkBytes = CHUNK_BYTES,
): AsyncGenerator<{ readonly bytes: Buffer; readonly offset: number }> {
  let chunk = Buffer.allocUnsafe(Math.min(chunkBytes, to - from));
  for (let offset = from; offset < to; ) {
    const wanted = Math.min(chunk.length, to - offset);
    const { bytesRead } = await file.read(chunk, 0, wanted, offset);
    const isLast = bytesRead < wanted || offset + bytesRead === to;
    const end = isLast ? bytesRead : chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) yield { bytes: chunk.subarray(0, end), offset };
    else chunk = Buffer.allocUnsafe(chunk.length * 2);
    if (isLast) return;
    offset += end;
  }
}

function startOfLine(bytes: Buffer, at: number): number {
  return at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1;
}

function endOfLine(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(NEWLINE, at);
  return newline < 0 ? bytes.length : newline;
}

function newlines(bytes: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE, from); at >= 0 && at < to; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
