/** A log of any size, page by page: where each line begins, and which lines match. 8 bytes of memory per line. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { AuditFilter, AuditLine, AuditPages, AuditSelection } from '../control-plane/model/audit-reader.ts';
import { NEWLINE, parseObject } from './chain.ts';
import { chunksOf } from './chunks.ts';
import { matcher, type Matcher } from './filter.ts';
import type { Members } from './members.ts';
import { OUTCOME_STAGES } from './query.ts';

const CHUNK_BYTES = 256 * 1024;

/** Opens a log for paging. Rejects when it cannot be read. */
export async function openAuditPages(file: string): Promise<AuditPages> {
  const pages = new FilePages(file);
  await pages.reload();
  return pages;
}

class FilePages implements AuditPages {
  readonly path: string;
  #file: FileHandle | null = null;
  #identity = '';
  /** Where each line begins, and behind the last one the end of the log. */
  #starts = new Float64Array(1024);
  #count = 0;
  #size = 0;
  #lastLineEnded = true;

  constructor(path: string) {
    this.path = path;
  }

  get count(): number {
    return this.#count;
  }

  async reload(): Promise<'same' | 'grown' | 'replaced'> {
    const facts = await stat(this.path, { bigint: true });
    if (!facts.isFile()) throw new Error(`${this.path} is not a regular file`);
    const identity = `${facts.dev}:${facts.ino}`;
    const first = this.#file === null;
    const replaced = identity !== this.#identity || Number(facts.size) < this.#size;
    if (replaced) {
      await this.#file?.close();
      this.#file = await open(this.path, 'r');
      this.#identity = identity;
      this.#count = 0;
      this.#size = 0;
      this.#lastLineEnded = true;
    }
    const before = this.#size;
    await this.#index(this.#opened());
    if (replaced && !first) return 'replaced';
    return this.#size === before ? 'same' : 'grown';
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  page(from: number, count: number): Promise<readonly AuditLine[]> {
    return this.#linesAt(
      Array.from({ length: Math.max(0, Math.min(count, this.#count - from)) }, (_, index) => from + index),
    );
  }

  async select(filter: AuditFilter): Promise<AuditSelection> {
    const found = new Indexes();
    await this.#search(matcher(filter), index => found.add(index));
    return this.#selection(found.all());
  }

  async danglingIntents(): Promise<AuditSelection> {
    const open = new Map<string | undefined, number[]>();
    await this.#search(matcher({ stage: 'dispatch_intent' }, 'request_id'), (index, members) => {
      const request = members.get('request_id');
      open.set(request, [...(open.get(request) ?? []), index]);
    });
    // An outcome is that of the intents before it, and of none after it.
    for (const stage of OUTCOME_STAGES) {
      await this.#search(matcher({ stage }, 'request_id'), (outcome, members) => {
        const request = members.get('request_id');
        const intents = open.get(request);
        if (intents !== undefined)
          open.set(
            request,
            intents.filter(intent => intent > outcome),
          );
      });
    }
    return this.#selection(Uint32Array.from([...open.values()].flat()).sort());
  }

  #selection(indexes: Uint32Array): AuditSelection {
    return {
      count: indexes.length,
      page: (from, count) => this.#linesAt([...indexes.subarray(from, from + Math.max(0, count))]),
    };
  }

  /** Neighbouring lines are read together. */
  async #linesAt(indexes: readonly number[]): Promise<readonly AuditLine[]> {
    const lines: AuditLine[] = [];
    for (let at = 0; at < indexes.length; ) {
      const first = indexes[at] ?? 0;
      let end = at + 1;
      while (indexes[end] === first + end - at && this.#start(first + end - at + 1) - this.#start(first) <= CHUNK_BYTES)
        end += 1;
      const bytes = await this.#read(first, first + end - at);
      for (let index = first; index < first + end - at; index += 1) lines.push(this.#line(bytes, first, index));
      at = end;
    }
    return lines;
  }

  #line(bytes: Buffer, first: number, index: number): AuditLine {
    const text = this.#bytesOf(bytes, first, index).toString();
    return { line: BigInt(index) + 1n, text, record: parseObject(text) };
  }

  /** One line of some lines, without its newline. */
  #bytesOf(bytes: Buffer, first: number, index: number): Buffer {
    const from = this.#start(index) - this.#start(first);
    const to = this.#start(index + 1) - this.#start(first);
    return bytes.subarray(from, bytes[to - 1] === NEWLINE ? to - 1 : to);
  }

  /** Hands over every matching line in order, with the members that were looked at. */
  async #search(match: Matcher, take: (index: number, members: Members) => void): Promise<void> {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let first = 0; first < this.#count; ) {
      let end = first + 1;
      while (end < this.#count && this.#start(end + 1) - this.#start(first) <= CHUNK_BYTES) end += 1;
      const bytes = await this.#read(first, end, chunk);
      const next = match.candidates(bytes);
      let index = first;
      for (let at = next(0); at >= 0 && at < bytes.length; at = next(this.#start(index) - this.#start(first))) {
        const offset = this.#start(first) + at;
        if (offset >= this.#start(index + 1)) index = this.#indexOf(offset, index + 1, end);
        const members = match.members(this.#bytesOf(bytes, first, index));
        if (members !== null) take(index, members);
        index += 1;
      }
      first = end;
    }
  }

  /** The line in which an offset lies. */
  #indexOf(offset: number, first: number, end: number): number {
    let low = first;
    for (let high = end - 1; low < high; ) {
      const middle = (low + high + 1) >> 1;
      if (this.#start(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Some whole lines, into `chunk` where they fit. */
  async #read(first: number, end: number, chunk = Buffer.alloc(0)): Promise<Buffer> {
    const length = this.#start(end) - this.#start(first);
    const bytes = length <= chunk.length ? chunk : Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#opened().read(bytes, 0, length, this.#start(first));
    return bytes.subarray(0, bytesRead);
  }

  async #index(file: FileHandle): Promise<void> {
    for await (const bytes of chunksOf(file, this.path, this.#size)) {
      if (this.#lastLineEnded) this.#begin(this.#size);
      for (let newline = bytes.indexOf(NEWLINE); newline >= 0; newline = bytes.indexOf(NEWLINE, newline + 1)) {
        if (newline + 1 < bytes.length) this.#begin(this.#size + newline + 1);
      }
      this.#lastLineEnded = bytes.at(-1) === NEWLINE;
      this.#size += bytes.length;
    }
    this.#starts[this.#count] = this.#size;
  }

  #begin(offset: number): void {
    if (this.#count + 1 >= this.#starts.length) {
      const larger = new Float64Array(this.#starts.length * 2);
      larger.set(this.#starts);
      this.#starts = larger;
    }
    this.#starts[this.#count] = offset;
    this.#count += 1;
  }

  #start(index: number): number {
    return index < this.#count ? (this.#starts[index] ?? this.#size) : this.#size;
  }

  #opened(): FileHandle {
    if (this.#file === null) throw new Error(`${this.path} is closed`);
    return this.#file;
  }
}

/** Line numbers in 4 bytes each. */
class Indexes {
  #values = new Uint32Array(1024);
  #count = 0;

  add(index: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Uint32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count] = index;
    this.#count += 1;
  }

  all(): Uint32Array {
    return this.#values.subarray(0, this.#count);
  }
}
