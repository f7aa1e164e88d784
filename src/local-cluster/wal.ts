/** The write-ahead log of a node, in segment files. */
import { constants, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { flushDirectorySync } from '../files/directory.ts';
import { crashPoint, onFsync, slowDisk } from './faults.ts';
import { append } from './files.ts';
import { decodeLines } from './lines.ts';
import { decodeRecord, type WalRecord } from './records.ts';
import { type Segment, segmentName, segmentStart } from './segments.ts';
import { type Position, EMPTY_HISTORY, messageOf } from './vocabulary.ts';

/** A record and the position after it. */
export interface PlacedRecord {
  readonly record: WalRecord;
  readonly end: Position;
}

interface Batch {
  readonly bytes: Buffer;
  readonly records: readonly PlacedRecord[];
}

export interface Recovery {
  /** Bytes of an unfinished write that were cut from the end; nobody was told that they are durable. */
  readonly cut: number;
  /** Why the log cannot be trusted, or null. It is never repaired: an operator must act (P6-F1). */
  readonly corruption: string | null;
}

/** Thrown by every operation on a log whose disk has failed. */
export class StorageError extends Error {}

/**
 * The file can only be appended to, so that nothing is ever overwritten, not even by a process that no longer holds the
 * directory.
 */
const APPEND_FLAGS = constants.O_RDWR | constants.O_APPEND;

/**
 * The write-ahead log: one history of checksummed records in segment files. A position is durable only after fsync;
 * appends that arrive during one fsync share the next one. After any failed write or fsync the log refuses everything
 * (P6-F1).
 */
export class Wal {
  readonly #directory: string;
  readonly #segmentBytes: bigint;
  readonly #replay: (placed: PlacedRecord) => void;
  #segments: Segment[] = [];
  #handle: FileHandle | null = null;
  #appended: Position = EMPTY_HISTORY;
  #durable: Position = EMPTY_HISTORY;
  #pending: Batch[] = [];
  #flushing: Promise<void> | null = null;
  #failure: StorageError | null = null;
  #verifiedTo = 0n;

  /** `replay` receives every record, in order, once it is durable: during recovery and from then on. */
  constructor(directory: string, segmentBytes: number, replay: (placed: PlacedRecord) => void) {
    this.#directory = directory;
    this.#replay = replay;
    this.#segmentBytes = BigInt(segmentBytes);
  }

  /** The end of what was accepted, with or without fsync. */
  get appended(): Position {
    return this.#appended;
  }

  get durable(): Position {
    return this.#durable;
  }

  get oldest(): bigint {
    return this.#segments[0]?.first.offset ?? this.#durable.offset;
  }

  /** Up to where reads from disk have verified the retained log; the oldest offset if nothing was read back. */
  get verifiedTo(): bigint {
    return this.#verifiedTo > this.oldest ? this.#verifiedTo : this.oldest;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Reads and verifies the whole log and cuts an unfinished tail. `base` is where an empty log begins. */
  async recover(base: Position): Promise<Recovery> {
    mkdirSync(this.#directory, { recursive: true });
    const firsts = readdirSync(this.#directory)
      .sort()
      .flatMap(file => segmentStart(file) ?? []);
    let end = firsts[0] ?? base;
    let cut = 0;
    for (const [index, first] of firsts.entries()) {
      const file = join(this.#directory, segmentName(first));
      if (first.offset !== end.offset || first.chain !== end.chain)
        return { cut, corruption: `the segment at ${first.offset.toString()} does not continue the one before it` };
      const bytes = readFileSync(file);
      const { lines, rest } = decodeLines(bytes, first.chain);
      for (const line of lines) {
        const record = decodeRecord(line.json);
        if (record === null || record.commitId !== end.commitId + 1n)
          return { cut, corruption: `the record at ${end.offset.toString()} is not the one that belongs there` };
        end = {
          offset: first.offset + BigInt(line.end),
          chain: line.chain,
          epoch: record.epoch,
          commitId: record.commitId,
        };
        this.#replay({ record, end });
      }
      this.#segments.push({ file, first, end });
      this.#appended = this.#durable = end;
      this.#verifiedTo = end.offset;
      if (rest === 'bad' || (rest === 'torn' && index < firsts.length - 1))
        return { cut, corruption: `the record at ${end.offset.toString()} has a wrong checksum` };
      cut = bytes.length - Number(end.offset - first.offset);
    }
    await this.#openActive(end, cut);
    return { cut, corruption: null };
  }

  /** Appends records and their bytes; resolves when they are durable. */
  async append(bytes: Buffer, records: readonly PlacedRecord[]): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const end = records.at(-1)?.end ?? this.#appended;
    this.#pending.push({ bytes, records });
    this.#appended = end;
    while (this.#durable.offset < end.offset) {
      this.#flushing ??= this.#flush().finally(() => (this.#flushing = null));
      await this.#flushing;
    }
  }

  /** Durable whole records from `from`, about `limit` bytes at most (but at least one record), from one segment. */
  async read(from: bigint, limit: number): Promise<Buffer> {
    const segment = this.#segmentAt(from);
    if (segment === undefined) return Buffer.alloc(0);
    const available = Number(segment.end.offset - from);
    const handle = await open(segment.file, 'r');
    try {
      for (let size = Math.min(limit, available); ; size = Math.min(size * 2, available)) {
        const { buffer, bytesRead } = await handle.read(
          Buffer.alloc(size),
          0,
          size,
          Number(from - segment.first.offset),
        );
        const whole = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
        if (whole > 0 || size === available) return buffer.subarray(0, whole);
      }
    } finally {
      await handle.close();
    }
  }

  /** The chained checksum at a record boundary; null if no record ends there or the segment is retired. */
  chainAt(offset: bigint): number | null {
    if (offset === this.#appended.offset) return this.#appended.chain;
    const segment = this.#segmentAt(offset);
    if (segment === undefined) return null;
    if (offset === segment.first.offset) return segment.first.chain;
    const wanted = Number(offset - segment.first.offset);
    return (
      decodeLines(readFileSync(segment.file), segment.first.chain).lines.find(line => line.end === wanted)?.chain ??
      null
    );
  }

  /** Reads every retained byte again. Returns the first offset with a wrong checksum, or null. */
  verify(): bigint | null {
    for (const segment of this.#segments) {
      const length = Number(segment.end.offset - segment.first.offset);
      const { lines, rest } = decodeLines(readFileSync(segment.file).subarray(0, length), segment.first.chain);
      const last = lines.at(-1);
      if (rest !== 'none' || (last?.end ?? 0) !== length || (last?.chain ?? segment.first.chain) !== segment.end.chain)
        return segment.first.offset + BigInt(last?.end ?? 0);
      this.#verifiedTo = segment.end.offset;
    }
    return null;
  }

  /** Removes the segments that lie wholly below `offset`; the active one always stays. */
  retire(offset: bigint): void {
    while (this.#segments.length > 1) {
      const [oldest] = this.#segments;
      if (oldest === undefined || oldest.end.offset > offset) return;
      crashPoint('wal-retire');
      rmSync(oldest.file);
      this.#segments = this.#segments.slice(1);
    }
  }

  /** Empties the log so that it can begin at a snapshot's position. */
  async restartAt(base: Position): Promise<void> {
    await this.close();
    rmSync(this.#directory, { recursive: true, force: true });
    mkdirSync(this.#directory, { recursive: true });
    this.#segments = [];
    this.#appended = this.#durable = base;
    this.#verifiedTo = base.offset;
    await this.#openActive(base, 0);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  #segmentAt(offset: bigint): Segment | undefined {
    return this.#segments.findLast(segment => segment.first.offset <= offset && offset <= segment.end.offset);
  }

  async #openActive(end: Position, cut: number): Promise<void> {
    const last = this.#segments.at(-1);
    if (last === undefined) {
      await this.#startSegment(end);
      return;
    }
    this.#handle = await open(last.file, APPEND_FLAGS);
    if (cut > 0) await this.#handle.truncate(Number(end.offset - last.first.offset));
    await this.#handle.sync();
  }

  async #startSegment(first: Position): Promise<void> {
    await this.#handle?.close();
    const file = join(this.#directory, segmentName(first));
    crashPoint('segment-create');
    this.#handle = await open(file, APPEND_FLAGS | constants.O_CREAT | constants.O_TRUNC, 0o600);
    crashPoint('segment-directory');
    flushDirectorySync(this.#directory);
    this.#segments = [...this.#segments, { file, first, end: first }];
  }

  async #flush(): Promise<void> {
    const batch = this.#pending;
    this.#pending = [];
    const records = batch.flatMap(item => item.records);
    const end = records.at(-1)?.end;
    if (end === undefined) return;
    try {
      const active = this.#segments.at(-1);
      if (active !== undefined && this.#durable.offset - active.first.offset >= this.#segmentBytes)
        await this.#startSegment(this.#durable);
      await this.#write(Buffer.concat(batch.map(item => item.bytes)), end);
    } catch (error) {
      this.#failure = new StorageError(messageOf(error));
      throw this.#failure;
    }
    for (const placed of records) this.#replay(placed);
  }

  async #write(bytes: Buffer, end: Position): Promise<void> {
    const active = this.#segments.at(-1);
    if (active === undefined || this.#handle === null) throw new Error('the log is closed');
    crashPoint('wal-append');
    // Two writes, so that a SIGKILL in between leaves a torn record for tests; a single write would hardly ever be
    // torn.
    const half = bytes.length >> 1;
    const at = Number(this.#durable.offset - active.first.offset);
    append(this.#handle.fd, bytes.subarray(0, half), at);
    crashPoint('wal-torn');
    append(this.#handle.fd, bytes.subarray(half), at + half);
    crashPoint('wal-fsync');
    await slowDisk();
    onFsync();
    await this.#handle.datasync();
    crashPoint('wal-durable');
    this.#segments = [...this.#segments.slice(0, -1), { ...active, end }];
    this.#durable = end;
  }
}
